"""Tokens that nothing gives away but that no person and no program would write otherwise.

A run of letters and digits in which upper case, lower case and digits take turns as dice do is a
key of something. Most long runs in a repository are not: commit ids, checksums, uuids, ids that
agents give their calls, names in camel case, paths, and base64 of texts and images. Those are
known by their form, by what stands before them, or by what they decode to.
"""

from __future__ import annotations

import binascii
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from math import log2

from treadle.thread.redaction.dummies import Hit, is_dummy, is_name
from treadle.thread.redaction.linear import compiled, spans

_RUN = r"[A-Za-z0-9+/_-]{32,}"
_LONGEST = 200
"""Longer runs are files, not keys."""
_BITS = 4.1
"""Of entropy a character; 32 random letters and digits have 4.4 and more, in all but a few."""
_TURNS = 0.45
"""Share of neighbours that are of two kinds: 0.6 in random text, 0.2 in names."""
_KNOWN = re.compile(
    r"(?:sha(?:1|256|384|512)[-:]|h1:|integrity[\"': =]{1,6}(?:sha[0-9]{1,3}-)?|base64,"
    r"|ssh-(?:rsa|ed25519|dss) |ecdsa-sha2-[a-z0-9-]{1,20} |SHA256:|W/\"|[Ee][Tt]ag[\"': ]{1,6})\Z"
)
"""What stands before a checksum, a picture or a public key."""
_IDS = re.compile(
    r"sha[0-9]{1,3}-|SflKxwRJSMeKKF2QT4fwpMeJf36POk6yJV|(?:toolu|msg|req|call|chatcmpl|resp|fc|rs|run|thread|step|asst|file|srvtoolu|item|ws|conv)[_-]"
)
"""How ids begin that agents and their services give to calls and answers, checksums that name
themselves, and the signature of the token that every tutorial shows."""
_MAGIC = (
    *(b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"PK\x03"),
    *(b"%PDF", b"\x7fELF", b"wOF", b"\0asm"),
)
"""How pictures, archives, fonts and programs begin."""


_LINE_BEHIND = re.compile(r"={0,2}\n[ +-]?[A-Za-z0-9+/]{4,76}={0,2}(?:\n|\Z)")
_LINE_BEFORE = re.compile(r"(?:\n|\A)[ +-]?[A-Za-z0-9+/]{60,76}\n[ +-]?\Z")
_WORD = re.compile(r"[A-Z]?[a-z]{3,20}|[a-z]{1,20}(?:[-_][a-z0-9]{1,20}){1,9}")
_PATH = ("~", ".", "\\")
"""What stands before the rest of a path."""
_UUID = re.compile("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def find(text: str) -> Iterator[Hit]:
    """Runs that look random and are nothing known."""
    for start, end in spans(compiled(_RUN), text):
        whole = text[start:end]
        run = whole.strip("-_/+")
        if len(run) < 32 or len(run) > _LONGEST or run.islower() or not _looks_random(run):
            continue
        begin = start + whole.index(run)
        if text[max(0, start - 1) : start] not in _PATH and not _is_known(text, begin, run):
            yield Hit(begin, begin + len(run), "random")


def _looks_random(run: str) -> bool:
    kinds = [_kind(c) for c in run]
    if not {0, 1, 2} <= set(kinds):
        return False
    turns = sum(a != b for a, b in pairwise(kinds))
    return turns >= _TURNS * (len(run) - 1) and bits(run) >= _BITS


def bits(run: str) -> float:
    """Shannon's entropy of a text's characters, in bits each."""
    counts = Counter(run).values()
    return -sum(n / len(run) * log2(n / len(run)) for n in counts)


@cache
def _kind(char: str) -> int:
    return 0 if char.islower() else 1 if char.isupper() else 2 if char.isdigit() else 3


def _is_known(text: str, start: int, run: str) -> bool:
    if _IDS.match(run) or _KNOWN.search(text, max(0, start - 40), start) or is_dummy(run):
        return True
    end = start + len(run)
    return _is_line(text, start, end) or _is_path(run) or is_name(run) or _is_text(run)


def _is_line(text: str, start: int, end: int) -> bool:
    """A whole line beside another one of the same kind, as broken base64 is: part of a file."""
    begins = start == 0 or text[start - 1] in "\n +-"
    ends = end >= len(text) or text[end] in "\n="
    if not (begins and ends and 60 <= end - start <= 76):
        return False
    before = _LINE_BEFORE.search(text, max(0, start - 90), start)
    return before is not None or _LINE_BEHIND.match(text, end) is not None


def _is_path(run: str) -> bool:
    """Whether it has a word between two slashes, or holds a uuid."""
    if _UUID.search(run):
        return True
    names = run.split("/")
    return len(names) > 1 and any(map(_WORD.fullmatch, names))


def _is_text(run: str) -> bool:
    """Whether it is base64 of a text or of a picture."""
    try:
        plain = binascii.a2b_base64(run.replace("-", "+").replace("_", "/") + "==")
    except binascii.Error:
        return False
    if plain.startswith(_MAGIC):
        return True
    return sum(32 <= byte < 127 or byte in (9, 10, 13) for byte in plain) > 0.9 * len(plain)
