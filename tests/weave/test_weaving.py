"""A site that grows commit by commit is the one woven at the end, and never half of one."""

from __future__ import annotations

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.agents import Agent
from tests.support.archive import forget, store
from tests.support.record import record
from tests.support.scratch import Scratch, numbered
from tests.weave.slackwater import slackwater
from treadle.tangle import read
from treadle.tangle.learnt.index import Index
from treadle.thread.errors import UserError
from treadle.thread.store import Store
from treadle.weave.gathering.book import gather
from treadle.weave.making.folder import ASIDE, MARKER
from treadle.weave.site import Report, weave_book
from treadle.weave.weaving import Wish, weave


def woven(scratch: Scratch, out: Path, wish: Wish | None = None) -> Report:
    with closing(Index(scratch.repo)) as index:
        return weave(index, out, wish or Wish())


def content(out: Path) -> dict[str, bytes]:
    found = (path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in found}


def anew(scratch: Scratch, out: Path) -> dict[str, bytes]:
    """What a weave gives that knows nothing of any before."""
    for kept in (Path(scratch.repo.common_dir) / "treadle").glob("kept.db*"):
        kept.unlink()
    woven(scratch, out)
    return content(out)


class Story:
    """A repository in which an agent works on, a commit at a time."""

    def __init__(self, top: Path) -> None:
        self.scratch = Scratch(top)
        self.agent = Agent(self.scratch)
        self.scratch.write("a.txt", numbered(30, "a"))
        self.scratch.write("b.txt", numbered(30, "b"))
        self.scratch.commit("Begin")
        self.count = 0

    def agent_edits(self, path: str, number: int) -> None:
        self.count += 1
        self.agent.prompt(f"Change {number} of {path}")
        self.agent.said(f"I change line {number}, for the {self.count}th time.")
        lines = self.scratch.read(path).split("\n")
        self.agent.edit(path, lines[number] + "\n", f"new {self.count}\nand more {self.count}\n")
        record(self.scratch, [self.scratch.commit(f"Change {self.count}")], self.agent)

    def person_edits(self, path: str) -> None:
        self.scratch.write(path, f"a person's line\n{self.scratch.read(path)}")
        self.scratch.commit("By hand")


@pytest.fixture
def story(tmp_path: Path) -> Story:
    found = Story(tmp_path / "repo")
    found.agent_edits("a.txt", 3)
    found.agent_edits("b.txt", 5)
    return found


