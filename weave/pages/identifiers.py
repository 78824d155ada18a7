"""The index of identifiers: where each name is defined, who changed it, and who uses it.

Where a name stands follows from the files of today, and which section wrote those lines from
their blame; so the index says what the pages say. Names are not resolved as a compiler would:
two things of one name share an entry, with all the places where that name is defined.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

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

SHARE = 32
"""Files read between two times at which their names are kept."""

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


def page_letters(plan: Plan) -> str:
    """Return the letters that have a page of their own: none where the book is small."""
    lines = sum(run.count for file in plan.book.files for run in file.runs)
    return LETTERS + OTHER if lines > WHOLE else ""


def page_names(plan: Plan) -> tuple[str, ...]:
    """Return the pages of the index: one, or one a letter more where the book is large."""
    return ("identifiers.html", *(f"names/{letter}.html" for letter in page_letters(plan)))


def definitions(page: NamesPage) -> Iterator[tuple[str, str, str, str]]:
    """What a page lists as defined: the name, what it is, the line in words and where it stands."""
    for letter in page.letters:
        for one in letter.names:
            for place in one.places:
                yield one.name, place.kind, place.line.text, place.line.href


def names_pages(plan: Plan, kept: Kept) -> Iterator[NamesPage]:
    """The views of the pages, in the order of ``page_names``, each made when it is asked for."""
    first, *others = page_names(plan)
    register = _Register(plan, kept)
    by_letter: dict[str, list[str]] = {}
    for name in sorted(register.defined, key=_sorted):
        by_letter.setdefault(_letter(name), []).append(name)
    count = len(register.defined)
    letters = tuple(_summary(one, by_letter[one], bool(others)) for one in sorted(by_letter))

    def shown(letter: Letter) -> Letter:
        own = tuple(_identifier(register, name) for name in by_letter[letter.anchor])
        return replace(letter, names=own)

    if not others:
        yield NamesPage(first, tuple(map(shown, letters)), "", count)
        return
    yield NamesPage(first, letters, "", count)
    for page, here in zip(others, LETTERS + OTHER, strict=True):
        told = (shown(one) if one.anchor == here else one for one in letters)
        yield NamesPage(page, tuple(told), here, count)


def _letter(name: str) -> str:
    first = name.lstrip("_")[:1].lower()
    return first if first and first in LETTERS else OTHER


def _sorted(name: str) -> tuple[str, str]:
    return name.lstrip("_").lower(), name


def _summary(name: str, found: Sequence[str], split: bool) -> Letter:
    href = f"names/{name}.html" if split else f"identifiers.html#letter-{name}"
    return Letter(name, "Other" if name == OTHER else name.upper(), href, len(found), ())


# -- what files say -------------------------------------------------------------------------


def read_names(files: Iterable[Cloth], kept: Kept) -> Iterator[Names]:
    """The names of each file that has any text, in order, one at a time; read only what is new."""
    fresh: dict[str, object] = {}
    for file in files:
        key = _digest(file)
        found = kept.get("names", key)
        if found is not None:
            yield _back(found)
            continue
        one = names(file.path, file.text.read() if file.text else "")
        fresh[key] = _plain(one)
        if len(fresh) == SHARE:
            kept.put("names", fresh)
            fresh = {}
        yield one
    kept.put("names", fresh)


def keep_names(file: Cloth, text: str, kept: Kept) -> None:
    """Read the names of a file while its tokens are at hand, for the index that comes later."""
    key = _digest(file)
    if kept.folder and not kept.has("names", key):
        kept.put("names", {key: _plain(names(file.path, text))})


def _digest(file: Cloth) -> str:
    """A file's text, and its name, which tells its language."""
    return f"{file.path.rpartition('/')[2]}\0{file.text.blob if file.text else ''}"


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


Sites = dict[int, tuple[int, int]]
"""Of sections, by their index, where each first wrote a line: a file's index, and the line."""


class _Register:
    """The names that files define, and the sections that use them.

    Files are read one after the other, and twice: who uses a name can be told only when all
    that define one are known, and what all files mention is too much to be remembered.
    """

    def __init__(self, plan: Plan, kept: Kept) -> None:
        cloths = {_digest(one): one for one in plan.book.files if one.text and one.text.lines}
        self.plan = plan
        self.files = [_File(plan, cloth) for cloth in cloths.values()]
        self.defined: dict[str, list[tuple[int, Definition]]] = {}
        self.used: dict[str, Sites] = {}
        for at, one in enumerate(read_names(cloths.values(), kept)):
            for each in one.defined:
                if len(each.name.strip("_")) > 1:
                    self.defined.setdefault(each.name, []).append((at, each))
        for at, one in enumerate(read_names(cloths.values(), kept)):
            for name, lines in one.mentioned:
                if name in self.defined:
                    self._use(at, name, lines)

    def _use(self, at: int, name: str, lines: Iterable[int]) -> None:
        own = {one.line for where, one in self.defined[name] if where == at}
        others = (line for line in lines if line not in own)
        _note(self.files[at], at, others, self.used.setdefault(name, {}))


def _identifier(register: _Register, name: str) -> Identifier:
    plan, files, found = register.plan, register.files, register.defined[name]
    wrote: Sites = {}
    changed: Sites = {}
    for at, one in found:
        _note(files[at], at, (one.line,), wrote)
        first, last = files[at].run(one.line), files[at].run(one.end - 1)
        for run in range(first + 1, last + 1):
            changed.setdefault(files[at].sections[run], (at, files[at].starts[run]))
    used = register.used.get(name, {})
    return Identifier(
        name=visible(name),
        places=tuple(_place(plan, files[at], one) for at, one in found[:PLACES]),
        more=max(0, len(found) - PLACES),
        changed=_sections(plan, files, changed, wrote),
        used=_sections(plan, files, used, {**wrote, **changed}),
    )


def _note(file: _File, at: int, lines: Iterable[int], into: Sites) -> None:
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
    found: Sites,
    but: Sites,
) -> Sections:
    """The sections ``found``, in their order, without those in ``but``; each leads to a step."""
    numbers = sorted(number for number in found if number >= 0 and number not in but)
    links = []
    for number in numbers[:SECTIONS]:
        at, line = found[number]
        step = _step(plan, files[at], files[at].run(line))
        links.append(Link(plan.places.sections[number].label, step.href))
    return Sections(tuple(links), max(0, len(numbers) - SECTIONS))
