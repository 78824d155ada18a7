"""The demo's story is true: it replays, and its commands answer what it says they answer."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from treadle.cli.demo_story import clocks, harbours
from treadle.cli.demo_story.script import Alone, Committed, Prompt, Ran, Sent, Session, Step
from treadle.cli.demo_story.stage import Stage
from treadle.cli.demo_story.story import SLACKWATER
from treadle.thread.agents import Source, read
from treadle.thread.repo import Repo

ABOUT_THE_MACHINE = ("date ",)
"""Beginnings of commands whose answer is the story's to invent."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with Repo.create(tmp_path / "work") as repo:
        yield Stage(SLACKWATER, repo, tmp_path / "transcripts")


def shell(command: str, stage: Stage, home: Path) -> tuple[str, int]:
    """Run a command of the story in its work tree; what it prints, and its exit status."""
    env = {
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "PATH": os.pathsep.join((str(Path(sys.executable).parent), os.environ["PATH"])),
        "PYTEST_ADDOPTS": "-p no:cacheprovider",
        "PYTHONDONTWRITEBYTECODE": "1",
        "RUFF_NO_CACHE": "true",
    }
    done = subprocess.run(
        ["sh", "-c", command], cwd=stage.repo.top, env=env, capture_output=True, check=False
    )
    return done.stdout.decode() + done.stderr.decode(), done.returncode


def commands(step: Step) -> list[tuple[str, str, int]]:
    """The commands of a step that can be run: command, stated output, exit status."""
    match step:
        case Sent():
            return [found for inner in step.steps for found in commands(inner)]
        case Committed():
            return [(step.command.removesuffix("git add -A") + "true", step.output, 0)]
        case Ran() if not step.command.startswith(ABOUT_THE_MACHINE):
            return [(step.command, step.output, step.exit)]
    return []


def essence(output: str) -> list[str]:
    """Output without how long the tests took; of a failure what failed and how many."""
    lines = re.sub(r"in \d+\.\d+s", "in a moment", output).rstrip().split("\n")
    failures = [line for line in lines if line.startswith("E  ")]
    return [failures[0], lines[-1]] if failures else lines


def test_every_command_answers_what_the_story_says(stage: Stage, tmp_path: Path) -> None:
    (tmp_path / "cards.csv").write_text(harbours.CARDS)
    checked = 0
    for scene in SLACKWATER.scenes:
        if isinstance(scene, Alone):
            stage.touch(scene.changes)
            continue
        book = stage.book(scene)
        for step in scene.steps:
            for command, output, status in commands(step):
                answer, ended = shell(command, stage, tmp_path)
                assert (essence(answer), ended) == (essence(output), status)
                checked += 1
            leaves = step.leaves if isinstance(step, Ran) else ()
            left = [Path(stage.repo.top, change.path).read_text() for change in leaves]
            stage.step(step, book)
            assert left == [stage.files[change.path] for change in leaves]
    assert checked == 22


def test_the_same_story_makes_the_same_commits_and_transcripts(tmp_path: Path) -> None:
    told = []
    for name in ("once", "again"):
        with Repo.create(tmp_path / name) as repo:
            Stage(SLACKWATER, repo, tmp_path / f"{name}-transcripts").play()
            shelf = tmp_path / f"{name}-transcripts"
            files = {str(path.relative_to(shelf)): path.read_bytes() for path in _files(shelf)}
            told.append(([commit.id for commit in repo.commits()], files))
    assert told[0] == told[1]
    assert len(told[0][0]) == 7


def test_claude_codes_transcripts_replay_to_every_line_but_the_persons(stage: Stage) -> None:
    stage.play()
    replayed: dict[str, str] = {}
    for record in records(stage):
        replay(record, replayed, stage.folder)
    begun = {path: stage.repo.run("show", f"HEAD~1:{path}").decode() for path in stage.files}
    differ = {path for path, text in begun.items() if replayed.get(path) != text}
    assert differ == {
        "data/harbours.toml",  # a command wrote it
        "tests/test_table.py",  # a shell appended two tests
        "tide/cli.py",  # its first line is hers
        "tide/table.py",  # so is the datum; a linter sorted two imports
        "README.md",  # and the warning
        "tools/harbour_card.py",  # and the whole of the script
    }


def test_codexs_diffs_make_its_commit(stage: Stage) -> None:
    stage.play()
    stage.repo.run("reset", "--hard", "HEAD~1")
    for said in payloads(stage, "patch_apply_end"):
        for path, change in said["changes"].items():
            name = path.removeprefix(f"{stage.folder}/")
            diff = f"--- a/{name}\n+++ b/{name}\n{change['unified_diff']}"
            stage.repo.run("apply", "-", feed=diff.encode())
    made = {path: Path(stage.repo.top, path).read_text() for path in stage.files}
    assert made == stage.files


def test_codexs_searches_find_what_git_finds(stage: Stage) -> None:
    stage.play()
    stage.repo.run("reset", "--hard", "HEAD~1")
    asked = [json.loads(call["arguments"])["cmd"] for call in payloads(stage, "function_call")]
    told = [answer["output"] for answer in payloads(stage, "function_call_output")]
    answers = dict(zip(asked, told, strict=True))
    looks = [command for command in asked if command.startswith(("git grep", "cat"))]
    assert len(looks) == 2
    for command in looks:
        printed = answers[command].partition("Output:\n")[2]
        assert printed == shell(command, stage, Path(stage.repo.top))[0]


