"""Lists of very many files or prompts are cut into pages one can bear, and lose nothing."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.weave.markup import read_site
from tests.weave.slackwater import slackwater
from tests.weave.test_site import broken_links
from treadle.weave.pages import index, prompts
from treadle.weave.pages.index import files_pages
from treadle.weave.pages.prompts import prompts_pages
from treadle.weave.site import weave_book
from treadle.weave.view import plan


def test_all_files_stand_on_the_pages_and_each_folder_with_its_whole_sum(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = plan(slackwater())
    (one,) = files_pages(whole)
    monkeypatch.setattr(index, "FILES", 3)
    several = list(files_pages(whole))
    assert len(several) > 2
    assert all(len(page.pages) == len(several) for page in several)
    rows = [row for page in several for folder in page.folders for row in folder.rows]
    assert rows == [row for folder in one.folders for row in folder.rows]
    sums = {folder.path: folder.lines for folder in one.folders}
    assert all(folder.lines == sums[folder.path] for page in several for folder in page.folders)


def test_all_prompts_stand_on_the_pages_in_their_order(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = plan(slackwater())
    (one,) = prompts_pages(whole)
    monkeypatch.setattr(prompts, "ROWS", 2)
    several = list(prompts_pages(whole))
    assert len(several) > 1
    rows = [row for page in several for day in page.days for row in day.rows]
    assert rows == [row for day in one.days for row in day.rows]
    assert {page.count for page in several} == {one.count}


def test_every_link_between_the_pages_leads_somewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(index, "FILES", 3)
    monkeypatch.setattr(prompts, "ROWS", 2)
    weave_book(slackwater(), tmp_path, jobs=1)
    pages = read_site(tmp_path)
    assert {"files~~2.html", "prompts~~2.html"} <= pages.keys()
    assert broken_links(pages, tmp_path) == []
