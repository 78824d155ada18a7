"""Where git looks for a repository's hooks, and whether we may write there.

Git's own folder, ``hooks`` in the common directory, is this repository's alone. Any other was
named by ``core.hooksPath``: it may be tracked, shared by all of a person's repositories, made
anew by a manager at each install, or missing in some work trees. We write nothing there, but
lead git to a folder of our own, whose hooks call those.

Git is led by an include that holds only at the place where it was made:

    [includeIf "gitdir:/home/ann/lamp/.git"]
        path = /home/ann/lamp/.git/treadle/config

If the repository is moved or our folder deleted, the include is void and git is back at the
hooks it had. It stands after ``core.hooksPath`` and so goes before it, also where a manager sets
that again, as husky does with each ``npm install``.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

from treadle.thread.git.config import Config, Entry
from treadle.thread.repo import Repo

OURS = "treadle"
"""Our folder in the common directory."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where git would look for hooks without us, in one or all work trees."""

    config: str
    """The file of git's configuration that may lead it elsewhere."""
    folder: str
    """Git's folder of hooks, absolute; of one that each work tree has, this work tree's."""
    named: str
    """What ``core.hooksPath`` says, ``~`` expanded; ``""`` where nothing does."""
    scope: str
    """Git's word for whose setting that is, ``""`` where there is none."""
    own: bool
    """Whether it is git's own folder, where we may write."""
    worktree: str = ""
    """The name of the only work tree that it is about, ``""`` for all."""

    @property
    def condition(self) -> str:
        """The git directory where an include holds."""
        return os.path.dirname(self.config)

    @property
    def chained(self) -> str:
        """The folder of ours that git is led to, below ours."""
        return f"hooks-{self.worktree}" if self.worktree else "hooks"

    @property
    def included(self) -> str:
        """The file that the include names, below our folder."""
        return f"config-{self.worktree}" if self.worktree else "config"

    @property
    def old(self) -> str:
        """The folder of the hooks that ran before, as a hook finds it when it runs."""
        return self.named or self.folder


def places(repo: Repo) -> list[Place]:
    """The place that counts for the whole repository, then those of single work trees."""
    config = Config.read(repo)
    found = [_place(repo, config, "")]
    if _truth(config.last("extensions.worktreeConfig")):
        for top in repo.worktrees():
            if os.path.isdir(top):
                found += _of_worktree(top)
    return found


def hooks_now(repo: Repo) -> str:
    """Where git looks now, absolute, whatever we or others did."""
    path = repo.text("rev-parse", "--git-path", "hooks")
    return os.path.normpath(os.path.join(repo.top or repo.git_dir, path))


def _of_worktree(top: str) -> list[Place]:
    with Repo.open(top) as repo:
        config = Config.read(repo)
        if _theirs(repo, config, worktree=True):
            name = os.path.basename(repo.git_dir) if repo.git_dir != repo.common_dir else "main"
            return [_place(repo, config, name)]
    return []


def _place(repo: Repo, config: Config, worktree: str) -> Place:
    default = os.path.join(repo.common_dir, "hooks")
    said = _theirs(repo, config, worktree=bool(worktree))
    named = folder = ""
    if said is not None and said.value:
        # Git expands the path itself, "~" and all.
        asked = ("-c", f"core.hooksPath={said.value}", "rev-parse", "--git-path", "hooks")
        named = repo.text(*asked)
        folder = os.path.normpath(os.path.join(repo.top or repo.git_dir, named))
    folder = folder or default
    where = repo.git_dir if worktree else repo.common_dir
    return Place(
        config=os.path.join(where, "config.worktree" if worktree else "config"),
        folder=folder,
        named=named,
        scope=said.scope if said and named else "",
        own=_same(folder, default) and not os.path.islink(default),
        worktree=worktree,
    )


def _theirs(repo: Repo, config: Config, *, worktree: bool) -> Entry | None:
    """What others say of ``core.hooksPath``, in one work tree's own file or before it."""
    ours = os.path.join(repo.common_dir, OURS) + os.sep
    found = None
    for entry in config.all("core.hooksPath"):
        file = entry.origin.removeprefix("file:")
        path = os.path.realpath(os.path.join(repo.top or repo.git_dir, file))
        mine = path.startswith(ours) and "/config" in path
        if not mine and entry.scope != "command" and (entry.scope == "worktree") == worktree:
            found = entry
    return found


def _same(one: str, other: str) -> bool:
    return os.path.realpath(one) == os.path.realpath(other)


def _truth(entry: Entry | None) -> bool:
    from treadle.thread.git.config import truth

    return entry is not None and bool(truth(entry.value))
