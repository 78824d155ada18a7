"""The view of one file: each run of lines with the step that wrote it and the reason.

The reason of a step is said once on a page, beside its first span of some height (else its
longest); its other spans point there, and all of them have one answer. Blank lines between two
spans go with the span above, for the eye only. In a file of very many steps the answers are lean:
the reason and the way to the step, which tells the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING

from treadle.thread.model import Hunk
from treadle.thread.origin import split_lines
from treadle.thread.story import shorten
from treadle.weave import text as say
from treadle.weave.leaves.leaf import Told
from treadle.weave.places import Link, nth_page
from treadle.weave.view import HOW, LEAN, Cloth, Plan, explained

if TYPE_CHECKING:
    from treadle.tangle.blame import Run

TALL = 4
"""Lines a span needs to carry its step's reason by preference."""

DYES = 5
"""Colours of threads; assigned by rank, and used again after the last."""

EXCERPT = 14
"""Lines of an edit that an answer shows."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Why the lines of a step are there, as far as they are known in one way."""

    how: str
    """What its evidence means."""
    asked: str = ""
    because: str = ""
    edit: Hunk | None = None
    """The part of the step's edit that wrote the span which carries its reason."""
    at: Link | None = None
    """That span, where the step wrote more than one."""


@dataclass(frozen=True, slots=True)
class SpanView:
    """A run of lines with one origin, and what stands beside it."""

    start: int
    count: int
    origin: str
    """The same for all spans of one step."""
    dye: int
    """1-based; the colour of its thread on this page."""
    evidence: str
    link: Link
    """The step, or the commit where no step is known."""
    href: str
    """Where its first line stands."""
    say: str
    """The reason, in a line; ``""`` where ``see`` leads to it."""
    see: Link | None
    answer: Answer
    """The same value for all spans of one step that are known in the same way."""


@dataclass(frozen=True, slots=True)
class Writer:
    """One commit that wrote lines of the file."""

    dye: int
    link: Link
    title: str
    lines: int
    by: str


@dataclass(frozen=True, slots=True)
class FilePage:
    """All that a file's page tells."""

    page: str
    path: str
    source: str
    """The path as it is, for the choice of a language."""
    text: str
    """Of the whole file."""
    lines: int
    explained: int
    writers: tuple[Writer, ...]
    begin: int
    """The first line that stands on this page, 0-based."""
    end: int
    """The line behind the last."""
    spans: tuple[SpanView, ...]
    """Those of which a line stands on this page."""
    evidence: tuple[str, ...]
    """The classes that occur."""
    pages: tuple[Link, ...] = ()
    """Of a long file all its pages, by the lines they hold."""

    @property
    def height(self) -> int:
        """Lines that a page of the file holds."""
        return self.begin // self.at if self.at else self.end

    @property
    def at(self) -> int:
        """Which of the file's pages this is, from 0."""
        return next((n for n, link in enumerate(self.pages) if link.href == self.page), 0)

    @property
    def before(self) -> str:
        """The page before this one, or ``""``."""
        return self.pages[self.at - 1].href if self.at else ""

    @property
    def after(self) -> str:
        """The page after this one, or ``""``."""
        return self.pages[self.at + 1].href if self.at + 1 < len(self.pages) else ""


def file_page(plan: Plan, cloth: Cloth) -> FilePage:
    """Return the view of one file that has text and stands on one page, or of its first page."""
    return file_pages(plan, cloth)[0]


def file_pages(plan: Plan, cloth: Cloth) -> list[FilePage]:
    """Return the views of the pages of one file that has text."""
    whole = _whole(plan, cloth)
    height = plan.places.heights.get(cloth.path, 0)
    if not height:
        return [whole]
    begins = range(0, whole.lines, height)
    links = tuple(
        Link(f"{begin + 1:,}–{min(begin + height, whole.lines):,}", nth_page(whole.page, nth))
        for nth, begin in enumerate(begins)
    )
    return [
        _share(whole, link.href, begin, height, links)
        for link, begin in zip(links, begins, strict=True)
    ]


