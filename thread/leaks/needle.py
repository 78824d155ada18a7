"""What is looked for when a leaked secret is scrubbed: a pattern of RE2, or plain text.

RE2 takes linear time whatever the pattern. It is asked over bytes, since notes may be anything.
"""

from __future__ import annotations

from treadle.thread.errors import UserError
from treadle.thread.redaction.linear import spans

MARK = b"[redacted:scrubbed]"
"""What stands for it where a note is no document."""
_LARGEST = 10_000
"""Characters of a pattern."""


class Needle:
    """One pattern, ready to be looked for."""

    def __init__(self, pattern: str, *, fixed: bool = False) -> None:
        """``fixed``: the pattern is the very text. ``UserError`` where it cannot be used."""
        import re2

        self.pattern, self.fixed = pattern, fixed
        if len(pattern) > _LARGEST:
            raise UserError("the pattern is too long", f"{_LARGEST} characters at most", 2)
        options = re2.Options()
        options.log_errors = False
        asked = pattern.encode("utf-8", "surrogateescape")
        try:
            self._pattern = re2.compile(re2.escape(asked) if fixed else asked, options)
        except re2.error as error:
            said = error.args[0] if error.args else error
            told = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
            raise UserError(
                f"the pattern cannot be read: {told}",
                "it is a regular expression of RE2; --fixed takes it as plain text",
                2,
            ) from None
        if self._pattern.search(b"") is not None or self._pattern.search(MARK) is not None:
            raise UserError(
                "the pattern matches the empty text, or the mark that stands for what is scrubbed",
                "give one that matches the secret alone",
                2,
            )

    def find(self, text: str) -> list[tuple[int, int]]:
        """The ranges ``[start, end)`` of a text that match, in characters."""
        return list(spans(self._pattern, text))

    def inside(self, raw: bytes) -> bool:
        """Whether it stands anywhere in some bytes."""
        return self._pattern.search(raw) is not None

    def taken_out(self, raw: bytes) -> bytes:
        """The bytes with the mark in its place."""
        pieces, at = [], 0
        for match in self._pattern.finditer(raw):
            pieces += [raw[at : match.start()], MARK]
            at = match.end()
        return b"".join([*pieces, raw[at:]]) if pieces else raw
