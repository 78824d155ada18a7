"""Which simple commands of a script surely ran, and in which folder.

A script's text names more than it does: behind ``||``, in a condition or in a function's body
a command may never have run. So the commands are walked in their order with a stack of the
groups that are open; what stands where nobody can tell is left out, and so is what depends
on a folder nobody knows. Loops over literal words are unrolled. Behind ``&&`` a command
ran if the one before it hardly ever fails, or if the list it stands in is the script's last
and the script succeeded. One pass over a bounded number of words.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import dropwhile

from treadle.thread.shell.parse import RESERVED, Simple, Word

_MOST = 100_000
"""Words that are walked, those of unrolled loops counted each time."""
_MOST_ROUNDS = 200
_DEEPEST = 50
"""Groups inside one another that are followed."""
_ENDS = ("}", "fi", "done", "esac")
_OPENING = {"if": "fi", "while": "done", "until": "done", "select": "done"}
_BUILTIN = (":", "cd", "echo", "export", "printf", "pwd", "set", "sleep", "true")
_FILES = ("cat", "chmod", "cp", "mkdir", "mv", "perl", "rm", "sed", "tee", "touch")
_STEADY = frozenset((*_BUILTIN, *_FILES))
"""Commands of which it would be news that they failed."""
_STEADY_GIT = frozenset(("add", "checkout", "commit", "init", "mv", "reset", "rm", "status"))


@dataclass(frozen=True, slots=True)
class Ran:
    """A simple command that surely ran."""

    simple: Simple
    """Without reserved words, loop variables filled in. A group of commands that is redirected
    stands here as one command called ``}``."""
    folder: str | None
    """Where; None where nobody can tell."""
    piped: Simple | None = None
    """The command whose output it reads."""


@dataclass(slots=True)
class _Group:
    """A subshell, a group, a loop, a condition or a function's body that is open."""

    end: str = ""
    """The word that closes it."""
    doubt: bool = False
    """What stands in it may not have run."""
    outer: bool = False
    """The list around it was in doubt."""
    folder: str | None = ""
    """The folder before it."""
    apart: bool = False
    """It is a shell of its own."""
    defines: bool = False
    """It is the ``()`` of a function."""
    name: str = ""
    """Of a loop: its variable."""
    values: tuple[Word, ...] = ()
    """Of a loop: the words of this round and of those to come."""
    body: int = -1
    """Of a loop: the index of the command at which its body begins."""


def runs(commands: Sequence[Simple], folder: str, succeeded: bool) -> Iterator[Ran]:
    """The commands that surely ran, of a script that began in ``folder``."""
    return _Walk(commands, folder, succeeded).walk()