def _share(
    whole: FilePage, page: str, begin: int, height: int, links: tuple[Link, ...]
) -> FilePage:
    end = min(begin + height, whole.lines)
    spans = tuple(
        span for span in whole.spans if span.start < end and begin < span.start + span.count
    )
    return replace(whole, page=page, begin=begin, end=end, spans=spans, pages=links)


def _whole(plan: Plan, cloth: Cloth) -> FilePage:
    text = cloth.text.read() if cloth.text else ""
    lines = split_lines(text)
    runs = joined(cloth.runs, lines)
    ranked = Counter[str]()
    for run in cloth.runs:
        ranked[run.commit] += run.count
    dyes = {commit: n % DYES + 1 for n, (commit, _) in enumerate(ranked.most_common())}
    told = _Told(plan, cloth.path, runs, lines, dyes)
    return FilePage(
        page=plan.places.files[cloth.path],
        path=say.visible(cloth.path),
        source=cloth.path,
        text=text,
        lines=len(lines),
        explained=explained(cloth.runs),
        writers=tuple(told.writers(ranked)),
        begin=0,
        end=len(lines),
        spans=tuple(told.span(at) for at in range(len(runs))),
        evidence=tuple(name for name in HOW if name in {_evidence(run) for run in runs}),
    )


def joined(runs: Sequence[Run], lines: Sequence[str]) -> list[Run]:
    """Join neighbours of one origin, and blank lines to what stands above them."""
    found: list[Run] = []
    for run in runs:
        last = found[-1] if found else None
        if last and (
            (last.commit, last.origin) == (run.commit, run.origin)
            or not any(line.strip() for line in lines[run.start : run.start + run.count])
        ):
            found[-1] = replace(last, count=last.count + run.count)
        else:
            found.append(run)
    return found


def _key(run: Run) -> tuple[str, str, str]:
    return run.commit, run.origin.part, run.origin.step


class _Told:
    """What the spans of one page say, each reason once."""

    def __init__(
        self,
        plan: Plan,
        path: str,
        runs: Sequence[Run],
        lines: Sequence[str],
        dyes: Mapping[str, int],
    ) -> None:
        self.plan = plan
        self.path = path
        self.runs = runs
        self.lines = lines
        self.dyes = dyes
        self.carriers = _carriers(runs)
        self.lean = len(self.carriers) > LEAN
        self.spans = Counter(map(_key, runs))
        self.answers: dict[tuple[str, str, str, str], Answer] = {}
        self.steps = {
            (run.origin.part, run.origin.step): plan.told(run.origin.part, run.origin.step)
            for run in runs
            if run.origin.part
        }

    def span(self, at: int) -> SpanView:
        run = self.runs[at]
        carrier = self.carriers[_key(run)]
        link = self.plan.places.step(run.commit, run.origin.part, run.origin.step)
        first = self.runs[carrier].start
        line = self.plan.places.line(self.path, first)
        see = None if carrier == at else Link(f"line {first + 1}", line)
        return SpanView(
            start=run.start,
            count=run.count,
            origin=f"{run.commit[:7]}:{run.origin.part[:8]}:{run.origin.step}",
            dye=self.dyes[run.commit],
            evidence=_evidence(run),
            link=link or commit_link(self.plan, run.commit),
            href=self.plan.places.line(self.path, run.start),
            say="" if see else self._why(run),
            see=see,
            answer=self._answer(run),
        )

    def _why(self, run: Run) -> str:
        told = self.steps.get((run.origin.part, run.origin.step))
        if told:
            return told.reason or "Nothing was said about it."
        if run.origin.part:
            return f"Step {say.visible(run.origin.step)} of a part that is not kept here."
        return unrecorded(self.plan, run.commit)

    def _answer(self, run: Run) -> Answer:
        key = (*_key(run), _evidence(run))
        if key not in self.answers:
            self.answers[key] = self._answered(run, self.runs[self.carriers[_key(run)]])
        return self.answers[key]

    def _answered(self, run: Run, carrier: Run) -> Answer:
        told = self.steps.get((run.origin.part, run.origin.step))
        how = HOW[_evidence(run)]
        if not told:
            return Answer(how, because=unrecorded(self.plan, run.commit))
        if self.lean:
            return Answer(how, because=told.reason)
        line = Link(f"line {carrier.start + 1}", self.plan.places.line(self.path, carrier.start))
        return Answer(
            how=how,
            asked=told.asked,
            because=told.because,
            edit=_excerpt(told, carrier, self.lines),
            at=line if self.spans[_key(run)] > 1 else None,
        )

    def writers(self, ranked: Counter[str]) -> Iterator[Writer]:
        for commit, lines in ranked.most_common():
            woven, known = self.plan.woven(commit), self.plan.commits.get(commit)
            by = say.author(known.author) if known else ""
            if woven:
                by = ", ".join(dict.fromkeys(strip.agent for strip in woven.leaf.strips))
            yield Writer(
                dye=self.dyes[commit],
                link=commit_link(self.plan, commit),
                title=shorten(say.visible(known.subject), 60) if known else "",
                lines=lines,
                by=say.visible(by) or "unknown",
            )


