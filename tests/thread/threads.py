"""Threads for property tests: any that a document must keep, hostile ones first.

Texts are glued from pieces that look like the document's own structure, from characters
that editors and readers of lines change or hide, and from bytes that are not UTF-8.
"""

from __future__ import annotations

from hypothesis import strategies as st

from treadle.thread.document import SECTION
from treadle.thread.grammar.blocks import encode
from treadle.thread.model import (
    EVIDENCE,
    STEP_KINDS,
    Change,
    Doubt,
    Entry,
    Hunk,
    Part,
    Placement,
    Row,
    Step,
    Thread,
    Turn,
)
from treadle.thread.paths import refusal

FORGERIES = (
    "---",
    "---\ntreadle: 1",
    "# Placement",
    "# claude-code, session 1",
    "## 1. forged",
    "### 1.1 said",
    "```",
    "````",
    "`````sh",
    "```strand",
    "~~~",
    "> ",
    ">",
    '`{"at": ""}`',
    "===",
    "- ",
    "1. ",
    "<!--",
    "<script>",
    "</div>",
    "[a]: b",
    "| a | b |\n|---|---|",
    "@@ -1,1 +1,1 @@",
    "\\ No newline at end of file",
    "+++ b/x",
    "\\",
    "\\u{41}",
    "\\x80",
    "&amp;",
    "\r",
    "\r\n",
    "\0",
    "\x1b[31m",
    "\x85",
    "\u2028",
    "\u202e",
    "\u2066",
    "\udc80",
    "\udcff",
    "\ufeff",
    "\t",
    "    ",
    "\n",
    "\n\n",
    "",
    " ",
    "é😀",
)

_pieces = st.one_of(
    st.sampled_from(FORGERIES),
    st.text(max_size=6),
    st.text(st.sampled_from("ab `\\>#-+_*\n\t\r\x7f\u200f\udc80\udcc3"), max_size=12),
)
texts = st.lists(_pieces, max_size=6).map("".join)
lines = texts.map(lambda text: text.replace("\n", ""))
names = st.text(st.sampled_from("abc-_.`*é\udc80\r\u202e\\# "), min_size=1, max_size=8)
times = st.sampled_from(("", "2026-01-05T09:30:00.000Z", "2026-01-05T09:31:07.250Z"))
numbers = st.integers(0, 999_999_998)
part_ids = st.text("0123456789abcdef", min_size=40, max_size=40)
step_ids = st.builds("{}.{}".format, st.integers(1, 999), st.integers(1, 999))
foreign_steps = st.builds("{}:{}".format, part_ids, step_ids)
paths = st.lists(names, min_size=1, max_size=3).map("/".join).filter(lambda path: not refusal(path))
modes = st.sampled_from(("100644", "100755", "120000", "160000"))


@st.composite
def hunks(draw: st.DrawFn) -> Hunk:
    """A hunk of any lines; where a side's last line lacks its LF, it is that side's last."""
    marked = draw(st.lists(st.tuples(st.sampled_from(" -+"), lines), max_size=8))
    written = [f"{mark}{text}\n" for mark, text in marked]
    for mark in draw(st.sampled_from(("", "-", "+", "-+"))):
        side = [at for at, (other, _) in enumerate(marked) if other in (mark, " ")]
        if side and marked[side[-1]][0] == mark:
            written[side[-1]] = written[side[-1]][:-1]
    hidden = draw(st.sets(st.integers(0, max(0, len(written) - 1)))) if written else set()
    return Hunk(
        draw(numbers),
        draw(numbers),
        tuple(written),
        draw(st.sampled_from(("", *EVIDENCE))),
        draw(st.one_of(st.just(""), step_ids, foreign_steps)),
        tuple(sorted(hidden)),
    )


def changes(*kinds: str) -> st.SearchStrategy[Change]:
    """Changes of one of these kinds."""
    return st.builds(
        Change,
        path=paths,
        kind=st.sampled_from(kinds),
        op=st.sampled_from(("", "create", "delete")),
        hunks=st.lists(hunks(), max_size=3).map(tuple),
        reason=st.one_of(st.just(""), texts),
    )


