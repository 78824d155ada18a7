"""Answers what was searched: which steps hold these words, and where their lines stand.

What a user types is never a query language: words are words, whatever signs stand in them,
and only what stands in quotes must be found as it is. If no step holds all that was asked,
less is asked for, and the answer says so: first the words of a phrase apart, then any of
the words. A hit names one line of its text, and a line of code its place in the commit's
file, which is asked of the line map.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from treadle.tangle.searching.meant import meant, slips
from treadle.tangle.searching.words import matches, words
from treadle.thread.story import REASON, first_line

if TYPE_CHECKING:
    from treadle.tangle.learnt.index import Piece
    from treadle.tangle.searching.wordbook import Found, Limits, Wordbook

MOST_WORDS = 32
"""Words of a query that count."""
WAYS = ("whole", "words", "some")
"""How a hit holds what was asked: as it was asked, all words apart, or some of them."""
_PHRASE = re.compile(r'"([^"]*)"?')
_SHORT = 3
"""Letters from which on a word is looked for as the beginning of longer ones too."""
_A_THREAD = 3
"""Hits that one thread may have among the first."""
_DEEP = 12
"""How many times more hits are asked for than are shown, since some fall together."""


@dataclass(frozen=True, slots=True)
class Query:
    """What was asked: words, and phrases of several words."""

    terms: tuple[tuple[str, ...], ...]
    """Each a phrase of one word or more, folded."""
    exact: frozenset[int] = frozenset()
    """Indices of those that stood in quotes: their last word is no beginning."""

    @property
    def wanted(self) -> tuple[str, ...]:
        """All words, each once."""
        return tuple(dict.fromkeys(word for term in self.terms for word in term))


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage that was found, and the line that says why."""

    found: Found
    commit: str
    """Id of a commit whose document holds it."""
    address: str
    """``COMMIT:T.S``, ``COMMIT:PART:T.S`` or ``COMMIT``, in short ids."""
    line: str
    """The line of the passage that holds most of the words, without LF."""
    marks: tuple[tuple[int, int], ...]
    """Half-open ranges of ``line`` that match, in order."""
    prompt: str = ""
    """First line of the prompt that the step followed; ``""`` of a prompt or a title itself."""
    path: str = ""
    """Of code the file it was written in."""
    at: int | None = None
    """Of code the 0-based line of the commit's file at which ``line`` stands; None where the
    commit does not hold it."""
    also: int = 0
    """How many other steps say the same or belong to the same thread and are not listed."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a search found."""

    hits: tuple[Hit, ...]
    way: str
    """One of ``WAYS``; ``""`` where there are no hits."""
    meant: tuple[tuple[str, str], ...] = ()
    """Words asked for that stand nowhere, each with the one that was likely meant."""


def asked(arguments: Iterable[str]) -> Query:
    """A query out of what was typed: an argument with a space in it was quoted in the shell."""
    terms: list[tuple[tuple[str, ...], bool]] = []
    for argument in arguments:
        if '"' not in argument and len(argument.split()) > 1:
            argument = f'"{argument}"'
        at = 0
        for quoted in _PHRASE.finditer(argument):
            terms += [(_words(word), False) for word in argument[at : quoted.start()].split()]
            terms.append((_words(quoted[1]), True))
            at = quoted.end()
        terms += [(_words(word), False) for word in argument[at:].split()]
    kept = [(term, exact) for term, exact in dict.fromkeys(terms) if term][:MOST_WORDS]
    exact = frozenset(index for index, (_, quoted) in enumerate(kept) if quoted)
    return Query(tuple(term for term, _ in kept), exact)


def _words(text: str) -> tuple[str, ...]:
    return tuple(word for word, _, _ in words(text))[:MOST_WORDS]


def search(book: Wordbook, query: Query, limits: Limits, most: int) -> Answer:
    """The best hits for ``query``, at most so many; where there are none, for less than it."""
    for way, asked_for in _ladder(query):
        found = book.ask(asked_for, limits, most * _DEEP)
        if found:
            hits = _gathered(book, query, found, most)[:most]
            unheard = _meant(book, query) if way == "some" else ()
            return Answer(tuple(_placed(book, hits)), way, unheard)
    return Answer((), "", _meant(book, query))


def _meant(book: Wordbook, query: Query) -> tuple[tuple[str, str], ...]:
    """Of the words that no text has those that have a likely one beside them."""
    unheard = [word for word in query.wanted[:MOST_WORDS] if book.lacks(word)]
    pairs = ((word, meant(word, book.near(word, slips(word)))) for word in unheard)
    return tuple((word, other) for word, other in pairs if other)


def _ladder(query: Query) -> Iterator[tuple[str, str]]:
    """What is asked of the index, in turn, until something is found."""
    exact = [_match(term, index in query.exact) for index, term in enumerate(query.terms)]
    yield "whole", " AND ".join(exact)
    apart = [_match((word,), False) for word in query.wanted[:MOST_WORDS]]
    if len(apart) > len(query.terms):
        yield "words", " AND ".join(apart)
    if len(apart) > 1:
        yield "some", " OR ".join(apart)


def _match(term: Sequence[str], exact: bool) -> str:
    """One phrase in FTS5's language; folded words hold no quotes."""
    phrase = f'"{" ".join(term)}"'
    if exact or len(term[-1]) < _SHORT:
        return phrase
    return f"({phrase} OR {phrase} *)"


# -- from passages to hits --------------------------------------------------------------


