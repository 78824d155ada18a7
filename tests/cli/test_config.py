"""``treadle config``: what is set, by whom, and what a clone's file may say of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.lamp import refused, run
from tests.support.scratch import Scratch
from treadle.thread.wishes.settings import settings


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path / "repo")


def test_every_setting_stands_with_its_value_and_where_it_comes_from(scratch: Scratch) -> None:
    run("config", "output", "brief", at=scratch.top)
    scratch.write(".treadle.toml", 'output = "none"\nleaveOut = ["diary"]\nshare = true\n')
    out = run("config", at=scratch.top).out
    assert "agents     all          as it comes" in out
    assert "output     none         local git config, .git/config; .treadle.toml" in out
    assert "leaveOut   diary        .treadle.toml" in out
    assert "refused in .treadle.toml:\n  share: only your own git config may say this" in out
    only = run("config", "OUTPUT", at=scratch.top).out
    assert only.count("\n") == 1


def test_what_is_set_in_vain_is_said(scratch: Scratch) -> None:
    scratch.write(".treadle.toml", 'output = "brief"\nlocalOnly = true\n')
    assert "but true counts" in run("config", "localOnly", "false", at=scratch.top).out
    assert "but brief counts" in run("config", "output", "full", at=scratch.top).out
    assert "counts" not in run("config", "output", "none", at=scratch.top).out
    told = run("config", "share", "true", at=scratch.top).out
    assert "localOnly is set: nothing is sent" in told
    assert "treadle init" not in told


@pytest.mark.parametrize(
    ("args", "field", "value"),
    [
        (("agents", "codex", "claude-code"), "agents", ("claude-code", "codex")),
        (("agents", "codex,aider"), "agents", ("aider", "codex")),
        (("leaveout", "a/", "*.pem"), "leave_out", ("a/", "*.pem")),
        (("output", "none"), "output", "none"),
        (("thinking", "off"), "thinking", False),
        (("localOnly", "yes"), "local_only", True),
        (("treadle.share", "1"), "share", True),
        (("codex.folder", "/logs", "/more"), "folders", (("codex", "/logs"), ("codex", "/more"))),
    ],
)
def test_what_is_set_counts_and_can_be_taken_back(
    args: tuple[str, ...], field: str, value: object, scratch: Scratch
) -> None:
    before, config = settings(scratch.repo), scratch.read(".git/config")
    done = run("config", *args, at=scratch.top)
    assert done.code == 0, done
    assert getattr(settings(scratch.repo), field) == value
    assert run("config", *args, at=scratch.top) == done
    assert run("config", "--unset", args[0], at=scratch.top).code == 0
    assert settings(scratch.repo) == before
    assert scratch.read(".git/config") == config


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("ouput", "none"), "did you mean output?"),
        (("colour", "red"), "there are: agents"),
        (("output", "loud"), "one of none, brief, full"),
        (("thinking", "maybe"), "true or false"),
        (("output", "none", "full"), "takes one value"),
        (("agents", "clod"), "no agent is called 'clod'"),
        (("clod.folder", "/x"), "no agent is called 'clod'"),
        (("codex.folder", "here"), "not an absolute path"),
        (("leaveOut", "!a"), "cannot take back"),
        (("--unset",), "takes one NAME"),
        (("--unset", "output", "none"), "takes one NAME"),
    ],
)
def test_what_makes_no_sense_is_refused_and_not_written(
    args: tuple[str, ...], told: str, scratch: Scratch
) -> None:
    before = scratch.read(".git/config")
    assert told in refused("config", *args, at=scratch.top, code=2)
    assert scratch.read(".git/config") == before


def test_what_is_not_set_here_cannot_be_taken_out_here(scratch: Scratch) -> None:
    assert "not set in this repository" in refused("config", "--unset", "output", at=scratch.top)


def test_programs_get_the_same(scratch: Scratch) -> None:
    scratch.write(".treadle.toml", "thinking = false\nagent = 1\n")
    scratch.git("config", "treadle.output", "loud")
    told = json.loads(run("config", "--json", at=scratch.top).out)
    rows = {row["name"]: row for row in told["settings"]}
    assert rows["thinking"] == {"name": "thinking", "value": False, "from": [".treadle.toml"]}
    assert rows["agents"]["value"] is None
    assert told["narrowed"][0]["name"] == "thinking"
    assert told["refused"] == ["agent: there is no such setting"]
    assert "'loud'" in told["problems"][0]


def test_a_hostile_file_reaches_no_terminal(scratch: Scratch) -> None:
    scratch.write(".treadle.toml", '"\\u001b[31mred" = 1\nleaveOut = ["\\u001b[2J"]\n')
    assert "\x1b" not in run("config", at=scratch.top).said


def test_a_pattern_that_means_nothing_takes_none_of_the_others_along(scratch: Scratch) -> None:
    scratch.write(".treadle.toml", 'leaveOut = ["diary/", "!diary/open"]\n')
    found = settings(scratch.repo)
    assert (found.leave_out, found.local_only) == (("diary/",), True)
    assert "'!diary/open': a pattern cannot take back" in run("config", at=scratch.top).out
