"""Documents for a history out of Entire's other layouts: refs, the normal form, older trailers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.agents import Agent
from tests.support.checkpoints import Branch, facts, put, trailer, transcript
from tests.support.record import claims
from tests.support.scratch import Scratch, numbered
from treadle.tangle.capture import Captured
from treadle.tangle.capturing.intake import intake, plan
from treadle.thread.agents.entire_compact.reader import LACKING
from treadle.thread.entire.checkpoints import Checkpoints
from treadle.thread.model import Session

ULID, ONE = "01KVBJCWYA4YW6J5M9GP655HZN", "00c9e2351016"
REF = f"refs/entire/checkpoints/ZN/{ULID}"


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    scratch = Scratch(tmp_path / "lamp")
    scratch.write("lamp.py", numbered(9))
    scratch.commit("Begin")
    return scratch


@pytest.fixture
def agent(scratch: Scratch) -> Agent:
    agent = Agent(scratch)
    agent.prompt("Light the lamp.")
    agent.edit("lamp.py", "line number 3\n", "light 3\n")
    return agent


def imports(scratch: Scratch) -> list[Captured]:
    points = Checkpoints(scratch.repo)
    return list(intake(scratch.repo, points, plan(scratch.repo, points)))


def evidence(scratch: Scratch, imported: Captured) -> dict[str, str]:
    """The class of each line that the commit added."""
    assert imported.solution is not None
    thread = imported.solution.redacted.thread
    return {text: origin.evidence for _, text, origin in claims(scratch, imported.commit, thread)}


def normal(session: Session) -> bytes:
    """A session as Entire normalises it."""
    lines = []
    for event in session.events:
        frame = {"v": 1, "agent": session.agent, "cli_version": "0.6.0", "ts": event.time}
        if event.kind == "prompt":
            lines.append({**frame, "type": "user", "content": [{"text": event.text}]})
            continue
        edit = event.edits[0]
        asked = {"file_path": edit.path, "old_string": edit.old, "new_string": edit.new}
        done = {"output": "done", "status": "success"}
        use = {"type": "tool_use", "id": event.key, "name": "Edit", "input": asked, "result": done}
        lines.append({**frame, "type": "assistant", "id": f"m-{event.key}", "content": [use]})
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


def test_a_checkpoint_in_a_ref_of_its_own(scratch: Scratch, agent: Agent) -> None:
    files = {"0/metadata.json": facts(agent.name), "0/full.jsonl": transcript(agent.session())}
    put(scratch, REF, {"metadata.json": b"{}", **files})
    scratch.commit(f"Light\n\n{trailer(ULID)}")
    (imported,) = imports(scratch)
    assert imported.problems == ()
    assert evidence(scratch, imported) == {"light 3\n": "proved"}
    assert imported.solution is not None
    assert imported.solution.redacted.thread.complete


def test_a_transcript_in_chunks(scratch: Scratch, agent: Agent) -> None:
    first, _, second = transcript(agent.session()).partition(b"\n")
    branch = Branch(scratch).add(ONE, (agent.name, first))
    branch.files[f"{ONE[:2]}/{ONE[2:]}/0/full.jsonl.001"] = second
    branch.save()
    scratch.commit(f"Light\n\n{trailer(ONE)}")
    (imported,) = imports(scratch)
    assert evidence(scratch, imported) == {"light 3\n": "proved"}


def test_a_normal_form_alone_makes_a_document_that_is_partial(
    scratch: Scratch, agent: Agent
) -> None:
    branch = Branch(scratch).add(ONE, (agent.name, None))
    branch.files[f"{ONE[:2]}/{ONE[2:]}/0/transcript.jsonl"] = normal(agent.session())
    branch.save()
    scratch.commit(f"Light\n\n{trailer(ONE)}")
    (imported,) = imports(scratch)
    assert evidence(scratch, imported) == {"light 3\n": "proved"}
    assert imported.solution is not None
    thread = imported.solution.redacted.thread
    assert (thread.parts[0].agent, thread.parts[0].session) == ("claude-code", agent.name)
    assert not thread.complete
    assert [problem.reason for problem in imported.problems] == [LACKING]


def test_a_commit_that_names_only_its_session(scratch: Scratch, agent: Agent) -> None:
    Branch(scratch).add(ONE, (agent.name, transcript(agent.session()))).save()
    scratch.commit(f"Light\n\nEntire-Session: 2026-01-05-{agent.name}\n")
    (imported,) = imports(scratch)
    assert evidence(scratch, imported) == {"light 3\n": "proved"}


def test_what_is_wrong_with_the_refs_is_told_once(scratch: Scratch, agent: Agent) -> None:
    branch = Branch(scratch).add(ONE, (agent.name, transcript(agent.session())))
    branch.save()
    put(scratch, "refs/entire/checkpoints/v9/main", {"a": b""})
    scratch.commit(f"Light\n\n{trailer(ONE)}")
    agent.edit("lamp.py", "line number 5\n", "light 5\n")
    scratch.commit(f"More\n\n{trailer(ONE)}")
    first, second = imports(scratch)
    assert [problem.reason for problem in first.problems] == [
        "refs/entire/checkpoints/v9/main: ref of an unknown form, not read"
    ]
    assert second.problems == ()


def test_a_trailer_that_names_nothing_is_missing(scratch: Scratch, agent: Agent) -> None:
    Branch(scratch).add(ONE, (agent.name, transcript(agent.session()))).save()
    commit = scratch.commit("Light\n\nEntire-Checkpoint: 00c9\n")
    todo = plan(scratch.repo, Checkpoints(scratch.repo))
    assert (todo.commits, todo.missing) == ((), ((commit.id, "00c9"),))
