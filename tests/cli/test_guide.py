"""The guide tells of every command, every option and every key that programs get."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from tests.cli.lamp import Lamp, run
from treadle.cli.main import COMMANDS, program

GUIDE = (Path(__file__).parents[2] / "docs" / "guide.md").read_text(encoding="utf-8")
FILE = "src/lamp.py"


def section(name: str) -> str:
    """What the guide says of one command."""
    return GUIDE.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def options(name: str) -> Iterator[str]:
    """The options of a command and of those below it."""
    command = program.get_command(click.Context(program), name)
    assert command is not None
    inner = list(command.commands.values()) if isinstance(command, click.Group) else []
    for each in (command, *inner):
        for option in each.params:
            if isinstance(option, click.Option):
                yield from (opt for opt in option.opts if len(option.opts) == 1 or opt[:2] == "--")


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_option_is_in_the_guide(name: str) -> None:
    told = section(name)
    assert f"`treadle {name}" in told
    assert [option for option in options(name) if f"`{option}`" not in told] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_the_guide_tells_of_no_option_that_does_not_exist(name: str) -> None:
    told = set(re.findall(r"^\| `(--?[\w-]+)`", section(name), re.MULTILINE))
    assert told == set(options(name))


def test_the_programs_own_options_are_in_the_guide() -> None:
    told = section("How to call it")
    for option in program.params:
        assert [f"`{opt}" for opt in option.opts if f"`{opt}" not in told] == []


def keys(value: object) -> set[str]:
    """The keys of an object and of the rows in it."""
    if isinstance(value, list):
        return set().union(*map(keys, value[:1]))
    return set(value) if isinstance(value, dict) else set()


def documented(name: str, found: set[str]) -> None:
    told = section(name)
    assert sorted(key for key in found if f"`{key}`" not in told) == []


@pytest.mark.parametrize(
    "args",
    [
        ("log",),
        ("show", "HEAD~1"),
        ("show", "HEAD~1:1.2"),
        ("search", "lamp"),
        ("blame", FILE),
        ("why", f"{FILE}:2"),
        ("why", f"{FILE}:6"),
        ("why", f"{FILE}:2", "HEAD~1"),
        ("tangle", "HEAD~1"),
        ("check",),
        ("check", "--by", "commit"),
        ("check", "--by", "file"),
        ("check", "--by", "agent"),
        ("weave", "-o", "../site"),
    ],
)
def test_every_key_for_programs_is_in_the_guide(args: tuple[str, ...], lamp: Lamp) -> None:
    out = run(*args, "--json", at=lamp.top).out
    rows = [json.loads(line) for line in out.splitlines()] if out[1] != "\n" else [json.loads(out)]
    found = keys(rows)
    for row in rows:
        for name in ("tried", "files", "failures", "later", "by_commit", "by_file", "by_agent"):
            found |= keys(row.get(name))
    documented(args[0], found)


def test_the_keys_of_recording_are_in_the_guide(bare_lamp: Lamp) -> None:
    args = ("record", "HEAD~1", "--from", bare_lamp.transcript, "--json")
    for more in (("--dry-run",), ()):
        documented("record", keys(json.loads(run(*args, *more, at=bare_lamp.top).out)))


def test_the_keys_of_joining_and_leaving_are_in_the_guide(bare_lamp: Lamp) -> None:
    for args in (("config",), ("doctor",), ("init",), ("deinit", "--forget")):
        documented(args[0], keys(json.loads(run(*args, "--json", at=bare_lamp.top).out)))


@pytest.mark.parametrize("code", [0, 1, 2, 130, 141])
def test_every_exit_code_is_in_the_guide(code: int) -> None:
    assert re.search(rf"^\|.*\b{code}\b.*\|", section("How to call it"), re.MULTILINE)
