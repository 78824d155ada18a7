"""A commit solved out of what agents did, and what is told of its lines."""

from __future__ import annotations

from tests.support.agents import Agent
from tests.support.record import (
    claims,
    makes_its_commit,
    record,
    tangled,
)
from tests.support.scratch import Scratch, lines
from treadle.thread.document import parse, render
from treadle.thread.model import Thread
from treadle.thread.repo import Commit

LINES = [f"MIIEpAIBAAKCAQEA7bq{n:02}dXkLmN9pQrStUvWxYz0123456789abcdefghijkl" for n in range(12)]
KEY_FILE = lines(
    "before",
    "-----BEGIN RSA PRIVATE KEY-----",
    *LINES,
    "-----END RSA PRIVATE KEY-----",
    "behind",
)


def solved(scratch: Scratch, commit: Commit, *agents: Agent) -> Thread:
    """The commit's thread, which keeps all laws."""
    thread = record(scratch, [commit], *agents)[commit.id]
    assert parse(render(thread)) == thread
    assert makes_its_commit(scratch, thread)
    for path, content in tangled(scratch, thread).items():
        if content is not None:
            assert content == scratch.run("show", f"{commit.id}:{path}")
    return thread


def classes(scratch: Scratch, commit: Commit, thread: Thread) -> dict[str, str]:
    """The class of each added line, by its text."""
    return {text: origin.evidence for _, text, origin in claims(scratch, commit, thread)}


def leaks(thread: Thread) -> list[str]:
    """Lines of the key that stand in the document."""
    text = render(thread).decode()
    return [line for line in LINES if line in text]
