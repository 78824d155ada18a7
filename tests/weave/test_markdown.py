import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.weave.markup import check_markup
from treadle.weave.markdown import _PLAIN, LARGEST, _rendered, to_html


def test_headings_stand_below_those_of_the_page_without_a_gap() -> None:
    html = to_html("# One\n\n### Three\n\n###### Six")
    assert html == "<h4>One</h4>\n<h5>Three</h5>\n<h6>Six</h6>\n"


def test_raw_html_is_shown_not_obeyed() -> None:
    html = to_html("<script>alert(1)</script>\n\na <b onclick=x>b</b>")
    assert "<script" not in html
    assert "<b " not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    "target",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "file:///etc", "../x"],
)
def test_a_link_that_leads_elsewhere_is_none(target: str) -> None:
    html = to_html(f"[here]({target})")
    assert "<a" not in html
    assert "here" in html


@pytest.mark.parametrize("target", ["https://example.org/?a=1&b=2", "mailto:ines@example.org"])
def test_a_link_to_the_web_or_a_mailbox_is_one(target: str) -> None:
    html = to_html(f"[here]({target})")
    assert 'rel="noreferrer"' in html
    assert target.replace("&", "&amp;") in html


def test_links_may_stand_in_tables_and_lists() -> None:
    html = to_html("- [a](x.md) and [b](https://example.org)\n\n|c|\n|-|\n|[d](y.md)|\n")
    assert html.count("<a ") == html.count("</a>") == 1
    assert html.count('class="nolink"') == 2
    assert 'class="scroll" tabindex="0"' in html


def test_an_image_is_named_and_not_loaded() -> None:
    html = to_html('![a "chart"](https://example.org/x.png)')
    assert "<img" not in html
    assert "[image: a &quot;chart&quot;, not kept]" in html


def test_code_is_coloured_by_its_language() -> None:
    html = to_html("```python\ndef f(): pass\n```\n\n```nonsense\n<b>\n```\n")
    assert "<b class=f>f</b>" in html
    assert "&lt;b&gt;" in html


def test_a_change_of_direction_is_shown() -> None:
    assert "‹U+202E›" in to_html("safe \u202e text")


def test_a_book_is_shown_as_it_is() -> None:
    html = to_html("*a*\n" + "x\n" * LARGEST)
    assert html.startswith('<p class="asis">*a*')


def test_deep_nesting_ends() -> None:
    check_markup(to_html(">" * 5_000 + " deep\n" + "- " * 5_000 + "deep\n" + "[" * 5_000))


@given(st.text(st.characters(), max_size=300))
def test_whatever_an_answer_holds_the_markup_is_whole(text: str) -> None:
    check_markup(to_html(text))


@given(st.text("<>&\"'`*_[]()!#-|\\\n x:/jJ", max_size=200))
def test_whatever_marks_an_answer_holds_the_markup_is_whole(text: str) -> None:
    check_markup(to_html(text))


@given(st.from_regex(_PLAIN, fullmatch=True))
def test_a_plain_line_is_the_paragraph_that_markdown_makes_of_it(text: str) -> None:
    assert to_html(text) == _rendered(text)


def test_most_sentences_are_plain() -> None:
    assert _PLAIN.fullmatch("Now let me run the tests (all of them), as before: 3.5 s, isn't it?")
    assert not _PLAIN.fullmatch("Now `make`")
