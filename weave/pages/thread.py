"""The view of one thread: where it stands, what it asked, its steps, and what came of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from treadle.thread.model import EVIDENCE, Part, Thread
from treadle.thread.story import shorten
from treadle.weave import text as say
from treadle.weave.leaves.fate import fates
from treadle.weave.pages.file import commit_link
from treadle.weave.pages.steps import PROMPT, ChangeView, Scribe, TurnView, clip, share
from treadle.weave.pages.tale import Line, tale
from treadle.weave.places import Link, strand, title_of
from treadle.weave.view import HOW, Piece, Plan, Woven

ROOM = 4_000
"""Lines of diffs that one page has room for; where there are more, each shows less."""

RUNS = 24
"""Runs of lines that are named of one file."""

BRIEF = 8
"""Steps up to which a thread is not told in short before it is told."""

SHARES = (600, 300, 150, 80, 40, 20, 10)
"""How many lines one diff may show, the most first."""

THRIFT = ((max(SHARES), PROMPT), (20, 1_500), (6, 300), (2, 80), (0, 24))
"""How many lines one diff and how many characters one text may show, at most: on most pages, and
on those that would be too heavy otherwise."""


@dataclass(frozen=True, slots=True)
class StrandView:
    """One session's share of the thread."""

    letter: str
    """``""`` where the thread has only one."""
    agent: str
    models: str
    session: str
    named: bool
    when: str
    problems: tuple[str, ...]
    turns: tuple[TurnView, ...]


@dataclass(frozen=True, slots=True)
class FileView:
    """One file of the commit."""

    path: str
    href: str
    verb: str
    reference: str
    """Why its lines are not shown, or ``""``."""
    standing: tuple[Link, ...]
    """Its lines of this commit that stand today, a link to each run of them."""
    more: int
    """How many runs are not named."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Sections that share lines with this one, the most lines first."""

    sections: tuple[tuple[Link, str, int], ...]
    """Label and page, subject, lines."""
    others: int
    """Lines shared with commits that have no section here."""


@dataclass(frozen=True, slots=True)
class ThreadPage:
    """All that a thread's page tells."""

    page: str
    label: str
    subject: str
    message: str
    """The commit's message without its subject."""
    asked: str
    commit: str
    author: str
    day: str
    summary: str
    tale: tuple[Line, ...]
    """What it comes to, in its own words; empty where the thread is short enough to be read."""
    evidence: tuple[tuple[str, int, str], ...]
    """Class, lines and meaning of each class of evidence that occurs."""
    added: int
    explained: int
    alive: int
    """Lines of the commit that stand today."""
    complete: bool
    strands: tuple[StrandView, ...]
    files: tuple[FileView, ...]
    residue: tuple[ChangeView, ...]
    changes: Neighbours
    """Whose lines it took away."""
    changed: Neighbours
    """Who took lines of it away."""
    before: Link | None
    after: Link | None
    thrifty: bool = False
    """Whether texts are cut more than usual, because there is too much of them."""


def thread_page(plan: Plan, at: int, thrift: int = 0) -> ThreadPage:
    """Return the view of the thread at index ``at`` of ``plan.threads``.

    ``thrift`` is an index of ``THRIFT``: the higher, the less is shown of each step.
    """
    woven = plan.threads[at]
    thread, commit, coverage = woven.thread, woven.commit, woven.coverage
    section = plan.places.sections[at]
    lines, letters = THRIFT[thrift]
    most = min(_most(thread), lines)
    scribe = Scribe(plan, section.parts, fates(thread, section.parts), most, letters)
    strands = zip(thread.parts, section.parts, strict=True)
    return ThreadPage(
        page=section.page,
        label=section.label,
        subject=say.visible(commit.subject) or "A commit without a message",
        message=clip(commit.message.removeprefix(commit.subject).strip("\n")),
        asked=woven.leaf.asked,
        commit=commit.id,
        author=say.author(commit.author),
        day=say.day(commit.time),
        summary=summary(woven),
        tale=tale(plan, woven) if _steps(thread) > BRIEF else (),
        evidence=tuple(
            (name, number, HOW[name])
            for name, number in zip(EVIDENCE, coverage.lines, strict=True)
            if number
        ),
        added=coverage.added,
        explained=coverage.explained,
        alive=plan.alive.get(commit.id, 0),
        complete=thread.complete,
        strands=tuple(_strand(scribe, part, part_id) for part, part_id in strands),
        files=tuple(_files(plan, woven)),
        residue=tuple(scribe.change(change) for change in thread.placement.residue),
        changes=_sharing(plan, plan.book.changed.get(commit.id, {})),
        changed=_sharing(plan, plan.changers.get(commit.id, {})),
        before=_neighbour(plan, at - 1),
        after=_neighbour(plan, at + 1),
        thrifty=thrift > 0,
    )


