"""What is captured, kept and shared, as one person and one repository want it.

A person's wishes stand in git config, ``treadle.*``, in any of its scopes. The committed
``.treadle.toml`` speaks for everybody who works on the repository, and comes with a clone from
whoever wrote it: it may only narrow. Fewer agents, more paths left out, less output, no
thinking, nothing that leaves the machine; where agents keep their transcripts and whether
threads are shared is never its business, and what else stands in it is refused by name.

Where a value makes no sense, the narrowest one is taken and a problem says so: a slip of the
pen must not let out what somebody wanted to keep.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from treadle.thread.errors import UserError
from treadle.thread.git.config import Config, Entry, truth
from treadle.thread.repo import Repo
from treadle.thread.wishes import patterns

FILE = ".treadle.toml"
OUTPUTS = ("none", "brief", "full")
"""How much of a tool's output is kept, narrowest first."""
NAMES = ("agents", "leaveOut", "output", "thinking", "localOnly", "share", "folder")
"""Every setting below ``treadle.``; ``folder`` is ``treadle.AGENT.folder``."""
_MOST = 200
"""Values of one list."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What counts, everything taken together."""

    agents: tuple[str, ...] | None = None
    """The agents that are captured, sorted; None: all."""
    leave_out: tuple[str, ...] = ()
    """Patterns (``thread.wishes.patterns``) of paths of which no text is kept."""
    output: str = "full"
    """One of ``OUTPUTS``."""
    thinking: bool = True
    """Whether what an agent thought is kept."""
    local_only: bool = False
    """Nothing leaves this machine."""
    share: bool = False
    """Documents are pushed with the branches; never with ``local_only``."""
    folders: tuple[tuple[str, str], ...] = ()
    """Agent and absolute path: where its transcripts are instead of the usual place, in the order
    given."""
    problems: tuple[str, ...] = ()
    """Values that could not be taken as they are, each with what was done instead."""

    def captures(self, agent: str) -> bool:
        """Whether this agent's sessions are recorded."""
        return self.agents is None or agent in self.agents

    def leaves_out(self, path: str) -> bool:
        """Whether nothing of a path of the repository is kept."""
        return any(patterns.matches(pattern, path) for pattern in self.leave_out)


