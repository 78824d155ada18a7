"""What came back from a tool of Codex.

The same answer has had many forms: plain text, text below a few lines on how it went, JSON in
a string, JSON in a string in an array. All of them come down to a text, an exit code, and
whether it worked.

    Chunk ID: 6bd6b6                       Script running with cell ID 7
    Wall time: 0.1 seconds                 Wall time 10.0 seconds
    Process exited with code 0             Output:
    Output:                                ...
    ...
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from treadle.thread.agents.reading.fields import rows, table, text, whole
from treadle.thread.agents.reading.lines import Decoder

_HEAD = re.compile(
    r"(?:Chunk ID:|Wall time|Process exited with code|Process running with session ID"
    r"|Exit code:|Duration:|Original token count:|Total output lines:"
    r"|Script (?:completed|failed|running|done))"
)
_EXIT = re.compile(r"(?:Process exited with code|Exit code:) (-?\d{1,10})\s*")
_RUNNING = re.compile(r"(?:Process running with session|Script running with cell) ID:? (\S{1,80})")
_OUTPUT = ("Output:", "Final output:")
_HEAD_LINES = 8
_DECLINED = ("rejected by user", "denied by user", "declined by user", "user rejected")
_FAILED = (
    "apply_patch verification failed",
    "patch rejected",
    "patch detected without explicit call to apply_patch",
    "invalid patch",
    "failed to ",
    "exec_command failed",
    "execution error",
    "unsupported call",
    "command timed out",
    "aborted",
    "write_stdin failed",
    "error: ",
)


@dataclass(frozen=True, slots=True)
class Result:
    """An answer to a call."""

    text: str
    ok: bool | None
    """None while it is still running."""
    exit: int | None = None
    declined: bool = False
    """The person did not allow it."""
    running: str = ""
    """By which name a later call asks how it goes on; ``""`` once it has ended."""

    @property
    def weight(self) -> int:
        """Of several answers to one call the heaviest is the one to keep."""
        return 2 * (not self.running) + bool(self.text)


def result(output: object) -> Result:
    """The answer in the ``output`` of a call, whatever form it has."""
    success = output.get("success") if isinstance(output, dict) else None
    said, code = _unpacked(_flat(output))
    said, head = _below(said)
    found = _EXIT.search(head)
    code = int(found[1]) if found else code
    going_on = _RUNNING.search(head)
    declined = any(sign in said[:400].lower() for sign in _DECLINED) and code != 0
    ok: bool | None = None if going_on else True
    if code is not None or isinstance(success, bool):
        ok = code == 0 if code is not None else bool(success)
    elif declined or "Script failed" in head or said.lower().startswith(_FAILED):
        ok = False
    return Result(said, ok, code, declined, going_on[1] if going_on else "")


def _flat(output: object) -> str:
    """All text in an output: a string, an array of blocks, or an object around either."""
    if isinstance(output, str):
        return output
    if isinstance(output, dict):
        return _flat(output.get("content", output.get("output", "")))
    if not isinstance(output, list):
        return ""
    parts = []
    for block in output:
        kind = text(block, "type")
        parts.append(text(block, "text") or ("[image]" if "image" in kind else ""))
    return "".join(part if part.endswith("\n") else part + "\n" for part in parts if part)


def decoded(said: str) -> object:
    """The JSON in a text, without lone surrogates; None if it is not just one document."""
    documents, complaints = Decoder().documents(said.encode("utf-8", "replace"))
    return documents[0] if len(documents) == 1 and not complaints else None


def _unpacked(said: str) -> tuple[str, int | None]:
    """The text and the exit code of a command, where a string holds JSON that has them."""
    if not said.startswith('{"'):
        return said, None
    packed = decoded(said)
    inner = text(packed, "output")
    code = whole(table(packed, "metadata"), "exit_code")
    code = whole(packed, "exit_code") if code is None else code
    known = isinstance(packed, dict) and ("output" in packed or code is not None)
    return (inner, code) if known else (said, None)


def _below(said: str) -> tuple[str, str]:
    """What stands below the lines on how it went, and those lines."""
    lines = said.split("\n", _HEAD_LINES)
    if not _HEAD.match(lines[0]):
        return said, ""
    for number, line in enumerate(lines):
        if line.strip() in _OUTPUT:
            return "\n".join(lines[number + 1 :]), "\n".join(lines[:number])
        if not _HEAD.match(line) and line.strip():
            return "\n".join(lines[number:]), "\n".join(lines[:number])
    return "", said


def packed(result: Result) -> Result:
    """The answer of the only command in a script that printed it as JSON."""
    said, code = _unpacked(result.text.strip())
    if code is None:
        return result
    return Result(said, code == 0, code, result.declined, result.running)


def commands_output(value: object) -> str:
    """What a finished command printed, in any of the fields that say it."""
    for key in ("aggregated_output", "aggregatedOutput"):
        if text(value, key):
            return text(value, key)
    out, error = text(value, "stdout"), text(value, "stderr")
    if out or error:
        return f"{out}\n{error}" if out and error and not out.endswith("\n") else out + error
    return text(value, "formatted_output") or text(value, "formattedOutput")


def blocks(value: object, key: str) -> list[str]:
    """The texts of a message's blocks, images by their place."""
    found = [text(value, key)] if text(value, key) else []
    for block in rows(value, key):
        kind = text(block, "type")
        if isinstance(block, str):
            found.append(block)
        elif text(block, "text"):
            found.append(text(block, "text"))
        elif "image" in kind:
            found.append("[image]")
    return found
