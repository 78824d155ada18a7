"""When moves, scripts, and edits that were taken before are in a commit's diff."""

from __future__ import annotations

import pytest

from tests.support.agents import ROOT, edit, reel
from treadle.thread.model import Edit, Event, Session
from treadle.thread.recognise import Diff, in_diff
from treadle.thread.select import Ref, Strand, When, came_from, select
from treadle.thread.shell.commands import interpret

LATE = "2026-01-05T10:00:00.000Z"
WHEN = When("1" * 40, "Change", LATE, LATE)
KNOWN = ("a.py", "lib/b.py", "old/deep/c.py")


def lines(*texts: str) -> frozenset[str]:
    return frozenset(texts)


ADDED = Diff(lines("a new line here"), lines())
CREATED = Diff(lines("one", "two"), lines(), created=True)
DELETED = Diff(lines(), lines("one", "two"), deleted=True)
RENAMED = Diff(lines(), lines())


def strand(*told: str | Edit, ok: bool = True, taken: tuple[int, ...] = ()) -> Strand:
    """Commands and edits, an event each; those of the events ``taken`` an earlier commit took."""
    events = []
    for number, one in enumerate(told):
        at = f"2026-01-05T09:00:{number:02}.000Z"
        edits = (one,) if isinstance(one, Edit) else ()
        kind, text = ("edited", "") if isinstance(one, Edit) else ("ran", one)
        events.append(Event(f"k{number}", kind, at, text, ok=True, cwd=ROOT, edits=edits))
    found = interpret(Session("claude-code", "s1", events=tuple(events)))
    if not ok:
        failed = tuple(Event(e.key, e.kind, e.time, ok=False, edits=e.edits) for e in found.events)
        found = Session("claude-code", "s1", events=failed)
    refs = frozenset(Ref(n, item) for n in taken for item in range(len(found.events[n].edits)))
    return Strand(reel(found, *KNOWN), taken=refs)


def joins(asked: Strand, diff: dict[str, Diff]) -> bool:
    return bool(select([asked], WHEN, diff))


@pytest.mark.parametrize(
    ("command", "diff", "expected"),
    [
        ("mv a.py new.py", {"new.py": CREATED, "a.py": DELETED}, True),
        ("mv a.py new.py", {"new.py": CREATED}, True),
        ("mv a.py new.py", {"a.py": DELETED}, True),
        ("mv a.py new.py", {"new.py": ADDED}, False),
        ("mv a.py new.py", {"newer.py": CREATED}, False),
        ("mv a.py lib", {"lib/a.py": CREATED}, True),
        ("mv a.py lib", {"lib/other.py": CREATED}, False),
        ("mv /tmp/x.py lib", {"lib/x.py": CREATED}, True),
        ("mv /tmp/x lib", {"lib/y.py": CREATED}, True),
        ("mv old new", {"new/deep/c.py": CREATED, "old/deep/c.py": DELETED}, True),
        ("mv old new", {"new/deep/d.py": CREATED}, False),
        ("mv old lib", {"lib/old/deep/c.py": CREATED, "old/deep/c.py": DELETED}, True),
        ("cp a.py new.py", {"new.py": CREATED}, True),
        ("cp -r old new", {"new/deep/c.py": CREATED}, True),
        ("cp a.py new.py", {"a.py": DELETED}, False),
        ("rm a.py", {"a.py": DELETED}, True),
        ("rm a.py", {"a.py": ADDED}, False),
        ("make > a.py", {"a.py": ADDED}, False),
    ],
)
def test_a_command_joins_for_what_it_made(
    command: str, diff: dict[str, Diff], expected: bool
) -> None:
    assert joins(strand(command), diff) is expected
    assert not joins(strand(command, ok=False), diff)
    assert not joins(strand(command, taken=(0,)), diff)


@pytest.mark.parametrize("command", ["mv a.py new.py", "git mv a.py new.py", "cp a.py new.py"])
def test_a_move_joins_for_the_rename_that_git_shows(command: str) -> None:
    assert joins(strand(command), {"a.py": RENAMED, "new.py": RENAMED})
    assert not joins(strand(command), {"a.py": RENAMED})
    assert not joins(strand(command), {"a.py": ADDED, "new.py": RENAMED})
    folder = {"old/deep/c.py": RENAMED, "new/deep/c.py": RENAMED}
    assert joins(strand("mv old new"), folder)


def test_files_that_the_session_wrote_are_taken_along_with_their_folder() -> None:
    wrote = Edit(f"{ROOT}/out/page.html", "write", new="x\n")
    assert joins(strand(wrote, "mv out docs"), {"docs/page.html": CREATED})
    assert not joins(strand("mv out docs"), {"docs/page.html": CREATED})


def test_an_edit_that_was_taken_joins_again_if_most_of_it_is_there() -> None:
    told = edit("a.py", "", "the first line\nthe second line\nthe third line\n")
    for there, again in ((1, False), (2, True), (3, True)):
        texts = ["the first line", "the second line", "the third line"][:there]
        diff = {"a.py": Diff(lines(*texts), lines())}
        assert joins(strand(told), diff)
        assert joins(strand(told, taken=(0,)), diff) is again


def test_a_deletion_that_was_taken_joins_again_if_most_of_it_is_gone() -> None:
    told = edit("a.py", "the first line\nthe second line\nthe third line\n", "")
    for gone, again in ((1, False), (2, True)):
        texts = ["the first line", "the second line"][:gone]
        diff = {"a.py": Diff(lines(), lines(*texts))}
        assert joins(strand(told), diff)
        assert joins(strand(told, taken=(0,)), diff) is again


@pytest.mark.parametrize(
    ("script", "added", "expected"),
    [
        ("s/old/fresh/", "a fresh line", True),
        ("s/old/fresh/", "an old line", False),
        ("s/old/fresh/; s/dark/light/g", "a light line", True),
        ("s/old/fresh/; s/dark/light/g", "a dark line", False),
        ("s|old|fresh|", "a fresh line", True),
        ("s,old,a/fresh,", "and a/fresh line", True),
        ("s/old/a\\/fresh/", "and a/fresh line", True),
        ("12s/old/fresh/", "a fresh line", True),
        ("s/old/}/", "}", False),
        ("3d", "3d", False),
    ],
)
def test_a_script_is_told_by_what_it_puts_in(script: str, added: str, expected: bool) -> None:
    told = Edit(f"{ROOT}/a.py", "substitute", old=script)
    diff = {"a.py": Diff(lines(added), lines())}
    assert joins(strand(told), diff) is expected
    assert not joins(strand(told, taken=(0,)), diff)


@pytest.mark.parametrize(
    ("name", "origin", "to", "expected"),
    [
        ("b", "a", "b", ["a"]),
        ("d/a", "a", "d", ["a/a", "a"]),
        ("d/x", "a", "d", ["a/x"]),
        ("d/a/x", "a", "d", ["a/a/x", "a/x"]),
        ("d/b", "lib/b", "d", ["lib/b/b", "lib/b"]),
        ("dx", "a", "d", []),
        ("d", "a", "d/x", []),
    ],
)
def test_where_a_path_may_have_come_from(
    name: str, origin: str, to: str, expected: list[str]
) -> None:
    assert came_from(name, origin, to) == expected


def test_a_large_rewrite_that_the_diff_does_not_show_does_not_join() -> None:
    text = "".join(f"line number {n}\n" for n in range(20_000))
    told = strand(edit("a.py", text, text.replace("line", "row")))
    assert not in_diff(told.reel.edit(Ref(0, 0)), ADDED)
