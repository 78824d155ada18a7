"""What is too regular to be a secret: placeholders, examples of manuals, dummies of tests.

To hide them in code would cost a file its text for nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache


@dataclass(frozen=True, slots=True)
class Hit:
    """Something to hide: ``text[start:end]``, in characters, and the rule that found it."""

    start: int
    end: int
    rule: str


_WORDS = (
    "example dummy placeholder redacted sample changeme replace insert notreal secret token "
    "qwerty asdfgh fake test your xxxx foobar"
)
_PLAIN_PASSWORD = (
    r"(?i)(?:my|your|the|some|a|db|user|test|super|top)?[-_]?(?:pass(?:word|wd|phrase)?|pwd?|"
    r"secret|token|key|root|admin|guest|postgres|mysql|test|example|changeme|foobar|demo|"
    r"x-oauth-basic|redacted|hidden|masked|placeholder|x{3,64}|\.{3,8}|…)[-_]?[0-9]{0,4}"
)
_JOINT = re.compile(r"[._/+-]|(?<=[a-z0-9])(?=[A-Z])")
_PIECE = re.compile(r"[A-Z]?[a-z]{0,40}+[0-9]{0,3}|[A-Z]{1,40}+[0-9]{0,3}|[0-9]{1,4}")
"""What names are joined of: words and short numbers."""
_SHORT = 3.5
"""Characters of a piece, in the mean, below which the pieces are no words."""


@cache
def _dummy_word() -> re.Pattern[str]:
    """The words of dummies, as they are written: random text hits three spellings rarely."""
    spelt = [form for word in _WORDS.split() for form in (word, word.upper(), word.capitalize())]
    return re.compile("|".join(spelt))


def _regular(text: str, stride: int) -> bool:
    """Whether most characters repeat or follow those ``stride`` before them, or six in a row do."""
    steps = [ord(b) - ord(a) for a, b in zip(text, text[stride:], strict=False)]
    alike = sum(step in (0, 1) for step in steps)
    series = any(steps[i : i + 5] == [1] * 5 for i in range(len(steps) - 4))
    return alike * 2 > len(steps) or series


def varied(value: str) -> bool:
    """Whether random characters would look so: many kinds, no series, no period, no word.

    It refuses fewer than one in ten thousand random values of 16 characters or more,
    hexadecimal ones included.
    """
    head = value[:40]
    if len(set(head)) <= len(head) // 4:
        return False
    if any(head[period:] == head[:-period] for period in range(1, len(head) // 2 + 1)):
        return False
    if _regular(head, 1) or _regular(head, 2):
        return False
    return _dummy_word().search(value) is None


def mixed(value: str) -> bool:
    """``varied``, and of two kinds at least among lower case, upper case and digits."""
    kinds = (str.islower, str.isupper, str.isdigit)
    return sum(any(map(kind, value)) for kind in kinds) > 1 and varied(value)


def is_dummy(value: str) -> bool:
    """Whether a value says itself that it is none, or repeats itself."""
    return not varied(value) or plain_password(value)


def plain_password(value: str) -> bool:
    """Whether a password is one that everybody writes where one is to be put."""
    return re.fullmatch(_PLAIN_PASSWORD, value) is not None


def is_name(value: str) -> bool:
    """Whether a value is words joined together, as names in a program are."""
    pieces = _JOINT.split(value)
    return len(value) >= _SHORT * len(pieces) and all(map(_PIECE.fullmatch, pieces))
