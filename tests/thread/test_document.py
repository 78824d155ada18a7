"""Documents keep every thread, look the same to a Markdown reader, and are never misread."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

from tests.thread.documents import OTHER, TREE, edited, refusal, small
from tests.thread.threads import FORGERIES, parts, placements, threads
from treadle.thread.document import (
    documents,
    head,
    parse,
    part_id,
    render,
)
from treadle.thread.grammar.blocks import scan
from treadle.thread.model import Change, Hunk, Part, Placement, Step, Thread, Turn

FEW = settings(max_examples=40)
FORMAT = Path(__file__).parents[2] / "docs" / "FORMAT.md"


def one_step(step: Step) -> Thread:
    """A thread of one step."""
    part = Part("claude-code", "0b3c1f2a", turns=(Turn(1, "Fix it", steps=(step,)),))
    return Thread((part,), Placement(TREE, TREE))


# -- the laws ---------------------------------------------------------------------


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


# -- texts, to the byte -----------------------------------------------------------


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
@settings(max_examples=25)
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


# -- title and headings -----------------------------------------------------------


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


# -- newer minor versions ---------------------------------------------------------


def test_unknown_keys_and_sections_are_kept_in_their_place() -> None:
    later = "# Reviews\n\n```review\nby: `me`\n```\n\n# More\n\n## 1. or less\n"
    text = edited("\n---\n\n", '\nreviewed: {"by": ["me"]}\n---\n\n') + b"\n" + later.encode()
    thread = parse(text)
    assert thread.extra[0] == ("reviewed", '{"by": ["me"]}')
    assert len(thread.extra) == 3
    assert render(thread) == text


# -- several documents in one note ------------------------------------------------


@settings(max_examples=25)
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


# -- the contract -----------------------------------------------------------------


def test_the_example_of_the_contract_is_a_document() -> None:
    found = re.search(
        r"^~~~~~markdown\n(.*?\n)~~~~~$", FORMAT.read_text("utf-8"), re.DOTALL | re.MULTILINE
    )
    assert found
    example = found[1].encode()
    thread = parse(example)
    assert render(thread) == example
    assert len(thread.parts) == 2
