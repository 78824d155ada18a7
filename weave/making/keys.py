"""Names for all that a page is made of: a page whose key is the same need not be woven again.

A key must hold everything a page shows that does not follow from something already in it. A
document's blob stands for the whole thread, a commit's id for its message and author; but where
its lines stand today, which number its section has and what its neighbours are called can
change without it. What the code and the templates are is part of every key.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from treadle.tangle.learnt.kept import made_by
from treadle.weave.pages.chapters import Chapter
from treadle.weave.pages.file import commit_link
from treadle.weave.places import Link, Section
from treadle.weave.view import Cloth, Piece, Plan, Woven

if TYPE_CHECKING:
    from treadle.tangle.blame import Run


def key(kind: str, *told: object) -> str:
    """Return the key of all that ``told`` says; it must say it with ``repr``, and quickly: numbers,
    strings, and tuples and lists of them."""
    digest = hashlib.blake2b(digest_size=12)
    for one in (made_by(), kind, *told):
        digest.update(repr(one).encode("utf-8", "surrogatepass"))
        digest.update(b"\0")
    return digest.hexdigest()


def file_key(plan: Plan, cloth: Cloth) -> str:
    """Return the key of a file's page."""
    origins = {(run.commit, run.origin.part, run.origin.step) for run in cloth.runs}
    return key(
        "file",
        plan.book.title,
        cloth.path,
        plan.places.files[cloth.path],
        plan.places.heights.get(cloth.path, 0),
        cloth.text.blob if cloth.text else "",
        [_run(run) for run in cloth.runs],
        [(origin, _link(plan.places.step(*origin))) for origin in sorted(origins)],
        [_commit(plan, commit) for commit in sorted({run.commit for run in cloth.runs})],
    )


def _run(run: Run) -> tuple[object, ...]:
    origin = run.origin
    return run.start, run.count, run.commit, run.path, origin.part, origin.step, origin.evidence


def _link(link: Link | None) -> tuple[str, ...]:
    return (link.text, link.href) if link else ()


def _commit(plan: Plan, commit: str) -> tuple[object, ...]:
    woven = plan.woven(commit)
    note = woven.leaf.note if woven else ""
    return commit, commit in plan.commits, _link(commit_link(plan, commit)), note


def thread_key(plan: Plan, at: int) -> str:
    """Return the key of a thread's page."""
    woven = plan.threads[at]
    leaf = woven.leaf
    files = plan.places.files
    standing = plan.standing.get(woven.commit.id, ())
    parts = {*leaf.parts, *(source.rpartition(":")[0] for source in leaf.sources)}
    return key(
        "thread",
        plan.book.title,
        woven.commit.id,
        leaf.note,
        woven.coverage.lines,
        _section(plan.places.sections[at]),
        plan.alive.get(woven.commit.id, 0),
        [(path, files.get(path)) for path in sorted({*leaf.paths, *leaf.files})],
        [(source, _source(plan, source)) for source in leaf.sources],
        [(part, _alive(plan, part)) for part in sorted(parts)],
        [_neighbour(plan, at + by) for by in (-1, 1)],
        [_sharing(plan, plan.book.changed, woven), _sharing(plan, plan.changers, woven)],
        [_piece(plan, one) for one in standing],
    )


def chapter_key(plan: Plan, chapter: Chapter, around: Sequence[tuple[str, str]]) -> str:
    """Return the key of a chapter's page; ``around`` are titles and pages of its neighbours."""
    own = range(chapter.begin, chapter.end)
    told = chapter.page, chapter.title, chapter.topic, chapter.begin
    return key("chapter", plan.book.title, told, around, [_told(plan, at) for at in own])


def _told(plan: Plan, at: int) -> tuple[object, ...]:
    woven = plan.threads[at]
    alive = plan.alive.get(woven.commit.id, 0)
    files = [plan.places.files.get(path, "") for path in woven.leaf.files]
    return woven.commit.id, woven.when, woven.leaf.note, woven.coverage.lines, alive, files


def _section(section: Section | None) -> tuple[object, ...]:
    return (section.number, section.commit, section.page, section.parts) if section else ()


def _piece(plan: Plan, piece: Piece) -> tuple[object, ...]:
    return piece.path, piece.start, piece.count, plan.places.line(piece.path, piece.start)


def _source(plan: Plan, source: str) -> tuple[str, ...]:
    part, _, step = source.rpartition(":")
    return _link(plan.places.step("", part, step))


def _alive(plan: Plan, part: str) -> Iterable[object]:
    """Where the lines of a part stand today, and on which pages."""
    return [
        (step, [_piece(plan, piece) for piece in pieces])
        for step, pieces in plan.steps_of.get(part, {}).items()
    ]


def _sharing(plan: Plan, shared: Mapping[str, Mapping[str, int]], woven: Woven) -> object:
    """The commits with which a thread shares lines, and where their sections are."""
    found = shared.get(woven.commit.id, {})
    return [
        (commit, lines, _section(plan.places.section(commit))) for commit, lines in found.items()
    ]


def _neighbour(plan: Plan, at: int) -> object:
    if not 0 <= at < len(plan.threads):
        return None
    return plan.places.sections[at].page, plan.places.sections[at].number
