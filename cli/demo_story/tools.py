"""What the agent's tools answer, in the words and shapes of Claude Code.

Every answer has two forms: the text that the agent reads, and the result that the transcript
keeps beside it, with the file before the edit and the patch.
"""

from __future__ import annotations

from difflib import SequenceMatcher

from treadle.cli.demo_story.book import Json
from treadle.thread.origin import split_lines

Answer = tuple[Json, Json]
"""For the agent; for the record."""


def numbered(text: str) -> str:
    """Lines with their 1-based numbers, as ``cat -n`` prints them."""
    return "\n".join(f"{n:6}→{line}" for n, line in enumerate(text.split("\n"), 1))


def read(path: str, text: str) -> Answer:
    """A whole file was read."""
    count = len(text.split("\n"))
    file: Json = {
        "filePath": path,
        "content": text,
        "numLines": count,
        "startLine": 1,
        "totalLines": count,
    }
    return numbered(text), {"type": "text", "file": file}


def searched(found: list[str]) -> Answer:
    """A word was searched for; ``found`` has the lines, ``path:line:text``."""
    text = "\n".join(found)
    kept: Json = {
        "mode": "content",
        "numFiles": 0,
        "filenames": [],
        "content": text,
        "numLines": len(found),
    }
    return text, kept


def wrote(path: str, before: str | None, text: str) -> Answer:
    """A whole file was written."""
    kept: Json = {
        "type": "create" if before is None else "update",
        "filePath": path,
        "content": text,
        "structuredPatch": [] if before is None else patch(before, text),
        "originalFile": before,
    }
    if before is None:
        return f"File created successfully at: {path}", kept
    return f"The file {path} has been updated successfully.", kept


def edited(path: str, before: str, old: str, new: str) -> Answer:
    """A piece of a file was replaced."""
    kept: Json = {
        "filePath": path,
        "oldString": old,
        "newString": new,
        "originalFile": before,
        "structuredPatch": patch(before, before.replace(old, new, 1)),
        "userModified": False,
        "replaceAll": False,
    }
    return f"The file {path} has been updated successfully.", kept


def not_found(old: str) -> Answer:
    """The piece to replace is not in the file."""
    said = f"String to replace not found in file.\nString: {old}"
    return f"<tool_use_error>{said}</tool_use_error>", f"Error: {said}"


def ran(output: str, exit: int) -> Answer:
    """A command ended."""
    if exit:
        said = f"Exit code {exit}\n{output}"
        return said, f"Error: {said}"
    return output, {"stdout": output, "stderr": "", "interrupted": False, "isImage": False}


def returned(prompt: str, agent: str, answer: str, seconds: int, calls: int) -> Answer:
    """A sub-agent came back."""
    text: Json = {"type": "text", "text": answer}
    resume = f"agentId: {agent} (for resuming to continue this agent's work if needed)"
    kept: Json = {
        "status": "completed",
        "prompt": prompt,
        "agentId": agent,
        "content": [text],
        "totalDurationMs": seconds * 1000,
        "totalTokens": 0,
        "totalToolUseCount": calls,
    }
    return [text, {"type": "text", "text": resume}], kept


def patch(before: str, after: str) -> list[Json]:
    """The change as hunks with three lines of context, 1-based as unified diffs are."""
    old, new = split_lines(before), split_lines(after)
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    return [_hunk(group, old, new) for group in matcher.get_grouped_opcodes(3)]


def _hunk(
    group: list[tuple[str, int, int, int, int]], old: list[str], new: list[str]
) -> dict[str, Json]:
    lines: list[Json] = []
    for tag, a, b, c, d in group:
        if tag == "equal":
            lines += [" " + line.removesuffix("\n") for line in old[a:b]]
            continue
        lines += ["-" + line.removesuffix("\n") for line in old[a:b]]
        lines += ["+" + line.removesuffix("\n") for line in new[c:d]]
    first, last = group[0], group[-1]
    return {
        "oldStart": first[1] + 1,
        "oldLines": last[2] - first[1],
        "newStart": first[3] + 1,
        "newLines": last[4] - first[3],
        "lines": lines,
    }