def test_a_first_weave_reads_each_document_once_for_all_that_lists_it(
    story: Story, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = []
    parse = read.parse
    monkeypatch.setattr(read, "parse", lambda text: (documents.append(text), parse(text))[1])
    read.forget()
    with closing(Index(story.scratch.repo)) as index:
        book = gather(index)
    assert len(book.threads) == len(documents) == 2


def test_a_site_that_grew_is_the_site_woven_at_the_end(story: Story, tmp_path: Path) -> None:
    out = tmp_path / "out"
    steps = [
        lambda: story.agent_edits("a.txt", 7),
        lambda: story.person_edits("a.txt"),
        lambda: story.scratch.git("mv", "b.txt", "c d#é.txt"),
        lambda: story.scratch.commit("Move"),
        lambda: story.agent_edits("c d#é.txt", 1),
        lambda: story.scratch.git("commit", "-q", "--allow-empty", "-m", "Nothing"),
        lambda: story.scratch.git("rm", "-q", "a.txt"),
        lambda: story.scratch.commit("Remove"),
        lambda: story.scratch.git("reset", "-q", "--hard", "HEAD~3"),
    ]
    for nth, step in enumerate(steps):
        step()
        woven(story.scratch, out)
        assert content(out) == anew(story.scratch, tmp_path / f"fresh{nth}")


def test_a_document_of_an_old_commit_moves_what_stands_on_other_pages(
    story: Story, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    commits = [commit.id for commit in story.scratch.repo.commits()]
    texts = dict(Store(story.scratch.repo).get_all(commits))
    late, *rest = texts
    forget(story.scratch)
    for id_ in rest:
        store(story.scratch, story.scratch.head(id_), texts[id_])
    woven(story.scratch, out)
    store(story.scratch, story.scratch.head(late), texts[late])
    woven(story.scratch, out)
    assert content(out) == anew(story.scratch, tmp_path / "fresh")


def test_a_commit_writes_only_the_pages_it_changes(story: Story, tmp_path: Path) -> None:
    out = tmp_path / "out"
    for number in range(8):
        story.scratch.write(f"other{number}.txt", numbered(5, f"o{number}"))
    story.agent_edits("a.txt", 9)
    whole = woven(story.scratch, out)
    assert whole.written == whole.pages
    before = {path: path.stat().st_mtime_ns for path in out.rglob("*.html")}
    story.person_edits("b.txt")
    report = woven(story.scratch, out)
    changed = {p.name for p in before if p.stat().st_mtime_ns != before[p]}
    second = story.scratch.git("log", "--format=%H", "--grep=Change 2").strip()[:12]
    names = {"b.txt.html", f"{second}.html", "index.html", "files.html", "unexplained.html"}
    assert changed == names
    assert report.written == len(names)


def test_with_nothing_new_nothing_is_read_or_written(story: Story, tmp_path: Path) -> None:
    out = tmp_path / "out"
    woven(story.scratch, out)
    said: list[str] = []
    with closing(Index(story.scratch.repo)) as index:
        report = weave(index, out, Wish(), said.append)
    assert said == []
    assert report.written == 0
    assert report.pages == len(list(out.rglob("*.html")))


@pytest.mark.parametrize("harm", ["remove", "cut"])
def test_a_page_that_was_lost_or_cut_is_woven_again(
    story: Story, tmp_path: Path, harm: str
) -> None:
    out = tmp_path / "out"
    woven(story.scratch, out)
    whole = content(out)
    page = out / "file/a.txt.html"
    page.unlink() if harm == "remove" else page.write_bytes(b"")
    assert woven(story.scratch, out).written == 1
    assert content(out) == whole


def test_another_title_changes_every_page(story: Story, tmp_path: Path) -> None:
    out = tmp_path / "out"
    woven(story.scratch, out)
    report = woven(story.scratch, out, Wish(title="Another"))
    assert report.written == report.pages


def test_a_damaged_document_is_named_and_the_rest_is_woven(story: Story, tmp_path: Path) -> None:
    last = story.scratch.head()
    store(story.scratch, last, b"---\ntreadle: 1\nbroken\n")
    report = woven(story.scratch, tmp_path / "out")
    assert [commit for commit, _ in report.damaged] == [last.id]
    assert not (tmp_path / f"out/thread/{last.id[:12]}.html").exists()
    assert len(list((tmp_path / "out/thread").iterdir())) == 1


def test_the_site_of_a_version_before_is_taken_over(story: Story, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / "file").mkdir(parents=True)
    (out / "file/gone.txt.html").write_text("x")
    (out / MARKER).write_text(json.dumps({"treadle-site": 1, "pages": ["file/gone.txt.html"]}))
    woven(story.scratch, out)
    assert content(out) == anew(story.scratch, tmp_path / "fresh")


# -- stopped in the middle ----------------------------------------------------------

_WEAVE = """
import resource, sys
from contextlib import closing
from pathlib import Path
from treadle.tangle import read
from treadle.tangle.learnt.index import Index
from treadle.thread.errors import UserError
from treadle.thread.repo import Repo
from treadle.weave.weaving import Wish, weave
if sys.argv[3:]:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[3]), -1))
with Repo.open(sys.argv[1]) as repo, closing(Index(repo)) as index:
    try:
        weave(index, Path(sys.argv[2]), Wish())
    except UserError as error:
        sys.exit(error.message)
"""


def test_a_weave_without_room_leaves_the_old_site_whole(story: Story, tmp_path: Path) -> None:
    out = tmp_path / "out"
    woven(story.scratch, out)
    whole = content(out)
    story.scratch.write("a.txt", numbered(2000, "a much longer line of the file"))
    story.scratch.commit("Grow")
    args = [sys.executable, "-c", _WEAVE, str(story.scratch.top), str(out), "100000"]
    done = subprocess.run(args, capture_output=True, text=True)
    assert "the site cannot be written" in done.stderr
    assert content(out) == whole


def wait_until_unlocked(out: Path) -> None:
    """Its processes hold the folder, too, and each is gone a moment after it was killed."""
    folder = os.open(out, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
    finally:
        os.close(folder)


def test_a_weave_that_is_killed_leaves_the_old_site_whole(story: Story, tmp_path: Path) -> None:
    out = tmp_path / "out"
    woven(story.scratch, out)
    whole = content(out)
    for number in range(60):
        story.scratch.write(f"more{number}.py", numbered(300, "def f(x): return"))
    story.scratch.commit("Grow")
    args = [sys.executable, "-c", _WEAVE, str(story.scratch.top), str(out)]
    process = subprocess.Popen(args, start_new_session=True)
    while process.poll() is None and not list(out.glob(f"{ASIDE}/file/*")):
        time.sleep(0.001)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    wait_until_unlocked(out)
    left = {name: text for name, text in content(out).items() if not name.startswith(ASIDE)}
    assert left == whole
    woven(story.scratch, out)
    assert content(out) == anew(story.scratch, tmp_path / "fresh")


def test_pages_the_marker_doubts_are_woven_again(story: Story, tmp_path: Path) -> None:
    out = tmp_path / "out"
    woven(story.scratch, out)
    whole = content(out)
    told = json.loads((out / MARKER).read_text())
    told["inputs"] = ""
    told["pages"]["file/a.txt.html"] = ["", -1]
    (out / MARKER).write_text(json.dumps(told))
    page = out / "file/a.txt.html"
    page.write_bytes(page.read_bytes().replace(b"number", b"NUMBER"))
    woven(story.scratch, out)
    assert content(out) == whole


def test_two_weaves_do_not_write_one_folder(tmp_path: Path) -> None:
    import fcntl

    out = tmp_path / "out"
    weave_book(slackwater(), out, jobs=1)
    folder = os.open(out, os.O_RDONLY)
    fcntl.flock(folder, fcntl.LOCK_EX)
    with pytest.raises(UserError, match="another treadle is writing"):
        weave_book(slackwater(), out, jobs=1)
    os.close(folder)
    weave_book(slackwater(), out, jobs=1)
