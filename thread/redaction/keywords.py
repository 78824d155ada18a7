"""Secrets that only their name gives away: ``DB_PASSWORD=...``, ``"api_key": "..."``.

One pass of RE2 proposes: a word for a secret, a sign of assignment, a value. What the value looks
like disposes, since code is full of such words: a value that is a variable, a call, a path, a
name, a placeholder or a dummy is none. People choose passwords, so a password needs less to be
one than a token, which is random.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from treadle.thread.redaction.dummies import Hit, is_dummy, is_name, mixed
from treadle.thread.redaction.linear import compiled, spans

_PASSWORD = "pass(?:word|wd|phrase|code)|pwd"
_SECRET = (
    "(?:api|access|auth|signing|encryption|private|master|account|storage|secret|service|deploy"
    "|license|webhook|session|shared|app)[_-]?(?:key|secret|token)|client[_-]?secret|secret"
    "|credentials?|auth|token"
)
_PROPOSED = (
    rf"(?i)(?:{_PASSWORD}|{_SECRET})[a-z0-9_-]{{0,24}}[\"'`\]\\]{{0,6}}"
    r"[ \t]{0,8}(?::=|=>|[:=,])[ \t]{0,8}\\{0,4}[\"'`]?[^\s\"'`\\]{8,512}"
)


@cache
def _parts() -> re.Pattern[str]:
    """The same, taken apart: only where RE2 proposed it, and no longer than it allowed."""
    return re.compile(
        rf"(?P<word>(?:(?i:{_PASSWORD}|{_SECRET})))(?P<more>[A-Za-z0-9_-]{{0,24}}+)"
        r"[\"'`\]\\]{0,6}+(?P<gap>[ \t]{0,8}+)(?P<sign>:=|=>|[:=,])(?P<space>[ \t]{0,8}+)"
        r"\\{0,4}(?P<quote>[\"'`]?)(?P<value>[^\s\"'`\\]{8,512}+)\\{0,4}(?P<end>[\"'`]?)"
    )


_SIGNS = re.compile(r"[$<{\[(@~]|%(?:[({]|[a-z](?![A-Za-z0-9]))|\*\*")
"""How a variable, a placeholder, a pattern or a path begins."""
_CODE = re.compile(r"[(){}\[\]<>$|]|\.\.\.|::|->|=>|==|://")
_TAIL = ",;:.)]}>"
_MORE = re.compile(r"s?(?:[_-].*|[0-9A-Z].*|)")
"""What may follow the word in a longer name: not the rest of another word."""
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ]?")
_ID = re.compile(r"[0-9a-f]{7,128}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def find(text: str) -> Iterator[Hit]:
    """Values that the word before them calls secret."""
    for start, end in spans(compiled(_PROPOSED), text):
        match = _parts().match(text, start, min(len(text), end + 8))
        if match is None or not _MORE.fullmatch(match["more"]) or not _is_assigned(match):
            continue
        value, word = match["value"], match["word"].lower()
        if not match["quote"]:
            value = value.rstrip(_TAIL)
        if _is_secret(word, value):
            begin = match.start("value")
            rule = "password" if re.fullmatch(_PASSWORD, word) else "secret"
            yield Hit(begin, begin + len(value), rule)


def _is_assigned(match: re.Match[str]) -> bool:
    """Whether the value stands where a literal does: in quotes, or as in ``.env`` and YAML."""
    if match["sign"] == ",":
        return match["quote"] in ("'", '"') and match["end"] == match["quote"]
    if match["quote"]:
        return match["end"] == match["quote"]
    if match["sign"] == "=":
        return not match["gap"] and not match["space"]
    return match["sign"] == ":" and not match["gap"] and bool(match["space"])


def _is_secret(word: str, value: str) -> bool:
    if _SIGNS.match(value) or _CODE.search(value) or _TIME.match(value) or is_dummy(value):
        return False
    if re.fullmatch(_PASSWORD, word):
        return is_password(value)
    if word in ("token", "auth") and _ID.fullmatch(value):
        return False
    return len(value) >= 16 and mixed(value) and not is_name(value)


def is_password(value: str) -> bool:
    """Whether somebody chose a value as a password: not a word, a name or a number, but several
    kinds of characters."""
    kinds = (str.islower, str.isupper, str.isdigit)
    used = sum(any(map(kind, value)) for kind in kinds) + (not value.isalnum())
    if len(value) < 8 or len(set(value)) < 6:
        return False
    if used >= 3:
        return not is_name(value) or any(map(str.isdigit, value))
    return used == 2 and (any(map(str.isdigit, value)) or len(value) >= 12) and not is_name(value)
