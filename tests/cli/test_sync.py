"""``treadle sync``, the program: what it shares, what it says, and how it ends."""

from __future__ import annotations

import json
import random
import subprocess
import time
from pathlib import Path

import pytest

from tests.cli.lamp import PROGRAM, refused, run
from tests.support.team import Member, Team
from tests.test_docs import ROOT
from treadle.thread.git.notes import REF


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path, 4)


@pytest.fixture
def ann(team: Team) -> Member:
    """A member with one document that nobody else has."""
    member = team.clone("ann")
    member.put(team.commits[0])
    return member


def hook(member: Member, name: str = "origin") -> str:
    """What the hook's form says; it never fails."""
    done = run("sync", "--hook", name, at=member.top)
    assert (done.code, done.out) == (0, "")
    return done.err


def test_without_being_asked_it_shares_nothing_and_says_so(team: Team, ann: Member) -> None:
    done = run("sync", at=ann.top)
    assert (done.code, done.err) == (0, "")
    assert "origin: no documents there\n" in done.out
    assert "1 document only here" in done.out
    assert "treadle sync --push" in done.out
    assert team.tip() == ""


def test_asked_to_it_says_once_what_becomes_visible_to_whom(team: Team, ann: Member) -> None:
    done = run("sync", "--push", at=ann.top)
    assert done.code == 0
    assert f"origin ({team.url}): 1 document, 1 kB" in done.err
    assert "visible to everyone who can read it" in done.err
    assert "1 document shared" in done.out
    assert team.tip() == ann.store.tip()
    ann.put(team.commits[1])
    again = run("sync", "--push", at=ann.top)
    assert (again.code, again.err) == (0, "")


def test_after_the_setting_every_sync_shares(team: Team, ann: Member) -> None:
    ann.git("config", "treadle.share", "true")
    assert run("sync", at=ann.top).code == 0
    assert team.tip() == ann.store.tip()


def test_documents_come_and_are_counted(team: Team, ann: Member) -> None:
    run("sync", "--push", at=ann.top)
    ben = team.clone("ben")
    told = run("sync", "--dry-run", at=ben.top)
    assert "documents that would come: 1 new" in told.out
    assert ben.store.tip() == ""
    assert "documents fetched: 1 new" in run("sync", at=ben.top).out
    assert "nothing new" in run("sync", at=ben.top).out
    assert ben.documents() == ann.documents()


def test_programs_get_the_figures(team: Team, ann: Member) -> None:
    done = run("sync", "--push", "--json", at=ann.top)
    told = json.loads(done.out)
    assert told["version"] == 1
    row = told["remotes"][0]
    assert (row["remote"], row["shared"], row["tries"], row["errors"]) == ("origin", 1, 1, [])
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    section = guide.partition("\n## sync\n")[2].partition("\n## ")[0]
    assert [key for key in {*told, *row, "commit", "reason"} if f"`{key}`" not in section] == []


def test_all_remotes_are_asked_and_one_that_fails_stops_no_other(team: Team, ann: Member) -> None:
    ann.git("remote", "add", "gone", str(team.folder / "gone.git"))
    ann.git("remote", "add", "zoe", team.url)
    done = run("sync", "--all", "--push", at=ann.top)
    assert done.code == 1
    assert "treadle: gone (" in done.err
    assert "origin: 1 document shared" in done.out
    assert "zoe: nothing to share" in done.out


def test_named_remotes_alone_are_asked(team: Team, ann: Member) -> None:
    ann.git("remote", "add", "zoe", team.url)
    done = run("sync", "--remote", "zoe", at=ann.top)
    assert [row.split(":")[0] for row in done.out.splitlines()] == ["zoe", "zoe"]
    assert "there are: origin, zoe" in refused("sync", "--remote", "tim", at=ann.top, code=2)
    assert "no remote" in refused("sync", "--remote", "--upload-pack=x", at=ann.top, code=2)


def test_without_a_remote_it_says_how_to_make_one(team: Team, ann: Member) -> None:
    ann.git("remote", "remove", "origin")
    assert "git remote add" in refused("sync", at=ann.top)


