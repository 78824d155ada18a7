"""Documents keep every thread, look the same to a Markdown reader, and are never misread."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.thread.threads import FORGERIES, parts, placements, threads
from treadle.thread.document import (
    MAX_BYTES,
    DocumentError,
    documents,
    head,
    parse,
    part_id,
    render,
)
from treadle.thread.grammar.blocks import scan
from treadle.thread.model import Change, Entry, Hunk, Part, Placement, Row, Step, Thread, Turn

FEW = settings(max_examples=40, deadline=None)
MANY = settings(max_examples=300, deadline=None)
TREE = "7" * 40
OTHER = "8" * 40
FORMAT = Path(__file__).parents[2] / "docs" / "FORMAT.md"


def one_step(step: Step) -> Thread:
    """A thread of one step."""
    part = Part("claude-code", "0b3c1f2a", turns=(Turn(1, "Fix it", steps=(step,)),))
    return Thread((part,), Placement(TREE, TREE))


def small(session: str = "0b3c1f2a", tree: str = TREE, began: str = "") -> Thread:
    """A thread with one turn of every kind of block."""
    hunk = Hunk(0, 0, (" a\n", "-b", "+c\n"))
    steps = (
        Step(1, "said", "2026-01-05T09:30:00.000Z", "First this."),
        Step(2, "ran", text="make test", output="ok\n", tool="Bash"),
        Step(3, "edited", changes=(Change("src/a.py", "edit", hunks=(hunk,)),)),
    )
    part = Part("claude-code", session, began=began, turns=(Turn(1, "Fix it", steps=steps),))
    row = Row("src/a.py", Entry("100644", OTHER), Entry("100644", TREE))
    residue = Change("src/a.py", "residue", hunks=(Hunk(2, 2, ("+x\n",), "command", "1.2"),))
    return Thread((part,), Placement(TREE, tree, rows=(row,), residue=(residue,)))


def refusal(text: bytes) -> DocumentError:
    """The error that reading this raises."""
    with pytest.raises(DocumentError) as raised:
        parse(text)
    return raised.value


def edited(old: str, new: str, thread: Thread | None = None) -> bytes:
    """The document of ``small``, once ``old`` by ``new``."""
    text = render(thread or small()).decode()
    assert old in text
    return text.replace(old, new, 1).encode()


# -- the laws -----------------------------------------------------------------------


@FEW
@given(threads)
def test_a_thread_comes_back_as_it_went_in(thread: Thread) -> None:
    written = render(thread)
    assert parse(written) == thread
    assert render(parse(written)) == written


@FEW
@given(threads)
def test_the_front_matter_names_the_parts_by_their_ids(thread: Thread) -> None:
    front, _ = head(render(thread))
    assert [strand.part for strand in front.strands] == [part_id(part) for part in thread.parts]
    assert front.tree == thread.placement.tree
    assert dict(front.counts)["turns"] == sum(len(part.turns) for part in thread.parts)


@FEW
@given(parts(), placements, placements, parts())
def test_a_part_keeps_its_id_and_text_wherever_it_stands(
    part: Part, here: Placement, there: Placement, other: Part
) -> None:
    alone = render(Thread((part,), here)).decode()
    end = alone.index("\n# Placement\n\n```files\n")
    text = alone[:end].split("\n---\n\n", 1)[1].split("\n\n", 1)[1]
    assert hashlib.sha256(text.encode()).hexdigest()[:40] == part_id(part)
    if other != part:
        assert text.encode() in render(Thread((other, part), there, complete=False))


@FEW
@given(threads)
def test_a_document_is_utf8_without_anything_unseen(thread: Thread) -> None:
    text = render(thread).decode()
    unseen = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]"
    assert not re.search(unseen, text)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")


def outline(tokens: list[Token]) -> list[tuple[int, str, str, str]]:
    """Line, kind, text and body of every block that a Markdown reader sees."""
    seen = []
    for at, token in enumerate(tokens):
        if token.level or not token.map:
            continue
        line = token.map[0]
        if token.type == "fence":
            seen.append((line, "fence", token.info, token.content))
        elif token.type == "heading_open":
            seen.append((line, token.markup, tokens[at + 1].content, plain(tokens[at + 1])))
        elif token.type == "paragraph_open":
            (code,) = tokens[at + 1].children or [None]
            assert code is not None
            assert code.type == "code_inline"
            seen.append((line, "`", code.content, ""))
        else:
            assert token.type == "blockquote_open"
            seen.append((line, ">", "", ""))
    return seen


def plain(inline: Token) -> str:
    """The text of a line in which nothing is markup."""
    children = inline.children or []
    assert {child.type for child in children} <= {"text"}
    return "".join(child.content for child in children)


@FEW
@given(threads)
def test_a_markdown_reader_sees_the_same_blocks(thread: Thread) -> None:
    text = render(thread).decode()
    front, *blocks = scan(text)
    body = text[len(front.text) + 9 :]
    above = front.text.count("\n") + 4
    ours = []
    for at, block in enumerate(blocks):
        end = blocks[at + 1].start - 2 if at + 1 < len(blocks) else len(text) - 1
        raw = text[block.start : end]
        if raw.startswith("```"):
            opening, _, rest = raw.partition("\n")
            inside = rest.rpartition("\n")
            ours.append((block.line, "fence", opening.lstrip("`"), inside[0] + inside[1]))
        elif block.kind in ("`", ">"):
            ours.append((block.line, block.kind, block.text if block.kind == "`" else "", ""))
        else:
            ours.append((block.line, block.kind, block.text, re.sub(r"\\(.)", r"\1", block.text)))
    tokens = MarkdownIt("commonmark").parse(body)
    assert [(line + above, *rest) for line, *rest in outline(tokens)] == ours


# -- texts, to the byte -------------------------------------------------------------

EXACT = (
    "a",
    "a\n",
    "\n",
    "\n\n",
    " ",
    "  a  ",
    "\ta\t",
    "a \n b",
    ">",
    "> ",
    "> > a",
    ">\n>",
    "`",
    "```",
    "```\n````\n`````",
    "`" * 1000,
    "a\r\nb\r\n",
    "\r",
    "\0",
    "\x1b[1mred\x1b[0m",
    "\\r\\x80\\u{41}",
    "\\r\r",
    "\udce9t\udce9",
    "\ud83d",
    "a\u202eb",
    "\u2028\x85\x0c",
    "é 😀 \ufeff",
    "x\n" * 10_000,
    *FORGERIES[:-1],
)


@pytest.mark.parametrize("text", EXACT, ids=lambda text: ascii(text[:20]))
def test_a_text_keeps_every_character(text: str) -> None:
    diff = Hunk(0, 0, tuple(f"+{line}\n" for line in text.split("\n")))
    kept = (
        Step(1, "said", text=text),
        Step(2, "ran", text=text, output=text, lane=text),
        Step(3, "edited", changes=(Change("a", "edit", "create", (diff,), text),)),
    )
    for step in kept:
        assert parse(render(one_step(step))) == one_step(step)


@given(threads)
@settings(max_examples=25, deadline=None)
def test_a_whole_document_can_be_quoted_in_another(thread: Thread) -> None:
    inner = render(thread).decode()
    added = Hunk(0, 0, tuple(f"+{line}\n" for line in inner.split("\n")))
    outer = (
        Step(1, "said", text=inner),
        Step(2, "ran", text=inner, output=inner),
        Step(3, "edited", changes=(Change("NOTE.md", "edit", "create", (added,)),)),
    )
    part = Part("codex", inner, turns=(Turn(1, inner, steps=outer),))
    whole = Thread((part,), thread.placement)
    assert parse(render(whole)) == whole


def test_an_empty_file_is_created_without_hunks() -> None:
    thread = one_step(Step(1, "edited", changes=(Change("empty", "edit", "create"),)))
    assert parse(render(thread)) == thread


# -- title and headings -------------------------------------------------------------


def test_the_title_is_the_first_line_of_the_first_new_prompt() -> None:
    turns = (Turn(1, "Old one", continued=True), Turn(2, "\n  *New*\u202e [one]\r\nmore"))
    thread = Thread((Part("codex", "1", turns=turns),), Placement(TREE, TREE))
    text = render(thread)
    assert b"\n# \\*New\\* \\[one\\]\n" in text
    assert head(text)[1] == "*New* [one]"
    assert b"\n## 2. \\*New\\* \\[one\\]\n" in text


def test_a_thread_without_a_prompt_has_a_title() -> None:
    thread = Thread((Part("codex", "1", turns=(Turn(1),)),), Placement(TREE, TREE))
    assert head(render(thread))[1] == "A thread without a prompt"
    assert b"\n## 1.\n" in render(thread)


def test_an_edit_names_its_file_in_the_heading() -> None:
    several = tuple(Change(path, "edit") for path in ("src/a_b.py", "b", "c"))
    assert b"\n### 1.1 edited src/a_b.py and 2 more\n" in render(
        one_step(Step(1, "edited", changes=several))
    )


# -- what is not a document, or is one no more --------------------------------------


@pytest.mark.parametrize(
    "text", [b"", b"\n", b"hello", b"---\ntitle: x\n---\n", b"\xff\xfe", b"---"]
)
def test_another_note_is_no_document(text: bytes) -> None:
    assert refusal(text).message == "line 1: not a treadle document"
    with pytest.raises(DocumentError):
        head(text)


def test_a_newer_major_version_is_said_to_be_newer() -> None:
    error = refusal(b"---\ntreadle: 2\nall: is different\n")
    assert "newer treadle" in error.message
    assert "upgrade" in error.hint


@pytest.mark.parametrize("version", ["1.0", "true", "0", '"1"', "[1]", "1e0"])
def test_a_version_is_a_whole_number(version: str) -> None:
    assert refusal(edited("treadle: 1", f"treadle: {version}")).line in (1, 2)


def test_a_document_cut_off_names_the_line() -> None:
    text = render(small())
    assert refusal(text[:-1]).line == text.count(b"\n")
    assert "cut off" in refusal(text[:-1]).message
    for end in range(len(text)):
        assert isinstance(refusal(text[:end]), DocumentError)


def test_converted_line_ends_are_recognised() -> None:
    error = refusal(render(small()).replace(b"\n", b"\r\n"))
    assert (error.line, "line ends were converted" in error.message) == (1, True)


@pytest.mark.parametrize("byte", [b"\x00", b"\x1b", b"\xff", b"\xc2\x85", b"\xe2\x80\xae"])
def test_a_bare_unseen_character_is_refused_with_its_line(byte: bytes) -> None:
    text = render(small())
    at = text.index(b"First this")
    assert refusal(text[:at] + byte + text[at:]).line == text.count(b"\n", 0, at) + 1


def test_a_document_too_large_is_refused_unread() -> None:
    assert "64 MB" in refusal(render(small()) + b" " * MAX_BYTES).message


def test_a_changed_prompt_is_told_by_the_part() -> None:
    error = refusal(edited("> Fix it", "> Break it"))
    assert "was changed after it was written" in error.message
    assert error.line == render(small()).split(b"\n").index(b"# claude-code, session 0b3c1f2a") + 1


def test_a_changed_heading_is_told_by_its_line() -> None:
    error = refusal(edited("### 1.2 ran", "### 1.2 ran away"))
    assert error.message.endswith("it was: ### 1.2 ran")
    assert error.line == render(small()).split(b"\n").index(b"### 1.2 ran") + 1


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("# Placement", "# Placemat", "expected `# Placement`"),
        ("# Placement\n\n```files", "# Placement\n\n```sh", "expected the fence `files`"),
        ('counts: {"turns": 1', 'counts: {"turns": 2', "`counts`"),
        ('"name": "claude-code"', '"name": "codex"', "`agents`"),
        ('"session": "0b3c1f2a"}', '"session": "x"}', "`strands`"),
        ('transcripts: "complete"', 'transcripts: "whole"', "one of complete, partial"),
        ("transcripts: ", "transcript: ", "lacks the key `transcripts`"),
        (f'tree: "{TREE}"', 'tree: "x"', "an object id"),
        ("patch-id: ", "tree: ", "a new key"),
        ('{"path": "src/a.py", "before"', '{"path": "../a.py", "before"', "is refused"),
        ('{"path": "src/a.py", "before"', '{"path": ".GIT/a.py", "before"', "is refused"),
        ('{"path": "src/a.py", "before"', '{"later": 1, "path": "a", "before"', 'no key "later"'),
        ('{"path": "src/a.py", "before"', '{"path": 1, "before"', "a string"),
        ('["100644"', '["644"', "a mode of six octal digits"),
        ("### 1.2 ran", "### 1.1 ran", "expected `### 1.N kind`, N above 1"),
        ("### 1.2 ran", "### 2.2 ran", "expected `### 1.N kind`"),
        ("### 1.2 ran", "### 1.2 baked", "expected `### 1.N kind`"),
        ("## 1. Fix", "## one. Fix", "expected `## N. prompt`"),
        ("```text\nok", "```test\nok", "no block `test`"),
        ("> First this.", "First this.", "expected a heading"),
        ("> First this.", "> First this.\n\n", "expected a heading"),
        ("> First this.", "> First this.\nlazy", "before every line of the quote"),
        ("@@ -2,0 +3,1 @@", "@@ -2,0 +3,2 @@", "not 0 old and 2 new"),
        ("@@ -2,0 +3,1 @@", "@@ -2 +3 @@", "expected `@@"),
        ("@@ -2,0 +3,1 @@ command 1.2", "@@ -2,0 +3,1 @@ hidden 2", "up to 1"),
        ('"kind": "residue"', '"kind": "edit"', "one of residue"),
        ("```\n\n# Placement", "````\n\n# Placement", "longer than any run"),
        ("+x\n```", "+x\n``", "does not end"),
        ("+x\n```", "+x\n```\n", "no blank line at the end"),
        ("+x\n```", "+x\n```\n# More", "expected a blank line"),
    ],
)
def test_a_damaged_document_says_what_was_expected(old: str, new: str, expected: str) -> None:
    error = refusal(edited(old, new))
    assert expected in error.message
    assert error.message.startswith(f"line {error.line}: ")
    assert error.hint


snippets = st.sampled_from([piece.encode("utf-8", "surrogateescape") for piece in FORGERIES])


@MANY
@given(st.data())
def test_a_mutated_document_is_read_or_refused(data: st.DataObject) -> None:
    text = render(small())
    for _ in range(data.draw(st.integers(1, 3))):
        start, end = sorted(data.draw(st.tuples(*[st.integers(0, len(text))] * 2)))
        end = min(end, start + data.draw(st.sampled_from((0, 1, 30, 10**6))))
        new = data.draw(st.one_of(st.binary(max_size=3), snippets, st.just(text[start:end] * 2)))
        text = text[:start] + new + text[end:]
    with suppress(DocumentError):
        parse(text)


@MANY
@given(st.lists(snippets), st.sampled_from((b"", b"---\ntreadle: 1\n---\n", b"---\ntreadle: 1\n")))
def test_arbitrary_bytes_are_refused(pieces: list[bytes], start: bytes) -> None:
    refusal(start + b"\n".join(pieces))


def test_json_nested_too_deep_or_too_large_is_refused() -> None:
    assert "JSON" in refusal(edited("counts: {", "deep: " + "[" * 100_000 + "\ncounts: {")).message
    assert "JSON" in refusal(edited("counts: {", "big: " + "9" * 10_000 + "\ncounts: {")).message
    assert "JSON" in refusal(edited("counts: {", "nan: NaN\ncounts: {")).message
    assert "twice" in refusal(edited("counts: {", 'counts: {"files": 1, ')).message


# -- newer minor versions -----------------------------------------------------------


def test_unknown_keys_and_sections_are_kept_in_their_place() -> None:
    later = "# Reviews\n\n```review\nby: `me`\n```\n\n# More\n\n## 1. or less\n"
    text = edited("\n---\n\n", '\nreviewed: {"by": ["me"]}\n---\n\n') + b"\n" + later.encode()
    thread = parse(text)
    assert thread.extra[0] == ("reviewed", '{"by": ["me"]}')
    assert len(thread.extra) == 3
    assert render(thread) == text


# -- several documents in one note --------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(threads)
def test_a_document_twice_is_the_document(thread: Thread) -> None:
    text = render(thread)
    assert parse(text + b"\n" + text) == thread
    assert documents(text + b"\n" + text) == (thread, thread)


def test_documents_of_one_commit_are_the_union_of_their_parts() -> None:
    one, two = small("one", began="2026-01-02"), small("two", began="2026-01-01")
    thread = parse(render(one) + b"\n" + render(two))
    assert thread.parts == (*two.parts, *one.parts)
    assert thread.placement == two.placement
    assert parse(render(two) + b"\n" + render(one)).parts == thread.parts


def test_documents_of_two_commits_are_refused_by_parse_alone() -> None:
    one, two = small(tree=TREE), small(tree=OTHER)
    text = render(one) + b"\n" + render(two)
    error = refusal(text)
    assert "of another commit" in error.message
    assert error.line == render(one).count(b"\n") + 2
    assert documents(text) == (one, two)


# -- the contract -------------------------------------------------------------------


def test_the_example_of_the_contract_is_a_document() -> None:
    found = re.search(
        r"^~~~~~markdown\n(.*?\n)~~~~~$", FORMAT.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert found
    example = found[1].encode()
    thread = parse(example)
    assert render(thread) == example
    assert len(thread.parts) == 2
