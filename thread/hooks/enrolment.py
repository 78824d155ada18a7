"""A repository joins: hooks that note each commit, and a fetch that brings documents along.

``enrol`` may be said again at any time: it does what is missing and nothing else, and so mends
what a manager of hooks wrote over, a remote that came later, an interpreter that moved.
``withdraw`` gives every file the bytes it had. Both say what they did, a line for each change.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress

from treadle.thread.agents.finding.quarters import names as variables
from treadle.thread.errors import UserError
from treadle.thread.git.config import Config, truth
from treadle.thread.git.refspecs import fetchings, of_ours
from treadle.thread.hooks.folder import carry_out, read_folder, write
from treadle.thread.hooks.initrecord import Record, contents
from treadle.thread.hooks.place import OURS, Place, places
from treadle.thread.hooks.plan import Step, chain_plan, plan, unplan
from treadle.thread.hooks.program import Program
from treadle.thread.hooks.script import RARE, VARIABLES, anew, interpreter, script
from treadle.thread.repo import Repo

SHARE = "treadle.share"


def folder(repo: Repo) -> str:
    """Our folder in the common directory."""
    return os.path.join(repo.common_dir, OURS)


def script_path(repo: Repo) -> str:
    """The script that all hooks call."""
    return os.path.join(folder(repo), "hook")


# -- joining ------------------------------------------------------------------------


def enrol(repo: Repo, program: Program, share: bool = False) -> list[str]:
    """Put hooks and fetch lines in place; what was changed, a line each."""
    ours = folder(repo)
    record = Record.read(ours)
    told = list(prepare(repo, program))
    push = share or shares(Config.read(repo))
    for place in places(repo):
        told += _hooks(repo, place, push, record)
    told += _fetch(repo, record)
    if share and not shares(Config.read(repo)):
        with record.changing(_config(repo)):
            repo.run("config", "--local", SHARE, "true")
        record.share = True
        told.append("git push sends documents along")
    record.save(ours)
    return told


def prepare(repo: Repo, program: Program) -> Iterator[str]:
    """Make our folder and the script, or mend them; what was changed, a line each."""
    path = script_path(repo)
    try:
        os.makedirs(os.path.join(folder(repo), "queue"), mode=0o700, exist_ok=True)
        os.chmod(folder(repo), 0o700)
        nice = shutil.which("nice") or ""
        nice = nice and os.path.abspath(nice)
        text = script(program.python, program.flags, ids(), variables(), nice)
        if contents(path) != text:
            write(path, text, runs=True)
            yield f"{path}: calls {program.python}"
    except OSError as error:
        raise UserError(
            f"{folder(repo)} cannot be written: {error.strerror}", "see who owns it and its mode"
        ) from error


def renew(repo: Repo) -> None:
    """Write the script anew where another version of treadle wrote it: the interpreter that it
    starts may have a newer one now. What cannot be written is left to ``treadle doctor``."""
    told = outdated(repo)
    if told is not None:
        with suppress(OSError):
            write(script_path(repo), told, runs=True)


def outdated(repo: Repo) -> bytes | None:
    """The script as we would write it today; None where it is so, or where there is none."""
    text = contents(script_path(repo))
    if not text or not interpreter(text):
        return None
    told = anew(text, ids(), variables())
    return told if told != text else None


def ids() -> list[str]:
    """Variables by which agents tell their session's id, or only that they are at work."""
    from treadle.thread.agents import readers

    told = {name for reader in readers() for name in (reader.variable, reader.presence) if name}
    return sorted({*VARIABLES, *told})


def intended(repo: Repo, place: Place, push: bool) -> Iterator[tuple[str, list[Step]]]:
    """What is not in place yet in each folder of hooks that is ours to write in."""
    default = os.path.join(repo.common_dir, "hooks")
    if not place.worktree and not os.path.islink(default):
        files = read_folder(default)
        yield default, plan(files, push) if place.own else unplan(files)
    if not place.own:
        ours = os.path.join(folder(repo), place.chained)
        there = [name for name in RARE if os.path.exists(os.path.join(place.folder, name))]
        yield ours, chain_plan(read_folder(ours), place.old, there, push)


def astray(repo: Repo, place: Place) -> bool:
    """Whether git does not find the hooks that ``intended`` puts in place."""
    there = [_has(repo, place.config, *pair) for pair in _includes(repo, place)]
    return any(there) if place.own else not all(there)


def _hooks(repo: Repo, place: Place, push: bool, record: Record) -> Iterator[str]:
    for where, steps in intended(repo, place, push):
        if steps and place.own and not os.path.isdir(where):
            record.made.append(where)
        carry_out(where, steps)
        if where.endswith(place.chained) and not place.own and steps:
            yield f"{where}: {len(steps)} hooks, each runs ours, then that of {place.old}"
        else:
            yield from (f"{where}: {step.told}" for step in steps if step.told)
    if place.own:
        yield from _unlead(repo, place, record)
    else:
        yield from _lead(repo, place, record)


