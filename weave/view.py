"""What a book is made of, and what all its pages share.

The weave has two halves. This one turns values into *views*: plain dataclasses that say
what each page tells, without a letter of HTML, so that they can be tested by reading them.
The other (``html``, ``cloth``, ``code.lines``, ``markdown``) only renders views. A ``Book`` is the
input; ``plan`` derives from it, once, what more than one page needs to know.
"""

from __future__ import annotations

import zlib
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from treadle.thread.model import EVIDENCE, Thread
from treadle.weave.leaves.leaf import Leaf, Told
from treadle.weave.leaves.shelf import Shelf
from treadle.weave.leaves.texts import Text
from treadle.weave.places import Link, Places, register
from treadle.weave.text import count, ranges, visible

if TYPE_CHECKING:
    from treadle.tangle.blame import Run
    from treadle.thread.repo import Commit

TALLEST = 6_144
"""Lines of a file that one page holds at most; 96 chunks of them."""

HEAVIEST = 160_000
"""Compressed bytes that a file's page should not exceed: a budget of 200 KB, and a reserve."""

LINE, SPAN, STEP, LEAN_STEP = 6, 40, 500, 150
"""What a line adds to a page beside its code, a span, and a step's answer, whole or lean, in
compressed bytes: measured, with a reserve for reasons that have no words in common."""

LEAN = 300
"""Steps of a file above which answers are lean."""

WIDEST = 2_000
"""Longest line that is shown whole, in characters."""

HOW = {
    "proved": "replaying the recorded steps gives this file byte for byte",
    "replayed": "a recorded edit replays to these lines",
    "matched": "a recorded edit holds the same text, in the same order",
    "command": "a recorded command named the file; its text was not recorded",
    "neighbour": "a session close by in time wrote them; no commit names it",
    "unrecorded": "no recorded step wrote them",
}
"""What each class of evidence means, as a clause."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """How the lines that a commit added are known."""

    lines: tuple[int, ...] = (0,) * len(EVIDENCE)
    """Lines of each class, in the order of ``EVIDENCE``."""

    @property
    def added(self) -> int:
        """All lines the commit added."""
        return sum(self.lines)

    @property
    def explained(self) -> int:
        """Those of any class but ``unrecorded``."""
        return sum(self.lines[:-1])


@dataclass(frozen=True, slots=True)
class Woven:
    """One commit with its thread."""

    commit: Commit
    leaf: Leaf
    """Its thread in short."""
    coverage: Coverage
    shelf: Shelf
    """Where the whole of it stands."""
    arrived: str = ""
    """When it reached the branch, UTC; ``""`` where that is when it was committed."""

    @property
    def when(self) -> str:
        """The time that tells its chapter."""
        return self.arrived or self.commit.committed

    @property
    def thread(self) -> Thread:
        """The whole thread, read anew unless it was read just before."""
        return self.shelf.thread(self.leaf.note)


@dataclass(frozen=True, slots=True)
class Cloth:
    """One file of today and where its lines come from."""

    path: str
    text: Text | None
    """None where it has no text to show."""
    runs: tuple[Run, ...]
    """Sorted, without gaps, covering the lines of ``text``."""
    reference: str = ""
    """Why there is no text: ``binary``, ``submodule``, ``large``; else ``""``."""


@dataclass(frozen=True, slots=True)
class Book:
    """All that is woven."""

    title: str
    head: str
    """Id of the commit whose files are shown; ``""`` where there is none yet."""
    threads: tuple[Woven, ...]
    """In the order of the sections."""
    files: tuple[Cloth, ...]
    others: tuple[Commit, ...] = ()
    """Commits without a thread that wrote lines of ``files``; what is known is shown of them."""
    damaged: tuple[tuple[str, str], ...] = ()
    """Commits whose documents cannot be read, and why."""
    beyond: tuple[Woven, ...] = ()
    """Threads that are known but have no page, because only a part of the history is woven."""
    changed: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    """Of each commit how many lines of which earlier ones it took away."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines [start, start + count) of a file of today."""

    path: str
    start: int
    count: int


@dataclass(frozen=True, slots=True)
class Plan:
    """What the pages of a book share."""

    book: Book
    threads: tuple[Woven, ...]
    """In the order in which they reached the branch; their index is that of ``places.sections``."""
    places: Places
    pieces: Mapping[tuple[str, str], tuple[Piece, ...]]
    """Where the lines of a step, by part and ``T.S``, stand today."""
    steps_of: Mapping[str, Mapping[str, tuple[Piece, ...]]]
    """The same by part, then by step."""
    alive: Mapping[str, int]
    """How many lines of each commit stand today."""
    standing: Mapping[str, tuple[Piece, ...]]
    """Where the lines of each commit stand today."""
    changers: Mapping[str, Mapping[str, int]]
    """Of each commit how many of its lines which later ones took away."""
    commits: Mapping[str, Commit]
    """Every commit that is known, with a thread or without."""
    beyond: Mapping[str, Woven]
    """The threads that have no page, by their commits and by the ids of their parts."""

    def told(self, part: str, step: str) -> Told | None:
        """Return what is quoted of a step, or None where no thread holds it."""
        at = self.places.by_part.get(part)
        woven = self.beyond.get(part) if at is None else self.threads[at]
        return woven.shelf.told(woven.leaf.note, part, step) if woven else None

    def woven(self, commit: str) -> Woven | None:
        """Return a commit's thread, with a page or without; None where it has none."""
        at = self.places.by_commit.get(commit)
        return self.beyond.get(commit) if at is None else self.threads[at]


