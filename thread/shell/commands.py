"""What a shell command did to files, as far as its text alone tells.

A few commands have one known meaning and are interpreted here, on paper: a here-document or a
literal text that goes into a file, ``mv``, ``cp``, ``rm`` (and git's), ``sed -i``. Nothing runs.
A command that names a file in another writing way is said to have named it, and no more.
What only might have happened is left out: behind ``||``, with expansions, after a failure,
with options that change what a command does.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from treadle.thread.model import Edit, Event, Session
from treadle.thread.shell.flow import Ran, runs
from treadle.thread.shell.parse import Simple, Word, simple_commands

_MOST = 2000
"""Edits of one command that are told."""
_TRANSPARENT = ("sudo", "command", "time", "env", "nohup", "builtin")
_WRITERS = ("mv", "cp", "rm", "tee", "sed", "perl", ">")
_OPTIONS = {"mv": "fv", "cp": "fvrRapdLPH", "rm": "frRvd", "tee": "ai", "git mv": "fv"}
_OPTIONS["git rm"] = "frq"
"""Letters of the options under which a command does what its name says."""
_LONG = ("--force", "--verbose", "--recursive", "--archive", "--append", "--quiet")
_ECHO_OPTION = re.compile(r"-[neE]+")


def interpret(session: Session) -> Session:
    """``session`` with edits on those commands whose meaning is known."""
    events = tuple(
        replace(event, edits=found)
        if event.kind == "ran"
        and event.ok is not False
        and not event.edits
        and (found := tuple(edits(event)))
        else event
        for event in session.events
    )
    return replace(session, events=events)


def edits(event: Event) -> Iterator[Edit]:
    """The edits of one command, paths made absolute where the event's folder is known."""
    if any(word in event.text for word in _WRITERS):
        commands = simple_commands(event.text)
        found = (e for ran in runs(commands, event.cwd, event.ok is True) for e in _edits(ran))
        yield from islice(found, _MOST)


def _edits(ran: Ran) -> Iterator[Edit]:
    for edit in _simple(ran.simple, _program(ran.simple), ran.piped):
        names = [edit.path, edit.to] if edit.to else [edit.path]
        if ran.folder is not None or all(name.startswith("/") for name in names):
            folder = ran.folder or ""
            to = posixpath.join(folder, edit.to) if edit.to else ""
            yield replace(edit, path=posixpath.join(folder, edit.path), to=to)


def _program(simple: Simple) -> list[Word]:
    """The words without assignments and programs that only run another."""
    words = list(simple.words)
    at = 0
    while at < len(words) and (
        words[at].text in _TRANSPARENT or "=" in words[at].text.partition("/")[0]
    ):
        at += 1
    words = words[at:]
    if len(words) > 1 and words[0].text == "git" and words[1].text in ("mv", "rm"):
        return [Word(f"git {words[1].text}"), *words[2:]]
    return words


def _simple(simple: Simple, words: list[Word], piped: Simple | None) -> Iterator[Edit]:
    name = words[0].text if words else ""
    options, plain = _arguments(words)
    usual = _usual(name, options)
    if name in ("mv", "git mv", "cp") and len(plain) >= 2 and usual:
        yield from _carried("copy" if name == "cp" else "move", plain)
    elif name in ("rm", "git rm") and usual:
        yield from (Edit(word.text, "delete") for word in plain if word.literal and word.text)
    elif name == "tee":
        more = any(option.startswith(("-a", "--a")) for option in options)
        body = _read(simple, piped) if usual else None
        yield from (_put(word, body, more) for word in plain if word.literal and word.text)
    elif name in ("sed", "perl"):
        yield from _substituted(name, words[1:])
    yield from _redirected(simple, words)


def _arguments(words: Sequence[Word]) -> tuple[list[str], list[Word]]:
    """A command's options and its other arguments; all behind ``--`` are arguments."""
    options: list[str] = []
    plain: list[Word] = []
    rest = iter(words[1:])
    for word in rest:
        if word.text == "--":
            plain += rest
        elif word.text.startswith("-") and word.text != "-":
            options.append(word.text)
        else:
            plain.append(word)
    return options, plain


def _usual(name: str, options: Sequence[str]) -> bool:
    """Whether none of the options changes what a command does."""
    letters = _OPTIONS.get(name, "")
    return all(
        option in _LONG if option.startswith("--") else not set(option[1:]) - set(letters)
        for option in options
    )


def _carried(op: str, plain: Sequence[Word]) -> Iterator[Edit]:
    """``mv`` and ``cp``: into the last word, which is a folder where there are several sources."""
    *sources, target = plain
    folder = len(sources) > 1 or posixpath.basename(target.text) in ("", ".", "..")
    for source in sources:
        name = posixpath.basename(source.text.rstrip("/"))
        if source.literal and target.literal and target.text and name not in ("", ".", ".."):
            to = posixpath.join(target.text, name) if folder else target.text
            yield Edit(source.text, op, to=to)


# -- text that goes into a file -----------------------------------------------------


