"""The line map: which step each line of a commit came from, and how that is known.

Applying a document gives each line a mark. Three things turn marks into origins:

- *Sliding.* Where equal lines meet, git's diff and the replay may disagree which of them is
  new: after ``}`` comes ``}``, and either may have been added. A group of lines that git
  calls added is slid over its equal neighbours to the place where most of it is marked.
- *Class.* A step's own edit is ``proved`` in a file that the steps alone give byte for byte,
  else ``replayed``; by a strand that was only found, the latter is ``neighbour``.
- *Truth.* A line that git says the commit added and no step wrote is ``unrecorded``.

Lines the commit did not add have no origin here; ``blame`` asks the commit that did.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import accumulate

from treadle.tangle.apply import File, Mark, MismatchError, apply, by_reference
from treadle.thread.document import part_id
from treadle.thread.model import Thread
from treadle.thread.origin import Origin, Span

Ranges = Sequence[tuple[int, int]]
"""Half-open, 0-based ranges of lines."""
UNRECORDED = Origin()


def line_map(
    thread: Thread,
    base: Mapping[str, str | None],
    added: Mapping[str, Ranges],
) -> dict[str, tuple[Span, ...]]:
    """For each path with text the spans of its lines: sorted, merged, without gaps.

    ``added`` says which lines git's diff against the first parent adds. ``MismatchError`` where the
    document makes fewer lines.
    """
    return maps_of(thread, made(thread, base, added), added)


def made(
    thread: Thread, base: Mapping[str, str | None], added: Mapping[str, Ranges]
) -> dict[str, File]:
    """The commit's files with their marks; errors as in ``line_map``."""
    files = apply(thread, base)
    for path, ranges in added.items():
        made = len(files[path].lines) if path in files else 0
        if path in files and ranges and ranges[-1][1] > made:
            raise MismatchError(
                f"{path}: the document makes {made} lines, and the commit has more",
                "the document does not belong to this commit, or was edited",
            )
    return files


def maps_of(
    thread: Thread, files: Mapping[str, File], added: Mapping[str, Ranges]
) -> dict[str, tuple[Span, ...]]:
    """The spans of each file that is there."""
    ids = tuple(part_id(part) for part in thread.parts)
    named = tuple(part.named for part in thread.parts)
    return {
        path: spans(origins(file, added.get(path, ()), ids, named))
        for path, file in files.items()
        if file.exists
    }


def reference_paths(thread: Thread) -> dict[str, str]:
    """Paths whose lines no map covers, with the reason."""
    rows = thread.placement.rows
    return {row.path: row.reference for row in rows if by_reference(row)}


def origins(
    file: File, added: Ranges, ids: Sequence[str], named: Sequence[bool]
) -> list[Origin | None]:
    """One origin a line; None for lines that ``added`` leaves out."""
    found: list[Origin | None] = [None] * len(file.lines)
    for begin, end in added:
        for i, mark in zip(range(begin, end), slid(file, begin, end), strict=True):
            found[i] = origin(mark, file.unsettled, ids, named)
    return found


def slid(file: File, begin: int, end: int) -> list[Mark | None]:
    """Marks of lines [begin, end), slid over equal neighbours to where most are marked."""
    lines, marks = file.lines, file.marks
    down = 0
    while end + down < len(lines) and lines[begin + down] == lines[end + down]:
        down += 1
    up = 0
    while begin - up > 0 and lines[end - 1 - up] == lines[begin - 1 - up]:
        up += 1
    own = marks[begin:end]
    if all(own) or not (up or down):
        return own
    held = [0, *accumulate(mark is not None for mark in marks[begin - up : end + down])]
    size = end - begin
    move = max(
        range(-up, down + 1),
        key=lambda move: (held[up + move + size] - held[up + move], -abs(move)),
    )
    return _rotated(marks, begin, end, move)


def _rotated(marks: Sequence[Mark | None], begin: int, end: int, move: int) -> list[Mark | None]:
    """The slid group's marks, each at the line of [begin, end) that has the same text."""
    size = end - begin
    turned: list[Mark | None] = [None] * size
    for i in range(begin + move, end + move):
        turned[(i - begin) % size] = marks[i]
    return turned


def origin(mark: Mark | None, unsettled: bool, ids: Sequence[str], named: Sequence[bool]) -> Origin:
    """What a mark says, as an origin."""
    if mark is None or not mark.step or mark.evidence == "unrecorded":
        return UNRECORDED
    part, _, step = mark.step.rpartition(":")
    if not part and mark.part < 0:
        return UNRECORDED
    part = part or ids[mark.part]
    strand = ids.index(part) if part in ids else mark.part
    evidence = mark.evidence or ("replayed" if unsettled else "proved")
    if evidence not in ("proved", "command") and strand >= 0 and not named[strand]:
        evidence = "neighbour"
    return _origin(part, step, evidence)


@lru_cache(maxsize=4096)
def _origin(part: str, step: str, evidence: str) -> Origin:
    return Origin(part, step, evidence)


def spans(found: Sequence[Origin | None]) -> tuple[Span, ...]:
    """Runs of equal origins."""
    merged: list[Span] = []
    begin = 0
    for i in range(1, len(found) + 1):
        if i == len(found) or found[i] != found[begin]:
            merged.append(Span(begin, i - begin, found[begin]))
            begin = i
    return tuple(merged)
