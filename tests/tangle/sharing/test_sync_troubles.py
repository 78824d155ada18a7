"""Remotes that refuse, are gone, or went other ways: nothing of ours is lost."""

from __future__ import annotations

import pytest

from tests.support.team import Team, thread
from tests.tangle.sharing.shared import pair, pulled, shared
from treadle.tangle.sharing.sync import push
from treadle.thread.errors import UserError
from treadle.thread.git.notes import BACKUP, REF
from treadle.thread.redact import redact

# -- remotes that refuse, or are gone ---------------------------------------------


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


# -- remotes that go other ways ---------------------------------------------------


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
