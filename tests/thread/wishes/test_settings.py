"""What a person and a repository want of treadle, and which of it counts."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.scratch import Scratch
from treadle.thread.repo import Repo
from treadle.thread.wishes import patterns
from treadle.thread.wishes.narrowing import parsed
from treadle.thread.wishes.settings import (
    OUTPUTS,
    Settings,
    Wish,
    Wishes,
    settings,
    taken_together,
    wishes,
)


@pytest.fixture
def scratch(tmp_path: Path) -> Scratch:
    return Scratch(tmp_path / "repo")


def committed(scratch: Scratch, text: str | bytes) -> None:
    scratch.write(".treadle.toml", text)
    scratch.commit()


# -- git config ---------------------------------------------------------------------


def test_where_nobody_said_anything_all_is_captured_and_nothing_shared(scratch: Scratch) -> None:
    found = settings(scratch.repo)
    assert found == Settings()
    assert found.captures("any-agent")
    assert not found.share


def test_a_person_sets_everything_in_git_config(scratch: Scratch, tmp_path: Path) -> None:
    scratch.git("config", "treadle.agents", "codex, claude-code")
    scratch.git("config", "--add", "treadle.leaveOut", "secret/")
    scratch.git("config", "--add", "treadle.leaveOut", "*.pem")
    scratch.git("config", "treadle.output", "brief")
    scratch.git("config", "treadle.thinking", "no")
    scratch.git("config", "treadle.share", "true")
    scratch.git("config", "treadle.claude-code.folder", str(tmp_path))
    found = settings(scratch.repo)
    assert found == Settings(
        agents=("claude-code", "codex"),
        leave_out=("secret/", "*.pem"),
        output="brief",
        thinking=False,
        share=True,
        folders=(("claude-code", str(tmp_path)),),
    )
    assert not found.captures("aider")


def test_local_only_goes_before_sharing(scratch: Scratch) -> None:
    scratch.git("config", "treadle.share", "true")
    scratch.git("config", "treadle.localOnly", "true")
    assert not settings(scratch.repo).share


def test_a_key_without_a_value_is_true(scratch: Scratch) -> None:
    with open(scratch.top / ".git" / "config", "a", encoding="utf-8") as file:
        file.write("[treadle]\n\tlocalOnly\n")
    assert settings(scratch.repo).local_only


def test_the_nearest_scope_names_the_agents_and_all_scopes_leave_out(
    scratch: Scratch, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    everywhere = tmp_path / "gitconfig"
    everywhere.write_text("[treadle]\n\tagents = aider\n\tleaveOut = diary\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(everywhere))
    assert settings(scratch.repo).agents == ("aider",)
    scratch.git("config", "treadle.agents", "codex")
    scratch.git("config", "treadle.leaveOut", "keys")
    assert settings(scratch.repo).agents == ("codex",)
    assert settings(scratch.repo).leave_out == ("diary", "keys")
    assert str(everywhere) in wishes(scratch.repo).of("leaveOut")[0].origin


@pytest.mark.parametrize(
    ("key", "value", "field", "taken"),
    [
        ("output", "loud", "output", "none"),
        ("thinking", "maybe", "thinking", False),
        ("localOnly", "perhaps", "local_only", True),
        ("share", "²", "share", False),
        ("leaveOut", "!keep", "leave_out", ()),
    ],
)
def test_of_a_value_that_makes_no_sense_the_narrowest_is_taken_and_told(
    key: str, value: str, field: str, taken: object, scratch: Scratch
) -> None:
    scratch.git("config", f"treadle.{key}", value)
    found = settings(scratch.repo)
    assert getattr(found, field) == taken
    (problem,) = found.problems
    assert value in problem


def test_a_folder_must_be_absolute(scratch: Scratch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    scratch.git("config", "--add", "treadle.codex.folder", "~/logs")
    scratch.git("config", "--add", "treadle.codex.folder", "logs")
    found = settings(scratch.repo)
    assert found.folders == (("codex", "/home/ann/logs"),)
    assert "'logs' is not an absolute path" in found.problems[0]


# -- .treadle.toml ------------------------------------------------------------------


def test_the_committed_file_narrows(scratch: Scratch) -> None:
    scratch.git("config", "treadle.agents", "codex, aider")
    scratch.git("config", "treadle.share", "true")
    committed(
        scratch,
        'agents = ["codex", "claude-code"]\nleave-out = ["a", "b/*.c"]\noutput = "none"\n'
        "thinking = false\nlocalOnly = true\n",
    )
    found = settings(scratch.repo)
    assert found == Settings(("codex",), ("a", "b/*.c"), "none", False, True, False)


def test_nothing_in_the_committed_file_widens(scratch: Scratch) -> None:
    scratch.git("config", "treadle.output", "none")
    scratch.git("config", "treadle.thinking", "false")
    scratch.git("config", "treadle.localOnly", "true")
    committed(
        scratch,
        'output = "full"\nthinking = true\nlocal_only = false\nshare = true\nagent = "x"\n'
        '[folder]\ncodex = "/etc"\n',
    )
    told = wishes(scratch.repo)
    assert told.narrowing == ()
    assert [row.partition(":")[0] for row in told.refused] == [
        "output = full", "thinking = true", "local_only = false", "share", "agent", "folder",
    ]  # fmt: skip
    assert "only your own git config" in told.refused[3]
    assert settings(scratch.repo) == Settings(output="none", thinking=False, local_only=True)


def test_committed_and_lying_file_both_narrow(scratch: Scratch) -> None:
    committed(scratch, "thinking = false\n")
    scratch.write(".treadle.toml", 'output = "brief"\n')
    found = settings(scratch.repo)
    assert (found.thinking, found.output) == (False, "brief")
    scratch.delete(".treadle.toml")
    assert settings(scratch.repo).thinking is False


def test_a_bare_repository_has_the_committed_file(scratch: Scratch, tmp_path: Path) -> None:
    committed(scratch, "thinking = false\n")
    scratch.git("clone", "--quiet", "--bare", str(scratch.top), str(tmp_path / "bare.git"))
    bare = Scratch(tmp_path / "bare.git", init=False)
    assert settings(bare.repo).thinking is False


@pytest.mark.parametrize(
    "text",
    [
        b"agents = [",
        b"\xff\xfe",
        b"x = " + b"[" * 60_000,
        b"# long\n" * 10_000,
        b"thinking = 'no'",
        b"agents = [1]",
        b"leaveOut = ['!a']",
        b"leaveOut = '" + b"a" * 1000 + b"'",
        b"output = 7",
    ],
)
def test_a_file_that_cannot_be_understood_keeps_everything_here(
    text: bytes, scratch: Scratch
) -> None:
    scratch.git("config", "treadle.share", "true")
    committed(scratch, text)
    found = settings(scratch.repo)
    assert found.local_only
    assert not found.share
    assert "nothing leaves this machine" in found.problems[0]


BROKEN = 'leaveOut = ["secret/"\n'


def test_where_the_committed_file_is_broken_the_last_readable_one_counts(scratch: Scratch) -> None:
    committed(scratch, 'leaveOut = ["secret/"]\noutput = "brief"\n')
    good = scratch.git("rev-parse", "HEAD").strip()
    for text in (BROKEN, BROKEN + "#", b"\xff\xfe", b"# long\n" * 10_000):
        committed(scratch, text)
        found = settings(scratch.repo)
        assert found.leaves_out("secret/key")
        assert (found.output, found.thinking, found.local_only) == ("brief", True, True)
        assert "HEAD:.treadle.toml cannot be read: " in found.problems[0]
        assert f"what {good[:8]}:.treadle.toml says counts" in found.problems[-1]
    scratch.delete(".treadle.toml")
    assert settings(scratch.repo).leaves_out("secret/key")
    committed(scratch, "thinking = false\n")
    assert settings(scratch.repo) == Settings(thinking=False)


def test_where_only_the_lying_file_is_broken_the_committed_one_counts(scratch: Scratch) -> None:
    committed(scratch, 'leaveOut = ["secret/"]\n')
    scratch.write(".treadle.toml", BROKEN)
    found = settings(scratch.repo)
    assert found == Settings(leave_out=("secret/",), local_only=True, problems=found.problems)
    (problem,) = found.problems
    assert "until it can, what HEAD:.treadle.toml says counts" in problem


def test_a_broken_file_over_a_deleted_one_takes_the_one_before(scratch: Scratch) -> None:
    committed(scratch, "thinking = false\n")
    scratch.delete(".treadle.toml")
    scratch.commit()
    assert settings(scratch.repo).thinking
    scratch.write(".treadle.toml", BROKEN)
    assert not settings(scratch.repo).thinking


@pytest.mark.parametrize("commits", [0, 1, 3])
def test_where_no_file_could_ever_be_read_the_least_is_kept(commits: int, scratch: Scratch) -> None:
    scratch.git("config", "treadle.share", "true")
    for count in range(commits):
        committed(scratch, BROKEN + "#" * count)
    scratch.write(".treadle.toml", BROKEN)
    found = settings(scratch.repo)
    assert (found.output, found.thinking, found.local_only) == ("none", False, True)
    assert not found.share
    assert "no output of tools and no thinking is kept" in found.problems[-1]


def test_a_broken_file_counts_the_same_in_a_folder_and_in_a_bare_clone(
    scratch: Scratch, tmp_path: Path
) -> None:
    committed(scratch, 'leaveOut = ["secret/"]\n')
    scratch.write("deep/x", "x")
    committed(scratch, BROKEN)
    scratch.git("clone", "--quiet", "--bare", str(scratch.top), str(tmp_path / "bare.git"))
    for place in (scratch.top / "deep", tmp_path / "bare.git"):
        with Repo.open(place) as repo:
            assert settings(repo).leave_out == ("secret/",)


@pytest.mark.parametrize("text", ["thinking = 'no'", "output = 7", "leaveOut = 5", "agents = [1]"])
def test_of_a_value_in_the_file_that_makes_no_sense_the_least_is_kept(
    text: str, scratch: Scratch
) -> None:
    committed(scratch, text)
    found = settings(scratch.repo)
    assert (found.output, found.thinking, found.local_only) == ("none", False, True)
    assert "no thinking is kept" in found.problems[-1]


def test_a_pipe_of_its_name_does_not_stop_anything(scratch: Scratch) -> None:
    os.mkfifo(scratch.top / ".treadle.toml")
    found = settings(scratch.repo)
    assert found.local_only
    assert "not a regular file" in found.problems[0]


@given(st.binary(max_size=300))
def test_no_file_fails(text: bytes) -> None:
    try:
        told = parsed(text, "it")
    except ValueError:
        return
    both = taken_together(Wishes((), told.wishes, told.refused, told.problems))
    assert both.share is False


names = st.lists(st.sampled_from(["a", "b", "c"])).map(tuple)
wish = st.one_of(
    names.map(lambda value: Wish("agents", value, "")),
    names.map(lambda value: Wish("leaveOut", value, "")),
    st.sampled_from(OUTPUTS).map(lambda value: Wish("output", value, "")),
    st.booleans().map(lambda value: Wish("thinking", value, "")),
    st.booleans().map(lambda value: Wish("localOnly", value, "")),
    st.booleans().map(lambda value: Wish("share", value, "")),
)


@given(st.lists(wish), st.lists(wish))
def test_narrowing_never_widens(personal: list[Wish], narrowing: list[Wish]) -> None:
    own = taken_together(Wishes(tuple(personal), (), (), ()))
    both = taken_together(Wishes(tuple(personal), tuple(narrowing), (), ()))
    assert all(own.captures(agent) or not both.captures(agent) for agent in "abc")
    assert set(own.leave_out) <= set(both.leave_out)
    assert OUTPUTS.index(both.output) <= OUTPUTS.index(own.output)
    assert own.thinking or not both.thinking
    assert both.local_only or not own.local_only
    assert own.share or not both.share


# -- patterns -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("pattern", "path", "there"),
    [
        ("*.pem", "a/b/key.pem", True),
        ("*.pem", "key.pem.txt", False),
        ("secret", "a/secret/x", True),
        ("secret/", "a/secret", False),
        ("secret/", "a/secret/x", True),
        ("/secret", "a/secret/x", False),
        ("/secret", "secret/x", True),
        ("a/b", "x/a/b", False),
        ("a/**/z", "a/z", True),
        ("a/**/z", "a/b/c/z/q", True),
        ("a/*/z", "a/b/c/z", False),
        ("**", "a", True),
        ("a/**", "a/b", True),
        ("d[oi]g", "dig", True),
        ("?.c", "é.c", True),
    ],
)
def test_patterns_name_paths_as_gitignore_does(pattern: str, path: str, there: bool) -> None:
    assert patterns.matches(pattern, path) is there


def test_patterns_agree_with_git(scratch: Scratch) -> None:
    paths = ["a/z", "a/b/z", "a/b/c/z/q", "x/a/b", "secret/x", "d/secret", "dig", "key.pem", "z"]
    for path in paths:
        scratch.write(path, "x")
    for pattern in ("a/**/z", "secret", "secret/", "/secret", "*.pem", "a", "a/b", "**/z", "[dk]*"):
        scratch.write(".git/info/exclude", pattern + "\n")
        listed = scratch.git("ls-files", "--others", "--ignored", "--exclude-standard", "-z")
        ignored = {path for path in listed.split("\0") if path}
        assert {path for path in paths if patterns.matches(pattern, path)} == ignored, pattern


def test_a_hostile_pattern_takes_no_time() -> None:
    assert not patterns.matches("**/a/" * 60 + "b", "/".join("a" * 2000))
    assert not patterns.matches("*a" * 100, "a" * 3000 + "b")
