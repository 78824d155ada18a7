"""``treadle search``: full text over threads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING

import click

from treadle.cli.door import indexed, inside, nothing_recorded, repository
from treadle.cli.screen.cells import clip, one_line, visible, width
from treadle.cli.screen.paper import Paper, ask_settings, paper, print_json_lines, screen
from treadle.cli.screen.progress import Progress
from treadle.thread.errors import UserError

if TYPE_CHECKING:
    from treadle.tangle.learnt.index import Index
    from treadle.tangle.searching.search import Answer, Hit
    from treadle.tangle.searching.wordbook import Limits, Wordbook
    from treadle.thread.repo import Repo

_SAID = {"title": "subject", "prompt": "asked"}
"""What a kind of passage is called where it is not called as it is."""
_LONGEST = 100
"""Columns of a line where no screen sets a limit."""
_BEFORE = 24
"""Columns of a long line that stay before its first match."""


@click.command("search")
@click.argument("words", nargs=-1, required=True)
@click.option("-n", "count", type=click.IntRange(1, 1000), default=10, show_default=True,
              help="At most so many hits.")  # fmt: skip
@click.option("--agent", default="", help="Only steps of this agent.")
@click.option("--path", default="", help="Only what led to a change of this file or folder.")
@click.option("--since", default="", help="Only what came later, as git takes dates: 2.weeks.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
@click.pass_context
def command(
    ctx: click.Context,
    words: tuple[str, ...],
    count: int,
    agent: str,
    path: str,
    since: str,
    as_json: bool,
) -> None:
    """Find steps by words of their prompts, reasoning and code, the best first.

    Words may stand anywhere in a step, also as the beginning of longer ones; what is quoted
    ("notes merge") must stand as it is. Signs are no query language. A hit tells the step's
    address for treadle show, the line that matches, and why the step was taken.
    """
    from treadle.tangle.searching.search import asked

    query = asked(words)
    if not query.terms:
        raise UserError(f"there is no word in {' '.join(words)!r}", "name letters or digits", 2)
    with repository(ctx) as repo, indexed(repo) as index:
        settings = None if as_json else ask_settings(repo)
        from treadle.tangle.searching.search import search
        from treadle.tangle.searching.wordbook import Limits, Wordbook

        limits = Limits(agent, inside(repo, ctx, path) if path else "", _since(repo, since))
        with closing(Wordbook(index)) as book:
            _learn(index, book)
            _known(book, agent)
            answer = search(book, query, limits, count)
            if as_json:
                print_json_lines(_json(index, answer))
                return
            if _note(answer, limits):
                click.echo(_note(answer, limits), err=True)
            with paper(repo, paged=True, asked=settings) as out:
                out.lines(_lines(out, index, answer.hits))


def _learn(index: Index, book: Wordbook) -> None:
    """Bring the texts up to date; what cannot be searched is said."""
    if not index.notes():
        raise nothing_recorded()
    bar = Progress(0, "documents read")

    def progress(done: int, whole: int) -> None:
        bar.whole = whole
        bar.show(done)

    try:
        book.learn(progress)
    finally:
        bar.end()
    damaged = book.damaged()
    if damaged:
        what = "document" if damaged == 1 else "documents"
        click.echo(f"{damaged} {what} cannot be read; treadle check names them", err=True)


def _known(book: Wordbook, agent: str) -> None:
    agents = book.agents()
    if agent and agent not in agents:
        raise UserError(
            f"no thread here is of the agent {agent!r}", f"there are: {', '.join(agents)}", 2
        )


def _since(repo: Repo, when: str) -> str:
    """A date as git takes it, as the model has times; ``""`` where none is asked."""
    if not when:
        return ""
    from treadle.thread.grammar.moment import utc

    told = repo.text("rev-parse", f"--since={when}")
    seconds = told.removeprefix("--max-age=")
    if not seconds.isdecimal() or not any(letter.isalnum() for letter in when):
        raise UserError(f"--since {when}: git knows no such date", "write 2026-01-31 or 2.weeks", 2)
    return utc(int(seconds))


def _note(answer: Answer, limits: Limits) -> str:
    """What has to be said of an answer before it: that it is empty, or less than was asked."""
    since = f" since {limits.since}" if limits.since else ""
    said = {
        "": f"nothing found{since}",
        "words": "no step holds this as it was quoted; these hold its words",
        "some": "no step holds all of this; these hold some of it",
    }.get(answer.way, "")
    if not answer.meant:
        return said
    return f"{said}; did you mean {' '.join(meant for _, meant in answer.meant)}?"


# -- for people ---------------------------------------------------------------------


def _lines(out: Paper, index: Index, hits: Iterable[Hit]) -> Iterator[str]:
    """Each hit in three lines: where it stands, the line that matches, and why."""
    columns = min(screen()[0], _LONGEST) if out.looked_at else _LONGEST
    subjects: dict[str, str] = {}
    for number, hit in enumerate(hits):
        if hit.commit not in subjects:
            commit = index.repo.commit(hit.commit)
            subjects[hit.commit] = one_line(commit.subject) if commit else ""
        if number:
            yield ""
        yield _head(out, hit, subjects[hit.commit], columns)
        yield "  " + _marked(out, hit, columns - 2)
        why = _why(hit)
        if why:
            yield "  " + out.style(clip(why, columns - 2), "dim")


def _why(hit: Hit) -> str:
    """Of code why it was written, of prose what had been asked."""
    if hit.found.reason:
        return f"because {one_line(hit.found.reason)}"
    return f"asked: {one_line(hit.prompt)}" if hit.prompt else ""


def _head(out: Paper, hit: Hit, subject: str, columns: int) -> str:
    """The address, the day, what it is and where; and the commit, as far as there is room."""
    day = hit.found.time[:10]
    kind = _SAID.get(hit.found.kind, hit.found.kind)
    where = ""
    if hit.path:
        where = hit.path if hit.at is None else f"{hit.path}:{hit.at + 1}"
    more = f"(+{hit.also})" if hit.also else ""
    told = [hit.address, day, kind, visible(where), more]
    plain = " ".join(word for word in told if word)
    shown = [out.style(hit.address, "commit"), day, kind, out.style(visible(where), "bold"), more]
    line = " ".join(word for word in shown if word)
    room = columns - width(plain) - 1
    if hit.found.kind != "title" and subject and room > 16:
        line += " " + out.style(clip(subject, room), "dim")
    return line


def _marked(out: Paper, hit: Hit, columns: int) -> str:
    """The line that matches, cut around its first match, matches marked."""
    line, marks = hit.line, hit.marks
    code = hit.found.kind == "edited"
    sign = line[:1] if code and line[:1] in "+-" else ""
    begin = len(line) - len(line[len(sign) :].lstrip())
    if marks and width(line[begin : marks[0][1]]) > columns - 8:
        begin = max(begin, marks[0][0] - _BEFORE)
        sign += "…"
    end = len(line)
    while width(line[begin:end]) > columns - len(sign) and end > begin:
        end = begin + max(0, min(end - begin - 1, columns - len(sign) - 1))
    text, at = "", begin
    for first, last in marks:
        if first >= end:
            break
        text += visible(line[at:first]) + out.style(visible(line[first : min(last, end)]), "hit")
        at = min(last, end)
    text += visible(line[at:end])
    return sign + text + ("…" if end < len(line.rstrip()) else "")


# -- for programs -------------------------------------------------------------------


def _json(index: Index, answer: Answer) -> Iterator[dict[str, object]]:
    for hit in answer.hits:
        commit = index.repo.commit(hit.commit)
        found = hit.found
        title = found.kind == "title"
        turn, _, step = found.step.partition(".")
        yield {
            "commit": hit.commit,
            "subject": commit.subject if commit else None,
            "address": hit.address,
            "part": None if title else found.part,
            "turn": None if title else int(turn),
            "step": None if title or step == "0" else found.step,
            "agent": found.agent or None,
            "session": found.session or None,
            "time": found.time,
            "kind": found.kind,
            "path": hit.path or None,
            "line": hit.at + 1 if hit.at is not None else None,
            "text": hit.line,
            "matches": [list(mark) for mark in hit.marks],
            "reason": found.reason or None,
            "prompt": hit.prompt or None,
            "also": hit.also,
            "asked": answer.way,
        }
