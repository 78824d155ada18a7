"""What counts as a word when somebody searches, in prose and in code alike.

A search is only as good as the agreement between what was indexed and what is asked, so
both come here. A word is a run of letters and digits, without regard to case and accents;
``_`` and all other signs part words, so that ``tide_table`` is found by ``tide table``. A name
like ``tideTable`` is one word, and its pieces are words as well. Scripts that write no spaces
give one word a character.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

LONGEST = 64
"""Characters of a word that count; what is longer is no word that anybody types."""
_SPACELESS = "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
_WORD = re.compile(rf"[{_SPACELESS}]|[^\W_{_SPACELESS}]+")
_PIECE = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_INNER = re.compile(r"[a-z0-9][A-Z]|[A-Z]{2}[a-z]")
"""Where a name is made of several: ``aB``, ``HTTPServer``."""


def words(text: str) -> Iterator[tuple[str, int, int]]:
    """Each word of ``text`` as it is compared, and the half-open range where it stands."""
    for found in _WORD.finditer(text):
        yield fold(found[0]), found.start(), found.end()


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """A word as it is compared: small letters, no accents, at most ``LONGEST`` characters."""
    if word.isascii():
        return word[:LONGEST].lower()
    from unicodedata import category, normalize

    letters = normalize("NFKD", word[:LONGEST])
    return "".join(letter for letter in letters if category(letter) != "Mn").lower()


@lru_cache(maxsize=1 << 16)
def pieces(word: str) -> tuple[str, ...]:
    """The words that a name is made of, as they are compared; none where it is only one."""
    if not _INNER.search(word):
        return ()
    found = tuple(piece.lower() for piece in _PIECE.findall(word[:LONGEST]))
    return found if len(found) > 1 else ()


def spelled(text: str) -> str:
    """All words of ``text`` in their order, and behind them the pieces of its names.

    This is what is indexed: any tokeniser that cuts at spaces sees the same words as we do.
    """
    found = _WORD.findall(text)
    names = dict.fromkeys(word for word in found if len(word) > 3 and pieces(word))
    return " ".join([*map(fold, found), *(piece for name in names for piece in pieces(name))])


def vocabulary(text: str) -> set[str]:
    """The words of ``spelled``, each once: for who need not know their order, and faster, since
    most words of a text come again."""
    found: set[str] = set()
    for word in set(_WORD.findall(text)):
        # Letters that are not ASCII may be spelled out in several words.
        found.update((fold(word),) if word.isascii() else fold(word).split(" "))
        if len(word) > 3:
            found.update(pieces(word))
    return found - {""}


def matches(text: str, wanted: Iterable[str]) -> Iterator[tuple[int, int, str]]:
    """Where a word, or a piece of it, begins with one of the words ``wanted`` (folded).

    Yields half-open ranges of ``text``, in order, with the wanted word.
    """
    asked = tuple(dict.fromkeys(wanted))
    for found in _WORD.finditer(text):
        forms = (fold(found[0]), *pieces(found[0]))
        hit = next((word for word in asked for form in forms if form.startswith(word)), None)
        if hit is not None:
            yield found.start(), found.end(), hit
