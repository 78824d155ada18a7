"""What is left of a session when its commits are recorded: the end that no commit took yet.

It is kept (``thread.waiting.pending``) as long as one of its edits may still go into a commit,
in the form in which a later commit can take it up without the transcript: the events behind the
cut, and of those before it only what they need. Texts go through the same redaction as documents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from treadle.tangle.recall import Progress
from treadle.thread.model import (
    Change,
    Edit,
    Event,
    Hunk,
    Part,
    Placement,
    Step,
    Thread,
    Turn,
)
from treadle.thread.origin import split_lines
from treadle.thread.redact import NO_RULES, redact
from treadle.thread.redaction.rules import Rules
from treadle.thread.select import Reel, Ref
from treadle.thread.waiting.pending import Kept

LIMIT = 4 << 20
"""Characters that are kept of one session."""
_UNKNOWN = ("command", "copy")
"""Edits that no diff shows by themselves."""


def left(
    reel: Reel, progress: Progress, files: Sequence[str], since: str, rules: Rules = NO_RULES
) -> Kept | None:
    """The end of a session; None where no edit made since ``since`` waits for a commit.

    Of one that is too large only the count is kept, and where its transcript is.
    """
    open_ = open_edits(reel, progress, since)
    if not open_:
        return None
    events = reel.session.events
    cut = min(max((end for _, end in progress.held), default=0), len(events))
    tail = range(cut, len(events)) if any(ref.event >= cut for ref in open_) else range(0)
    before = _before(reel, cut, (ref.event for ref in open_ if ref.event < cut), bool(tail))
    chosen = _bounded({index: events[index] for index in (*before, *tail)})
    if chosen is None:
        bare = replace(reel.session, events=(), problems=())
        return Kept(bare, 0, tuple(files), edits=len(open_))
    place = {index: number for number, index in enumerate(chosen)}
    names = {ref: path for path, refs in reel.edits.items() for ref in refs}
    busy = _busy(reel)
    kept = [
        redacted(event, [names.get(Ref(i, n), "") for n in range(len(event.edits))], rules)
        if i < cut or reel.prompts[i] in busy
        else _bare(event)
        for i, event in chosen.items()
    ]
    session = replace(reel.session, events=tuple(kept), problems=())
    refs = [Ref(i, n) for i in before for n in range(len(events[i].edits))]
    moved = {ref: Ref(place[ref.event], ref.item) for ref in refs}
    whole = progress.taken - progress.rest.keys()
    taken = frozenset(moved[ref] for ref in refs if ref in whole)
    stored = {moved[ref]: progress.stored[ref] for ref in refs if ref in progress.stored}
    return Kept(session, len(before), tuple(files), taken, stored, len(open_))


def _bounded(events: Mapping[int, Event]) -> Mapping[int, Event] | None:
    """The events, where they are too much to keep without the whole files before edits and of
    reads; None where they are too much still."""
    if sum(map(_size, events.values())) <= LIMIT:
        return events
    slim = {
        index: replace(
            event, reads=(), edits=tuple(replace(edit, before=None) for edit in event.edits)
        )
        for index, event in events.items()
    }
    return slim if sum(map(_size, slim.values())) <= LIMIT else None


def _size(event: Event) -> int:
    """Characters of an event's texts."""
    texts = [text for edit in event.edits for text in _texts(edit)]
    texts += [read.text for read in event.reads]
    return len(event.text) + len(event.output) + sum(map(len, texts))


def open_edits(reel: Reel, progress: Progress, since: str) -> list[Ref]:
    """Edits of the repository's files, made since then, that no commit took whole."""
    events = reel.session.events
    return [
        ref
        for path, refs in reel.edits.items()
        if not path.startswith("/")
        for ref in refs
        if (ref not in progress.taken or ref in progress.rest)
        and events[ref.event].ok is not False
        and events[ref.event].time >= since
        and reel.edit(ref).op not in _UNKNOWN
    ]


def _before(reel: Reel, cut: int, edits: Iterable[int], tail: bool) -> list[int]:
    """Indices of the events before the cut that what is left cannot do without."""
    wanted = set(edits)
    wanted |= {reel.prompts[index] for index in wanted}
    if tail and cut > 0:
        wanted |= {cut - 1, reel.prompts[cut]}
    return sorted(index for index in wanted if 0 <= index < cut)


def _busy(reel: Reel) -> set[int]:
    """The prompts of turns with an edit or a command, before the cut or behind it; of the others
    nobody needs the words."""
    events = enumerate(reel.session.events)
    return {reel.prompts[i] for i, one in events if one.kind in ("ran", "edited", "asked")}


def _bare(event: Event) -> Event:
    """An event without its words: it only counts."""
    plain = Event(event.key, event.kind, event.time, ok=event.ok, lane=event.lane)
    return replace(plain, model=event.model, version=event.version)


def redacted(event: Event, paths: Sequence[str], rules: Rules) -> Event:
    """An event without secrets, as a document would hold it. ``paths`` are the repository's names
    of the files of its edits."""
    texts = [text for edit in event.edits for text in _texts(edit)]
    texts += [read.text for read in event.reads]
    owners = [path for edit, path in zip(event.edits, paths, strict=True) for _ in _texts(edit)]
    owners += [read.path for read in event.reads]
    changes = [_change(path, text) for path, text in zip(owners, texts, strict=True)]
    is_prompt = event.kind == "prompt"
    kind = "said" if is_prompt else event.kind
    step = Step(1, kind, text=event.text, output=event.output, changes=tuple(changes))
    turn = Turn(1, event.text if is_prompt else "", steps=(step,))
    part = Part("", "", turns=(turn,))
    (told,) = redact(Thread((part,), Placement("", "")), rules).thread.parts[0].turns
    if not told.steps or len(told.steps[0].changes) != len(texts):
        return _bare(event)
    safe = told.steps[0]
    clean = iter([_text(change) for change in safe.changes])
    edits = tuple(_cleaned(edit, clean) for edit in event.edits)
    reads = tuple(replace(read, text=next(clean)) for read in event.reads)
    text = told.prompt if is_prompt else safe.text
    return replace(event, text=text, output=safe.output, edits=edits, reads=reads)


def _texts(edit: Edit) -> list[str]:
    return [edit.old, edit.new, *([edit.before] if edit.before is not None else [])]


def _cleaned(edit: Edit, clean: Iterable[str]) -> Edit:
    texts = iter(clean)
    old, new = next(texts), next(texts)
    return replace(edit, old=old, new=new, before=None if edit.before is None else next(texts))


def _text(change: Change) -> str:
    return "".join(line[1:] for hunk in change.hunks for line in hunk.lines)


def _change(path: str, text: str) -> Change:
    lines = tuple("+" + line for line in split_lines(text))
    return Change(path, "unplaced", hunks=(Hunk(0, 0, lines),))
