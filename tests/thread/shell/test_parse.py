"""A command taken apart as a shell would, or not at all; whatever stands in it, in linear time."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadle.thread.shell.parse import LONGEST, Simple, simple_commands

needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="no bash in PATH")


def words(text: str) -> list[list[str]]:
    """The words of each command that has any."""
    return [[w.text for w in one.words] for one in simple_commands(text) if one.words]


def only(text: str) -> Simple:
    (found,) = simple_commands(text)
    return found


def unknown(text: str) -> list[str]:
    """The words of which nobody can tell what they become."""
    return [w.text for one in simple_commands(text) for w in one.words if not w.literal]


# -- words --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("mv a b", ["mv", "a", "b"]),
        ("  mv\ta   b  ", ["mv", "a", "b"]),
        ("'a b' c", ["a b", "c"]),
        ("'a\\' b", ["a\\", "b"]),
        ('"a b" c', ["a b", "c"]),
        ('"a \\"b\\" \\\\ \\n \\$ \\`"', ['a "b" \\ \\n $ `']),
        ("a\\ b \\' \\\\", ["a b", "'", "\\"]),
        ("a'b'\"c\"d", ["abcd"]),
        ("'' \"\" a", ["", "", "a"]),
        ("'two\nlines'", ["two\nlines"]),
        ("a \\\n  b", ["a", "b"]),
        ("lo\\\nng", ["long"]),
        ('"lo\\\nng"', ["long"]),
        ("a#b # c", ["a#b"]),
        ("'#' \"#\" \\#", ["#", "#", "#"]),
        ("foo2>/dev/null", ["foo2"]),
        ("é 🧵", ["é", "🧵"]),
    ],
)
def test_words_come_out_without_their_quotes(text: str, expected: list[str]) -> None:
    assert words(text) == [expected]
    assert unknown(text) == []


EXPANDED = ["$a", '"$a"', "${a}", "${a:-b c}", '"${a%\\}}"', "$(b c)", "`b c`", "$((1 + (2)))"]
EXPANDED += ["$'b\\'c'", "a*", "a?", "[ab]", "{a,b}", "~/a", '"a"*', "<(b > c)", '$"b"', "$1", "$@"]
EXPANDED += ["$$", "x$(b)y", '"$(b "c" \')\')"', "${a:-$(b)}", "${a:-'}'}", '"${a:-it\'s}"']


@pytest.mark.parametrize("word", EXPANDED)
def test_a_word_that_is_expanded_is_one_word_that_nobody_knows(word: str) -> None:
    found = only(f"run {word} end")
    assert [w.literal for w in found.words] == [True, False, True]
    assert found.words[-1].text == "end"


@pytest.mark.parametrize(
    "text", ["$", '"a$"', "a$", '"$ a"', "'$a'", "\\$a", '"\\$a"', "'*'", '"~"']
)
def test_a_dollar_or_glob_that_means_nothing_is_known(text: str) -> None:
    assert unknown(text) == []
    assert len(words(text)) == 1


def test_what_was_quoted_is_remembered() -> None:
    found = only("a 'b' \"c\" \\d e'f' g\\\nh")
    assert [w.quoted for w in found.words] == [False, True, True, True, True, False]


# -- commands -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "operators"),
    [
        ("a; b", [";", ""]),
        ("a\nb\n", [";", ";"]),
        ("a && b || c", ["&&", "||", ""]),
        ("a | b |& c", ["|", "|", ""]),
        ("a & b", ["&", ""]),
        ("a;; b", [";", ""]),
        ("a # b; c\nd", [";", ""]),
        ("a &&\n\n b", ["&&", ""]),
        ("'a; b' && \"c | d\"", ["&&", ""]),
    ],
)
def test_operators_part_commands(text: str, operators: list[str]) -> None:
    assert [one.after for one in simple_commands(text)] == operators


def test_what_follows_a_subshell_is_a_command_of_its_own() -> None:
    found = simple_commands("(a; b) > out && c")
    assert [(len(one.words), one.after) for one in found] == [
        (0, "("),
        (1, ";"),
        (1, ")"),
        (0, "&&"),
        (1, ""),
    ]
    assert [(op, target.text) for op, target in found[3].redirects] == [(">", "out")]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("[[ a > b && ( c < d ) ]] && e", ["[[", "e"]),
        ("if [[ $a =~ ^(x|y)$ ]]; then b; fi", ["if", "then", "fi"]),
        ("((a > b)) && c", ["((a > b))", "c"]),
        ("for ((i = 0; i < 3; i++)); do a; done", ["for", "do", "done"]),
    ],
)
def test_tests_and_arithmetic_redirect_nothing(text: str, names: list[str]) -> None:
    assert [one[0] for one in words(text)] == names
    assert not any(one.redirects for one in simple_commands(text))


def test_a_substitution_is_read_with_its_own_quotes_and_here_documents() -> None:
    text = 'git commit -m "$(cat <<\'EOF\'\nMind a) the "x > y" case\nEOF\n)" && mv a b'
    found = simple_commands(text)
    assert [[w.text for w in one.words][:3] for one in found] == [
        ["git", "commit", "-m"],
        ["mv", "a", "b"],
    ]
    assert not found[0].redirects


# -- redirections -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a > f", [(">", "f")]),
        ("a >f", [(">", "f")]),
        ("a >> f", [(">>", "f")]),
        ("a >| f", [(">", "f")]),
        ("a &> f", [(">", "f")]),
        ("a &>> f", [(">>", "f")]),
        ("a 1> f", [(">", "f")]),
        ("a 2> f", []),
        ("a 2>&1", []),
        ("a 2>> f 3> g", []),
        ("a < f", [("<", "f")]),
        ("a >&2", [(">&", "2")]),
        ("> f", [(">", "f")]),
        ("a > 'f g'", [(">", "f g")]),
        ("a > \\\n f", [(">", "f")]),
        ("a <<< b > f", [(">", "f")]),
        ("a > f > g", [(">", "f"), (">", "g")]),
    ],
)
def test_redirections_of_input_and_output(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(op, target.text) for op, target in only(text).redirects] == expected


@pytest.mark.parametrize(
    ("text", "body", "literal"),
    [
        ("cat <<EOF\na\n b\nEOF\n", "a\n b\n", True),
        ("cat <<EOF\na $b\nEOF\n", "a $b\n", False),
        ("cat <<EOF\na `b`\nEOF\n", "a `b`\n", False),
        ("cat <<EOF\na \\\nb\nEOF\n", "a \\\nb\n", False),
        ("cat <<'EOF'\na $b \\\nEOF\n", "a $b \\\n", True),
        ('cat <<"EOF"\n$b\nEOF\n', "$b\n", True),
        ("cat <<\\EOF\n$b\nEOF\n", "$b\n", True),
        ("cat <<'E F'\na\nE F\n", "a\n", True),
        ("cat << EOF > f\na\nEOF", "a\n", True),
        ("cat <<-EOF\n\ta\n\t\t b\n\tEOF\n", "a\n b\n", True),
        ("cat <<EOF\n EOF\nEOF \nEOF\n", " EOF\nEOF \n", True),
        ("cat <<EOF\nEOF\n", "", True),
        ("cat <<EOF\na\n", "a\n", True),
        ("cat <<EOF\na", "a\n", True),
        ("cat <<A <<B\n1\nA\n2\nB\n", "2\n", True),
        ("cat <<EOF\n'\"(\nEOF\n", "'\"(\n", True),
    ],
)
def test_here_documents(text: str, body: str, literal: bool) -> None:
    found = only(text)
    assert (found.here, found.here_literal) == (body, literal)


@pytest.mark.parametrize(
    "text", ["cat <<A < f\n1\nA\n", "cat <<A <<< b\n1\nA\n", "cat 3<<A\n1\nA\n"]
)
def test_a_here_document_that_nobody_reads(text: str) -> None:
    assert only(text).here is None


def test_each_command_of_a_line_has_its_own_here_document() -> None:
    found = simple_commands("cat <<A > f; cat <<-'B' > g && c\n1\nA\n\t$2\nB\nd\n")
    assert [(one.words[0].text, one.here) for one in found] == [
        ("cat", "1\n"),
        ("cat", "$2\n"),
        ("c", None),
        ("d", None),
    ]


# -- what no shell accepts ----------------------------------------------------------


REFUSED = ["'a", '"a', "a `b", "a $(b", "a ${b", "a $((1)", "a $'b", '"a $(b"', "a >", "a > ; b"]
REFUSED += ["a <<", "[[ a", "[[ a; b ]]", "((a", "((a) ; b)", "a <(b", "a\0b"]
REFUSED += [
    "$(case a in b) c;; esac) d",
    "$(a; case a in\nb) c;; esac) d",
    "a " * (LONGEST // 2 + 1),
]


@pytest.mark.parametrize("text", REFUSED)
def test_text_that_a_shell_refuses_gives_nothing(text: str) -> None:
    assert simple_commands(text) == []


HOSTILE = ["'", '"', "`", "$(", "${", "<<a", "<<a\n", "((", "(", "[[ a", "\\", "$((", "if ", "x<("]
HOSTILE += [
    "\"${x:-'}",
    "$(${",
    "a\\\n",
    "<<a b\na\n",
    "(( )) ",
    "if ((1)) ",
    "[[ a ]] ",
    "1",
    "\0",
]
HOSTILE += [
    "a;",
    "a ",
    '"$(a)"',
    "for ((;;)) ",
    "{ ",
    "<<-a\t",
    "a<b",
    "'\"",
    "$'",
    "case a in b) ",
]


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_command_beyond_the_bound_is_not_read(piece: str) -> None:
    assert simple_commands(piece * (LONGEST // len(piece) + 1)) == []


SHARDS = [
    "a",
    " ",
    "\n",
    "\t",
    "'",
    '"',
    "\\",
    "$",
    "`",
    "(",
    ")",
    "{",
    "}",
    "[[",
    "]]",
    "((",
    "))",
]
SHARDS += [
    "<",
    ">",
    "<<",
    "<<-",
    "&",
    "|",
    ";",
    "#",
    "=",
    "EOF",
    "1",
    "do",
    "if",
    "case",
    "é",
    "\udce9",
]


@given(st.lists(st.sampled_from(SHARDS), max_size=40).map("".join))
@settings(max_examples=400)
def test_no_text_is_too_odd_to_be_read(text: str) -> None:
    for one in simple_commands(text):
        assert one.after in ("&&", "||", "|", ";", "&", "(", ")", "")
        assert all(op in (">", ">>", "<", "<>", ">&") for op, _ in one.redirects)


# -- the real thing -----------------------------------------------------------------

SAFE = ["a", "b c", "'x y'", '"p q"', "\\ ", "\\'", '\\"', "\\\\", " ", "\t", "\\\n", '"a\\"b"']
SAFE += ['"a\\\\b"', '"a\\nb"', '"a\\\nb"', "''", '""', "a#h", "é", "-e", "=", "'\n'", '"\n"', "%s"]
SAFE += ["!", "}", "]", "@", ":", ",", "+", "^", "\\$", "\\`", '"\\$x"', "$ ", '"a$"', "'$(x)'"]


@needs_bash
@given(st.lists(st.lists(st.sampled_from(SAFE), max_size=9).map("".join), min_size=30, max_size=30))
@settings(max_examples=5)
def test_words_are_those_that_bash_sees(texts: list[str]) -> None:
    commands = [f"printf '%s\\0' {text} end" for text in texts]
    script = "".join(f"{command}; printf '\\001'\n" for command in commands)
    printed = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout
    real = [one.split("\0")[:-1] for one in printed.decode().split("\1")[:-1]]
    found = [one[2:] for one in words(script) if one[1] == "%s\\0"]
    assert found == real
    assert unknown(script) == []


BODIES = ["a", "", " b", "\tc", "EOF ", "'", '"', "(", "x)", "EO", "é"]


@needs_bash
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["<<EOF", "<<-EOF", "<<'EOF'"]), st.lists(st.sampled_from(BODIES))
        ),
        min_size=20,
        max_size=20,
    )
)
@settings(max_examples=5)
def test_here_documents_are_those_that_bash_reads(told: list[tuple[str, list[str]]]) -> None:
    texts = [f"cat {operator}\n" + "".join(f"{line}\n" for line in body) for operator, body in told]
    script = "".join(f"{text}EOF\nprintf '\\001'\n" for text in texts)
    printed = subprocess.run(["bash", "-c", script], capture_output=True, check=True).stdout
    found = [one.here for one in simple_commands(script) if one.words[0].text == "cat"]
    assert found == printed.decode().split("\1")[:-1]
