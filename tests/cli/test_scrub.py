"""A leaked secret is taken out of everything, and that is proved; nothing else is lost."""

from __future__ import annotations

import json
import random
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.cli.lamp import PROGRAM, Done, Lamp, refused, run
from tests.support.agents import Agent
from tests.support.record import document, makes_its_commit, record
from tests.support.scratch import Scratch, numbered
from tests.support.team import Member, Team
from tests.test_docs import ROOT
from treadle.thread.document import parse, part_id
from treadle.thread.git.notes import REF
from treadle.thread.model import Doubt, Entry, Part, Placement, Row, Step, Thread, Turn
from treadle.thread.redact import redact
from treadle.thread.store import Store

SECRET = "tide-and-rope-9431"
"""Chosen by a person: no rule knows it."""


def everything(scratch: Scratch) -> bytes:
    """All objects that any ref below ``refs/notes`` and ``refs/treadle`` reaches."""
    refs = scratch.git("for-each-ref", "--format=%(objectname)", "refs/notes", "refs/treadle")
    if not refs:
        return b""
    listed = scratch.run("rev-list", "--objects", "--no-object-names", *refs.split("\n"))
    return scratch.run("cat-file", "--batch", feed=listed)


def scrubbed(scratch: Scratch, *args: str) -> Done:
    done = run("scrub", SECRET, "--fixed", *args, at=scratch.top)
    assert done.code == 0, done
    assert SECRET.encode() not in everything(scratch)
    return done


class Leak:
    """A repository whose documents hold the secret in many places."""

    def __init__(self, top: Path) -> None:
        self.scratch = scratch = Scratch(top)
        scratch.write("lamp.py", numbered(20, "lamp"))
        scratch.commit("Begin")
        agent = Agent(scratch)
        agent.prompt(f"Use {SECRET} for the door")
        agent.ran("cat door", f"the word is {SECRET}\nand no other")
        agent.edit("lamp.py", "lamp number 3\n", f"word = '{SECRET}'\nlamp number 3\n")
        agent.edit("lamp.py", "lamp number 9\n", "lamp number nine\n")
        self.leaked = scratch.commit("Add the word")
        agent.edit("lamp.py", f"word = '{SECRET}'\n", "word = ask()\n")
        agent.edit("lamp.py", "lamp number 12\n", "lamp number twelve\n")
        self.mended = scratch.commit("Ask for it")
        agent.edit("lamp.py", "lamp number 15\n", "lamp number fifteen\n")
        self.clean = scratch.commit("Something else")
        self.threads = record(scratch, [self.leaked, self.mended, self.clean], agent)


@pytest.fixture
def leak(tmp_path: Path) -> Leak:
    return Leak(tmp_path / "lamp")


def test_it_goes_from_prose_and_code_and_every_document_makes_its_commit(leak: Leak) -> None:
    assert SECRET.encode() in everything(leak.scratch)
    done = scrubbed(leak.scratch)
    assert "proved: " in done.out
    assert "replace the secret itself" in done.out
    for commit in (leak.leaked, leak.mended, leak.clean):
        assert makes_its_commit(leak.scratch, document(leak.scratch, commit))
    text = (Store(leak.scratch.repo).get(leak.leaked.id) or b"").decode()
    assert "Use [redacted:scrubbed] for the door" in text
    assert "the word is [redacted:scrubbed]\nand no other" in text
    assert "+lamp number nine" in text
    rows = document(leak.scratch, leak.leaked).placement.rows
    assert [(row.reference, row.lines) for row in rows] == [("redacted", 1)]
    assert run("check", at=leak.scratch.top).code == 0


def test_what_does_not_hold_it_is_not_touched(leak: Leak) -> None:
    before = Store(leak.scratch.repo).get(leak.clean.id)
    scrubbed(leak.scratch)
    after = Store(leak.scratch.repo).get(leak.clean.id)
    assert before is not None
    # Its prompt is continued, and told again: that is all that is taken out of it.
    assert parse(after or b"").parts[0].turns[0].steps == parse(before).parts[0].turns[0].steps


def test_scrubbing_again_finds_nothing(leak: Leak) -> None:
    scrubbed(leak.scratch)
    refs = leak.scratch.git("for-each-ref")
    assert "taken out of 0 places in 0 notes" in scrubbed(leak.scratch).out
    assert leak.scratch.git("for-each-ref") == refs


def test_old_versions_in_the_history_are_scrubbed_and_what_was_before_stays(leak: Leak) -> None:
    scratch = leak.scratch
    store = Store(scratch.repo)
    first = scratch.git("rev-list", "--max-parents=0", REF)
    clean = replace(leak.threads[leak.leaked.id], parts=())
    store.put({leak.leaked.id: redact(clean)})
    count = scratch.git("rev-list", "--count", REF)
    scrubbed(scratch)
    assert scratch.git("rev-list", "--count", REF) == count
    assert first not in scratch.git("rev-list", REF).split()
    assert not (scratch.top / ".git" / "logs" / REF).exists()
    assert scratch.git("log", "-1", "--format=%an <%ae>", REF) == "treadle <treadle@localhost>"


