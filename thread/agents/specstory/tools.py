"""A tool's block on one of SpecStory's pages, as a call and its answer.

Each agent's tools are written in a way of their own, for people. What is read of them: the command
and what it printed; the content of a written file; the parts of a patch; the chunks of a diff; and
arguments where they are listed. An edit whose text is not on the page is known by its file alone.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from treadle.thread.agents.events.patch import BEGIN, END
from treadle.thread.agents.specstory.page import Block, closes, fence
from treadle.thread.agents.telling import tools
from treadle.thread.agents.telling.record import Answer, Item, Used

_SUMMARY = re.compile(r"<summary>(.{0,2000}?)</summary>")
_ARGUMENT = re.compile(r"- ([A-Za-z_]{1,60}):(?: `(.*)`)?")
_INLINE = re.compile(r"\s*`([^`]+|.+)`\s*")
_PATH = re.compile(
    r"(?:Path: `(.{1,4000}?)`|.*Edit file: (.{1,4000})"
    r"|.*The file (/.{1,4000}?) has been (?:updated|created)"
    r"|.*File (?:created successfully at|written to): (.{1,4000}))"
)
_OF_SUMMARY = re.compile(r"Tool use: \*\*.{1,200}?\*\*:? ?`(.{1,4000})`")
_PART = re.compile(r"\*\*(Add|Modify|Update|Delete): `(.{1,4000})`\*\*")
_CHUNK = re.compile(r"@@ -\d{1,9}(?:,(\d{1,9}))? \+\d{1,9}(?:,(\d{1,9}))? @@")
_WITHIN = 8192
"""Characters of a line in which a path or a summary must stand."""
_FAILED = ("Error:", "Error calling", "Exit code ", "<tool_use_error>", "error:")
_HEADERS = {"Add": "Add", "Modify": "Update", "Update": "Update"}
_ESCAPED = ("&lt;", "&gt;", "&amp;", "&quot;", "&#")


@dataclass(frozen=True, slots=True)
class _Fence:
    """A fenced text."""

    lang: str
    text: str
    before: str
    """The last line before it that is not blank."""


def items(block: Block, key: str) -> Iterator[Item]:
    """The call of a block, under this key, and what came back. A block that tells nothing is none:
    some versions write a call twice, once without anything."""
    used, answer = _call(block, key)
    if used.input or used.script or answer.output:
        yield used
        if answer.output or answer.status:
            yield answer


def _call(block: Block, key: str) -> tuple[Used, Answer]:
    name = block.tool.removesuffix("_v2")
    plain = tools.plain(name)
    summary, lines = _summary(block.lines)
    fences, loose = _parts(lines)
    told = _asked(loose, fences)
    if plain in tools.SHELLS or block.type == "shell":
        told = {**told, **_command(summary, loose, fences)}
        answer = _answer(key, _printed(fences), sure=False)
        return Used(key, name if plain in tools.SHELLS else "shell", told), answer
    answer = _answer(key, _result(loose, fences), sure=True)
    patch = _patch(lines, fences)
    if patch:
        return Used(key, "apply_patch", {}, patch), answer
    if plain in tools.EDITORS or block.type == "write":
        whole = plain in tools.WRITERS
        told = {**_edited(summary, loose, fences, whole=whole), **told}
        return Used(key, name if plain in tools.EDITORS else "edit", told, told=False), answer
    return Used(key, name, told or _looked(summary, loose)), answer


def _looked(summary: str, loose: Sequence[str]) -> dict[str, object]:
    """What was looked at: a name in the summary, or the first one below it."""
    inline = next((found[1] for line in loose if (found := _INLINE.match(line))), "")
    named = _named(summary) or inline
    words = named or _rest(summary)
    return {"path" if named else "query": words} if words else {}


def _answer(key: str, output: str, *, sure: bool) -> Answer:
    """``sure``: that there is an answer says that it went well."""
    if output.lstrip().startswith(_FAILED):
        return Answer(key, output, "error")
    return Answer(key, output, "success" if sure and output else "")


def _summary(lines: Sequence[str]) -> tuple[str, list[str]]:
    """The line that is shown of a closed block, and the lines below it."""
    rest = []
    summary = ""
    for line in lines:
        found = _SUMMARY.search(line, 0, _WITHIN) if not summary else None
        if found:
            summary = html.unescape(found[1])
            line = line[found.end() :]
        elif line.strip() in ("<details>", "</details>"):
            continue
        rest.append(line.removesuffix("</details>"))
    return summary, rest


def _parts(lines: Sequence[str]) -> tuple[list[_Fence], list[str]]:
    """The fenced texts, and the lines outside of them."""
    fences: list[_Fence] = []
    loose: list[str] = []
    opened, lang = "", ""
    inside: list[str] = []
    for line in lines:
        if opened and closes(line, opened):
            fences.append(_Fence(lang, "\n".join(inside), _last(loose)))
            opened = ""
        elif opened:
            inside.append(line)
        elif opened := fence(line):
            lang, inside = line.strip()[len(opened) :].strip(), []
            if line.strip()[len(opened) :].strip().startswith(opened[0]):
                opened = ""
        else:
            loose.append(line)
    if opened:
        fences.append(_Fence(lang, "\n".join(inside), _last(loose)))
    return fences, loose


def _last(lines: Sequence[str]) -> str:
    return next((line.strip() for line in reversed(lines[-3:]) if line.strip()), "")


def _asked(loose: Sequence[str], fences: Sequence[_Fence]) -> dict[str, object]:
    """The arguments, where they are listed by name."""
    found: dict[str, object] = {}
    for line in loose:
        argument = _ARGUMENT.fullmatch(line)
        if argument and argument[2] is not None:
            found[argument[1]] = argument[2]
    for one in fences:
        argument = _ARGUMENT.fullmatch(one.before)
        if argument and argument[2] is None:
            found.setdefault(argument[1], one.text)
    return found


def _command(summary: str, loose: Sequence[str], fences: Sequence[_Fence]) -> Mapping[str, object]:
    found: dict[str, object] = {}
    for line in loose:
        if line.startswith("Directory: `"):
            found["cwd"] = line.removeprefix("Directory: `").rstrip().removesuffix("`")
        elif (inline := _INLINE.fullmatch(line)) and "command" not in found:
            found["command"] = inline[1]
    script = next((one.text for one in fences if one.lang == "bash"), "")
    named = _OF_SUMMARY.match(summary) or _INLINE.fullmatch(summary)
    shown = summary.partition("Run command: ")[2]
    command = script or found.get("command") or (named[1] if named else shown)
    return {**found, "command": command} if command else found


def _printed(fences: Sequence[_Fence]) -> str:
    """What a command printed: the last fenced text that is not the command."""
    return next((one.text for one in reversed(fences) if one.lang != "bash"), "")


def _result(loose: Sequence[str], fences: Sequence[_Fence]) -> str:
    """What came back: a text that is marked so, else the last line, else the last fenced text."""
    for one in fences:
        if one.before in ("**Result:**", "Result:"):
            return one.text
        if one.before in ("**Error:**", "Error:"):
            return f"Error: {one.text}"
    said = _last(loose)
    if said.startswith(("Result: ", *_FAILED)):
        return said.removeprefix("Result: ")
    if fences and fences[-1].lang in ("", "text"):
        return fences[-1].text
    return said


def _edited(
    summary: str, loose: Sequence[str], fences: Sequence[_Fence], *, whole: bool
) -> dict[str, object]:
    """The file that was edited, and what the page tells of its text."""
    answer = [line for one in fences for line in one.text.split("\n", 3)[:3]]
    path = _path([summary, *loose, *answer]) or _named(summary)
    found: dict[str, object] = {"path": path} if path else {}
    edits = [edit for one in fences if one.lang == "diff" for edit in _chunks(one.text)]
    if edits:
        return {**found, "edits": edits}
    if whole and fences and (len(fences) > 1 or _path(loose)):
        return {**found, "content": fences[0].text + "\n"}
    return found


def _path(lines: Sequence[str]) -> str:
    for line in lines:
        found = _PATH.match(line, 0, _WITHIN)
        if found:
            return next(part for part in found.groups() if part).strip().rstrip(".")
    return ""


def _named(summary: str) -> str:
    found = _OF_SUMMARY.match(summary)
    return found[1] if found else ""


def _rest(summary: str) -> str:
    """What a summary says besides the tool's name."""
    return re.sub(r"Tool use: \*\*.{1,200}?\*\*", "", summary).strip(" •`")


