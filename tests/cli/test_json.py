"""What programs read: one JSON document, or one object a line, whatever is in the files."""

from __future__ import annotations

import json
import os

import pytest

from tests.cli.lamp import PROMPT, REASON, Lamp, run

FILE = "src/lamp.py"

CHECK = [
    "version", "commits", "with_document", "exact", "orphan_documents", "could_be_tied",
    "added_lines", "evidence", "explained", "explained_own", "by_reference", "files",
    "files_proved", "agents", "doubted_lines", "problems", "failures",
]  # fmt: skip
BLAME = [
    "line", "commit", "path", "part", "step", "evidence", "agent", "model", "prompt", "reason",
    "replaced", "text",
]  # fmt: skip
CLASSES = ["proved", "replayed", "matched", "command", "neighbour", "unrecorded"]


def test_check_tells_its_figures(lamp: Lamp) -> None:
    told = json.loads(run("check", "--json", at=lamp.top).out)
    assert list(told) == CHECK
    assert list(told["evidence"]) == CLASSES
    assert list(told["by_reference"]) == ["binary", "redacted", "large"]
    assert told["version"] == 1
    assert (told["commits"], told["with_document"], told["exact"]) == (1, 1, 1)
    assert (told["added_lines"], told["explained"], told["explained_own"]) == (3, 100.0, 100.0)
    assert told["agents"] == {"claude-code": 3}
    assert told["failures"] == []


def test_check_names_commits_to_which_a_document_could_be_tied(lamp: Lamp) -> None:
    lamp.git("reset", "--hard", "--quiet", "HEAD~1")
    lamp.git("commit", "--amend", "--quiet", "--message", "Another message")
    head = lamp.git("rev-parse", "HEAD")
    told = json.loads(run("check", "--json", at=lamp.top).out)
    assert (told["orphan_documents"], told["could_be_tied"]) == (1, [head])
    tied = json.loads(run("relink", "--json", at=lamp.top).out)
    assert [row["commit"] for row in tied["tied"]] == [head]
    assert tied["tied"][0]["sources"][0]["because"] == "the same change"
    told = json.loads(run("check", "--json", at=lamp.top).out)
    assert (told["with_document"], told["orphan_documents"], told["could_be_tied"]) == (1, 0, [])


def test_relink_prunes_what_is_tied_elsewhere_and_keeps_a_backup(lamp: Lamp) -> None:
    lamp.git("reset", "--hard", "--quiet", "HEAD~1")
    lamp.git("commit", "--amend", "--quiet", "--message", "Another message")
    dry = json.loads(run("relink", "--prune", "--dry-run", "--json", at=lamp.top).out)
    assert dry["pruned"] == []
    old = lamp.git("notes", "--ref", "treadle", "list").split()[1]
    told = json.loads(run("relink", "--prune", "--json", at=lamp.top).out)
    assert told["pruned"] == [old]
    kept = lamp.git("ls-tree", "-r", "--name-only", told["backup"]).replace("/", "")
    assert old in kept
    assert old not in lamp.git("notes", "--ref", "treadle", "list")


def test_check_counts_a_commit_without_a_document_that_is_asked_for(lamp: Lamp) -> None:
    told = json.loads(run("check", "HEAD~2..HEAD", "--json", at=lamp.top).out)
    assert (told["commits"], told["with_document"], told["added_lines"]) == (2, 1, 4)
    assert (told["evidence"]["unrecorded"], told["explained"]) == (1, 75.0)


def test_check_tells_of_documents_whose_commit_no_ref_reaches(lamp: Lamp) -> None:
    lamp.git("reset", "--hard", "--quiet", "HEAD~2")
    told = json.loads(run("check", "--json", at=lamp.top).out)
    assert (told["commits"], told["orphan_documents"]) == (0, 1)
    assert told["explained"] is None
    assert told["explained_own"] is None


def test_check_names_each_failure(lamp: Lamp) -> None:
    lamp.git("notes", "--ref", "treadle", "copy", "-f", "HEAD~1", "HEAD")
    done = run("check", "--json", at=lamp.top)
    assert done.code == 1
    failures = json.loads(done.out)["failures"]
    assert all(list(failure) == ["commit", "path", "reason"] for failure in failures)
    assert {failure["commit"] for failure in failures} == {lamp.git("rev-parse", "HEAD")}


