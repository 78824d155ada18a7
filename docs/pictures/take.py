"""Takes the pictures of this folder: the woven demo, in the system's Chromium.

Run it by ``make pictures`` after a change of the templates or of the demo's story.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WIDTH, HEIGHT = 1280, 860
QUESTION = "L46"
"""Anchor of the line whose answer is shown."""
WORD = "high water"
"""What is searched."""


def main() -> int:
    """Build the demo in a scratch folder and photograph its pages."""
    named = os.environ.get("TREADLE_CHROMIUM", "")
    browser = named or next((path for name in BROWSERS if (path := shutil.which(name))), "")
    if not browser:
        print("no Chromium in PATH: apt install chromium", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "slackwater")
        program = Path(sys.executable).with_name("treadle")
        subprocess.run([program, "demo", folder], check=True, stdout=subprocess.DEVNULL)
        take(browser, folder / "treadle-site" / "index.html")
    return 0


def take(browser: str, index: Path) -> None:
    """Photograph a search, a thread, and a file with one line's answer."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        options = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
        chromium = play.chromium.launch(executable_path=browser, args=options)
        page = chromium.new_page(
            viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light", device_scale_factor=1
        )
        page.goto(index.as_uri())
        page.keyboard.press("/")
        page.keyboard.type(WORD)
        page.locator(".found li").first.wait_for()
        page.screenshot(path=HERE / "search.png")
        page.goto(index.as_uri())
        page.get_by_role("link", name="Find high and low water").first.click()
        page.locator("#theme").wait_for()
        page.screenshot(path=HERE / "thread.png")
        page.goto(index.as_uri())
        page.get_by_role("link", name="tide/table.py").first.click()
        page.goto(f"{page.url.split('#')[0]}#{QUESTION}")
        page.screenshot(path=HERE / "file.png")
        chromium.close()


if __name__ == "__main__":
    raise SystemExit(main())
