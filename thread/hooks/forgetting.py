"""Deleting all that treadle stored in a repository: documents, refs, its folder.

Commits and their objects stay as they are. What was pushed is elsewhere: only a person may
delete it there, so the commands are told and not run.
"""

from __future__ import annotations

import os
import shlex
import shutil
from dataclasses import dataclass

from treadle.thread.hooks.place import OURS
from treadle.thread.repo import Repo
from treadle.thread.store import REF, Store


@dataclass(frozen=True, slots=True)
class Forgotten:
    """What went."""

    documents: int
    tip: str
    """The notes ref's commit, ``""`` if there was none; git keeps it until its next ``gc``."""
    refs: tuple[str, ...]
    commands: tuple[str, ...]
    """What removes the documents from each remote."""


def forget(repo: Repo) -> Forgotten:
    """Delete the notes ref, ``refs/treadle/*`` and our folder."""
    store = Store(repo)
    tip = store.tip()
    documents = len(store.notes(tip)) if tip else 0
    listed = repo.text("for-each-ref", "--format=%(refname)", REF, "refs/treadle/")
    refs = tuple(name for name in listed.split("\n") if name)
    feed = "".join(f"delete {name}\n" for name in refs)
    repo.run("update-ref", "--no-deref", "--stdin", feed=os.fsencode(feed))
    ours = os.path.join(repo.common_dir, OURS)
    if os.path.islink(ours):
        os.unlink(ours)
    elif os.path.isdir(ours):
        shutil.rmtree(ours)
    remotes = [name for name in repo.text("remote").split("\n") if name]
    commands = tuple(f"git push {shlex.quote(name)} --delete {REF}" for name in remotes)
    return Forgotten(documents, tip, refs, commands)
