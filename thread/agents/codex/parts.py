"""What one call of Codex consists of.

A call may hold others: several at once, or a program that calls tools. The accounts of what
they did (a patch applied, a command ended) then bear ids of their own and are joined to the
calls by what they tell, in order. A command may be a patch, given to a shell.
"""

from __future__ import annotations

import posixpath
from collections.abc import Sequence
from dataclasses import dataclass, field

from treadle.thread.agents.codex import diff
from treadle.thread.agents.codex.item import (
    Call,
    Changed,
    Ended,
    Used,
    arguments,
    command_line,
    plain_name,
)
from treadle.thread.agents.codex.result import decoded
from treadle.thread.agents.codex.script import Hole, calls
from treadle.thread.agents.events.patch import BEGIN, Patch, patch
from treadle.thread.agents.reading.fields import rows, text
from treadle.thread.shell.parse import simple_commands

SHELLS = ("shell", "shell_command", "exec_command", "local_shell", "container.exec", "exec_shell")
PATCHES = ("apply_patch", "applypatch")
PROGRAM = "exec"
_SEVERAL = ("multi_tool_use.parallel", "parallel")


@dataclass(slots=True)
class Part:
    """One call that holds no others, and what is known of its end."""

    call: Call
    fact: Ended | Changed | Used | None = None


@dataclass(slots=True)
class Parts:
    """A call taken apart."""

    parts: list[Part]
    nested: bool = False
    """They stand in a call that is only their frame."""
    loose: list[Ended | Changed | Used] = field(default_factory=list)
    """Accounts that belong to the call, but to none of the parts that could be read."""


def parts(call: Call, hosted: Sequence[Ended | Changed | Used], folder: str) -> Parts:
    """Take a call apart. ``hosted`` are accounts that came with it under ids of their own."""
    inner = _inner(call)
    if inner is None:
        return Parts([Part(call)], False, list(hosted))
    found = Parts([Part(one) for one in inner], True)
    free = list(found.parts)
    for fact in hosted:
        fits = next((part for part in free if _fits(part.call, fact, folder)), None)
        if fits is None:
            found.loose.append(fact)
        else:
            fits.fact = fact
            free.remove(fits)
    return found


def is_frame(call: Call) -> bool:
    """Whether a call holds others."""
    return call.name in _SEVERAL or (call.name == PROGRAM and not command(call))


def _inner(call: Call) -> list[Call] | None:
    if not is_frame(call):
        return None
    if call.name in _SEVERAL:
        uses = [use for use in rows(call.input, "tool_uses") if isinstance(use, dict)]
        return [
            Call(
                f"{call.id}/{number}",
                plain_name(text(use, "recipient_name")),
                arguments(use.get("parameters")),
            )
            for number, use in enumerate(uses, 1)
        ]
    return [
        _called(f"{call.id}/{number}", nested.name, nested.argument, nested.source)
        for number, nested in enumerate(calls(program(call)), 1)
    ]


def program(call: Call) -> str:
    """The JavaScript of a call in code mode, which may be wrapped in JSON."""
    found: object = call.script or dict(call.input)
    if isinstance(found, str) and found.lstrip()[:1] in ("{", '"'):
        unwrapped = decoded(found)
        found = found if unwrapped is None else unwrapped
    if isinstance(found, str):
        return found
    return next((text(found, key) for key in ("input", "code", "script") if text(found, key)), "")


def _called(id_: str, name: str, argument: object, source: str) -> Call:
    if isinstance(argument, str):
        if name in PATCHES:
            return Call(id_, name, {}, argument)
        return Call(id_, name, {"cmd" if name in SHELLS else "input": argument})
    if isinstance(argument, dict):
        known = {key: value for key, value in argument.items() if not _has_hole(value)}
        return Call(id_, name, known, "" if known else source)
    return Call(id_, name, {}, "" if name in PATCHES else source)


def _has_hole(value: object) -> bool:
    if isinstance(value, list):
        return any(map(_has_hole, value))
    if isinstance(value, dict):
        return any(map(_has_hole, value.values()))
    return isinstance(value, Hole)


def _fits(call: Call, fact: Ended | Changed | Used, folder: str) -> bool:
    if isinstance(fact, Changed):
        asked = asked_patch(call)
        if asked is None:
            return call.name in PATCHES and not call.script
        where = posixpath.join(folder, asked.folder)
        return diff.paths_agree(fact.changes, asked.patch.sections, where)
    if isinstance(fact, Ended):
        return call.name in SHELLS and command(call) in (fact.command, "")
    return call.name.replace("__", ".").removeprefix("mcp.") == fact.name.replace("__", ".")


@dataclass(frozen=True, slots=True)
class Asked:
    """The patch that a call asks to be applied."""

    patch: Patch
    folder: str = ""
    """The folder that the paths in it are relative to, ``""`` for that of the call."""
    whole: bool = True
    """The call does nothing else."""


def command(call: Call) -> str:
    """The command line of a call of a shell, ``""`` where it has none."""
    for key in ("cmd", "command", "input"):
        if call.input.get(key) and not (key == "input" and call.name not in SHELLS):
            return command_line(call.input[key])
    return ""


def workdir(call: Call) -> str:
    """The folder that a call names for itself."""
    return text(call.input, "workdir") or text(call.input, "cwd")


def asked_patch(call: Call) -> Asked | None:
    """The patch in a call; None where it has none, or none that could be read."""
    if call.name in PATCHES:
        words = next(
            (text(call.input, key) for key in ("input", "patch") if call.input.get(key)), ""
        )
        body = call.script or words
        return Asked(patch(body)) if BEGIN in body else None
    if call.name not in SHELLS:
        return None
    given = call.input.get("command", call.input.get("cmd"))
    if isinstance(given, list) and len(given) == 2 and given[0] in PATCHES:
        return Asked(patch(str(given[1])))
    line = command(call)
    return _in_script(line) if BEGIN in line else None


def _in_script(line: str) -> Asked | None:
    """The patch that a script hands to ``apply_patch``, in a here-document or as a word."""
    folder, here, whole, piped = "", "", True, ""
    patches: list[Patch] = []
    for simple in simple_commands(line):
        words = [word.text for word in simple.words]
        if words[:1] == ["cd"] and len(words) == 2:
            folder = posixpath.join(folder, words[1])
        elif words[:1] and words[0] in PATCHES:
            word = next((word.text for word in simple.words[1:] if word.literal), "")
            found = patch(simple.here or piped or word)
            if found.sections:
                patches.append(found)
                here = folder
        elif words == ["cat"] and simple.after == "|":
            piped = simple.here or ""
            continue
        else:
            whole = False
        piped = ""
    if not patches:
        return None
    sections = tuple(section for one in patches for section in one.sections)
    unread = next((one.unread for one in patches if one.unread), "")
    return Asked(Patch(sections, unread), here, whole)


def hides_patch(call: Call) -> bool:
    """Whether a call seems to apply a patch that could not be read."""
    if call.name in PATCHES:
        return True
    line = command(call)
    return BEGIN in line and any(name in line for name in PATCHES)


def joined(folder: str, inner: str) -> str:
    """A folder within another, unless it is absolute."""
    if not inner or inner[1:3] in (":\\", ":/"):
        return inner or folder
    return posixpath.normpath(posixpath.join(folder, inner))
