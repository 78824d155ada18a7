"""Documents for a history out of Entire's other layouts: refs, the normal form, older trailers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.support.agents import Agent
from tests.support.checkpoints import Branch, facts, put, trailer, transcript
from tests.support.record import claims
from tests.support.scratch import Scratch, numbered
from treadle.tangle.intake import Imported, intake, plan
from treadle.thread.entire import Checkpoints
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
    agent.edit("lamp.py", "line 3\n", "light 3\n")
    return agent


def imports(scratch: Scratch) -> list[Imported]:
    points = Checkpoints(scratch.repo)
    return list(intake(scratch.repo, points, plan(scratch.repo, points)))


def lit(scratch: Scratch, imported: Imported) -> dict[str, str]:
    """The evidence of each line that the commit added."""
    assert imported.solution is not None
    return claims(scratch, imported.commit, imported.solution.redacted.thread, "lamp.py")


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
