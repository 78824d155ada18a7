"""A tool call as events, whichever agent made it.

Every agent has its own names for the few things that all of them do. They differ in words, and
hardly in kind: a path with old and new text, a path with the whole text, a patch, a command line.
Tools are known by their names; an unknown tool that has a path and a text is nobody's edit.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from treadle.thread.agents.codex import item as codex_item
from treadle.thread.agents.codex import parts as codex_parts
from treadle.thread.agents.codex import result as codex_result
from treadle.thread.agents.events import clip, trace
from treadle.thread.agents.events.made import made
from treadle.thread.agents.events.patch import BEGIN, patch
from treadle.thread.agents.gemini_cli.tools import printed
from treadle.thread.agents.reading.fields import rows, text, whole
from treadle.thread.model import Edit, Event

WRITERS = frozenset(
    (
        "create",
        "createfile",
        "createnewfile",
        "fswrite",
        "savefile",
        "write",
        "writefile",
        "writetofile",
    )
)
REPLACERS = frozenset(
    (
        "edit",
        "editfile",
        "fsedit",
        "insertedit",
        "inserteditintofile",
        "multiedit",
        "multireplacefilecontent",
        "multireplacestringinfile",
        "replace",
        "replacefilecontent",
        "replacestringinfile",
        "searchreplace",
        "singlefindandreplace",
        "strreplace",
        "strreplaceeditor",
    )
)
PATCHERS = frozenset(("applypatch", "patch"))
DELETERS = frozenset(("delete", "deletefile"))
UNDOERS = frozenset(("undoedit",))
NOTEBOOKS = frozenset(("notebookedit", "editnotebook", "editnotebookfile"))
SHELLS = frozenset(
    (
        "bash",
        "execcommand",
        "execute",
        "executecommand",
        "localshell",
        "powershell",
        "runcommand",
        "runinterminal",
        "runshellcommand",
        "runterminalcmd",
        "runterminalcommand",
        "shell",
        "shellcommand",
    )
)
DELEGATES = frozenset(("agent", "spawnagent", "subagent", "task"))
QUESTIONS = frozenset(("askuser", "askuserquestion", "question", "requestuserinput"))
EDITORS = WRITERS | REPLACERS | PATCHERS | DELETERS | UNDOERS | NOTEBOOKS

_PATH = (
    *("file_path", "filePath", "path", "filepath", "absolute_path", "target_file", "TargetFile"),
    *("filename", "notebook_path"),
)
_OLD = ("old_string", "oldString", "old_str", "oldText", "old_text", "TargetContent")
_NEW = ("new_string", "newString", "new_str", "newText", "new_text", "ReplacementContent")
_WHOLE = ("content", "contents", "file_text", "fileText", "CodeContent")
_EVERY = ("replace_all", "replaceAll", "change_all", "allow_multiple", "AllowMultiple")
_LISTS = ("edits", "replacements", "ReplacementChunks")
_PATCH = ("input", "patch", "patchText", "patch_text")
_COMMAND = ("command", "cmd", "CommandLine", "commands")
_FOLDER = ("workdir", "cwd", "working_directory", "dir_path", "directory", "Cwd")
_CREATED = ("File created successfully", "Created file", "Successfully created")
_EXIT = re.compile(r"<exited with exit code (-?\d{1,10})>\s*\Z")
_DECLINED = "The user doesn't want to proceed with this tool use"


@dataclass(frozen=True, slots=True)
class Call:
    """A call and what became of it, as the transcript has it."""

    id: str
    name: str
    input: Mapping[str, object]
    script: str
    """Where the input is one text."""
    output: str
    status: str
    """``success``, ``error``, or ``""`` where there is no result."""
    agent: str
    told: bool = True
    """Whether an edit that does not tell its text is a problem."""

    @property
    def tool(self) -> str:
        """The tool's name in a form that most agents share."""
        return plain(self.name)


def plain(name: str) -> str:
    """A tool's name in lower case without what only parts its words."""
    bare = name.removeprefix("mcp__acp__").removeprefix("functions.")
    return bare.replace("_", "").replace("-", "").lower()


