"""What a shell command did to files, as far as its text alone tells.

A few commands have one known meaning and are interpreted here, on paper: a here-document or a
literal text that goes into a file, ``mv``, ``cp``, ``rm`` (and git's), ``sed -i``. Nothing runs.
A command that names a file in another writing way is said to have named it, and no more.
What only might have happened is left out: behind ``||``, with expansions, after a failure.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from dataclasses import replace

from treadle.thread.model import Edit, Event, Session
from treadle.thread.shell import Simple, Word, simple_commands

_TRANSPARENT = ("sudo", "command", "time", "env", "nohup", "builtin")
_OPENING = ("if", "while", "until", "case")
_CLOSING = ("fi", "done", "esac")
_MOST_ROUNDS = 200
_WRITERS = ("mv", "cp", "rm", "tee", "sed", "perl", ">")


def interpret(session: Session) -> Session:
    """``session`` with edits on those commands whose meaning is known."""
    events = tuple(
        replace(event, edits=found)
        if event.kind == "ran" and event.ok is not False and (found := tuple(edits(event)))
        else event
        for event in session.events
    )
    return replace(session, events=events)


def edits(event: Event) -> Iterator[Edit]:
    """The edits of one command, paths made absolute where the event's folder is known."""
    if not any(word in event.text for word in _WRITERS):
        return
    folder, kept = event.cwd, [event.cwd]
    piped: Simple | None = None
    doubtful = False
    for simple in _unrolled(simple_commands(event.text)):
        words = _program(simple)
        if simple.after == "(":
            kept.append(folder)
        if words and words[0].text == "cd" and not doubtful:
            folder = _cd(folder, words)
            if not folder and event.cwd:
                return
        elif not doubtful:
            for edit in _simple(simple, words, piped):
                yield _placed(edit, folder)
        piped = simple if simple.after == "|" else None
        doubtful = simple.after == "||" or (doubtful and simple.after in ("|", "&&"))
        if simple.after == ")" and len(kept) > 1:
            folder = kept.pop()


def _unrolled(commands: list[Simple]) -> Iterator[Simple]:
    """Commands in their order, loops over literal words unrolled, conditional ones left out."""
    at, conditions = 0, 0
    while at < len(commands):
        first = commands[at].words[0].text if commands[at].words else ""
        if first == "for" and not conditions:
            end = _done(commands, at)
            yield from _loop(commands[at], commands[at + 1 : end])
            at = end + 1
            continue
        conditions += first in _OPENING
        if not conditions:
            yield commands[at]
        conditions -= first in _CLOSING and conditions > 0
        at += 1


def _done(commands: list[Simple], at: int) -> int:
    """Index of the ``done`` of the loop that begins at ``at``."""
    depth = 0
    for index in range(at, len(commands)):
        first = commands[index].words[0].text if commands[index].words else ""
        depth += first in ("for", "while", "until")
        depth -= first == "done"
        if depth == 0:
            return index
    return len(commands)


def _loop(head: Simple, body: list[Simple]) -> Iterator[Simple]:
    """``for NAME in WORDS; do BODY; done`` for each word, if all of them are literal."""
    words = head.words
    known = len(words) > 3 and words[2].text == "in" and all(word.literal for word in words[3:])
    if not known or len(words) > _MOST_ROUNDS:
        return
    for value in words[3:]:
        for simple in _unrolled([_without_do(simple) for simple in body]):
            filled = [_filled(word, words[1].text, value.text) for word in simple.words]
            yield replace(simple, words=filled)


def _without_do(simple: Simple) -> Simple:
    return replace(simple, words=simple.words[1:]) if _begins(simple, "do") else simple


def _begins(simple: Simple, name: str) -> bool:
    return bool(simple.words) and simple.words[0].text == name


def _filled(word: Word, name: str, value: str) -> Word:
    return Word(value) if word.text in (f"${name}", f"${{{name}}}") else word


