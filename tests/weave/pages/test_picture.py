"""The pictures are in proportion, and say what the table beside them says."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.weave.slackwater import slackwater
from treadle.weave.pages import picture as module
from treadle.weave.pages.fields import HIGH, WIDE, label
from treadle.weave.pages.picture import Picture, picture
from treadle.weave.pages.timeline import axis
from treadle.weave.pages.treemap import Box, squarified
from treadle.weave.site import weave_book
from treadle.weave.view import Book, plan, total

SIZES = st.lists(st.integers(1, 5000), min_size=1, max_size=60)


@pytest.fixture(scope="module")
def drawn() -> Picture:
    return picture(plan(slackwater()))


@given(SIZES, st.integers(10, 2000), st.integers(10, 2000))
def test_rectangles_are_as_large_as_their_sizes_and_fill_the_room(
    sizes: list[int], width: int, height: int
) -> None:
    room = Box(3.0, 5.0, float(width), float(height))
    sizes = sorted(sizes, reverse=True)
    boxes = squarified([float(size) for size in sizes], room)
    unit = width * height / sum(sizes)
    for size, box in zip(sizes, boxes, strict=True):
        assert box.width * box.height == pytest.approx(size * unit, rel=1e-6)
        assert box.x >= room.x - 1e-6
        assert box.y >= room.y - 1e-6
        assert box.x + box.width <= room.x + width + 1e-6
        assert box.y + box.height <= room.y + height + 1e-6


@given(SIZES)
def test_rectangles_do_not_overlap(sizes: list[int]) -> None:
    boxes = squarified([float(s) for s in sorted(sizes, reverse=True)], Box(0, 0, 100, 70))
    for at, one in enumerate(boxes):
        for other in boxes[at + 1 :]:
            across = min(one.x + one.width, other.x + other.width) - max(one.x, other.x)
            down = min(one.y + one.height, other.y + other.height) - max(one.y, other.y)
            assert across < 1e-6 or down < 1e-6


def test_nothing_is_laid_out_without_room() -> None:
    assert squarified([], Box(0, 0, 10, 10)) == []
    assert squarified([1.0], Box(0, 0, 0, 10)) == [Box(0, 0, 0, 0)]


def test_every_file_with_lines_has_a_field_and_a_row(drawn: Picture) -> None:
    paths = {file.path for file in slackwater().files if total(file.runs)}
    assert {field.link.text for field in drawn.fields} == paths
    assert {row.link.text for row in drawn.rows} == paths


def test_a_field_tells_how_much_is_explained_by_whom_and_since_when(drawn: Picture) -> None:
    fields = {field.link.text: field for field in drawn.fields}
    card, table = fields["tools/card.py"], fields["tide/table.py"]
    assert (card.tone, table.tone) == (1, 5)
    assert [band.dye for band in card.bands] == [0]
    assert [band.dye for band in table.bands] == [1, 0]
    assert sum(band.width for band in table.bands) == pytest.approx(table.box.width, abs=0.3)
    assert table.youth > 0
    assert "98.1 % explained, last changed 16 March 2026" in table.told


def test_the_table_says_the_same(drawn: Picture) -> None:
    (row,) = [row for row in drawn.rows if row.link.text == "tide/table.py"]
    assert (row.lines, row.explained, row.day) == (53, 52, "16 March 2026")
    assert row.by == (("Claude Code", 52), ("not explained", 1))


def test_a_name_has_as_many_lines_as_there_is_room_for() -> None:
    assert label("table_of_tides_test.py", Box(0, 0, 80, 90)) == ("table_of_", "tides_", "test.py")
    assert label("table_of_tides_test.py", Box(0, 0, 80, 46)) == ("table_of_", "tides_tes…")
    assert label("tableOfTides.spec.ts", Box(0, 0, 80, 90)) == ("tableOf", "Tides.", "spec.ts")
    assert label("table.py", Box(0, 0, 80, 20)) == label("table.py", Box(0, 0, 50, 90)) == ()
    assert label("antidisestablishment.py", Box(0, 0, 80, 90)) == ("antidises…",)


def test_many_files_share_their_last_field(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FIELDS", 3)
    found = picture(plan(slackwater()))
    assert len(found.fields) == 4
    assert found.fields[-1].link.href == "files.html"
    assert len(found.rows) == 3
    assert found.unlisted > 1


def test_each_agent_has_a_lane_with_its_threads_in_order(drawn: Picture) -> None:
    lanes = {lane.name: lane for lane in drawn.lanes}
    assert list(lanes) == ["Claude Code", "Codex", "no thread"]
    assert [mark.link.text for mark in lanes["Claude Code"].marks] == ["§1", "§3", "§4"]
    marks = [mark.x for mark in lanes["Claude Code"].marks]
    assert marks == sorted(marks)
    assert all(0 < mark.x < WIDE for lane in drawn.lanes for mark in lane.marks)
    assert not any(mark.label for mark in lanes["no thread"].marks)


def test_idle_stretches_are_shortened_and_time_still_runs_forward() -> None:
    place = axis(["2026-01-01", "2026-01-02", "2027-06-01"])
    stamps = ["2026-01-01T00:00:00.000Z", "2026-01-01T23:00:00.000Z", "2026-01-02T00:00:00.000Z"]
    found = [place(stamp) for stamp in [*stamps, "2027-06-01T12:00:00.000Z"]]
    assert found == sorted(found)
    assert found[3] - found[2] < 4 * (found[2] - found[0])
    assert all(0 < x < WIDE for x in found)


def test_a_book_without_lines_has_no_picture(tmp_path: Path) -> None:
    found = picture(plan(Book("Empty", "", (), ())))
    assert (found.fields, found.rows, found.lanes) == ((), (), ())
    weave_book(Book("Empty", "", (), ()), tmp_path, jobs=1)
    assert "<svg" not in (tmp_path / "index.html").read_text()


def test_the_map_is_drawn_without_a_script(tmp_path: Path) -> None:
    weave_book(slackwater(), tmp_path, jobs=1)
    page = (tmp_path / "index.html").read_text()
    assert f'viewBox="0 0 {WIDE} {HIGH}"' in page
    assert '<a href="file/tide~table.py.html" tabindex="-1"><title>tide/table.py: 53 lines' in page
