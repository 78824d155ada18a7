"""Moments: seconds since 1970, and the ISO 8601 texts in UTC that documents hold."""

from __future__ import annotations

import time


def utc(seconds: float) -> str:
    """Seconds since 1970 as UTC, ISO 8601 with milliseconds and ``Z``; ``""`` beyond all years."""
    whole = int(seconds // 1)
    try:
        return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(whole)) + ".000Z"
    except (OverflowError, ValueError, OSError):
        return ""


def seconds(stamp: str) -> float:
    """An ISO 8601 time as seconds since 1970, in UTC where it names no zone; 0 for what is none."""
    from datetime import UTC, datetime

    try:
        found = datetime.fromisoformat(stamp)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError):
        return 0.0
