"""What a woven site weighs, and how its longest pages feel."""

from __future__ import annotations

import gzip
import shutil
from pathlib import Path
from typing import Any

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def weights(site: Path, inputs: int) -> dict[str, Any]:
    """Bytes of a site's pages, plain and compressed, beside ``inputs``, the bytes they tell of."""
    pages = {page.relative_to(site).as_posix(): page.read_bytes() for page in site.rglob("*.html")}
    pressed = {name: len(gzip.compress(content, 6)) for name, content in pages.items()}
    heaviest = max(pressed, key=lambda name: pressed[name])
    return {
        "pages": len(pages),
        "bytes": sum(map(len, pages.values())),
        "gzipped": sum(pressed.values()),
        "gzipped_per_input_byte": round(sum(pressed.values()) / inputs, 3) if inputs else None,
        "heaviest": heaviest,
        "heaviest_gzipped": pressed[heaviest],
    }


def longest_felt(site: Path) -> dict[str, Any] | None:
    """How the largest page of a file feels in the system's browser; None where there is none."""
    chromium = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    files = list((site / "file").iterdir())
    if chromium is None or not files:
        return None
    from bench.browser import felt

    page = max(files, key=lambda one: one.stat().st_size)
    return {"page": page.name, **felt(page, chromium)}
