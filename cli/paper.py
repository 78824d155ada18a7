"""What a terminal gets: colours and a pager as git has them, and no control characters.

Transcripts are hostile: an escape sequence out of one could rewrite the screen. So all
that comes from content passes ``visible`` on its way out.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import IO, TYPE_CHECKING, Any, TextIO

if TYPE_CHECKING:
    from treadle.thread.repo import Repo

_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_LONE = re.compile("[\ud800-\udfff]")
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
}


def visible(text: str) -> str:
    """``text`` with control and direction characters shown instead of obeyed; LF and tab stay."""
    text = _UNSEEN.sub(_picture, text)
    return _LONE.sub("\ufffd", text)


def _picture(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else f"<U+{code:04X}>"


def first_line(text: str) -> str:
    """The first line that holds anything."""
    return next((line.strip() for line in text.split("\n") if line.strip()), "")


def clip(text: str, width: int) -> str:
    """``text`` in at most ``width`` columns, with an ellipsis where it was cut."""
    return text if len(text) <= width else text[: max(0, width - 1)] + "\u2026"


def columns() -> int:
    """The terminal's width; 80 where there is no terminal."""
    return shutil.get_terminal_size((80, 24)).columns


class Paper:
    """Where a command prints: knows whether there are colours."""

    def __init__(self, out: IO[str], colour: bool) -> None:
        self.out = out
        self.colour = colour

    def style(self, text: str, name: str) -> str:
        """``text`` in one of our styles; plain where there are no colours."""
        return f"\x1b[{_STYLES[name]}m{text}\x1b[0m" if self.colour and text else text

    def line(self, text: str = "") -> None:
        self.out.write(text + "\n")


@contextmanager
def paper(repo: Repo | None = None, *, paged: bool = False) -> Iterator[Paper]:
    """A place to print: through git's pager on a terminal, where ``paged``."""
    _write_utf8(sys.stdout)
    tty = sys.stdout.isatty()
    colour = tty and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    if repo is not None and tty:
        colour = colour and repo.text("config", "--get-colorbool", "color.ui", "true") != "false"
    pager = repo.text("var", "GIT_PAGER") if repo is not None and tty and paged else ""
    if pager in ("", "cat"):
        yield Paper(sys.stdout, colour)
        sys.stdout.flush()
        return
    environment = {"LESS": "FRX", "LV": "-c", **os.environ}
    with subprocess.Popen(
        pager, shell=True, stdin=subprocess.PIPE, env=environment, text=True, encoding="utf-8"
    ) as process:
        assert process.stdin is not None
        with suppress(BrokenPipeError):
            yield Paper(process.stdin, colour)
        with suppress(BrokenPipeError):
            process.stdin.close()


def _write_utf8(out: TextIO) -> None:
    reconfigure = getattr(out, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(encoding="utf-8", errors="replace")


def print_json(told: Any) -> None:
    """One JSON document on standard output. Lone surrogates are escaped."""
    _write_utf8(sys.stdout)
    text = json.dumps(told, ensure_ascii=False, indent=1)
    sys.stdout.write(_escaped(text) + "\n")


def print_json_lines(rows: Iterable[Any]) -> None:
    """One JSON object a line."""
    _write_utf8(sys.stdout)
    for row in rows:
        sys.stdout.write(_escaped(json.dumps(row, ensure_ascii=False)) + "\n")


def _escaped(text: str) -> str:
    """JSON text that can be encoded: surrogates and control characters as escapes."""
    text = _LONE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return re.sub("[\x7f-\x9f]", lambda found: f"\\u{ord(found[0]):04x}", text)
