"""Answers are kept where they can be, and nothing depends on it."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from treadle.tangle.learnt.kept import SPARE, Kept, made_by


def test_an_answer_is_there_next_time(tmp_path: Path) -> None:
    with closing(Kept(str(tmp_path))) as kept:
        kept.put("leaf", {"a": ["é", "\udcff", 1, None], "b": {"k": "v"}})
    with closing(Kept(str(tmp_path))) as kept:
        assert kept.get("leaf", "a") == ["é", "\udcff", 1, None]
        assert kept.get_all("leaf", ["a", "b", "c"]).keys() == {"a", "b"}
        assert kept.get("told", "a") is None
        assert kept.has("leaf", "a")
        assert not kept.has("leaf", "c")


@pytest.mark.parametrize("content", [b"", b"no database", b"SQLite format 3\0" + b"x" * 5000])
def test_a_damaged_file_is_made_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "kept.db").write_bytes(content)
    with closing(Kept(str(tmp_path))) as kept:
        assert kept.get("leaf", "a") is None
        kept.put("leaf", {"a": 1})
        assert kept.get("leaf", "a") == 1


def test_a_folder_that_cannot_be_made_keeps_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with closing(Kept(str(tmp_path / "file" / "treadle"))) as kept:
        kept.put("leaf", {"a": 1})
        assert kept.get("leaf", "a") is None
        assert not kept.has("leaf", "a")
        kept.prune("leaf", [])


def test_without_a_folder_nothing_is_kept() -> None:
    kept = Kept()
    kept.put("leaf", {"a": 1})
    assert kept.get_all("leaf", ["a"]) == {}
    assert not kept.has("leaf", "a")


def test_a_key_need_not_be_unicode(tmp_path: Path) -> None:
    kept = Kept(str(tmp_path))
    kept.put("names", {"odd\udcff.py": 1, "odd\xff.py": 2})
    assert kept.get_all("names", ["odd\udcff.py", "odd\xff.py"]) == {
        "odd\udcff.py": 1,
        "odd\xff.py": 2,
    }
    kept.close()


def test_what_is_used_no_more_goes_once_there_is_much_of_it(tmp_path: Path) -> None:
    with closing(Kept(str(tmp_path))) as kept:
        kept.put("leaf", {str(n): n for n in range(SPARE + 10)})
        kept.prune("leaf", ["0", "1"])
        assert kept.get_all("leaf", ["0", "1", "2"]) == {"0": 0, "1": 1}


def test_a_little_that_is_used_no_more_stays(tmp_path: Path) -> None:
    with closing(Kept(str(tmp_path))) as kept:
        kept.put("leaf", {str(n): n for n in range(10)})
        kept.prune("leaf", ["0"])
        assert kept.get("leaf", "9") == 9


def test_another_process_reads_what_this_one_kept(tmp_path: Path) -> None:
    with closing(Kept(str(tmp_path))) as kept:
        kept.put("leaf", {"a": [1]})
        code = (
            "from treadle.tangle.learnt.kept import Kept; "
            f"print(Kept({str(tmp_path)!r}).get('leaf', 'a'))"
        )
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
        assert json.loads(done.stdout) == [1]


def test_the_code_has_one_name_everywhere() -> None:
    code = "from treadle.tangle.learnt.kept import made_by; print(made_by())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == made_by()
