"""Where Droid keeps its transcripts.

``~/.factory/sessions/<folder>/<session>.jsonl``, the folder named after the path in which the
session was started; before, without the folder. A sub-agent's session lies among the others, and
its header names the one that called it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping

from treadle.thread.agents.finding.disk import MOST, File, Walk
from treadle.thread.agents.finding.find import Found, Grounds, Surroundings, Transcript
from treadle.thread.agents.finding.seen import Fact
from treadle.thread.agents.finding.trail import Script, Told, Trails
from treadle.thread.agents.reading.fields import text

NAME = "droid"


def homes(where: Surroundings) -> list[str]:
    """Droid's own folder; it need not be there."""
    if NAME in where.folders:
        return where.named(NAME)
    return [f"{where.home}/.factory"] if where.home else []


def find(where: Surroundings) -> Found:
    """The sessions that were started in one of the repository's work trees, sub-agents' with
    the session that called them."""
    walk = Walk(where.home, trusted=NAME in where.folders)
    trails = Trails(NAME, Grounds(where.tops), walk, where.memory, SCRIPT)
    here: dict[str, tuple[File, Fact]] = {}
    for home in homes(where):
        for file in walk.files(os.path.join(home, "sessions"), ".jsonl", deep=1):
            if (file.changed >= where.since or trails.known(file)) and trails.here(
                fact := trails.fact(file)
            ):
                here[fact.session or file.stem] = (file, fact)
    families: dict[str, list[File]] = {}
    for own in sorted(here, key=lambda one: bool(here[one][1].parent)):
        families.setdefault(_root(own, here), []).append(here[own][0])
    found = (Transcript.of(NAME, root, files) for root, files in families.items())
    return Found(tuple(_since(found, where.since)), tuple(walk.problems))


def beside(path: str) -> list[str]:
    """The sessions of a session's sub-agents, which lie in the same folder."""
    walk = Walk("", trusted=True)
    main = walk.file(path)
    if main is None:
        return []
    trails = Trails(NAME, Grounds(()), walk, None, SCRIPT)
    calls: dict[str, list[tuple[str, str]]] = {}
    for file in walk.files(os.path.dirname(path) or ".", ".jsonl"):
        fact = trails.whose(file)
        if fact.parent:
            calls.setdefault(fact.parent, []).append((fact.session, file.path))
    found: dict[str, None] = {}
    waiting = [trails.whose(main).session]
    while waiting:
        called = calls.pop(waiting.pop(), [])
        found |= dict.fromkeys(path for _, path in called)
        waiting += [session for session, _ in called]
    return sorted(set(found) - {path})[:MOST]


def _root(own: str, here: Mapping[str, tuple[File, Fact]]) -> str:
    """The session that a session belongs to in the end."""
    passed = {own}
    while (caller := here[own][1].parent) in here and caller not in passed:
        passed.add(caller)
        own = caller
    return own


def _since(found: Iterable[Transcript], since: float) -> list[Transcript]:
    return [one for one in found if one.changed >= since]


def tell(value: object) -> Told:
    """What a line tells of its session; only the header does."""
    if text(value, "type") != "session_start":
        return Told()
    return Told(text(value, "id"), text(value, "callingSessionId"), cwd=text(value, "cwd"))


SCRIPT = Script(tell)
