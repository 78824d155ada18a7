"""Pages of others, made of the same transcripts and files: how large, how long, and what they show.

The peers are installed in a virtual environment of their own, which needs the package index;
where that cannot be, they are left out and it is said. They tell of a session or of a file alone:
none knows which commit came of it or why a line is there, so their figures are a floor, not a goal.
"""

from __future__ import annotations

import gzip
import json
import os
import resource
import subprocess
import sys
import venv
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.process import TREADLE, environment, once
from treadle.thread.entire.refs import BRANCH
from treadle.thread.store import REF as NOTES

WANTED = ("claude-code-transcripts==0.6", "claude-code-log==1.7.0", "pycco==0.6.0")

ROOM = 60_000_000
"""Bytes of transcripts that the peers are given; ours are all there are."""

SHOWS = {
    "treadle": "prompts, reasons, diffs, commands; the commit that came of it, which lines stand"
    " today, every line with its reason, search, identifiers",
    "claude-code-transcripts": "prompts, answers, tools, each session by itself",
    "claude-code-log": "prompts, answers, tools, all sessions in one page",
    "pygments": "colours and line numbers",
    "pycco": "colours, comments beside the code",
}

_COLOURS = """
import os, sys
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import TextLexer, get_lexer_for_filename
from pygments.util import ClassNotFound
out, *paths = sys.argv[1:]
for n, path in enumerate(paths):
    text = open(path, encoding="utf-8", errors="replace", newline="").read()
    try:
        lexer = get_lexer_for_filename(path, text)
    except ClassNotFound:
        lexer = TextLexer()
    page = highlight(text, lexer, HtmlFormatter(full=True, linenos="inline", lineanchors="L"))
    open(os.path.join(out, f"{n}.html"), "w", encoding="utf-8", errors="replace").write(page)
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What one program made."""

    program: str
    of: str
    """What it read."""
    read: int
    """Bytes it was given."""
    once: int
    """The same without what they say twice: of each session the longest copy alone."""
    seconds: float
    """Of processor time, all processes together."""
    waited: float
    """Seconds that somebody waits."""
    pages: int
    """Bytes of HTML, with the scripts and styles that belong to it."""
    gzipped: int

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "program": self.program,
            "of": self.of,
            "read_mb": round(self.read / 1e6, 1),
            "once_mb": round(self.once / 1e6, 1),
            "cpu_s": round(self.seconds, 1),
            "cpu_s_a_mb": round(self.seconds / self.read * 1e6, 3),
            "wall_s": round(self.waited, 1),
            "wall_s_a_mb": round(self.waited / self.read * 1e6, 3),
            "pages_mb": round(self.pages / 1e6, 1),
            "pages_a_byte": round(self.pages / self.once, 3),
            "gzipped_a_byte": round(self.gzipped / self.once, 4),
            "shows": SHOWS[self.program],
        }


def measure(clone: Path, folder: Path, say: Callable[[str], None]) -> list[dict[str, Any]]:
    """Rows of ours and of the peers': what is read, what comes of it, and how long it takes.

    Ours reads all copies of a session that the branch holds and tells each once; the peers are
    given one copy of each, of as many sessions as ``ROOM`` allows. The pages of files are woven a
    second time by themselves, and ``file_pages`` says what that counts; the index of identifiers,
    the search and the lists, which the peers have not, count in the rows before.
    """
    copies, files = list(_copies(clone)), list(_files(clone))
    best: dict[str, tuple[int, str]] = {}
    for session, size, blob in copies:
        best[session] = max(best.get(session, (0, "")), (size, blob))
    own = sum(map(_size, files))
    read, whole = sum(size for _, size, _ in copies), sum(size for size, _ in best.values())
    say(f"{clone.name}: import and weave, beside the peers")
    site = folder / f"{clone.name}-fresh-site"
    fresh, env = _fresh(clone, folder), environment(str(folder / "bytecode"))
    imported = _busy([[*TREADLE, "import", "entire"]], str(fresh), env)
    woven = _busy([[*TREADLE, "weave", "-o", str(site)]], str(fresh), env)
    alone = _busy([_pages_of_files(fresh, folder)], str(Path(__file__).parents[1]), env)
    told = _documents(fresh) + own
    both = imported[0] + woven[0], imported[1] + woven[1]
    rows = [
        _row("treadle", "transcripts and files", (read + own, whole + own), both, site),
        _row("treadle", "documents and files", (told, told), woven, site),
        _row("treadle", "files", (own, own), alone, site / "file"),
    ]
    say(f"{clone.name}: installing peers")
    programs = _installed(folder / "peers")
    if programs is None:
        print("bench: peers are left out, they cannot be installed here", file=sys.stderr)
        return [row.told() for row in rows]
    given = folder / f"{clone.name}-projects"
    _write(clone, given / "sessions", sorted(best.values(), key=lambda one: one[1]))
    env = {**os.environ, "HOME": str(folder), "PYTHONHASHSEED": "0"}
    pages = folder / f"{clone.name}-peer-pages"
    for program, of, inputs, commands in _commands(programs, given, files, pages):
        say(f"{clone.name}: {program}")
        out = pages / program
        out.mkdir(parents=True)
        try:
            took = _busy(commands, str(clone), env)
        except RuntimeError as error:
            print(f"bench: {program} is left out: {error}", file=sys.stderr)
            continue
        rows.append(_row(program, of, (inputs, inputs), took, out))
    return [row.told() for row in rows]


