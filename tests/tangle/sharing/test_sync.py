"""Documents travel between clones: nothing is lost, nothing is shared unasked."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.support.team import Member, Team, thread
from tests.tangle.sharing.shared import pair, pulled, shared
from treadle.tangle.sharing.sync import Waiting, pull, waiting
from treadle.thread.document import parse, render
from treadle.thread.errors import UserError
from treadle.thread.git.config import Config
from treadle.thread.git.notes import REF
from treadle.thread.git.remote import default_remote


def chosen(member: Member) -> str:
    """The remote that is asked where none is named."""
    found = default_remote(member.repo, Config.read(member.repo))
    return found.name if found else ""


# -- there and back ---------------------------------------------------------------


def test_documents_go_to_the_remote_and_come_to_the_others(team: Team) -> None:
    ann, ben = team.clone("ann"), team.clone("ben")
    ann.put(team.commits[0])
    done = shared(ann)
    assert (done.sent.documents, done.tries) == (1, 1)
    told = pulled(ben)
    assert (told.new, told.changed, told.united) == (1, 0, 0)
    assert ben.documents() == ann.documents() == team.documents()
    assert ben.store.tip() == ann.store.tip() == team.tip()


def test_a_pull_shares_nothing(team: Team) -> None:
    ann = team.clone("ann")
    ann.put(team.commits[0])
    told = pulled(ann)
    assert team.tip() == ""
    size = len(ann.documents()[team.commits[0]])
    assert waiting(ann.repo, told.ours, told.tip) == Waiting(1, size)


def test_with_nothing_to_do_nothing_moves(team: Team) -> None:
    ann, ben = pair(team)
    for member in (ann, ben):
        before = member.git("for-each-ref")
        done = shared(member)
        assert (done.sent, done.tries, done.pulled.new) == (Waiting(), 0, 0)
        assert member.git("for-each-ref") == before


def test_two_who_recorded_different_commits_have_both(team: Team) -> None:
    ann, ben = pair(team)
    ann.put(team.commits[4])
    ben.put(team.commits[5])
    shared(ann)
    shared(ben)
    pulled(ann)
    assert ann.documents() == ben.documents() == team.documents()
    assert len(team.documents()) == 5


def test_two_who_merge_the_same_write_the_same_commit(team: Team) -> None:
    ann, ben = pair(team)
    ann.put(team.commits[4])
    ben.put(team.commits[5])
    for there, here in ((ann, ben), (ben, ann)):
        here.git("remote", "add", "other", str(there.top))
    tips = ann.store.tip(), ben.store.tip()
    for there, here, tip in ((ann, ben, tips[0]), (ben, ann, tips[1])):
        there.git("update-ref", REF, tip)
        pull(here.repo, here.remotes()[1])
        there.git("update-ref", REF, tip)
    pull(ben.repo, ben.remotes()[1])
    assert ann.store.tip() == ben.store.tip()
    parents = ann.git("rev-list", "--parents", "--max-count=1", REF).split()[1:]
    assert parents == sorted(tips)


def test_a_document_that_one_wrote_anew_replaces_the_old_one(team: Team) -> None:
    ann, ben = pair(team)
    ann.put(team.commits[1], "Do it otherwise")
    shared(ann)
    assert pulled(ben).changed == 1
    assert b"otherwise" in ben.documents()[team.commits[1]]


def test_two_documents_of_one_commit_become_one_with_the_parts_of_both(team: Team) -> None:
    ann, ben = pair(team)
    commit = team.commits[7]
    ann.put(commit, "Mine", session="ann")
    ben.put(commit, "Also mine", session="ben")
    shared(ann)
    assert shared(ben).pulled.united == 1
    pulled(ann)
    assert ann.documents() == ben.documents() == team.documents()
    assert [part.session for part in parse(team.documents()[commit]).parts] in (
        ["ann", "ben"],
        ["ben", "ann"],
    )


def test_a_note_that_was_removed_there_goes_here_and_a_backup_stays(team: Team) -> None:
    ann, ben = pair(team)
    before = ben.store.tip()
    ann.git("notes", "--ref", "treadle", "remove", team.commits[2])
    shared(ann)
    told = pulled(ben)
    assert told.removed == 1
    assert team.commits[2] not in ben.documents()
    assert ben.git("rev-parse", told.backup) == before


def test_an_empty_remote_and_one_without_notes_are_no_error(team: Team, tmp_path: Path) -> None:
    ann = team.clone("ann")
    assert pulled(ann).tip == ""
    ann.git("init", "--quiet", "--bare", str(tmp_path / "empty.git"))
    ann.git("remote", "add", "empty", str(tmp_path / "empty.git"))
    assert pull(ann.repo, ann.remotes()[0]).tip == ""


def test_a_dry_pull_moves_nothing_of_ours(team: Team) -> None:
    ann, ben = pair(team)
    ann.put(team.commits[4])
    shared(ann)
    before = ben.store.tip()
    told = pull(ben.repo, ben.origin, dry=True)
    assert (told.new, ben.store.tip()) == (1, before)
    assert pulled(ben).new == 1


# -- which remote -----------------------------------------------------------------


def test_the_branchs_remote_is_asked_then_the_only_one_then_origin(team: Team) -> None:
    ann = team.clone("ann")
    assert [r.name for r in ann.remotes()] == ["origin"]
    ann.git("remote", "add", "fork", team.url)
    assert chosen(ann) == "origin"
    ann.git("config", "branch.main.remote", "fork")
    assert chosen(ann) == "fork"
    ann.git("config", "branch.main.remote", ".")
    ann.git("remote", "remove", "origin")
    assert chosen(ann) == "fork"


def test_a_password_in_a_url_is_not_shown(team: Team) -> None:
    ann = team.clone("ann")
    ann.git("remote", "set-url", "origin", "https://ann:tide-7431@example.invalid/x.git")
    assert ann.origin.url == "https://example.invalid/x.git"
    with pytest.raises(UserError) as caught:
        pulled(ann)
    assert "tide-7431" not in caught.value.message + caught.value.hint


# -- clones of every kind ---------------------------------------------------------


@pytest.mark.parametrize(
    "options",
    [
        ("--depth=2",),
        ("--single-branch",),
        ("--filter=blob:none",),
        ("--filter=tree:0",),
        ("--bare",),
        ("--mirror",),
    ],
)
def test_every_kind_of_clone_pulls_merges_and_pushes(team: Team, options: tuple[str, ...]) -> None:
    team.bare.git("config", "uploadpack.allowFilter", "true")
    ann = team.clone("ann")
    ben = team.clone("ben", *options)
    ann.put(team.commits[0])
    ann.put(team.commits[-1], "Mine", session="ann")
    shared(ann)
    ben.put(team.commits[-1], "Also mine", session="ben")
    ben.put(team.commits[-2])
    told = shared(ben)
    assert (told.pulled.new, told.pulled.united) == (1, 1)
    pulled(ann)
    assert ann.documents() == ben.documents() == team.documents()
    assert len(team.documents()) == 3
    # What the clone left out is still left out.
    assert ben.git("rev-list", "--count", "main") == ("2" if options == ("--depth=2",) else "12")


def test_what_a_plain_fetch_of_a_partial_clone_left_at_the_remote_is_fetched(team: Team) -> None:
    team.bare.git("config", "uploadpack.allowFilter", "true")
    ann, ben = team.clone("ann"), team.clone("ben", "--filter=blob:none")
    ann.put(team.commits[0])
    shared(ann)
    ben.git("fetch", "--quiet", "origin", f"+{REF}:{ben.origin.tracking}")
    pulled(ben)
    ben.git("remote", "remove", "origin")
    assert ben.documents() == ann.documents()


def test_a_mirror_that_fetched_over_our_notes_pulls_again(team: Team) -> None:
    ann, ben = team.clone("ann"), team.clone("ben", "--mirror")
    ann.put(team.commits[0])
    shared(ann)
    ben.git("fetch", "--quiet", "origin")
    assert pulled(ben).new == 0
    assert ben.documents() == ann.documents()


def test_settings_that_prune_or_write_elsewhere_change_nothing(team: Team) -> None:
    ann, ben = pair(team)
    ben.git("config", "fetch.prune", "true")
    ben.git("config", "remote.origin.fetch", f"+{REF}:refs/treadle/remotes/origin")
    ann.put(team.commits[4])
    shared(ann)
    assert pulled(ben).new == 1
    refs = ben.git("for-each-ref", "--format=%(refname)", "refs/treadle").split("\n")
    assert refs == ["refs/treadle/remotes/origin", "refs/treadle/synced/origin"]
    assert not (ben.top / ".git" / "FETCH_HEAD").exists()


# -- many at once -----------------------------------------------------------------


WRITER = """
    import sys
    from tests.support.team import thread
    from treadle.tangle.sharing.sync import pull, push
    from treadle.thread.redact import redact
    from treadle.thread.git.config import Config
    from treadle.thread.git.remote import remote
    from treadle.thread.repo import Repo
    from treadle.thread.store import Store

    folder, *commits = sys.argv[1:]
    with Repo.open(folder) as repo:
        for number, commit in enumerate(commits, 1):
            Store(repo).put({commit: redact(thread(commit))})
            if number % 5 == 0:
                push(repo, pull(repo, remote(repo, Config.read(repo), "origin")))
"""


def test_writers_in_clones_and_work_trees_at_once_lose_nothing(tmp_path: Path) -> None:
    team = Team(tmp_path, 60)
    folders = []
    for name in ("ann", "ben", "cem"):
        member = team.clone(name)
        side = tmp_path / f"{name}-side"
        member.git("worktree", "add", "--quiet", "--detach", str(side))
        folders += [member.top, side]
    program = textwrap.dedent(WRITER)
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(folder), *team.commits[number::6]],
            stderr=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )
        for number, folder in enumerate(folders)
    ]
    said = [writer.communicate()[1] for writer in writers]
    assert [(writer.returncode, text) for writer, text in zip(writers, said, strict=True)] == [
        (0, b"")
    ] * 6
    found = team.documents()
    assert found == {commit: render(thread(commit)) for commit in team.commits}
    rows = team.bare.git("ls-tree", "-r", "--name-only", REF).split("\n")
    assert len(rows) == 60, "none stands twice"
