"""What was rendered once of one document, for the next time its page is woven.

Most of a thread's page follows from its document alone: answers out of Markdown, diffs in
colours. They cost ten times what the rest of the page does, while what changes from one weave
to the next is only where its lines stand today. So they are kept, all those of a page as one
answer under the id of the document.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping


class Memo:
    """Pieces of HTML by all that they are made of."""

    def __init__(self, found: object = None) -> None:
        self._found: Mapping[str, str] = found if isinstance(found, dict) else {}
        self.used: dict[str, str] = {}
        """The pieces that were asked for."""

    @property
    def fresh(self) -> bool:
        """Whether there is something to keep."""
        return self.used.keys() != self._found.keys()

    def once(self, kind: str, make: Callable[[], str], *told: object) -> str:
        """Return what was made of ``told`` before, else what ``make`` makes of it now."""
        digest = hashlib.blake2b(kind.encode(), digest_size=12)
        for one in told:
            digest.update(b"\0")
            digest.update(str(one).encode("utf-8", "surrogatepass"))
        name = digest.hexdigest()
        if name not in self.used:
            found = self._found.get(name)
            self.used[name] = make() if found is None else found
        return self.used[name]
