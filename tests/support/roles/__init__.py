"""The agents whose sessions can be acted out."""

from __future__ import annotations

from collections.abc import Sequence

from tests.support.roles.claude_code import CLAUDE_CODE
from tests.support.roles.codex import CODEX
from tests.support.roles.gemini_cli import GEMINI_CLI
from tests.support.roles.role import Fields, Role

ROLES = (CLAUDE_CODE, CODEX, GEMINI_CLI)


def role_of(records: Sequence[Fields]) -> Role | None:
    """The agent that wrote a transcript, None where it is none of these."""
    return next((role for role in ROLES if role.session(records)), None)
