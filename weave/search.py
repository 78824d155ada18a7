"""The index with which the site's own search answers, as scripts that a page loads on demand.

A page that is opened from the file system may not fetch, but it may add a classic script. So
the index is cut into scripts, each a call of ``treadleSearch.put``, and typing loads only those
that can hold the word. Nothing in it needs a server, a module or a worker.

    search/index.js          the threads, and the blocks there are
    search/files.js          the files, for who types a name, and which scripts hold identifiers
    search/names-LETTER.js   where identifiers are defined, by their first letter; in a small book
                             one script has all
    search/b-KEY.js          a block: which passages its threads have, where its words stand
    search/b-KEY-N.js        a range of its words, each with the passages that hold it
    search/t-KEY.js          the passages of one thread, for the line that is shown

A name holds the key of all that the file is made of, so a file that stands there is up to
date, a browser's cache is never wrong, and a weave writes only what is new. Blocks hold 16 threads,
or 64, 256 or 1024 where there are as many: like the digits of a number, so that one more thread
changes only the last block as a rule, and a search asks few of them whatever the size.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from treadle.tangle.searching.passages import Passage, passages
from treadle.tangle.searching.words import vocabulary
from treadle.thread.model import Part
from treadle.weave.text import visible

FOLDER = "search"
VERSION = 1
"""Of the files' form; ``search.js`` reads this one alone."""
SMALLEST = 16
"""Threads of the smallest block."""
LARGEST_BLOCK = 1024
TIMES = 4
"""How many blocks of one size make one of the next."""
SHARE = 8
"""Threads for each of which a block's words are cut into one range more."""
LONGEST_WORD = 32
"""Longer words are keys, sums and the like: nobody types them."""
PROSE = 8_000
"""Characters of a prompt, a thought or a message that are searched."""
CODE = 4_000
"""Characters of a command or of an edit's new lines that are searched."""
WEIGHTS = {"title": 4, "prompt": 3, "said": 2, "thought": 1, "ran": 0, "edited": 0}
"""What a passage weighs, as a class of the script's."""
DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
"""Of numbers in the index: five bits each, the sixth says that another follows."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thread, as the index is made of it."""

    key: str
    """Of the document: changes with all that is searched of it."""
    subject: str
    day: str
    """``2026-01-31``."""
    parts: tuple[tuple[str, Part], ...]
    """Ids and parts."""


@dataclass(frozen=True, slots=True)
class Block:
    """Threads [begin, end) whose words stand together."""

    begin: int
    end: int
    name: str


def blocks(keys: Sequence[str]) -> list[Block]:
    """Cut threads, given by what is searched of each, into blocks, the oldest and largest first."""
    found = []
    begin, size = 0, LARGEST_BLOCK
    while begin < len(keys):
        while size > SMALLEST and len(keys) - begin < size:
            size //= TIMES
        end = min(begin + size, len(keys))
        found.append(Block(begin, end, f"b-{digest(*keys[begin:end])}"))
        begin = end
    return found


def digest(*told: str) -> str:
    """Return a short name for texts; it changes with the form of the files."""
    text = "\0".join((str(VERSION), *told)).encode("utf-8", "surrogatepass")
    return hashlib.blake2b(text, digest_size=8).hexdigest()


# -- what is searched of a thread ---------------------------------------------------------


def searched(entry: Entry) -> list[tuple[int, Passage]]:
    """Return the passages of a thread, each with the index of its part; the subject is first."""
    found = [(0, Passage("", "title", "", visible(entry.subject)))]
    for at, (_, part) in enumerate(entry.parts):
        found += [(at, _clipped(passage)) for passage in passages(part)]
    return [(at, passage) for at, passage in found if passage.text.strip()]


def _clipped(passage: Passage) -> Passage:
    """The passage as the site searches it: bounded, of code what was added."""
    text = passage.text
    if passage.kind == "edited":
        lines = text[: 4 * CODE].split("\n")
        text = "\n".join(line for line in lines if line[:1] in "+@")[:CODE]
    elif passage.kind == "ran":
        text = text[:CODE]
    return Passage(passage.step, passage.kind, "", visible(text[:PROSE]))


