"""Codex: sessions out of its rollout files, JSON lines by session.

What a source holds is decided by its records: the first ``session_meta`` names the session,
and says whether it is a sub-agent's or a fork's. A sub-agent's file becomes a part of its
parent's session where both are given; a fork stays a session of its own, without the lines
that it repeats.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from treadle.thread.agents.codex import find, session, zst
from treadle.thread.agents.codex.copies import Record, Shelf, Strand, strands, without_replay
from treadle.thread.agents.codex.line import ENVELOPES, is_bare
from treadle.thread.agents.codex.session import label
from treadle.thread.agents.reading.fields import table, text
from treadle.thread.agents.reading.lines import holds
from treadle.thread.agents.reading.union import merge
from treadle.thread.agents.source import Reader, Reading, Source
from treadle.thread.model import Problem, Session

NAME = find.NAME

_LINES = 40
_TORN = re.compile(rb'"type"\s*:\s*"(?:session_meta|response_item|turn_context|event_msg)"')


def recognises(head: bytes) -> bool:
    """Whether some record among the first lines is Codex's, or the file is packed as its are."""
    if head.startswith(zst.MAGIC):
        unpacked = zst.beginning(head, len(head))
        return unpacked is None or recognises(unpacked)
    if holds(head, _LINES, _is_record, rest=True):
        return True
    return b"\n" not in head and b'"payload"' in head and bool(_TORN.search(head))


def _is_record(value: object) -> bool:
    if not isinstance(value, dict):
        return False
    if text(value, "type") in ENVELOPES and table(value, "payload"):
        return True
    return text(value, "record_type") == "state" or is_bare(value)


def read(sources: Sequence[Source]) -> Reading:
    """Unite the sources into sessions."""
    shelf = Shelf()
    copies = [shelf.take(source, index) for index, source in enumerate(sources)]
    names = [source.name for source in sources]
    found = strands(copies)
    known = {strand.id: strand for strand in found if strand.id}
    families: dict[int, list[Strand]] = {}
    for strand in found:
        families.setdefault(id(_root(strand, known)), []).append(strand)
    sessions: list[Session] = []
    problems: list[Problem] = []
    ids: dict[str, str] = {}
    for strand in found:
        family = families.get(id(strand), [])
        if not family:
            continue
        if not any(one.records for one in family):
            problems += [problem for one in family for problem in _nothing(one)]
            continue
        sessions.append(_session(strand, family, known, names))
        ids.update((one.id, strand.id) for one in family)
    return Reading(tuple(sessions), tuple(problems), ids)


def _root(strand: Strand, known: Mapping[str, Strand]) -> Strand:
    """The session that a sub-agent belongs to in the end; of a circle always the same one."""
    above = [strand]
    while strand.spawner in known:
        strand = known[strand.spawner]
        at = next((at for at, one in enumerate(above) if one is strand), -1)
        if at >= 0:
            return min(above[at:], key=lambda one: one.id)
        above.append(strand)
    return strand


def _nothing(strand: Strand) -> list[Problem]:
    return [
        problem
        for copy in strand.copies
        for problem in copy.problems.problems() or (Problem(copy.name, 0, "no records in it"),)
    ]


def _session(
    root: Strand, family: Sequence[Strand], known: Mapping[str, Strand], names: Sequence[str]
) -> Session:
    helpers = sorted((one for one in family if one is not root), key=lambda one: one.id)
    lanes = {one.id: label(one.id) for one in helpers}
    paths = {meta.path: one.id for one in helpers for meta in one.metas if meta.path}
    records = list(without_replay(root, known))
    for helper in helpers:
        records = _merged(records, without_replay(helper, known))
    events, complaints = session.events(records, names, lanes, paths)
    own = complaints.placed(
        problem
        for one in (root, *helpers)
        for copy in one.copies
        for problem in copy.problems.problems()
    )
    version = next((meta.version for meta in root.metas if meta.version), "")
    return Session(NAME, root.id, version, tuple(events), (*own, *complaints.problems()))


def _merged(records: Sequence[Record], side: Sequence[Record]) -> list[Record]:
    """A sub-agent's records put among the others by time, without those that are there already."""
    by_key = {record.key: record for record in [*side, *records]}
    main = [record.key for record in records]
    known = set(main)
    new = [record.key for record in side if record.key not in known]
    return [by_key[key] for key in merge(main, new, lambda key: by_key[key].time)]


READER = Reader(
    NAME,
    recognises,
    read,
    find.find,
    find.beside,
    variable=find.VARIABLE,
    moved=find.MOVED,
)
