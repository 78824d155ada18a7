"""What a commit left of the edits that it took: a person may stage one half of what an agent wrote.

The replay of a document's steps makes what the agent left in a file; its residue is what the
commit has in that text's place. Lines that only cease there were written and not committed:
they are the edit's rest, and a later commit that has them takes the edit up once more. Where
the residue puts other lines in their place, a formatter or the person wrote them anew, and nothing
is left, unless those lines are what the agent itself had replaced.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from treadle.thread.model import Change, Edit, Hunk, Placement
from treadle.thread.recognise import bare_lines, gained
from treadle.thread.select import Reel, Ref


def rests(placement: Placement, reel: Reel, taken: Iterable[Ref]) -> dict[Ref, frozenset[str]]:
    """The lines, without ends, that the commit left of those edits it took of a session.

    Edits of which nothing is left are not in it, nor those of a path by reference, of which no text
    tells.
    """
    chosen = frozenset(taken)
    residue = {change.path: change for change in placement.residue}
    found: dict[Ref, frozenset[str]] = {}
    for row in placement.rows:
        names = {row.path, row.source} - {""}
        refs = [ref for name in names for ref in reel.edits.get(name, ()) if ref in chosen]
        if not refs or row.moved or row.path not in residue:
            continue
        edits = {ref: reel.edit(ref) for ref in refs}
        lacking = _lacking(residue[row.path], edits.values())
        found |= {ref: rest for ref, edit in edits.items() if (rest := gained(edit) & lacking)}
    return found


def without(
    rest: Mapping[Ref, frozenset[str]], placement: Placement, reel: Reel
) -> dict[Ref, frozenset[str]]:
    """What is left of ``rest`` when the lines that the commit's residue adds are in a commit."""
    added = {change.path: frozenset(_added(change)) for change in placement.residue}
    left = dict(rest)
    for row in placement.rows:
        for name in {row.path, row.source} - {""}:
            for ref in left.keys() & set(reel.edits.get(name, ())):
                left[ref] -= added.get(row.path, frozenset())
    return {ref: lines for ref, lines in left.items() if lines}


def _lacking(residue: Change, edits: Iterable[Edit]) -> frozenset[str]:
    """The lines that a residue takes away and puts nothing new in the place of."""
    replaced = {line for edit in edits for line in bare_lines(edit.old)}
    lines: set[str] = set()
    for hunk in residue.hunks:
        if all(line in replaced for line in _signed(hunk, "+")):
            lines.update(_signed(hunk, "-"))
    return frozenset(lines)


def _added(residue: Change) -> Iterator[str]:
    for hunk in residue.hunks:
        yield from _signed(hunk, "+")


def _signed(hunk: Hunk, sign: str) -> list[str]:
    return bare_lines("".join(line[1:] for line in hunk.lines if line[0] == sign))
