"""Fields of decoded JSON, whatever stands in them.

A transcript is not trusted to have the shape that its agent gives it today: each of these
looks for one type, and answers with an empty value where something else stands.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime

_TIME = re.compile(r"\d{4}-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d\.\d{3}Z")


def text(value: object, key: str) -> str:
    """The string under ``key``, or ``""``."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, str) else ""


def whole(value: object, key: str) -> int | None:
    """The integer under ``key``, or None."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def table(value: object, key: str) -> dict[str, object]:
    """The object under ``key``, or an empty one."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, dict) else {}


def rows(value: object, key: str) -> list[object]:
    """The array under ``key``, or an empty one."""
    found = value.get(key) if isinstance(value, dict) else None
    return found if isinstance(found, list) else []


def moment(value: object, key: str) -> str:
    """The time under ``key`` as ``YYYY-MM-DDTHH:MM:SS.mmmZ`` in UTC, or ``""``.

    Accepts ISO 8601 with any offset (none means UTC) and milliseconds since 1970.
    """
    found = value.get(key) if isinstance(value, dict) else None
    if isinstance(found, str) and _TIME.fullmatch(found):
        return found
    try:
        if isinstance(found, str):
            when = datetime.fromisoformat(found)
        elif isinstance(found, int | float) and not isinstance(found, bool):
            when = datetime.fromtimestamp(found / 1000, UTC)
        else:
            return ""
        when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return when.replace(tzinfo=None).isoformat(timespec="milliseconds") + "Z"