def _gathered(book: Wordbook, query: Query, found: Sequence[Found], most: int) -> list[Hit]:
    """Hits in their order; what says the same once, and of a thread only the first few."""
    hits: dict[tuple[str, str], Hit] = {}
    threads: dict[str, list[tuple[str, str]]] = {}
    commits: dict[str, str] = {}
    for one in found:
        commit = commits.get(one.part) or _commit(book, one)
        commits[one.part] = commit
        if not commit:
            continue
        same = (one.kind, one.text)
        held = threads.setdefault(commit, [])
        if same in hits:
            hits[same] = replace(hits[same], also=hits[same].also + 1)
        elif len(held) >= _A_THREAD:
            last = hits[held[-1]]
            hits[held[-1]] = replace(last, also=last.also + 1)
        else:
            hits[same] = _hit(book, query, one, commit)
            held.append(same)
    return _mixed(list(hits.values()), most)


def _mixed(hits: Sequence[Hit], most: int) -> list[Hit]:
    """The hits, commits' subjects that leave no room for threads behind all others."""
    titles = [hit for hit in hits if hit.found.kind == "title"]
    late = {id(hit) for hit in titles[max(1, most * 2 // 5) :]}
    first = [hit for hit in hits if id(hit) not in late]
    return first + [hit for hit in hits if id(hit) in late]


def _commit(book: Wordbook, found: Found) -> str:
    """The commit that is named for a passage: one that ``HEAD`` reaches, where there is one."""
    if found.kind == "title":
        return found.part
    held = sorted(book.holders(found.part))
    repo = book.index.repo
    if len(held) > 1:
        graph = ["for-each-ref", "--count=1", "--format=%(refname)"]
        reached = (id_ for id_ in held if repo.text(*graph, f"--contains={id_}"))
        return next(reached, held[0])
    return held[0] if held else ""


def _hit(book: Wordbook, query: Query, found: Found, commit: str) -> Hit:
    number, line, marks = best_line(found.text, query.wanted)
    path = ""
    if found.kind == "edited":
        above = found.text.split("\n")[: number + 1]
        path = next((row[1:] for row in reversed(above) if row[:1] == "@"), "")
    prompt = ""
    if found.kind not in ("title", "prompt"):
        turn = found.step.partition(".")[0]
        prompt = first_line(book.prompt(found.part, turn), REASON)
    return Hit(found, commit, _address(book, found, commit), line, marks, prompt, path)


def _address(book: Wordbook, found: Found, commit: str) -> str:
    if found.kind == "title":
        return commit[:8]
    step = found.step if found.kind != "prompt" else f"{found.step.partition('.')[0]}.1"
    return f"{commit[:8]}:{found.part[:8]}:{step}"


def best_line(text: str, wanted: Sequence[str]) -> tuple[int, str, tuple[tuple[int, int], ...]]:
    """The line of ``text`` that holds most of the words ``wanted``: its 0-based number, itself,
    and where they stand in it. Of two that are alike an added line goes first, then the earlier."""
    lines = text.split("\n")
    best: tuple[int, bool] = (0, False)
    at, ranges = 0, tuple[tuple[int, int], ...]()
    for number in _candidates(lines, wanted):
        hits = list(matches(lines[number], wanted))
        rank = len({word for _, _, word in hits}), lines[number][:1] == "+"
        if hits and rank > best:
            best, at = rank, number
            ranges = tuple((begin, end) for begin, end, _ in hits)
            if best == (len(wanted), True):
                break
    return at, lines[at], ranges


def _candidates(lines: Sequence[str], wanted: Sequence[str]) -> Iterable[int]:
    """Lines that may hold a word, found quickly; all of them where none is found so."""
    near = re.compile("|".join(map(re.escape, wanted)), re.IGNORECASE)
    return [n for n, line in enumerate(lines) if near.search(line)] or range(len(lines))


# -- where lines of code stand ----------------------------------------------------------


def _placed(book: Wordbook, hits: Sequence[Hit]) -> Iterator[Hit]:
    """The hits; those in code with the line of the commit's file."""
    index = book.index
    code = [hit for hit in hits if hit.path and hit.line[:1] == "+"]
    index.learn(hit.commit for hit in code)
    maps = index.maps((hit.commit, hit.path) for hit in code)
    blobs = dict(_blobs(book, code))
    for hit in hits:
        pieces, _ = maps.get((hit.commit, hit.path), ((), ""))
        text = blobs.get((hit.commit, hit.path))
        yield replace(hit, at=_line(hit, pieces, text)) if pieces and text else hit


def _blobs(book: Wordbook, code: Sequence[Hit]) -> Iterator[tuple[tuple[str, str], str]]:
    """The text of each hit's file as its commit has it."""
    from treadle.thread.repo import decode

    files = {(hit.commit, hit.path): book.blob(hit.commit, hit.path) for hit in code}
    known = [(key, blob) for key, blob in files.items() if blob]
    texts = book.index.repo.read_all(blob for _, blob in known)
    for (key, _), text in zip(known, texts, strict=True):
        if text is not None:
            yield key, decode(text)


def _line(hit: Hit, pieces: Sequence[Piece], text: str) -> int | None:
    """The 0-based line at which the step's line stands, None where it did not stay."""
    lines = text.split("\n")
    wanted = hit.line[1:]
    for piece in pieces:
        if tuple(piece[2:4]) == (hit.found.part, hit.found.step):
            for at in range(piece[0], min(piece[0] + piece[1], len(lines))):
                if lines[at] == wanted:
                    return at
    return None
