"""The documents are true: their links lead somewhere, their commands exist and have help."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from treadle.cli.main import COMMANDS, program

ROOT = Path(__file__).parents[1]
MANUAL = ROOT / "docs" / "man" / "git-treadle.1"
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("templates/*.md")])
FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"")
CODE = re.compile(r"^```\w*\n(.*?)^```|`([^`\n]+)`", re.MULTILINE | re.DOTALL)
COMMAND = re.compile(r"(?:^|[$;&(] )(?:git )?treadle (?:-C \S+ )?([a-z]+)", re.MULTILINE)


def commands() -> dict[str, click.Command]:
    """All commands by name."""
    context = click.Context(program)
    found = {name: program.get_command(context, name) for name in COMMANDS}
    return {name: command for name, command in found.items() if command is not None}


def headings(page: Path) -> set[str]:
    """The anchors that a forge makes of a page's headings."""
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    text = FENCE.sub("", page.read_text(encoding="utf-8"))
    targets = {first or second for first, second in LINK.findall(text)}
    for target in sorted(targets):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        goal = (page.parent / path) if path else page
        assert goal.exists(), f"{target} is not here"
        assert not anchor or anchor in headings(goal), f"{target} names no heading"


@pytest.mark.parametrize("page", [ROOT / "README.md", MANUAL], ids=["README", "manual"])
def test_every_command_is_told_of(page: Path) -> None:
    text = page.read_text(encoding="utf-8").replace("\\-", "-")
    told = set(re.findall(r"[a-z]+", text))
    assert [name for name in COMMANDS if name not in told] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_no_page_tells_of_a_command_that_does_not_exist(page: Path) -> None:
    code = [first or second for first, second in CODE.findall(page.read_text(encoding="utf-8"))]
    named = {name for text in code for name in COMMAND.findall(text)}
    assert sorted(named - COMMANDS.keys()) == []


def test_the_manual_names_commands_that_exist() -> None:
    named = re.findall(r"^\.BR? \"?([a-z]+)[^\n]*$", MANUAL.read_text(), re.MULTILINE)
    listed = [name for name in named if name not in ("treadle", "git")]
    assert set(COMMANDS) <= set(listed)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_and_option_has_help(name: str) -> None:
    command = commands()[name]
    inner = list(command.commands.values()) if isinstance(command, click.Group) else []
    for each in (command, *inner):
        assert each.help
        for option in each.params:
            if isinstance(option, click.Option) and not option.hidden:
                assert option.help, f"treadle {name} {option.opts[0]} has no help"


def test_the_changelog_begins_with_what_is_unreleased() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.search(r"^## (.+)$", text, re.MULTILINE)[1] == "Unreleased"
