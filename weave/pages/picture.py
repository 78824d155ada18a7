"""The pictures of a book: its files as a map, its threads along time.

The map gives each file a field as large as it has lines: the tone says how many of them are
explained, the band at its foot by whose threads, the line at its head how long ago it last
changed. The timeline has a lane for each agent and a mark for each thread. All of it is laid
out here, as numbers; a template draws it, and a table says the same in words.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from treadle.thread.story import shorten
from treadle.weave import text as say
from treadle.weave.pages.file import commit_link
from treadle.weave.pages.treemap import Box, squarified
from treadle.weave.places import Link
from treadle.weave.view import Cloth, Plan, explained, total

WIDE, HIGH = 1232, 420
"""Size of the map, in its own units; about pixels on a large screen."""

FIELDS = 400
"""Files that have a field of their own, the largest first; the others share one."""

LETTER = 7.6
"""Width of a letter of a name in the map."""

GAP = 3.0
"""Between folders."""

DYES = 5
"""Colours of agents; those beyond share the last."""

TONES = (40, 60, 75, 95)
"""Percent explained at which the next tone begins."""

LANE = 46
"""Height of a lane of the timeline."""

LEFT = 150
"""Where the lanes begin, to the right of their names."""

TALLEST = 30
"""Height of the mark of the largest thread."""

DAY = 86_400.0
"""Seconds."""

IDLE = 3.0
"""Days that an idle stretch takes on the timeline, at most."""

TICKS = 8
"""Days that are named below the timeline, at most."""

MARKS = 240
"""Marks of a lane up to which each thread has its own; of more, those that touch share one."""

NEAR = 6.0
"""Marks that are nearer than this touch."""

NOBODY = "not explained"


@dataclass(frozen=True, slots=True)
class Band:
    """A share of a file's lines, by who wrote them."""

    dye: int
    """1-based; 0 where nobody explains them."""
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Field:
    """A file in the map."""

    link: Link
    counts: str
    """``120 lines, 98 % explained``."""
    told: str
    """The whole of it in words."""
    box: Box
    tone: int
    """1 to 5, the more explained the higher."""
    bands: tuple[Band, ...]
    youth: float
    """How long the line at its head is: from 0, the oldest file, to the width of the field."""
    label: str
    """Its name, as far as there is room for it."""
    note: bool
    """There is room for a second line."""


@dataclass(frozen=True, slots=True)
class Row:
    """A file in the table that says the same."""

    link: Link
    lines: int
    explained: int
    by: tuple[tuple[str, int], ...]
    """Who wrote how many lines, the most first."""
    day: str


@dataclass(frozen=True, slots=True)
class Mark:
    """A thread on the timeline."""

    link: Link
    told: str
    x: float
    height: float
    label: str
    """Its number, where there is room for it."""


@dataclass(frozen=True, slots=True)
class Lane:
    """The threads of one agent."""

    name: str
    dye: int
    """0 for commits without a thread."""
    y: int
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Picture:
    """Both pictures, and the table."""

    fields: tuple[Field, ...]
    rows: tuple[Row, ...]
    unlisted: int
    """Files that have no row."""
    agents: tuple[tuple[int, str], ...]
    """The colours that occur, and whose they are."""
    lanes: tuple[Lane, ...]
    ticks: tuple[tuple[float, str], ...]
    height: int
    """Of the timeline."""


def picture(plan: Plan) -> Picture:
    """Return the pictures of a book."""
    files = [file for file in plan.book.files if total(file.runs)]
    files.sort(key=lambda file: (-total(file.runs), file.path))
    agents = _Agents(plan, files)
    lanes, ticks = _timeline(plan, agents)
    return Picture(
        fields=tuple(_fields(plan, agents, files)),
        rows=tuple(_row(plan, agents, file) for file in files[:FIELDS]),
        unlisted=max(0, len(files) - FIELDS),
        agents=tuple((dye, name) for name, dye in agents.dyes.items() if dye),
        lanes=lanes,
        ticks=ticks,
        height=LANE * len(lanes) + 30,
    )


class _Agents:
    """Who wrote what: a colour for each agent, the busiest first."""

    def __init__(self, plan: Plan, files: Sequence[Cloth]) -> None:
        self.plan = plan
        self.of_part = {
            strip.id: _plain(strip.agent) for woven in plan.threads for strip in woven.leaf.strips
        }
        lines: Counter[str] = Counter()
        for woven in plan.threads:
            lines.update(dict.fromkeys((_plain(strip.agent) for strip in woven.leaf.strips), 0))
        for file in files:
            lines.update(self.lines(file))
        lines.pop(NOBODY, None)
        ranked = [name for name, _ in lines.most_common()]
        self.dyes = {name: min(nth, DYES) for nth, name in enumerate(ranked, 1)}
        self.dyes[NOBODY] = 0

    def lines(self, file: Cloth) -> Counter[str]:
        """How many lines of a file each agent wrote."""
        found: Counter[str] = Counter()
        for run in file.runs:
            known = run.origin.evidence != "unrecorded"
            found[self.of_part.get(run.origin.part, NOBODY) if known else NOBODY] += run.count
        return found


