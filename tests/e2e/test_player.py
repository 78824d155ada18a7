"""What the hooks record as one works is what is recorded out of the finished transcripts."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.chat import Chat
from tests.support.roles import role_of
from tests.support.roles.codex import CODEX
from tests.support.rollout import FORMS, Rollout
from tests.support.scenes import Scene, scene, scenes
from tests.support.scratch import Scratch, lines
from tests.support.theatre import Theatre
from treadle.cli.demo import TRANSCRIPTS, play
from treadle.thread.document import parse, part_id
from treadle.thread.repo import Commit, Repo

FAST = 0.002
"""Seconds of the longest wait between two records."""
SLOW = 2.5
"""Seconds of a call that goes on after its commit: longer than a commit's second is waited for."""
SHARE = int(os.environ.get("TREADLE_SCENES", "2"))
"""How many sessions of each agent of each real history are acted out."""
_LONG, _CHANCE = 20, 2
"""Letters of a line that is not written twice by chance, and how many such lines may be so all the
same."""
LONGEST = 2000
"""Records of a session that is acted out where only a share is."""


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, list[Scene]]]:
    """The demo's repository and its sessions."""
    top = tmp_path_factory.mktemp("demo")
    shelf = tmp_path_factory.mktemp(TRANSCRIPTS)
    with Repo.create(top) as repo:
        play(repo, shelf)
        yield top, [_told(path, repo.commits()) for path in _transcripts(shelf)]


def _transcripts(shelf: Path) -> list[Path]:
    """The main files of all sessions, by the name of their agent's way to name them."""
    return sorted(path for path in shelf.rglob("*.jsonl") if "subagents" not in path.parts)


def _told(path: Path, commits: list[Commit]) -> Scene:
    """The scene of one transcript and its sub-agents' files."""
    beside = sorted(path.with_suffix("").glob("**/*.jsonl"))
    files = {
        str(file.relative_to(path.parent)): [json.loads(row) for row in file.open()]
        for file in (path, *beside)
    }
    main = files[path.name]
    role = role_of(main)
    assert role
    times = [str(record["timestamp"]) for record in main if "timestamp" in record]
    own = [commit for commit in commits if times[0] <= commit.committed <= times[-1][:19] + "Z"]
    root = next(one.folder for one in role.told(main) if one.folder)
    return scene(role, [root], files, own)


@pytest.fixture
def theatre(tmp_path: Path, demo: tuple[Path, list[Scene]]) -> Iterator[Theatre]:
    opened = Theatre(tmp_path, demo[0], gap=FAST)
    yield opened
    opened.close()


def test_a_session_that_makes_two_commits(theatre: Theatre, demo: tuple[Path, list[Scene]]) -> None:
    told = _with_a_base(demo[1])
    assert any(one.shape[0] for one in told)
    several = [one for one in told if len(one.commits) > 1]
    assert several
    assert _same(theatre, several[-1:])


def test_a_session_of_codex(theatre: Theatre, demo: tuple[Path, list[Scene]]) -> None:
    (told,) = (one for one in _with_a_base(demo[1]) if one.role is CODEX)
    assert told.shape[2]
    assert _same(theatre, [told])


def test_every_form_in_which_codex_tells_of_a_patch(tmp_path: Path) -> None:
    """Every other commit is a person's, and the last one the agent's own."""
    scratch = _weir(tmp_path)
    session = Rollout(scratch)
    for number, form in enumerate(FORMS):
        session.prompt(f"Open sluice {number} by the {form}.")
        session.said(f"Sluice {number} is the {form}'s.")
        text = scratch.read("weir.txt").replace(f"sluice {number} shut", f"sluice {number} open")
        session.patch(form, "weir.txt", text)
        session.patch(form, f"log/{form}.txt", lines(f"the {form} opened sluice {number} today"))
        if number % 2:
            scratch.commit(f"Open sluice {number}")
    session.said("The gauge comes last.")
    session.patch("call", "gauge.txt", lines("the gauge at the weir says four feet"))
    session.commits("Read the gauge at the weir")
    session.said("Done.")
    _acted_out(tmp_path, scratch, session)


def test_a_command_of_codex_that_runs_on_while_a_person_commits(tmp_path: Path) -> None:
    scratch = _weir(tmp_path)
    session = Rollout(scratch)
    session.prompt("Watch the gauge, and open the first sluice.")
    watch = session.starts("./watch-the-gauge")
    session.ends(watch, "three feet\n", running="41")
    session.patch("account", "weir.txt", scratch.read("weir.txt").replace("1 shut", "1 open"))
    scratch.commit("Open the first sluice")
    session.ends(session.asks("41"), "four feet\n", running="41")
    session.said("It rises.")
    session.patch("account", "weir.txt", scratch.read("weir.txt").replace("2 shut", "2 open"))
    scratch.commit("Open the second sluice")
    session.ends(session.asks("41"), "five feet\n")
    session.said("Both are open.")
    _acted_out(tmp_path, scratch, session)


