"""What a person sees: colours and the pager as git has them, and nothing wider than the screen."""

from __future__ import annotations

import json
import shutil

import pytest

from tests.cli.lamp import REASON, Lamp, Telling, run
from tests.cli.terminal import bare, see

FILE = "src/lamp.py"
LINE = f"{FILE}:2"
ASKING = [("log",), ("blame", FILE), ("why", LINE), ("check",), ("show", "HEAD~1")]
CAT = {"GIT_PAGER": "cat"}


# -- colours ------------------------------------------------------------------------


@pytest.mark.parametrize("args", ASKING)
def test_a_terminal_gets_colours_and_a_pipe_gets_none(args: tuple[str, ...], lamp: Lamp) -> None:
    assert "\x1b[3" in see(*args, at=lamp.top, env=CAT).out
    assert "\x1b" not in run(*args, at=lamp.top).out


@pytest.mark.parametrize(
    ("setting", "env", "coloured"),
    [
        ("", {}, True),
        ("", {"NO_COLOR": "1"}, False),
        ("", {"NO_COLOR": ""}, True),
        ("", {"TERM": "dumb"}, False),
        ("", {"TERM": None}, False),
        ("color.ui=false", {}, False),
        ("color.ui=never", {}, False),
        ("color.ui=always", {"TERM": "dumb"}, True),
        ("color.ui=always", {"NO_COLOR": "1"}, False),
        ("color.ui=auto", {}, True),
        ("color.pager=false", {}, True),
        ("color.pager=false", {"GIT_PAGER": "sed -n p"}, False),
    ],
)
def test_colours_follow_gits_settings(
    setting: str, env: dict[str, str | None], coloured: bool, lamp: Lamp
) -> None:
    if setting:
        lamp.git("config", *setting.split("="))
    assert ("\x1b[" in see("blame", FILE, at=lamp.top, env={**CAT, **env}).out) == coloured


def test_colours_that_are_always_wanted_go_into_a_pipe_too(lamp: Lamp) -> None:
    lamp.git("config", "color.ui", "always")
    assert "\x1b[3" in run("log", at=lamp.top).out


def test_within_gits_own_pager_there_are_colours(lamp: Lamp) -> None:
    inside = {"GIT_PAGER_IN_USE": "true", "TERM": "xterm"}
    assert "\x1b[3" in run("log", at=lamp.top, env=inside).out
    lamp.git("config", "color.pager", "false")
    assert "\x1b[" not in run("log", at=lamp.top, env=inside).out


@pytest.mark.parametrize("args", ASKING)
def test_colours_change_nothing_but_colours(args: tuple[str, ...], lamp: Lamp) -> None:
    plain = see(*args, at=lamp.top, env={**CAT, "NO_COLOR": "1"}).out
    assert bare(see(*args, at=lamp.top, env=CAT).out) == plain


# -- the pager ----------------------------------------------------------------------

MARKED = "sed 's/^/paged: /'"


@pytest.mark.parametrize(
    "env", [{"GIT_PAGER": MARKED, "PAGER": "false"}, {"PAGER": MARKED}], ids=["GIT_PAGER", "PAGER"]
)
def test_the_pager_is_the_one_the_environment_names(env: dict[str, str], lamp: Lamp) -> None:
    assert see("log", at=lamp.top, env=env).out.startswith("paged: ")


def test_the_pager_is_the_one_the_settings_name(lamp: Lamp) -> None:
    lamp.git("config", "core.pager", MARKED)
    assert see("log", at=lamp.top, env={"PAGER": "false"}).out.startswith("paged: ")


@pytest.mark.parametrize("flag", ["-P", "--no-pager"])
def test_the_pager_can_be_left_out(flag: str, lamp: Lamp) -> None:
    assert "paged: " not in see(flag, "log", at=lamp.top, env={"GIT_PAGER": MARKED}).out


def test_a_pipe_is_never_paged(lamp: Lamp) -> None:
    assert "paged: " not in run("log", at=lamp.top, env={"GIT_PAGER": MARKED}).out


def test_less_gets_what_git_gives_it(lamp: Lamp) -> None:
    env = {"GIT_PAGER": 'sh -c "cat >/dev/null; echo $LESS $LV"'}
    assert see("log", at=lamp.top, env=env).out == "FRX -c\n"
    assert see("log", at=lamp.top, env={**env, "LESS": "S"}).out == "S -c\n"


def test_a_pager_that_is_not_there_is_done_without(lamp: Lamp) -> None:
    done = see("log", at=lamp.top, env={"GIT_PAGER": "no-such-pager"})
    assert done.code == 0
    assert "Let the lamp say its name." in done.out
    assert "there is no pager 'no-such-pager'" in done.err


def test_a_pager_that_is_left_early_is_no_failure(lamp: Lamp) -> None:
    lamp.write("long.txt", "".join(f"line {number}\n" for number in range(50_000)))
    lamp.commit("Long")
    done = see("blame", "long.txt", at=lamp.top, env={"GIT_PAGER": "head -1"})
    assert (done.code, done.err) == (0, "")
    assert done.out.count("\n") == 1


def test_errors_are_not_paged(lamp: Lamp) -> None:
    done = see("blame", "nowhere", at=lamp.top, env={"GIT_PAGER": MARKED})
    assert (done.code, done.out) == (2, "")


