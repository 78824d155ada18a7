"""Paths of a transcript, on the machine it ran on, become the repository's own names."""

from __future__ import annotations

import pytest

from treadle.thread.locate import Locator, folders
from treadle.thread.model import Edit, Event, Session, Snapshot

KNOWN = frozenset({"README.md", "src/lamp.py", "src/oil.py", "docs/light.md"})


def session(*paths: str, cwd: str = "/home/ada/lamp", reads: tuple[str, ...] = ()) -> Session:
    """A session that edits each of ``paths`` and reads each of ``reads`` from ``cwd``."""
    edits = [
        Event(f"e{n}", "edited", cwd=cwd, edits=(Edit(path, "write"),))
        for n, path in enumerate(paths)
    ]
    looks = [
        Event(f"r{n}", "looked", cwd=cwd, reads=(Snapshot(path, ""),))
        for n, path in enumerate(reads)
    ]
    return Session("claude-code", "s", events=(*edits, *looks))


def located(told: Session, *tops: str) -> list[str]:
    """What each edit's path is called here, ``""`` outside."""
    locate = Locator(told, KNOWN, tops)
    return [locate(edit.path, event.cwd) for event in told.events for edit in event.edits]


def test_paths_below_the_work_tree_are_named_from_its_root() -> None:
    told = session("/home/ada/lamp/src/lamp.py", "/home/ada/lamp/src/new.py")
    assert located(told, "/home/ada/lamp") == ["src/lamp.py", "src/new.py"]


def test_the_root_on_another_machine_is_found_by_paths_the_repository_has() -> None:
    told = session(
        "/Users/ada/code/lamp/src/lamp.py",
        "/Users/ada/code/lamp/src/new.py",
        cwd="/Users/ada/code/lamp",
    )
    assert located(told, "/home/bob/lamp") == ["src/lamp.py", "src/new.py"]


def test_a_file_that_was_only_read_shows_the_root_too() -> None:
    told = session("/x/lamp/src/new.py", cwd="/x/lamp/src", reads=("/x/lamp/src/oil.py",))
    assert located(told) == ["src/new.py"]


def test_relative_paths_follow_the_folder_the_agent_stood_in() -> None:
    events = (
        Event("1", "edited", cwd="/x/lamp", edits=(Edit("src/lamp.py", "write"),)),
        Event("2", "edited", cwd="/x/lamp/src", edits=(Edit("oil.py", "write"),)),
        Event("3", "edited", cwd="/x/lamp/src", edits=(Edit("../docs/./new.md", "write"),)),
    )
    assert located(Session("a", "s", events=events)) == ["src/lamp.py", "src/oil.py", "docs/new.md"]


@pytest.mark.parametrize(
    "path",
    [
        "/etc/passwd",
        "/home/ada/lamp2/src/new.py",
        "/home/ada/notes.md",
        "../other/src/new.py",
        "/home/ada/lamp",
        "/home/ada/lamp/.git/hooks/post-commit",
        "/home/ada/lamp/../x",
        "",
    ],
)
def test_paths_outside_or_in_gits_folder_are_not_ours(path: str) -> None:
    told = session("/home/ada/lamp/src/lamp.py", path)
    assert located(told, "/home/ada/lamp")[1] == ""


def test_a_work_tree_inside_the_checkout_is_not_a_folder_of_it() -> None:
    inner = "/home/ada/lamp/.worktrees/side"
    told = session(
        "/home/ada/lamp/src/lamp.py",
        f"{inner}/src/lamp.py",
        f"{inner}/src/new.py",
        cwd=inner,
    )
    assert located(told, "/home/ada/lamp", inner) == ["src/lamp.py", "src/lamp.py", "src/new.py"]


def test_a_work_tree_that_is_gone_is_found_all_the_same() -> None:
    inner = "/home/ada/lamp/.worktrees/gone"
    told = session(f"{inner}/src/lamp.py", f"{inner}/src/new.py", cwd=inner)
    assert located(told, "/home/ada/lamp") == ["src/lamp.py", "src/new.py"]


