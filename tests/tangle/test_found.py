"""Sessions that nothing names are found by the lines they wrote, and by nothing less."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.agents import Agent, edit, reel, session
from tests.support.record import claims, ids, keep, makes_its_commit, steps
from tests.support.scratch import Scratch, numbered
from treadle.tangle.check import check
from treadle.tangle.learnt.index import Index
from treadle.tangle.record import Recorder, jobs
from treadle.tangle.solve import Solution
from treadle.thread.model import Event, Session
from treadle.thread.repo import Commit
from treadle.thread.select import Ref, Strand, When, find

WROTE = "def the_lamp_is_lit(hour):\n    return hour > 18 or hour < 6\n"
WANTED = frozenset(line for line in WROTE.split("\n") if line)
AT = "2026-01-05T09:00:00.000Z"
"""When the first event of a session made of values happened."""


def ends(told: Session, time: str = AT, path: str = "lamp.py") -> list[int]:
    """Where the slices end that are found for a commit made at ``time``."""
    strand = Strand(reel(told, "lamp.py"), named=False)
    when = When("c" * 40, "Light the lamp", time, time)
    return [slice_.end for slice_ in find([strand], when, {path: WANTED})]


# -- what is taken for a sign -------------------------------------------------------


def test_a_session_that_wrote_the_lines_is_found() -> None:
    assert ends(session(edit("lamp.py", "", WROTE))) == [1]


@pytest.mark.parametrize(
    "text",
    [
        "    return None\n",
        "def the_lamp_is_lit(hour):\n",
        "}\n",
        "}\n\n",
        "def the_lamp_is_lit(hour):\n" + numbered(9),
        WROTE + numbered(9),
    ],
)
def test_a_common_line_or_a_small_share_is_no_sign(text: str) -> None:
    assert ends(session(edit("lamp.py", "", text))) == []


def test_an_edit_that_only_carried_the_lines_along_is_no_sign() -> None:
    assert ends(session(edit("lamp.py", WROTE, WROTE + "more\n"))) == []


def test_an_edit_that_failed_is_no_sign() -> None:
    told = session(edit("lamp.py", "", WROTE))
    failed = replace(told, events=(replace(told.events[0], ok=False),))
    assert ends(failed) == []


def test_lines_of_crlf_are_the_same_lines() -> None:
    assert ends(session(edit("lamp.py", "", WROTE.replace("\n", "\r\n")))) == [1]


def test_another_file_is_another_matter() -> None:
    assert ends(session(edit("oil.py", "", WROTE))) == []


@pytest.mark.parametrize(
    ("time", "found"),
    [
        ("2026-01-05T08:59:59.000Z", []),
        ("2026-01-05T09:00:00.000Z", [1]),
        ("2026-01-11T09:00:00.000Z", [1]),
        ("2026-01-13T09:00:00.000Z", []),
    ],
)
def test_it_was_written_in_the_days_before(time: str, found: list[int]) -> None:
    assert ends(session(edit("lamp.py", "", WROTE)), time) == found


def test_an_edit_without_a_time_may_be_of_any_day() -> None:
    told = session(edit("lamp.py", "", WROTE))
    assert ends(replace(told, events=(replace(told.events[0], time=""),))) == []


def test_the_slice_ends_with_the_last_sign_and_takes_up_earlier_ones() -> None:
    told = session("One", edit("lamp.py", "", WROTE), "Two", edit("oil.py", "", "x\n"))
    when = When("c" * 40, "", told.events[-1].time, told.events[-1].time)
    strand = Strand(reel(told, "lamp.py"), named=False, held=((0, 3),))
    (slice_,) = find([strand], when, {"lamp.py": WANTED})
    assert (slice_.begin, slice_.end, slice_.early) == (2, 2, (Ref(1, 0),))


# -- in a repository ----------------------------------------------------------------


def worker(scratch: Scratch, name: str) -> Agent:
    made = Agent(scratch, name)
    made.prompt(f"{name}, do it")
    return made


def searched(
    scratch: Scratch, commits: list[Commit], named: list[Agent], others: list[Agent]
) -> list[Solution | None]:
    """Solve the commits, each naming some sessions, and looking among all for the rest."""
    recorder = Recorder(scratch.repo)
    for agent in (*named, *others):
        recorder.add(agent.name, agent.session())
    keys = {commit.id: [agent.name for agent in named] for commit in commits}
    work = jobs(scratch.repo, commits, keys, search=True, force=True)
    return [recorder.solve(job) for job in work]


def evidence(scratch: Scratch, commit: Commit, solution: Solution) -> dict[str, str]:
    thread = solution.redacted.thread
    assert makes_its_commit(scratch, thread)
    return {line: origin.evidence for _, line, origin in claims(scratch, commit, thread)}


def strands(solution: Solution) -> dict[str, bool]:
    """The sessions of a thread, and whether something names them."""
    return {part.session: part.named for part in solution.redacted.thread.parts}


def test_the_session_that_wrote_the_rest_is_found_and_says_so(scratch: Scratch) -> None:
    named, other = worker(scratch, "named"), worker(scratch, "other")
    named.edit("lamp.py", "lamp number 3\n", "a lamp of the named one\n")
    other.edit("oil.py", "oil number 3\n", WROTE)
    commit = scratch.commit("Both")
    (solution,) = searched(scratch, [commit], [named], [other])
    assert solution is not None
    assert strands(solution) == {"named": True, "other": False}
    found = evidence(scratch, commit, solution)
    assert set(found.values()) == {"proved"}
    assert not any(solution.left.values())
    keep(scratch, {commit.id: solution})
    ((_, result),) = check(Index(scratch.repo), [commit])
    assert (result.added_lines, result.explained, result.explained_own) == (3, 100.0, 33.33)


def test_lines_of_a_found_session_in_a_file_that_is_not_exact_are_a_neighbour_s(
    scratch: Scratch,
) -> None:
    named, other = worker(scratch, "named"), worker(scratch, "other")
    named.edit("lamp.py", "lamp number 3\n", "a lamp of the named one\n")
    other.edit("lamp.py", "lamp number 8\n", WROTE)
    scratch.write("lamp.py", "what a person wrote\n" + scratch.read("lamp.py"))
    commit = scratch.commit("All three")
    (solution,) = searched(scratch, [commit], [named], [other])
    assert solution is not None
    found = evidence(scratch, commit, solution)
    assert found["a lamp of the named one\n"] == "replayed"
    assert found["what a person wrote\n"] == "unrecorded"
    assert {found[line + "\n"] for line in WROTE.split("\n") if line} == {"neighbour"}
    part = ids(solution.redacted.thread)[[*strands(solution)].index("other")]
    claimed = claims(scratch, commit, solution.redacted.thread)
    assert sum(origin.part == part for _, _, origin in claimed) == 2


def test_what_the_named_session_explains_is_not_searched_for(scratch: Scratch) -> None:
    named, other = worker(scratch, "named"), worker(scratch, "other")
    named.edit("lamp.py", "lamp number 3\n", WROTE)
    other.tells(edit("lamp.py", "lamp number 3\n", WROTE))
    commit = scratch.commit("One")
    (solution,) = searched(scratch, [commit], [named], [other])
    assert solution is not None
    assert strands(solution) == {"named": True}


@pytest.mark.parametrize("shared", ["    return None\n", "lamp = 1\n"])
def test_a_session_that_shares_a_common_line_is_not_taken(scratch: Scratch, shared: str) -> None:
    named, other = worker(scratch, "named"), worker(scratch, "other")
    named.edit("oil.py", "oil number 3\n", "the named one's\n")
    other.edit("lamp.py", "lamp number 3\n", f"other text altogether\n{shared}")
    scratch.write("lamp.py", shared + numbered(12, "lamp"))
    commit = scratch.commit("By hand")
    (solution,) = searched(scratch, [commit], [named], [other])
    assert solution is not None
    assert strands(solution) == {"named": True}
    assert solution.left["lamp.py"] == (shared,)


@pytest.mark.parametrize("days", [-8, 1])
def test_a_session_of_another_time_is_not_taken(scratch: Scratch, days: int) -> None:
    named, other = worker(scratch, "named"), worker(scratch, "other")
    named.edit("oil.py", "oil number 3\n", "the named one's\n")
    if days < 0:
        other.edit("lamp.py", "lamp number 3\n", WROTE)
        scratch.clock.tick(-days * 86400)
        commit = scratch.commit("Days later")
    else:
        scratch.write("lamp.py", WROTE + numbered(12, "lamp"))
        commit = scratch.commit("Before")
        scratch.clock.tick(days * 86400)
        other.write("lamp.py", WROTE + numbered(12, "lamp"))
    (solution,) = searched(scratch, [commit], [named], [other])
    assert solution is not None
    assert strands(solution) == {"named": True}


def test_a_found_session_gives_its_events_once(scratch: Scratch) -> None:
    """What a commit found of a session the next one does not tell again."""
    named, other = worker(scratch, "named"), worker(scratch, "other")
    commits = []
    for number in (3, 8):
        named.edit("oil.py", f"oil number {number}\n", f"the named one's oil {number}\n")
        other.edit("lamp.py", f"lamp number {number}\n", WROTE.replace("hour", f"hour_{number}"))
        commits.append(scratch.commit(f"Both {number}"))
    solutions = [s for s in searched(scratch, commits, [named], [other]) if s is not None]
    assert [strands(s) for s in solutions] == [{"named": True, "other": False}] * 2
    told = [step.time for s in solutions for _, _, step in steps(s.redacted.thread)]
    assert len(told) == len(set(told)) == 4
    assert [part.continues for part in solutions[1].redacted.thread.parts] == ["named-2", "other-2"]


def test_commands_of_a_found_session_come_along(scratch: Scratch) -> None:
    named, other = worker(scratch, "named"), worker(scratch, "other")
    named.edit("oil.py", "oil number 3\n", "the named one's\n")
    command = f"cat >> lamp.py <<'E'\n{WROTE}E"
    scratch.write("lamp.py", scratch.read("lamp.py") + WROTE)
    told: Event = other.ran(command)
    commit = scratch.commit("Both")
    (solution,) = searched(scratch, [commit], [named], [other])
    assert solution is not None
    assert evidence(scratch, commit, solution)["    return hour > 18 or hour < 6\n"] == "proved"
    assert told.time in {step.time for _, _, step in steps(solution.redacted.thread)}
