"""What is told of the sessions of a branch, and why some are not."""

from __future__ import annotations

from tests.support.scratch import Scratch
from treadle.thread.entire.checkpoints import Checkpoints

ONE, TWO, ULID = "00c9e2351016", "a1b2c3d4e5f6", "01KVBJCWYA4YW6J5M9GP655HZN"
FOLDER = "00/c9e2351016"
LINES = (
    b'{"type":"user","uuid":"u","parentUuid":null,"sessionId":"s1","isSidechain":false,'
    b'"message":{"role":"user","content":"Light the lamp."}}'
)
"""A transcript of Claude Code, of session s1."""
NORMAL = (
    b'{"v":1,"agent":"cursor","cli_version":"0.6.0","type":"user",'
    b'"content":[{"text":"Light the lamp."}]}\n'
)


def told(scratch: Scratch, session: str) -> list[bytes]:
    """The copies of a session."""
    found = []
    for source in Checkpoints(scratch.repo).sources(session):
        with source.open() as stream:
            found.append(stream.read())
    return found


def reasons(scratch: Scratch, session: str) -> list[str]:
    """What is said of a session's copies when it is read."""
    return [problem.reason for problem in Checkpoints(scratch.repo).reading(session).problems]


def tree(scratch: Scratch, *entries: tuple[str, str, str]) -> str:
    """A tree of modes, names and ids."""
    kinds = {"040000": "tree", "100644": "blob", "120000": "blob", "160000": "commit"}
    rows = "".join(f"{mode} {kinds[mode]} {id_}\t{name}\n" for mode, name, id_ in entries)
    return scratch.git("mktree", "--missing", feed=rows.encode())
