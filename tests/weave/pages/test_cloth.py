"""The signs by which the spans of a page find their answer."""

import pytest

from treadle.weave.html import TEMPLATES
from treadle.weave.pages.cloth import PLACES, signs
from treadle.weave.view import TALLEST


@pytest.mark.parametrize("steps", [0, 1, 26, 27, 676, 677, TALLEST])
def test_each_step_of_a_page_has_its_own_sign(steps: int) -> None:
    found = list(signs([f"step {n}" for n in range(steps)]).values())
    assert len(set(found)) == steps
    assert len({len(sign) for sign in found}) <= 1
    assert all(
        letter in place for sign in found for letter, place in zip(sign, PLACES, strict=False)
    )


def test_spans_of_one_step_share_its_sign() -> None:
    assert signs(["a", "b", "a"]) == {"a": "a", "b": "b"}


def test_the_style_sheet_compares_every_letter() -> None:
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    for letter in "".join(PLACES):
        value = letter if letter.isalpha() else f'"{letter}"'
        rule = f"&:has([data-o*={value}] :target) .answer:not([data-o*={value}])"
        assert rule in style, letter
