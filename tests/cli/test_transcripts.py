"""Transcripts that are no transcripts: each is refused by name, and nothing stored is lost."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.cli.lamp import Lamp, refused, run

Spoil = Callable[[Path], None]


def empty(path: Path) -> None:
    path.write_bytes(b"")


def not_utf8(path: Path) -> None:
    path.write_bytes(b"\xff\xfe\x00garbage\xff\n" * 20)


def no_json(path: Path) -> None:
    path.write_text("Dear diary,\ntoday I wrote a lamp.\n")


def a_long_line(path: Path) -> None:
    path.write_bytes(b'{"type": "user", "message": "' + b"x" * (50 << 20))


def longer_than_is_held(path: Path) -> None:
    path.write_bytes(b"[" * (66 << 20))


def nested_deep(path: Path) -> None:
    path.write_text('{"a":' * 10_000 + "1" + "}" * 10_000 + "\n")


def a_list(path: Path) -> None:
    path.write_text("[1, 2, 3]\n" * 5)


def a_folder(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def a_fifo(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def a_device(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.symlink_to("/dev/zero")


def missing(path: Path) -> None:
    path.unlink(missing_ok=True)


SPOILED: list[Spoil] = [
    empty, not_utf8, no_json, a_long_line, longer_than_is_held, nested_deep, a_list, a_folder,
    a_fifo, a_device, missing,
]  # fmt: skip


@pytest.mark.parametrize("spoil", SPOILED, ids=lambda spoil: spoil.__name__)
def test_what_is_no_transcript_is_refused_by_name(spoil: Spoil, lamp: Lamp) -> None:
    spoil(lamp.transcript)
    before = lamp.git("rev-parse", "refs/notes/treadle")
    done = run("record", "HEAD~1", "--from", lamp.transcript, at=lamp.top, within=60)
    assert done.code in (1, 2)
    assert done.out == ""
    assert done.err.startswith("treadle: ")
    assert lamp.transcript.name in done.err
    assert len(done.err) < 2000
    assert lamp.git("rev-parse", "refs/notes/treadle") == before


def test_a_transcript_that_is_not_there_is_named_once(lamp: Lamp) -> None:
    said = refused("record", "--from", "/nope", at=lamp.top)
    assert "recorded from /nope: cannot be opened: No such file or directory\n" in said
    both = refused("record", "--from", "/nope", "--from", "/nor", at=lamp.top)
    assert "/nope:+0: cannot be opened" in both
    assert "/nor:+0: cannot be opened" in both


def test_a_transcript_one_may_not_read_is_refused_by_name(lamp: Lamp) -> None:
    if os.getuid() == 0:
        pytest.skip("root may read everything")
    lamp.transcript.chmod(0)
    assert lamp.transcript.name in refused("record", "--from", lamp.transcript, at=lamp.top)


def test_of_a_torn_transcript_the_whole_lines_are_recorded(bare_lamp: Lamp) -> None:
    whole = bare_lamp.transcript.read_bytes()
    bare_lamp.transcript.write_bytes(whole[:150] + b"\n" + whole + whole[:150])
    done = run("record", "HEAD~1", "--from", bare_lamp.transcript, at=bare_lamp.top)
    assert done.code == 0
    assert "3/3 lines explained" in done.out
    assert "transcript.jsonl:+0: not JSON, skipped" in done.err


def test_a_thousand_faults_are_not_told_one_by_one(bare_lamp: Lamp) -> None:
    whole = bare_lamp.transcript.read_text()
    bare_lamp.transcript.write_text("no json\n" * 1000 + whole)
    done = run("record", "HEAD~1", "--from", bare_lamp.transcript, at=bare_lamp.top)
    assert done.code == 0
    assert done.err.count("\n") < 20
    assert "more" in done.err


def test_nested_json_within_a_transcript_costs_only_its_line(bare_lamp: Lamp) -> None:
    rows = bare_lamp.transcript.read_text().splitlines()
    rows.insert(1, '{"a":' * 10_000 + "1" + "}" * 10_000)
    bare_lamp.transcript.write_text("\n".join(rows) + "\n")
    done = run("record", "HEAD~1", "--from", bare_lamp.transcript, at=bare_lamp.top)
    assert done.code == 0
    assert "3/3 lines explained" in done.out


def test_a_session_that_wrote_something_else_is_not_recorded(bare_lamp: Lamp) -> None:
    said = refused("record", "HEAD", "--from", bare_lamp.transcript, at=bare_lamp.top)
    assert "none of the transcripts' edits is in the diff" in said


def test_an_agent_nobody_knows_is_wrong_usage(lamp: Lamp) -> None:
    args = ("record", "--from", lamp.transcript, "--agent", "nobody")
    assert "claude-code" in refused(*args, at=lamp.top, code=2)


def test_a_dry_run_writes_nothing(bare_lamp: Lamp) -> None:
    args = ("record", "HEAD~1", "--from", bare_lamp.transcript, "--dry-run")
    assert run(*args, at=bare_lamp.top).out.startswith("would record ")
    assert json.loads(run(*args, "--json", at=bare_lamp.top).out)["written"] == 0
    assert bare_lamp.git("for-each-ref", "refs/notes") == ""


def test_recording_again_writes_nothing(lamp: Lamp) -> None:
    done = run("record", "HEAD~1", "--from", "../transcript.jsonl", at=lamp.top)
    assert done.code == 0
    assert "it was there already" in done.out


def test_an_answer_that_was_given_before_is_given_anew_when_the_document_is_another(
    lamp: Lamp,
) -> None:
    asked = ("why", "src/lamp.py:2")
    told = run(*asked, at=lamp.top)
    assert run(*asked, at=lamp.top) == told
    other = lamp.transcript.read_text().replace("Let the lamp say its name.", "Name it, please.")
    lamp.transcript.write_text(other)
    args = ("record", "HEAD~1", "--replace", "--from", lamp.transcript)
    assert run(*args, at=lamp.top).code == 0
    assert run(*asked, at=lamp.top).out == told.out.replace(
        "Let the lamp say its name.", "Name it, please."
    )


def test_recording_tells_its_figures(bare_lamp: Lamp) -> None:
    args = ("record", "HEAD~1", "--from", "transcript.jsonl", "--json")
    done = run("-C", "..", "-C", "repo", *args[:2], at=bare_lamp.top)
    assert done.code == 1
    assert "no agent's transcript of this repository was found" in done.err
    where = ("--from", bare_lamp.transcript, "--json")
    told = json.loads(run("record", "HEAD~1", *where, at=bare_lamp.top).out)
    assert told == {
        "commit": bare_lamp.git("rev-parse", "HEAD~1"),
        "prompts": 1,
        "steps": 2,
        "agents": ["claude-code"],
        "added_lines": 3,
        "explained_lines": 3,
        "failures": [],
        "written": 1,
        "redacted": {},
    }


def test_recording_finds_the_transcript_where_the_agent_keeps_it(
    bare_lamp: Lamp, tmp_path: Path
) -> None:
    name = re.sub("[^A-Za-z0-9-]", "-", os.path.realpath(bare_lamp.top))
    kept = tmp_path / "home" / ".claude" / "projects" / name / "s-lamp.jsonl"
    kept.parent.mkdir(parents=True)
    told = bare_lamp.transcript.read_text()
    kept.write_text(told.replace(json.loads(told.split("\n")[0])["cwd"], str(bare_lamp.top)))
    env = {"HOME": str(tmp_path / "home")}
    done = run("record", "HEAD~1", at=bare_lamp.top, env=env)
    assert "3/3 lines explained (claude-code)" in done.out, done
    assert "none of its lines is in the newest" in refused(
        "record", "HEAD", at=bare_lamp.top, env=env
    )
    said = refused("record", "HEAD", "--agent", "codex", at=bare_lamp.top, env=env, code=2)
    assert "--from" in said