def _chunks(diff: str) -> Iterator[dict[str, str]]:
    """The changes of a diff, each line of which has a sign and a space before its text.

    Lines between the first and the last may be left out: then only runs of changed lines count.
    """
    if any(mark in diff for mark in _ESCAPED) and not any(sign in diff for sign in "<>"):
        diff = html.unescape(diff)
    counts: tuple[int, int] | None = None
    chunk: list[str] = []
    for line in [*diff.split("\n"), "@@ -0,0 +0,0 @@"]:
        head = _CHUNK.match(line)
        if head is None:
            chunk.append(line)
            continue
        if counts is not None:
            yield from _changes(chunk, counts)
        counts, chunk = (int(head[1] or 1), int(head[2] or 1)), []


def _changes(lines: Sequence[str], counts: tuple[int, int]) -> Iterator[dict[str, str]]:
    old = [line[2:] for line in lines if line[:1] != "+"]
    new = [line[2:] for line in lines if line[:1] != "-"]
    if (len(old), len(new)) == counts and old:
        yield {"old_string": _joined(old), "new_string": _joined(new)}
        return
    run: list[str] = []
    for line in [*lines, ""]:
        if line[:1] in ("-", "+") and line:
            run.append(line)
            continue
        gone = [one[2:] for one in run if one[0] == "-"]
        if gone:
            put = [one[2:] for one in run if one[0] == "+"]
            yield {"old_string": _joined(gone), "new_string": _joined(put)}
        run = []


def _joined(lines: Sequence[str]) -> str:
    return "".join(line + "\n" for line in lines)


def _patch(lines: Sequence[str], fences: Sequence[_Fence]) -> str:
    """The patch of a block: whole in a fence, or its parts, each below the name of its file."""
    whole = next((one.text for one in fences if BEGIN in one.text), "")
    if whole:
        return whole
    found = [BEGIN]
    texts = iter(one for one in fences if one.lang == "diff" and _PART.fullmatch(one.before))
    for line in lines:
        part = _PART.fullmatch(line.strip())
        if part and part[1] == "Delete":
            found.append(f"*** Delete File: {part[2]}")
        elif part:
            text = next(texts, None)
            body = [text.text] if text else []
            found += [f"*** {_HEADERS[part[1]]} File: {part[2]}", *body]
    return "\n".join([*found, END]) if len(found) > 1 else ""
