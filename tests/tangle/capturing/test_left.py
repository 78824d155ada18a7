"""What no commit took is kept so that a later commit finds all of it, and no secret is in it."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.support.agents import Agent
from tests.support.record import keep
from tests.support.scratch import Scratch, numbered
from treadle.tangle.capture import assembled, capture_with, key_of
from treadle.tangle.capturing import left as left_
from treadle.tangle.capturing.left import left
from treadle.tangle.record import Recorder
from treadle.thread.document import render
from treadle.thread.model import Session
from treadle.thread.repo import Commit
from treadle.thread.waiting.pending import Kept, Shelf

DEEDS = st.lists(
    st.tuples(
        st.sampled_from(["lamp", "oil", "prompt", "ran", "fails", "look"]), st.integers(0, 9)
    ),
    min_size=1,
    max_size=12,
)
SECRET = "ghp_" + "a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8"


def started(folder: Path) -> tuple[Scratch, Agent]:
    scratch = Scratch(folder / "lamp")
    for stem in ("lamp", "oil"):
        scratch.write(f"{stem}.py", numbered(10, stem))
    scratch.commit("Begin")
    agent = Agent(scratch)
    agent.prompt("Begin")
    agent.ran("ls")
    return scratch, agent


def does(agent: Agent, deed: str, number: int) -> None:
    if deed == "prompt":
        agent.prompt(f"Number {number}, please")
        agent.ran("make")
    elif deed == "ran":
        agent.ran(f"make {number}", "ok\n")
    elif deed == "fails":
        agent.fails("lamp.py", "nothing", "something")
    elif deed == "look":
        agent.read("oil.py")
    else:
        lines = agent.scratch.read(f"{deed}.py").split("\n")
        new = f"{deed} {number} by event {len(agent.events)}"
        agent.edit(f"{deed}.py", lines[number] + "\n", new + "\n")


def solved(recorder: Recorder, commit: Commit, scratch: Scratch) -> bytes | None:
    (found,) = capture_with(recorder, [commit])
    if found.solution is None:
        return None
    keep(scratch, {commit.id: found.solution})
    return render(found.solution.redacted.thread)


def ends(recorder: Recorder, session: Session, since: str = "") -> Kept | None:
    key = key_of(session)
    return left(recorder.reels[key], recorder.progress[key], ["gone.jsonl"], since)


@settings(max_examples=25)
@given(DEEDS, DEEDS, st.sampled_from(["lamp.py", "oil.py"]))
@example([("lamp", 0)], [("look", 0), ("prompt", 0), ("lamp", 0)], "lamp.py")
def test_from_what_was_kept_comes_the_document_that_the_transcript_gives(
    early: list[tuple[str, int]], late: list[tuple[str, int]], staged: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        scratch, agent = started(Path(folder))
        for deed in early:
            does(agent, *deed)
        scratch.git("add", staged)
        first = scratch.commit("One", stage=False)
        for deed in late:
            does(agent, *deed)
        session = agent.session()
        recorder = assembled(scratch.repo, [session])
        solved(recorder, first, scratch)
        recorder.progress.setdefault(key_of(session), left_.Progress())
        kept = ends(recorder, session)
        second = scratch.commit("Two")
        whole = solved(assembled(scratch.repo, [session]), second, scratch)
        if kept is None:
            assert whole is None
            return
        shelf = Shelf(folder)
        assert shelf.keep(kept)
        (tail,) = shelf.tails()
        assert shelf.read(tail) == kept
        again = assembled(scratch.repo, [], kept=[kept])
        assert solved(again, second, scratch) == whole
        scratch.close()


@pytest.fixture
def scene(tmp_path: Path) -> tuple[Scratch, Agent]:
    return started(tmp_path)


def kept_of(scratch: Scratch, agent: Agent, since: str = "") -> Kept | None:
    session = agent.session()
    recorder = assembled(scratch.repo, [session])
    recorder.progress.setdefault(key_of(session), left_.Progress())
    return ends(recorder, session, since)


def test_no_secret_is_kept(scene: tuple[Scratch, Agent], tmp_path: Path) -> None:
    scratch, agent = scene
    agent.prompt(f"Use {SECRET}")
    agent.ran(f"export TOKEN={SECRET}", f"TOKEN={SECRET}\n")
    agent.edit("lamp.py", "lamp number 3\n", f'token = "{SECRET}"\nthe agent\'s lamp\n', shown=True)
    agent.edit("lamp.py", f'token = "{SECRET}"\n', "token = None\n", shown=True)
    agent.read("lamp.py")
    kept = kept_of(scratch, agent)
    assert kept is not None
    assert Shelf(str(tmp_path)).keep(kept)
    (file,) = (tmp_path / "pending").iterdir()
    text = file.read_text()
    assert SECRET not in text
    assert "the agent's lamp" in text


def test_turns_without_an_edit_or_a_command_are_only_counted(
    scene: tuple[Scratch, Agent],
) -> None:
    scratch, agent = scene
    agent.prompt("What do you think of my neighbour?")
    agent.said("Nothing.")
    agent.prompt("Light it")
    agent.edit("lamp.py", "lamp number 3\n", "the agent's lamp\n")
    kept = kept_of(scratch, agent)
    assert kept is not None
    assert len(kept.session.events) == len(agent.events)
    assert "neighbour" not in str(kept)
    assert "Nothing" not in str(kept)
    assert "Light it" in str(kept)


def test_nothing_is_kept_where_nothing_may_be_taken(scene: tuple[Scratch, Agent]) -> None:
    scratch, agent = scene
    agent.said("I only look.")
    agent.fails("lamp.py", "nothing", "something")
    assert kept_of(scratch, agent) is None
    agent.edit("lamp.py", "lamp number 3\n", "the agent's lamp\n")
    assert kept_of(scratch, agent, agent.events[-1].time) is not None
    assert kept_of(scratch, agent, scratch.clock.tick()) is None


def test_what_is_too_large_is_counted_and_its_transcript_is_still_read(
    scene: tuple[Scratch, Agent], monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch, agent = scene
    agent.edit("lamp.py", "lamp number 3\n", "the agent's lamp\n" * 90, shown=True)
    monkeypatch.setattr(left_, "LIMIT", 1700)
    slim = kept_of(scratch, agent)
    assert slim is not None
    assert [edit.before for event in slim.session.events for edit in event.edits] == [None]
    monkeypatch.setattr(left_, "LIMIT", 100)
    bare = kept_of(scratch, agent)
    assert bare is not None
    assert (bare.session.events, bare.edits, bare.files) == ((), 1, ("gone.jsonl",))


def test_a_damaged_file_is_nothing(scene: tuple[Scratch, Agent], tmp_path: Path) -> None:
    scratch, agent = scene
    agent.edit("lamp.py", "lamp number 3\n", "the agent's lamp\n")
    kept = kept_of(scratch, agent)
    assert kept is not None
    shelf = Shelf(str(tmp_path))
    assert shelf.keep(kept)
    (file,) = (tmp_path / "pending").iterdir()
    whole = file.read_bytes()
    for text in (b"", b"[]", b"{}\n", whole[:-9], whole.split(b"\n")[0], b"\xff" * 99, b"[" * 9999):
        file.write_bytes(text)
        assert [shelf.read(tail) for tail in shelf.tails()] in ([], [None])


def test_the_oldest_goes_first_and_is_told(
    scene: tuple[Scratch, Agent], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scratch, agent = scene
    agent.edit("lamp.py", "lamp number 3\n", "the agent's lamp\n")
    kept = kept_of(scratch, agent)
    assert kept is not None
    shelf = Shelf(str(tmp_path))
    for number in range(3):
        event = replace(kept.session.events[-1], time=f"2026-01-0{number + 1}T00:00:00.000Z")
        session = replace(kept.session, id=f"s{number}", events=(event,))
        assert shelf.keep(replace(kept, session=session, held=0))
    (first, *_) = shelf.tails()
    monkeypatch.setattr("treadle.thread.waiting.pending.LIMIT", first.size * 2 + 10)
    assert [tail.session for tail in shelf.trim()] == ["s0"]
    assert sorted(tail.session for tail in shelf.tails()) == ["s1", "s2"]
