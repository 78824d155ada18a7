"""Each agent's transcript, where the agent would have left it, gives a commit its document."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from tests.support.homes import Home
from tests.support.scratch import Scratch, numbered
from treadle.tangle.capture import capture
from treadle.tangle.capturing.gather import gather
from treadle.tangle.solve import Solution
from treadle.thread.agents.finding.find import find
from treadle.thread.repo import Commit

OLD, NEW = "lamp number 3\n", "lamp number three\nand a half\n"
WICK = "WICK = 1\n"
PROMPT = "Say three in words, and add a wick."
ID = "5eed0001-0000-4000-8000-000000000001"
Row = dict[str, object]


@dataclass
class Told:
    """What an agent had to tell: when it was asked, and what git printed."""

    top: Path
    time: str
    printed: str

    @property
    def lamp(self) -> str:
        return f"{self.top}/lamp.py"

    @property
    def wick(self) -> str:
        return f"{self.top}/wick.py"


def text(said: str) -> Row:
    return {"type": "text", "text": said}


def pi(home: Home, told: Told) -> None:
    def entry(message: Row) -> Row:
        return {"type": "message", "id": "x", "timestamp": told.time, "message": message}

    def call(own: str, name: str, **given: object) -> Row:
        return {"type": "toolCall", "id": own, "name": name, "arguments": given}

    def result(own: str, name: str, said: str) -> Row:
        frame = {"role": "toolResult", "toolCallId": own, "toolName": name, "isError": False}
        return entry({**frame, "content": [text(said)]})

    header = {"type": "session", "version": 3, "id": ID, "timestamp": told.time}
    calls = [
        call("c1", "edit", path="lamp.py", oldText=OLD, newText=NEW),
        call("c2", "write", path="wick.py", content=WICK),
        call("c3", "bash", command="git commit -m Three"),
    ]
    home.write(
        f".pi/agent/sessions/--lamp--/x_{ID}.jsonl",
        {**header, "cwd": str(told.top)},
        entry({"role": "user", "content": PROMPT}),
        entry({"role": "assistant", "api": "x", "model": "opal", "content": calls}),
        result("c1", "edit", "Successfully replaced text."),
        result("c2", "write", "Successfully wrote 9 bytes."),
        result("c3", "bash", told.printed),
    )


def droid(home: Home, told: Told) -> None:
    def message(number: int, role: str, *blocks: Row) -> Row:
        frame = {"type": "message", "id": f"m{number}", "timestamp": told.time}
        return {**frame, "message": {"role": role, "content": list(blocks)}}

    def call(own: str, name: str, **given: object) -> Row:
        return {"type": "tool_use", "id": own, "name": name, "input": given}

    def result(own: str, said: str) -> Row:
        return {"type": "tool_result", "tool_use_id": own, "content": said}

    patch = f"*** Begin Patch\n*** Add File: {told.wick}\n+{WICK}*** End Patch"
    home.write(
        f".factory/sessions/-lamp/{ID}.jsonl",
        {"type": "session_start", "id": ID, "version": 2, "cwd": str(told.top)},
        message(1, "user", text(PROMPT)),
        message(
            2,
            "assistant",
            call("c1", "Edit", file_path=told.lamp, old_str=OLD, new_str=NEW),
            call("c2", "ApplyPatch", input=patch),
            call("c3", "Execute", command="git commit -m Three"),
        ),
        message(
            3,
            "user",
            result("c1", '{"success":true}'),
            result("c2", '{"success":true}'),
            result("c3", told.printed),
        ),
    )


def copilot(home: Home, told: Told) -> None:
    def event(number: int, kind: str, **given: object) -> Row:
        return {"type": kind, "data": given, "id": f"e{number}", "timestamp": told.time}

    def request(own: str, name: str, **given: object) -> Row:
        return {"toolCallId": own, "name": name, "arguments": json.dumps(given)}

    calls = [
        request("c1", "edit", path=told.lamp, old_str=OLD, new_str=NEW),
        request("c2", "create", path=told.wick, file_text=WICK),
        request("c3", "bash", command="git commit -m Three"),
    ]
    printed = f"{told.printed}\n<exited with exit code 0>"
    ends = {"c1": "updated", "c2": "Created file", "c3": printed}
    home.write(
        f".copilot/session-state/{ID}/events.jsonl",
        event(0, "session.start", sessionId=ID, context={"cwd": str(told.top)}),
        event(1, "user.message", content=PROMPT),
        event(2, "assistant.message", content="Yes.", toolRequests=calls),
        *(
            event(number, "tool.execution_complete", toolCallId=own, success=True, result=said)
            for number, (own, said) in enumerate(ends.items(), 3)
        ),
    )


def cursor(home: Home, told: Told) -> None:
    def line(role: str, *blocks: Row) -> Row:
        return {"role": role, "message": {"content": list(blocks)}}

    def call(name: str, **given: object) -> Row:
        return {"type": "tool_use", "name": name, "input": given}

    when = datetime.fromisoformat(told.time)
    clock = when.strftime("%A, %b %d, %Y, %I:%M %p (UTC)").replace(" 0", " ")
    asked = f"<timestamp>{clock}</timestamp>\n<user_query>\n{PROMPT}\n</user_query>"
    home.write(
        f".cursor/projects/lamp/agent-transcripts/{ID}/{ID}.jsonl",
        line("user", text(asked)),
        line(
            "assistant",
            call("StrReplace", path=told.lamp, old_string=OLD, new_string=NEW),
            call("Write", path=told.wick, contents=WICK),
        ),
        line("assistant", call("Shell", command="git commit -m Three")),
    )


def amp(home: Home, told: Told) -> None:
    sent = datetime.fromisoformat(told.time).timestamp() * 1000

    def call(own: str, name: str, **given: object) -> Row:
        return {"type": "tool_use", "id": own, "name": name, "input": given}

    def result(own: str, said: object) -> Row:
        run = {"status": "done", "result": said}
        return {"type": "tool_result", "toolUseID": own, "run": run}

    calls = [
        call("c1", "edit_file", path=told.lamp, old_str=OLD, new_str=NEW),
        call("c2", "create_file", path=told.wick, content=WICK),
        call("c3", "Bash", cmd="git commit -m Three"),
    ]
    results = [
        result("c1", {"diff": ""}),
        result("c2", "ok"),
        result("c3", {"output": told.printed, "exitCode": 0}),
    ]
    home.write(
        f".local/share/amp/threads/T-{ID}.json",
        {
            "v": 9,
            "id": f"T-{ID}",
            "env": {"initial": {"trees": [{"uri": told.top.as_uri()}]}},
            "messages": [
                {"role": "user", "content": [text(PROMPT)], "meta": {"sentAt": sent}},
                {"role": "assistant", "content": calls},
                {"role": "user", "content": results},
            ],
        },
    )


def specstory(home: Home, told: Told) -> None:
    when = told.time[:19].replace("T", " ") + "Z"
    gone = OLD.rstrip("\n")
    put = "".join(f"+ {line}\n" for line in NEW.splitlines())
    page = f"""<!-- Generated by SpecStory, Markdown v2.1.0 -->

