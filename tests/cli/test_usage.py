"""How the program is called, and what it says when it is called wrongly."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.lamp import PROGRAM, Lamp, refused, run

FILE = "src/lamp.py"


# -- wrong usage --------------------------------------------------------------------


def test_without_a_command_it_says_what_there_is() -> None:
    done = run()
    assert done.code == 0
    assert done.out.startswith("Usage: treadle ")
    assert "  blame " in done.out


def test_an_unknown_command_is_wrong_usage(tmp_path: Path) -> None:
    assert "treadle --help" in refused("frobnicate", at=tmp_path, code=2)
    assert "did you mean blame?" in refused("blmae", at=tmp_path, code=2)


@pytest.mark.parametrize(
    "args",
    [
        ("--frobnicate",),
        ("log", "--frobnicate"),
        ("blame",),
        ("why",),
        ("blame", "a", "b", "c"),
        ("log", "-n", "0"),
        ("log", "-n", "many"),
        ("search",),
        ("search", "-n", "0", "lamp"),
        ("check", "--fail-under", "101"),
        ("record", "HEAD", "HEAD~1"),
        ("import", "frobnicate"),
    ],
)
def test_wrong_options_and_arguments_lead_to_the_help(
    args: tuple[str, ...], tmp_path: Path
) -> None:
    assert "--help" in refused(*args, at=tmp_path, code=2)


def test_an_import_names_its_tool(tmp_path: Path) -> None:
    assert "treadle import entire" in refused("import", at=tmp_path, code=2)


def test_the_version_is_told() -> None:
    assert run("--version").out.startswith("treadle")


# -- lines that are not there -------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (FILE, "which line of src/lamp.py?"),
        (f"{FILE}:0", "counted from 1"),
        (f"{FILE}:-1", "names no line"),
        (f"{FILE}:two", "names no line"),
        (f"{FILE}:²", "names no line"),
        (":3", "names no line"),
        (f"{FILE}:7", "has only 6 lines"),
        (f"{FILE}:999999999", "has only 6 lines"),
        (f"{FILE}:99999999999999999999", "names no line"),
        ("src:1", "is a folder"),
        ("void:1", "is empty"),
        ("missing:1", "there is no missing"),
    ],
)
def test_why_says_what_is_wrong_with_its_line(asked: str, told: str, lamp: Lamp) -> None:
    lamp.write("void", "")
    lamp.commit("Nothing")
    assert told in refused("why", asked, at=lamp.top, code=2)


def test_a_compilers_column_behind_the_line_is_passed_over(lamp: Lamp) -> None:
    assert run("why", f"{FILE}:2:17", at=lamp.top) == run("why", f"{FILE}:2", at=lamp.top)


def test_a_line_of_an_old_commit_is_counted_there(lamp: Lamp) -> None:
    assert "has only 5 lines in HEAD~1" in refused(
        "why", f"{FILE}:6", "HEAD~1", at=lamp.top, code=2
    )
    assert "Light a lamp" in run("why", f"{FILE}:2", "HEAD~2", at=lamp.top).out


def test_of_a_line_of_an_old_commit_it_is_told_what_became_of_it(lamp: Lamp) -> None:
    assert "it still stands in HEAD" in run("why", f"{FILE}:3", "HEAD~2", at=lamp.top).out
    short = lamp.git("rev-parse", "--short=8", "HEAD~1")
    gone = run("why", f"{FILE}:2", "HEAD~2", at=lamp.top).out
    assert f"{short} took it away: Let the lamp say its name" in gone
    lamp.git("checkout", "--quiet", "--orphan", "other")
    lamp.commit("Elsewhere")
    assert "took it away" not in run("why", f"{FILE}:2", "main~2", at=lamp.top).out


def test_an_empty_file_has_nobody_to_blame(lamp: Lamp) -> None:
    lamp.write("void", "")
    lamp.commit("Nothing")
    done = run("blame", "void", at=lamp.top)
    assert (done.code, done.out) == (0, "")


def test_a_binary_file_is_shown_harmlessly(lamp: Lamp) -> None:
    lamp.write("image.png", bytes(range(256)) * 4)
    lamp.commit("Picture")
    for args in (("blame", "image.png"), ("why", "image.png:1")):
        done = run(*args, at=lamp.top)
        assert done.code == 0
        assert "\x1b" not in done.out
        assert "\x00" not in done.out


def test_lines_that_are_not_committed_say_so(lamp: Lamp) -> None:
    lamp.write(FILE, "# new\n" + lamp.read(FILE))
    assert "this line is not committed yet" in run("why", f"{FILE}:1", at=lamp.top).out
    told = run("blame", FILE, at=lamp.top).out
    assert told.startswith("00000000 (Not Committed Yet ")
    assert " uncommitted " in told.split("\n")[0]
    assert " 1.2 proved " in told.split("\n")[1]


@pytest.mark.parametrize(
    ("lines", "first", "last"),
    [("2,4", 2, 4), ("2,+2", 2, 3), ("4,-2", 3, 4), ("5", 5, 6), ("5,", 5, 6), (",2", 1, 2),
     ("4,2", 2, 4), ("2,99", 2, 6)],
)  # fmt: skip
def test_lines_are_chosen_as_git_chooses_them(
    lines: str, first: int, last: int, lamp: Lamp
) -> None:
    told = run("blame", f"-L{lines}", FILE, at=lamp.top).out.splitlines()
    numbers = [int(line.split(")")[0].split()[-1]) for line in told]
    assert numbers == list(range(first, last + 1))
    shown = lamp.git("blame", f"-L{lines}", FILE).splitlines()
    assert [line.split(") ", 1)[1] for line in told] == [line.split(") ", 1)[1] for line in shown]


@pytest.mark.parametrize("lines", ["", ",", "x", "0,2", "-1,2", "2;3", "1,2,3", "/lamp/", "2,+0"])
def test_lines_that_are_none_are_wrong_usage(lines: str, lamp: Lamp) -> None:
    assert "names no lines" in refused("blame", "-L", lines, FILE, at=lamp.top, code=2)


def test_lines_beyond_the_end_are_wrong_usage(lamp: Lamp) -> None:
    assert "has only 6 lines" in refused("blame", "-L", "7,9", FILE, at=lamp.top, code=2)


def test_blame_takes_its_arguments_in_gits_order_too(lamp: Lamp) -> None:
    told = run("blame", FILE, "HEAD~1", at=lamp.top)
    assert told.code == 0
    assert run("blame", "HEAD~1", FILE, at=lamp.top) == told
    assert run("blame", "HEAD~1", "--", FILE, at=lamp.top) == told


@pytest.mark.parametrize("name", ["HEAD~1:9.9", "HEAD~1:abcd:1.1"])
def test_a_step_that_is_not_there_is_named_with_those_there_are(name: str, lamp: Lamp) -> None:
    assert "goes from 1.1 to 1.2" in refused("show", name, at=lamp.top, code=2)
    refused("tangle", name, at=lamp.top, code=2)


@pytest.mark.parametrize("step", ["x", "1", "1.2.3", "-1.1", "1.", "99999999999.1", "a/b:1.1"])
def test_what_names_no_step_is_wrong_usage(step: str, lamp: Lamp) -> None:
    assert "is no step" in refused("tangle", "HEAD~1", "--step", step, at=lamp.top, code=2)
    assert "is no step" in refused("show", f"HEAD~1:{step}", at=lamp.top, code=2)


# -- exit codes ---------------------------------------------------------------------


def test_too_little_explained_is_a_failed_check(lamp: Lamp) -> None:
    assert run("check", "--fail-under", "100", at=lamp.top).code == 0
    assert run("check", "HEAD", at=lamp.top).code == 0
    done = run("check", "HEAD", "HEAD~1", "--fail-under", "90", at=lamp.top)
    assert done.code == 1
    assert "less than 90 % is explained" in done.out


def test_without_added_lines_nothing_is_too_little(lamp: Lamp) -> None:
    lamp.delete(FILE)
    lamp.commit("Dark")
    assert run("check", "HEAD", "--fail-under", "100", at=lamp.top).code == 0


# -- being left, being stopped, being locked out ------------------------------------


def many_lines(lamp: Lamp) -> None:
    lamp.write("long.txt", "".join(f"line {number}\n" for number in range(100_000)))
    lamp.commit("Long")


@pytest.mark.parametrize("more", [(), ("--json",), ("--porcelain",)])
def test_a_reader_who_leaves_early_is_no_failure(more: tuple[str, ...], lamp: Lamp) -> None:
    many_lines(lamp)
    with subprocess.Popen(
        [*PROGRAM, "blame", "long.txt", *more],
        cwd=lamp.top,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as process:
        assert process.stdout
        assert process.stderr
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 141


def test_ctrl_c_stops_it_with_one_word(lamp: Lamp) -> None:
    slow = lamp.top.parent / "bin" / "git"
    slow.parent.mkdir()
    slow.write_text("#!/bin/sh\nsleep 20\n")
    slow.chmod(0o755)
    with subprocess.Popen(
        [*PROGRAM, "blame", FILE],
        cwd=lamp.top,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PATH": f"{slow.parent}:{os.environ['PATH']}"},
        start_new_session=True,
    ) as process:
        time.sleep(1)
        os.killpg(process.pid, signal.SIGINT)
        out, err = process.communicate(timeout=20)
    assert process.returncode == 130
    assert err.decode().strip() == "treadle: stopped"
    assert out == b""


def test_without_git_it_says_so(lamp: Lamp) -> None:
    assert "git is not installed" in refused("log", at=lamp.top, env={"PATH": "/nonexistent"})


ASKING = [("log",), ("blame", FILE), ("why", f"{FILE}:2"), ("check",), ("show", "HEAD~1")]


@pytest.mark.parametrize("args", ASKING)
@pytest.mark.parametrize("cache", ["a file", "no database", "old", "locked away"])
def test_a_cache_that_cannot_be_used_is_done_without(
    cache: str, args: tuple[str, ...], lamp: Lamp
) -> None:
    told = run(*args, at=lamp.top)
    folder = lamp.top / ".git" / "treadle"
    if cache == "a file":
        shutil.rmtree(folder)
        folder.write_text("")
    elif cache == "no database":
        (folder / "cache.db").write_bytes(b"garbage" * 1000)
    elif cache == "old":
        import sqlite3

        (folder / "cache.db").unlink()
        old = sqlite3.connect(folder / "cache.db")
        old.execute("create table maps (note text)")
        old.execute("pragma user_version = 1")
        old.close()
    else:
        (folder / "cache.db").unlink()
        (folder / "cache.db").mkdir()
    assert run(*args, at=lamp.top) == told


def test_a_cache_that_is_damaged_within_is_named(lamp: Lamp) -> None:
    assert run("check", at=lamp.top).code == 0
    cache = lamp.top / ".git" / "treadle" / "cache.db"
    page = 4096
    cache.write_bytes(cache.read_bytes()[:page] + b"\xa5" * (cache.stat().st_size - page))
    assert "cache.db fails" in refused("blame", FILE, at=lamp.top)
    cache.unlink()
    assert run("blame", FILE, at=lamp.top).code == 0


def without_power(*args: str, at: Path) -> subprocess.CompletedProcess[bytes]:
    """Run the program as somebody whom permissions bind, though it be root."""
    power = ("--bounding-set", "-dac_override,-dac_read_search", "--inh-caps", "-all")
    bound = ["setpriv", *power, "--"] if os.getuid() == 0 else []
    return subprocess.run([*bound, *PROGRAM, *args], cwd=at, capture_output=True)


@pytest.mark.parametrize("cached", ["all", "none", "what was there before"])
def test_a_repository_one_may_only_read_answers_too(cached: str, lamp: Lamp) -> None:
    if os.getuid() == 0 and not shutil.which("setpriv"):
        pytest.skip("root may write everything, and there is no setpriv")
    told = {args: run(*args, at=lamp.top).out for args in ASKING}
    if cached != "all":
        shutil.rmtree(lamp.top / ".git/treadle")
    if cached == "what was there before":
        tip = lamp.git("rev-parse", "refs/notes/treadle").strip()
        lamp.git("update-ref", "-d", "refs/notes/treadle")
        for args in ASKING:
            run(*args, at=lamp.top)
        lamp.git("update-ref", "refs/notes/treadle", tip)
    paths = [lamp.top, *lamp.top.rglob("*")]
    modes = {path: path.stat().st_mode for path in paths}
    for path, mode in modes.items():
        path.chmod(mode & 0o555)
    try:
        for args, out in told.items():
            done = without_power(*args, at=lamp.top)
            assert done.returncode == 0, done
            assert done.stdout.decode() == out
        transcript = str(lamp.transcript)
        args = ("record", "HEAD~1", "--replace", "--from", transcript, "--agent", "claude-code")
        assert b"Traceback" not in without_power(*args, at=lamp.top).stderr
        assert (lamp.top / ".git/treadle").exists() == (cached != "none")
    finally:
        for path, mode in modes.items():
            path.chmod(mode)
