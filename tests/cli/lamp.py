"""A small repository whose second commit an agent made, and the transcript that tells of it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.support.attacks import CANARY, PATHS, TEXTS
from tests.support.scratch import Scratch, lines

PROGRAM = [sys.executable, "-c", "from treadle.cli.main import main; main()"]
"""The real program, in a process of its own."""

BEFORE = lines("def light():", '    return "dark"', "", "", "print(light())")
AFTER = lines("def light(name):", '    return f"{name} is lit"', "", "", 'print(light("lamp"))')
LAST = AFTER + lines("# by hand")
PROMPT = "Let the lamp say its name."
REASON = "The name must come in as a parameter, so that every lamp can say its own."


@dataclass(frozen=True, slots=True)
class Done:
    """What a run of the program came to."""

    code: int
    out: str
    err: str

    @property
    def said(self) -> str:
        return self.out + self.err


def run(
    *args: str | Path,
    at: Path | None = None,
    env: Mapping[str, str | None] | None = None,
    feed: bytes = b"",
    within: float = 120,
) -> Done:
    """Run ``treadle ARGS`` in the folder ``at``. A traceback is always a fault."""
    around = {key: value for key, value in os.environ.items() if key not in ("COLUMNS", "LINES")}
    around["HOME"] = os.devnull  # no agent of the person who tests has ever worked there
    for key, value in (env or {}).items():
        around.pop(key, None)
        if value is not None:
            around[key] = value
    done = subprocess.run(
        [*PROGRAM, *map(os.fspath, args)],
        cwd=at,
        env=around,
        input=feed,
        capture_output=True,
        timeout=within,
    )
    out, err = (text.decode("utf-8", "surrogateescape") for text in (done.stdout, done.stderr))
    assert "Traceback" not in err, err
    return Done(done.returncode, out, err)


def refused(
    *args: str | Path,
    at: Path | None = None,
    code: int = 1,
    env: Mapping[str, str | None] | None = None,
    within: float = 120,
) -> str:
    """Run what must not work: what it says, on standard error alone."""
    done = run(*args, at=at, env=env, within=within)
    assert done.code == code, done
    assert done.out == ""
    assert done.err.startswith("treadle: "), done.err
    return done.err


class Lamp(Scratch):
    """The repository, in a folder of its own."""

    @property
    def transcript(self) -> Path:
        """The agent's transcript; it lies outside of the repository."""
        return self.top.parent / "transcript.jsonl"

    def build(self) -> None:
        """Three commits: a person's, the agent's, a person's again. Nothing is recorded."""
        self.write("src/lamp.py", BEFORE)
        self.write("notes/ünï cödé.txt", lines("bare", "words"))
        self.commit("Light a lamp")
        told = Telling(self)
        told.prompt(PROMPT)
        told.said(REASON)
        told.edits("src/lamp.py", BEFORE, AFTER)
        self.write("src/lamp.py", AFTER)
        self.commit("Let the lamp say its name")
        self.transcript.write_text("".join(json.dumps(row) + "\n" for row in told.rows))
        self.write("src/lamp.py", LAST)
        self.commit("Say who wrote this", "--message", "It was a person.")


class Telling:
    """A transcript in Claude Code's form, while it is written."""

    def __init__(self, lamp: Scratch, session: str = "s-lamp") -> None:
        self.lamp = lamp
        self.session = session
        self.rows: list[dict[str, object]] = []

    def prompt(self, text: str) -> None:
        self._row("user", {"role": "user", "content": text})

    def said(self, text: str) -> None:
        self._assistant({"type": "text", "text": text})

    def edits(self, path: str, old: str, new: str) -> None:
        """A call of the tool that replaces text, and its result."""
        file = f"{self.lamp.top}/{path}"
        key = f"toolu_{len(self.rows)}"
        given = {"file_path": file, "old_string": old, "new_string": new}
        self._assistant({"type": "tool_use", "id": key, "name": "Edit", "input": given})
        result = {"tool_use_id": key, "type": "tool_result", "content": "The file was updated."}
        told = {"filePath": file, "oldString": old, "newString": new, "userModified": False}
        self._row("user", {"role": "user", "content": [result]}, toolUseResult=told)

    def _assistant(self, *content: dict[str, object]) -> None:
        said = {"model": "loom-1", "type": "message", "role": "assistant", "content": [*content]}
        self._row("assistant", said)

    def _row(self, kind: str, message: dict[str, object], **more: object) -> None:
        number = len(self.rows)
        common = {
            "parentUuid": f"u{number - 1}" if number else None,
            "isSidechain": False,
            "cwd": str(self.lamp.top),
            "sessionId": self.session,
            "version": "2.1.40",
            "type": kind,
            "uuid": f"u{number}",
            "timestamp": self.lamp.clock.tick(),
        }
        self.rows.append({**common, "message": message, **more})


def attack(lamp: Lamp) -> None:
    """One more commit, recorded out of a transcript that says the attack corpus wherever it can."""
    told = Telling(lamp, "s-attack")
    body = lines("# all of it", *(json.dumps(text) for text in TEXTS))
    for text in TEXTS:
        told.prompt(text)
        told.said(text)
    told.edits("src/attack.py", "", body)
    told.edits(f"src/attack.py\n{CANARY}", "a", "b")
    for path in PATHS:
        told.edits(path, "", "out\n")
    lamp.write("src/attack.py", body)
    lamp.commit(f"Attack <script>alert(1)</script> \x1b[31m $(touch {CANARY})")
    told.rows[0]["version"] = "<b>1</b>\x1b[2J"
    lamp.transcript.write_text("".join(json.dumps(row) + "\n" for row in told.rows))
    done = run("record", "--from", lamp.transcript, at=lamp.top)
    assert done.code == 0, done
