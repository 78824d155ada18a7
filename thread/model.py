"""The values of treadle.

Two families, and one step between them. A *session* is what an agent's transcript
says happened: events, with the edits they asked for. A *thread* is what one commit
keeps of it: parts, whose steps carry changes as hunks that apply, and the placement
that ties those parts to the commit's trees. ``tangle.solve`` turns the first family
into the second.

All text is ``str`` split at LF only; bytes that are not UTF-8 stand in it as the lone
surrogates of the ``surrogateescape`` error handler, so that every file goes out as it
came in. Lines keep their LF; only a file's last line may lack it. Line numbers are
0-based and ranges half-open. Times are UTC, ISO 8601 with milliseconds and ``Z``, or
``""`` where the transcript gives none.

This module imports nothing of ours, and nothing here knows of git or HTML.
"""

from __future__ import annotations

from dataclasses import dataclass, field

EVIDENCE = ("proved", "replayed", "matched", "command", "neighbour", "unrecorded")
"""The six classes of evidence, strongest first. Every line of a commit has exactly one."""

EVENT_KINDS = ("prompt", "said", "thought", "ran", "edited", "looked", "asked", "marked")
"""What an event can be.

``prompt``: a person typed it; ``said`` and ``thought``: the agent's prose; ``ran``: a shell
command; ``edited``: a tool that changes files; ``looked``: a read or a search; ``asked``: a
call of a sub-agent; ``marked``: a turn of the session itself (compaction, interruption).
"""

STEP_KINDS = (*EVENT_KINDS[1:], "took")
"""What a step can be: an event that is no prompt, or ``took``: hunks of an earlier part's step
that only this commit took up (``Step.origin`` points to it)."""


# -- what a transcript says ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Edit:
    """One change of one file, as the transcript tells it and not yet placed."""

    path: str
    """As the transcript has it: absolute, or relative to the event's ``cwd``."""
    op: str
    """``replace`` (``old`` by ``new``), ``write`` (the file becomes ``new``), ``append`` (``new``
    at its end), ``delete``, ``move`` (to the path ``to``), ``copy`` (likewise), ``substitute``
    (``old`` is a ``sed`` script) or ``command`` (it names the file; its text is not known)."""
    old: str = ""
    """``replace``: the text that was matched."""
    new: str = ""
    """``replace``: its replacement; ``write``: the whole new content."""
    every: bool = False
    """``replace``: all occurrences, not only one."""
    before: str | None = None
    """The whole file just before, where the transcript kept it."""
    line: int | None = None
    """``replace``: the 0-based line at which the transcript says the change begins; a hint."""
    loose: bool = False
    """``replace``: found as ``apply_patch`` finds a hunk: exactly, else without regard to space
    at the ends of lines, else at both ends, else with Unicode punctuation made plain. ``old``
    and ``new`` are whole lines."""
    anchor: str = ""
    """``replace``: lines (``@@`` of a patch), in order, behind which the place is searched;
    ``substitute``: the dialect of the script, ``""`` (basic), ``extended`` or ``perl``."""
    to: str = ""
    """``move``, ``copy``: the other path, as ``path`` is given."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The whole content of one file at one moment, seen by a read."""

    path: str
    """As in ``Edit.path``."""
    text: str


@dataclass(frozen=True, slots=True)
class Made:
    """A commit that a command's own output says it made."""

    id: str
    """The abbreviated commit id, 7 to 64 hex digits."""
    subject: str
    """The subject line that git printed after it."""


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened in a session."""

    key: str
    """Unique in the session and the same in every copy of it (record id or tool call id)."""
    kind: str
    """One of ``EVENT_KINDS``."""
    time: str = ""
    text: str = ""
    """Prose, the prompt, the command line, or one line on what was looked at or edited."""
    output: str = ""
    """What came back, cut in the middle by the reader; an error's text where ``ok`` is False."""
    cut: int = 0
    """How many lines of the output were cut."""
    ok: bool | None = True
    """Whether it succeeded; None where the transcript does not say."""
    lane: str = ""
    """The sub-agent whose event it is; ``""`` for the main agent."""
    model: str = ""
    version: str = ""
    """The agent's version then, where the transcript tells it event by event."""
    cwd: str = ""
    tool: str = ""
    """The agent's own name of the tool."""
    edits: tuple[Edit, ...] = ()
    reads: tuple[Snapshot, ...] = ()
    made: tuple[Made, ...] = ()


@dataclass(frozen=True, slots=True)
class Problem:
    """Something of a transcript that could not be read."""

    file: str
    offset: int
    """Byte offset in the file."""
    reason: str
    after: str = field(default="", compare=False)
    """Key of the event behind which it stands in the session; ``""`` if it stands before all of
    them, or if it is not known where."""

    def __str__(self) -> str:
        return f"{self.file}:+{self.offset}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Session:
    """One run of one agent, united over all known copies of its transcript."""

    agent: str
    """The reader's name: ``claude-code``, ``codex``, ..."""
    id: str
    version: str = ""
    """The agent's version, the first one the session names: what comes later must not change it."""
    events: tuple[Event, ...] = ()
    """In the order of the transcript, sub-agents' events at their place in time."""
    problems: tuple[Problem, ...] = ()


