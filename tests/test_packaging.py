"""The wheel, built and installed: green in a checkout is not green in a wheel.

It is built from a copy, since a build leaves files behind that would find their way into
the next one, and installed by pip into an environment that has the libraries but
neither this checkout nor what the tests need of it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
FOLDERS = ("thread", "tangle", "weave", "cli", "templates")

Run = Callable[..., str]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel made of the sources."""
    copy = tmp_path_factory.mktemp("sources")
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, copy)
    for name in (*FOLDERS, "docs/man"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    out = tmp_path_factory.mktemp("wheel")
    _pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(out), str(copy))
    (built,) = out.glob("treadle-*.whl")
    return built


@pytest.fixture(scope="module")
def names(wheel: Path) -> list[str]:
    """What is in the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


@pytest.fixture(scope="module")
def run(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Runs a command from a foreign folder in a new environment that has the wheel."""
    venv = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(venv)], check=True)
    python = venv / "bin" / "python"
    _pip("--python", str(python), "install", "--no-deps", "--no-index", str(wheel))
    (libraries,) = venv.glob("lib/python*/site-packages")
    (libraries / "borrowed.pth").write_text(f"{sysconfig.get_path('purelib')}\n")
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    env = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    env["PATH"] = f"{venv / 'bin'}{os.pathsep}{env['PATH']}"

    def run(*command: str, cwd: Path = elsewhere) -> str:
        done = subprocess.run(command, cwd=cwd, env=env, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return run


def _pip(*args: str) -> None:
    quiet = ("--disable-pip-version-check", "--quiet")
    done = subprocess.run(
        [sys.executable, "-m", "pip", *quiet, *args], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def test_every_source_and_template_is_in_the_wheel(names: list[str]) -> None:
    wanted = {
        f"treadle/{path.relative_to(ROOT).as_posix()}"
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted <= set(names)


def test_the_wheel_has_pages_manual_and_licence(names: list[str]) -> None:
    endings = (".html", ".css", ".js", "man1/treadle.1", "man1/git-treadle.1", "LICENSE", "NOTICE")
    assert [end for end in endings if not any(name.endswith(end) for name in names)] == []


def test_nothing_else_is_in_the_wheel(names: list[str]) -> None:
    owned = tuple(f"treadle/{folder}/" for folder in FOLDERS)
    assert [name for name in names if not name.startswith((*owned, "treadle-"))] == []
    assert [name for name in names if "test" in name or "bench" in name] == []


def test_the_names_of_others_stay_theirs(run: Run) -> None:
    code = "import importlib.util as u; print([n for n in {names} if u.find_spec(n)])"
    bare = [folder for folder in FOLDERS if folder not in sys.stdlib_module_names]
    assert run("python", "-I", "-c", code.format(names=bare)).strip() == "[]"
    code = "import treadle.weave; print(treadle.weave.__file__)"
    assert "site-packages" in run("python", "-I", "-c", code)


def test_both_commands_tell_their_version_and_help(run: Run) -> None:
    assert run("treadle", "--version") == run("git", "treadle", "--version")
    assert "0.1.0" in run("treadle", "--version")
    assert "why" in run("treadle", "--help")
    called = run("git", "treadle", "-h").replace("git treadle", "treadle")
    assert called.split() == run("treadle", "--help").split()


@pytest.mark.skipif(not shutil.which("man"), reason="no man here")
def test_git_shows_the_manual(run: Run) -> None:
    assert "literate source" in " ".join(run("git", "treadle", "--help").split())
    assert "literate source" in " ".join(run("man", "treadle").split())


def test_the_demo_runs_from_the_wheel(run: Run, tmp_path: Path) -> None:
    said = run("treadle", "demo", "slack water", cwd=tmp_path)
    site = tmp_path / "slack water" / "treadle-site" / "index.html"
    assert site.is_file()
    assert str(site) in said
