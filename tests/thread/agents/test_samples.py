"""Transcripts that agents have written, a folder an agent: how much is read of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from treadle.thread import agents
from treadle.thread.agents import Source

COUNTS = {
    "aider": ("aider", 93, 191, 113),
    "amp": ("amp", 2, 2, 1),
    "claude-code": ("claude-code", 7, 18, 46),
    "codex": ("codex", 2, 5, 3),
    "copilot": ("copilot-cli", 3, 3, 2),
    "cursor": ("cursor", 1, 1, 1),
    "droid": ("droid", 1, 1, 1),
    "gemini-cli": ("gemini-cli", 3, 3, 3),
    "opencode": ("opencode", 1, 2, 2),
    "pi": ("pi", 2, 89, 150),
    "qwen": ("qwen", 1, 1, 0),
}
"""By folder: the reader that knows what lies in it, and its sessions, prompts and edits."""


def read(folder: Path) -> agents.Reading:
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    return agents.read([Source.file(file) for file in files])


@pytest.mark.samples
@pytest.mark.parametrize("name", COUNTS)
def test_counts(samples: Path, name: str) -> None:
    if not (samples / name).is_dir():
        pytest.skip(f"no folder {name} among the samples")
    reading = read(samples / name)
    events = [event for session in reading.sessions for event in session.events]
    prompts = sum(event.kind == "prompt" for event in events)
    edits = sum(len(event.edits) for event in events)
    names = {session.agent for session in reading.sessions}
    assert (*names, len(reading.sessions), prompts, edits) == COUNTS[name]


@pytest.mark.samples
def test_nobody_takes_the_files_of_agents_that_have_no_reader(samples: Path) -> None:
    others = sorted(f for f in samples.iterdir() if f.is_dir() and f.name not in COUNTS)
    assert {folder.name: read(folder).sessions for folder in others} == {
        folder.name: () for folder in others
    }
