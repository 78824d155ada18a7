"""The commits that a command says it made.

git prints ``[main 1a2b3c4] Subject`` after a commit, a merge, a pick. That line is the
strongest tie there is between a session and a commit; but any program may print brackets,
so it counts only after a command that could have made a commit.
"""

from __future__ import annotations

import re

from treadle.thread.model import Made

_COMMITS = re.compile(r"\b(?:commit|merge|cherry-pick|revert|rebase|am)\b")
_HEAD = 400
"""Characters within which branch and id must stand; a branch's name has at most 255 bytes."""
_ID = re.compile(r"[0-9a-f]{7,64}")
_ROOT = " (root-commit)"


def made(command: str, output: str) -> tuple[Made, ...]:
    """The commits named in a command's output, in its order, each once."""
    if "[" not in output or not _COMMITS.search(command):
        return ()
    found = (_commit(line) for line in output.split("\n") if line.startswith("["))
    return tuple(dict.fromkeys(commit for commit in found if commit))


def _commit(line: str) -> Made | None:
    """``[BRANCH ID] SUBJECT``, ``[BRANCH (root-commit) ID] SUBJECT``, ``[detached HEAD ID] …``."""
    head, closed, subject = line[1:].partition("] ")
    branch, _, name = head.rpartition(" ")
    if not closed or len(head) > _HEAD or not _ID.fullmatch(name):
        return None
    if not branch.removesuffix(_ROOT):
        return None
    return Made(name, subject.rstrip("\r"))