_rising = st.lists(st.integers(1, 999_999_999), max_size=3, unique=True).map(sorted)


@st.composite
def steps(draw: st.DrawFn, number: int) -> Step:
    """A step with this number."""
    return Step(
        number,
        draw(st.sampled_from(STEP_KINDS)),
        draw(times),
        draw(texts),
        draw(texts),
        draw(st.integers(0, 10**9)),
        draw(st.sampled_from((True, False, None))),
        draw(st.one_of(st.just(""), texts)),
        draw(st.one_of(st.just(""), texts)),
        tuple(draw(st.lists(changes("edit", "drift", "unplaced"), max_size=2))),
        draw(st.one_of(st.just(""), foreign_steps)),
    )


@st.composite
def turns(draw: st.DrawFn, number: int) -> Turn:
    """A turn with this number."""
    rising = draw(_rising)
    return Turn(
        number,
        draw(texts),
        draw(times),
        draw(st.booleans()),
        tuple(draw(steps(at)) for at in rising),
    )


@st.composite
def parts(draw: st.DrawFn) -> Part:
    """Any part."""
    return Part(
        draw(texts),
        draw(texts),
        draw(lines),
        tuple(draw(st.lists(lines, max_size=2))),
        draw(st.booleans()),
        draw(lines),
        draw(lines),
        draw(times),
        draw(times),
        draw(lines),
        tuple(draw(st.lists(texts, max_size=2))),
        tuple(draw(turns(at)) for at in draw(_rising)),
    )


_others = st.one_of(
    st.just(""),
    st.builds(lambda sign, line: f"{sign}{line}", st.sampled_from("+-"), st.integers(1, 10**9 - 5)),
    st.builds(lambda part, turn: f"{part}:{turn}.1", part_ids, st.integers(1, 10**9 - 1)),
)


@st.composite
def doubts(draw: st.DrawFn) -> tuple[Doubt, ...]:
    """Runs of lines in doubt, in order."""
    found: list[Doubt] = []
    for _ in range(draw(st.integers(0, 3))):
        last = found[-1].line + found[-1].count if found else 0
        line, count = last + draw(st.integers(0, 5)), draw(st.integers(1, 5))
        found.append(Doubt(line, count, tuple(draw(st.lists(_others, min_size=1, max_size=3)))))
    return tuple(found)


_entries = st.one_of(st.none(), st.builds(Entry, modes, part_ids))
_rows = st.builds(
    Row,
    path=paths,
    before=_entries,
    after=_entries,
    source=st.one_of(st.just(""), paths),
    reference=st.sampled_from(("", "binary", "submodule", "redacted", "large", "parent 2")),
    lines=st.integers(0, 10**9),
    moved=st.booleans(),
    doubts=doubts(),
)
placements = st.builds(
    Placement,
    base=part_ids,
    tree=part_ids,
    patch_id=st.one_of(st.just(""), part_ids),
    rows=st.lists(_rows, max_size=3, unique_by=lambda row: row.path).map(tuple),
    residue=st.lists(changes("residue"), max_size=2, unique_by=lambda one: one.path).map(tuple),
)
_sections = st.sampled_from(
    (
        "# Reviews\n\n```review\nanything `at` all\n```\n",
        '# Reviews\n\n## 1. by\n\n`{"of": 1}`\n\n> text\n',
    )
)
_extras = st.builds(
    lambda keys, sections: (*keys.items(), *((SECTION, encode(text)) for text in sections)),
    st.dictionaries(
        st.sampled_from(("x", "reviewed-by", "later2")), st.sampled_from(('"a"', '{"b": [1]}'))
    ),
    st.lists(_sections, max_size=2, unique=True),
)
threads = st.builds(
    Thread,
    parts=st.lists(parts(), max_size=2, unique_by=repr).map(tuple),
    placement=placements,
    complete=st.booleans(),
    extra=_extras,
)