def text_file(entry: Entry, found: Sequence[tuple[int, Passage]]) -> str:
    """Return the script that holds the passages of a thread, in their order."""
    rows = [[at, one.step, one.kind, one.text] for at, one in found]
    ids = [id_[:8] for id_, _ in entry.parts]
    return script("text", text_name(entry.key), entry.day, ids, rows)


def text_name(key: str) -> str:
    """Return the name of a thread's texts."""
    return f"t-{digest(key)}"


# -- words ------------------------------------------------------------------------------


def block_names(block: Block) -> list[str]:
    """Return the names of a block's scripts, without the ending."""
    count = -(-(block.end - block.begin) // SHARE)
    return [block.name, *(f"{block.name}-{number}" for number in range(count))]


def block_files(block: Block, entries: Iterable[Entry]) -> Iterator[tuple[str, str]]:
    """The scripts of one block and the texts of its threads, by name; ``entries`` are these."""
    postings: dict[str, list[int]] = {}
    counts: list[int] = []
    kinds: list[str] = []
    for entry in entries:
        found = searched(entry)
        yield text_name(entry.key), text_file(entry, found)
        counts.append(len(found))
        for _, passage in found:
            told = _words(passage.text)
            for word in told:
                postings.setdefault(word, []).append(len(kinds))
            kinds.append(DIGITS[WEIGHTS[passage.kind] * 8 + min(7, len(told).bit_length())])
    head, *names = block_names(block)
    ranges = list(_ranges(postings, len(names)))
    firsts = [lines[0].partition(" ")[0] if lines else "" for lines in ranges]
    yield head, script("block", head, counts, "".join(kinds), firsts)
    for number, (name, lines) in enumerate(zip(names, ranges, strict=True)):
        yield name, script("words", head, number, "\n".join(lines))


def _words(text: str) -> set[str]:
    return {
        word[:LONGEST_WORD]
        for word in vocabulary(text)
        if 1 < len(word) <= LONGEST_WORD or (word and not word.isascii())
    }


def _ranges(postings: Mapping[str, Sequence[int]], count: int) -> Iterator[list[str]]:
    """Words with their passages, a line each, cut into so many ranges of about one size."""
    # The order in which JavaScript compares.
    ordered = sorted(postings, key=lambda word: word.encode("utf-16-be"))
    lines = [f"{word} {packed(postings[word])}" for word in ordered]
    whole = sum(map(len, lines))
    at = size = 0
    for number in range(1, count + 1):
        begin = at
        while at < len(lines) and (size < whole * number // count or number == count):
            size += len(lines[at])
            at += 1
        yield lines[begin:at]


def packed(numbers: Iterable[int]) -> str:
    """Return rising numbers as text: the steps between them, in ``DIGITS``."""
    found = []
    following = 0
    for number in numbers:
        step, following = number - following, number + 1
        while step > 31:
            found.append(DIGITS[32 + (step & 31)])
            step >>= 5
        found.append(DIGITS[step])
    return "".join(found)


# -- the first script ---------------------------------------------------------------------


def index_file(pages: Sequence[str], keys: Sequence[str], found: Sequence[Block]) -> str:
    """Return the script that is loaded first: the page and the texts of each thread, in order,
    and the blocks."""
    threads = [[page, text_name(key)] for page, key in zip(pages, keys, strict=True)]
    return script("index", VERSION, threads, [[one.name, one.begin] for one in found])


def paths_file(files: Iterable[tuple[str, str]], letters: str) -> str:
    """Return the script that holds the files, each with its page, in order, and the letters that
    have a script of identifiers each; without any all identifiers stand in one."""
    return script("files", [[visible(path), page] for path, page in files], letters)


def names_name(letter: str) -> str:
    """Return the name of the script that holds the identifiers of a letter, or all (``""``)."""
    return f"names-{letter}" if letter else "names"


def names_file(letter: str, defined: Iterable[tuple[str, str, str, str]]) -> str:
    """Return the script that holds definitions: the identifier, what it is, the line in words and
    where it stands."""
    return script("names", letter, [list(one) for one in defined])


def script(kind: str, *told: object) -> str:
    """Return a call of ``treadleSearch.put`` with JSON, which is JavaScript once two signs are
    escaped; in a script of its own nothing else can end it."""
    text = json.dumps([kind, *told], ensure_ascii=False, separators=(",", ":"))
    text = text.encode("utf-8", "replace").decode()
    text = text.replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
    return f"treadleSearch.put({text[1:-1]});\n"
