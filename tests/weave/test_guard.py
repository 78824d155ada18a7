import re
import threading
import time

from treadle.weave.guard import within


def endless() -> str:
    while True:
        time.sleep(0.01)


def test_work_that_ends_gives_its_result() -> None:
    assert within(5, lambda: "done", "late") == "done"


def test_a_loop_without_end_is_ended() -> None:
    assert within(0.05, endless, "late") == "late"


def test_a_pattern_that_runs_away_is_ended() -> None:
    assert within(0.05, lambda: str(re.match("(a+)+$", "a" * 40 + "b")), "late") == "late"


def test_an_inner_guard_does_not_free_the_outer() -> None:
    def outer() -> str:
        within(5, lambda: "quick", "late")
        return endless()

    began = time.monotonic()
    assert within(0.1, outer, "late") == "late"
    assert time.monotonic() - began < 3


def test_an_inner_guard_may_give_up_alone() -> None:
    assert within(5, lambda: within(0.05, endless, "inner") + " and on", "late") == "inner and on"


def test_nesting_that_is_too_deep_is_given_up() -> None:
    def deeper() -> str:
        return deeper()

    assert within(5, deeper, "deep") == "deep"


def test_in_a_thread_work_is_done_without_an_alarm() -> None:
    found: list[str] = []
    thread = threading.Thread(target=lambda: found.append(within(5, lambda: "done", "late")))
    thread.start()
    thread.join()
    assert found == ["done"]
