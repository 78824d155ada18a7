"""Small lines of which nobody can tell whether they are new."""

from __future__ import annotations

from treadle.tangle.apply import Unknown
from treadle.tangle.relinking.recognition import doubtful
from treadle.tangle.relinking.revision import Revision

ABOVE, BELOW = Unknown("above"), Unknown("below")
KEPT = "return the light of the whole old house\n"


def revision(*told: tuple[str, int]) -> Revision:
    """Lines, each with its line in the base or -1."""
    lines, back = zip(*told, strict=True)
    blocks = tuple(0 if at < 0 else -1 for at in back)
    whole = not any(isinstance(line, Unknown) for line in lines)
    origins = (None,) * len(lines)
    return Revision("a", "", "1", "2", lines, origins, back, blocks, b"", whole, frozenset())


def test_a_brace_that_came_for_other_text_beside_one_that_stayed() -> None:
    half = revision((ABOVE, 0), ("if new {\n", -1), ("}\n", -1), ("x\n", 2), ("}\n", 3), (BELOW, 4))
    assert doubtful(half, 2)
    assert not doubtful(half, 1)


def test_where_every_line_is_known_git_has_told() -> None:
    whole = revision(("if new {\n", -1), ("}\n", -1), ("x\n", 2), ("}\n", 3))
    assert not doubtful(whole, 1)


def test_a_brace_that_came_with_lines_that_replaced_nothing() -> None:
    half = revision((ABOVE, 0), ("if new {\n", -1), ("}\n", -1), ("x\n", 1), ("}\n", 2))
    assert not doubtful(half, 2)


def test_a_line_that_can_be_recognised_stands_between_the_two() -> None:
    half = revision((ABOVE, 0), ("if new {\n", -1), ("}\n", -1), (KEPT, 2), ("}\n", 3))
    assert not doubtful(half, 2)


def test_beyond_an_unknown_line_nothing_is_compared() -> None:
    half = revision((ABOVE, 0), ("if new {\n", -1), ("}\n", -1), (BELOW, 2), ("}\n", 3))
    assert not doubtful(half, 2)