def plan(book: Book) -> Plan:
    """Derive what the pages share."""
    threads = book.threads
    places = register(
        ((woven.commit.id, woven.leaf.parts) for woven in threads),
        (file.path for file in book.files if file.text is not None),
        {file.path: height for file in book.files if (height := height_of(file))},
    )
    commits = [woven.commit for woven in (*book.beyond, *threads)]
    beyond = {name: one for one in book.beyond for name in (one.commit.id, *one.leaf.parts)}
    pieces = _pieces(book.files)
    steps_of: dict[str, dict[str, tuple[Piece, ...]]] = {}
    for (part, step), found in pieces.items():
        steps_of.setdefault(part, {})[step] = found
    return Plan(
        book=book,
        threads=threads,
        places=places,
        pieces=pieces,
        steps_of=steps_of,
        alive=_alive(book.files),
        standing=_standing(book.files),
        changers=_turned_around(book.changed),
        commits={commit.id: commit for commit in (*book.others, *commits)},
        beyond=beyond,
    )


def _pieces(files: Iterable[Cloth]) -> dict[tuple[str, str], tuple[Piece, ...]]:
    found: dict[tuple[str, str], list[Piece]] = {}
    for file in files:
        for run in file.runs if file.text is not None else ():
            if run.origin.part:
                _add(found.setdefault((run.origin.part, run.origin.step), []), file, run)
    return {key: tuple(pieces) for key, pieces in found.items()}


def _add(pieces: list[Piece], file: Cloth, run: Run) -> None:
    """Add a run to the pieces of one writer, joined with the one before where they touch."""
    last = pieces[-1] if pieces else None
    if last and last.path == file.path and last.start + last.count == run.start:
        pieces[-1] = Piece(file.path, last.start, last.count + run.count)
    else:
        pieces.append(Piece(file.path, run.start, run.count))


def _standing(files: Iterable[Cloth]) -> dict[str, tuple[Piece, ...]]:
    found: dict[str, list[Piece]] = {}
    for file in files:
        for run in file.runs if file.text is not None else ():
            _add(found.setdefault(run.commit, []), file, run)
    return {commit: tuple(pieces) for commit, pieces in found.items()}


def _turned_around(changed: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for later, earlier in changed.items():
        for commit, lines in earlier.items():
            found.setdefault(commit, {})[later] = lines
    return found


def _alive(files: Iterable[Cloth]) -> Counter[str]:
    alive: Counter[str] = Counter()
    for file in files:
        for run in file.runs:
            alive[run.commit] += run.count
    return alive


def height_of(cloth: Cloth) -> int:
    """Return how many lines a page of a file holds where it needs several, else 0.

    A height depends on little and is always half of another, so that a line keeps its page as
    long as the file keeps its kind.
    """
    if cloth.text is None:
        return 0
    lines = cloth.text.lines
    steps = [(run.commit, run.origin.part, run.origin.step) for run in cloth.runs]
    answer = STEP if len(set(steps)) <= LEAN else LEAN_STEP
    beside = LINE * lines + SPAN * len(steps) + answer * len(set(steps))
    if lines <= TALLEST and cloth.text.size + beside < HEAVIEST:
        return 0
    cut = [line[:WIDEST] for line in cloth.text.read().split("\n")]
    starts = [run.start for run in cloth.runs]
    height = TALLEST
    while height > 64 and _heaviest(cut, starts, steps, height, answer) > HEAVIEST:
        height = max(64, height // 2)
    return height if height < lines else 0


def _heaviest(
    lines: Sequence[str], starts: Sequence[int], steps: Sequence[object], height: int, answer: int
) -> int:
    """Return about how heavy the heaviest of a file's pages is, in compressed bytes."""
    weights = []
    for at in range(0, len(lines), height):
        code = "\n".join(lines[at : at + height]).encode("utf-8", "surrogatepass")
        here = steps[bisect_left(starts, at) : bisect_left(starts, at + height)]
        beside = LINE * min(height, len(lines) - at) + SPAN * len(here) + answer * len(set(here))
        weights.append(len(zlib.compress(code, 1)) + beside)
    return max(weights)


def explained(runs: Sequence[Run]) -> int:
    """Return how many lines of the runs have an origin."""
    return sum(run.count for run in runs if run.origin.evidence != "unrecorded")


def total(runs: Sequence[Run]) -> int:
    """Return how many lines the runs cover."""
    return sum(run.count for run in runs)


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page shows around its own matter."""

    title: str
    """The book's."""
    head: str
    """The short id of the commit the book shows, or ``""``."""
    threads: str
    """``12 threads``."""
    files: str
    lines: int
    explained: int


def frame(book: Book) -> Frame:
    """Return what stands around every page of the book."""
    runs = [run for file in book.files for run in file.runs]
    return Frame(
        title=visible(book.title),
        head=book.head[:7],
        threads=count(len(book.threads), "thread"),
        files=count(len(book.files), "file"),
        lines=total(runs),
        explained=explained(runs),
    )


def pieces_in_words(plan: Plan, pieces: Sequence[Piece]) -> tuple[tuple[str, Link], ...]:
    """Return the files in which lines stand today, each with a link that names the lines."""
    by_path: dict[str, list[Piece]] = {}
    for piece in pieces:
        by_path.setdefault(piece.path, []).append(piece)
    words = []
    for path, found in by_path.items():
        shown = ranges([(piece.start, piece.start + piece.count) for piece in found[:4]])
        more = ", …" if len(found) > 4 else ""
        href = plan.places.line(path, found[0].start)
        words.append((visible(path), Link(shown + more, href)))
    return tuple(words)
