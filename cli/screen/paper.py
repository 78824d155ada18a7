"""Where a command prints: with colours and through a pager as git has them, or as JSON."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from itertools import islice
from typing import IO, TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from subprocess import Popen

    from treadle.thread.repo import Repo

_STYLES = {
    "commit": "33",
    "number": "36",
    "dim": "2",
    "bold": "1",
    "add": "32",
    "del": "31",
    "proved": "32",
    "replayed": "32",
    "matched": "36",
    "command": "35",
    "neighbour": "34",
    "unrecorded": "31",
    "hit": "1;31",
}
_AT_ONCE = 500
"""Lines written at once."""
_FALSE = ("false", "no", "off", "0", "never")


def screen() -> tuple[int, int]:
    """The terminal's columns and lines: what ``COLUMNS`` and ``LINES`` say, else what it says
    itself; 80 and 24 where there is none."""
    try:
        size = os.get_terminal_size(sys.__stdout__.fileno() if sys.__stdout__ else 1)
    except (OSError, ValueError):
        size = os.terminal_size((0, 0))
    return _told("COLUMNS") or size.columns or 80, _told("LINES") or size.lines or 24


def _told(name: str) -> int:
    value = os.environ.get(name, "")
    return int(value) if value.isdecimal() else 0


class Paper:
    """Where a command prints: knows whether there are colours, and whether a person looks on."""

    def __init__(self, out: IO[str], colour: bool, looked_at: bool = False) -> None:
        self.out = out
        self.colour = colour
        self.looked_at = looked_at
        """It goes to a terminal, maybe through a pager."""

    def style(self, text: str, name: str) -> str:
        """``text`` in one of our styles; plain where there are no colours."""
        return f"\x1b[{_STYLES[name]}m{text}\x1b[0m" if self.colour and name and text else text

    def line(self, text: str = "") -> None:
        self.out.write(text + "\n")

    def lines(self, texts: Iterable[str]) -> None:
        """Many lines, some at a time: soon there, and no longer written than they are read."""
        rows = iter(texts)
        while some := list(islice(rows, _AT_ONCE)):
            self.out.write("\n".join(some) + "\n")


def ask_settings(repo: Repo) -> Popen[bytes]:
    """Git, telling the user's settings; asked early it tells them while we work."""
    return repo.start("var", "-l")


@contextmanager
def paper(
    repo: Repo | None = None, *, paged: bool = False, asked: Popen[bytes] | None = None
) -> Iterator[Paper]:
    """A place to print: through git's pager on a terminal, where ``paged``.

    ``asked`` is what ``ask_settings`` gave.
    """
    _write_utf8(sys.stdout)
    settings = _settings(repo, asked)
    tty = sys.stdout.isatty()
    seen = tty or os.environ.get("GIT_PAGER_IN_USE", "false").lower() not in (*_FALSE, "")
    pager = _pager(repo, settings) if tty and paged and repo is not None else ""
    through = bool(pager) or not tty
    colour = _has_colour(settings, seen, paged_by_somebody=through)
    if not pager:
        yield Paper(sys.stdout, colour, seen)
        sys.stdout.flush()
        return
    with _paging(pager) as out:
        yield Paper(out, colour, True)


def _settings(repo: Repo | None, asked: Popen[bytes] | None) -> Mapping[str, str]:
    """The user's settings and git's own variables, as git tells them."""
    if repo is None:
        return {}
    asked = asked or ask_settings(repo)
    rows = os.fsdecode(asked.communicate()[0]).split("\n")
    return {name: value for name, _, value in (row.partition("=") for row in rows)}


def _has_colour(settings: Mapping[str, str], seen: bool, *, paged_by_somebody: bool) -> bool:
    wish = settings.get("color.ui", "auto").lower()
    if os.environ.get("NO_COLOR") or wish in _FALSE:
        return False
    if wish == "always":
        return True
    if paged_by_somebody and settings.get("color.pager", "true").lower() in _FALSE:
        return False
    return seen and os.environ.get("TERM", "dumb") != "dumb"


def _pager(repo: Repo, settings: Mapping[str, str]) -> str:
    """The command of git's pager; ``""`` where there is none."""
    command = settings.get("GIT_PAGER") or repo.text("var", "GIT_PAGER")
    if command in ("", "cat"):
        return ""
    import shutil

    program = command.split()[0]
    if program.replace("/", "").replace("-", "").isalnum() and not shutil.which(program):
        sys.stderr.write(f"treadle: there is no pager {program!r}\n")
        return ""
    return command


@contextmanager
def _paging(command: str) -> Iterator[IO[str]]:
    """The input of a pager. Who leaves it early has seen enough; Ctrl-C is the pager's own."""
    import signal
    import subprocess

    environment = {"LESS": "FRX", "LV": "-c", **os.environ, "GIT_PAGER_IN_USE": "true"}
    process = subprocess.Popen(
        command, shell=True, stdin=subprocess.PIPE, env=environment, text=True, encoding="utf-8"
    )
    assert process.stdin is not None
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with suppress(BrokenPipeError):
            yield process.stdin
    finally:
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.wait()
        signal.signal(signal.SIGINT, before)


def _write_utf8(out: TextIO) -> None:
    reconfigure = getattr(out, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="replace")


def print_json(told: Any) -> None:
    """One JSON document on standard output."""
    import json

    _write_utf8(sys.stdout)
    sys.stdout.write(_plain(json.dumps(told, ensure_ascii=False, indent=1)) + "\n")


def print_json_lines(rows: Iterable[Any]) -> None:
    """One JSON object a line."""
    import json

    _write_utf8(sys.stdout)
    encode = json.JSONEncoder(ensure_ascii=False).encode
    for row in rows:
        sys.stdout.write(_plain(encode(row)) + "\n")


def print_bytes(texts: Iterable[str]) -> None:
    """Lines for a program, byte for byte as they are in files; to a terminal harmless."""
    from treadle.cli.screen.cells import visible

    rows = iter(texts)
    while some := list(islice(rows, _AT_ONCE)):
        told = "\n".join(some) + "\n"
        if sys.stdout.isatty():
            sys.stdout.write(visible(told))
        else:
            sys.stdout.buffer.write(told.encode("utf-8", "surrogateescape"))


def _plain(text: str) -> str:
    """JSON text that every reader takes and no terminal obeys: U+FFFD for bytes that are not
    UTF-8, escapes for control and direction characters."""
    if text.isascii() and "\x7f" not in text:
        return text
    import re

    text = re.sub("[\ud800-\udfff]", "\ufffd", text)
    unseen = "[\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
    return re.sub(unseen, lambda found: f"\\u{ord(found[0]):04x}", text)
