"""The files of one session on disk: a transcript and what its agent keeps beside it.

Claude Code writes a sub-agent's records into ``<session>/subagents/agent-*.jsonl`` next to
``<session>.jsonl``, and earlier into ``agent-*.jsonl`` in the same folder.
"""

from __future__ import annotations

from pathlib import Path

_MOST = 2000
"""Files beside a transcript that are looked at; a home full of them must not stop us."""


def session_files(path: str | Path) -> list[Path]:
    """``path`` and the files that may hold sub-agents of its session, sorted."""
    main = Path(path)
    inside = sorted(main.with_suffix("").glob("**/*.jsonl"))[:_MOST]
    beside = sorted(main.parent.glob("agent-*.jsonl"))[:_MOST]
    found = [main, *inside, *beside]
    return list(dict.fromkeys(file for file in found if file == main or file.is_file()))