def _fresh(clone: Path, folder: Path) -> Path:
    """A clone with the transcripts, which has nothing kept."""
    fresh = folder / f"{clone.name}-fresh"
    branch = f"{BRANCH}:{BRANCH}"
    for command in (
        ["clone", "-q", str(clone), str(fresh)],
        ["-C", str(fresh), "fetch", "-q", "origin", branch],
    ):
        subprocess.run(["git", *command], check=True)
    return fresh


def _pages_of_files(clone: Path, folder: Path) -> list[str]:
    """What weaves them and nothing else, in a clone that was woven before."""
    out = folder / f"{clone.name}-file-pages"
    out.mkdir()
    return [sys.executable, "-m", "bench.file_pages", str(clone), str(out)]


def _documents(clone: Path) -> int:
    """Bytes of all documents."""
    git = ["git", "-C", str(clone)]
    listed = subprocess.run(
        [*git, "ls-tree", "-r", "-l", NOTES], capture_output=True, check=True, text=True
    )
    return sum(int(row.split()[3]) for row in listed.stdout.splitlines())


def _busy(
    commands: Sequence[Sequence[str]], where: str, env: Mapping[str, str]
) -> tuple[float, float]:
    """Processor seconds of commands one after the other, with all that they start, and how long
    they take."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    waited = sum(once(command, where, env)[0] for command in commands)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, waited


def _row(
    program: str, of: str, inputs: tuple[int, int], took: tuple[float, float], pages: Path
) -> Row:
    made = [page for page in pages.rglob("*") if page.suffix in (".html", ".js", ".css")]
    contents = [page.read_bytes() for page in made]
    gzipped = sum(len(gzip.compress(content, 6)) for content in contents)
    return Row(program, of, *inputs, *took, sum(map(len, contents)), gzipped)


def _commands(
    programs: Path, given: Path, files: Sequence[Path], pages: Path
) -> Iterator[tuple[str, str, int, list[list[str]]]]:
    sessions = given / "sessions"
    told = sum(map(_size, sessions.iterdir()))
    out = pages / "claude-code-transcripts"
    all_ = [str(programs / "claude-code-transcripts"), "all", "-q", "-s", str(given)]
    yield "claude-code-transcripts", "transcripts", told, [[*all_, "-o", str(out)]]
    out = pages / "claude-code-log"
    log = [str(programs / "claude-code-log"), "convert", str(sessions), "--no-cache"]
    yield "claude-code-log", "transcripts", told, [[*log, "-o", str(out / "all.html")]]
    size = sum(map(_size, files))
    python, names = str(programs / "python"), list(map(str, files))
    yield "pygments", "files", size, [[python, "-c", _COLOURS, str(pages / "pygments"), *names]]
    code = [path for path in files if path.suffix in (".go", ".py", ".sh", ".js", ".ts", ".rs")]
    pycco = [str(programs / "pycco"), "-p", "-s", "-d", str(pages / "pycco"), *map(str, code)]
    yield "pycco", "files", sum(map(_size, code)), [pycco]


def _size(path: Path) -> int:
    return path.stat().st_size


def _installed(folder: Path) -> Path | None:
    """The folder of the peers' programs; None where they cannot be installed."""
    programs = folder / ("Scripts" if os.name == "nt" else "bin")
    try:
        if not programs.exists():
            venv.create(folder, with_pip=True)
        pip = [str(programs / "python"), "-m", "pip", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, "install", *WANTED], check=True, capture_output=True, timeout=300)
    except (OSError, subprocess.SubprocessError):
        return None
    return programs


def _files(clone: Path) -> Iterator[Path]:
    """The files of today that have text, by their paths in the clone."""
    listed = subprocess.run(
        ["git", "-C", str(clone), "ls-files", "-z"], capture_output=True, check=True
    )
    for name in listed.stdout.split(b"\0"):
        path = clone / os.fsdecode(name)
        if name and path.is_file() and b"\0" not in path.read_bytes()[:8000]:
            yield path


def _copies(clone: Path) -> Iterator[tuple[str, int, str]]:
    """Session, size and blob of each transcript of Claude Code's on the checkpoints branch."""
    git = ["git", "-C", str(clone)]
    listed = subprocess.run(
        [*git, "ls-tree", "-r", "-l", BRANCH], capture_output=True, check=True, text=True
    )
    for line in listed.stdout.splitlines():
        head, _, path = line.partition("\t")
        _, _, blob, size = head.split()
        if path.endswith("/full.jsonl"):
            session = _session(git, blob)
            if session:
                yield session, int(size), blob


def _session(git: Sequence[str], blob: str) -> str:
    """The id of a session, read from the first records of its transcript."""
    with subprocess.Popen([*git, "cat-file", "blob", blob], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        for line in (process.stdout.readline() for _ in range(20)):
            found = _record(line).get("sessionId")
            if isinstance(found, str):
                process.kill()
                return found
        process.kill()
    return ""


def _record(line: bytes) -> Mapping[str, object]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _write(clone: Path, given: Path, sessions: Sequence[tuple[int, str]]) -> None:
    """Write as many sessions as there is room for, as files of one folder."""
    given.mkdir(parents=True)
    room = ROOM
    for size, blob in sessions:
        if size <= room:
            room -= size
            content = subprocess.run(
                ["git", "-C", str(clone), "cat-file", "blob", blob], capture_output=True, check=True
            )
            (given / f"{blob}.jsonl").write_bytes(content.stdout)