def _plain(agent: str) -> str:
    """The agent without its version."""
    words = agent.split()
    while len(words) > 1 and words[-1][:1].isdigit():
        words.pop()
    return say.visible(" ".join(words)) or "an unnamed agent"


# -- the map ------------------------------------------------------------------------------


def _fields(plan: Plan, agents: _Agents, files: Sequence[Cloth]) -> Iterator[Field]:
    shown, rest = files[:FIELDS], files[FIELDS:]
    folders: dict[str, list[Cloth]] = {}
    for file in shown:
        folders.setdefault(file.path.rpartition("/")[0], []).append(file)
    groups = sorted(folders.items(), key=lambda one: (-_size(one[1]), one[0]))
    sizes = [float(_size(group)) for _, group in groups]
    sizes += [float(_size(rest))] if rest else []
    boxes = squarified(sizes, Box(0.0, 0.0, float(WIDE), float(HIGH)))
    ages = _Ages(plan, files)
    for (_, group), box in zip(groups, boxes, strict=False):
        inner = squarified([float(total(file.runs)) for file in group], box.inside(GAP / 2))
        for file, field in zip(group, inner, strict=True):
            yield _field(plan, agents, ages, file, field)
    if rest:
        told = f"{say.count(len(rest), 'smaller file')}, {say.count(_size(rest), 'line')}"
        yield Field(Link(told, "files.html"), told, told, boxes[-1], 1, (), 0.0, "", False)


def _size(files: Sequence[Cloth]) -> int:
    return sum(total(file.runs) for file in files)


def _field(plan: Plan, agents: _Agents, ages: _Ages, file: Cloth, box: Box) -> Field:
    lines, known = total(file.runs), explained(file.runs)
    name = say.visible(file.path.rpartition("/")[2])
    counts = f"{say.count(lines, 'line')}, {say.percent(known, lines)} explained"
    box = box.inside(0.5)
    roomy = box.width > 12 * LETTER and box.height > 34
    return Field(
        link=Link(say.visible(file.path), plan.places.files.get(file.path, "")),
        counts=counts,
        told=f"{say.visible(file.path)}: {counts}, last changed {ages.day(file)}",
        box=box,
        tone=1 + sum(100 * known >= tone * lines for tone in TONES),
        bands=tuple(_bands(agents, agents.lines(file), lines, box)),
        youth=round(box.width * ages.youth(file), 1),
        label=shorten(name, int((box.width - 14) / LETTER)) if roomy else "",
        note=roomy and box.width > 150 and box.height > 52,
    )


def _bands(agents: _Agents, counts: Mapping[str, int], lines: int, box: Box) -> Iterator[Band]:
    by_dye: Counter[int] = Counter()
    for name, number in counts.items():
        by_dye[agents.dyes[name]] += number
    at = box.x
    for dye, number in sorted(by_dye.items(), key=lambda one: (one[0] == 0, one[0])):
        width = box.width * number / lines
        yield Band(dye, round(at, 1), round(width, 1))
        at += width


class _Ages:
    """How long ago each file last changed, on the scale of the whole book."""

    def __init__(self, plan: Plan, files: Sequence[Cloth]) -> None:
        self.last = {file.path: _last(plan, file) for file in files}
        known = [_seconds(stamp) for stamp in self.last.values() if stamp]
        self.begin, self.end = min(known, default=0.0), max(known, default=0.0)

    def youth(self, file: Cloth) -> float:
        """From 0, the longest ago, to 1."""
        span = self.end - self.begin
        return max(0.0, (_seconds(self.last[file.path]) - self.begin) / span) if span else 1.0

    def day(self, file: Cloth) -> str:
        """The day in words."""
        return say.day(self.last[file.path]) or "at an unknown time"


def _last(plan: Plan, file: Cloth) -> str:
    """When a line of the file was last written; ``""`` where no commit is known."""
    stamps = (plan.commits[run.commit].time for run in file.runs if run.commit in plan.commits)
    return max(stamps, default="")


def _seconds(stamp: str) -> float:
    try:
        found = datetime.fromisoformat(stamp)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except ValueError:
        return 0.0


def _row(plan: Plan, agents: _Agents, file: Cloth) -> Row:
    return Row(
        link=Link(say.visible(file.path), plan.places.files.get(file.path, "")),
        lines=total(file.runs),
        explained=explained(file.runs),
        by=tuple(agents.lines(file).most_common()),
        day=say.day(_last(plan, file)),
    )