def _program(simple: Simple) -> list[Word]:
    """The words without assignments and programs that only run another."""
    words = list(simple.words)
    while words and (words[0].text in _TRANSPARENT or "=" in words[0].text.partition("/")[0]):
        words.pop(0)
    if len(words) > 1 and words[0].text == "git" and words[1].text in ("mv", "rm"):
        return words[1:]
    return words


def _cd(folder: str, words: list[Word]) -> str:
    if len(words) != 2 or not words[1].literal:
        return ""
    return posixpath.normpath(posixpath.join(folder, words[1].text))


def _placed(edit: Edit, folder: str) -> Edit:
    to = posixpath.join(folder, edit.to) if edit.to else ""
    return replace(edit, path=posixpath.join(folder, edit.path), to=to)


def _simple(simple: Simple, words: list[Word], piped: Simple | None) -> Iterator[Edit]:
    name = words[0].text if words else ""
    plain = [word for word in words[1:] if word.quoted or not word.text.startswith("-")]
    flags = "".join(w.text for w in words[1:] if w.text.startswith("-") and not w.quoted)
    if name in ("mv", "cp") and len(plain) >= 2:
        yield from _carried("move" if name == "mv" else "copy", plain)
    elif name == "rm":
        yield from (Edit(word.text, "delete") for word in plain if word.literal)
    elif name == "tee":
        body = _body(simple) or (_body(piped) if piped is not None else None)
        yield from (_put(word, body, "a" in flags) for word in plain if word.literal)
    elif name in ("sed", "perl") and "i" in flags:
        yield from _substituted(name, words)
    for operator, target in simple.redirects:
        if operator in (">", ">>") and target.literal and not target.text.startswith("/dev/"):
            yield _put(target, _written(name, words, simple), operator == ">>")


def _carried(op: str, plain: list[Word]) -> Iterator[Edit]:
    """``mv`` and ``cp``: into the last word, which is a folder where there are several sources."""
    *sources, target = plain
    for source in sources:
        if source.literal and target.literal:
            folder = len(sources) > 1 or target.text.endswith("/")
            name = posixpath.basename(source.text.rstrip("/"))
            to = posixpath.join(target.text, name) if folder else target.text
            yield Edit(source.text, op, to=to)


def _put(target: Word, text: str | None, more: bool) -> Edit:
    if text is None:
        return Edit(target.text, "command")
    return Edit(target.text, "append" if more else "write", new=text)


def _written(name: str, words: list[Word], simple: Simple) -> str | None:
    """What the command prints, where its text says it to the letter."""
    arguments = words[1:]
    if name == "cat" and not arguments:
        return _body(simple)
    if name in ("", ":", "true"):
        return ""
    if not all(word.literal for word in arguments):
        return None
    texts = [word.text for word in arguments]
    if name == "echo" and texts[:1] not in (["-e"], ["-E"], ["-n"]) and "\\" not in "".join(texts):
        return " ".join(texts) + "\n"
    if name == "printf" and len(texts) == 1 and "%" not in texts[0]:
        plain = texts[0].replace("\\n", "\n").replace("\\t", "\t")
        return plain if "\\" not in plain else None
    return None


def _body(simple: Simple) -> str | None:
    return simple.here if simple.here is not None and simple.here_literal else None


def _substituted(name: str, words: list[Word]) -> Iterator[Edit]:
    """``sed -i SCRIPT FILE...`` and ``perl -pi -e SCRIPT FILE...``: script and files."""
    scripts: list[str] = []
    files: list[Word] = []
    rest = iter(words[1:])
    for word in rest:
        if word.text in ("-e", "--expression") and not word.quoted:
            scripts.append(next(rest, Word()).text)
        elif word.text.startswith("-") and not word.quoted:
            if name == "perl" and word.text.endswith("e"):
                scripts.append(next(rest, Word()).text)
        elif word.text == "" and word.quoted:
            continue
        elif not scripts and name == "sed":
            scripts.append(word.text)
        else:
            files.append(word)
    script = "\n".join(scripts)
    yield from (Edit(file.text, "substitute", old=script) for file in files if file.literal)