def test_commits_before_the_leak_keep_their_ids(tmp_path: Path) -> None:
    team = Team(tmp_path, 5)
    ann = team.clone("ann")
    ann.put(team.commits[0])
    kept = ann.store.tip()
    ann.put(team.commits[1], f"It is {SECRET}")
    ann.put(team.commits[2])
    scrubbed(ann)
    assert kept in ann.git("rev-list", REF).split()
    assert len(ann.documents()) == 3


def test_pointers_to_parts_that_changed_are_followed(tmp_path: Path) -> None:
    team = Team(tmp_path, 4)
    ann = team.clone("ann")

    def thread(text: str, origin: str = "", tree: str = "a" * 40) -> Thread:
        kind = "took" if origin else "said"
        step = Step(1, kind, text=text, origin=origin)
        part = Part("a", f"s{len(text)}", turns=(Turn(1, "Go", steps=(step,)),))
        return Thread((part,), Placement(tree, tree))

    first = thread(f"It is {SECRET}")
    second = thread("", f"{part_id(first.parts[0])}:1.1")
    third = thread("x", f"{part_id(second.parts[0])}:1.1")
    file = Entry("100644", "a" * 40)
    row = Row("lamp", file, file, doubts=(Doubt(0, 1, (f"{part_id(first.parts[0])}:1.1", "-2")),))
    third = replace(third, placement=replace(third.placement, rows=(row,)))
    for commit, one in zip(team.commits, (third, second, first), strict=False):
        ann.store.put({commit: redact(one)})
    scrubbed(ann)
    one, two, three = (parse(ann.documents()[commit]) for commit in team.commits[2::-1])
    assert part_id(one.parts[0]) != part_id(first.parts[0])
    assert two.parts[0].turns[0].steps[0].origin == f"{part_id(one.parts[0])}:1.1"
    assert three.parts[0].turns[0].steps[0].origin == f"{part_id(two.parts[0])}:1.1"
    assert three.placement.rows[0].doubts[0].others == (f"{part_id(one.parts[0])}:1.1", "-2")


def test_a_pattern_that_spans_lines_and_escapes_is_found_by_value(tmp_path: Path) -> None:
    team = Team(tmp_path, 3)
    ann = team.clone("ann")
    ann.put(team.commits[0], "the word is\nlantern\x1b and more")
    done = run("scrub", r"word is\nlantern\x1b", at=ann.top)
    assert done.code == 0, done
    assert b"the [redacted:scrubbed] and more" in ann.documents()[team.commits[0]]


def test_notes_that_are_no_documents_are_scrubbed_as_they_are(tmp_path: Path) -> None:
    team = Team(tmp_path, 3)
    ann = team.clone("ann")
    ann.store.put_rendered({team.commits[0]: f"note: {SECRET}\x00\xff".encode("latin-1")})
    scrubbed(ann)
    assert ann.documents()[team.commits[0]] == b"note: [redacted:scrubbed]\x00\xff"


def test_a_note_of_a_newer_version_is_named_and_not_written_anew(tmp_path: Path) -> None:
    team = Team(tmp_path, 3)
    ann = team.clone("ann")
    newer = f"---\ntreadle: 2\n---\n\n{SECRET}\n".encode()
    ann.store.put_rendered({team.commits[0]: newer})
    done = run("scrub", SECRET, at=ann.top)
    assert done.code == 1
    assert f"IT STILL STANDS: {REF}: the note of {team.commits[0][:12]}" in done.out
    assert ann.documents()[team.commits[0]] == newer


def test_a_pattern_is_one_of_re2_and_matches_something(leak: Leak) -> None:
    at = leak.scratch.top
    assert "RE2" in refused("scrub", "(", at=at, code=2)
    assert "empty text" in refused("scrub", "x*", at=at, code=2)
    assert "empty text" in refused("scrub", ".", at=at, code=2)
    assert "--push" in refused("scrub", "x", "--remote", "origin", at=at, code=2)
    done = run("scrub", r"tide-\w+-rope-\d{4}", at=at)
    assert done.code == 0
    assert SECRET.encode() not in everything(leak.scratch)


def test_a_dry_run_counts_and_changes_nothing(leak: Leak) -> None:
    before = leak.scratch.git("for-each-ref")
    done = run("scrub", SECRET, "--dry-run", at=leak.scratch.top)
    assert (done.code, leak.scratch.git("for-each-ref")) == (0, before)
    assert "it stands at " in done.out


def test_programs_get_the_figures(leak: Leak) -> None:
    told = json.loads(run("scrub", SECRET, "--json", at=leak.scratch.top).out)
    assert (told["version"], told["remains"], told["searched"] > 0) == (1, [], True)
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    section = guide.partition("\n## scrub\n")[2].partition("\n## ")[0]
    assert [key for key in told if f"`{key}`" not in section] == []