def _evidence(run: Run) -> str:
    return run.origin.evidence if run.origin.evidence in HOW else "unrecorded"


def _carriers(runs: Sequence[Run]) -> dict[tuple[str, str, str], int]:
    """For each step the index of the span that carries its reason."""
    found: dict[tuple[str, str, str], int] = {}
    for at, run in enumerate(runs):
        before = found.setdefault(_key(run), at)
        if runs[before].count < TALL and run.count > runs[before].count:
            found[_key(run)] = at
    return found


def commit_link(plan: Plan, commit: str) -> Link:
    """Return the link to a commit's section, or its short id where it has no thread."""
    section = plan.places.section(commit)
    return Link(section.label, section.page) if section else Link(commit[:7])


def unrecorded(plan: Plan, commit: str) -> str:
    """Return why nothing is known of lines of ``commit``."""
    known = plan.commits.get(commit)
    what = f", “{shorten(say.visible(known.subject), 80)}”" if known else ""
    if plan.woven(commit):
        return f"Unrecorded: a person, a formatter or a lost session. Commit {commit[:7]}{what}."
    who = f" by {say.author(known.author)}, {say.day(known.time)}" if known else ""
    return f"No thread was recorded for commit {commit[:7]}{what}{who}."


def _excerpt(told: Told, run: Run, lines: Sequence[str]) -> Hunk | None:
    """Return the part of the step's edit that wrote the run, or None where it is not found."""
    written = [line.rstrip("\r\n") for line in lines[run.start : run.start + run.count]]
    longest = max(range(len(written)), key=lambda at: len(written[at]), default=0)
    for _, hunks in sorted(told.edits, key=lambda edit: edit[0] != run.path):
        for hunk in hunks:
            added = [line[1:].rstrip("\r\n") if line[0] == "+" else None for line in hunk.lines]
            if written and written[longest] in added:
                at = added.index(written[longest])
                same = zip(reversed(written[:longest]), reversed(added[:at]), strict=False)
                above = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], same))
                return _from(hunk, at - above)
    return None


def _from(hunk: Hunk, first: int) -> Hunk:
    """Cut a hunk to its changed lines, many of them to those from index ``first`` and to what these
    took the place of."""
    begin, end = first, first
    while begin > 0 and hunk.lines[begin - 1][0] != " ":
        begin -= 1
    while end < len(hunk.lines) and hunk.lines[end][0] != " ":
        end += 1
    least = max(begin, first - EXCERPT // 2)
    while first > least and hunk.lines[first - 1][0] == "-":
        first -= 1
    begin = max(begin, min(first, end - EXCERPT))
    return Hunk(hunk.old, hunk.new, hunk.lines[begin : min(end, begin + EXCERPT)])
