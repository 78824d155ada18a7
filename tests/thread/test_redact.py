"""Redaction, on secrets made up here.

No secret stands in this file: each is put together from its prefix and a random tail, so that
no scanner (ours is one, see the last test) takes the tests for a leak.
"""

from __future__ import annotations

import copy
import pickle
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.thread.redaction.made import (
    DRESSES,
    DUMMIES,
    FRAMES,
    KEY,
    TOKENS,
    Rng,
    key,
    key_lines,
    prose,
)
from tests.thread.threads import threads
from treadle.thread.model import Change, Entry, Hunk, Part, Placement, Row, Step, Thread, Turn
from treadle.thread.redact import Redacted, mark, redact
from treadle.thread.redaction import homes, secrets
from treadle.thread.redaction.rules import Rules


def thread(*steps: Step, rows: tuple[Row, ...] = (), residue: tuple[Change, ...] = ()) -> Thread:
    turn = Turn(1, prompt="Please.", steps=steps)
    part = Part("claude-code", "s", turns=(turn,))
    return Thread((part,), Placement("b", "t", "", rows, residue))


def edit(path: str, *lines: str, kind: str = "edit") -> Change:
    return Change(path, kind, hunks=(Hunk(0, 0, lines),))


def row(path: str, **more: str) -> Row:
    entry = Entry("100644", "0" * 40)
    return Row(path, entry, entry, **more)


def hunk_of(result: Redacted) -> Hunk:
    return result.thread.parts[0].turns[0].steps[0].changes[0].hunks[0]


# -- the whole thread -------------------------------------------------------------


def test_every_prose_of_a_thread_is_redacted_and_counted() -> None:
    rng = Rng(9)
    secret = TOKENS["npm"][1](rng)
    change = Change("a/home/x", "unplaced", reason=f"failed: {secret}")
    step = Step(1, "ran", text=secret, output=secret, lane=secret, tool=secret, changes=(change,))
    turn = Turn(1, secret, steps=(step,))
    part = Part("codex", secret, first=secret, problems=(f"f:+1: {secret}",), turns=(turn,))
    result = redact(Thread((part,), Placement("b", "t", residue=(change,))))
    assert result.found == (("npm", 8),)
    assert repr(result.thread).count(secret) == 2
    assert (result.thread.parts[0].session, result.thread.parts[0].first) == (secret, secret)


def test_a_thread_without_secrets_is_the_same_object() -> None:
    clean = thread(Step(1, "edited", text="x", changes=(edit("a", "+b\n"),)), rows=(row("a"),))
    assert redact(clean).thread is clean
    assert redact(clean).found == ()


def test_parts_without_secrets_are_the_same_objects_beside_one_that_has_some() -> None:
    clean = Part("a", "s", turns=(Turn(1, "x"),))
    other = Part("a", "t", turns=(Turn(1, TOKENS["npm"][1](Rng(1))),))
    result = redact(Thread((clean, other), Placement("b", "t"))).thread
    assert result.parts[0] is clean
    assert result.parts[1].turns[0].prompt == "[redacted:npm]"


def test_redacted_cannot_be_made_by_hand() -> None:
    clean = thread()
    with pytest.raises(TypeError):
        Redacted(clean, ())
    result = redact(clean)
    with pytest.raises(TypeError):
        replace(result, thread=clean)
    for name in ("thread", "found"):
        with pytest.raises(AttributeError):
            setattr(result, name, clean)
    assert copy.deepcopy(result) == result == pickle.loads(pickle.dumps(result))


# -- code -------------------------------------------------------------------------


def test_an_added_line_with_a_secret_is_hidden_and_its_path_stands_by_reference() -> None:
    secret = TOKENS["github person"][1](Rng(10))
    change = edit("a.env", " A=1\n", f"+B={secret}\r\n", f"+C={secret}")
    result = redact(thread(Step(1, "edited", changes=(change,)), rows=(row("a.env"), row("b"))))
    assert hunk_of(result) == Hunk(
        0, 0, (" A=1\n", "+[redacted:github]\n", "+[redacted:github]"), hidden=(1, 2)
    )
    assert result.thread.placement.rows == (
        replace(row("a.env"), reference="redacted", lines=2),
        row("b"),
    )
    assert result.found == (("github", 2),)


def test_a_secret_of_the_base_is_hidden_and_its_path_keeps_its_text() -> None:
    secret = TOKENS["github person"][1](Rng(11))
    change = edit("a", f" A={secret}\n", f"-B={secret}\n", "+B=$TOKEN\n")
    result = redact(thread(Step(1, "edited", changes=(change,)), rows=(row("a"),)))
    assert hunk_of(result).lines == (" [redacted:github]\n", "-[redacted:github]\n", "+B=$TOKEN\n")
    assert hunk_of(result).hidden == (0, 1)
    assert result.thread.placement.rows == (row("a"),)


def test_a_context_of_secrets_alone_is_hidden() -> None:
    secret = TOKENS["npm"][1](Rng(12))
    result = redact(thread(Step(1, "edited", changes=(edit("a", f" {secret}\n"),))))
    assert hunk_of(result).hidden == (0,)


def test_each_line_of_a_key_is_hidden_on_both_sides_of_a_change() -> None:
    old, new = key_lines(Rng(13)), key_lines(Rng(14))
    lines = [" key = '''\n", f" {old[0]}\n"]
    for removed, added in zip(old[1:-1], new[1:-1], strict=True):
        lines += [f"-{removed}\n", f"+{added}\n"]
    lines += [f" {old[-1]}\n", " '''\n"]
    result = redact(thread(Step(1, "edited", changes=(edit("a", *lines),)), rows=(row("a"),)))
    hidden = tuple(range(1, len(lines) - 1))
    assert hunk_of(result).hidden == hidden
    assert {hunk_of(result).lines[i][1:] for i in hidden} == {KEY + "\n"}
    assert hunk_of(result).lines[0] == lines[0]
    assert hunk_of(result).lines[-1] == lines[-1]
    assert result.thread.placement.rows[0].lines == len(new) - 2


