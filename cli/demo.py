"""``treadle demo``: the first thing a newcomer runs.

It plays a story (``demo_story``) in a new repository, records the transcripts that come of
it as any transcripts are recorded, weaves the pages and asks one line why it is there. It
needs no network and reads no settings of the person who runs it, so that everybody gets
the same commits, the same documents and the same pages.
"""

from __future__ import annotations

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import click

from treadle.cli.demo_story import place
from treadle.cli.demo_story.story import QUESTION
from treadle.cli.screen.paper import Paper, paper

if TYPE_CHECKING:
    from treadle.thread.model import Session
    from treadle.thread.repo import Commit, Repo

SITE = "treadle-site"
TRANSCRIPTS = "transcripts"
NOBODYS_SETTINGS = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "GIT_PAGER": "cat",
}


@click.command()
@click.argument("folder", metavar="[DIR]", default="treadle-demo", type=click.Path(path_type=Path))
@click.pass_context
def command(ctx: click.Context, folder: Path) -> None:
    """Build a small repository with threads in DIR, record it, weave it, and ask it a question.

    DIR (default: treadle-demo) must be absent, empty, or a demo that was built before and not
    touched since.
    """
    os.environ.update(NOBODYS_SETTINGS)
    folder = Path(str(ctx.find_root().obj or "."), folder)
    with place.prepare(folder) as repo, paper() as out:
        play(repo, folder / TRANSCRIPTS)
        introduce(out, folder, record(repo, read_all(folder / TRANSCRIPTS)))
        show(out, folder, "weave", "--title", "Slackwater")
        show(out, folder, "why", ":".join(map(str, QUESTION)))
        place.finish(repo)
        take_leave(out, folder)


def play(repo: Repo, transcripts: Path) -> None:
    """Make the commits, and the transcripts that tell of them."""
    from treadle.cli.demo_story.stage import Stage
    from treadle.cli.demo_story.story import SLACKWATER

    Stage(SLACKWATER, repo, transcripts).play()


def read_all(transcripts: Path) -> tuple[Session, ...]:
    """The sessions of all transcripts, sub-agents' files united with them."""
    from treadle.thread.agents import Source, read

    return read([Source.file(path) for path in sorted(transcripts.rglob("*.jsonl"))]).sessions


def record(repo: Repo, sessions: tuple[Session, ...]) -> dict[Commit, int]:
    """Write the documents; each commit with the number of steps its document has."""
    from treadle.tangle.record import Recorder, jobs
    from treadle.thread.store import Store

    recorder = Recorder(repo)
    for session in sessions:
        recorder.add(session.id, session)
    commits = repo.commits()
    everyone = [session.id for session in sessions]
    threads = {}
    for job in jobs(repo, commits, {commit.id: everyone for commit in commits}):
        solution = recorder.solve(job)
        if solution is not None:
            threads[job.commit.id] = solution.redacted
    Store(repo).put(threads)
    steps = {
        commit: sum(len(turn.steps) for part in found.thread.parts for turn in part.turns)
        for commit, found in threads.items()
    }
    return {commit: steps.get(commit.id, 0) for commit in commits}


def introduce(out: Paper, folder: Path, steps: dict[Commit, int]) -> None:
    """Say what was built, a commit a line."""
    out.line(f"{folder}: a repository of {len(steps)} commits, with the threads that made them")
    for commit, count in steps.items():
        told = f"{count:2} steps recorded" if count else "a person alone; nothing recorded"
        out.line(f"  {out.style(commit.id[:7], 'commit')}  {commit.subject:33}{told}")
    out.line()


def show(out: Paper, folder: Path, *words: str) -> None:
    """Run one of our commands as if it was typed, under the line that types it."""
    from treadle.cli.main import program

    out.line(out.style(f"$ {_typed(folder)} {shlex.join(words)}", "bold"))
    out.out.flush()
    program.main(["-C", str(folder), *words], prog_name="treadle", standalone_mode=False)
    out.line()


def take_leave(out: Paper, folder: Path) -> None:
    """Say where the pages are, and what can be asked next."""
    out.line(f"Open {folder.resolve() / SITE / 'index.html'} in a browser, or ask on:")
    for words in ("log", "show HEAD~4", "blame tide/table.py", "check"):
        out.line(f"  {_typed(folder)} {words}")


def _typed(folder: Path) -> str:
    return f"treadle -C {shlex.quote(str(folder))}"
