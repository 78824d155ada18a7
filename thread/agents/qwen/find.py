"""Where Qwen Code keeps its transcripts.

``~/.qwen/projects/<folder>/chats/<session>.jsonl``, the folder named after the path in which it
was started, with ``-`` for whatever is no letter or digit; sub-agents' beside ``chats``, in
``subagents/<session>/``. Before, as Gemini CLI does, ``~/.qwen/tmp/<hash>/chats/``. Every record
names the folder it was written in, and that decides.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

from treadle.thread.agents.finding.disk import MOST, File, Walk
from treadle.thread.agents.finding.find import Found, Grounds, Surroundings, Transcript
from treadle.thread.agents.finding.trail import Script, Told, Trails
from treadle.thread.agents.reading.fields import text

NAME = "qwen"
MOVED = ("QWEN_RUNTIME_DIR", "QWEN_HOME")


def homes(where: Surroundings) -> list[str]:
    """Qwen Code's own folders; not all of them need to be there."""
    if NAME in where.folders:
        return where.named(NAME)
    found = [where.env.get("QWEN_RUNTIME_DIR", ""), where.env.get("QWEN_HOME", "")]
    found += [f"{where.home}/.qwen"] if where.home else []
    return list(dict.fromkeys(one for one in found if os.path.isabs(one)))


def find(where: Surroundings) -> Found:
    """The sessions that were in one of the repository's work trees at any time."""
    walk = Walk(where.home, trusted=NAME in where.folders)
    trails = Trails(NAME, Grounds(where.tops), walk, where.memory, SCRIPT)
    found: list[Transcript] = []
    for home in homes(where):
        for kind in ("projects", "tmp"):
            for folder in walk.folders(os.path.join(home, kind)):
                found += _sessions(folder, where.since, walk, trails)
    return Found(tuple(found), tuple(walk.problems))


def beside(path: str) -> list[str]:
    """The transcripts of a session's sub-agents."""
    name = os.path.splitext(os.path.basename(path))[0]
    inside = os.path.join(os.path.dirname(path), os.pardir, "subagents", name)
    found = Walk("", trusted=True).files(os.path.normpath(inside), ".jsonl", deep=1)
    return [file.path for file in found[:MOST]]


def _sessions(folder: str, since: float, walk: Walk, trails: Trails) -> Iterator[Transcript]:
    for main in walk.files(os.path.join(folder, "chats"), ".jsonl"):
        inside = os.path.join(folder, "subagents", main.stem)
        files = [main, *walk.files(inside, ".jsonl", deep=1)]
        if max(file.changed for file in files) >= since and _is_here(files, trails):
            yield Transcript.of(NAME, main.stem, files)


def _is_here(files: list[File], trails: Trails) -> bool:
    return any(trails.here(trails.fact(file)) for file in files)


def tell(value: object) -> Told:
    """What a record tells of its session."""
    return Told(text(value, "sessionId"), cwd=text(value, "cwd"))


SCRIPT = Script(tell)
