"""Where everything stands: the names of pages, the anchors in them, the labels of links.

A link must survive the next weave. So a thread's page is named by its commit, a file's page
by its path alone, and a step's anchor by its part and number; section numbers are labels,
counted anew each time. Names of pages hold only letters, digits and ``._~-``: they need no
escaping in a link, and no file system treats two of them as one.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from treadle.thread.model import Part

LONGEST = 100
"""Longest readable share of a page's name, in characters."""

STRANDS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

NAMES = {
    "aider": "Aider",
    "amp": "Amp",
    "claude-code": "Claude Code",
    "codex": "Codex",
    "copilot-cli": "Copilot CLI",
    "cursor": "Cursor",
    "droid": "Droid",
    "gemini-cli": "Gemini CLI",
    "opencode": "OpenCode",
    "qwen": "Qwen Code",
}
"""Agents as their makers write them; others are called as their reader is."""

PAGE = re.compile(
    r"(?:(?:thread|file|names|story)/)?[A-Za-z0-9_~\-][A-Za-z0-9._~\-]*\.html|search/[a-z0-9\-]+\.js"
)
"""Names that a page can have, from the root of a site."""

_UNSAFE = re.compile(r"[^A-Za-z0-9._\-]")


@dataclass(frozen=True, slots=True)
class Link:
    """Words that lead somewhere. ``href`` is relative to the site's root; ``""`` is no link."""

    text: str
    href: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """One thread's place in the book."""

    number: int
    """1-based, in the order of time."""
    commit: str
    page: str
    parts: tuple[str, ...]
    """Ids of its parts, in their order."""

    @property
    def label(self) -> str:
        """``§3``."""
        return f"§{self.number}"


@dataclass(frozen=True, slots=True)
class Places:
    """The register of a book's pages."""

    sections: tuple[Section, ...]
    by_commit: Mapping[str, int]
    """Index of a commit's section."""
    by_part: Mapping[str, int]
    """Index of the first section that holds a part."""
    files: Mapping[str, str]
    """Page of each path that has one; of a long file the first."""
    heights: Mapping[str, int]
    """Of each file that is cut into several pages how many lines one holds."""
    alone: str = ""
    """The commit whose page stands alone, without any other to link to; ``""``: none does."""

    def step(self, commit: str, part: str, step: str) -> Link | None:
        """Return the link to a step, in the section of ``commit`` if it is there; or None."""
        at = self.by_commit.get(commit)
        if at is None or part not in self.sections[at].parts:
            at = self.by_part.get(part)
        if at is None or not part:
            return None
        section = self.sections[at]
        label = f"{section.label} ¶{strand(section.parts, part)}{step}"
        if self.alone:
            return Link(label, f"#{anchor(part, step)}" if section.commit == self.alone else "")
        return Link(label, f"{section.page}#{anchor(part, step)}")

    def section(self, commit: str) -> Section | None:
        """Return the section of a commit, or None where it has no thread.

        For a page that stands alone it has a number, but no page to go to.
        """
        at = self.by_commit.get(commit)
        if at is None:
            return None
        return replace(self.sections[at], page="") if self.alone else self.sections[at]

    def line(self, path: str, number: int) -> str:
        """Return where a 0-based line of a file of today stands; ``""`` where it has no page."""
        page = self.files.get(path)
        if not page:
            return ""
        nth = number // self.heights[path] if path in self.heights else 0
        return f"{nth_page(page, nth)}#L{number + 1}"


def anchor(part: str, step: str) -> str:
    """Return the id of a step's element: ``s-1f2e3d4c-1-8``."""
    return f"s-{part[:8]}-{step.replace('.', '-')}"


def turn_anchor(part: str, turn: int) -> str:
    """Return the id of a turn's element: ``t-1f2e3d4c-2``."""
    return f"t-{part[:8]}-{turn}"


def strand(parts: Sequence[str], part: str) -> str:
    """Return the letter of a part where a thread has several, else ``""``."""
    if len(parts) < 2:
        return ""
    at = parts.index(part)
    return STRANDS[at] if at < len(STRANDS) else f"{STRANDS[-1]}{at}"


def nth_page(page: str, nth: int) -> str:
    """Return the page that follows ``page`` as its ``nth`` (0: itself).

    No path's own page can be called so: a path has no empty name in it.
    """
    return page if not nth else f"{page.removesuffix('.html')}~~{nth + 1}.html"


def chapter_page(name: str, nth: int) -> str:
    """Return the page of a chapter; ``nth`` counts those of one name, from 0."""
    return nth_page(f"story/{name}.html", nth)


def register(
    threads: Iterable[tuple[str, tuple[str, ...]]],
    paths: Iterable[str],
    heights: Mapping[str, int] = MappingProxyType({}),
) -> Places:
    """Register threads, given in the order of time as commits and their parts' ids, and files."""
    sections = tuple(
        Section(number, commit, f"thread/{commit[:12]}.html", parts)
        for number, (commit, parts) in enumerate(threads, 1)
    )
    by_commit = {section.commit: at for at, section in enumerate(sections)}
    by_part: dict[str, int] = {}
    for at, section in enumerate(sections):
        for part in section.parts:
            by_part.setdefault(part, at)
    return Places(sections, by_commit, by_part, pages_of_files(paths), heights)


def pages_of_files(paths: Iterable[str]) -> dict[str, str]:
    """Return a page for each path; paths whose names differ by case alone all get a hash."""
    names = {path: page_name(path) for path in paths}
    taken = Counter(name.lower() for name in names.values())
    return {
        path: f"file/{name if taken[name.lower()] == 1 else page_name(path, tight=True)}.html"
        for path, name in names.items()
    }


def page_name(path: str, tight: bool = False) -> str:
    """Return a file name for a path: its readable share, and a hash where that is not all of it.

    ``/`` becomes ``~``. A hash is added to what is long, begins with a dot or holds a letter that
    a link or a file system could stumble over; with ``tight`` it is added in any case, and longer.
    """
    plain = "~".join(_UNSAFE.sub("_", name) for name in path.split("/"))
    safe = all(name and not _UNSAFE.search(name) for name in path.split("/"))
    if safe and not tight and len(plain) <= LONGEST and not plain.startswith("."):
        return plain
    digest = hashlib.sha256(path.encode("utf-8", "surrogatepass")).hexdigest()
    head = plain[:LONGEST].replace(".", "dot.", 1) if plain.startswith(".") else plain[:LONGEST]
    return f"{head}-{digest[: 40 if tight else 8]}"


def title_of(part: Part) -> str:
    """Return the words that name a part's agent: ``Claude Code 2.1``."""
    name = NAMES.get(part.agent, part.agent or "an unnamed agent")
    return f"{name} {part.version}".strip()
