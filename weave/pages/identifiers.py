"""The index of identifiers: where each name is defined, who changed it, and who uses it.

Where a name stands follows from the files of today, and which section wrote those lines from
their blame; so the index says what the pages say. Names are not resolved as a compiler would:
two things of one name share an entry, with all the places where that name is defined.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

from treadle.tangle.learnt.kept import Kept
from treadle.weave.code.defining import Definition
from treadle.weave.code.names import Names, names
from treadle.weave.pages.file import commit_link
from treadle.weave.places import Link
from treadle.weave.text import visible
from treadle.weave.view import Cloth, Plan

WHOLE = 20_000
"""Lines of a book up to which the index is one page; a larger one has a page a letter."""

PLACES = 4
"""Definitions of a name that are listed."""

SECTIONS = 8
"""Sections that changed or use a name that are listed, of each."""

LETTERS = "abcdefghijklmnopqrstuvwxyz"
OTHER = "0"
"""The name of the page for what begins with no such letter."""


@dataclass(frozen=True, slots=True)
class Place:
    """A definition."""

    kind: str
    line: Link
    """``table.py:57``."""
    by: Link
    """The step that wrote the line, or the commit where none is known."""


@dataclass(frozen=True, slots=True)
class Sections:
    """Sections, as far as there is room."""

    links: tuple[Link, ...] = ()
    more: int = 0


@dataclass(frozen=True, slots=True)
class Identifier:
    """One name."""

    name: str
    places: tuple[Place, ...]
    more: int
    """How many definitions are not listed."""
    changed: Sections
    """Sections that wrote other lines of its definitions."""
    used: Sections
    """Sections that wrote lines elsewhere that mention it."""


@dataclass(frozen=True, slots=True)
class Letter:
    """Names that begin alike."""

    anchor: str
    title: str
    href: str
    """Where they are listed."""
    count: int
    names: tuple[Identifier, ...]
    """Empty where they stand on another page."""


@dataclass(frozen=True, slots=True)
class NamesPage:
    """A page of the index."""

    page: str
    letters: tuple[Letter, ...]
    """All letters there are; on a page for one only this one has names."""
    here: str
    """The letter of the page, ``""`` on the first."""
    count: int


def page_names(plan: Plan) -> tuple[str, ...]:
    """Return the pages of the index: one, or one a letter more where the book is large."""
    lines = sum(run.count for file in plan.book.files for run in file.runs)
    letters = LETTERS + OTHER if lines > WHOLE else ""
    return ("identifiers.html", *(f"names/{letter}.html" for letter in letters))


def names_pages(plan: Plan, kept: Kept) -> Iterator[NamesPage]:
    """The views of the pages, in the order of ``page_names``."""
    first, *others = page_names(plan)
    entries = sorted(_identifiers(plan, kept), key=lambda one: (_letter(one.name), *_sorted(one)))
    by_letter = {name: tuple(group) for name, group in groupby(entries, _of_letter)}
    whole = len(entries)
    letters = [_summary(name, found, bool(others)) for name, found in by_letter.items()]
    if not others:
        shown = tuple(_with(letter, by_letter) for letter in letters)
        yield NamesPage(first, shown, "", whole)
        return
    yield NamesPage(first, tuple(letters), "", whole)
    for page, name in zip(others, LETTERS + OTHER, strict=True):
        shown = tuple(_with(one, by_letter) if one.anchor == name else one for one in letters)
        yield NamesPage(page, shown, name, whole)


def _letter(name: str) -> str:
    first = name.lstrip("_")[:1].lower()
    return first if first and first in LETTERS else OTHER


def _of_letter(one: Identifier) -> str:
    return _letter(one.name)


def _sorted(one: Identifier) -> tuple[str, str]:
    return one.name.lstrip("_").lower(), one.name


def _summary(name: str, found: Sequence[Identifier], split: bool) -> Letter:
    href = f"names/{name}.html" if split else f"identifiers.html#letter-{name}"
    return Letter(name, "Other" if name == OTHER else name.upper(), href, len(found), ())


def _with(letter: Letter, found: Mapping[str, tuple[Identifier, ...]]) -> Letter:
    return Letter(letter.anchor, letter.title, letter.href, letter.count, found[letter.anchor])


# -- what files say -------------------------------------------------------------------------


def read_names(files: Iterable[Cloth], kept: Kept) -> list[Names]:
    """Return the names of each file that has any text, in order; read only what is new."""
    wanted = {_digest(file): file for file in files}
    found = kept.get_all("names", list(wanted))
    fresh = {
        key: names(file.path, file.text or "") for key, file in wanted.items() if key not in found
    }
    kept.put("names", {key: _plain(one) for key, one in fresh.items()})
    return [fresh[key] if key in fresh else _back(found[key]) for key in wanted]


def _digest(file: Cloth) -> str:
    name = file.path.rpartition("/")[2]
    text = f"{name}\0{file.text}".encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=12).hexdigest()


def _plain(one: Names) -> list[object]:
    defined = [[each.name, each.kind, each.line, each.end] for each in one.defined]
    return [defined, [[name, list(lines)] for name, lines in one.mentioned]]


def _back(plain: object) -> Names:
    assert isinstance(plain, list)
    defined, mentioned = plain
    return Names(
        tuple(Definition(*each) for each in defined),
        tuple((name, tuple(lines)) for name, lines in mentioned),
    )


# -- who wrote what -------------------------------------------------------------------------


class _File:
    """A file whose lines can be asked who wrote them."""

    def __init__(self, plan: Plan, cloth: Cloth) -> None:
        self.cloth = cloth
        self.starts = [run.start for run in cloth.runs]
        sections = plan.places.by_commit
        self.sections = [sections.get(run.commit, -1) for run in cloth.runs]

    def run(self, line: int) -> int:
        """The index of the run that holds a line; -1 where there is none."""
        return bisect_right(self.starts, line) - 1


def _identifiers(plan: Plan, kept: Kept) -> Iterator[Identifier]:
    cloths = list({_digest(file): file for file in plan.book.files if file.text}.values())
    said = read_names(cloths, kept)
    files = [_File(plan, cloth) for cloth in cloths]
    defined: dict[str, list[tuple[int, Definition]]] = {}
    for at, one in enumerate(said):
        for each in one.defined:
            if len(each.name.strip("_")) > 1:
                defined.setdefault(each.name, []).append((at, each))
    mentions: dict[str, list[tuple[int, tuple[int, ...]]]] = {}
    for at, one in enumerate(said):
        for name, lines in one.mentioned:
            if name in defined:
                mentions.setdefault(name, []).append((at, lines))
    for name, found in defined.items():
        yield _identifier(plan, files, name, found, mentions.get(name, []))


def _identifier(
    plan: Plan,
    files: Sequence[_File],
    name: str,
    found: Sequence[tuple[int, Definition]],
    mentions: Sequence[tuple[int, tuple[int, ...]]],
) -> Identifier:
    own = {(at, one.line) for at, one in found}
    wrote: dict[int, tuple[int, int]] = {}
    changed: dict[int, tuple[int, int]] = {}
    used: dict[int, tuple[int, int]] = {}
    for at, one in found:
        _note(files[at], at, (one.line,), wrote)
        first, last = files[at].run(one.line), files[at].run(one.end - 1)
        for run in range(first + 1, last + 1):
            changed.setdefault(files[at].sections[run], (at, files[at].starts[run]))
    for at, lines in mentions:
        _note(files[at], at, (line for line in lines if (at, line) not in own), used)
    return Identifier(
        name=visible(name),
        places=tuple(_place(plan, files[at], one) for at, one in found[:PLACES]),
        more=max(0, len(found) - PLACES),
        changed=_sections(plan, files, changed, wrote),
        used=_sections(plan, files, used, {**wrote, **changed}),
    )


def _note(file: _File, at: int, lines: Iterable[int], into: dict[int, tuple[int, int]]) -> None:
    """Note of each section that wrote one of the lines where it did so first."""
    for line in lines:
        run = file.run(line)
        if run >= 0:
            into.setdefault(file.sections[run], (at, line))


def _place(plan: Plan, file: _File, one: Definition) -> Place:
    cloth = file.cloth
    name = visible(cloth.path.rpartition("/")[2])
    run = file.run(one.line)
    by = _step(plan, file, run) if run >= 0 else Link("nobody")
    return Place(
        one.kind, Link(f"{name}:{one.line + 1}", plan.places.line(cloth.path, one.line)), by
    )


def _step(plan: Plan, file: _File, run: int) -> Link:
    wrote = file.cloth.runs[run]
    found = plan.places.step(wrote.commit, wrote.origin.part, wrote.origin.step)
    return found or commit_link(plan, wrote.commit)


def _sections(
    plan: Plan,
    files: Sequence[_File],
    found: Mapping[int, tuple[int, int]],
    but: Mapping[int, tuple[int, int]],
) -> Sections:
    """The sections ``found``, in their order, without those in ``but``; each leads to a step."""
    numbers = sorted(number for number in found if number >= 0 and number not in but)
    links = []
    for number in numbers[:SECTIONS]:
        at, line = found[number]
        step = _step(plan, files[at], files[at].run(line))
        links.append(Link(plan.places.sections[number].label, step.href))
    return Sections(tuple(links), max(0, len(numbers) - SECTIONS))
