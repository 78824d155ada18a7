"""Recording in tests: sessions in, documents out, and what the documents say."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from tests.support.agents import Agent
from tests.support.scratch import Scratch
from treadle.tangle.apply import apply
from treadle.tangle.linemap import line_map
from treadle.tangle.read import base_texts, read_thread
from treadle.tangle.record import Recorder, jobs
from treadle.tangle.solve import Solution
from treadle.tangle.write import outputs
from treadle.thread.document import part_id, render
from treadle.thread.model import Change, Part, Session, Step, Thread
from treadle.thread.origin import Origin, split_lines
from treadle.thread.repo import Commit, encode
from treadle.thread.store import Store


def solve_all(
    scratch: Scratch, commits: Sequence[Commit], *told: Agent | Session
) -> dict[str, Solution]:
    """Solve commits in their order, each asking all sessions; left out are those without any."""
    sessions = {f"k{n}": _session(one) for n, one in enumerate(told)}
    recorder = Recorder(scratch.repo)
    for key, session in sessions.items():
        recorder.add(key, session)
    work = jobs(scratch.repo, commits, {commit.id: list(sessions) for commit in commits})
    found = {job.commit.id: recorder.solve(job) for job in work}
    return {id_: solution for id_, solution in found.items() if solution is not None}


def _session(one: Agent | Session) -> Session:
    return one.session() if isinstance(one, Agent) else one


def record(
    scratch: Scratch, commits: Sequence[Commit], *told: Agent | Session
) -> dict[str, Thread]:
    """Solve and store; the threads by commit."""
    solutions = solve_all(scratch, commits, *told)
    keep(scratch, solutions)
    return {id_: solution.redacted.thread for id_, solution in solutions.items()}


def keep(scratch: Scratch, solutions: Mapping[str, Solution]) -> int:
    """Store the documents; how many changed."""
    redacted = {id_: solution.redacted for id_, solution in solutions.items()}
    return Store(scratch.repo).put(redacted)


def document(scratch: Scratch, commit: Commit) -> Thread:
    """The stored thread."""
    return read_thread(Store(scratch.repo), commit.id)


# -- what a thread says -------------------------------------------------------------


def tangled(scratch: Scratch, thread: Thread) -> dict[str, bytes | None]:
    """The files that the document makes (None: deleted), verified by their blob ids."""
    return {output.path: output.content for output in outputs(scratch.repo, thread)}


def makes_its_commit(scratch: Scratch, thread: Thread) -> bool:
    """Whether strict application gives each path's blob, and nothing where it is deleted."""
    files = apply(thread, base_texts(scratch.repo, thread))
    for row in thread.placement.rows:
        if row.reference:
            continue
        file = files[row.path]
        if file.exists != (row.after is not None):
            return False
        if row.after and scratch.repo.blob_id(encode(file.text)) != row.after.blob:
            return False
    return True


def claims(scratch: Scratch, commit: Commit, thread: Thread) -> list[tuple[str, str, Origin]]:
    """Every line that git says the commit added: path, text, origin."""
    deltas = dict(scratch.repo.deltas([commit.id]))[commit.id]
    base = base_texts(scratch.repo, thread)
    maps = line_map(thread, base, {delta.path: delta.added for delta in deltas})
    files = apply(thread, base)
    found = []
    for path, spans in maps.items():
        texts = files[path].lines
        for span in spans:
            for line in texts[span.start : span.start + span.count]:
                if span.origin is not None:
                    found.append((path, line, span.origin))
    return found


def steps(thread: Thread) -> Iterable[tuple[Part, str, Step]]:
    """Every step with its part and its name ``T.S``."""
    for part in thread.parts:
        for turn in part.turns:
            for step in turn.steps:
                yield part, f"{turn.number}.{step.number}", step


def changes(thread: Thread, *kinds: str) -> list[Change]:
    """All changes of the steps, of these kinds."""
    return [c for _, _, step in steps(thread) for c in step.changes if c.kind in kinds]


def reasons(thread: Thread) -> list[str]:
    """Why edits have no place, in the order of the steps."""
    return [change.reason for change in changes(thread, "unplaced")]


def added_by(thread: Thread, name: str) -> list[str]:
    """The lines that the edits of step ``T.S`` add."""
    return [
        line[1:]
        for _, here, step in steps(thread)
        if here == name
        for change in step.changes
        if change.kind == "edit"
        for hunk in change.hunks
        for line in hunk.lines
        if line[0] == "+"
    ]


def ids(thread: Thread) -> list[str]:
    """The ids of the parts."""
    return [part_id(part) for part in thread.parts]


def rendered(solutions: Mapping[str, Solution]) -> dict[str, bytes]:
    """The documents' bytes."""
    return {id_: render(solution.redacted.thread) for id_, solution in solutions.items()}


def text_of(*parts: str) -> list[str]:
    """A text as its lines."""
    return split_lines("".join(parts))