# -- the timeline ---------------------------------------------------------------------------


def _timeline(
    plan: Plan, agents: _Agents
) -> tuple[tuple[Lane, ...], tuple[tuple[float, str], ...]]:
    threads = {woven.commit.id for woven in plan.threads}
    others = [commit for commit in plan.book.others if commit.id not in threads]
    place = _axis(sorted({stamp[:10] for stamp in _stamps(plan)}))

    most = max((woven.coverage.added for woven in plan.threads), default=1) or 1
    by_lane: dict[str, list[Mark]] = {name: [] for name in agents.dyes}
    for at, woven in enumerate(plan.threads):
        section = plan.places.sections[at]
        subject = say.visible(woven.commit.subject)
        told = f"{section.label} {subject}, {say.day(woven.commit.committed)}"
        height = 5 + (TALLEST - 5) * (woven.coverage.added / most) ** 0.5
        mark = Mark(Link(section.label, section.page), told, place(woven.commit.committed),
                    round(height, 1), "")  # fmt: skip
        for name in dict.fromkeys(_plain(strip.agent) for strip in woven.leaf.strips):
            by_lane[name].append(mark)
    for commit in sorted(others, key=lambda one: one.committed):
        told = f"{commit.id[:7]} {say.visible(commit.subject)}, {say.day(commit.committed)}"
        link = commit_link(plan, commit.id)
        by_lane[NOBODY].append(Mark(link, told, place(commit.committed), 8.0, ""))
    lanes = [
        Lane("no thread" if name == NOBODY else name, agents.dyes[name], LANE * nth,
             tuple(_labelled(_joined(sorted(marks, key=lambda mark: mark.x)))))
        for nth, (name, marks) in enumerate((n, m) for n, m in by_lane.items() if m)
    ]  # fmt: skip
    days = sorted({stamp[:10] for stamp in _stamps(plan) if stamp})
    step = max(1, -(-len(days) // TICKS))
    ticks = [(place(f"{day}T00:00:00Z"), say.day(day)) for day in days[::step] if day]
    return tuple(lanes), tuple(_apart(ticks))


def _axis(days: Sequence[str]) -> Callable[[str], float]:
    """Return where a moment stands on the timeline, if these are the days on which anything
    happened: a day is a day, but what was idle takes ``IDLE`` days at most."""
    begins: dict[str, float] = {}
    at = 0.0
    for nth, day in enumerate(days):
        gap = (_seconds(day) - _seconds(days[nth - 1])) / DAY if nth else 0.0
        at += min(max(gap, 1.0), IDLE) if nth else 0.0
        begins[day] = at
    span = at + 1.0

    def place(stamp: str) -> float:
        hours = (_seconds(stamp) - _seconds(stamp[:10])) / DAY if stamp else 0.0
        moment = begins.get(stamp[:10], 0.0) + min(max(hours, 0.0), 1.0)
        return round(LEFT + 10 + (WIDE - LEFT - 40) * moment / span, 1)

    return place


def _stamps(plan: Plan) -> Iterator[str]:
    yield from (woven.commit.committed for woven in plan.threads)
    yield from (commit.committed for commit in plan.book.others)


def _joined(marks: Sequence[Mark]) -> Sequence[Mark]:
    """The marks of a lane; where they are very many, those that touch are one, the tallest's."""
    if len(marks) <= MARKS:
        return marks
    found: list[list[Mark]] = []
    for mark in marks:
        if found and mark.x - found[-1][0].x < NEAR:
            found[-1].append(mark)
        else:
            found.append([mark])
    return [_one(group) for group in found]


def _one(marks: Sequence[Mark]) -> Mark:
    best = max(marks, key=lambda mark: mark.height)
    more = f" and {len(marks) - 1} more" if len(marks) > 1 else ""
    return Mark(best.link, best.told + more, marks[0].x, best.height, "")


def _labelled(marks: Sequence[Mark]) -> Iterator[Mark]:
    """The marks, with their numbers where no other mark stands in the way."""
    free = 0.0
    for nth, mark in enumerate(marks):
        after = marks[nth + 1].x if nth + 1 < len(marks) else float(WIDE)
        fits = mark.x >= free and after - mark.x > 34
        label = mark.link.text if fits and mark.link.href else ""
        if label:
            free = mark.x + 34
        yield Mark(mark.link, mark.told, mark.x, mark.height, label)


def _apart(ticks: Sequence[tuple[float, str]]) -> Iterator[tuple[float, str]]:
    """Ticks that stand far enough from each other to be read."""
    last = float("-inf")
    for _, group in groupby(ticks, key=lambda tick: tick[1]):
        x, name = next(group)
        if x - last > 130:
            yield max(x, float(LEFT)), name
            last = x
