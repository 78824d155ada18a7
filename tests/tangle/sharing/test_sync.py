"""Documents travel between clones: nothing is lost, nothing is shared unasked."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from tests.support.team import Member, Team, thread
from treadle.tangle.sharing.sync import Pulled, Pushed, Waiting, pull, push, waiting
from treadle.thread.document import parse, render
from treadle.thread.errors import UserError
from treadle.thread.git.config import Config
from treadle.thread.git.notes import BACKUP, REF
from treadle.thread.git.remote import default_remote
from treadle.thread.redact import redact


@pytest.fixture
def team(tmp_path: Path) -> Team:
    return Team(tmp_path)


def pulled(member: Member) -> Pulled:
    return pull(member.repo, member.origin)


def shared(member: Member) -> Pushed:
    """Pull and push."""
    return push(member.repo, pulled(member))


def chosen(member: Member) -> str:
    """The remote that is asked where none is named."""
    found = default_remote(member.repo, Config.read(member.repo))
    return found.name if found else ""


def pair(team: Team) -> tuple[Member, Member]:
    """Two clones that have the same three documents, as the bare repository has."""
    ann, ben = team.clone("ann"), team.clone("ben")
    for commit in team.commits[:3]:
        ann.put(commit)
    shared(ann)
    pulled(ben)
    return ann, ben


# -- there and back -----------------------------------------------------------------


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


# -- which remote -------------------------------------------------------------------


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


# -- clones of every kind -----------------------------------------------------------


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


# -- remotes that refuse, or are gone -----------------------------------------------


def refuse(team: Team, where: str = "refs/notes/*") -> None:
    """A server that takes no such refs."""
    hook = team.bare.top / "hooks" / "update"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(
        f'#!/bin/sh\ncase "$1" in {where}) echo "no such refs here" >&2; exit 1;; esac\n'
    )
    hook.chmod(0o755)


def test_a_server_that_refuses_notes_is_told_of_and_the_pull_counts(team: Team) -> None:
    ann, ben = pair(team)
    ann.put(team.commits[4])
    shared(ann)
    refuse(team)
    ben.put(team.commits[5])
    with pytest.raises(UserError, match="cannot be pushed") as caught:
        shared(ben)
    assert "hook declined" in caught.value.message
    assert "refuse" in caught.value.hint
    assert {team.commits[4], team.commits[5]} < ben.documents().keys()


def test_a_remote_that_is_gone_is_named_with_gits_words(team: Team) -> None:
    ann = team.clone("ann")
    team.bare.top.rename(team.folder / "moved.git")
    with pytest.raises(UserError, match=r"origin \(file://.*cannot be fetched: .*not appear"):
        pulled(ann)


# -- remotes that go other ways -----------------------------------------------------


def test_a_remote_that_was_set_back_loses_us_nothing_and_gets_nothing_unasked(team: Team) -> None:
    ann, ben = pair(team)
    team.bare.git("update-ref", REF, f"{team.tip()}~1")
    told = pulled(ben)
    assert (told.rewritten, told.held) == (True, 1)
    assert len(ben.documents()) == 3
    assert pulled(ben).held == 1, "until somebody decides"
    assert push(ben.repo, pulled(ben)).sent.documents == 1
    assert not pulled(ben).rewritten
    assert team.documents() == ann.documents()


def test_a_remote_whose_notes_were_deleted_gets_them_back_only_if_asked(team: Team) -> None:
    _, ben = pair(team)
    team.bare.git("update-ref", "-d", REF)
    told = pulled(ben)
    assert (told.tip, told.rewritten, told.held) == ("", True, 3)
    assert len(ben.documents()) == 3
    assert push(ben.repo, told).sent.documents == 3
    assert len(team.documents()) == 3


def test_a_history_that_was_written_anew_is_not_joined_with_the_old_one(team: Team) -> None:
    ann, ben = pair(team)
    old = ben.store.tip()
    ben.put(team.commits[5])
    own = ben.store.tip()
    # A colleague takes a word out of one document, and out of the history.
    tree = team.bare.git("rev-parse", f"{REF}^{{tree}}")
    team.bare.git("update-ref", REF, team.bare.git("commit-tree", "-m", "anew", tree))
    with team.bare.repo as repo:
        from treadle.thread.store import Store

        Store(repo).put({team.commits[0]: redact(thread("Clean", "b" * 40))})
    told = pulled(ben)
    assert told.rewritten
    assert told.held == 0
    assert ben.git("rev-parse", told.backup) == own
    assert b"Clean" in ben.documents()[team.commits[0]]
    assert team.commits[5] in ben.documents()
    assert old not in ben.git("rev-list", REF).split()
    assert not pulled(ben).rewritten
    assert pulled(ann).rewritten
    shared(ben)
    assert old not in team.bare.git("rev-list", REF).split()


def test_notes_that_are_no_documents_come_along_as_they_are(team: Team) -> None:
    ann, ben = pair(team)
    strange, newer = team.commits[8], team.commits[9]
    ann.git("notes", "--ref", "treadle", "add", "-m", "my own note", strange)
    ann.git("notes", "--ref", "treadle", "add", "-m", "---\ntreadle: 2\n---", newer)
    ann.put(team.commits[4])
    shared(ann)
    told = pulled(ben)
    assert sorted(told.foreign) == sorted([strange, newer])
    assert told.new == 3
    assert ben.documents()[strange] == b"my own note\n"


def test_a_note_that_overwrote_a_document_is_left_out(team: Team) -> None:
    ann, ben = pair(team)
    commit = team.commits[0]
    document = ben.documents()[commit]
    ann.git("notes", "--ref", "treadle", "add", "-f", "-m", "\x1b[31mgone", commit)
    shared(ann)
    told = pulled(ben)
    assert [left for left, _ in told.left_out] == [commit]
    assert ben.documents()[commit] == document
    assert ben.git("rev-parse", "--verify", told.backup)
    shared(ben)
    assert team.documents()[commit] == document


def test_a_document_of_a_newer_version_is_never_written_anew(team: Team) -> None:
    ann, ben = pair(team)
    commit = team.commits[8]
    newer = b"---\ntreadle: 2\n---\n\nwhatever it may be\n"
    ann.store.put_rendered({commit: newer})
    shared(ann)
    ben.put(commit, "Mine")
    told = shared(ben).pulled
    assert [left for left, _ in told.left_out] == [commit]
    assert team.documents()[commit] == ben.documents()[commit] == newer
    assert ben.git("for-each-ref", "--format=%(refname)", BACKUP).startswith(BACKUP)


def test_a_ref_that_is_no_commit_is_refused(team: Team) -> None:
    ben = pair(team)[1]
    blob = team.bare.git("hash-object", "-w", "--stdin", feed=b"junk")
    team.bare.git("update-ref", "-d", REF)
    (team.bare.top / "refs" / "notes").mkdir(exist_ok=True, parents=True)
    (team.bare.top / "refs" / "notes" / "treadle").write_text(blob + "\n")
    before = ben.documents()
    with pytest.raises(UserError, match="no commit there"):
        pulled(ben)
    assert ben.documents() == before


def test_a_remote_that_lost_objects_is_named_and_ours_stays(team: Team) -> None:
    ann, ben = pair(team)
    ann.put(team.commits[4])
    shared(ann)
    blob = ann.store.notes()[team.commits[4]]
    (team.bare.top / "objects" / blob[:2] / blob[2:]).unlink()
    before = ben.documents()
    with pytest.raises(UserError, match="cannot be fetched"):
        pulled(ben)
    assert ben.documents() == before


def test_files_beside_the_notes_are_carried_and_hostile_ones_are_not(team: Team) -> None:
    ann, ben = pair(team)
    blob = ann.git("hash-object", "-w", "--stdin", feed=b"read me\n")
    rows = ann.run("ls-tree", REF)
    rows += f"100644 blob {blob}\tREADME\n100644 blob {blob}\t..\\x\n".encode()
    commit = ann.git("commit-tree", "-p", REF, "-m", "files", ann.git("mktree", feed=rows))
    ann.git("update-ref", REF, commit)
    shared(ann)
    ben.put(team.commits[5])
    pulled(ben)
    assert ben.git("show", f"{REF}:README") == "read me"
    assert len(ben.documents()) == 4


# -- many at once -------------------------------------------------------------------

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