def test_what_waits_is_cleaned_and_caches_go(lamp: Lamp) -> None:
    folder = lamp.top / ".git" / "treadle"
    (folder / "pending").mkdir()
    waits = folder / "pending" / "one.jsonl"
    waits.write_text(json.dumps({"text": f'say "{SECRET}"'}) + "\n{broken " + SECRET + "\n")
    run("blame", "src/lamp.py", at=lamp.top)
    assert (folder / "cache.db").exists()
    link = folder / "elsewhere"
    link.symlink_to(lamp.top / "src" / "lamp.py")
    scrubbed(lamp)
    assert not (folder / "cache.db").exists()
    first, second = waits.read_text().splitlines()
    assert json.loads(first) == {"text": 'say "[redacted:scrubbed]"'}
    assert second == "{broken [redacted:scrubbed]"
    assert waits.stat().st_mode & 0o077 == 0
    assert link.is_symlink()
    assert run("blame", "src/lamp.py", at=lamp.top).code == 0


# -- remotes and other clones -----------------------------------------------------------


def members(tmp_path: Path) -> tuple[Team, Member, Member]:
    """Two clones that share a document with the secret."""
    team = Team(tmp_path, 8)
    ann, ben = team.clone("ann"), team.clone("ben")
    ann.put(team.commits[0])
    ann.put(team.commits[1], f"It is {SECRET}")
    run("sync", "--push", at=ann.top)
    run("sync", at=ben.top)
    return team, ann, ben


def test_a_remote_is_scrubbed_with_what_others_pushed_meanwhile(tmp_path: Path) -> None:
    team, ann, ben = members(tmp_path)
    ben.put(team.commits[2], f"{SECRET} again")
    run("sync", "--push", at=ben.top)
    done = scrubbed(ann, "--push")
    assert "origin: replaced there" in done.out
    assert SECRET.encode() not in everything(team.bare)
    assert team.documents() == ann.documents()
    assert len(team.documents()) == 3


def test_a_remote_that_was_not_scrubbed_is_refused(tmp_path: Path) -> None:
    ann = members(tmp_path)[1]
    assert "scrub origin: the same command with --push" in scrubbed(ann).out
    refs = ann.git("for-each-ref", "refs/treadle")
    assert refs == "", "what was fetched held it"
    done = run("sync", "--push", at=ann.top)
    assert done.code == 1
    assert "still has what was scrubbed here" in done.err
    assert SECRET.encode() not in everything(ann)
    scrubbed(ann, "--push")
    assert run("sync", at=ann.top).code == 0


def test_another_clone_takes_the_scrubbed_documents_and_can_be_scrubbed(tmp_path: Path) -> None:
    team, ann, ben = members(tmp_path)
    ben.put(team.commits[3], "Ben's own")
    scrubbed(ann, "--push")
    done = run("sync", "--push", at=ben.top)
    assert done.code == 0, done
    assert "was rewritten" in done.out
    assert SECRET.encode() not in everything(team.bare), "nothing of it came back"
    assert SECRET.encode() not in b"".join(ben.documents().values())
    assert SECRET.encode() in everything(ben), "the backup has it still"
    told = scrubbed(ben)
    assert "dropped refs/treadle/backup/" in told.out
    assert ben.documents() == team.documents()
    assert run("sync", "--push", at=ben.top).code == 0
    assert SECRET.encode() not in everything(team.bare)


# -- killed -----------------------------------------------------------------------------


def test_killed_at_any_moment_nothing_is_lost(tmp_path: Path) -> None:
    team = Team(tmp_path, 40)
    ann = team.clone("ann")
    for number, commit in enumerate(team.commits):
        ann.put(commit, f"It is {SECRET}" if number % 3 == 0 else "Something else")
    moments = random.Random(7)
    for _ in range(6):
        command = [*PROGRAM, "scrub", SECRET]
        process = subprocess.Popen(command, cwd=ann.top, stdout=subprocess.DEVNULL)
        time.sleep(moments.uniform(0.1, 1.2))
        process.kill()
        process.wait()
        for lock in (ann.top / ".git").rglob("*.lock"):
            if lock.name != "sync.lock":
                lock.unlink()
        documents = ann.documents()
        assert documents.keys() == set(team.commits)
        assert all(parse(text).parts for text in documents.values())
    scrubbed(ann)
    assert ann.documents().keys() == set(team.commits)


def test_a_dry_run_hides_nothing_later(leak: Leak) -> None:
    assert run("scrub", SECRET, "--fixed", "--dry-run", at=leak.scratch.top).code == 0
    assert not (leak.scratch.top / ".git/treadle/hidden").exists()


def test_no_command_records_where_it_cannot_be_told_what_was_scrubbed(leak: Leak) -> None:
    scrubbed(leak.scratch)
    (leak.scratch.top / ".git/treadle/hidden").write_text("word\n")
    assert "hidden:1" in refused("record", at=leak.scratch.top)
    assert "hidden:1" in refused("redact", "--dry-run", at=leak.scratch.top)
