"""What settings take away of a thread: names, thoughts, output, and paths that are left out."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.thread.model import Change, Hunk, Part, Placement, Row, Step, Thread, Turn
from treadle.thread.redact import redact
from treadle.thread.redaction.rules import Rules
from treadle.thread.redaction.withhold import MARK

MINE = Rules("/home/ines", "ines", "ines-slate7.example")


def told(*steps: Step, rules: Rules, rows: tuple[Row, ...] = ()) -> Thread:
    """The thread of these steps as it would be stored; again redacted it is the same."""
    thread = Thread(
        (Part("a", "s", turns=(Turn(1, "Go", steps=steps),)),), Placement("", "", "", rows)
    )
    found = redact(thread, rules).thread
    again = redact(found, rules)
    assert again.thread is found
    assert again.found == ()
    return found


def steps(thread: Thread) -> tuple[Step, ...]:
    return thread.parts[0].turns[0].steps


def ran(text: str, output: str = "", cut: int = 0) -> Step:
    return Step(1, "ran", text=text, output=output, cut=cut)


def edit(path: str, *lines: str) -> Change:
    return Change(path, "edit", hunks=(Hunk(0, 0, lines),))


# -- names ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("ines@ines-slate7:~$ ls", "user@host:~$ ls"),
        ("-rw-r--r-- 1 ines staff 12 Jan 5 a", "-rw-r--r-- 1 user staff 12 Jan 5 a"),
        ("drwxr-xr-x  12 ines ines 4096 .", "drwxr-xr-x  12 user ines 4096 ."),
        ("USER=ines", "USER=user"),
        ("/tmp/claude-ines/x", "/tmp/claude-user/x"),
        ("on ines-slate7.example now", "on host now"),
        ("ines-slate7.local", "host"),
        ("/home/ines/x", "~/x"),
    ],
)
def test_a_name_in_its_place_is_told_by_what_it_names(text: str, shown: str) -> None:
    assert steps(told(Step(1, "said", text=text), rules=MINE))[0].text == shown


@pytest.mark.parametrize(
    "text",
    [
        "ines asks for it",
        "the function ines()",
        "ines@lamp.example wrote",
        "x-ines-slate7-y",
        "lines@host",
        "machines@x",
    ],
)
def test_what_only_resembles_a_name_stays(text: str) -> None:
    assert steps(told(Step(1, "said", text=text), rules=MINE))[0].text == text


@pytest.mark.parametrize("rules", [Rules(user="root", host="localhost"), Rules(user="", host="x")])
def test_accounts_and_machines_that_tell_nothing_stay(rules: Rules) -> None:
    text = "root@localhost:~# USER=root x"
    assert steps(told(Step(1, "said", text=text), rules=rules))[0].text == text


# -- thoughts and output ----------------------------------------------------------------


def test_without_thinking_thoughts_go_and_numbers_stay() -> None:
    given_steps = Step(1, "thought", text="hm"), Step(2, "said", text="so")
    assert steps(told(*given_steps, rules=Rules(thinking=False))) == (given_steps[1],)


def test_without_output_only_its_lines_are_counted() -> None:
    found = steps(told(ran("ls", "a\nb\nc"), rules=Rules(output="none")))[0]
    assert (found.text, found.output, found.cut) == ("ls", "", 3)
    found = steps(told(ran("ls", "a\n[40 lines cut]\nc", 40), rules=Rules(output="none")))[0]
    assert (found.output, found.cut) == ("", 42)


def test_a_brief_output_keeps_its_beginning_and_its_end() -> None:
    text = "\n".join(f"line {number}" for number in range(100))
    found = steps(told(ran("make", text), rules=Rules(output="brief")))[0]
    lines = found.output.split("\n")
    assert (lines[0], lines[3], lines[-1]) == ("line 0", "[89 lines cut]", "line 99")
    assert found.cut == 89


@given(st.integers(0, 40), st.integers(0, 3))
def test_all_lines_are_told_or_counted(count: int, before: int) -> None:
    lines = [f"line {number}" for number in range(count)]
    if before and lines:
        lines[count // 2] = f"[{before} lines cut]"
    cut = before if lines else 0
    for output in ("none", "brief"):
        found = steps(told(ran("x", "\n".join(lines), cut), rules=Rules(output=output)))[0]
        shown = [line for line in found.output.split("\n") if line and "lines cut" not in line]
        assert len(shown) + found.cut == (count - 1 + cut if cut else count)


# -- paths ------------------------------------------------------------------------------

LEFT = Rules(leave_out=("keys/", "*.env"))


def test_every_line_of_a_path_that_is_left_out_is_hidden() -> None:
    change = edit("keys/a", " A\n", "-B\n", "+C\n")
    rows = (Row("keys/a", None, None), Row("b", None, None))
    thread = told(Step(1, "edited", changes=(change, edit("b", "+C\n"))), rules=LEFT, rows=rows)
    hidden, shown = steps(thread)[0].changes
    assert hidden.hunks[0].lines == (
        " [redacted:left-out]\n",
        "-[redacted:left-out]\n",
        "+[redacted:left-out]\n",
    )
    assert hidden.hunks[0].hidden == (0, 1, 2)
    assert shown.hunks[0].lines == ("+C\n",)
    assert [(row.reference, row.lines) for row in thread.placement.rows] == [
        ("redacted", 1),
        ("", 0),
    ]


def test_a_file_that_was_moved_out_of_such_a_path_is_left_out_too() -> None:
    rows = (Row("plain", None, None, source="keys/a"),)
    thread = told(
        Step(1, "edited", changes=(edit("plain", " A\n", "+C\n"),)), rules=LEFT, rows=rows
    )
    assert steps(thread)[0].changes[0].hunks[0].hidden == (0, 1)


@pytest.mark.parametrize(
    "command",
    ["cat keys/a", "cat ./keys/a", 'cat "/srv/x/lamp/keys/a"', "head prod.env", "x < sub/b.env"],
)
def test_what_a_command_shows_of_such_a_path_is_left_out(command: str) -> None:
    found = steps(told(ran(command, "A=1"), rules=LEFT))[0]
    assert (found.text, found.output) == (command, MARK)


def test_text_that_a_command_writes_into_such_a_path_is_left_out() -> None:
    found = steps(told(ran("cat > prod.env <<END\nA=1\nEND"), rules=LEFT))[0]
    assert found.text == f"cat > prod.env <<END\n{MARK}"


def test_other_commands_and_prose_are_kept() -> None:
    kept = ran("cat monkeys/a keys.py environment", "A=1")
    assert steps(told(kept, rules=LEFT)) == (kept,)
    said = Step(1, "said", text="I look at keys/a")
    assert steps(told(said, rules=LEFT)) == (said,)


def test_the_output_of_an_edit_of_such_a_path_is_left_out() -> None:
    step = Step(1, "edited", output="A=1 is there", changes=(edit("a.env", "+A\n"),))
    assert steps(told(step, rules=LEFT))[0].output == MARK


# -- what is scrubbed ---------------------------------------------------------------------


def test_what_is_scrubbed_goes_from_keys_and_ids_too() -> None:
    def finds(text: str) -> list[tuple[int, int]]:
        at = text.find("tide9")
        return [(at, at + 5)] if at >= 0 else []

    rules = Rules(more=finds)
    part = Part("a", "s-tide9", "1", ("m-tide9",), first="tide9", turns=(Turn(1, "is tide9"),))
    change = edit("a", "+x = 'tide9'\n")
    step = Step(1, "edited", text="tide9", changes=(change,))
    part = replace(part, turns=(replace(part.turns[0], steps=(step,)),))
    rows = (Row("a", None, None),)
    found = redact(Thread((part,), Placement("", "", "", rows)), rules)
    assert "tide9" not in repr(found.thread)
    assert found.thread.placement.rows[0].reference == "redacted"
    assert redact(found.thread, rules).thread == found.thread
