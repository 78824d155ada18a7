"""Whatever a repository holds, its site is whole: odd files, odd names, far too many lines."""

from __future__ import annotations

import gzip
import random
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.agents import Agent
from tests.support.record import record
from tests.support.scratch import Scratch, numbered
from tests.weave.maker import Maker, edited, part, ran, said, turn
from tests.weave.markup import Page, read_site
from tests.weave.test_site import broken_links
from treadle.tangle.learnt.index import Index
from treadle.weave.site import weave_book
from treadle.weave.weaving import Wish, weave

LONG = "n" * 240 + ".py"
NAMES = (
    *("a b.py", "a#b.py", "a?b.py", "50%.py", "50%25.py", "é.py", "日本.py", LONG, f"{LONG}x"),
    *("Twin.py", "twin.py", "TWIN.py", ".hidden", "-dash.py", "a&b<c>.py", "~~2.py", "a~b.py"),
    *("a/b.py", "index.html", "x/index.html", "quote\"'.py", "new\nline.py", "con", "aux.py"),
)
CONTENTS = {
    "unknown.zzz": b"no language has this name\n",
    "binary.bin": b"\x7fELF\0\1\2\3" * 100,
    "empty.txt": b"",
    "one-line.txt": b"x" * 1_000_000,
    "wide.js": b"var a = [" + b"1234567, " * 100_000 + b"];\n",
    "cr.txt": b"one\rtwo\rthree\r",
    "crlf.txt": b"one\r\ntwo\r\n",
    "nul-later.txt": b"a\n" * 8000 + b"\0\n",
    "latin.txt": "gr\u00fc\u00dfe\n".encode("latin-1"),
    "escape.txt": b"\x1b[31mred\x1b[0m\n",
    "no-end.txt": b"one\ntwo",
    "blank.txt": b"\n\n\n",
    "not-unicode\udcff.py": b"def odd():\n    return 1\n",
    "bom.py": b"\xef\xbb\xbfprint(1)\n",
}


@pytest.fixture(scope="module")
def odd(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Page]]:
    scratch = Scratch(tmp_path_factory.mktemp("odd") / "repo")
    for name in NAMES:
        scratch.write(name, f"# {name!r}\nbegin\n")
    for name, content in CONTENTS.items():
        scratch.write(name, content)
    scratch.commit("Begin")
    agent = Agent(scratch)
    agent.prompt("Change them all")
    for name in NAMES:
        agent.said(f"I change {name!r}.")
        agent.edit(name, "begin\n", "changed\n")
    record(scratch, [scratch.commit("Change")], agent)
    out = scratch.top.parent / "out"
    with closing(Index(scratch.repo)) as index:
        weave(index, out, Wish())
    return out, read_site(out)


def test_every_link_leads_somewhere(odd: tuple[Path, dict[str, Page]]) -> None:
    out, pages = odd
    assert broken_links(pages, out) == []


def test_no_two_files_share_a_page_on_any_file_system(odd: tuple[Path, dict[str, Page]]) -> None:
    _, pages = odd
    names = [name.lower() for name in pages]
    assert len(names) == len(set(names))
    files = [name for name in names if name.startswith("file/") and "~~" not in name]
    assert len(files) == len(NAMES) + len(CONTENTS) - 1, "all but the binary one have a page"


def test_a_page_of_each_shows_its_lines(odd: tuple[Path, dict[str, Page]]) -> None:
    _, pages = odd
    lines = {name: [id_ for id_ in page.ids if id_[0] == "L"] for name, page in pages.items()}
    assert lines["file/one-line.txt.html"] == ["L1"]
    assert lines["file/cr.txt.html"] == ["L1"]
    assert lines["file/crlf.txt.html"] == ["L1", "L2"]
    assert lines["file/no-end.txt.html"] == ["L1", "L2"]
    assert lines["file/blank.txt.html"] == ["L1", "L2", "L3"]
    assert lines["file/empty.txt.html"] == []
    assert "This file is empty" in pages["file/empty.txt.html"].text
    assert "␍" in pages["file/cr.txt.html"].text
    assert "␍" not in pages["file/crlf.txt.html"].text
    assert "998,000 characters more" in pages["file/one-line.txt.html"].text
    assert "gr\\xfc\\xdfe" in pages["file/latin.txt.html"].text
    assert "␛[31m" in pages["file/escape.txt.html"].text


