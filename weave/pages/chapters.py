"""The chapters of the story: threads by the time they reached the branch, and what each is about.

A short book is told on its first page. Of a longer one that page is the table of contents, and
each chapter has a page, so that the way in is light however long the history grows. A chapter's
page is called by its first day and keeps its name while later threads come.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from treadle.weave import text as say
from treadle.weave.pages.tale import Line, tale
from treadle.weave.places import Link, chapter_page
from treadle.weave.view import Plan, Woven

CHAPTER = 40
"""Threads that one chapter should not exceed, as long as shorter ones can be had."""

LONGEST = 80
"""Threads that a chapter holds at most; where a day has more, it is several chapters."""

SHORT = 40
"""Threads of a book that is told on its first page."""

CONTENTS = 1_500
"""Threads of a book whose first page names each of them; of a longer one it names chapters."""

FILES = 5
"""Files of a thread that are named."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """Threads of one stretch of time."""

    page: str
    """Where it is told; ``""`` where that is the first page of the book."""
    anchor: str
    title: str
    begin: int
    """Index of its first thread."""
    end: int
    topic: str
    """The folders it is mostly about."""

    @property
    def href(self) -> str:
        """The way to it, from the site's root."""
        return self.page or f"#{self.anchor}"

    @property
    def sections(self) -> str:
        """``§3 to §8``."""
        first, last = f"§{self.begin + 1}", f"§{self.end}"
        return first if first == last else f"{first} to {last}"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thread in its chapter."""

    link: Link
    """Its number and its page."""
    subject: str
    tale: tuple[Line, ...]
    day: str
    arrived: str
    """The day on which it reached the branch, ``""`` where that is the same one."""
    agents: str
    commit: str
    added: int
    explained: int
    alive: int
    complete: bool
    files: tuple[Link, ...]
    more: int
    """How many files are not named."""


@dataclass(frozen=True, slots=True)
class ChapterPage:
    """All that the page of a chapter tells."""

    page: str
    chapter: Chapter
    entries: tuple[Entry, ...]
    before: Link | None
    after: Link | None


def chapters(plan: Plan) -> tuple[Chapter, ...]:
    """Cut the threads into months, weeks or days: the longest that are not too long."""
    stamps = [woven.when for woven in plan.threads]
    for unit in (_month, _week, _day):
        sizes = Counter(unit(stamp) for stamp in stamps)
        if max(sizes.values(), default=0) <= CHAPTER:
            break
    told_apart = len(plan.threads) > SHORT
    return tuple(_chapters(plan, [unit(stamp) for stamp in stamps], told_apart))


def _chapters(plan: Plan, units: Sequence[tuple[str, str]], told_apart: bool) -> Iterator[Chapter]:
    begin = 0
    pages: Counter[str] = Counter()
    for (name, title), group in groupby(units):
        end = begin + len(list(group))
        for first in range(begin, end, LONGEST):
            last = min(first + LONGEST, end)
            page = chapter_page(name, pages[name]) if told_apart else ""
            pages[name] += 1
            shown = title if first == begin else f"{title}, continued"
            topic = _topic(plan.threads[first:last])
            yield Chapter(page, f"chapter-{first + 1}", shown, first, last, topic)
        begin = end


def _topic(threads: Sequence[Woven]) -> str:
    """The folders that most of the threads changed, two at most; ``""`` where there are none."""
    folders: Counter[str] = Counter()
    for woven in threads:
        folders.update(sorted({path.rpartition("/")[0] for path in woven.leaf.files}))
    common = [(name, number) for name, number in folders.most_common(2) if name]
    told = [say.visible(name) for name, number in common if 3 * number >= len(threads)]
    return ", ".join(told)


def _month(stamp: str) -> tuple[str, str]:
    return _named(stamp[:7], say.day(stamp).partition(" ")[2])


def _week(stamp: str) -> tuple[str, str]:
    try:
        found = date.fromisoformat(stamp[:10])
    except ValueError:
        return _named("", "")
    monday = (found - timedelta(days=found.weekday())).isoformat()
    return _named(f"week-{monday}", f"Week of {say.day(monday)}")


def _day(stamp: str) -> tuple[str, str]:
    return _named(stamp[:10], say.day(stamp))


def _named(name: str, title: str) -> tuple[str, str]:
    """A chapter's name and its title; times that are none stand in a chapter of their own."""
    return (name, title) if name[-2:].isdigit() and title else ("undated", "Undated")


def entries(plan: Plan, chapter: Chapter) -> tuple[Entry, ...]:
    """Return the threads of a chapter, each in short."""
    return tuple(_entry(plan, at) for at in range(chapter.begin, chapter.end))


def _entry(plan: Plan, at: int) -> Entry:
    woven, section = plan.threads[at], plan.places.sections[at]
    files = woven.leaf.files
    day, arrived = say.day(woven.commit.time), say.day(woven.when)
    return Entry(
        link=Link(section.label, section.page),
        subject=subject(woven),
        tale=tale(plan, woven),
        day=day,
        arrived="" if arrived == day else arrived,
        agents=say.visible(", ".join(dict.fromkeys(strip.agent for strip in woven.leaf.strips))),
        commit=woven.commit.id[:7],
        added=woven.coverage.added,
        explained=woven.coverage.explained,
        alive=plan.alive.get(woven.commit.id, 0),
        complete=woven.leaf.complete,
        files=tuple(
            Link(say.visible(path), plan.places.files.get(path, "")) for path in files[:FILES]
        ),
        more=max(0, len(files) - FILES),
    )


def subject(woven: Woven) -> str:
    """Return a commit's subject, or what is said where it has none."""
    return say.visible(woven.commit.subject) or "A commit without a message"


def chapter_view(plan: Plan, every: Sequence[Chapter], at: int) -> ChapterPage:
    """Return the view of the page of the chapter at index ``at`` of ``every``."""
    chapter = every[at]
    before, after = every[at - 1] if at else None, every[at + 1] if at + 1 < len(every) else None
    return ChapterPage(
        page=chapter.page,
        chapter=chapter,
        entries=entries(plan, chapter),
        before=Link(before.title, before.page) if before else None,
        after=Link(after.title, after.page) if after else None,
    )
