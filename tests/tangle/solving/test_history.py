"""A path's text can come from another path, and is told as if it had always been there."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.agents import ROOT, Agent, edit, written
from tests.support.record import makes_its_commit, record, solve_all
from tests.support.scratch import Scratch, numbered
from treadle.tangle.replay import Seen, replay
from treadle.tangle.solving.history import Candidate, History
from treadle.thread.locate import Locator
from treadle.thread.model import Edit, Event, Session, Snapshot, Thread
from treadle.thread.select import Reel, Ref, Slice, Strand
from treadle.thread.shell.commands import interpret

Told = str | Edit | Snapshot
"""A command, an edit or a full read."""


def happened(*told: Told, failed: int = -1) -> Session:
    """A session of these, ten seconds apart; the one at ``failed`` did not succeed."""
    events = []
    for number, one in enumerate(told):
        at = f"2026-01-05T09:{number // 6:02}:{number % 6}0.000Z"
        ok = number != failed
        if isinstance(one, str):
            events.append(Event(f"k{number}", "ran", at, one, cwd=ROOT, ok=ok))
        elif isinstance(one, Edit):
            events.append(Event(f"k{number}", "edited", at, cwd=ROOT, ok=ok, edits=(one,)))
        else:
            events.append(Event(f"k{number}", "looked", at, cwd=ROOT, reads=(one,)))
    return interpret(Session("claude-code", "s1", events=tuple(events)))


def history(base: Mapping[str, str], *sessions: Session) -> History:
    """The history of a commit whose base tree holds these files."""
    slices = []
    for one in sessions:
        reel = Reel.of(one, Locator(one, frozenset(base), [ROOT]))
        slices.append(Slice(Strand(reel), 0, len(one.events)))
    return History(slices, base.get)


def text(asked: History, path: str, source: str = "") -> str | None:
    """What the path holds at the end, its candidates replayed."""
    listed = asked.of(path, source)
    seen = [Seen(c.use.edit, c.use.text, key) for key, c in enumerate(listed)]
    now = asked.base(source or path)
    for outcome in replay(now, seen, eager=True):
        now = outcome.after
    return now


def ops(listed: list[Candidate]) -> list[str]:
    return [c.use.edit.op if c.use.edit else "read" for c in listed]


BASE = {"a.py": "one\ntwo\n", "lib/b.py": "three\n", "lib/deep/c.py": "four\n"}


@pytest.mark.parametrize(
    ("path", "told", "expected"),
    [
        ("new.py", ["mv a.py new.py"], "one\ntwo\n"),
        ("a.py", ["mv a.py new.py"], None),
        ("new.py", ["cp a.py new.py"], "one\ntwo\n"),
        ("a.py", ["cp a.py new.py"], "one\ntwo\n"),
        ("lib/a.py", ["mv a.py lib"], "one\ntwo\n"),
        ("lib/a.py", ["mv a.py lib/"], "one\ntwo\n"),
        ("b.py", ["mv lib/b.py ."], "three\n"),
        ("new/b.py", ["mv lib new"], "three\n"),
        ("new/deep/c.py", ["mv lib new"], "four\n"),
        ("new/lib/b.py", ["mv lib new"], "three\n"),
        ("new/b.py", ["cp -r lib new"], "three\n"),
        ("new.py", [edit("a.py", "one\n", "1\n"), "mv a.py new.py"], "1\ntwo\n"),
        ("new.py", ["mv a.py new.py", edit("new.py", "one\n", "1\n")], "1\ntwo\n"),
        ("new.py", ["mv a.py b.py", "mv b.py c.py", "mv c.py new.py"], "one\ntwo\n"),
        ("new.py", ["mv a.py b.py; mv b.py c.py; mv c.py new.py"], "one\ntwo\n"),
        ("a.py", ["cp a.py old.py; sed -i s/one/1/ old.py; mv old.py a.py"], "1\ntwo\n"),
        ("a.py", ["mv a.py b.py && sed -i s/one/1/ b.py && mv b.py a.py"], "1\ntwo\n"),
        ("new.py", ["mv a.py t && mv lib/b.py a.py && mv t new.py"], "one\ntwo\n"),
        ("a.py", ["mv a.py t && mv lib/b.py a.py && mv t lib/b.py"], "three\n"),
        ("new.py", ["rm a.py", "mv a.py new.py"], None),
        ("new.py", ["mv none.py new.py"], None),
        ("new.py", ["cat > /tmp/x <<'E'\nhi\nE", "mv /tmp/x new.py"], "hi\n"),
        ("new.py", [Edit("/tmp/x", "write", new="hi\n"), "cp /tmp/x new.py"], "hi\n"),
        ("dir/new.py", ["mkdir /tmp/d; echo hi > /tmp/d/new.py", "mv /tmp/d dir"], "hi\n"),
        ("new.py", ["mv /tmp/unknown new.py"], None),
        ("new.py", [Snapshot("/tmp/x", "hi\n"), "cp /tmp/x new.py"], "hi\n"),
        ("new.py", [Snapshot(f"{ROOT}/a.py", "1\n"), "cp a.py new.py"], "1\n"),
        (
            "new.py",
            [edit("a.py", "one\n", "1\n"), Snapshot(f"{ROOT}/a.py", "2\n"), "cp a.py new.py"],
            "2\n",
        ),
        ("new.py", [written("new.py", "x\n"), "mv a.py new.py"], "one\ntwo\n"),
        ("newer.py", ["mv a.py new.py"], None),
    ],
)
def test_the_text_of_a_path_that_commands_carried(
    path: str, told: list[Told], expected: str | None
) -> None:
    assert text(history(BASE, happened(*told)), path) == expected


def test_a_folder_may_be_moved_or_moved_into_another() -> None:
    both = {**BASE, "lib/lib/b.py": "inner\n"}
    assert text(history(both, happened("mv lib new")), "new/lib/b.py") == "inner\n"


def test_what_a_file_of_crlf_held_is_not_what_a_read_showed() -> None:
    told = happened(Snapshot(f"{ROOT}/a.py", "one\ntwo\n"), "cp a.py new.py")
    assert text(history({"a.py": "one\r\ntwo\r\n"}, told), "new.py") == "one\r\ntwo\r\n"


def test_a_rename_that_the_commit_shows_is_one_history() -> None:
    told = happened(edit("a.py", "one\n", "1\n"), "mv a.py n.py", edit("n.py", "two\n", "2\n"))
    asked = history(BASE, told)
    assert ops(asked.of("n.py", "a.py")) == ["replace", "replace"]
    assert text(asked, "n.py", "a.py") == "1\n2\n"


def test_a_rename_by_way_of_a_third_name_is_followed() -> None:
    told = happened("mv a.py t.py", edit("t.py", "one\n", "1\n"), "mv t.py n.py")
    assert text(history(BASE, told), "n.py", "a.py") == "1\ntwo\n"


def test_a_move_that_failed_moved_nothing() -> None:
    assert history(BASE, happened("mv a.py new.py", failed=0)).of("new.py") == []


def test_only_what_came_before_a_move_goes_along() -> None:
    told = happened("cp a.py new.py", edit("a.py", "one\n", "1\n"))
    assert text(history(BASE, told), "new.py") == "one\ntwo\n"


def test_one_session_moves_what_another_wrote() -> None:
    one = happened(edit("a.py", "one\n", "1\n"))
    other = happened("true", "true", "mv a.py new.py")
    assert text(history(BASE, one, other), "new.py") == "1\ntwo\n"
    assert text(history(BASE, other, one), "new.py") == "1\ntwo\n"


def test_edits_of_earlier_slices_are_no_natural_ones_unless_they_are_taken_up() -> None:
    told = happened("cp a.py new.py", edit("new.py", "one\n", "1\n"), edit("new.py", "1\n", "2\n"))
    reel = Reel.of(told, Locator(told, frozenset(BASE), [ROOT]))
    asked = History([Slice(Strand(reel), 1, 2, (Ref(0, 0),))], BASE.get)
    assert [(c.ref.event, c.natural, c.to) for c in asked.of("new.py")] == [
        (0, True, True),
        (1, True, False),
    ]
    asked = History([Slice(Strand(reel), 1, 3)], BASE.get)
    assert [c.natural for c in asked.of("new.py")] == [False, True, True]


@pytest.mark.parametrize(
    "told",
    [
        ["mv a.py b.py; mv b.py a.py; " * 400],
        ["mv a.py b.py", "mv b.py a.py"] * 30,
        ["mv lib lib/deep; " * 100],
        ["".join(f"cp f{i}.py f{i + 1}.py; " for i in range(500))],
    ],
    ids=["command", "events", "into itself", "chain"],
)
def test_loops_of_moves_come_to_an_end(told: list[Told]) -> None:
    asked = history({**BASE, "f0.py": "x\n"}, happened(*told))
    listed = [
        asked.of(path) for path in ("a.py", "b.py", "lib/b.py", "lib/deep/lib/b.py", "f500.py")
    ]
    assert all(sum(candidate.to for candidate in one) <= 10 for one in listed)


# -- in a repository ----------------------------------------------------------------


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    made = Scratch(tmp_path / "lamp")
    made.write("lamp.py", numbered(12, "lamp"))
    made.write("lib/oil.py", numbered(12, "oil"))
    made.commit("Begin")
    return made


@pytest.fixture
def agent(scratch: Scratch) -> Agent:
    made = Agent(scratch)
    made.prompt("Move it")
    return made


def runs(agent: Agent, command: str) -> None:
    """Run a command and tell of it."""
    subprocess.run(["sh", "-c", command], cwd=agent.scratch.top, check=True)
    agent.ran(command)


def proved(scratch: Scratch, agent: Agent) -> Thread:
    """The thread of a commit of which no line is left."""
    commit = scratch.commit("Moved")
    (solution,) = solve_all(scratch, [commit], agent).values()
    assert not any(solution.left.values())
    (thread,) = record(scratch, [commit], agent).values()
    assert makes_its_commit(scratch, thread)
    assert thread.placement.residue == ()
    return thread


@pytest.mark.parametrize(
    "command",
    [
        "mv lamp.py light.py; echo more >> light.py",
        "cp lamp.py light.py && sed -i.bak s/lamp/light/g light.py && rm light.py.bak",
        "mv lib oils",
        "mkdir all && mv lamp.py lib all",
        "git mv lamp.py light.py && echo 'a new one' > lamp.py",
        "echo 'a draft' > ../draft; mv ../draft draft.txt",
        "(cd lib && cp oil.py fuel.py && echo end >> fuel.py)",
        "rm lamp.py; mv lib/oil.py lamp.py",
    ],
)
def test_a_commit_of_carried_files_is_explained(
    scratch: Scratch, agent: Agent, command: str
) -> None:
    runs(agent, command)
    proved(scratch, agent)


def test_a_file_written_elsewhere_and_moved_in_is_explained(
    scratch: Scratch, agent: Agent, tmp_path: Path
) -> None:
    draft = tmp_path / "draft.py"
    draft.write_text("a draft\nof a lamp\n")
    agent.tells(Edit(str(draft), "write", new="a draft\nof a lamp\n"))
    runs(agent, f"mv {draft} wick.py")
    proved(scratch, agent)
