"""One line that says what a tool call looked at, for agents whose tools name their arguments."""

from __future__ import annotations

from collections.abc import Mapping

from treadle.thread.agents.events import clip

_PATHS = ("file_path", "filePath", "path", "dir_path", "absolute_path", "directory")
_WORDS = ("pattern", "query", "url", "question", "name")


def shown(path: str, cwd: str) -> str:
    """The path as a person would name it: relative where it lies below the folder at hand."""
    for separator in ("/", "\\"):
        if cwd and path.startswith(cwd + separator):
            return path[len(cwd) + 1 :]
    return path


def line(name: str, asked: Mapping[str, object], cwd: str) -> str:
    """The tool's name, the words it looked for, where, and its other arguments in short."""
    parts = [name]
    where = ""
    for key, value in asked.items():
        if key in _PATHS and isinstance(value, str):
            where = where or shown(value, cwd)
        elif key in _WORDS and isinstance(value, str):
            parts.append(f'"{value[: clip.ONE_LINE_CHARS]}"')
        elif isinstance(value, list | dict):
            parts.append(f"{key}=({len(value)})")
        elif key != "description":
            parts.append(f"{key}={str(value)[: clip.ONE_LINE_CHARS]}")
    found = len(parts) > 1 and parts[1].startswith('"')
    place = [f"in {where}" if found else where] if where and where != cwd else []
    return clip.one_line(" ".join([*parts[: 1 + found], *place, *parts[1 + found :]]))
