"""Whose lines each commit took away: who changed whom, all along a history.

Git's blame says where the lines of today are from; it does not say what became of the others.
So the history is walked once, parents before children, with the writer of every line of every
file in hand: what a commit's diff removes tells whom it changed, what it adds is its own. A merge
brings what the other side wrote under its writers' names, as long as it takes the other side's
file as it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from treadle.tangle.learnt.kept import Kept
from treadle.thread.repo import Commit, Delta, Repo

MOST = 20_000
"""Commits that are walked at most; what the older ones wrote is nobody's."""

AT_ONCE = 200
"""Commits whose diffs are asked for at once."""

NOBODY = -1


@dataclass(frozen=True, slots=True)
class Turned:
    """What a commit's diff says of one file, without its text."""

    path: str
    source: str
    """The path before, where it was renamed."""
    blob: str
    """Id of the file after; ``""`` where there is none."""
    removed: tuple[tuple[int, int], ...]
    """Half-open, 0-based ranges of lines in the old file."""
    added: tuple[tuple[int, int], ...]
    """The same in the new one."""


Writers = tuple[str, list[int]]
"""A file's blob, and the index of the commit that wrote each of its lines, as far as known."""


def changed_by(
    repo: Repo, commits: Sequence[Commit], kept: Kept | None = None
) -> dict[str, dict[str, int]]:
    """Return for each commit how many lines of which earlier ones it took away.

    ``commits`` stand with parents before children; parents that are not among them wrote lines
    that are nobody's.
    """
    walked = commits[-MOST:]
    return walk(walked, turned(repo, [commit.id for commit in walked], kept or Kept()))


def turned(repo: Repo, commits: Sequence[str], kept: Kept) -> dict[str, tuple[Turned, ...]]:
    """Return what each commit's diff against its first parent says; asked of git only once."""
    found = {
        commit: tuple(_back(row) for row in told)
        for commit, told in kept.get_all("turned", commits).items()
        if isinstance(told, list)
    }
    missing = [commit for commit in commits if commit not in found]
    for at in range(0, len(missing), AT_ONCE):
        fresh = {
            commit: tuple(_turned(delta) for delta in deltas)
            for commit, deltas in repo.deltas(missing[at : at + AT_ONCE])
        }
        kept.put("turned", {commit: list(map(_plain, rows)) for commit, rows in fresh.items()})
        found.update(fresh)
    return found


def _turned(delta: Delta) -> Turned:
    blob = delta.after.blob if delta.after else ""
    return Turned(delta.path, delta.source, blob, delta.removed, delta.added)


def _plain(row: Turned) -> list[object]:
    return [row.path, row.source, row.blob, row.removed, row.added]


def _back(row: Sequence[object]) -> Turned:
    path, source, blob, removed, added = row
    return Turned(str(path), str(source), str(blob), _ranges(removed), _ranges(added))


def _ranges(plain: object) -> tuple[tuple[int, int], ...]:
    assert isinstance(plain, list)
    return tuple((begin, end) for begin, end in plain)


# -- the walk -----------------------------------------------------------------------------


def walk(
    commits: Sequence[Commit], diffs: Mapping[str, tuple[Turned, ...]]
) -> dict[str, dict[str, int]]:
    """Return for each commit how many lines of which earlier ones it took away."""
    ids = [commit.id for commit in commits]
    wanted = Counter(parent for commit in commits for parent in commit.parents)
    states: dict[str, dict[str, Writers]] = {}
    found: dict[str, dict[str, int]] = {}
    for number, commit in enumerate(commits):
        sides = [states.get(parent, {}) for parent in commit.parents]
        state = dict(sides[0]) if sides else {}
        gone: Counter[int] = Counter()
        for row in diffs.get(commit.id, ()):
            gone.update(_turn(state, row, number, sides))
        found[commit.id] = {ids[at]: lines for at, lines in gone.items() if at != NOBODY}
        for parent in commit.parents:
            wanted[parent] -= 1
            if not wanted[parent]:
                states.pop(parent, None)
        states[commit.id] = state
    return found


def _turn(
    state: dict[str, Writers], row: Turned, number: int, sides: Sequence[Mapping[str, Writers]]
) -> Iterable[int]:
    """Change one file of ``state``; return the writers of the lines that the commit removed."""
    _, lines = state.pop(row.source or row.path, ("", []))
    if not row.blob:
        return lines if len(sides) < 2 else ()
    for side in sides[1:]:
        if row.path in side and side[row.path][0] == row.blob:
            state[row.path] = side[row.path]
            return ()
    after, gone = _written(lines, row, number)
    state[row.path] = (row.blob, after)
    return gone if len(sides) < 2 else ()


def _written(lines: Sequence[int], row: Turned, number: int) -> tuple[list[int], list[int]]:
    """The writers of the new file's lines, and those of the lines that went."""
    gone: list[int] = []
    stay: list[int] = []
    at = 0
    for begin, end in row.removed:
        stay += _cut(lines, at, begin)
        gone += _cut(lines, begin, end)
        at = end
    stay += lines[at:]
    after: list[int] = []
    taken = 0
    for begin, end in row.added:
        more = begin - len(after)
        after += _cut(stay, taken, taken + more)
        taken += more
        after += [number] * (end - begin)
    return after + stay[taken:], gone


def _cut(lines: Sequence[int], begin: int, end: int) -> list[int]:
    """Lines [begin, end); what is beyond those that are known is nobody's."""
    found = list(lines[begin:end])
    return found + [NOBODY] * (end - begin - len(found))
