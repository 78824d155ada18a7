"""What the committed ``.treadle.toml`` says, and what of it counts.

It comes with a clone, from whoever wrote it: its size is bounded, it is read as TOML and
nothing else, and it may only narrow (``thread.wishes.settings``). Both the committed file and the
one in the work tree are heeded, so that neither taking it out of the work tree nor not yet
committing it lets anything out. A file that cannot be read may have asked for anything: then the
last committed one that can be read counts in its place, or the least there is is kept if there is
none, and nothing leaves this machine until it can.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from treadle.thread.repo import Repo
from treadle.thread.wishes import patterns
from treadle.thread.wishes.settings import FILE, OUTPUTS, Wish, narrowest

_LARGEST = 1 << 16
_MOST = 200
_BACK = 20
"""Commits of the file that are looked at for one that can be read."""
_HEAD = f"HEAD:{FILE}"
_MEANT = {"agents": "agents", "leaveout": "leaveOut", "output": "output", "thinking": "thinking",
          "localonly": "localOnly"}  # fmt: skip
"""What a key means, written in any of the usual ways (``leaveOut``, ``leave-out``)."""
_CLOSED = "nothing leaves this machine"
_LEAST = f"no output of tools and no thinking is kept, and {_CLOSED}"
_PERSONAL = ("share", "folder", "folders")


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What the file asks for."""

    wishes: tuple[Wish, ...] = ()
    refused: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def narrowing(repo: Repo) -> Narrowing:
    """What ``.treadle.toml`` says, as committed and as it lies in the work tree."""
    seen: set[bytes] = set()
    told: dict[str, Narrowing] = {}
    broken: list[str] = []
    for where, read in ((_HEAD, _committed), (FILE, _lying)):
        try:
            text = read(repo)
            if text is not None and text not in seen:
                seen.add(text)
                told[where] = parsed(text, where)
        except (OSError, ValueError) as error:
            why = error.strerror if isinstance(error, OSError) else ""
            broken.append(f"{where} cannot be read: {why or error}")
    instead = [_instead(repo, broken, _HEAD in told)] if broken else []
    return _together([*instead, *told.values()])


def _instead(repo: Repo, broken: Sequence[str], committed: bool) -> Narrowing:
    """What counts where a file cannot be read: the last one that was committed and can be, unless
    HEAD's counts anyhow; of none what keeps least."""
    name, last = (_HEAD, Narrowing()) if committed else _last(repo)
    strict = () if name else _strictest(FILE)
    counts = f"what {name} says counts, and {_CLOSED}" if name else _LEAST
    told = tuple(f"{why}; until it can, {counts}" for why in broken)
    return _together([Narrowing((Wish("localOnly", True, FILE), *strict), (), told), last])


def _last(repo: Repo) -> tuple[str, Narrowing]:
    """The newest commit's file that can be read, with its name; ``""`` if there is none."""
    found = repo.text("rev-list", f"--max-count={_BACK}", "HEAD", "--", FILE)
    for id_ in found.split():
        name = f"{id_[:8]}:{FILE}"
        try:
            text = _committed(repo, id_)
            if text is not None:
                return name, parsed(text, name)
        except (OSError, ValueError):
            continue
    return "", Narrowing()


def _strictest(where: str) -> tuple[Wish, ...]:
    """All that can be kept less of without knowing what was meant."""
    return tuple(Wish(name, narrowest(name), where) for name in ("output", "thinking"))


def _together(told: Sequence[Narrowing]) -> Narrowing:
    return Narrowing(
        tuple(wish for each in told for wish in each.wishes),
        tuple(reason for each in told for reason in each.refused),
        tuple(problem for each in told for problem in each.problems),
    )


def parsed(text: bytes, where: str) -> Narrowing:
    """What one file says; ``where`` is how it is told of. ``ValueError`` if it is no TOML."""
    import tomllib

    if len(text) > _LARGEST:
        raise ValueError(f"it is larger than {_LARGEST >> 10} KB")
    try:
        values = tomllib.loads(text.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    wishes: list[Wish] = []
    refused: list[str] = []
    problems: list[str] = []
    kept = _CLOSED
    for key, value in values.items():
        name = _MEANT.get(key.replace("-", "").replace("_", "").lower(), "")
        if not name:
            refused.append(f"{key[:60]}: {_why(key)}")
        elif name == "leaveOut" and (odd := _odd(value)):
            problems.append(f"{where}: {key} cannot be understood: {odd}")
            wishes.append(Wish(name, _but_odd(value), where))
        elif (meant := _meaning(name, value)) is None:
            problems.append(f"{where}: {key[:60]} cannot be understood")
            wishes += _strictest(where)
            kept = _LEAST
        elif not _narrows(meant):
            refused.append(f"{key} = {str(value).lower()}: this file may only narrow")
        else:
            wishes.append(Wish(name, meant, where))
    if problems:
        wishes.append(Wish("localOnly", True, where))
        problems[-1] += f"; until it can, {kept}"
    return Narrowing(tuple(wishes), tuple(refused), tuple(problems))


def _why(key: str) -> str:
    if key.lower() in _PERSONAL:
        return "only your own git config may say this"
    return "there is no such setting"


def _narrows(value: object) -> bool:
    """Whether a value can narrow anything at all."""
    return value not in (OUTPUTS[-1], "wide")


def _meaning(name: str, value: object) -> object | None:
    """A value as a wish holds it, ``"wide"`` for one that would widen, None for nonsense."""
    if name in ("agents", "leaveOut"):
        return _list(value)
    if name == "output":
        return value if value in OUTPUTS else None
    if not isinstance(value, bool):
        return None
    wide = value is (name == "thinking")
    return "wide" if wide else value


def _list(value: object) -> tuple[str, ...] | None:
    rows = value if isinstance(value, list) else [value]
    texts = tuple(row for row in rows if isinstance(row, str))
    if len(texts) != len(rows) or len(texts) > _MOST:
        return None
    return texts


def _odd(value: object) -> str:
    """The first pattern that means nothing, and why; ``""`` if each means something."""
    told = ((text, patterns.refusal(text)) for text in _list(value) or ())
    return next((f"{text[:40]!r}: {why}" for text, why in told if why), "")


def _but_odd(value: object) -> tuple[str, ...]:
    """The other patterns: what they name is left out whatever stands beside them."""
    return tuple(text for text in _list(value) or () if not patterns.refusal(text))


def _committed(repo: Repo, commit: str = "HEAD") -> bytes | None:
    found = repo.text("rev-parse", "--verify", "--quiet", f"{commit}:{FILE}")
    if not found:
        return None
    size = repo.text("cat-file", "-s", found)
    if not size.isdecimal() or int(size) > _LARGEST:
        raise OSError(f"it is larger than {_LARGEST >> 10} KB" if size else "its blob is missing")
    return repo.read(found)


def _lying(repo: Repo) -> bytes | None:
    from treadle.thread.agents.source import Source

    path = os.path.join(repo.top, FILE)
    if not repo.top or not os.path.lexists(path):
        return None
    with Source.file(path).open() as file:
        return file.read(_LARGEST + 1)
