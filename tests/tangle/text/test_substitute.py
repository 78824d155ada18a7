"""``s/A/B/`` on a text: what sed or perl would make of it, or no answer."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadle.tangle.replay import Seen, replay
from treadle.tangle.text.substitute import substituted
from treadle.thread.model import Edit

DIALECTS = ("basic", "extended", "perl")


def done(script: str, text: str, dialect: str = "basic") -> str | None:
    return substituted(script, text, extended=dialect == "extended", perl=dialect == "perl")


# -- what is understood -------------------------------------------------------------


@pytest.mark.parametrize(
    ("script", "text", "expected"),
    [
        ("s/a/b/", "aa\naa\n", "ba\nba\n"),
        ("s/a/b/g", "aa\nxa", "bb\nxb"),
        ("s/A/b/Ig", "aA\n", "bb\n"),
        ("s/a/b/; s/b/c/g", "ab\n", "cc\n"),
        ("s/a/b/g\ns/c/d/ ;\n", "ac\n", "bd\n"),
        ("s|a/b|c|", "a/b\n", "c\n"),
        ("s#a\\#b#c#", "a#b\n", "c\n"),
        ("s,a\\,b,c\\,d,", "a,b\n", "c,d\n"),
        ("s/a\\/b/c\\/d/", "a/b\n", "c/d\n"),
        ("s/.*/<&>/", "a b\n\nc", "<a b>\n<>\n<c>"),
        ("s/b/[&]\\&/", "abc\n", "a[b]&c\n"),
        ("s/\\(a\\)\\(b\\)/\\2\\1/", "ab\n", "ba\n"),
        ("s/a/\\0\\0/", "a\n", "aa\n"),
        ("s/a/x\\ny\\t/", "a\n", "x\ny\t\n"),
        ("s/a/x\\\ny/", "a\n", "x\ny\n"),
        ("s/$/;/", "a\nb", "a;\nb;"),
        ("s/^/> /", "a\n\n", "> a\n> \n"),
        ("s/a*/x/g", "baac\n", "xbxcx\n"),
        ("s/\\bfoo\\b/bar/g", "foo food\n", "bar food\n"),
        ("s/\\w\\+/x/", "a1_b c\n", "x c\n"),
        ("s/ab\\?/x/g", "ab a\n", "x x\n"),
        ("s/a\\|b/x/g", "abc\n", "xxc\n"),
        ("s/a\\{2,3\\}/x/", "aaaa\n", "xa\n"),
        ("s/foo(a, b)/bar()/", "foo(a, b)\n", "bar()\n"),
        ("s/a+b|c{d}?/x/", "a+b|c{d}?\n", "x\n"),
        ("s/*a/x/", "*a\n", "x\n"),
        ("s/a^b$c/x/", "a^b$c\n", "x\n"),
        ("s/[]x]/y/g", "]x\n", "yy\n"),
        ("s/[\\.]/y/g", "\\.\n", "yy\n"),
        ("s/[^a-c]/y/g", "abcd\n", "abcy\n"),
        ("s/[[:digit:]]/n/", "a1\n", "an\n"),
        ("s/\\[x\\]\\./y/", "[x].\n", "y\n"),
        ("s/\\s*$//", "a \t\n\vb \v\n", "a\n\vb\n"),
        ("s/a/—é/", "a\n", "—é\n"),
        ("s/—/-/", "a — é\n", "a - é\n"),
        ("s/a/b/", "a\udce9\r\n", "b\udce9\r\n"),
        ("s/\r$//", "a\r\nb\r\n", "a\nb\n"),
        ("s/a/b/", "", ""),
    ],
)
def test_basic_scripts(script: str, text: str, expected: str) -> None:
    assert done(script, text) == expected


@pytest.mark.parametrize(
    ("script", "text", "expected"),
    [
        ("s/(a)(b)?/\\1<\\2>/", "ac\n", "a<>c\n"),
        ("s/a+|b{2}/x/g", "aabb\n", "xx\n"),
        ("s/\\(a\\)/x/", "(a)\n", "x\n"),
        ("s/a|ab/x/", "abc\n", "xc\n"),
        ("s/\\$\\{a\\}/x/", "${a}\n", "x\n"),
    ],
)
def test_extended_scripts(script: str, text: str, expected: str) -> None:
    assert done(script, text, "extended") == expected


@pytest.mark.parametrize(
    ("script", "text", "expected"),
    [
        ("s/(a)(b)/$2$1/", "ab\n", "ba\n"),
        ("s/(a)/\\1$&/", "a\n", "aa\n"),
        ("s/a/&/", "a\n", "&\n"),
        ("s/a|ab/x/", "abc\n", "xbc\n"),
        ("s/a.*?c/x/", "abcbc\n", "xbc\n"),
        ("s/\\d+/n/g;", "1 22\n", "n n\n"),
        ("s/a$/b/", "a\nba", "b\nbb"),
        ("s/\\s+$//", "a \nb\n", "ab"),
        ("s/\\n/,/", "a\nb\n", "a,b,"),
        ("s/$/;/", "a\nb", "a;\nb;"),
        ("s/(?:a|b)(c)/$1/", "bc\n", "c\n"),
        ("s/\\$a\\@b/\\$c\\@d/", "$a@b\n", "$c@d\n"),
        ("s/é/e/", "é\n", "e\n"),
        ("s/ if x \\{/y/", " if x {\n", "y\n"),
    ],
)
def test_perl_scripts(script: str, text: str, expected: str) -> None:
    assert done(script, text, "perl") == expected


@pytest.mark.parametrize(
    ("dialect", "script", "expected"),
    [
        ("", "s/(a)b/x/", "xb\n"),
        ("extended", "s/(a)b/<\\1>/", "(a)b<a>\n"),
        ("perl", "s/(a)b/<$1&>/", "(a)b<a&>\n"),
    ],
)
def test_replay_reads_a_script_as_the_edit_says(dialect: str, script: str, expected: str) -> None:
    edit = Edit("f", "substitute", old=script, anchor=dialect)
    before = "(a)bb\n" if not dialect else "(a)bab\n"
    (outcome,) = replay(before, [Seen(edit)], eager=False)
    assert outcome.after == expected


# -- what is not --------------------------------------------------------------------

UNKNOWN = ["", "s", "s/", "s/a", "s/a/b", "s/a/b/x", "s/a/b/2", "s/a/b/p", "s/a/b/w f", "s/a/b/e"]
UNKNOWN += ["2s/a/b/", "/x/s/a/b/", "2d", "y/a/b/", "s/a/b/ s/c/d/", "s/a/b/gg", "s/a/b/}"]
UNKNOWN += ["{s/a/b/}", "s/a/b/; # c", "saabaca", "s a b ", "s\\a\\b\\", "s\na\nb\n", "s/a/b\nc/"]
UNKNOWN += [
    "s/a\nb/c/",
    "s//b/",
    "s/\\(a/b/",
    "s/a\\)/b/",
    "s/a/\\1/",
    "s/\\(a\\)\\1/b/",
    "s/[a/b/",
]
UNKNOWN += ["s/[[:foo:]]/b/", "s/\\<a/b/", "s/a\\>/b/", "s/\\`a/b/", "s/a\\'/b/", "s/a/\\U&/"]
UNKNOWN += ["s/a/\\x41/", "s/\\x41/b/", "s/\\d/b/", "s/a**/b/", "s/a*\\?/b/", "s/^*/b/", "s/\\+/b/"]
UNKNOWN += ["s/a\\{,2\\}/b/", "s/\\(\\)/b/", "s/a\\|/b/", "s|a\\|b|c|", "s+a\\+b+c+", "s/[\\w]/b/"]
UNKNOWN += ["s/[[.a.]]/b/", "s/a\\{9999\\}/b/", "s/\\(a\\)*/\\1/", "s/a/" + "b" * 10_000 + "/"]
UNKNOWN += ["s/" + "\\(a\\)" * 10 + "/b/", "s/a/\\q/"]


@pytest.mark.parametrize("script", UNKNOWN)
def test_a_basic_script_that_is_not_understood(script: str) -> None:
    assert done(script, "a\n") is None


PERL_UNKNOWN = ["s/a/b/ if /c/", "s/a/b/\ns/c/d/", "s{a}{b}", "s/a/b/e", "s/a/b/x", "s/a/b/I"]
PERL_UNKNOWN += [
    "s/$a/b/",
    "s/a/$b/",
    "s/a/${b}/",
    "s/a/@b/",
    "s/a@b/c/",
    "s/(a)/$1[0]/",
    "s/a/$2/",
]
PERL_UNKNOWN += ["s/a(?=b)/c/", "s/(?<x>a)/b/", "s/(?i)a/b/", "s/a/\\Ub/", "s/\\Qa/b/", "s/a*/x/g"]
PERL_UNKNOWN += [
    "s/[$]/b/",
    "s/a{b/c/",
    "s/a*+/b/",
    "s'a'b'",
    "tr/a/b/",
    "print; s/a/b/",
    "s/a/\\0/",
]
PERL_UNKNOWN += ["s/é/b/i", "s/a$b/c/", "s/a\n/b/; s/c/d/e"]


@pytest.mark.parametrize("script", PERL_UNKNOWN)
def test_a_perl_script_that_is_not_understood(script: str) -> None:
    assert done(script, "a\n", "perl") is None


@pytest.mark.parametrize(
    ("script", "text", "expected"),
    [
        ("s/\\bfoo/bar/", "éfoo\n", None),
        ("s/\\bfoo/bar/", "— foo\n", "— bar\n"),
        ("s/^./x/", "é\n", None),
        ("s/^.*foo/x/", "é foo\n", "x\n"),
        ("s/É/x/I", "é\n", None),
        ("s/x*/-/g", "é\n", None),
        ("s/[a-z]/-/", "é\n", None),
        ("s/a.c/x/", "aéc\n", None),
        ("s/\\w/x/", "\udce9\n", None),
    ],
)
def test_what_depends_on_the_machine_has_no_answer(
    script: str, text: str, expected: str | None
) -> None:
    assert done(script, text) == expected


@pytest.mark.parametrize(
    ("script", "text"),
    [
        ("s/\\(a.*b\\|a\\)/x/g", "a" * 300_000),
        ("s/a/" + "b" * 9000 + "/g", "a" * 300_000),
        ("; ".join(["s/a/aa/g"] * 60), "a" * 100),
        ("; ".join(["s/b/c/g"] * 60), "a line\n" * 40_000),
        ("s/a\\{900\\}b/x/g", "a" * 300_000),
        ("s/" + "a\\?" * 300 + "a\\{300\\}/x/", "a" * 100_000),
    ],
    ids=["search", "growth", "doubling", "commands", "interval", "options"],
)
def test_a_script_that_would_take_too_much_has_no_answer(script: str, text: str) -> None:
    assert done(script, text) is None


# -- the real thing -----------------------------------------------------------------

ATOMS = [
    "a",
    "b",
    "foo",
    "_",
    "1",
    " ",
    "\\.",
    "\\*",
    "\\/",
    "[abc]",
    "[^a]",
    "[a-c]",
    "[[:alpha:]]",
]
ATOMS += [
    "[]x]",
    "[\\.]",
    "\\w",
    "\\W",
    "\\s",
    "\\S",
    "\\b",
    "\\B",
    ".",
    "*",
    "^",
    "$",
    "\\(",
    "\\)",
]
ATOMS += [
    "(",
    ")",
    "|",
    "\\|",
    "+",
    "\\+",
    "?",
    "\\?",
    "{",
    "}",
    "{2}",
    "\\{2\\}",
    "\\{1,2\\}",
    "é",
]
ATOMS += [
    "{0,1}",
    "—",
    "-",
    '"',
    "'",
    "\\-",
    '\\"',
    "&",
    "\\n",
    "\\t",
    "\\<",
    "\\1",
    "x*",
    "a*",
    "\\$",
]
ATOMS += [
    "\\^",
    "\\[",
    "]",
    "#",
    "@",
    ";",
    "\t",
    "<",
    "=",
    "!",
    ",",
    "(a|b)",
    "\\(a\\|b\\)",
    "(foo)?",
]
ATOMS += ["\\d", "(?:", "*?", "\\D", "$1", "[\\w.]", "[^\\n]", "\\@", "(a*)(b*)"]
PUT = [
    "a",
    "X",
    "&",
    "\\1",
    "\\2",
    "\\0",
    "\\n",
    "\\t",
    "\\/",
    "\\\\",
    "\\&",
    "é",
    "$1",
    "${1}",
    "$&",
]
PUT += ["\\U&", "\\q", " ", "'", "\\$", "@", "\\@", "$1x", "[", "-"]
LINES = ["ab foo.b* (x) [y] {z} a+b a|b", "aaa bbb", "", "é — naïve", "foo_bar foo", "a1b2"]
LINES += [
    "foo(a, b)$",
    "^a$",
    "\\x",
    "a/b",
    "aab{2}",
    "\"q\" 'r'",
    "  ",
    "x&y",
    "ÀÉ k K",
    "\tx  y ",
]
LINES += ["abcabc AB", "\udce9x", "a\r", "\u2028a", "\vb"]
scripts = st.builds(
    lambda mark, pattern, put, flags: f"s{mark}{''.join(pattern)}{mark}{''.join(put)}{mark}{flags}",
    st.sampled_from("//|,#"),
    st.lists(st.sampled_from(ATOMS), min_size=1, max_size=4),
    st.lists(st.sampled_from(PUT), max_size=3),
    st.sampled_from(["", "g", "g", "i", "gi", "I"]),
)
texts = st.builds(
    lambda lines, end: "\n".join(lines) + end,
    st.lists(st.sampled_from(LINES), max_size=4),
    st.sampled_from(["\n", ""]),
)


def program(dialect: str) -> list[str]:
    """The program that runs such scripts; the test is skipped where it is not of the kind."""
    name, *options = {"basic": ["sed"], "extended": ["sed", "-E"], "perl": ["perl", "-p"]}[dialect]
    found = shutil.which(name)
    if found is None:
        pytest.skip(f"no {name} in PATH")
    version = subprocess.run([found, "--version"], capture_output=True).stdout
    if name == "sed" and b"GNU" not in version:
        pytest.skip("sed is not GNU's")
    return [found, *options]


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize("locale", ["C", "C.UTF-8"])
def test_what_is_told_is_what_the_program_makes(dialect: str, locale: str) -> None:
    command = program(dialect)
    environment = {**os.environ, "LC_ALL": locale}

    @given(st.lists(scripts, min_size=1, max_size=2).map("; ".join), texts)
    @settings(max_examples=120)
    def compared(script: str, text: str) -> None:
        told = done(script, text, dialect)
        if told is None:
            return
        feed = text.encode("utf-8", "surrogateescape")
        asked = [*command, "-e", script]
        run = subprocess.run(asked, input=feed, capture_output=True, env=environment)
        if run.returncode == 0:
            assert told == run.stdout.decode("utf-8", "surrogateescape")

    compared()