def test_another_repository_with_one_name_in_common_is_not_ours() -> None:
    ours = [f"/home/ada/lamp/{path}" for path in sorted(KNOWN)] * 3
    events = [
        Event(f"e{n}", "edited", cwd="/home/ada/lamp", edits=(Edit(path, "write"),))
        for n, path in enumerate(ours)
    ]
    ours_more = [f"/home/ada/lamp/src/{n}.py" for n in range(9)]
    known = KNOWN | {f"src/{n}.py" for n in range(9)}
    events += [
        Event(f"m{n}", "edited", cwd="/home/ada/lamp", edits=(Edit(path, "write"),))
        for n, path in enumerate(ours_more)
    ]
    there = "/home/ada/other"
    events.append(
        Event(
            "x",
            "edited",
            cwd=there,
            edits=(Edit(f"{there}/README.md", "write"), Edit(f"{there}/src/theirs.py", "write")),
        )
    )
    locate = Locator(Session("a", "s", events=tuple(events)), known, ["/home/ada/lamp"])
    assert locate("/home/ada/lamp/src/new.py", "") == "src/new.py"
    assert locate(f"{there}/src/theirs.py", there) == ""


def test_paths_of_windows_are_understood() -> None:
    told = session(r"C:\code\lamp\src\lamp.py", r"c:/code/lamp/src/new.py", cwd=r"C:\code\lamp")
    assert located(told) == ["src/lamp.py", "src/new.py"]


def test_addresses_of_files_are_paths() -> None:
    told = session("file:///home/ada/lamp/src/lamp.py")
    assert located(told, "/home/ada/lamp") == ["src/lamp.py"]


def test_a_session_without_folders_is_named_by_the_work_trees() -> None:
    told = session("/home/ada/lamp/src/new.py", cwd="")
    assert located(told, "/home/ada/lamp") == ["src/new.py"]


def test_nothing_known_and_nothing_named_is_nothing() -> None:
    assert located(session("/x/a.py", cwd="/x")) == [""]
    assert Locator(Session("a", "s"), frozenset())("a", "") == ""


def test_files_of_a_repository_inside_lie_outside() -> None:
    top, inner = "/home/ada/lamp", "/home/ada/lamp/inner"
    told = session("src/new.py", "inner/wick.py", "inner/src/lamp.py", reads=("inner/wick.py",))
    nested = {folder: inner for folder in folders(told) if folder.startswith(inner)}
    assert sorted(nested) == [inner, f"{inner}/src"]
    for known in (frozenset[str](), KNOWN | {"inner/wick.py"}):
        locate = Locator(told, known, [top], nested)
        paths = [place.path for place in locate.edits(told)]
        assert paths == ["src/new.py", f"{inner}/wick.py", f"{inner}/src/lamp.py"]
        assert [place.path for place in locate.reads(told)] == [f"{inner}/wick.py"]


def test_a_clone_inside_the_work_tree_is_known_by_its_own_paths() -> None:
    clone = "/home/ada/lamp/build/clone"
    told = session("src/lamp.py", "src/new.py", cwd=clone)
    locate = Locator(told, KNOWN, ["/home/ada/lamp"], {f"{clone}/src": clone})
    assert [place.path for place in locate.edits(told)] == ["src/lamp.py", "src/new.py"]


def test_a_move_into_a_repository_inside_leads_outside() -> None:
    edit = Edit("wick.py", "move", to="inner/wick.py")
    told = Session("a", "s", events=(Event("1", "ran", cwd="/x/lamp", edits=(edit,)),))
    assert folders(told) == {"/x/lamp", "/x/lamp/inner"}
    locate = Locator(told, (), ["/x/lamp"], {"/x/lamp/inner": "/x/lamp/inner"})
    (place,) = locate.edits(told)
    assert (place.path, place.to) == ("wick.py", "/x/lamp/inner/wick.py")


def test_files_outside_are_called_by_their_full_path() -> None:
    told = session("/home/ada/lamp/src/lamp.py", "../notes.md")
    places = Locator(told, KNOWN, ["/home/ada/lamp"]).edits(told)
    assert [place.path for place in places] == ["src/lamp.py", "/home/ada/notes.md"]
