"""Where pi keeps its transcripts.

``~/.pi/agent/sessions/<folder>/<time>_<session>.jsonl``, the folder named after the path in which
the session was started, between two hyphens at each end; several paths can have one name, so the
header of the file decides. A variable moves the whole place.
"""

from __future__ import annotations

import os

from treadle.thread.agents.finding.disk import Walk
from treadle.thread.agents.finding.find import Found, Grounds, Surroundings, Transcript
from treadle.thread.agents.finding.trail import Script, Told, Trails
from treadle.thread.agents.reading.fields import text

NAME = "pi"
MOVED = ("PI_CODING_AGENT_DIR",)


def homes(where: Surroundings) -> list[str]:
    """pi's own folders; not all of them need to be there."""
    if NAME in where.folders:
        return where.named(NAME)
    found = [where.env.get("PI_CODING_AGENT_DIR", "")]
    found += [f"{where.home}/.pi/agent"] if where.home else []
    return list(dict.fromkeys(one for one in found if os.path.isabs(one)))


def find(where: Surroundings) -> Found:
    """The sessions that were started in one of the repository's work trees."""
    walk = Walk(where.home, trusted=NAME in where.folders)
    trails = Trails(NAME, Grounds(where.tops), walk, where.memory, SCRIPT)
    found: list[Transcript] = []
    for home in homes(where):
        for file in walk.files(os.path.join(home, "sessions"), ".jsonl", deep=1):
            if file.changed >= where.since and trails.here(fact := trails.fact(file)):
                own = fact.session or file.stem.rpartition("_")[2]
                found.append(Transcript.of(NAME, own, [file]))
    return Found(tuple(found), tuple(walk.problems))


def tell(value: object) -> Told:
    """What a line tells of its session; only the header does."""
    if text(value, "type") != "session":
        return Told()
    return Told(text(value, "id"), cwd=text(value, "cwd"))


SCRIPT = Script(tell)
