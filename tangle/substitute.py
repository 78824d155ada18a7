"""``sed``'s ``s/A/B/`` on a text, in an engine that cannot run away.

Scripts of transcripts are hostile, so patterns run in RE2, whose time is linear; what RE2 does not
know (back-references, look-around) is not interpreted. A script is one or more ``s``
commands with the flags ``g`` and ``I``, separated by ``;`` or newlines; anything else, such as an
address or another command, makes the whole script unknown. Source: POSIX sed, and GNU sed
for ``\\b``, ``\\w``, ``\\+``, ``\\?``, ``\\|``.
"""

from __future__ import annotations

from typing import Any

_LONGEST = 10_000
_SPECIAL = "()|+?{}"


def substituted(script: str, text: str, *, extended: bool = False) -> str | None:
    """``text`` after the script, line by line; None where the script is not understood.

    ``extended`` reads patterns as perl and ``sed -E`` do; else as basic expressions.
    """
    commands = _commands(script)
    if not commands:
        return None
    try:
        compiled = [_compiled(*command, extended) for command in commands]
    except (ImportError, ValueError):
        return None
    lines = text.split("\n")
    for pattern, replacement, everywhere in compiled:
        count = 0 if everywhere else 1
        lines = [_replaced(pattern, replacement, count, line) for line in lines]
    return "\n".join(lines)


def _replaced(pattern: Any, replacement: str, count: int, line: str) -> str:
    return str(pattern.sub(replacement, line, count=count))


def _commands(script: str) -> list[tuple[str, str, str]]:
    """Pattern, replacement and flags of each ``s`` command; empty where there is another."""
    found = []
    at = 0
    if len(script) > _LONGEST:
        return []
    while at < len(script):
        if script[at] in " \t\n;":
            at += 1
            continue
        if script[at] != "s" or at + 1 >= len(script) or script[at + 1].isalnum():
            return []
        mark = script[at + 1]
        pattern, at = _until(script, at + 2, mark)
        replacement, at = _until(script, at, mark)
        begin = at
        while at < len(script) and script[at] not in ";\n \t}":
            at += 1
        flags = script[begin:at]
        if at > len(script) or set(flags) - set("gIi"):
            return []
        found.append((pattern, replacement, flags))
    return found


def _until(script: str, at: int, mark: str) -> tuple[str, int]:
    """Text up to the next unescaped ``mark``, in which an escaped mark stands bare."""
    pieces = []
    while at < len(script) and script[at] != mark:
        if script[at] == "\\" and at + 1 < len(script):
            pieces.append(mark if script[at + 1] == mark else script[at : at + 2])
            at += 2
            continue
        pieces.append(script[at])
        at += 1
    return "".join(pieces), at + 1


def _compiled(pattern: str, replacement: str, flags: str, extended: bool) -> tuple[Any, str, bool]:
    import re2

    options = re2.Options()
    options.log_errors = False
    options.max_mem = 8 << 20
    options.case_sensitive = not set("iI") & set(flags)
    try:
        made = re2.compile(pattern if extended else _modern(pattern), options)
    except re2.error as error:
        raise ValueError(str(error)) from None
    return made, _replacement(replacement), "g" in flags


def _modern(pattern: str) -> str:
    """A basic regular expression as an extended one: ``(`` and ``\\(`` change places."""
    pieces = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        if char == "\\" and at + 1 < len(pattern):
            following = pattern[at + 1]
            pieces.append(following if following in _SPECIAL else char + following)
            at += 2
            continue
        pieces.append("\\" + char if char in _SPECIAL else char)
        at += 1
    return "".join(pieces)


def _replacement(text: str) -> str:
    """``&`` is the whole match and ``\\1`` a group, as in Python's templates."""
    pieces = []
    at = 0
    while at < len(text):
        char = text[at]
        if char == "\\" and at + 1 < len(text):
            following = text[at + 1]
            known = {"n": "\n", "t": "\t", "&": "&", "\\": "\\\\"}
            pieces.append(
                known.get(following, f"\\g<{following}>" if following.isdigit() else following)
            )
            at += 2
            continue
        pieces.append("\\g<0>" if char == "&" else char)
        at += 1
    return "".join(pieces)
