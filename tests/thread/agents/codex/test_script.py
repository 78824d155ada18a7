"""Programs that call tools: what can be known of them, and that no program stops the reader."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.thread.agents.codex.script import HOLE, LONGEST, calls, unescaped

texts = st.text(st.characters(exclude_categories=["Cs"]))


def value(program: str) -> object:
    (found,) = calls(program)
    return found.argument


@given(texts)
def test_quoted_text_is_exact(text: str) -> None:
    assert value(f"await tools.apply_patch({json.dumps(text)});") == text


@given(texts)
def test_template_is_exact(text: str) -> None:
    text = text.replace("\r", "")
    told = text.replace("\\", "\\\\").replace("`", "\\`").replace("${", "\\${")
    assert value(f"text(await tools.apply_patch(`{told}`));") == text


@pytest.mark.parametrize(
    ("program", "wanted"),
    [
        ("const p = 'a'; tools.f(p)", "a"),
        ("const p = 'a'\nawait tools.f(p)", "a"),
        ("const p = 'a' + \"b\"; tools.f({input: p + `c`})", {"input": "abc"}),
        ("tools.f(['a', 'b'].join('\\n'))", "a\nb"),
        ("const n = 'x'; tools.f(`\\0${n}`)", "\0x"),
        ("const n = 'x.py'; tools.f(`cat ${n} ${1}`)", "cat x.py 1"),
        ("tools.f(String.raw`a\\n`)", "a\\n"),
        ("tools['f']('a')", "a"),
        ("tools.f(('a'))", "a"),
        (
            "tools.f({cmd: 'a', n: 5, on: true, list: ['b']})",
            {"cmd": "a", "n": 5, "on": True, "list": ["b"]},
        ),
        ("const cmd = 'a'; tools.f({cmd, workdir: 'b'})", {"cmd": "a", "workdir": "b"}),
        ("const a = b.replace(/'/g, ''); tools.f('c')", "c"),
        ("/* tools.g('no') */ tools.f('a') // tools.h('no')", "a"),
        ("tools.f('\\ud83d\\ude00 \\u{1f600} \\x41 \\ud800')", "😀 😀 A �"),
        ("tools.f('a\\\nb')", "ab"),
        ("tools.f(`it's ${", HOLE),
        ("let p = 'a'; p = 'b'; tools.f(p)", HOLE),
        ("let p = 'a'; p += 'b'; tools.f(p)", HOLE),
        ("for (const p of all) tools.f(p)", HOLE),
        ("tools.f(p.trim())", HOLE),
        ("tools.f('a'.trim())", HOLE),
        ("tools.f(`${p}`)", HOLE),
        ("tools.f(a ? 'b' : 'c')", HOLE),
        ("tools.f(", HOLE),
    ],
)
def test_what_is_known_of_an_argument(program: str, wanted: object) -> None:
    assert value(program) == wanted


def test_calls_stand_in_their_order() -> None:
    program = "await Promise.all([tools.a('1'), tools.b('2')]); if (x) { await tools.c(); }"
    assert [call.name for call in calls(program)] == ["a", "b", "c"]


def test_other_objects_have_no_tools() -> None:
    assert calls("mytools.f('a'); text('tools.f(1)'); tools; tools.x; tools.y = 1") == []


@given(st.text(alphabet="tols.f(){}[]`'\"$\\/*+,: \n=", max_size=60))
def test_any_program_is_answered(program: str) -> None:
    calls(program)
    unescaped(program)


@pytest.mark.parametrize(
    "piece",
    ["tools.a({x:[", "`${", 'tools.a(`${"', "tools.a({", "${`${b}`}", "/*", "'\\", "(", "a="],
)
def test_program_made_to_be_slow(piece: str) -> None:
    calls(piece * 20_000)
    calls("tools.f(`" + piece * 20_000)


def test_program_over_4_mb_is_not_read() -> None:
    assert calls("tools.f('a');" + " " * LONGEST) == []