def test_the_table_says_why_a_file_has_no_page(odd: tuple[Path, dict[str, Page]]) -> None:
    _, pages = odd
    assert "binary.bin\n–binary" in pages["files.html"].text


def test_no_page_is_too_heavy(odd: tuple[Path, dict[str, Page]]) -> None:
    out, pages = odd
    assert max(len(gzip.compress((out / name).read_bytes())) for name in pages) < 200_000


def test_fifty_thousand_lines_stand_on_pages_one_can_bear(tmp_path: Path) -> None:
    maker = Maker()
    text = numbered(50_000, "a line of the log")
    steps = turn(1, "Log", "2026-03-02T09:00:00.000Z", edited(maker.edit("log.txt", text)))
    maker.commit("Log", "2026-03-02", part("s", steps))
    weave_book(maker.book(), tmp_path, jobs=1)
    pages = read_site(tmp_path)
    assert broken_links(pages, tmp_path) == []
    names = ["file/log.txt.html", *(f"file/log.txt~~{n}.html" for n in range(2, 10))]
    found = [id_ for name in names for id_ in pages[name].ids if id_[0] == "L"]
    assert found == [f"L{n + 1}" for n in range(50_000)]
    assert max(len(gzip.compress((tmp_path / name).read_bytes())) for name in names) < 200_000


def test_lines_that_cannot_be_pressed_stand_on_more_pages(tmp_path: Path) -> None:
    chance = random.Random(1)
    maker = Maker()
    text = "".join(f"{chance.randbytes(50).hex()}\n" for _ in range(6_000))
    steps = turn(1, "Sums", "2026-03-02T09:00:00.000Z", edited(maker.edit("sums.txt", text)))
    maker.commit("Sums", "2026-03-02", part("s", steps))
    weave_book(maker.book(), tmp_path, jobs=1)
    sizes = [len(gzip.compress(page.read_bytes())) for page in (tmp_path / "file").iterdir()]
    assert len(sizes) > 1
    assert max(sizes) < 200_000


def test_a_file_of_many_small_spans_stays_light(tmp_path: Path) -> None:
    maker = Maker()
    chance = random.Random(2)
    words = [chance.randbytes(4).hex() for _ in range(3_000)]
    lines = [f"line {n}\n" for n in range(3_000)]
    maker.edit("busy.py", "".join(lines))
    maker.commit("Begin", "2026-03-01")
    for day in range(1, 25):
        steps = []
        for n in range(day, 3_000, 50):
            lines[n] = f"{' '.join(chance.choices(words, k=4))}\n"
            steps.append(edited(maker.edit("busy.py", "".join(lines))))
        prompt = " ".join(chance.choices(words, k=60))
        told = turn(1, prompt, f"2026-03-{day:02}T09:00:00.000Z", *steps)
        maker.commit(f"Day {day}", f"2026-03-{day:02}", part(f"s{day}", told))
    weave_book(maker.book(), tmp_path, jobs=1)
    sizes = [len(gzip.compress(page.read_bytes())) for page in (tmp_path / "file").iterdir()]
    assert max(sizes) < 200_000


@pytest.mark.parametrize("count", [400, 3_000])
def test_a_thread_of_very_many_steps_stands_on_a_page_one_can_bear(
    tmp_path: Path, count: int
) -> None:
    chance = random.Random(3)
    words = [chance.randbytes(4).hex() for _ in range(20_000)]
    maker = Maker()
    made = [edited(maker.edit("a.txt", numbered(30)))]
    for _ in range(count):
        made += [said(" ".join(chance.choices(words, k=100))), ran("make", words[0] * 30)]
    steps = turn(1, "Go on", "2026-03-02T00:00:00.000Z", *made)
    maker.commit("Long", "2026-03-02", part("s", steps))
    weave_book(maker.book(), tmp_path, jobs=1)
    (page,) = (tmp_path / "thread").iterdir()
    assert len(gzip.compress(page.read_bytes())) < 200_000
    found = read_site(tmp_path)[f"thread/{page.name}"]
    assert len([id_ for id_ in found.ids if id_.startswith("s-")]) == 2 * count + 1
    assert "treadle show" in found.text
