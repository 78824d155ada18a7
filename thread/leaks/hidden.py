"""What was scrubbed here stays away: it is hidden in whatever is recorded later, too.

The agents' transcripts still hold a secret that was scrubbed, and a commit that is amended is
recorded out of them again. So each pattern is kept in treadle's folder, in a file that only its
owner can read and that is never shared: one JSON object a line, ``pattern`` and ``fixed``.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator

from treadle.thread.errors import UserError
from treadle.thread.leaks.needle import Needle
from treadle.thread.redaction.rules import Finder
from treadle.thread.repo import Repo

FILE = "hidden"


def path(repo: Repo) -> str:
    """Where the patterns stand."""
    return os.path.join(repo.common_dir, "treadle", FILE)


def hide(repo: Repo, needle: Needle) -> bool:
    """Keep a pattern; whether it was not kept before."""
    if any((old.pattern, old.fixed) == (needle.pattern, needle.fixed) for old in _needles(repo)):
        return False
    where = path(repo)
    os.makedirs(os.path.dirname(where), mode=0o700, exist_ok=True)
    row = json.dumps({"pattern": needle.pattern, "fixed": needle.fixed})
    with open(where, "a", encoding="ascii", opener=_private) as file:
        file.write(f"{row}\n")
        file.flush()
        os.fsync(file.fileno())
    return True


def finder(repo: Repo) -> Finder | None:
    """Finds what must be hidden in a text; None where nothing was scrubbed here.

    ``UserError`` where the file cannot be read: nothing is stored rather than a secret.
    """
    needles = tuple(_needles(repo))
    if not needles:
        return None
    return lambda text: [span for needle in needles for span in needle.find(text)]


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


def _needles(repo: Repo) -> Iterator[Needle]:
    where = path(repo)
    try:
        with open(where, encoding="ascii") as file:
            rows = file.read().splitlines()
    except FileNotFoundError:
        return
    except (OSError, UnicodeDecodeError) as error:
        raise _broken(where, str(error)) from None
    for number, row in enumerate(rows, 1):
        if not row:
            continue
        try:
            told = json.loads(row)
            yield Needle(told["pattern"], fixed=told["fixed"] is True)
        except (ValueError, TypeError, KeyError, AttributeError, UserError):
            raise _broken(f"{where}:{number}", "no pattern that can be read") from None


def _broken(where: str, why: str) -> UserError:
    return UserError(
        f"what was scrubbed here cannot be told, so nothing is recorded: {where}: {why}",
        "mend that line or delete it, and treadle scrub the secret again",
    )
