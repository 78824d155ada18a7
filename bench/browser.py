"""How a page feels: first paint, and the tasks of a scripted scroll, in the system's Chromium.

Durations of tasks are processor time of the page's main thread, as Chromium's own trace has
them, so that a busy machine does not count; what the clock on the wall says stands beside.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

FLAGS = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run")

CATEGORIES = ["disabled-by-default-devtools.timeline", "toplevel", "__metadata"]

LONG = 50_000
"""Microseconds from which a task is called long."""

_SCROLL = """
async steps => {
  const whole = document.documentElement.scrollHeight;
  for (let n = 1; n <= steps; n++) {
    window.scrollTo(0, whole * n / steps);
    await new Promise(requestAnimationFrame);
  }
}
"""


def felt(page: Path, chromium: str, steps: int = 240) -> dict[str, Any]:
    """Milliseconds: to the first paint (wall), the longest task of loading and of a scroll through
    the page in ``steps`` jumps (processor), and how many tasks of the scroll took over 50."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        tab = browser.new_page(viewport={"width": 1440, "height": 900})
        browser.start_tracing(page=tab, categories=CATEGORIES)
        tab.goto(page.resolve().as_uri())
        tab.wait_for_timeout(500)
        paint = tab.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
        loading = _tasks(browser.stop_tracing())
        browser.start_tracing(page=tab, categories=CATEGORIES)
        tab.evaluate(_SCROLL, steps)
        scrolling = _tasks(browser.stop_tracing())
        browser.close()
    return {
        "first_paint_ms": round(paint),
        "loading_longest_ms": round(max(loading) / 1000),
        "loading_ms": round(sum(loading) / 1000),
        "scroll_longest_ms": round(max(scrolling) / 1000, 1),
        "scroll_over_50_ms": sum(task > LONG for task in scrolling),
        "scroll_ms_a_step": round(sum(scrolling) / 1000 / steps, 2),
    }


def _tasks(trace: bytes) -> list[int]:
    """Microseconds of processor time of each task of pages' main threads."""
    events = json.loads(trace)["traceEvents"]
    mains = {
        (event["pid"], event["tid"])
        for event in events
        if event["name"] == "thread_name" and event["args"].get("name") == "CrRendererMain"
    }
    return [
        event["tdur"]
        for event in events
        if event.get("ph") == "X"
        and "tdur" in event
        and event["name"].endswith("RunTask")
        and (event["pid"], event["tid"]) in mains
    ] or [0]