<!-- cursor Session {ID} ({when}) -->

_**User ({when})**_

{PROMPT}

---

_**Agent (opal {when})**_

<tool-use data-tool-type="write" data-tool-name="search_replace">

<details><summary>Tool use: **search_replace** • Edit file: {told.lamp}</summary>

```diff
@@ -4,1 +4,2 @@
- {gone}
{put}```

</details>

</tool-use>

<tool-use data-tool-type="write" data-tool-name="write_file"><details>
<summary>Tool use: **write_file**</summary>

Path: `{told.wick}`

```py
{WICK}```

Result: written
</details></tool-use>

<tool-use data-tool-type="shell" data-tool-name="shell"><details>
<summary>`git commit -m Three`</summary>

```text
{told.printed}
```
</details></tool-use>
"""
    history = told.top / ".specstory" / "history"
    history.mkdir(parents=True)
    (history / "page.md").write_text(page)


WRITERS = {
    "amp": amp,
    "copilot-cli": copilot,
    "cursor": cursor,
    "droid": droid,
    "pi": pi,
    "specstory": specstory,
}


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Scratch]:
    made = Scratch(tmp_path / "lamp")
    made.write(".gitignore", ".specstory\n")
    made.write("lamp.py", numbered(9, "lamp"))
    made.commit("Begin")
    made.clock.tick(3600)
    yield made
    made.close()


def committed(scratch: Scratch) -> tuple[Told, Commit]:
    """The agent's work, done and committed; and what it can tell of it."""
    time = scratch.clock.tick()
    scratch.write("lamp.py", scratch.read("lamp.py").replace(OLD, NEW))
    scratch.write("wick.py", WICK)
    commit = scratch.commit("Three")
    return Told(scratch.top, time, f"[main {commit.id[:7]}] Three"), commit


def solved(scratch: Scratch, home: Home, agent: str, commit: Commit) -> Solution:
    gathered = gather(find(home.around(scratch.top), [agent]))
    assert gathered.problems == ()
    (found,) = capture(scratch.repo, [commit], gathered.sessions)
    assert found.error is None
    assert found.solution is not None
    return found.solution


@pytest.mark.parametrize("agent", WRITERS)
def test_every_line_is_explained(scratch: Scratch, tmp_path: Path, agent: str) -> None:
    write: Callable[[Home, Told], None] = WRITERS[agent]
    home = Home(tmp_path)
    told, commit = committed(scratch)
    write(home, told)
    solution = solved(scratch, home, agent, commit)
    thread = solution.redacted.thread
    assert (solution.added, thread.placement.residue) == (3, ())
    assert not any(solution.left.values())
    (part,) = thread.parts
    assert (part.agent, [turn.prompt for turn in part.turns]) == (agent, [PROMPT])
    assert part.named, "by git's output, or by the command where an agent keeps none"
    assert thread.complete is (agent != "specstory"), "a page lacks what the agent itself kept"
    changed = {change.path for turn in part.turns for step in turn.steps for change in step.changes}
    assert changed == {"lamp.py", "wick.py"}