@pytest.mark.skipif(not shutil.which("less"), reason="there is no less")
@pytest.mark.parametrize("rows", [24, 40])
def test_an_answer_fits_on_the_screen_so_that_less_ends_at_once(rows: int, lamp: Lamp) -> None:
    done = see("why", LINE, at=lamp.top, env={"GIT_PAGER": "less"}, rows=rows)
    assert done.code == 0
    assert "The edit" in done.out


# -- the screen ---------------------------------------------------------------------


def told_at_length(lamp: Lamp) -> None:
    """A commit with everything long: path, prompt, reasoning, edit; and with letters of all
    widths."""
    path = "src/" + "deep/" * 20 + "紅葉.py"
    before = "".join(f"old line {number}\n" for number in range(60))
    lamp.write(path, before)
    lamp.commit("Begin")
    told = Telling(lamp, "s-long")
    ask = " ランプを灯す 🪔 please, " + "very " * 20
    told.prompt("\n\n".join(f"{number}.{ask}" for number in range(30)))
    told.said("\n".join(f"Because {number} " + "ö́" * 90 for number in range(40)))
    after = "".join(f"\tnew line {number} " + "長い" * 60 + "\n" for number in range(60))
    told.edits(path, before, after)
    lamp.write(path, after)
    lamp.commit("灯す " * 40)
    lamp.transcript.write_text("".join(json.dumps(row) + "\n" for row in told.rows))
    assert run("record", "--from", lamp.transcript, at=lamp.top).code == 0


def columns(text: str) -> int:
    """How many columns a terminal takes for a line of ours, as ``wcwidth`` has it."""
    from unicodedata import category, east_asian_width

    kept = [letter for letter in text if category(letter) not in ("Mn", "Cf")]
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in kept)


@pytest.mark.parametrize(("wide", "high"), [(80, 24), (132, 50), (60, 24), (300, 100)])
def test_an_answer_is_one_screen_however_much_there_is(wide: int, high: int, lamp: Lamp) -> None:
    told_at_length(lamp)
    path = lamp.git("-c", "core.quotePath=false", "diff", "--name-only", "HEAD~1")
    done = see("why", f"{path}:30", at=lamp.top, columns=wide, rows=high, env=CAT)
    shown = bare(done.out).split("\n")
    assert sum(1 + max(0, columns(line) - 1) // wide for line in shown[:-1]) < high
    below = shown[1:]
    assert all(columns(line) <= wide for line in below), max(below, key=columns)
    for title in ("Asked", "Because", "The edit"):
        assert title in shown
    assert any(line.startswith("> +    new line 29 ") for line in shown)
    full = see("why", f"{path}:30", "--full", at=lamp.top, columns=wide, rows=high, env=CAT).out
    assert "29. ランプ" in full
    assert "lines above" not in full


@pytest.mark.parametrize("wide", [60, 80, 132])
def test_a_list_has_a_line_a_thread(wide: int, lamp: Lamp) -> None:
    told_at_length(lamp)
    shown = bare(see("log", at=lamp.top, columns=wide, env=CAT).out).splitlines()
    assert len(shown) == 2
    assert all(columns(line) <= max(wide, 60) for line in shown)


def test_blame_stands_in_columns_whatever_the_letters(lamp: Lamp) -> None:
    told_at_length(lamp)
    path = lamp.git("-c", "core.quotePath=false", "diff", "--name-only", "HEAD~1")
    lamp.write(path, lamp.read(path).replace("new line 3 ", "changed 3 "))
    lamp.commit("By hand")
    lamp.git("commit", "--quiet", "--amend", "--author", "山田太郎 <y@treadle.example>", "-mx")
    shown = bare(see("blame", path, at=lamp.top, columns=132, env=CAT).out).splitlines()
    assert len({columns(line[: line.index(")")]) for line in shown}) == 1


def test_tabs_are_stops_on_a_terminal_and_tabs_in_a_pipe(lamp: Lamp) -> None:
    lamp.write("tabs.go", "a\tb\n\t\tc\n")
    lamp.commit("Tabs")
    shown = bare(see("blame", "tabs.go", at=lamp.top, env=CAT).out).splitlines()
    assert [line.split(") ", 1)[1] for line in shown] == ["a   b", "        c"]
    piped = run("blame", "tabs.go", at=lamp.top).out.splitlines()
    assert [line.split(") ", 1)[1] for line in piped] == ["a\tb", "\t\tc"]


def test_the_size_of_the_screen_can_be_told(lamp: Lamp) -> None:
    told_at_length(lamp)
    shown = run("why", f"{FILE}:1", at=lamp.top, env={"COLUMNS": "40"}).out
    assert REASON not in shown
    assert max(map(len, shown.split("\n"))) <= 80


# -- progress -----------------------------------------------------------------------


def test_progress_is_shown_on_a_terminal_and_taken_away(lamp: Lamp) -> None:
    done = see("weave", "-o", "../site", at=lamp.top, errors=True)
    assert done.code == 0
    assert done.err.endswith("\r\x1b[K")
    assert run("weave", "-o", "../site", at=lamp.top).err == ""