def test_without_the_right_to_push_the_pull_counts(team: Team, ann: Member) -> None:
    run("sync", "--push", at=ann.top)
    ben = team.clone("ben")
    ben.put(team.commits[1])
    refuser = team.bare.top / "hooks" / "update"
    refuser.parent.mkdir(exist_ok=True)
    refuser.write_text("#!/bin/sh\nexit 1\n")
    refuser.chmod(0o755)
    done = run("sync", "--push", at=ben.top)
    assert done.code == 1
    assert "cannot be pushed" in done.err
    assert ben.store.notes().keys() == set(team.commits[:2])


def test_a_rewritten_remote_is_explained(team: Team, ann: Member) -> None:
    run("sync", "--push", at=ann.top)
    team.bare.git("update-ref", "-d", REF)
    ann.git("config", "treadle.share", "true")
    done = run("sync", at=ann.top)
    assert done.code == 0
    assert "was rewritten" in done.out
    assert team.tip() == ""
    assert "nothing is shared" in hook(ann)
    assert run("sync", "--push", at=ann.top).code == 0
    assert team.tip() == ann.store.tip()


# -- the pre-push hook --------------------------------------------------------------


def test_the_hook_shares_only_after_the_setting(team: Team, ann: Member) -> None:
    assert hook(ann) == ""
    assert team.tip() == ""
    ann.git("config", "treadle.share", "true")
    assert "1 document shared with origin" in hook(ann)
    assert team.tip() == ann.store.tip()
    assert hook(ann) == ""


def test_the_hook_of_a_push_to_a_url_or_an_unknown_remote_does_nothing(
    team: Team, ann: Member
) -> None:
    ann.git("config", "treadle.share", "true")
    assert hook(ann, team.url) == hook(ann, "tim") == ""
    assert team.tip() == ""


def test_the_hook_never_fails_and_runs_no_other(team: Team, ann: Member) -> None:
    ann.git("config", "treadle.share", "true")
    mark = team.folder / "ran"
    script = ann.top / ".git" / "hooks" / "pre-push"
    script.parent.mkdir(exist_ok=True)
    script.write_text(f"#!/bin/sh\necho x >> '{mark}'\n")
    script.chmod(0o755)
    hook(ann)
    assert not mark.exists()
    ann.put(team.commits[1])
    team.bare.top.rename(team.folder / "moved.git")
    assert "documents were not shared" in hook(ann)
    assert run("sync", "--hook", "origin", at=team.folder).code == 0


@pytest.mark.parametrize("where", ["config", "file"])
def test_what_must_stay_here_is_not_shared_whoever_asks(
    where: str, team: Team, ann: Member
) -> None:
    ann.git("config", "treadle.share", "true")
    if where == "config":
        ann.git("config", "treadle.localOnly", "true")
    else:
        (ann.top / ".treadle.toml").write_text("localOnly = true\n")
    assert "localOnly" in refused("sync", "--push", at=ann.top)
    assert run("sync", at=ann.top).code == 0
    assert hook(ann) == ""
    assert team.tip() == ""


# -- killed -----------------------------------------------------------------------------


def test_killed_at_any_moment_nothing_is_lost_on_either_side(tmp_path: Path) -> None:
    team = Team(tmp_path, 24)
    ann, ben = team.clone("ann"), team.clone("ben")
    moments = random.Random(11)
    ours: set[str] = set()
    for number in range(6):
        for member, commit in zip((ann, ben), team.commits[2 * number :], strict=False):
            member.put(commit, f"document {number}")
            ours.add(commit)
        for member in (ann, ben):
            before = member.documents()
            command = [*PROGRAM, "-C", str(member.top), "sync", "--push", "--json"]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
            time.sleep(moments.uniform(0.05, 1.0))
            process.kill()
            process.wait()
            for top in (member.top / ".git", team.bare.top):
                for lock in top.rglob("*.lock"):
                    if lock.name != "sync.lock":
                        lock.unlink()
            assert before.items() <= member.documents().items()
    for member in (ann, ben, ann):
        done = run("sync", "--push", at=member.top)
        assert done.code == 0, done
    assert team.documents() == ann.documents() == ben.documents()
    assert team.documents().keys() == ours
