"""The views of the pages one enters by: threads in time, files, and what nobody explains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from treadle.thread.model import EVIDENCE
from treadle.thread.story import shorten
from treadle.weave import text as say
from treadle.weave.pages.chapters import CONTENTS, Chapter, Entry, chapters, entries, subject
from treadle.weave.pages.file import commit_link, unrecorded
from treadle.weave.places import Link, nth_page
from treadle.weave.view import Cloth, Plan, Woven, explained, total

FILES = 2_500
"""Files that one page lists."""

GAPS = 2_000
"""Unexplained runs of lines that are listed."""


@dataclass(frozen=True, slots=True)
class Contents:
    """A chapter on the first page."""

    chapter: Chapter
    entries: tuple[Entry, ...]
    """Its threads, where the chapter is told here."""
    names: tuple[tuple[Link, str], ...]
    """Number and subject of its threads, where it is told on a page of its own."""


@dataclass(frozen=True, slots=True)
class IndexPage:
    """All that the first page tells."""

    page: str
    when: str
    chapters: tuple[Contents, ...]
    evidence: tuple[tuple[str, int], ...]
    """Lines of today by class of evidence, of those classes that occur."""
    commits: int
    """Commits that wrote lines of today."""


@dataclass(frozen=True, slots=True)
class FileRow:
    """One file in the table of files."""

    link: Link
    name: str
    lines: int
    explained: int
    sections: tuple[Link, ...]
    more: int
    reference: str


@dataclass(frozen=True, slots=True)
class Folder:
    """The files of one folder."""

    path: str
    lines: int
    explained: int
    rows: tuple[FileRow, ...]


@dataclass(frozen=True, slots=True)
class FilesPage:
    """All files, by folder."""

    page: str
    folders: tuple[Folder, ...]
    pages: tuple[Link, ...] = ()
    """Where there are several: all of them, by the first file of each."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A run of lines that no recorded step explains."""

    lines: Link
    count: int
    commit: Link


@dataclass(frozen=True, slots=True)
class GapFile:
    """The gaps of one file."""

    path: str
    link: Link
    count: int
    gaps: tuple[Gap, ...]


@dataclass(frozen=True, slots=True)
class GapsPage:
    """The lines that cannot say why they are there."""

    page: str
    reasons: tuple[tuple[Link, int, str], ...]
    """Commit, lines, and why nothing is known; the most first."""
    files: tuple[GapFile, ...]
    unlisted: int
    """Runs that are not listed, for want of room."""


def index_page(plan: Plan) -> IndexPage:
    """Return the view of the first page."""
    counts: Counter[str] = Counter()
    for file in plan.book.files:
        for run in file.runs:
            counts[run.origin.evidence] += run.count
    return IndexPage(
        page="index.html",
        when=_when(plan.threads),
        chapters=tuple(_contents(plan)),
        evidence=tuple((name, counts[name]) for name in EVIDENCE if counts[name]),
        commits=len(plan.alive),
    )


def _when(threads: Sequence[Woven]) -> str:
    stamps = [woven.commit.committed for woven in threads]
    return say.days(min(stamps), max(stamps)) if stamps else ""


def _contents(plan: Plan) -> Iterator[Contents]:
    named = len(plan.threads) <= CONTENTS
    for chapter in chapters(plan):
        if not chapter.page:
            yield Contents(chapter, entries(plan, chapter), ())
            continue
        own = range(chapter.begin, chapter.end) if named else ()
        sections = plan.places.sections
        names = [
            (Link(sections[at].label, sections[at].page), subject(plan.threads[at])) for at in own
        ]
        yield Contents(chapter, (), tuple(names))


def page_files(plan: Plan) -> tuple[str, ...]:
    """Return the pages of the table of files."""
    pages = max(1, -(-len(plan.book.files) // FILES))
    return tuple(nth_page("files.html", nth) for nth in range(pages))


def files_pages(plan: Plan) -> Iterator[FilesPage]:
    """The views of the table of files: one page, or several where there are very many."""
    files = sorted(plan.book.files, key=lambda file: (_folder(file), file.path))
    whole: dict[str, list[Cloth]] = {}
    for file in files:
        whole.setdefault(_folder(file), []).append(file)
    shares = [files[at : at + FILES] for at in range(0, len(files), FILES)] or [[]]
    names = page_files(plan)
    links = tuple(
        Link(say.visible(share[0].path), name)
        for name, share in zip(names, shares, strict=True)
        if len(names) > 1
    )
    for name, share in zip(names, shares, strict=True):
        folders = [
            Folder(
                path=say.visible(path),
                lines=sum(total(file.runs) for file in whole[path]),
                explained=sum(explained(file.runs) for file in whole[path]),
                rows=tuple(_row(plan, file) for file in group),
            )
            for path, group in groupby(share, key=_folder)
        ]
        yield FilesPage(name, tuple(folders), links)


def _folder(file: Cloth) -> str:
    return file.path.rpartition("/")[0]


def _row(plan: Plan, file: Cloth) -> FileRow:
    ranked: Counter[str] = Counter()
    for run in file.runs:
        if run.commit in plan.places.by_commit:
            ranked[run.commit] += run.count
    sections = [commit_link(plan, commit) for commit, _ in ranked.most_common(4)]
    return FileRow(
        link=Link(say.visible(file.path), plan.places.files.get(file.path, "")),
        name=say.visible(file.path.rpartition("/")[2]),
        lines=total(file.runs),
        explained=explained(file.runs),
        sections=tuple(sections),
        more=len(ranked) - len(sections),
        reference=say.visible(file.reference) or ("no text" if file.text is None else ""),
    )


def gaps_page(plan: Plan) -> GapsPage:
    """Return the view of the list of lines that nobody explains."""
    by_commit: Counter[str] = Counter()
    files: list[GapFile] = []
    room = GAPS
    runs = 0
    for file in plan.book.files:
        gaps = [run for run in file.runs if run.origin.evidence == "unrecorded"]
        runs += len(gaps)
        for run in gaps:
            by_commit[run.commit] += run.count
        page = plan.places.files.get(file.path, "")
        views = [
            Gap(
                Link(
                    say.ranges([(run.start, run.start + run.count)]),
                    plan.places.line(file.path, run.start),
                ),
                run.count,
                commit_link(plan, run.commit),
            )
            for run in gaps[:room]
        ]
        room -= len(views)
        if views:
            whole = sum(run.count for run in gaps)
            link = Link(say.visible(file.path), page)
            files.append(GapFile(say.visible(file.path), link, whole, tuple(views)))
    return GapsPage(
        page="unexplained.html",
        reasons=tuple(
            (commit_link(plan, commit), lines, shorten(unrecorded(plan, commit), 160))
            for commit, lines in by_commit.most_common(60)
        ),
        files=tuple(sorted(files, key=lambda file: -file.count)),
        unlisted=runs - (GAPS - room),
    )