def _lead(repo: Repo, place: Place, record: Record) -> Iterator[str]:
    """Lead git to hooks of ours that call those of ``place``."""
    ours = os.path.join(folder(repo), place.chained)
    included = os.path.join(folder(repo), place.included)
    if repo.text("config", "--file", included, "core.hooksPath") != ours:
        write(included, b"")
        repo.run("config", "--file", included, "core.hooksPath", ours)
    lacking = [pair for pair in _includes(repo, place) if not _has(repo, place.config, *pair)]
    if lacking:
        with record.changing(place.config):
            for key, value in lacking:
                repo.run("config", "--file", place.config, "--add", key, value)
        whose = f"core.hooksPath ({place.scope})" if place.named else "a link"
        yield f"{place.config}: git finds hooks in {ours}; {whose} led to {place.old}"


def _unlead(repo: Repo, place: Place, record: Record) -> Iterator[str]:
    """Git finds its own folder again: nobody leads it elsewhere any more."""
    there = [pair for pair in _includes(repo, place) if _has(repo, place.config, *pair)]
    if there:
        with record.changing(place.config):
            for key, value in there:
                _unset(repo, place.config, key, value)
        yield f"{place.config}: git finds hooks in {place.folder} again"


def _includes(repo: Repo, place: Place) -> list[tuple[str, str]]:
    """Keys and value by which a configuration includes ours, while it lies where it lies.

    The condition is a pattern, in which a backslash takes a letter's meaning away. Without a slash
    at its end it is the repository's first work tree, with one all others.
    """
    pattern = "".join(f"\\{char}" if char in "*?[]\\" else char for char in place.condition)
    value = os.path.join(folder(repo), place.included)
    ends = ("",) if place.worktree else ("", "/")
    return [(f"includeIf.gitdir:{pattern}{end}.path", value) for end in ends]


def _has(repo: Repo, config: str, key: str, value: str) -> bool:
    found = repo.text("config", "--file", config, "--get-all", key)
    return value in found.split("\n")


def _fetch(repo: Repo, record: Record) -> Iterator[str]:
    for remote in fetchings(Config.read(repo)):
        key = f"remote.{remote.remote}.fetch"
        with record.changing(_config(repo)):
            for line in remote.stale:
                _unset(repo, _config(repo), key, line)
                yield f"{key}: without {line}"
            if remote.lacking:
                repo.run("config", "--local", "--add", key, remote.ours)
                yield f"{key} = {remote.ours}"


def shares(config: Config) -> bool:
    entry = config.last(SHARE)
    return entry is not None and bool(truth(entry.value))


def _config(repo: Repo) -> str:
    return os.path.join(repo.common_dir, "config")


# -- leaving ------------------------------------------------------------------------


def withdraw(repo: Repo) -> list[str]:
    """Take hooks and fetch lines out; what was changed, a line each."""
    ours = folder(repo)
    record = Record.read(ours)
    found = places(repo)
    told: list[str] = []
    for config in dict.fromkeys([_config(repo), *(place.config for place in found)]):
        told += _restore(repo, config, found, record)
    default = os.path.join(repo.common_dir, "hooks")
    if not os.path.islink(default):
        steps = unplan(read_folder(default))
        carry_out(default, steps)
        told += [f"{default}: {step.told}" for step in steps if step.told]
    for path in record.made:
        if os.path.isdir(path) and not os.listdir(path):
            os.rmdir(path)
    _clear(ours, [name for place in found for name in (place.chained, place.included)])
    return told


def _restore(repo: Repo, config: str, found: list[Place], record: Record) -> Iterator[str]:
    before, now = record.before(config), contents(config)
    if before is not None and before != now:
        write(config, before)
        yield f"{config}: byte for byte as it was"
        return
    if now is None:
        return
    for place in found:
        for key, value in _includes(repo, place):
            if place.config == config and _has(repo, config, key, value):
                _unset(repo, config, key, value)
    for remote in fetchings(Config.read(repo)):
        for line in of_ours(remote):
            key = f"remote.{remote.remote}.fetch"
            if _has(repo, config, key, line):
                _unset(repo, config, key, line)
    if record.share and repo.text("config", "--file", config, "--get-all", SHARE):
        repo.run("config", "--file", config, "--unset-all", SHARE)
    if contents(config) != now:
        yield f"{config}: our keys taken out, what was changed since stays"


def _unset(repo: Repo, config: str, key: str, value: str) -> None:
    repo.run("config", "--file", config, "--fixed-value", "--unset-all", key, value)


def _clear(ours: str, names: list[str]) -> None:
    """Remove what init wrote into our folder; what was captured stays."""
    for name in ("hook", "init.json", "hooks", "config", *names):
        path = os.path.join(ours, name)
        if os.path.isdir(path) and not os.path.islink(path):
            shutil.rmtree(path)
        elif os.path.lexists(path):
            os.unlink(path)
    for path in (os.path.join(ours, "queue"), ours):
        if os.path.isdir(path) and not os.listdir(path):
            os.rmdir(path)
