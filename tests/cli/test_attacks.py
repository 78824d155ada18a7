"""The attack corpus, in transcripts, documents and notes from elsewhere: nothing of it reaches
a file outside, a terminal or a shell, and no command ends in a traceback."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from markdown_it import MarkdownIt

from tests.cli.lamp import Lamp, attack, run
from tests.support.attacks import CANARY, PATHS, SIZES, TEXTS
from treadle.thread.document import DocumentError, parse, render
from treadle.thread.model import Change, Hunk, Part, Placement, Step, Thread, Turn
from treadle.thread.redact import redact

UNSAFE = {chr(code) for code in (*range(9), *range(11, 32), *range(127, 160))}
UNSAFE |= set(
    "\u061c\u200e\u200f\u2028\u2029\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)


def everything(folder: Path) -> Mapping[str, bytes]:
    """All files of a folder but git's objects and refs, with what they hold."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "/.git/" not in f"/{path.relative_to(folder)}"
    }


@pytest.fixture
def attacked(lamp: Lamp) -> Iterator[Lamp]:
    """A commit whose transcript says all of it, everywhere it can be said."""
    attack(lamp)
    yield lamp
    for top, _, names in os.walk(lamp.top.parent):
        assert CANARY not in names, top


COMMANDS = [
    ("log",),
    ("show", "HEAD"),
    ("blame", "src/attack.py"),
    ("why", "src/attack.py:3"),
    ("check",),
    ("tangle", "HEAD"),
    ("search", "alert"),
    ("redact", "--dry-run"),
    ("status",),
    ("scrub", "alert", "--dry-run"),
]


@pytest.mark.parametrize("args", COMMANDS, ids=lambda args: args[0])
def test_no_command_shows_more_than_text(args: tuple[str, ...], attacked: Lamp) -> None:
    before = everything(attacked.top.parent)
    for more in ((), ("--json",)):
        done = run(*args, *more, at=attacked.top)
        assert done.code in (0, 1), done
        assert not UNSAFE & set(done.out + done.err), args
    assert everything(attacked.top.parent) == before


def test_the_document_still_makes_its_commit_and_nothing_outside(attacked: Lamp) -> None:
    done = run("tangle", "HEAD", "-o", "../out", at=attacked.top)
    assert done.code == 0, done
    out = attacked.top.parent / "out"
    made = [path.relative_to(out).as_posix() for path in out.rglob("*") if path.is_file()]
    assert made == ["src/attack.py"]
    assert (out / "src/attack.py").read_bytes() == (attacked.top / "src/attack.py").read_bytes()
    rows = json.loads(run("check", "--json", at=attacked.top).out)
    assert rows["failures"] == []


def test_a_document_that_came_from_elsewhere_is_taken_in_as_text(attacked: Lamp) -> None:
    top = attacked.top.parent
    attacked.git("clone", "--quiet", "--bare", str(attacked.top), str(top / "origin.git"))
    subprocess.run(["git", "-C", str(top / "origin.git"), "fetch", "--quiet", str(attacked.top),
                    "refs/notes/treadle:refs/notes/treadle"], check=True)  # fmt: skip
    attacked.git("clone", "--quiet", str(top / "origin.git"), str(top / "ben"))
    done = run("sync", at=top / "ben")
    assert done.code == 0, done
    assert not UNSAFE & set(done.out + done.err)
    assert run("check", at=top / "ben").code == 0


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
def test_a_document_says_it_and_is_not_it(text: str) -> None:
    hunk = Hunk(0, 0, tuple(f"+{line}\n" for line in text.split("\n")))
    changes = (Change("src/a.py", "unplaced", "", (hunk,), text),)
    step = Step(1, "ran", "", text, text, tool=text, lane=text, changes=changes)
    part = Part(text, text, text, (text,), problems=(text,), turns=(Turn(1, text, steps=(step,)),))
    thread = redact(Thread((part,), Placement("a" * 40, "b" * 40))).thread
    written = render(thread)
    assert parse(written) == thread
    shown = written.decode()
    assert not (UNSAFE & set(shown))
    body = shown.split("\n---\n", 1)[1]
    tokens = MarkdownIt("commonmark").parse(body)
    headings = [token.tag for token in tokens if token.type == "heading_open" and not token.level]
    assert headings == ["h1", "h1", "h2", "h3", "h1"]


@pytest.mark.parametrize("path", PATHS)
def test_a_document_that_names_such_a_path_is_refused(path: str) -> None:
    for kind in ("edit", "drift"):
        change = Change(path, kind, "create", (Hunk(0, 0, ("+x\n",), "unrecorded"),))
        part = Part("a", "s", turns=(Turn(1, "x", steps=(Step(1, "edited", changes=(change,)),)),))
        written = render(Thread((part,), Placement("a" * 40, "b" * 40)))
        with pytest.raises(DocumentError):
            parse(written)


@pytest.mark.parametrize(
    "line",
    [
        'counts: {"turns": ' + "9" * 5000 + "}",
        "counts: " + "[" * 100_000,
        'counts: {"turns": 1e999999}',
        'counts: {"turns": NaN}',
        'agents: "' + "\\ud800" * 1000 + '"',
        "strands: [" + "{}," * 50_000 + "{}]",
        "treadle: " + "9" * 5000,
        "tree: " + '"' + "a" * 1_000_000 + '"',
    ],
    ids=["integer", "nesting", "exponent", "nan", "surrogates", "many", "version", "long"],
)
def test_numbers_and_nesting_without_measure_are_errors_with_a_line(line: str) -> None:
    plain = render(Thread((), Placement("a" * 40, "b" * 40))).decode()
    key = line.partition(":")[0]
    rows = [line if row.startswith(f"{key}:") else row for row in plain.split("\n")]
    with pytest.raises(DocumentError):
        parse("\n".join(rows).encode())


@pytest.mark.parametrize("text", SIZES, ids=range(len(SIZES)))
def test_hunks_of_any_numbers_are_errors_or_text(text: str, attacked: Lamp) -> None:
    blob = attacked.git("notes", "--ref", "treadle", "list", "HEAD")
    document = attacked.run("cat-file", "blob", blob).decode()
    bad = document.replace("@@ -0,0 +1", f"@@ -{text.strip()[:5000]},0 +1", 1).encode()
    note = attacked.git("hash-object", "-w", "--stdin", feed=bad)
    attacked.git("notes", "--ref", "treadle", "add", "-f", "-C", note, "HEAD")
    done = run("check", at=attacked.top, within=60)
    assert done.code == 1
    assert not UNSAFE & set(done.out + done.err)
