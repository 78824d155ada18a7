"""How often an entry of the queue was tried in vain."""

from __future__ import annotations

import json
import os
from contextlib import suppress

_MOST = 20
_ENTRIES = 20_000


class Tries:
    """Counts by the entry's name, in a file of treadle's folder; forgotten, they begin anew."""

    def __init__(self, folder: str) -> None:
        self._path = os.path.join(folder, "tries.json")

    def count(self, name: str) -> int:
        """Count one more try in vain; how many there were, this one included."""
        counts = self._read()
        counts[name] = counts.get(name, 0) + 1
        self._write(counts)
        return counts[name]

    def enough(self, count: int) -> bool:
        """Whether it is given up."""
        return count >= _MOST

    def forget(self, name: str) -> None:
        """The entry is done."""
        counts = self._read()
        if counts.pop(name, None) is not None:
            self._write(counts)

    def _read(self) -> dict[str, int]:
        try:
            with open(self._path, encoding="utf-8") as file:
                told = json.load(file)
            return {str(name): int(count) for name, count in [*told.items()][-_ENTRIES:]}
        except (OSError, ValueError, AttributeError, TypeError, RecursionError):
            return {}

    def _write(self, counts: dict[str, int]) -> None:
        fresh = f"{self._path}.{os.getpid()}"
        with suppress(OSError):
            with open(fresh, "w", encoding="utf-8") as file:
                json.dump(counts, file)
            os.replace(fresh, self._path)
