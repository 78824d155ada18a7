"""Git's configuration, read once and kept with where each value comes from.

One process lists all of it. Who asks for a value must often know its scope too: what a
person set for all repositories is not ours to change, and what one repository sets can
be taken back.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from treadle.thread.repo import Repo

_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False,
          "": False}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """One value as git has it."""

    scope: str
    """Git's word: ``system``, ``global``, ``local``, ``worktree`` or ``command``."""
    origin: str
    """Where it stands, as git tells it: ``file:PATH`` or ``command line:``."""
    key: str
    """As git prints it: section and name in lower case, the subsection as it was written."""
    value: str | None
    """None where the key stands without ``=``, which means true."""


class Config:
    """All values of one repository's work tree, in the order in which git reads them."""

    def __init__(self, entries: tuple[Entry, ...]) -> None:
        self.entries = entries

    @classmethod
    def read(cls, repo: Repo) -> Config:
        """What git has now; ``UserError`` where a file of it cannot be read."""
        listed = repo.run("config", "--null", "--list", "--show-scope", "--show-origin")
        fields = os.fsdecode(listed).split("\0")
        rows = zip(fields[0::3], fields[1::3], fields[2::3], strict=False)
        return cls(tuple(_entry(*row) for row in rows))

    def all(self, key: str) -> list[Entry]:
        """Every value of a key, the one that counts last."""
        wanted = plain(key)
        return [entry for entry in self.entries if entry.key == wanted]

    def last(self, key: str) -> Entry | None:
        """The value that counts; None where there is none."""
        return next(reversed(self.all(key)), None)

    def nearest(self, key: str) -> list[Entry]:
        """All values of a key in the scope that counts."""
        found = self.all(key)
        return [entry for entry in found if entry.scope == found[-1].scope]

    def subsections(self, section: str, name: str) -> Iterator[tuple[str, Entry]]:
        """``section.SUB.name`` for every subsection: its name and the entry."""
        head, tail = f"{section.lower()}.", f".{name.lower()}"
        for entry in self.entries:
            key = entry.key
            if key.startswith(head) and key.endswith(tail) and len(key) > len(head) + len(tail) - 1:
                yield key[len(head) : -len(tail)], entry


def plain(key: str) -> str:
    """A key as git prints it: the first and the last name in lower case."""
    section, dot, rest = key.partition(".")
    middle, more, name = rest.rpartition(".")
    return f"{section.lower()}{dot}{middle}{more}{name.lower()}"


def truth(value: str | None) -> bool | None:
    """A value as git's boolean; None where it is none."""
    if value is None:
        return True
    word = value.lower()
    if word in _WORDS:
        return _WORDS[word]
    number = word.removeprefix("-")
    return bool(int(number)) if number.isascii() and number.isdecimal() else None


def _entry(scope: str, origin: str, pair: str) -> Entry:
    key, equals, value = pair.partition("\n")
    return Entry(scope, origin, key, value if equals else None)