@dataclass(frozen=True, slots=True)
class Wish:
    """One value that somebody set."""

    name: str
    """One of ``NAMES``."""
    value: object
    """``tuple[str, ...]``, ``str`` or ``bool``; of ``folder`` the agent and the path."""
    origin: str
    """Where it stands, in words for people; ``""`` for what is taken where nobody says anything."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """All that was set, before it is taken together."""

    personal: tuple[Wish, ...]
    narrowing: tuple[Wish, ...]
    """Of ``.treadle.toml``, only what it may say."""
    refused: tuple[str, ...]
    """What else it says, each with the reason."""
    problems: tuple[str, ...]

    def of(self, name: str) -> list[Wish]:
        """Everything personal that was said of one setting, in the order it counts."""
        return [wish for wish in self.personal if wish.name == name]


def settings(repo: Repo) -> Settings:
    """What counts in this repository now. Never fails on what a value holds."""
    return taken_together(wishes(repo))


def wishes(repo: Repo, config: Config | None = None) -> Wishes:
    """Every value set for this repository, with where it stands."""
    from treadle.thread.wishes.narrowing import narrowing

    personal, problems = _personal(config or Config.read(repo))
    told = narrowing(repo)
    return Wishes(tuple(personal), told.wishes, told.refused, (*problems, *told.problems))


def taken_together(told: Wishes) -> Settings:
    """Personal wishes, the last one counting, then narrowed."""
    chosen: dict[str, object] = {wish.name: wish.value for wish in told.personal}
    agents = chosen.get("agents")
    open_ = Settings(
        agents=agents if isinstance(agents, tuple) else None,
        leave_out=_united(told.of("leaveOut")),
        output=str(chosen.get("output", OUTPUTS[-1])),
        thinking=bool(chosen.get("thinking", True)),
        local_only=bool(chosen.get("localOnly", False)),
        folders=tuple(_pair(wish.value) for wish in told.of("folder")),
        problems=told.problems,
    )
    narrow = open_
    for wish in told.narrowing:
        narrow = _narrowed(narrow, wish)
    return replace(narrow, share=bool(chosen.get("share", False)) and not narrow.local_only)


def _narrowed(to: Settings, wish: Wish) -> Settings:
    value = wish.value
    if wish.name == "agents" and isinstance(value, tuple):
        both = value if to.agents is None else set(value) & set(to.agents)
        return replace(to, agents=tuple(sorted(both)))
    if wish.name == "leaveOut" and isinstance(value, tuple):
        return replace(to, leave_out=tuple(dict.fromkeys((*to.leave_out, *value))))
    if wish.name == "output":
        return replace(to, output=min(to.output, str(value), key=OUTPUTS.index))
    if wish.name == "thinking":
        return replace(to, thinking=to.thinking and bool(value))
    return replace(to, local_only=to.local_only or bool(value))


def _united(wishes: Sequence[Wish]) -> tuple[str, ...]:
    lists = [wish.value for wish in wishes if isinstance(wish.value, tuple)]
    return tuple(dict.fromkeys(value for values in lists for value in values))


def _pair(value: object) -> tuple[str, str]:
    assert isinstance(value, tuple)
    return value[0], value[1]


# -- git config ---------------------------------------------------------------------


def _personal(config: Config) -> tuple[list[Wish], list[str]]:
    """Every personal value with where it stands, and what of it makes no sense."""
    found: list[Wish] = []
    problems: list[str] = []
    for name, row in _rows(config):
        where = origin(row[-1])
        try:
            value = checked(name, [entry.value or "" for entry in row], row[-1].value is None)
        except UserError as error:
            value = narrowest(name)
            problems.append(f"{where}: {error.message}; {_instead(name)}")
        found.append(Wish(name, value, where))
    for agent, entry in config.subsections("treadle", "folder"):
        try:
            found.append(Wish("folder", (agent, folder_path(entry.value or "")), origin(entry)))
        except UserError as error:
            problems.append(f"{origin(entry)}: {error.message}; it is not looked at")
    return found, problems


def _rows(config: Config) -> Iterator[tuple[str, list[Entry]]]:
    """The entries that count together: patterns add up, of agents the nearest scope counts, of
    all else the last value."""
    for name in NAMES[:-1]:
        key = f"treadle.{name}"
        if name == "leaveOut":
            yield from ((name, [entry]) for entry in config.all(key))
        elif entries := config.nearest(key) if name == "agents" else config.all(key)[-1:]:
            yield name, entries


def checked(name: str, values: Sequence[str], bare: bool = False) -> tuple[str, ...] | str | bool:
    """What the values given for a setting mean; ``UserError`` where they mean nothing.

    ``bare``: the key stands without a value, which git takes for true.
    """
    if name == "agents":
        words = [word.strip() for value in values for word in value.split(",")]
        return tuple(sorted({word for word in words if word}))
    if name == "leaveOut":
        return _patterns(values)
    if name == "output":
        if values[-1] not in OUTPUTS:
            raise UserError(
                f"treadle.output is {values[-1]!r}", f"it is one of {', '.join(OUTPUTS)}", 2
            )
        return values[-1]
    found = truth(None if bare else values[-1])
    if found is None:
        raise UserError(f"treadle.{name} is {values[-1]!r}", "it is true or false", 2)
    return found


def _patterns(values: Sequence[str]) -> tuple[str, ...]:
    if len(values) > _MOST:
        raise UserError(f"treadle.leaveOut names {len(values)} patterns", f"{_MOST} at most", 2)
    for value in values:
        if why := patterns.refusal(value):
            raise UserError(
                f"treadle.leaveOut: {value[:40]!r}: {why}", "write it as in .gitignore", 2
            )
    return tuple(values)


def narrowest(name: str) -> tuple[str, ...] | str | bool:
    """The value of a setting that lets out least; of a list the empty one."""
    fixed: dict[str, tuple[str, ...] | str | bool] = {"output": OUTPUTS[0], "localOnly": True}
    return fixed.get(name, () if name in ("agents", "leaveOut") else False)


def _instead(name: str) -> str:
    if name == "leaveOut":
        return "the pattern leaves nothing out"
    value = narrowest(name)
    told = str(value).lower() if isinstance(value, bool) else value or "none"
    return f"{told} is taken instead"


def folder_path(text: str) -> str:
    """A folder as a person names it in a setting, ``~`` and all, as an absolute path."""
    path = os.path.expanduser(text)
    if not os.path.isabs(path) or "\0" in path:
        raise UserError(
            f"{text!r} is not an absolute path", "write it whole, or begin it with ~/", 2
        )
    return os.path.normpath(path)


def origin(entry: Entry) -> str:
    """Where a value stands, for people."""
    place = entry.origin.removeprefix("file:")
    return f"{entry.scope} git config, {place}" if place != entry.origin else "the command line"