def test_blame_tells_a_line_an_object(lamp: Lamp) -> None:
    rows = [json.loads(line) for line in run("blame", "--json", FILE, at=lamp.top).out.splitlines()]
    assert all(list(row) == BLAME for row in rows)
    assert [row["line"] for row in rows] == [1, 2, 3, 4, 5, 6]
    assert "".join(row["text"] + "\n" for row in rows) == lamp.read(FILE)
    assert rows[1] == {
        "line": 2,
        "commit": lamp.git("rev-parse", "HEAD~1"),
        "path": FILE,
        "part": rows[1]["part"],
        "step": "1.2",
        "evidence": "proved",
        "agent": "claude-code",
        "model": "loom-1",
        "prompt": PROMPT,
        "reason": REASON,
        "replaced": [],
        "text": '    return f"{name} is lit"',
    }
    assert [rows[5][key] for key in ("part", "step", "agent", "model", "reason")] == [None] * 5
    assert rows[5]["evidence"] == "unrecorded"


def test_why_tells_the_whole_answer(lamp: Lamp) -> None:
    told = json.loads(run("why", f"{FILE}:2", "--json", at=lamp.top).out)
    assert told["prompt"] == PROMPT
    assert told["because"] == REASON
    assert told["replaced"] == ["def light():", '    return "dark"', "print(light())"]
    assert told["document"] == told["commit"] == lamp.git("rev-parse", "HEAD~1")
    assert told["edit"].startswith("-def light():\n")


def test_why_tells_why_nothing_is_known(lamp: Lamp) -> None:
    told = json.loads(run("why", f"{FILE}:6", "--json", at=lamp.top).out)
    assert told["evidence"] == "unrecorded"
    assert told["unknown_because"] == "no thread was recorded for this commit"


def test_log_tells_a_thread_an_object(lamp: Lamp) -> None:
    (row,) = [json.loads(line) for line in run("log", "--json", at=lamp.top).out.splitlines()]
    assert row == {
        "commit": lamp.git("rev-parse", "HEAD~1"),
        "time": row["time"],
        "subject": "Let the lamp say its name",
        "title": PROMPT,
        "prompts": 1,
        "steps": 2,
        "agents": ["claude-code"],
        "added_lines": 3,
        "explained_lines": 3,
        "failures": [],
    }


def test_show_tells_the_values(lamp: Lamp) -> None:
    told = json.loads(run("show", "HEAD~1", "--json", at=lamp.top).out)
    assert told["parts"][0]["turns"][0]["prompt"] == PROMPT
    step = json.loads(run("show", "HEAD~1:1.2", "--json", at=lamp.top).out)
    assert step["part"] == told["parts"][0]["id"]
    assert step["changes"][0]["path"] == FILE


def test_tangle_tells_its_paths(lamp: Lamp) -> None:
    told = json.loads(run("tangle", "HEAD~1", "--json", at=lamp.top).out)
    size = len(lamp.run("show", f"HEAD~1:{FILE}"))
    row = {"path": FILE, "mode": "100644", "status": "M", "bytes": size, "missing": None}
    assert told == {"commit": lamp.git("rev-parse", "HEAD~1"), "step": None, "files": [row]}


@pytest.mark.parametrize("command", ["blame", "why"])
def test_bytes_that_are_not_utf8_do_not_break_it(command: str, lamp: Lamp) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    lamp.write(name, b"caf\xe9 \xed\xa0\x80 \xff\n\x7f\x9b\xe2\x80\xae\x00\x1b[31m\n")
    lamp.commit("Foreign bytes")
    where = [name] if command == "blame" else [f"{name}:1"]
    out = run(command, "--json", *where, at=lamp.top).out
    for line in out.splitlines() if command == "blame" else [out]:
        told = json.loads(line)
        json.dumps(told, ensure_ascii=False).encode("utf-8")
        assert told["path"] == "caf\ufffd.txt"
    assert not {"\x1b", "\x7f", "\x9b", "\u202e"} & set(out)


def test_porcelain_is_gits_own_with_our_keys_between(lamp: Lamp) -> None:
    lamp.write(FILE, lamp.read(FILE).encode() + b"caf\xe9\n")
    lamp.commit("Foreign bytes")
    ours = ("evidence", "part", "step", "agent", "model", "prompt", "reason")
    told = run("blame", "--porcelain", FILE, at=lamp.top).out.split("\n")
    kept = [line for line in told if not line.startswith(tuple(f"{key} " for key in ours))]
    git = os.fsdecode(lamp.run("blame", "--porcelain", FILE)).split("\n")
    assert sorted(kept) == sorted(git)
    assert [line for line in kept if line[:1] == "\t"] == [line for line in git if line[:1] == "\t"]
