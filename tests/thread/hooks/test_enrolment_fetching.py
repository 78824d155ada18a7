"""Documents that come with a plain fetch and, where asked for, go with a push."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.hooked import Hooked
from tests.thread.hooks.settled import there_and_back
from treadle.thread.git.config import Config
from treadle.thread.git.refspecs import fetchings
from treadle.thread.hooks.enrolment import withdraw
from treadle.thread.hooks.script import has_block

FETCH = "+refs/note*/treadle:refs/treadle/remote*/origin"


# -- fetching ---------------------------------------------------------------------


@pytest.fixture
def cloned(hooked: Hooked, tmp_path: Path) -> Hooked:
    hooked.commit()
    hooked.git("clone", "--quiet", str(hooked.top), str(tmp_path / "clone"))
    return Hooked(tmp_path / "clone", init=False)


def test_a_plain_fetch_brings_the_remotes_documents(cloned: Hooked, hooked: Hooked) -> None:
    there_and_back(cloned)
    cloned.enrol()
    cloned.git("fetch")  # a remote that has none is no failure
    hooked.git("notes", "--ref=treadle", "add", "-m", "a document")
    tip = hooked.git("rev-parse", "refs/notes/treadle")
    cloned.git("fetch", "--prune")
    assert cloned.git("rev-parse", "refs/treadle/remotes/origin") == tip
    assert not cloned.repo.ref("refs/notes/treadle")
    hooked.git("update-ref", "-d", "refs/notes/treadle")
    cloned.git("fetch", "--all", "--prune")


def test_remotes_of_similar_names_do_not_touch_each_other(cloned: Hooked, hooked: Hooked) -> None:
    hooked.git("notes", "--ref=treadle", "add", "-m", "a document")
    cloned.git("remote", "add", "origin2", str(hooked.top))
    cloned.enrol()
    cloned.git("fetch", "--all", "--quiet")
    cloned.git("fetch", "--prune", "origin")
    refs = cloned.git("for-each-ref", "--format=%(refname)", "refs/treadle")
    assert refs.split() == ["refs/treadle/remotes/origin", "refs/treadle/remotes/origin2"]


def test_pushes_are_as_before(cloned: Hooked) -> None:
    cloned.enrol()
    names = {entry.key for entry in Config.read(cloned.repo).entries}
    assert not {name for name in names if "push" in name or name.startswith("notes.")}


def test_remotes_that_came_later_and_were_renamed_are_taken_in(cloned: Hooked) -> None:
    cloned.enrol()
    before = cloned.read(".git/config")
    cloned.git("remote", "rename", "origin", "up stream".replace(" ", "-"))
    cloned.git("remote", "add", "other", "../elsewhere")
    told = cloned.enrol()
    assert any("without +refs/note*" in line for line in told)
    lines = {one.remote: one.lines for one in fetchings(Config.read(cloned.repo))}
    assert lines["up-stream"][1:] == (FETCH.replace("origin", "up-stream"),)
    assert lines["other"][1:] == (FETCH.replace("origin", "other"),)
    withdraw(cloned.repo)
    assert "treadle" not in cloned.read(".git/config")
    assert before != cloned.read(".git/config")


def test_a_remote_that_fetches_nothing_by_itself_gets_no_line(hooked: Hooked) -> None:
    hooked.git("config", "remote.bare.url", "../elsewhere")
    assert not any("remote.bare" in line for line in there_and_back(hooked))


def test_a_configuration_that_changed_keeps_what_changed(cloned: Hooked) -> None:
    before = cloned.read(".git/config")
    cloned.enrol(share=True)
    assert cloned.git("config", "treadle.share") == "true"
    cloned.git("config", "user.nickname", "tess")
    withdraw(cloned.repo)
    assert cloned.read(".git/config") == before + "[user]\n\tnickname = tess\n"


def test_without_its_memory_our_keys_still_go(cloned: Hooked) -> None:
    before = cloned.read(".git/config")
    cloned.enrol()
    cloned.delete(".git/treadle/init.json")
    withdraw(cloned.repo)
    assert cloned.read(".git/config") == before


@pytest.mark.parametrize("text", ["", "{", "[]", '{"version": 1}', '{"version": 9}', "\0"])
def test_a_damaged_memory_stops_nothing(text: str, cloned: Hooked) -> None:
    before = cloned.read(".git/config")
    cloned.enrol()
    cloned.write(".git/treadle/init.json", text)
    cloned.enrol()
    withdraw(cloned.repo)
    assert cloned.read(".git/config") == before


# -- sharing ----------------------------------------------------------------------


def test_only_who_shares_has_a_part_in_the_push(cloned: Hooked) -> None:
    cloned.enrol()
    assert not cloned.exists(".git/hooks/pre-push")
    cloned.enrol(share=True)
    assert has_block((cloned.top / ".git/hooks/pre-push").read_bytes())
    cloned.make()
    cloned.says("push", "-q", "origin", "HEAD:refs/heads/elsewhere")
    told = cloned.started(2)
    assert f"args: -I -m treadle.cli.main -C {cloned.top} sync --hook origin\n" in told
    assert cloned.git("ls-remote", "origin", "refs/heads/elsewhere")
    there_and_back_from_here = withdraw(cloned.repo)
    assert there_and_back_from_here
    assert not cloned.exists(".git/hooks/pre-push")


def test_a_push_of_our_own_and_one_that_fails_stop_nothing(cloned: Hooked) -> None:
    cloned.enrol(share=True)
    Path(cloned.program.python).write_text("#!/bin/sh\necho failing >&2\nexit 3\n")
    said = cloned.says("push", "origin", "HEAD:refs/heads/a")
    assert "failing" in said
    said = cloned.says("push", "origin", "HEAD:refs/heads/b", env={"TREADLE_PUSHING": "1"})
    assert "failing" not in said
    assert len(cloned.git("ls-remote", "origin", "a", "b").splitlines()) == 2


def test_a_check_before_a_push_reads_its_own_input(cloned: Hooked) -> None:
    cloned.hook("pre-push", '#!/bin/sh\nread -r line\necho "got $1 ${line%% *}" >&2\nexit 1\n')
    cloned.enrol(share=True)
    with pytest.raises(AssertionError, match="got origin HEAD"):
        cloned.says("push", "origin", "HEAD:refs/heads/refused")
    assert cloned.git("ls-remote", "origin", "refused") == ""
