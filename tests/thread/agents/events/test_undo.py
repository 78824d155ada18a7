"""Edits that take edits back."""

from __future__ import annotations

import pytest

from treadle.thread.agents.events.undo import undone
from treadle.thread.model import Edit


@pytest.mark.parametrize(
    ("edit", "contrary"),
    [
        (Edit("a", "replace", "x", "y", line=3), Edit("a", "replace", "y", "x", line=3)),
        (Edit("a", "replace", "x", "y", before="x\n"), Edit("a", "write", new="x\n")),
        (Edit("a", "write", new="y", before=""), Edit("a", "delete")),
        (Edit("a", "write", new="y", before="x"), Edit("a", "write", new="x")),
        (Edit("a", "delete", before="x"), Edit("a", "write", new="x")),
        (Edit("a", "move", to="b"), Edit("b", "move", to="a")),
        (Edit("a", "copy", to="b"), Edit("b", "delete")),
    ],
)
def test_contrary_of_what_is_known(edit: Edit, contrary: Edit) -> None:
    assert undone([edit]) == (contrary,)


@pytest.mark.parametrize(
    "edit",
    [
        Edit("a", "replace", "x", ""),
        Edit("a", "replace", "x", "y", every=True),
        Edit("a", "write", new="y"),
        Edit("a", "append", new="y"),
        Edit("a", "delete"),
        Edit("a", "command"),
    ],
)
def test_what_is_not_known_is_a_command(edit: Edit) -> None:
    assert undone([edit]) == (Edit("a", "command"),)


def test_last_edit_is_taken_back_first() -> None:
    edits = [Edit("a", "replace", "x", "y"), Edit("a", "replace", "y", "z")]
    assert [edit.new for edit in undone(edits)] == ["y", "x"]