def test_a_session_of_gemini_cli(tmp_path: Path) -> None:
    """A person's commit before the chat has told its folder, one more, and the agent's own, of
    which nothing is told before its call is over."""
    scratch = _weir(tmp_path)
    session = Chat(scratch)
    session.prompt("Open the first sluice.")
    session.replace("weir.txt", "sluice 1 shut for now", "sluice 1 open for good", "The first.")
    scratch.commit("Open the first sluice")
    session.write("log.txt", lines("the first sluice was opened this morning"))
    session.said("Written down.")
    scratch.commit("Write it down")
    session.prompt("Now the second; commit it.")
    session.replace("weir.txt", "sluice 2 shut for now", "sluice 2 open for good")
    session.said("It is open, I commit it.")
    session.commits("Open the second sluice")
    session.said("Done.")
    _acted_out(tmp_path, scratch, session, slow=SLOW)


def _weir(folder: Path) -> Scratch:
    """A repository for a session to work in."""
    scratch = Scratch(folder / "weir")
    scratch.write("weir.txt", lines(*(f"sluice {number} shut for now" for number in range(6))))
    scratch.commit("Shut all sluices")
    return scratch


def _acted_out(folder: Path, scratch: Scratch, session: Rollout | Chat, slow: float = 0) -> None:
    """Act out what a session did since the first commit, one document a commit."""
    commits = scratch.repo.commits(["HEAD"])[1:]
    role = role_of(session.records)
    assert role
    told = scene(role, [session.folder], {"session.jsonl": session.records}, commits)
    files = scratch.git("ls-files").split("\n")
    changed = {change.path for record in told.records for change in record.told.changes}
    assert changed == {f"{session.folder}/{path}" for path in files}
    theatre = Theatre(folder / "theatre", scratch.top, gap=FAST, slow=slow)
    assert _same(theatre, [told]) == len(commits)
    theatre.close()
    scratch.close()


def test_two_sessions_at_once_in_two_work_trees(
    theatre: Theatre, demo: tuple[Path, list[Scene]]
) -> None:
    told = _with_a_base(demo[1])
    assert len(told) > 1
    assert _same(theatre, told[:2])


@pytest.mark.corpus
def test_sessions_of_real_histories_of_different_shapes(corpus: Path, tmp_path: Path) -> None:
    for bundle in sorted(corpus.glob("*.bundle")):
        source = tmp_path / bundle.stem
        Scratch(tmp_path, init=False).git("clone", "--quiet", "--mirror", str(bundle), str(source))
        with Repo.open(source) as repo:
            chosen = _varied(list(scenes(repo)))
            assert chosen
        documents = 0
        for number, one in enumerate(chosen):
            theatre = Theatre(tmp_path / f"{bundle.stem}-{number}", source, gap=FAST)
            documents += _same(theatre, [one])
            theatre.close()
        assert documents >= len(chosen)


def _with_a_base(found: list[Scene]) -> list[Scene]:
    """Scenes that begin on something."""
    return [one for one in found if one.commits and all(c.parents for c in one.commits)]


def _varied(found: list[Scene]) -> list[Scene]:
    """A share of each agent's scenes, of as many shapes as there are."""
    short = [one for one in _with_a_base(found) if len(one.records) <= LONGEST]
    random.Random(7).shuffle(short)
    by_shape: dict[str, dict[object, list[Scene]]] = {}
    for one in short:
        by_shape.setdefault(one.role.name, {}).setdefault(one.shape, []).append(one)
    chosen: list[Scene] = []
    for shapes in by_shape.values():
        ranked = [(rank, one) for own in shapes.values() for rank, one in enumerate(own)]
        chosen += [one for _, one in sorted(ranked, key=lambda row: row[0])][:SHARE]
    return chosen


def _same(theatre: Theatre, told: list[Scene]) -> int:
    """Act out, compare with what the finished transcripts give; the number of documents."""
    made = theatre.play(told)
    live = theatre.live()
    again = theatre.again(list(made.values()))
    for one in told:
        for commit in one.commits:
            recorded = made[commit.id] in live
            assert recorded or not _written(one, theatre.first, commit.id), commit.id
    assert set(live) == set(again)
    for commit in live:
        assert live[commit] == again[commit], commit
    assert _once(live)
    return len(live)


def _written(told: Scene, scratch: Scratch, commit: str) -> set[str]:
    """Long lines that a commit adds to a file and that the session wrote into that file, if there
    are more of them than chance brings: the commit is the session's then."""
    ours: dict[str, set[str]] = {}
    for change in (change for record in told.records for change in record.told.changes):
        ours.setdefault(change.path, set()).update(change.lines)
    found: set[str] = set()
    for path in scratch.git("diff", "--name-only", f"{commit}^", commit).splitlines():
        shown = scratch.git("diff", "--unified=0", f"{commit}^", commit, "--", path)
        added = {line[1:] for line in shown.split("\n") if line.startswith("+")}
        for root in told.roots:
            own = added & ours.get(f"{root}/{path}", set())
            found |= {line for line in own if sum(map(str.isalnum, line)) >= _LONG}
    return found if len(found) > _CHANCE else set()


def _once(documents: dict[str, bytes]) -> bool:
    """Whether every event of every session stands in at most one document: the stretches of a
    session's parts follow one another. A copy of a commit shares its part."""
    ends: dict[str, set[str]] = {}
    parts = {part_id(part): part for text in documents.values() for part in parse(text).parts}
    for part in parts.values():
        own, known = {part.first, part.last} - {""}, ends.setdefault(part.session, set())
        if own & known:
            return False
        known |= own
    return True
