"""A team: one bare repository, and the clones of those who work on it."""

from __future__ import annotations

from pathlib import Path

from tests.support.scratch import Scratch
from treadle.thread.git.config import Config
from treadle.thread.git.remote import Remote, remote, remotes
from treadle.thread.model import Part, Placement, Step, Thread, Turn
from treadle.thread.redact import redact
from treadle.thread.store import REF, Store


def thread(text: str, tree: str = "a" * 40, session: str = "s1", began: str = "") -> Thread:
    """A small thread that says ``text``."""
    turn = Turn(1, text, steps=(Step(1, "said", text=text),))
    part = Part("claude-code", session, began=began, first=f"{session}-1", turns=(turn,))
    return Thread((part,), Placement(tree, tree))


class Member(Scratch):
    """One member's clone."""

    @property
    def origin(self) -> Remote:
        return remote(self.repo, Config.read(self.repo), "origin")

    def remotes(self) -> list[Remote]:
        """All of them, as they are set now."""
        return remotes(self.repo, Config.read(self.repo))

    @property
    def store(self) -> Store:
        return Store(self.repo)

    def put(self, commit: str, text: str = "Do it", **more: str) -> None:
        """Record a commit."""
        tree = self.git("rev-parse", f"{commit}^{{tree}}")
        self.store.put({commit: redact(thread(text, tree, **more))})

    def documents(self) -> dict[str, bytes]:
        return dict(self.store.get_all(self.store.notes()))


class Team:
    """The bare repository, with some commits on ``main``."""

    def __init__(self, folder: Path, commits: int = 12) -> None:
        self.folder = folder
        seed = Scratch(folder / "seed")
        self.commits = [seed.commit(f"commit {number}").id for number in range(commits)]
        seed.close()
        self.bare = Scratch(folder / "origin.git", init=False)
        seed.git("clone", "--quiet", "--bare", str(seed.top), str(self.bare.top))

    @property
    def url(self) -> str:
        return f"file://{self.bare.top}"

    def clone(self, name: str, *options: str) -> Member:
        """A new clone."""
        top = self.folder / name
        self.bare.git("clone", "--quiet", "--template=", *options, self.url, str(top))
        return Member(top, init=False)

    def tip(self) -> str:
        """The notes commit of the bare repository."""
        return self.bare.git("for-each-ref", "--format=%(objectname)", REF)

    def documents(self) -> dict[str, bytes]:
        with self.bare.repo as repo:
            store = Store(repo)
            return dict(store.get_all(store.notes()))