def test_homes_stay_in_code() -> None:
    change = edit("a", "+/home/ann/x\n")
    result = redact(
        thread(Step(1, "edited", text="/home/ann/x", changes=(change,))), Rules("/home/ann")
    )
    assert hunk_of(result) is change.hunks[0]
    assert result.found == (("home", 1),)


def test_an_edit_without_a_place_takes_no_text_from_the_commit() -> None:
    change = edit("a", f"+{TOKENS['npm'][1](Rng(15))}\n", kind="unplaced")
    result = redact(thread(Step(1, "edited", changes=(change,)), rows=(row("a"),)))
    assert hunk_of(result).hidden == (0,)
    assert result.thread.placement.rows == (row("a"),)


def test_the_residue_counts_and_a_path_already_by_reference_stays_so() -> None:
    line = f"+{TOKENS['npm'][1](Rng(16))}\n"
    rows = (row("a"), row("b", reference="large"), row("c", source="old"))
    residue = (edit("a", line, kind="residue"), edit("b", line, kind="residue"))
    step = Step(1, "edited", changes=(edit("old", line, line),))
    kept = redact(thread(step, rows=rows, residue=residue)).thread.placement
    assert [(one.reference, one.lines) for one in kept.rows] == [
        ("redacted", 1),
        ("large", 0),
        ("redacted", 2),
    ]
    assert kept.residue[0].hunks[0].hidden == (0,)


# -- laws -------------------------------------------------------------------------


_secrets = st.builds(
    lambda situation, seed: TOKENS[situation][1](Rng(seed)),
    st.sampled_from(sorted(TOKENS)),
    st.integers(0, 9),
)
_frames = st.builds(
    lambda situation, seed: FRAMES[situation][1].format(FRAMES[situation][2](Rng(seed))),
    st.sampled_from(sorted(FRAMES)),
    st.integers(0, 9),
)
_keys = st.builds(
    lambda dress, seed: DRESSES[dress](key(Rng(seed), lines=2)),
    st.sampled_from(sorted(DRESSES)),
    st.integers(0, 9),
)
_pieces = st.one_of(
    _secrets,
    _frames,
    _keys,
    _keys.map(lambda text: text[: len(text) // 2]),
    _secrets.map(lambda text: text[: len(text) // 2]),
    st.sampled_from(sorted({sign for rule in secrets.RULES for sign in rule.signs.split(" ")})),
    st.sampled_from(DUMMIES),
    st.sampled_from(("/home/ann", "/Users/b.c/", "C:\\Users\\d\\", "projects/-home-e-", "file://")),
    st.sampled_from((" ", "\n", "\\n", "/", ":", "@", "=", "-", "_", ".", '"', "[", "]", "~", "a")),
    st.sampled_from((mark("npm"), mark("url-password"), "-----BEGIN PRIVATE KEY-----")),
    st.text(max_size=4),
)
hostile = st.lists(_pieces, max_size=8).map("".join)


@given(hostile, st.sampled_from(("", "/home/ann", "/root", "C:\\Users\\d")))
def test_redacting_twice_is_redacting_once(text: str, home: str) -> None:
    once = prose(text, home)
    assert prose(once, home) == once


@given(hostile)
def test_redacted_text_is_bounded(text: str) -> None:
    assert len(prose(text)) <= 4 * len(text)


@given(hostile, hostile)
def test_what_is_left_holds_nothing_to_find(before: str, after: str) -> None:
    left = prose(before + TOKENS["npm"][1](Rng(1)) + " " + after)
    assert secrets.find(left) == []
    assert list(homes.find(left)) == []


@given(st.lists(st.tuples(st.sampled_from(" -+"), hostile), max_size=6), st.booleans())
def test_hunks_keep_their_shape(texts: list[tuple[str, str]], ended: bool) -> None:
    lines = [sign + line + "\n" for sign, text in texts for line in text.split("\n")]
    if lines and not ended:
        lines[-1] = lines[-1][:-1]
    given_thread = thread(Step(1, "edited", changes=(edit("a", *lines),)), rows=(row("a"),))
    once = redact(given_thread)
    again = redact(once.thread)
    hunk = hunk_of(once)
    assert again.thread is once.thread
    assert again.found == ()
    assert len(hunk.lines) == len(lines)
    for i, (was, now) in enumerate(zip(lines, hunk.lines, strict=True)):
        assert (was[:1], was.endswith("\n")) == (now[:1], now.endswith("\n"))
        assert (was == now) == (i not in hunk.hidden)
    added = sum(hunk.lines[i][0] == "+" for i in hunk.hidden)
    assert once.thread.placement.rows[0].lines == added


@given(threads, st.sampled_from(("", "/home/ann")))
def test_any_thread_is_redacted_once(any_thread: Thread, home: str) -> None:
    once = redact(any_thread, Rules(home))
    again = redact(once.thread, Rules(home))
    assert again.thread is once.thread
    assert again.found == ()


def test_our_own_sources_hold_no_secret() -> None:
    sources = [*Path(__file__).parents[2].glob("thread/**/*.py"), Path(__file__)]
    assert len(sources) > 5
    for source in sources:
        assert secrets.find(source.read_text(encoding="utf-8")) == [], source.name
