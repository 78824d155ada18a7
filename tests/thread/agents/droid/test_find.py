"""Where Droid's transcripts are found."""

from __future__ import annotations

from pathlib import Path

from tests.support.homes import Home
from treadle.thread.agents.droid.find import beside

AGENT = "droid"
PLACE = ".factory/sessions"


def session(home: Home, path: str, cwd: Path, *, caller: str = "", at: float = 0) -> Path:
    header = {"type": "session_start", "id": Path(path).stem, "version": 2, "cwd": str(cwd)}
    called = {"callingSessionId": caller, "callingToolUseId": "c1"} if caller else {}
    return home.write(f"{PLACE}/{path}", {**header, **called}, at=at)


def test_with_a_folder_and_without(home: Home, top: Path) -> None:
    session(home, "-src-lamp/s1.jsonl", top)
    session(home, "s2.jsonl", top / "sub")
    session(home, "-src-lamp/other.jsonl", top.parent)
    assert home.sessions(AGENT, top) == ["s1", "s2"]


def test_sub_agents_go_with_the_session_that_called_them(home: Home, top: Path) -> None:
    session(home, "x/b-main.jsonl", top)
    session(home, "x/a-child.jsonl", top, caller="b-main")
    session(home, "x/c-grandchild.jsonl", top, caller="a-child")
    session(home, "x/d-orphan.jsonl", top, caller="gone")
    files = {tuple(Path(one).stem for one in files) for files in home.files(AGENT, top)}
    assert files == {("b-main", "a-child", "c-grandchild"), ("d-orphan",)}


def test_sessions_that_call_each_other_end(home: Home, top: Path) -> None:
    session(home, "x/a.jsonl", top, caller="b")
    session(home, "x/b.jsonl", top, caller="a")
    assert sorted(map(len, home.files(AGENT, top))) == [1, 1]


def test_sessions_that_ended_before_are_left_out(home: Home, top: Path) -> None:
    session(home, "x/s1.jsonl", top, at=1000)
    session(home, "x/s2.jsonl", top, at=2000)
    assert home.sessions(AGENT, top, since=1500) == ["s2"]


def test_files_beside_a_session(home: Home, top: Path) -> None:
    main = session(home, "x/b-main.jsonl", top)
    helper = session(home, "x/a-child.jsonl", top, caller="b-main")
    deeper = session(home, "x/c-grandchild.jsonl", top, caller="a-child")
    session(home, "x/d-other.jsonl", top)
    session(home, "x/e-of-another.jsonl", top, caller="gone")
    assert beside(str(main)) == [str(helper), str(deeper)]
    assert beside(str(helper)) == [str(deeper)]
    assert beside(str(deeper)) == []
    assert beside(str(main.parent / "none.jsonl")) == []
