"""``treadle config``: the settings, where each comes from, and what a committed file narrows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from treadle.cli.door import near, repository
from treadle.cli.screen.cells import visible
from treadle.cli.screen.paper import Paper, paper, print_json
from treadle.thread.errors import UserError

if TYPE_CHECKING:
    from treadle.thread.repo import Repo
    from treadle.thread.wishes.settings import Settings, Wish, Wishes


@click.command("config")
@click.argument("name", required=False)
@click.argument("values", nargs=-1, metavar="[VALUE]...")
@click.option("--unset", is_flag=True, help="Take NAME out of this repository's git config.")
@click.option("--json", "as_json", is_flag=True, help="The settings, as JSON.")
@click.pass_context
def command(
    ctx: click.Context, name: str | None, values: tuple[str, ...], unset: bool, as_json: bool
) -> int:
    """Show settings and where they come from, or set one in this repository's git config.

    NAME is agents, leaveOut (patterns as in .gitignore), output (none, brief, full),
    thinking, localOnly, share, or AGENT.folder. Lists take several VALUES. What
    .treadle.toml says can only narrow what is captured, kept and shared.
    """
    with repository(ctx) as repo:
        if unset:
            if not name or values:
                raise UserError("--unset takes one NAME", "treadle config --unset output", 2)
            _unset(repo, _known(name))
        elif name and values:
            _set(repo, _known(name), values)
        else:
            _show(repo, _known(name) if name else "", as_json)
    return 0


# -- setting ------------------------------------------------------------------------


def _known(name: str) -> str:
    """A setting's name as it is written; ``UserError`` where there is none such."""
    import difflib

    from treadle.thread.wishes.settings import NAMES

    plain = name.lower().removeprefix("treadle.")
    agent, dot, last = plain.rpartition(".")
    if dot and last == "folder" and agent:
        _known_agents([agent])
        return f"{agent}.folder"
    names = {each.lower(): each for each in NAMES[:-1]}
    if plain not in names:
        near = difflib.get_close_matches(plain, names, n=1)
        listed = f"{', '.join(NAMES[:-1])}, AGENT.folder"
        hint = f"did you mean {names[near[0]]}?" if near else f"there are: {listed}"
        raise UserError(f"there is no setting {name!r}", hint, 2)
    return names[plain]


def _known_agents(given: Sequence[str]) -> None:
    from treadle.thread.agents import names

    for agent in given:
        if agent not in names():
            raise UserError(f"no agent is called {agent!r}", f"there are: {', '.join(names())}", 2)


def _set(repo: Repo, name: str, values: Sequence[str]) -> None:
    from treadle.thread.wishes.settings import checked, folder_path

    key = f"treadle.{name}"
    if name.endswith(".folder"):
        rows = [folder_path(value) for value in values]
    elif name == "agents":
        agents = checked(name, values)
        assert isinstance(agents, tuple)
        _known_agents(agents)
        rows = [", ".join(agents)]
    elif name == "leaveOut":
        checked(name, values)
        rows = list(values)
    elif len(values) > 1:
        raise UserError(f"{name} takes one value", f"treadle config {name} {values[0]}", 2)
    else:
        value = checked(name, values)
        rows = [str(value).lower() if isinstance(value, bool) else str(value)]
    repo.run("config", "--local", "--replace-all", key, rows[0])
    for row in rows[1:]:
        repo.run("config", "--local", "--add", key, row)
    click.echo(visible(f"{name}: {_value(rows)}, in this repository's git config"))
    _say_what_counts(repo, name, rows)


def _say_what_counts(repo: Repo, name: str, rows: Sequence[str]) -> None:
    """What is still to be done, or what says otherwise and counts."""
    from treadle.thread.wishes.settings import taken_together, wishes

    told = wishes(repo)
    found = taken_together(told)
    if name == "share" and rows == ["true"]:
        free = "treadle init lets git push send documents along"
        click.echo("localOnly is set: nothing is sent all the same" if found.local_only else free)
    elif name in ("output", "thinking", "localOnly"):
        (row,) = (row for row in _rows(told, found) if row["name"] == name)
        if _value(row["value"]) != _value(rows):
            counts = visible(_value(row["value"]))
            click.echo(f"but {counts} counts: treadle config {name} tells who says so")


def _unset(repo: Repo, name: str) -> None:
    key = f"treadle.{name}"
    if not repo.text("config", "--local", "--get-all", key):
        raise UserError(
            f"{name} is not set in this repository's git config",
            "treadle config tells where it is set",
        )
    repo.run("config", "--local", "--unset-all", key)
    click.echo(f"{name}: not set in this repository any more")


# -- showing ------------------------------------------------------------------------


def _show(repo: Repo, only: str, as_json: bool) -> None:
    from treadle.thread.wishes.settings import taken_together, wishes

    told = wishes(repo)
    found = taken_together(told)
    rows = [row for row in _rows(told, found) if not only or row["name"] == only]
    if as_json:
        narrowed = [_said(wish) for wish in told.narrowing]
        print_json({"version": 1, "settings": rows, "narrowed": narrowed,
                    "refused": list(told.refused), "problems": list(told.problems)})  # fmt: skip
        return
    with paper(repo, paged=True) as out:
        for row in rows:
            _print(out, repo, row)
        if told.refused and not only:
            out.line("refused in .treadle.toml:")
            out.lines(f"  {visible(reason)}" for reason in told.refused)
        for problem in told.problems:
            out.line(out.style(visible(problem), "unrecorded"))


def _rows(told: Wishes, found: Settings) -> list[dict[str, object]]:
    """Every setting with its value and the places that made it."""
    values: dict[str, object] = {
        "agents": None if found.agents is None else list(found.agents),
        "leaveOut": list(found.leave_out),
        "output": found.output,
        "thinking": found.thinking,
        "localOnly": found.local_only,
        "share": found.share,
    }
    said = (*told.personal, *told.narrowing)
    rows = [
        _row(name, value, [w for w in said if w.name == name]) for name, value in values.items()
    ]
    folders: dict[str, list[Wish]] = {}
    for wish in told.of("folder"):
        assert isinstance(wish.value, tuple)
        folders.setdefault(f"{wish.value[0]}.folder", []).append(wish)
    for name, wishes in folders.items():
        paths = [wish.value[1] for wish in wishes if isinstance(wish.value, tuple)]
        rows.append(_row(name, paths, wishes))
    return rows


def _row(name: str, value: object, wishes: Sequence[Wish]) -> dict[str, object]:
    places = list(dict.fromkeys(wish.origin for wish in wishes))
    return {"name": name, "value": value, "from": places}


def _said(wish: Wish) -> dict[str, object]:
    return {"name": wish.name, "value": wish.value, "from": [wish.origin]}


def _print(out: Paper, repo: Repo, row: dict[str, object]) -> None:
    places = row["from"]
    assert isinstance(places, list)
    told = near(repo, "; ".join(places)) or "as it comes"
    name = str(row["name"]).ljust(10)
    value = visible(_value(row["value"])).ljust(12)
    out.line(f"{out.style(name, 'bold')} {value} {out.style(visible(told), 'dim')}")


def _value(value: object) -> str:
    if value is None:
        return "all"
    if isinstance(value, list):
        return ", ".join(value) or "none"
    return str(value).lower() if isinstance(value, bool) else str(value)
