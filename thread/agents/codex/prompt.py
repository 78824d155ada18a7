"""What stands in a user message of Codex.

The person's own words are the smaller part: the same messages carry what the program puts in
for the model (instructions, the surroundings, reports of sub-agents), all of it text that
begins in a certain way. An editor puts its state before the words.
"""

from __future__ import annotations

from dataclasses import dataclass

from treadle.thread.agents.codex.result import Result, result
from treadle.thread.agents.events import clip

_INJECTED = (
    "# AGENTS.md instructions",
    "<INSTRUCTIONS>",
    "<user_instructions>",
    "<permissions instructions>",
    "<recommended_plugins>",
    "<skill>",
    "<skills_instructions>",
    "<plugins_instructions>",
    "<apps_instructions>",
    "<goal_context>",
    "<codex_internal_context>",
    "<collaboration_mode>",
    "<model_switch>",
    "<personality_spec>",
    "<hook_prompt",
    "<user_action>",
    "<realtime_conversation>",
    "Another language model started to solve this problem",
    "You were originally given instructions from a user over one or more turns.",
)
_SURROUNDINGS = "<environment_context>"
_EDITOR = "# Context from my IDE setup:"
_REQUEST = "## My request for Codex:"


@dataclass(frozen=True, slots=True)
class Prose:
    """Words: of the person, the agent or the program."""

    kind: str
    """``prompt``, ``said``, ``thought`` or ``marked``."""
    text: str
    output: str = ""
    rank: int = 0
    """Everything is recorded more than once: 0 as the model sees it, 1 as an event for the screen,
    2 as an item of the history by turns."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A command that the person ran by typing ``!`` before it."""

    command: str
    result: Result


@dataclass(frozen=True, slots=True)
class Folder:
    """The folder that the session works in, as the surroundings tell it."""

    path: str


def words(text: str, rank: int = 0) -> Prose | Typed | Folder | None:
    """What a text in a user message is; None where the program put it in for the model alone."""
    start = text.lstrip()
    if not start or start.startswith(_INJECTED):
        return None
    if start.startswith(_SURROUNDINGS):
        return _folder(start)
    if start.startswith("<user_shell_command>"):
        return Typed(between(start, "command").strip(), result(between(start, "result").lstrip()))
    if start.startswith("<turn_aborted>"):
        return Prose("marked", "interrupted", rank=rank)
    if start.startswith("<subagent_notification>"):
        report = between(start, "subagent_notification").strip()
        return Prose("marked", "report of a sub-agent", report, rank)
    if start.startswith(_EDITOR) and _REQUEST in start:
        text = start.partition(_REQUEST)[2].strip()
    return Prose("prompt", clip.prose(text), rank=rank) if text.strip() else None


def _folder(text: str) -> Folder | None:
    path = between(text, "cwd").strip()
    if not path:
        path = text.partition("Current working directory:")[2].split("\n", 1)[0].strip()
    return Folder(path) if path else None


def between(text: str, tag: str) -> str:
    """What stands in the first element named ``tag``, up to the end if it is not closed; ``""``
    if there is none."""
    start = text.find(f"<{tag}>")
    if start < 0:
        return ""
    start += len(tag) + 2
    end = text.find(f"</{tag}>", start)
    return text[start:] if end < 0 else text[start:end]
