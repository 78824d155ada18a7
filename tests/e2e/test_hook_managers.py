"""Hooks beside those that husky, lefthook and the pre-commit framework put in place.

The managers are the real ones, from npm and PyPI, each installed once. Where that is not
possible a line at the end says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from tests.cli.lamp import run
from tests.support.hooked import Hooked, settled
from treadle.thread.hooks.enrolment import withdraw
from treadle.thread.hooks.place import hooks_now

ROOT = Path(__file__).parents[2]
NPM = {"husky": "9", "lefthook": "2"}


@pytest.fixture(scope="session")
def modules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder ``node_modules`` with husky and lefthook."""
    folder = tmp_path_factory.mktemp("npm")
    npm = shutil.which("npm")
    if npm:
        (folder / "package.json").write_text("{}")
        wanted = [f"{name}@{version}" for name, version in NPM.items()]
        quiet = ["--no-audit", "--no-fund", "--loglevel=error"]
        _tried([npm, "install", *quiet, *wanted], folder)
    found = folder / "node_modules"
    if not all((found / name).is_dir() for name in NPM):
        pytest.skip("husky and lefthook could not be installed from npm")
    return found


@pytest.fixture(scope="session")
def framework(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The program ``pre-commit``."""
    folder = tmp_path_factory.mktemp("pre-commit")
    made = _tried([sys.executable, "-m", "venv", str(folder / "venv")], folder)
    program = folder / "venv" / "bin" / "pre-commit"
    if made:
        pip = [str(folder / "venv/bin/pip"), "--disable-pip-version-check", "install", "-q"]
        _tried([*pip, "pre-commit>=3"], folder)
    if not program.exists():
        pytest.skip("pre-commit could not be installed from PyPI")
    return program


def _tried(command: list[str], folder: Path) -> bool:
    try:
        done = subprocess.run(command, cwd=folder, capture_output=True, timeout=300)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


@pytest.fixture
def hooked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Hooked:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("PRE_COMMIT_HOME", str(tmp_path / "framework"))
    monkeypatch.setenv("LEFTHOOK_OUTPUT", "execution_out")
    return Hooked(tmp_path / "repo")


def tool(hooked: Hooked, *command: str | Path) -> str:
    """What a manager says; it must not fail."""
    done = subprocess.run(
        [str(word) for word in command], cwd=hooked.top, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def there_and_back(hooked: Hooked) -> None:
    """Joining and leaving leaves configuration, hooks and work tree byte for byte as before."""
    before = settled(hooked)
    hooked.enrol()
    after = settled(hooked)
    assert after != before
    assert hooked.enrol() == []
    assert settled(hooked) == after
    withdraw(hooked.repo)
    assert settled(hooked) == before
    hooked.enrol()


# -- husky --------------------------------------------------------------------------


@pytest.fixture
def husky(hooked: Hooked, modules: Path) -> Hooked:
    """A repository with husky, as ``npm install`` leaves it."""
    (hooked.top / "node_modules").symlink_to(modules)
    hooked.write(".git/info/exclude", "node_modules\n")
    hooked.write("package.json", '{"scripts": {"prepare": "husky"}}\n')
    tool(hooked, "node_modules/.bin/husky")
    hooked.write(".husky/post-commit", "echo husky ran\n")
    hooked.write(".husky/commit-msg", 'echo "checks $(basename "$1")"\n')
    hooked.commit("Begin")
    return hooked


def test_husky_and_ours_run_both(husky: Hooked) -> None:
    there_and_back(husky)
    assert husky.make() == "checks COMMIT_EDITMSG\nhusky ran\n"
    assert len(husky.events()) == 1
    assert husky.git("status", "--porcelain") == ""


def test_the_next_npm_install_does_not_undo_it(husky: Hooked) -> None:
    husky.enrol()
    tool(husky, "node_modules/.bin/husky")
    assert husky.make().endswith("husky ran\n")
    assert len(husky.events()) == 1
    assert husky.enrol() == []


def test_husky_that_comes_later_is_chained_by_the_next_init(hooked: Hooked, modules: Path) -> None:
    hooked.enrol()
    (hooked.top / "node_modules").symlink_to(modules)
    tool(hooked, "node_modules/.bin/husky")
    hooked.write(".husky/post-commit", "echo husky ran\n")
    assert hooked.enrol()
    assert hooked.make() == "husky ran\n"
    assert len(hooked.events()) == 1


def test_a_work_tree_in_which_husky_is_not_installed_is_recorded(husky: Hooked) -> None:
    husky.enrol()
    side = husky.top.parent / "side"
    husky.git("worktree", "add", "--quiet", "-b", "side", str(side))
    Hooked(side, init=False).make()
    assert husky.events()[-1][3] == str(side)


# -- lefthook -----------------------------------------------------------------------


@pytest.fixture
def lefthook(hooked: Hooked, modules: Path) -> Hooked:
    """A repository with lefthook installed over a hook that was there."""
    (hooked.top / "node_modules").symlink_to(modules)
    hooked.write(".git/info/exclude", "node_modules\n")
    hooked.hook("post-commit", "#!/bin/sh\necho older\n")
    hooked.write(
        "lefthook.yml", "post-commit:\n  commands:\n    a:\n      run: echo lefthook ran\n"
    )
    tool(hooked, "node_modules/.bin/lefthook", "install")
    hooked.commit("Begin")
    return hooked


def test_lefthook_and_ours_run_both(lefthook: Hooked) -> None:
    there_and_back(lefthook)
    assert "lefthook ran\n" in lefthook.make()
    assert len(lefthook.events()) == 1


def test_what_lefthook_writes_over_is_mended_by_init(lefthook: Hooked) -> None:
    lefthook.enrol()
    tool(lefthook, "node_modules/.bin/lefthook", "install", "--force")
    lefthook.make()
    if not lefthook.events():
        said = run("log", at=lefthook.top).err
        assert said.startswith("treadle: post-commit: lefthook wrote it, our lines are not in it; ")
        assert "treadle init puts it right\n" in said
        (told,) = lefthook.enrol()
        assert "post-commit" in told
        assert "lefthook ran\n" in lefthook.make()
    assert len(lefthook.events()) == 1
    withdraw(lefthook.repo)
    assert b"treadle" not in (lefthook.top / ".git/hooks/post-commit").read_bytes()


def test_lefthook_that_comes_later_leaves_ours_where_it_has_no_hook(
    hooked: Hooked, modules: Path
) -> None:
    hooked.enrol()
    (hooked.top / "node_modules").symlink_to(modules)
    hooked.write("lefthook.yml", "pre-commit:\n  commands:\n    a:\n      run: echo checked\n")
    tool(hooked, "node_modules/.bin/lefthook", "install")
    hooked.make()
    assert len(hooked.events()) == 1
    assert hooked.enrol() == []


# -- the pre-commit framework -------------------------------------------------------

LOCAL = """repos:
- repo: local
  hooks:
  - id: told
    name: told
    entry: echo framework ran
    language: system
    stages: [post-commit]
    always_run: true
    verbose: true
"""


def test_the_framework_and_ours_run_both(hooked: Hooked, framework: Path) -> None:
    hooked.write(".pre-commit-config.yaml", LOCAL)
    tool(hooked, framework, "install", "-t", "post-commit", "-t", "pre-push")
    hooked.commit("Begin")
    there_and_back(hooked)
    assert "framework ran" in hooked.make()
    assert len(hooked.events()) == 1


def test_the_framework_that_is_installed_again_is_told_of(hooked: Hooked, framework: Path) -> None:
    hooked.write(".pre-commit-config.yaml", LOCAL)
    tool(hooked, framework, "install", "-t", "post-commit")
    hooked.commit("Begin")
    hooked.enrol()
    assert "wrote it" not in run("log", at=hooked.top).err
    tool(hooked, framework, "install", "-t", "post-commit")
    said = run("log", at=hooked.top).err
    assert said.startswith("treadle: post-commit: pre-commit wrote it, our lines are not in it; ")
    hooked.enrol()
    assert "wrote it" not in run("log", at=hooked.top).err
    hooked.make()
    assert len(hooked.events()) == 1


def test_the_framework_that_comes_later_runs_ours(hooked: Hooked, framework: Path) -> None:
    hooked.hook("post-commit", "#!/bin/sh\necho older\n")
    hooked.enrol()
    hooked.write(".pre-commit-config.yaml", LOCAL)
    tool(hooked, framework, "install", "-t", "post-commit")
    assert hooked.enrol() == []
    hooked.git("add", ".")
    said = hooked.make()
    assert "framework ran" in said
    assert "older" in said
    assert len(hooked.events()) == 1
    withdraw(hooked.repo)
    legacy = hooked.top / ".git/hooks/post-commit.legacy"
    assert legacy.read_text() == "#!/bin/sh\necho older\n"


def test_the_framework_installs_beside_ours_and_goes_again(hooked: Hooked, framework: Path) -> None:
    hooked.enrol()
    hooked.write(".pre-commit-config.yaml", LOCAL)
    before = settled(hooked)
    tool(hooked, framework, "install", "-t", "post-commit", "-t", "pre-commit")
    tool(hooked, framework, "uninstall", "-t", "post-commit", "-t", "pre-commit")
    assert settled(hooked) == before
    assert hooks_now(hooked.repo) == str(hooked.top / ".git" / "hooks")


def test_who_has_only_the_framework_is_recorded_too(
    hooked: Hooked, framework: Path, tmp_path: Path
) -> None:
    project = Hooked(tmp_path / "project")
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE", ".pre-commit-hooks.yaml"):
        shutil.copy(ROOT / name, project.top)
    for name in ("thread", "tangle", "weave", "cli", "templates", "docs/man"):
        unwanted = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / name, project.top / name, ignore=unwanted)
    rev = project.commit("The project").id
    hooked.write(
        ".pre-commit-config.yaml",
        f"repos:\n- repo: {project.top}\n  rev: {rev}\n  hooks:\n  - id: treadle\n",
    )
    tool(hooked, framework, "install", "-t", "post-commit", "-t", "post-rewrite")
    hooked.write("lamp.py", "print('lit')\n")
    hooked.git("add", ".")
    said = hooked.make()
    if "Could not find a version" in said or "No matching distribution" in said:
        pytest.skip("what treadle needs could not be installed from PyPI")
    assert "Passed" in said
    log = hooked.top / ".git" / "treadle" / "log"
    head = hooked.git("rev-parse", "HEAD")
    for _ in range(200):
        if log.exists() and head in log.read_text():
            break
        subprocess.run(["sleep", "0.1"], check=True)
    assert head in log.read_text()
    assert f"no thread for {head[:6]}" in hooked.make()


def test_the_program_for_managers_never_fails(tmp_path: Path) -> None:
    program = Path(sysconfig.get_path("scripts")) / "treadle-hook"
    done = subprocess.run([program], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0
    assert "not in a git repository" in done.stderr
    hooked = Hooked(tmp_path / "repo")
    head = hooked.commit().id
    done = subprocess.run(
        [program, "post-merge"],
        cwd=hooked.top,
        env={**os.environ, "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert run("deinit", at=hooked.top).code == 0
    assert head
