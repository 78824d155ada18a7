from hypothesis import given
from hypothesis import strategies as st

from tests.weave.markup import check_markup
from treadle.thread.model import Hunk
from treadle.thread.origin import split_lines
from treadle.weave.code.lines import OPEN, WIDEST, diff_html, file_lines, numbered


def test_every_line_has_an_anchor() -> None:
    html = numbered(file_lines("a.py", "x = 1\n\ny = 2").html, 41)
    page = check_markup(html)
    assert page.ids == ["L42", "L43", "L44"]
    assert page.text == "x = 1\n\ny = 2\n"


def test_code_is_escaped_in_and_out_of_tokens() -> None:
    (line,) = file_lines("a.py", 'x = "</pre><script>" # <&>\n').html
    assert "<script" not in line
    assert "</pre>" not in line
    assert "&lt;&amp;&gt;" in line


def test_a_line_too_wide_is_cut_and_says_so() -> None:
    (line,) = file_lines("a.txt", "<" * 1_000_000).html
    assert "998,000 characters more" in line
    assert line.count("&lt;") == WIDEST


def test_line_ends_of_a_whole_file_are_not_shown_line_by_line() -> None:
    assert file_lines("a.txt", "a\r\nb\r\n").html == ["a", "b"]
    assert file_lines("a.txt", "a\r\nb\n").html == ["a␍", "b"]
    assert file_lines("a.txt", "a\rb\n").html == ["a␍b"]


@given(st.text(st.characters()))
def test_a_file_has_as_many_lines_as_it_has(text: str) -> None:
    lines = file_lines("a.py", text).html
    assert len(lines) == len(split_lines(text))
    check_markup(numbered(lines, 0))


def hunk(text: str, old: int = 0) -> Hunk:
    return Hunk(old, old, tuple(split_lines(text)))


def test_a_diff_numbers_both_sides() -> None:
    page = check_markup(diff_html("a.py", [hunk(" a\n-b\n+c\n+d\n e\n", 6)], 100))
    assert page.text.split() == ["77", "a", "8−b", "8+c", "9+d", "910", "e"]


def test_an_attempt_without_a_place_has_no_numbers() -> None:
    page = check_markup(diff_html("a.py", [hunk("-b\n+c\n")], 100, whole=False))
    assert page.text.split() == ["−b", "+c"]


def test_a_long_diff_is_folded_and_a_longer_one_cut() -> None:
    lines = "".join(f"+line {n}\n" for n in range(1_000))
    html = diff_html("a.txt", [hunk(lines)], 300)
    page = check_markup(html)
    assert html.count("<details") == 1
    assert f"{300 - OPEN} lines more" in page.text
    assert "700 lines more, not shown here" in page.text
    assert "line 299" in page.text
    assert "line 300" not in page.text


def test_a_hidden_line_says_why() -> None:
    secret = Hunk(0, 0, ("+token = 1\n", "+x\n"), hidden=(0,))
    text = check_markup(diff_html("a.py", [secret], 10)).text
    assert "hidden by redaction" in text
    assert "token" not in text


def test_a_last_line_without_its_end_is_marked() -> None:
    assert "no newline at the end" in diff_html("a.py", [Hunk(0, 0, ("+x",))], 10)


def test_a_string_begun_above_a_removed_line_goes_on() -> None:
    html = diff_html("a.py", [hunk(' x = """\n-old\n+new\n """\n')], 10)
    assert "<u>old</u>" in html
    assert "<u>new</u>" in html


def test_lines_that_stand_in_the_file_are_coloured_as_there() -> None:
    text = 'x = """\nif one\n"""\nif two: x\n'
    dyed = file_lines("a.py", text)
    assert dyed.known["if one"] == [("s", "if one")]
    html = diff_html("a.py", [hunk("-if once\n+if one\n")], 10, known=dyed.known)
    assert "<u>if one</u>" in html.replace("<mark>", "").replace("</mark>", "")
    assert "<b>if </b>once" in html.replace("<mark>", "").replace("</mark>", "")
    html = diff_html("a.py", [hunk("+if one\n+if three\n")], 10, known=dyed.known)
    assert "<b>if </b>one" in html
    assert "<b>if </b>three" in html


def test_line_ends_of_a_file_are_not_looked_for_in_what_is_known_of_it() -> None:
    dyed = file_lines("a.py", "if a:\r\n    b\r\n")
    assert diff_html("a.py", [hunk("+if a:\r\n")], 10, known=dyed.known) == diff_html(
        "a.py", [hunk("+if a:\r\n")], 10
    )
