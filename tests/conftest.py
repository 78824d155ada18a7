"""What all tests share.

Git knows nothing here of the user whose machine it is: no configuration, no identity, no
ignore list of theirs is read. Tests marked ``corpus`` need the bundles of the folder that
``TREADLE_CORPUS`` names, tests marked ``samples`` the agents' transcripts of the folder that
``TREADLE_SAMPLES`` names, tests marked ``browser`` need Chromium; without them they are
skipped, and one line says so. Where ``CI`` is set a missing browser fails instead, so that
nothing goes green because it did not run.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

CORPUS = os.environ.get("TREADLE_CORPUS", "")
SAMPLES = os.environ.get("TREADLE_SAMPLES", "")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
IN_CI = bool(os.environ.get("CI"))

_SKIPPED = pytest.StashKey[dict[str, int]]()


def find_browser() -> str:
    """Path of the system's Chromium, ``""`` where it has none."""
    named = os.environ.get("TREADLE_CHROMIUM", "")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), "")


def pytest_configure(config: pytest.Config) -> None:
    for name, folder in (("TREADLE_CORPUS", CORPUS), ("TREADLE_SAMPLES", SAMPLES)):
        if folder and not os.path.isdir(folder):
            raise pytest.UsageError(f"{name} names no folder: {folder}")
    config.stash[_SKIPPED] = {"corpus": 0, "samples": 0, "browser": 0}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    missing = {}
    if not CORPUS:
        missing["corpus"] = "TREADLE_CORPUS is not set"
    if not SAMPLES:
        missing["samples"] = "TREADLE_SAMPLES is not set"
    if not find_browser() and not IN_CI:
        missing["browser"] = "no Chromium in PATH"
    for item in items:
        for name, reason in missing.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))
                config.stash[_SKIPPED][name] += 1


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    skipped = terminalreporter.config.stash[_SKIPPED]
    if skipped["corpus"]:
        terminalreporter.write_line(
            f"{skipped['corpus']} tests on real histories skipped: "
            "TREADLE_CORPUS names no folder of git bundles"
        )
    if skipped["samples"]:
        terminalreporter.write_line(
            f"{skipped['samples']} tests on samples skipped: "
            "TREADLE_SAMPLES names no folder of agents' transcripts"
        )
    if skipped["browser"]:
        terminalreporter.write_line(
            f"{skipped['browser']} tests in a browser skipped: no Chromium in PATH"
        )
    for reason, count in sorted(_not_installed(terminalreporter).items()):
        terminalreporter.write_line(f"{count} tests skipped: {reason}")


def _not_installed(reporter: pytest.TerminalReporter) -> Counter[str]:
    """Why tests with tools of others were skipped, and how many."""
    told = (str(report.longrepr[2]) for report in reporter.stats.get("skipped", ())
            if isinstance(report.longrepr, tuple))  # fmt: skip
    reasons = (reason.removeprefix("Skipped: ") for reason in told)
    return Counter(reason for reason in reasons if "could not be installed" in reason)


@pytest.fixture(scope="session", autouse=True)
def plain_git(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Git without the user's settings, with an identity and English messages."""
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("GIT_")]:
            patch.delenv(name)
        patch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("no-config")))
        for who in ("AUTHOR", "COMMITTER"):
            patch.setenv(f"GIT_{who}_NAME", "Tess Weaver")
            patch.setenv(f"GIT_{who}_EMAIL", "tess@treadle.example")
        patch.setenv("LC_ALL", "C.UTF-8")
        patch.delenv("NO_COLOR", raising=False)
        yield


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of git bundles; only in tests marked ``corpus``."""
    return Path(CORPUS)


@pytest.fixture(scope="session")
def samples() -> Path:
    """The folder of agents' transcripts; only in tests marked ``samples``."""
    return Path(SAMPLES)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the system's Chromium; only in tests marked ``browser``."""
    found = find_browser()
    if not found:
        pytest.fail("CI is set and there is no Chromium: install the package chromium")
    return found
