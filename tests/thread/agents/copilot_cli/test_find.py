"""Where GitHub Copilot's transcripts are found, those of VS Code too."""

from __future__ import annotations

from pathlib import Path

from tests.support.homes import Home

AGENT = "copilot-cli"
PLACE = ".copilot/session-state"
EDITOR = ".config/Code/User/workspaceStorage"
STREAM = "GitHub.copilot-chat/transcripts"


def event(kind: str, **told: object) -> dict[str, object]:
    return {"type": kind, "data": told, "id": "e", "timestamp": "t", "parentId": None}


def start(own: str, cwd: Path | None) -> dict[str, object]:
    return event("session.start", sessionId=own, context={"cwd": str(cwd)} if cwd else {})


def window(home: Home, name: str, shown: dict[str, object], *sessions: str) -> None:
    home.write(f"{EDITOR}/{name}/workspace.json", shown)
    for own in sessions:
        home.write(f"{EDITOR}/{name}/{STREAM}/{own}.jsonl", start(own, None))


def test_both_layouts_of_the_command_line(home: Home, top: Path) -> None:
    home.write(f"{PLACE}/s1/events.jsonl", start("s1", top))
    home.write(f"{PLACE}/s1/notes.jsonl", start("notes", top))
    home.write(f"{PLACE}/s2.jsonl", start("s2", top / "sub"))
    home.write(f"{PLACE}/other/events.jsonl", start("other", top.parent))
    assert home.sessions(AGENT, top) == ["s1", "s2"]


def test_a_session_that_came_here_later(home: Home, top: Path) -> None:
    begun = start("s1", top.parent)
    home.write(f"{PLACE}/s1/events.jsonl", begun, event("session.context_changed", cwd=str(top)))
    resumed = event("session.resume", context={"cwd": str(top)})
    home.write(f"{PLACE}/s2/events.jsonl", start("s2", top.parent), resumed)
    mentioned = event("tool.execution_start", arguments={"cwd": str(top)})
    home.write(f"{PLACE}/s3/events.jsonl", start("s3", top.parent), mentioned)
    assert home.sessions(AGENT, top) == ["s1", "s2"]


def test_a_variable_moves_the_place(home: Home, top: Path) -> None:
    home.env["COPILOT_HOME"] = str(home.path / "moved")
    home.write("moved/session-state/s1/events.jsonl", start("s1", top))
    assert home.sessions(AGENT, top) == ["s1"]


def test_windows_that_show_the_repository(home: Home, top: Path) -> None:
    window(home, "a", {"folder": top.as_uri()}, "s1", "s2")
    window(home, "b", {"folder": f"{top.as_uri()}/sub%20folder"}, "s3")
    window(home, "c", {"folder": top.parent.as_uri()}, "other")
    window(home, "d", {"workspace": top.as_uri()}, "several")
    window(home, "e", {"folder": f"vscode-remote://ssh{top}"}, "far")
    window(home, "f", {"folder": 7}, "odd")
    assert home.sessions(AGENT, top) == ["s1", "s2", "s3"]


def test_sessions_that_ended_before_are_left_out(home: Home, top: Path) -> None:
    home.write(f"{PLACE}/s1/events.jsonl", start("s1", top), at=1000)
    window(home, "a", {"folder": top.as_uri()}, "s2")
    assert home.sessions(AGENT, top, since=1500) == ["s2"]
    assert home.sessions(AGENT, top, since=1e11) == []