def events(call: Call, bare: Event, complain: Callable[[str], None]) -> Iterator[Event]:
    """The events of a call, mostly one; ``bare`` has its time, lane and folder."""
    inner = [call]
    if call.agent == "codex":
        known = codex_item.Call(call.id, call.name, call.input, call.script)
        if codex_parts.is_frame(known):
            parts = codex_parts.parts(known, (), bare.cwd).parts
            inner = [_inner(call, part.call) for part in parts] or inner
    for one in inner:
        yield _event(one, replace(bare, key=one.id, tool=one.name, ok=_ok(one)), complain)


def _inner(frame: Call, part: codex_item.Call) -> Call:
    """A call within another; what came back is one text for all of them."""
    status = "error" if frame.status == "error" else ""
    return Call(part.id, part.name, part.input, part.script, "", status, frame.agent)


def _ok(call: Call) -> bool | None:
    if not call.status:
        return None
    if call.status != "success":
        return False
    if call.agent == "codex":
        return codex_result.result(call.output).ok
    if call.tool == "runshellcommand":
        return not printed(call.output)[1]
    ended = _EXIT.search(call.output[-200:]) if call.tool in SHELLS else None
    return ended is None or ended[1] == "0"


def _event(call: Call, bare: Event, complain: Callable[[str], None]) -> Event:
    own = folder(call.input)
    if own.startswith("/") or (own and bare.cwd):
        bare = replace(bare, cwd=posixpath.normpath(posixpath.join(bare.cwd, own)))
    if call.tool in SHELLS:
        return _ran(call, bare)
    bare = _with_output(bare, _complaint(call) if bare.ok is False else "")
    if call.tool in EDITORS and text(call.input, "command") != "view":
        return _edited(call, bare, complain)
    if call.tool in DELEGATES:
        return _asked(call, bare)
    if call.tool == "exitplanmode" and text(call.input, "plan"):
        return replace(bare, kind="said", text=clip.prose(text(call.input, "plan")))
    if call.tool in QUESTIONS and bare.ok is not False:
        bare = _with_output(bare, call.output)
    asked = {"query": call.script} if call.script else call.input
    return replace(bare, kind="looked", text=trace.line(call.name, asked, bare.cwd))


def _complaint(call: Call) -> str:
    """Why a call failed."""
    if not call.output.startswith(_DECLINED):
        return call.output
    reason = call.output.partition("the user said:")[2].strip()
    return f"declined: {clip.one_line(reason)}" if reason else "declined"


def _with_output(bare: Event, output: str) -> Event:
    kept, cut = clip.output(output)
    return replace(bare, output=kept, cut=cut)


def folder(asked: Mapping[str, object]) -> str:
    """The folder that a call names for itself."""
    return _first(asked, _FOLDER)


def paths(asked: Mapping[str, object]) -> Iterator[str]:
    """The files that a call names."""
    yield from filter(None, (_first(one, _PATH) for one in (asked, *_pairs(asked))))


def _pairs(asked: Mapping[str, object]) -> list[Mapping[str, object]]:
    """The replacements of a call that asks for several."""
    return [one for key in _LISTS for one in rows(asked, key) if isinstance(one, dict)]


def _first(asked: Mapping[str, object], keys: tuple[str, ...]) -> str:
    return next((text(asked, key) for key in keys if text(asked, key)), "")


def _given(asked: Mapping[str, object], keys: tuple[str, ...]) -> str | None:
    """The first of some texts that is there at all; it may be empty."""
    found = (asked.get(key) for key in keys)
    return next((one for one in found if isinstance(one, str)), None)


def command(call: Call) -> str:
    """The command line of a call of a shell."""
    if call.script:
        return call.script
    several = [one for one in rows(call.input, "commands") if isinstance(one, str)]
    given = next((call.input[key] for key in _COMMAND if call.input.get(key)), "")
    return "\n".join(several) or codex_item.command_line(given)