class _Walk:
    def __init__(self, commands: Sequence[Simple], folder: str, succeeded: bool) -> None:
        self.commands = commands
        self.tail = _tail(commands) if succeeded else len(commands)
        self.at = 0
        self.folder: str | None = folder
        self.ended: str | None = folder
        """The folder in which the last group began."""
        self.groups = [_Group()]
        self.doubt = False
        """The next command of this list may not run."""
        self.piped: Simple | None = None
        self.before = ""
        """The operator before the next command, or the word that has just closed a group."""
        self.defines = False
        """The next group is the body of a function."""

    def walk(self) -> Iterator[Ran]:
        left = _MOST
        while self.at < len(self.commands) and left > 0 and len(self.groups) <= _DEEPEST:
            told = self.commands[self.at]
            left -= 1 + len(told.words)
            self.at += 1
            words = self._behind_reserved(told)
            if words is None:
                continue
            group = not words and bool(told.redirects) and self.before in (")", "}")
            words = [Word("}", False)] if group else words
            filled = [self._filled(word) for word in words]
            targets = [(kind, self._filled(word)) for kind, word in told.redirects]
            simple = replace(told, words=filled, redirects=targets)
            if (filled or targets) and told.after != "(" and self._sure():
                yield Ran(simple, self.ended if group else self.folder, self.piped)
            self._effects(simple)
            self._onwards(told, simple)

    def _sure(self) -> bool:
        return not self.doubt and not self.groups[-1].doubt

    # -- reserved words ---------------------------------------------------------------

    def _behind_reserved(self, told: Simple) -> list[Word] | None:
        """The words behind reserved ones; None where a loop goes into its next round."""
        words = told.words
        for index, word in enumerate(words):
            name = "" if word.quoted else word.text
            if name in _ENDS:
                if self._next_round(name):
                    return None
                self._close(name, apart=told.after == "|")
                self.before = "}"
            elif name in ("for", "case"):
                self._loop(words[index:]) if name == "for" else self._open("esac", doubt=True)
                return []
            elif name == "function":
                self.defines = True
            elif name in _OPENING:
                self._open(_OPENING[name], doubt=True)
            elif name == "{":
                self._open("}")
            elif name == "do":
                self.groups[-1].body = self.at - 1
            elif name not in RESERVED and not (index and words[index - 1].text == "function"):
                return words[index:]
        return []

    def _loop(self, words: Sequence[Word]) -> None:
        """``for NAME in WORDS``; in doubt unless all of them are known."""
        known = len(words) > 3 and words[2].text == "in" and all(w.literal for w in words[3:])
        self._open("done", doubt=not known or len(words) > _MOST_ROUNDS)
        if known:
            self.groups[-1].name = words[1].text
            self.groups[-1].values = tuple(words[3:])

    def _next_round(self, end: str) -> bool:
        """At the end of a loop: back to its body, if there are words left."""
        loop = self.groups[-1]
        if end != "done" or len(loop.values) < 2 or loop.body < 0 or loop.doubt:
            return False
        loop.values = loop.values[1:]
        self.at, self.doubt, self.before, self.piped = loop.body, False, "", None
        return True

    def _filled(self, word: Word) -> Word:
        """A loop's variable as the word of this round."""
        if word.literal:
            return word
        for group in reversed(self.groups):
            if group.name and word.text in (f"${group.name}", f"${{{group.name}}}"):
                value = group.values[0].text
                split = not word.quoted and set(value) & set(" \t\n*?[")
                return word if split else Word(value, quoted=True)
        return word

    # -- groups -----------------------------------------------------------------------

    def _open(self, end: str, *, doubt: bool = False, defines: bool = False) -> None:
        doubt = doubt or self.defines or not self._sure()
        apart = end == ")" or self.piped is not None
        self.groups.append(_Group(end, doubt, self.doubt, self.folder, apart, defines))
        self.doubt, self.defines, self.piped = False, False, None

    def _close(self, end: str, *, apart: bool = False) -> None:
        """The group that ``end`` closes; where it fits none nothing is sure any more."""
        group = self.groups[-1]
        if group.end == "esac" and end == ")":
            return
        if group.end != end:
            self.groups[0].doubt = group.doubt = True
            return
        self.groups.pop()
        self.doubt, self.defines, self.ended = group.outer, group.defines, group.folder
        if apart or group.apart:
            self.folder = group.folder

    def _leave(self, end: str) -> None:
        """Nothing more runs for sure up to the end of the innermost group that ``end`` closes."""
        for group in reversed(self.groups):
            group.doubt = True
            if group.end == end:
                return

    # -- from one command to the next -------------------------------------------------

    def _effects(self, simple: Simple) -> None:
        """What a command does to the commands behind it."""
        words = simple.words
        name = words[0].text if words else ""
        apart = simple.after in ("|", "&") or self.piped is not None
        if name in ("cd", "pushd", "popd") and not apart:
            self.folder = _cd(self.folder, words) if self._sure() else None
        elif name == "exit":
            fails = self.before == "||" or (len(words) > 1 and words[1].text != "0")
            if self._sure() or not fails:
                self._leave(")")
        elif name in ("break", "continue"):
            self._leave("done")
        for group in self.groups:
            if group.name and any(word.text.startswith(f"{group.name}=") for word in words):
                group.name = ""

    def _onwards(self, told: Simple, simple: Simple) -> None:
        """Past the operator behind a command."""
        words, after = simple.words, told.after
        if after == "(":
            defines = bool(told.words) and not told.words[-1].text.endswith("=")
            self._open(")", doubt=bool(words), defines=defines)
        elif after == ")":
            self._close(")")
        elif after == "&&":
            self.doubt = self.doubt or not (self.at > self.tail or _steady(told.words))
        elif after == "||":
            self.doubt = True
        elif after in (";", "&"):
            self.doubt = False
        self.defines = self.defines and not words
        self.piped = simple if after == "|" else None
        self.before = after


def _steady(words: Sequence[Word]) -> bool:
    """Whether a command hardly ever fails."""
    rest = [word.text for word in dropwhile(_leads, words)]
    if rest[:1] == ["git"]:
        return rest[1:2] != [] and rest[1] in _STEADY_GIT
    return rest[0] in _STEADY if rest else bool(words)


def _leads(word: Word) -> bool:
    """Whether a command goes on behind the word: it is a reserved one or an assignment."""
    if word.text in RESERVED:
        return word.text != "!"
    return word.literal and "=" in word.text.partition("/")[0]


def _cd(folder: str | None, words: Sequence[Word]) -> str | None:
    to = words[1] if len(words) == 2 and words[0].text == "cd" else None
    if folder is None or to is None or not to.literal or to.text in ("", "-"):
        return None
    return posixpath.normpath(posixpath.join(folder, to.text))


def _tail(commands: Sequence[Simple]) -> int:
    """Index at which the script's last list begins, if it is made of ``&&`` alone."""
    at = len(commands) - 1
    while at > 0 and commands[at - 1].after in ("&&", "|"):
        at -= 1
    last = commands[-1:]
    plain = any(c.words and c.words[0].text not in _ENDS for c in last)
    ended = any(c.after in ("", ";") for c in last)
    whole = at <= 0 or commands[at - 1].after in (";", "&", ")")
    return at if plain and ended and whole else len(commands)
