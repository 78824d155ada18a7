from tests.weave.maker import edited, part, turn
from treadle.thread.model import Change, Hunk, Placement, Thread
from treadle.weave.leaves.fate import fates


def change(*hunks: Hunk, kind: str = "edit", op: str = "") -> Change:
    return Change("a.py", kind, op, hunks)


def lost(*changes: Change, residue: tuple[Change, ...] = ()) -> dict[str, tuple[int, list]]:
    """Per step: lines added, and who removed how many of them."""
    steps = turn(1, "", "2026-03-05T09:00:00.000Z", *(edited(one) for one in changes))
    thread = Thread((part("s", steps),), Placement("", "", residue=residue))
    found = fates(thread, ["p"])
    return {
        step: (fate.added, [(key[1], number) for key, number in fate.lost])
        for (_, step), fate in found.items()
    }


def test_lines_that_a_later_step_replaces_are_lost_to_it() -> None:
    first = change(Hunk(0, 0, ("+a\n", "+b\n", "+c\n")))
    second = change(Hunk(1, 1, ("-b\n", "+x\n")))
    assert lost(first, second) == {"1.1": (3, [("1.2", 1)]), "1.2": (1, [])}


def test_an_attempt_of_which_nothing_is_left_is_replaced() -> None:
    first = change(Hunk(5, 5, (" ctx\n", "+a\n")))
    second = change(Hunk(6, 6, ("-a\n", "+b\n")))
    steps = turn(1, "", "2026-03-05T09:00:00.000Z", edited(first), edited(second))
    found = fates(Thread((part("s", steps),), Placement("", "")), ["p"])
    assert found["p", "1.1"].replaced
    assert not found["p", "1.2"].replaced


def test_hunks_below_are_found_where_those_above_moved_them() -> None:
    first = change(Hunk(0, 0, ("+a\n",)), Hunk(10, 11, (" c\n", "+b\n")))
    second = change(Hunk(12, 12, ("-b\n",)))
    assert lost(first, second) == {"1.1": (2, [("1.2", 1)])}


def test_what_a_step_changes_of_its_own_is_no_loss() -> None:
    twice = change(Hunk(0, 0, ("+a\n",))), change(Hunk(0, 0, ("-a\n", "+b\n")))
    steps = turn(1, "", "2026-03-05T09:00:00.000Z", edited(*twice))
    found = fates(Thread((part("s", steps),), Placement("", "")), ["p"])
    assert found["p", "1.1"].lost == ()


def test_a_deleted_file_loses_all_its_lines() -> None:
    first = change(Hunk(0, 0, ("+a\n", "+b\n")), op="create")
    second = change(Hunk(0, 0, ("-a\n", "-b\n")), op="delete")
    assert lost(first, second) == {"1.1": (2, [("1.2", 2)])}


def test_drift_and_residue_take_lines_without_a_step() -> None:
    first = change(Hunk(0, 0, ("+a\n", "+b\n", "+c\n")))
    drift = change(Hunk(0, 0, ("-a\n", "+A\n"), evidence="unrecorded"), kind="drift")
    residue = change(Hunk(1, 1, ("-b\n",), evidence="unrecorded"), kind="residue")
    found = lost(first, drift, residue=(residue,))
    assert found == {"1.1": (3, [("1.2", 1), ("", 1)])}


def test_an_attempt_without_a_place_changes_nothing() -> None:
    first = change(Hunk(0, 0, ("+a\n",)))
    failed = change(Hunk(0, 0, ("-a\n", "+b\n")), kind="unplaced")
    assert lost(first, failed) == {"1.1": (1, [])}