def _ran(call: Call, bare: Event) -> Event:
    line, output = command(call), call.output
    if call.agent == "codex":
        output = codex_result.result(output).text
    elif call.tool == "runshellcommand":
        output = printed(output)[0]
    done = replace(_with_output(bare, output), kind="ran", text=clip.prose(line))
    done = replace(done, made=made(line, output) if done.ok is not False else ())
    if call.agent != "codex":
        return done
    asked = codex_parts.asked_patch(codex_item.Call(call.id, call.name, call.input, call.script))
    sections = asked.patch.sections if asked else ()
    edits = (edit for section in sections for edit in section.edits)
    return replace(done, edits=tuple(_within(asked.folder if asked else "", e) for e in edits))


def _within(inner: str, edit: Edit) -> Edit:
    """An edit in a folder that the command went to."""
    if not inner:
        return edit
    to = codex_parts.joined(inner, edit.to) if edit.to else ""
    return replace(edit, path=codex_parts.joined(inner, edit.path), to=to)


def _asked(call: Call, bare: Event) -> Event:
    head = _first(call.input, ("description", "task_name", "subagent_type", "agent_type"))
    said = "\n\n".join(filter(None, (head, task(call))))
    done = replace(bare, kind="asked", text=clip.prose(said))
    return done if done.ok is False else _with_output(done, call.output)


def task(call: Call) -> str:
    """What a sub-agent is told to do."""
    return _first(call.input, ("prompt", "message", "task"))


def _edited(call: Call, bare: Event, complain: Callable[[str], None]) -> Event:
    found, unread = edits(call)
    if unread and call.told and bare.ok is not False:
        complain(unread)
    named = [trace.shown(edit.path, bare.cwd) for edit in found]
    named = named or [trace.shown(path, bare.cwd) for path in paths(call.input)]
    line = clip.one_line(f"{call.name} {', '.join(dict.fromkeys(named))}")
    return replace(bare, kind="edited", text=line, edits=found)


def edits(call: Call) -> tuple[tuple[Edit, ...], str]:
    """The edits that a call asks for, and what of it could not be read."""
    body = call.script or _first(call.input, _PATCH)
    if call.tool in PATCHERS or BEGIN in body:
        return _patched(body)
    path = _first(call.input, _PATH)
    if call.tool in NOTEBOOKS:
        return (), ""
    if call.tool in UNDOERS:
        return ((Edit(path, "command"),) if path else ()), ""
    if call.tool in DELETERS:
        return ((Edit(path, "delete"),) if path else ()), ""
    pairs = _pairs(call.input) or [call.input]
    found = [edit for pair in pairs for edit in _replaced(path, pair)]
    content = _given(call.input, _WHOLE)
    if found or not path:
        return tuple(found), "" if found else f"{clip.one_line(call.name)} that names no file"
    if content is not None:
        new = call.status == "success" and call.output.startswith(_CREATED)
        return (Edit(path, "write", new=content, before="" if new else None),), ""
    shown = clip.one_line(f"{call.name} of {path}")
    return (Edit(path, "command"),), f"{shown}, in a form that does not tell the text"


def _patched(body: str) -> tuple[tuple[Edit, ...], str]:
    read = patch(body)
    found = tuple(edit for section in read.sections for edit in section.edits)
    if read.unread:
        return found, f"patch with a line that means nothing: {clip.one_line(read.unread)[:80]}"
    return found, "" if found else "patch that cannot be read"


def _replaced(path: str, pair: Mapping[str, object]) -> Iterator[Edit]:
    """One replacement; without old text, of a file that is not there yet or is empty."""
    path = _first(pair, _PATH) or path
    old, new = _given(pair, _OLD), _given(pair, _NEW)
    if not path or old is None or new is None:
        return
    many = (whole(pair, "expected_replacements") or 1) > 1
    every = many or any(pair.get(key) in (True, "true") for key in _EVERY)
    yield Edit(path, "replace", old, new, every) if old else Edit(path, "write", new=new, before="")
