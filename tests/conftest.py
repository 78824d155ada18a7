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
from hypothesis import HealthCheck, settings

settings.register_profile("treadle", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("treadle")  # how long an example takes on a busy machine is no fault

CORPUS = os.environ.get("TREADLE_CORPUS", "")
SAMPLES = os.environ.get("TREADLE_SAMPLES", "")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
IN_CI = bool(os.environ.get("CI"))

NO_CORPUS = "TREADLE_CORPUS names no folder of git bundles"
NO_SAMPLES = "TREADLE_SAMPLES names no folder of agents' transcripts"
NO_BROWSER = "no Chromium in PATH"
"""Why tests are left out."""


def find_browser() -> str:
    """Path of the system's Chromium, ``""`` where it has none."""
    named = os.environ.get("TREADLE_CHROMIUM", "")
    return named or next((path for name in BROWSERS if (path := shutil.which(name))), "")


def pytest_configure() -> None:
    for name, folder in (("TREADLE_CORPUS", CORPUS), ("TREADLE_SAMPLES", SAMPLES)):
        if folder and not os.path.isdir(folder):
            raise pytest.UsageError(f"{name} names no folder: {folder}")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    missing = {}
    if not CORPUS:
        missing["corpus"] = NO_CORPUS
    if not SAMPLES:
        missing["samples"] = NO_SAMPLES
    if not find_browser() and not IN_CI:
        missing["browser"] = NO_BROWSER
    for item in items:
        for name, reason in missing.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    told = (report.longrepr for report in terminalreporter.stats.get("skipped", ()))
    reasons = Counter(
        str(one[2]).removeprefix("Skipped: ") for one in told if isinstance(one, tuple)
    )
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"{count} tests skipped: {reason}")


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
