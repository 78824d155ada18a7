"""Words that were meant: of a word that no step holds, the likeliest that some step does.

The site answers by the same rule (``templates/search.js``): few mistype the first letter, so only
words with the same one are weighed; of a short word one letter may be wrong, of a longer one two,
and two neighbours that changed places are one slip (the distance of Damerau, without letters
between the two). Of words equally near the one that stands in most steps is told.
"""

from __future__ import annotations

from collections.abc import Iterable

SHORT = 5
"""Letters up to which a word may have but one slip in it."""


def slips(word: str) -> int:
    """How many slips a word may have."""
    return 2 if len(word) > SHORT else 1


def meant(word: str, held: Iterable[tuple[str, int]]) -> str:
    """The word that was meant by ``word``, ``""`` where none is near; ``held`` are words with the
    number of steps that hold them."""
    most = slips(word)
    near = (
        (far, -often, other)
        for other, often in held
        if other[:1] == word[:1] and (far := apart(word, other, most)) <= most
    )
    return min(near, default=(0, 0, ""))[2]


def apart(one: str, other: str, most: int) -> int:
    """How many slips lie between two words; beyond ``most`` any number above it."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        following = [i]
        for j, wanted in enumerate(other, 1):
            cost = min(row[j] + 1, following[j - 1] + 1, row[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            following.append(cost)
        before, row = row, following
    return row[-1]
