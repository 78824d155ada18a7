"""``sed`` on paper: what is understood gives sed's own text, what is not gives none."""

from __future__ import annotations

import pytest

from treadle.tangle.substitute import substituted

UNDERSTOOD = [
    ("s/lamp/light/", "a lamp, a lamp\n", "a light, a lamp\n"),
    ("s/lamp/light/g", "a lamp, a lamp\n", "a light, a light\n"),
    ("s|a/b|c/d|g", "a/b a/b\n", "c/d c/d\n"),
    (r"s/\(lamp\)s/\1/", "two lamps\n", "two lamp\n"),
    ("s/lamp/[&]/", "lamp\n", "[lamp]\n"),
    ("s/LAMP/light/I", "lamp\n", "light\n"),
    ("s/a/b/; s/c/d/", "a c\n", "b d\n"),
]
NOT_UNDERSTOOD = ["2d", "/lamp/d", "s/a/b/w out", "y/abc/xyz/", "s/a", "", r"s/\(a\)\1/b/"]


@pytest.mark.parametrize(("script", "before", "after"), UNDERSTOOD)
def test_a_script_that_is_understood(script: str, before: str, after: str) -> None:
    assert substituted(script, before) == after


@pytest.mark.parametrize("script", NOT_UNDERSTOOD)
def test_a_script_that_is_not(script: str) -> None:
    assert substituted(script, "a lamp\n") is None


def test_a_pattern_made_to_run_away_does_not() -> None:
    assert substituted(r"s/\(a*\)*b/c/", "a" * 50_000 + "\n") in (None, "a" * 50_000 + "\n")