def _steps(thread: Thread) -> int:
    return sum(len(turn.steps) for part in thread.parts for turn in part.turns)


def summary(woven: Woven) -> str:
    """Return a thread's size in one sentence."""
    parts = woven.thread.parts
    turns = sum(len(part.turns) for part in parts)
    steps = _steps(woven.thread)
    began = min((part.began for part in parts if part.began), default="")
    lasted = say.span_of_time(began, max((part.ended for part in parts), default=""))
    files = say.count(len(woven.thread.placement.rows), "file")
    said = f"{say.count(steps, 'step')} in {say.count(turns, 'turn')}"
    said += f", {lasted}" if lasted else ""
    return f"{said}; {say.count(woven.coverage.added, 'line')} added in {files}."


def _most(thread: Thread) -> int:
    """How many lines of one diff are shown, so that the page keeps its weight."""
    changes = [
        change
        for part in thread.parts
        for turn in part.turns
        for step in turn.steps
        for change in step.changes
    ]
    changes += thread.placement.residue
    sizes = [sum(len(hunk.lines) for hunk in change.hunks) for change in changes]
    return share(sizes, ROOM, SHARES)


def _strand(scribe: Scribe, part: Part, part_id: str) -> StrandView:
    return StrandView(
        letter=strand(scribe.ids, part_id),
        agent=say.visible(title_of(part)),
        models=say.visible(", ".join(part.models)),
        session=say.visible(part.session),
        named=part.named,
        when=_when(part),
        problems=tuple(say.visible(problem) for problem in part.problems[:20]),
        turns=tuple(scribe.turn(part_id, turn) for turn in part.turns),
    )


def _when(part: Part) -> str:
    began, ended = say.clock(part.began), say.clock(part.ended)
    if not (began and ended):
        return say.day(part.began)
    first, last = say.day(part.began), say.day(part.ended)
    return f"{first}, {began} to {'' if first == last else last + ', '}{ended} UTC"


def _sharing(plan: Plan, lines: Mapping[str, int]) -> Neighbours:
    """The sections among the commits with which lines are shared."""
    known = [(commit, number) for commit, number in lines.items() if plan.places.section(commit)]
    known.sort(key=lambda one: (-one[1], plan.places.by_commit[one[0]]))
    sections = [
        (commit_link(plan, commit), shorten(say.visible(plan.commits[commit].subject), 70), number)
        for commit, number in known
    ]
    return Neighbours(tuple(sections), sum(lines.values()) - sum(n for _, n in known))


def _files(plan: Plan, woven: Woven) -> Iterator[FileView]:
    """The files of the commit, then those to which lines of it were moved since."""
    alive: dict[str, list[Piece]] = {}
    for piece in plan.standing.get(woven.commit.id, ()):
        alive.setdefault(piece.path, []).append(piece)
    for row in woven.thread.placement.rows:
        verb = "changed"
        if row.before is None:
            verb = "created"
        elif row.after is None:
            verb = "deleted"
        elif row.source and row.source != row.path:
            verb = f"renamed from {say.visible(row.source)}"
        yield _file(plan, row.path, verb, row.reference, alive.pop(row.path, []))
    for path, pieces in alive.items():
        yield _file(plan, path, "holds its lines today", "", pieces)


def _file(plan: Plan, path: str, verb: str, reference: str, alive: Sequence[Piece]) -> FileView:
    return FileView(
        path=say.visible(path),
        href=plan.places.files.get(path, ""),
        verb=verb,
        reference=say.visible(reference),
        standing=tuple(
            Link(
                say.run(piece.start, piece.start + piece.count),
                plan.places.line(path, piece.start),
            )
            for piece in alive[:RUNS]
        ),
        more=max(0, len(alive) - RUNS),
    )


def _neighbour(plan: Plan, at: int) -> Link | None:
    if not 0 <= at < len(plan.threads) or plan.places.alone:
        return None
    section = plan.places.sections[at]
    subject = shorten(say.visible(plan.threads[at].commit.subject), 70)
    return Link(f"{section.label} {subject}", section.page)
