import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.weave.places import PAGE, anchor, page_name, pages_of_files, register, strand

HOSTILE = [
    "a b.py",
    "c#.md",
    "what?.txt",
    "100%.txt",
    "größe.py",
    "x" * 300,
    "d/" * 150 + "e",
    ".gitignore",
    "-rf",
    "a~b",
    "con\x1b",
    "byte\udcff",
    'q"><script>.js',
    "..",
]


@pytest.mark.parametrize("path", HOSTILE)
def test_any_path_has_a_page_with_a_harmless_name(path: str) -> None:
    (page,) = pages_of_files([path]).values()
    assert PAGE.fullmatch(page)
    assert len(page) < 200


def test_a_plain_path_is_named_by_itself() -> None:
    assert page_name("tide/table.py") == "tide~table.py"
    assert page_name("README.md") == "README.md"


def test_names_that_differ_by_case_alone_get_different_pages() -> None:
    pages = pages_of_files(["Makefile", "makefile", "other"])
    assert len({page.lower() for page in pages.values()}) == 3
    assert pages["other"] == "file/other.html"


def test_a_file_and_a_folder_that_looks_like_its_page_do_not_meet() -> None:
    pages = pages_of_files(["a", "a/b", "a.html", "a~b", "a_b", "a b"])
    assert len({page.lower() for page in pages.values()}) == 6


@given(st.lists(st.text(st.characters(), min_size=1), unique=True))
def test_different_paths_have_different_pages(paths: list[str]) -> None:
    pages = pages_of_files(paths)
    assert len({page.lower() for page in pages.values()}) == len(paths)
    assert all(PAGE.fullmatch(page) for page in pages.values())


def test_a_page_is_named_alike_whatever_else_there_is() -> None:
    assert pages_of_files(["b c"])["b c"] == pages_of_files(["a", "b c", "d"])["b c"]


def test_a_step_is_found_in_its_commits_section_and_else_where_its_part_is() -> None:
    places = register([("c" * 40, ("p1",)), ("d" * 40, ("p1", "p2"))], [])
    assert places.step("d" * 40, "p1", "1.8").text == "§2 ¶A1.8"
    assert places.step("e" * 40, "p1", "1.8").text == "§1 ¶1.8"
    assert places.step("e" * 40, "p2", "1.8").href == "thread/dddddddddddd.html#s-p2-1-8"
    assert places.step("e" * 40, "p3", "1.8") is None
    assert places.step("c" * 40, "", "") is None


def test_an_anchor_names_part_and_step() -> None:
    assert anchor("1f2e3d4c5b6a", "2.13") == "s-1f2e3d4c-2-13"


def test_only_a_thread_of_several_strands_has_letters() -> None:
    assert strand(("p",), "p") == ""
    assert strand(("p", "q"), "q") == "B"
    assert strand(tuple(map(str, range(30))), "29") == "Z29"