def _redirected(simple: Simple, words: Sequence[Word]) -> Iterator[Edit]:
    """What the output goes into; of several targets nobody says which gets it."""
    targets = [(op, word) for op, word in simple.redirects if op in (">", ">>", ">&")]
    text = _written(simple, words) if len(targets) == 1 else None
    for op, word in targets:
        if op != ">&" and word.literal and word.text and not word.text.startswith("/dev/"):
            yield _put(word, text, op == ">>")


def _put(target: Word, text: str | None, more: bool) -> Edit:
    if text is None:
        return Edit(target.text, "command")
    return Edit(target.text, "append" if more else "write", new=text)


def _read(simple: Simple, piped: Simple | None) -> str | None:
    """What a command reads, where the text says it to the letter."""
    if simple.here is not None or any(op.startswith("<") for op, _ in simple.redirects):
        return _body(simple)
    if piped is None or piped.redirects:
        return None
    return _written(piped, _program(piped))


def _written(simple: Simple, words: Sequence[Word]) -> str | None:
    """What a command prints, where its text says it to the letter."""
    name, arguments = words[0].text if words else "", words[1:]
    if not name:
        return "" if not words else None
    if name == "cat" and not arguments:
        return _body(simple)
    if name in (":", "true"):
        return ""
    if not all(word.literal for word in arguments):
        return None
    texts = [word.text for word in arguments]
    if name == "echo":
        known = not (texts and _ECHO_OPTION.fullmatch(texts[0])) and "\\" not in "".join(texts)
        return " ".join(texts) + "\n" if known else None
    if name == "printf" and len(texts) == 1 and "%" not in texts[0] and texts[0][:1] != "-":
        plain = texts[0].replace("\\n", "\n").replace("\\t", "\t")
        return plain if "\\" not in plain else None
    return None


def _body(simple: Simple) -> str | None:
    return simple.here if simple.here is not None and simple.here_literal else None


# -- sed and perl -------------------------------------------------------------------


@dataclass(slots=True)
class _Editor:
    """A call of ``sed`` or ``perl``, as its options have it."""

    place: bool = False
    """It edits files in place."""
    known: bool = True
    """All that it is asked is known."""
    dialect: str = ""
    """``extended``, ``perl`` or ``""`` for basic patterns."""
    scripts: list[Word] = field(default_factory=list)
    files: list[Word] = field(default_factory=list)


def _substituted(name: str, words: Sequence[Word]) -> Iterator[Edit]:
    """``sed -i SCRIPT FILE...`` and ``perl -pi -e SCRIPT FILE...``: script and files."""
    call = _sed(words) if name == "sed" else _perl(words)
    if not call.place:
        return
    script = "\n".join(word.text for word in call.scripts)
    known = call.known and bool(call.scripts) and all(word.literal for word in call.scripts)
    for file in call.files:
        if file.literal and known:
            yield Edit(file.text, "substitute", old=script, anchor=call.dialect)
        elif file.literal:
            yield Edit(file.text, "command")


def _sed(words: Sequence[Word]) -> _Editor:
    call = _Editor()
    plain: list[Word] = []
    rest = iter(words)
    for word in rest:
        text = word.text
        if text == "--":
            plain += rest
        elif text.startswith("--"):
            _long_option(call, word, rest)
        elif text.startswith("-") and text != "-":
            _letters(call, word, rest, "Ersu")
        elif text or not call.place:
            plain.append(word)
    if not call.scripts:
        call.scripts, plain = plain[:1], plain[1:]
    call.files = plain
    return call


def _perl(words: Sequence[Word]) -> _Editor:
    call = _Editor(dialect="perl")
    loops = False
    rest = iter(words)
    for word in rest:
        if word.text == "--":
            call.files += rest
        elif word.text.startswith("-") and not call.files:
            loops = loops or "p" in word.text[1:].partition("i")[0].partition("e")[0]
            _letters(call, word, rest, "pw")
        else:
            call.files.append(word)
    call.known = call.known and loops
    return call


def _letters(call: _Editor, word: Word, rest: Iterator[Word], harmless: str) -> None:
    """One-letter options in a word: behind ``i`` stands a suffix, behind ``e`` a script."""
    for at, letter in enumerate(word.text[1:], 1):
        behind = Word(word.text[at + 1 :], word.literal)
        if letter == "i":
            call.place = True
            return
        if letter == "e":
            call.scripts.append(behind if behind.text else next(rest, Word("", False)))
            return
        call.known = call.known and letter in harmless
        if letter in "Er" and "E" in harmless:
            call.dialect = "extended"


def _long_option(call: _Editor, word: Word, rest: Iterator[Word]) -> None:
    """``--in-place``, ``--expression=SCRIPT`` and ``--regexp-extended`` of GNU ``sed``."""
    name, equals, value = word.text.partition("=")
    if name == "--in-place":
        call.place = True
    elif name == "--expression":
        call.scripts.append(Word(value, word.literal) if equals else next(rest, Word("", False)))
    elif name == "--regexp-extended":
        call.dialect = "extended"
    else:
        call.known = False