# -- what a commit keeps ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Hunk:
    """A run of removed and added lines, in the place where it applies.

    ``lines`` holds the unified diff's lines, each with its first character (space, ``-``
    or ``+``) and its LF; a line without LF is the last of a file that does not end in one.
    """

    old: int
    """0-based line of the text before, at which the hunk begins."""
    new: int
    """0-based line of the text after, at which it begins."""
    lines: tuple[str, ...]
    evidence: str = ""
    """Of drift and residue: the class of the added lines; ``""`` in a step's own edit."""
    cause: str = ""
    """Of drift and residue: ``PART:T.S``, the step known to have caused it, else ``""``. Within
    its own part a step is written ``T.S``, without the part."""
    hidden: tuple[int, ...] = ()
    """Indices into ``lines`` of lines whose text redaction took away."""


@dataclass(frozen=True, slots=True)
class Change:
    """What one step did to one file, or what was noticed there."""

    path: str
    """Relative to the repository's root, ``/`` between names."""
    kind: str
    """``edit``: the step's own; ``drift``: an unrecorded change, noticed just before this step;
    ``unplaced``: it has no place (``reason``), is not applied, and its hunks hold old and new text;
    ``residue``: what the replay of all steps lacks of the commit (only in a placement)."""
    op: str = ""
    """``create`` or ``delete`` where the file begins or ceases to exist, else ``""``."""
    hunks: tuple[Hunk, ...] = ()
    reason: str = ""
    """Why it has no place: ``not in this commit``, ``failed: ...``, ``text not found``, ..."""


@dataclass(frozen=True, slots=True)
class Step:
    """One thing the agent said, thought, called or edited."""

    number: int
    """1-based, within its turn."""
    kind: str
    """One of ``STEP_KINDS``."""
    time: str = ""
    text: str = ""
    output: str = ""
    cut: int = 0
    ok: bool | None = True
    lane: str = ""
    """The sub-agent's label, ``""`` for the main agent."""
    tool: str = ""
    changes: tuple[Change, ...] = ()
    origin: str = ""
    """Of a ``took`` step: ``PART:T.S``, the step that wrote the hunks."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One prompt and all that follows it."""

    number: int
    """1-based, within its part."""
    prompt: str = ""
    """What the person asked; ``""`` where a session begins without a prompt."""
    time: str = ""
    continued: bool = False
    """The prompt stands already in the document of an earlier commit."""
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """One session's share of one commit's thread. It never changes once written."""

    agent: str
    session: str
    version: str = ""
    models: tuple[str, ...] = ()
    named: bool = True
    """Known by the commit's output, the environment or a checkpoint; else only found."""
    first: str = ""
    """Key of its first event."""
    last: str = ""
    """Key of its last event."""
    began: str = ""
    """Time of its first event."""
    ended: str = ""
    """Time of its last event."""
    continues: str = ""
    """Key of the event at which an earlier document's part of this session ended."""
    problems: tuple[str, ...] = ()
    """What of the transcript could not be read, a line each."""
    turns: tuple[Turn, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A path in a tree: its mode and the id of its blob (of the commit, for a submodule)."""

    mode: str
    """Six octal digits, as git prints them."""
    blob: str


@dataclass(frozen=True, slots=True)
class Doubt:
    """Lines of a commit's file that git's diff passes over, though they may not be what it takes
    them for: a squash hides the edits between."""

    line: int
    """0-based, in the file after the commit."""
    count: int
    others: tuple[str, ...]
    """What the first line may be instead; the next line may be what follows there, or of the same
    step. ``PART:T.S``: that step wrote it. ``-N``, ``+N``: it is line N (from 1) of the file before
    or after the commit. ``""``: nobody knows."""

    def at(self, by: int) -> tuple[str, ...]:
        """What the line ``by`` lines further down may be instead."""
        return tuple(
            f"{other[0]}{int(other[1:]) + by}" if other[:1] in ("-", "+") else other
            for other in self.others
        )


@dataclass(frozen=True, slots=True)
class Row:
    """One file of the commit: what it was and what it became."""

    path: str
    before: Entry | None
    """None where the commit creates it."""
    after: Entry | None
    """None where the commit deletes it."""
    source: str = ""
    """The path in the base whose text it continues, where the commit renamed it."""
    reference: str = ""
    """Why it stands by reference, without text: ``binary``, ``submodule``, ``redacted``, ``large``
    or ``parent N``; ``""`` where the document holds its text."""
    lines: int = 0
    """Of a path by reference: how many lines the commit added."""
    moved: bool = False
    """The steps' hunks of this path stand on another base and are not applied: the residue is the
    whole change, and names the step and the class of evidence of each run that a step wrote."""
    doubts: tuple[Doubt, ...] = ()
    """Sorted by line."""


@dataclass(frozen=True, slots=True)
class Placement:
    """What ties parts to one commit: everything that relinking computes anew."""

    base: str
    """Id of the tree of the first parent; the empty tree's for a root commit."""
    tree: str
    """Id of the commit's tree."""
    patch_id: str = ""
    rows: tuple[Row, ...] = ()
    """Sorted by path."""
    residue: tuple[Change, ...] = ()
    """From the applied state (of a ``moved`` row: from the base) to the commit's blobs, one change
    a path, sorted by path."""


@dataclass(frozen=True, slots=True)
class Thread:
    """The whole of a document: parts in the order of their beginning, and the placement."""

    parts: tuple[Part, ...]
    placement: Placement
    complete: bool = True
    """Whether every transcript that the commit names was at hand."""
    extra: tuple[tuple[str, str], ...] = field(default=())
    """Keys of the front matter that this version does not know, with their JSON."""
