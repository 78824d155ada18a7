"""How pages of very long files feel: a made file in spans of five lines, each with its reason."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.pages import BROWSERS
from treadle.weave.leaves.texts import held
from treadle.weave.site import weave_book

LINES = (10_000, 50_000)
SPAN = 5


def measure(folder: Path, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """A row for each length: pages, the heaviest, and how that feels; none without a browser."""
    chromium = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if chromium is None:
        return []
    from bench.browser import felt

    rows = []
    for lines in LINES:
        say(f"a file of {lines:,} lines")
        out = folder / f"long-{lines}"
        _weave(lines, out)
        pages = sorted((out / "file").iterdir(), key=lambda page: page.stat().st_size)
        heaviest = len(gzip.compress(pages[-1].read_bytes(), 6))
        told = {"lines": lines, "pages": len(pages), "heaviest_gzipped": heaviest}
        rows.append({**told, **felt(pages[-1], chromium)})
    return rows


def _weave(lines: int, out: Path) -> None:
    from tests.weave.slackwater import slackwater

    book = slackwater()
    file = next(file for file in book.files if file.path == "tide/table.py")
    runs = tuple(
        replace(file.runs[n % len(file.runs)], start=SPAN * n, count=SPAN, first=SPAN * n)
        for n in range(lines // SPAN)
    )
    text = "".join(f"def wave_{n}(speed: float) -> float:  # {n * 7919}\n" for n in range(lines))
    large = replace(file, text=held(text), runs=runs)
    weave_book(replace(book, files=(large,)), out, jobs=1)
