"""Which removed file git's blame would go on with."""

from __future__ import annotations

from pathlib import Path

from tests.support.scratch import Scratch, lines
from treadle.tangle.blaming.rows import read_entries
from treadle.thread.git.differences import Side, sources


def rows(name: str, first: int, last: int) -> str:
    return lines(*(f"row {row} of the table of {name}" for row in range(first, last)))


GONE = {
    "tides.txt": rows("tides", 0, 20),
    "winds.txt": rows("winds", 0, 20),
    "one/list": rows("oars", 0, 20),
    "two/list": rows("nets", 0, 20),
    '\udcff "odd".txt': rows("ropes", 0, 20),
}
CAME = {
    "north.txt": rows("tides", 0, 20) + "and of the north\n",
    "south.txt": rows("tides", 2, 20),
    "new/winds.txt": rows("winds", 0, 16) + rows("tides", 16, 20),
    "new/tides.txt": rows("winds", 0, 19) + rows("tides", 0, 1),
    "three/list": rows("nets", 0, 18),
    "same": rows("oars", 0, 20),
    "odd": rows("ropes", 1, 20),
    "other.txt": rows("sails", 0, 20),
}


def blamed(scratch: Scratch, path: str) -> str:
    """The removed file from which git's blame has lines of a new one."""
    out, _ = scratch.repo.start_blame(path).communicate()
    return next((entry.path for entry in read_entries(out)[1] if entry.path in GONE), "")


def test_each_new_file_goes_on_with_the_one_that_blame_would_name(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "lamp")
    for path, text in GONE.items():
        scratch.write(path, text)
    scratch.commit("Before")
    for path in GONE:
        scratch.delete(path)
    for path, text in CAME.items():
        scratch.write(path, text)
    scratch.commit("After")
    removed: list[tuple[str, Side]] = [(path, text.encode()) for path, text in GONE.items()]
    asked = [(path, text.encode(), removed) for path, text in CAME.items()]
    found = [[*GONE, ""][number] for number in sources(scratch.repo, asked)]
    assert found == [blamed(scratch, path) for path in CAME]
    assert found[:2] == ["tides.txt", "tides.txt"]
    assert found[-2:] == [[*GONE][-1], ""]
    scratch.close()


def test_very_many_new_files_beside_very_many_removed_ones_all_have_their_source(
    tmp_path: Path,
) -> None:
    """More than may be looked at one by one."""
    scratch = Scratch(tmp_path / "lamp")
    many = 700
    removed: list[tuple[str, Side]] = [
        (f"old/{n}.txt", rows(f"house {n}", 0, 9).encode()) for n in range(many)
    ]
    came = [(f"new/{n}.txt", rows(f"house {n}", 0, 8).encode(), removed) for n in range(many)]
    assert sources(scratch.repo, came) == [*range(many)]
    scratch.close()
