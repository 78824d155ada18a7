"""The names of a person's account and machine, as shells and listings show them.

A login name is often a word (``will``, ``mark``, ``dev``), so it is taken for a name only where it
stands in one's place: before an ``@``, as the owner in a listing, after ``USER=``. A machine's name
that no word looks like (``anns-macbook``, ``ip-10-0-0-7``) is found wherever it stands.

What stands for them, ``user`` and ``host``, is never found again.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

_NOBODY = frozenset(
    {"root", "user", "admin", "administrator", "nobody", "guest", "daemon", "www-data", "ubuntu"}
    | {"debian", "fedora", "centos", "ec2-user", "vagrant", "node", "git", "codespace", "vscode"}
    | {"runner", "builder", "gitpod", "jovyan", "app", "dev", "test", "host", "sandbox"}
)
"""Accounts that belong to no person."""
_NOWHERE = frozenset(
    {"localhost", "host", "local", "localdomain", "ubuntu", "debian", "docker-desktop"}
)
"""Names that many machines have."""


@cache
def _user(name: str) -> re.Pattern[str] | None:
    """Where a login name stands in its place; None for one that names nobody."""
    if len(name) < 2 or name.lower() in _NOBODY:
        return None
    word = re.escape(name)
    frames = (
        rf"(?<![\w.@/-]){word}(?=@[A-Za-z])(?!@[\w-]{{1,60}}\.[a-z]{{2,}}\b)",
        rf"(?<=uid=[0-9]{{4}}\(){word}(?=\))",
        rf"(?<=gid=[0-9]{{4}}\(){word}(?=\))",
        rf"(?<=\bUSER=){word}(?![\w-])",
        rf"(?<=\bLOGNAME=){word}(?![\w-])",
        rf"(?<=\bUSERNAME=){word}(?![\w-])",
        rf"[r-][w-][xsStT-][.+@]? {{1,8}}[0-9]{{1,6}} {{1,4}}(?P<owner>{word})(?= )",
        rf"(?<=/tmp/claude-){word}(?![\w-])",
        rf"(?<=/run/user/){word}(?![\w-])",
        rf"(?<=/media/){word}(?=/)",
    )
    return re.compile("|".join(frames))


@cache
def _host(name: str) -> re.Pattern[str] | None:
    short = name.split(".")[0]
    if len(short) < 2 or short.lower() in _NOWHERE:
        return None
    spelt = "|".join(sorted({re.escape(name), re.escape(short)}, key=len, reverse=True))
    telling = len(short) > 6 and ("-" in short or any(c.isdigit() for c in short))
    before = r"(?<![\w.-])" if telling else r"(?<=[a-z0-9_]@)"
    return re.compile(rf"{before}(?:{spelt})(?:\.local(?:domain)?)?(?![\w-])")


def find(text: str, user: str, host: str) -> Iterator[tuple[int, int, str]]:
    """Where a text names the account or the machine: ``[start, end)`` and which of the two."""
    for kind, name, pattern in (("user", user, _user(user)), ("host", host, _host(host))):
        if pattern is not None and name.split(".")[0] in text:
            for match in pattern.finditer(text):
                group = match.lastgroup or 0
                yield match.start(group), match.end(group), kind
