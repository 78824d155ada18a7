"""What a commit left of the edits that it took: a person may stage one half of what an agent wrote.

The replay of a document's steps makes what the agent left in a file; its residue is what the
commit has in that text's place. Lines that only cease there were written and not committed:
they are the edit's rest, and a later commit that has them takes the edit up once more. Where
the residue puts other lines in their place, a formatter or the person wrote them anew, and nothing
is left, unless those lines are what the agent itself had replaced.
"""

from __future__ import annotations

from collections.abc import Iterable

from treadle.thread.model import Change, Edit, Placement
from treadle.thread.recognise import bare_lines, gained
from treadle.thread.select import Reel, Ref


def rests(placement: Placement, reel: Reel, taken: Iterable[Ref]) -> dict[Ref, frozenset[str]]:
    """The lines, without ends, that the commit left of those edits it took of a session.

    Edits of which nothing is left are not in it. Of a path by reference no text tells what was
    left; then it may be all that an edit adds.
    """
    chosen = frozenset(taken)
    residue = {change.path: change for change in placement.residue}
    found: dict[Ref, frozenset[str]] = {}
    for row in placement.rows:
        names = {row.path, row.source} - {""}
        refs = [ref for name in names for ref in reel.edits.get(name, ()) if ref in chosen]
        if not refs or row.moved or not (row.reference or row.path in residue):
            continue
        edits = {ref: reel.edit(ref) for ref in refs}
        lacking = None if row.reference else _lacking(residue[row.path], edits.values())
        for ref, edit in edits.items():
            rest = gained(edit) if lacking is None else gained(edit) & lacking
            if rest:
                found[ref] = rest
    return found


def _lacking(residue: Change, edits: Iterable[Edit]) -> frozenset[str]:
    """The lines that a residue takes away and puts nothing new in the place of."""
    replaced = {line for edit in edits for line in bare_lines(edit.old)}
    lines: set[str] = set()
    for hunk in residue.hunks:
        bare = [(line[0], line[1:].rstrip("\n").rstrip("\r")) for line in hunk.lines]
        if all(text in replaced for sign, text in bare if sign == "+"):
            lines.update(text for sign, text in bare if sign == "-")
    return frozenset(lines)