def test_one_of_codexs_patches_changes_nothing(stage: Stage) -> None:
    stage.play()
    answers = [answer["output"] for answer in payloads(stage, "custom_tool_call_output")]
    refused = [text for text in answers if text.startswith("apply_patch verification failed")]
    assert (len(answers), len(refused)) == (4, 1)
    assert len(payloads(stage, "patch_apply_end")) == 3


def test_codexs_session_reads_as_one_turn_with_its_commit(stage: Stage) -> None:
    stage.play()
    (path,) = rollouts(stage)
    reading = read([Source.file(path)])
    (session,) = reading.sessions
    assert not reading.problems
    assert not session.problems
    assert path.stem.endswith(session.id)
    assert [event.kind for event in session.events].count("prompt") == 1
    (made,) = [made for event in session.events for made in event.made]
    assert stage.repo.resolve("HEAD").startswith(made.id)


def test_edits_are_placed_in_the_file_that_the_record_kept(stage: Stage) -> None:
    stage.play()
    kept = [
        record["toolUseResult"]
        for record in records(stage)
        if isinstance(record.get("toolUseResult"), dict) and "oldString" in record["toolUseResult"]
    ]
    assert len(kept) == 22
    assert all(edit["originalFile"].count(edit["oldString"]) == 1 for edit in kept)
    assert all(edit["structuredPatch"] for edit in kept)


def test_the_agents_own_commits_name_themselves(stage: Stage) -> None:
    stage.play()
    ids = {commit.id[:7]: commit.subject for commit in stage.repo.commits()}
    outputs = [str(record.get("toolUseResult")) for record in records(stage)]
    outputs += [answer["output"] for answer in payloads(stage, "function_call_output")]
    named = {found[1] for text in outputs for found in re.finditer(r"\[main .*?(\w{7})\] ", text)}
    assert named == set(ids) - {
        short for short, subject in ids.items() if subject.startswith("Name the datum")
    }


def test_one_of_claude_codes_edits_fails_and_one_sub_agent_is_sent(stage: Stage) -> None:
    stage.play()
    results = [str(record.get("toolUseResult")) for record in records(stage)]
    assert sum("String to replace not found in file." in text for text in results) == 1
    assert len(list(stage.shelf.glob("*/*/subagents/agent-*.jsonl"))) == 1
    assert len(list(stage.shelf.glob("-home-ines-slackwater/*.jsonl"))) == 4


def test_the_secrets_fall_into_a_prompt_and_an_output(stage: Stage) -> None:
    stage.play()
    told = [json.dumps(record["message"]) for record in records(stage) if "message" in record]
    assert sum(harbours.FORGE_TOKEN in row for row in told) == 1
    assert sum(clocks.MODEL_KEY in row for row in told) == 1


def test_each_turn_begins_when_the_story_says(stage: Stage) -> None:
    stage.play()
    times = [record["timestamp"] for record in records(stage) if "timestamp" in record]
    times += [row["timestamp"] for path in rollouts(stage) for row in rows(path)]
    said = [
        step.at
        for scene in SLACKWATER.scenes
        if isinstance(scene, Session)
        for step in scene.steps
        if isinstance(step, Prompt)
    ]
    assert {f"{at}:00.000Z" for at in said} <= set(times)


def test_every_text_of_the_tree_ends_in_one_newline(stage: Stage) -> None:
    stage.play()
    assert all(re.search(r"[^\n]\n\Z", text) for text in stage.files.values())


def records(stage: Stage) -> list[dict[str, Any]]:
    """All records of Claude Code's transcripts, the sessions in the order in which they began."""
    found = [rows(path) for path in stage.shelf.glob("-*/**/*.jsonl")]
    found.sort(key=lambda rows: str(rows[0]["timestamp"]))
    return [row for rows in found for row in rows]


def rollouts(stage: Stage) -> list[Path]:
    """The rollouts, where Codex keeps them."""
    return list(stage.shelf.glob("sessions/*/*/*/rollout-*.jsonl"))


def payloads(stage: Stage, kind: str) -> list[dict[str, Any]]:
    """The payloads of one kind in the rollout, in its order."""
    (path,) = rollouts(stage)
    return [row["payload"] for row in rows(path) if row["payload"].get("type") == kind]


def rows(path: Path) -> list[dict[str, Any]]:
    """The records of a file."""
    return [json.loads(row) for row in path.read_text(encoding="utf-8").split("\n") if row]


def replay(record: dict[str, Any], files: dict[str, str], folder: str) -> None:
    """Do what one record says was edited, as a reader who knows nothing else would."""
    result = record.get("toolUseResult")
    if not isinstance(result, dict) or "filePath" not in result:
        return
    path = result["filePath"].removeprefix(f"{folder}/")
    if "content" in result:
        files[path] = result["content"]
    elif path in files:
        files[path] = files[path].replace(result["oldString"], result["newString"], 1)


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())
