"""The door to git: one repository, read through plumbing.

GitPython makes repositories (``Repo.create``) where nobody waits for it; everything else
asks git itself. Measured on the same history, GitPython's import alone costs 117 ms and
its commit walk is ten times slower than one ``git log``; ``docs/decisions.md`` has the
figures. No function here starts a process per commit or per file: histories come out of
one ``git log`` or ``git diff-tree --stdin``, objects out of one long-lived
``git cat-file --batch``.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from treadle.thread.errors import UserError
from treadle.thread.plumbing.commit import LOG, from_log, from_object
from treadle.thread.plumbing.commit import Commit as Commit
from treadle.thread.plumbing.commit import Delta as Delta
from treadle.thread.plumbing.commit import decode as decode
from treadle.thread.plumbing.objects import Objects
from treadle.thread.plumbing.process import (
    NAMES,
    Reached,
    environment,
    failure,
    no_repository,
    reach_git,
    run_git,
    stream_git,
)
from treadle.thread.plumbing.promised import promising

if TYPE_CHECKING:
    from treadle.thread.model import Entry

EMPTY_TREE = {
    "sha1": "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "sha256": "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
}
"""Ids of the tree without entries, by object format."""

_SAME = ("-c", "core.quotePath=true", "-c", "diff.renameLimit=1000")
"""Settings that would make one person's diff another than the next one's: git's own defaults."""


class Repo:
    """One repository and the work tree one stands in."""

    def __init__(self, git_dir: str, common_dir: str, top: str, algorithm: str) -> None:
        self.git_dir = git_dir
        self.common_dir = common_dir
        """Where refs, objects and treadle's own files live, shared by all work trees."""
        self.top = top
        """Root of the work tree; ``""`` in a bare repository."""
        self.algorithm = algorithm
        self._objects = Objects(self._where())

    # -- opening ------------------------------------------------------------------

    @classmethod
    def open(cls, start: str | os.PathLike[str] = ".", *, named: bool = False) -> Repo:
        """The repository around ``start``; ``UserError`` where there is none.

        With ``named`` the one that ``GIT_DIR`` and ``GIT_WORK_TREE`` name goes before it, as it
        does for git.
        """
        asked = ["--absolute-git-dir", "--git-common-dir", "--show-object-format"]
        where = {key: os.environ[key] for key in NAMES if named and key in os.environ}
        found = run_git(
            ["git", "-C", str(start), "rev-parse", *asked, "--show-toplevel"], env=where
        )
        if found.returncode:
            found = run_git(["git", "-C", str(start), "rev-parse", *asked], env=where)
        if found.returncode:
            raise no_repository(start, found.stderr.decode(errors="replace").strip())
        lines = os.fsdecode(found.stdout).split("\n")
        if lines[2] not in EMPTY_TREE or len(lines) > 5:
            raise UserError(
                f"{str(start)!r}: the repository's path holds a line break",
                "move it to a folder without one in its name",
            )
        common = os.path.realpath(os.path.join(start, lines[1]))
        return cls(lines[0], common, lines[3] if len(lines) > 4 else "", lines[2])

    @classmethod
    def create(cls, folder: str | os.PathLike[str], branch: str = "main") -> Repo:
        """Make a new repository in ``folder``."""
        import git

        git.Repo.init(folder, mkdir=True, initial_branch=branch).close()
        return cls.open(folder)

    def close(self) -> None:
        """End the object reader, if one runs."""
        self._objects.close()

    def __enter__(self) -> Repo:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    # -- asking git ---------------------------------------------------------------

    def run(
        self,
        *args: str,
        feed: bytes = b"",
        env: Mapping[str, str] | None = None,
        check: bool = True,
    ) -> bytes:
        """What ``git ARGS`` prints; ``UserError`` with git's own words if it fails."""
        done = run_git(["git", *self._where(), *args], feed, env)
        if check and done.returncode:
            raise failure(args, done.returncode, done.stderr.decode(errors="replace").strip())
        return done.stdout

    def text(self, *args: str) -> str:
        """The same as text, without the last LF; ``""`` where git fails."""
        return os.fsdecode(self.run(*args, check=False)).removesuffix("\n")

    def ref(self, name: str) -> str:
        """The id that a full ref name stands for, ``""`` where there is no such ref.

        A ref that stands in a file of its own is read without asking git. ``UserError`` where that
        file is damaged.
        """
        held = None
        with suppress(OSError), open(os.path.join(self.common_dir, name), "rb") as file:
            held = file.read(80).strip().decode("ascii", "replace")
        if held and len(held) in (40, 64) and not held.strip("0123456789abcdef"):
            return held
        told = self.text("rev-parse", "--verify", "--quiet", name)
        if held is not None and not told and not held.startswith("ref:"):
            raise UserError(
                f"the ref {name} is damaged: its file holds no commit's id",
                f"give it back what it was: the last id of .git/logs/{name}, or one of "
                f"git for-each-ref refs/treadle, is written into .git/{name}",
            )
        return told

    def reach(
        self,
        args: Sequence[str],
        ask: bool = False,
        seconds: float | None = None,
        feed: bytes = b"",
    ) -> Reached:
        """``git ARGS`` that talks to a remote, and how it ended (``process.reach_git``)."""
        return reach_git(["git", *self._where(), *args], ask, seconds, feed)

    def follows(self, new: str, old: str) -> bool:
        """Whether the commit ``new`` has ``old`` among its ancestors, or is it."""
        done = run_git(["git", *self._where(), "merge-base", "--is-ancestor", old, new])
        return done.returncode == 0

    def start(self, *args: str, env: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """A git process whose output is read later, so that it works beside us."""
        return subprocess.Popen(
            ["git", *self._where(), *args],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment(env),
        )

    def _where(self) -> list[str]:
        if self.top:
            return ["-C", self.top, "--git-dir", self.git_dir, "--work-tree", self.top]
        return ["--git-dir", self.git_dir]

    def start_blame(
        self,
        path: str,
        rev: str = "",
        only: tuple[int, int | None] | None = None,
        env: Mapping[str, str] | None = None,
    ) -> subprocess.Popen[bytes]:
        """Git's blame of ``path`` as of ``rev`` or the work tree, running.

        ``only`` is a half-open range of 0-based lines, to the file's end where its end is None.
        Every line goes to the commit that wrote it as it stands: no conversion of the text, and
        no commits passed over, whatever the user's settings say.
        """
        plain = ["-c", "blame.ignoreRevsFile=", "blame", "--incremental", "--no-textconv"]
        span = [f"-L{only[0] + 1},{only[1] or ''}"] if only else []
        rev = rev or ("" if self.top else "HEAD")
        return self.start(*plain, *span, *([rev] if rev else []), "--", path, env=env)

    # -- commits ------------------------------------------------------------------

    @property
    def empty_tree(self) -> str:
        return EMPTY_TREE[self.algorithm]

    def resolve(self, rev: str, kind: str = "commit") -> str:
        """The full id that ``rev`` names; ``UserError`` where it names none."""
        name = f"{rev}^{{{kind}}}"
        done = run_git(["git", *self._where(), "rev-parse", "--verify", "--end-of-options", name])
        if done.returncode == 0:
            return done.stdout.decode().strip()
        if rev == "HEAD":
            raise UserError("this repository has no commits yet", "commit something first")
        raise UserError(f"{rev!r} names no {kind} here", "see git log --oneline --all")

    def _resolve_ends(self, revs: Sequence[str]) -> None:
        """``UserError`` that names the first end of a range that is no commit."""
        for rev in revs:
            for end in rev.removeprefix("^").replace("...", "..").split(".."):
                self.resolve(end or "HEAD")

    def find(self, rev: str) -> str:
        """The full id of the commit that ``rev`` names, ``""`` where it names none."""
        name = f"{rev}^{{commit}}"
        args = ["rev-parse", "--verify", "--quiet", "--end-of-options", name]
        return self.run(*args, check=False).decode().strip()

    def commit(self, id_: str) -> Commit | None:
        """The commit with this full id; None where it is not here."""
        raw = self.read(id_)
        return from_object(id_, raw) if raw is not None else None

    def commits(self, revs: Sequence[str] = ("HEAD",), *options: str) -> list[Commit]:
        """Commits reachable from ``revs`` (names or ranges), parents before children."""
        form = ["-z", "--topo-order", "--reverse", "--no-show-signature", "--encoding=UTF-8"]
        try:
            out = self.run(
                "log", *form, f"--format={LOG}", *options, "--end-of-options", *revs, "--"
            )
        except UserError as error:
            if "bad revision" in error.message:
                self._resolve_ends(revs)
            raise
        return [from_log(record) for record in out.split(b"\0") if record]

    def ids(self, revs: Sequence[str], *options: str) -> list[str]:
        """Ids of the commits reachable from ``revs``, parents before children."""
        args = ["rev-list", "--reverse", *options, "--end-of-options", *revs, "--"]
        return self.run(*args).decode().split()

    def made_here(self, count: int) -> Iterator[tuple[str, float]]:
        """Commits that the work tree's reflog says were made in it, the newest first, with the time
        in seconds since 1970; of its last ``count`` entries."""
        form = ["--format=%H%x09%gd%x09%gs", "--date=unix", f"--max-count={count}", "HEAD"]
        for row in self.run("reflog", "show", *form, "--", check=False).decode().split("\n"):
            id_, _, rest = row.partition("\t")
            moment, _, said = rest.partition("\t")
            seconds = moment.partition("{")[2].rstrip("}")
            if said.startswith("commit") and seconds.isdigit():
                yield id_, float(seconds)

    def chosen(self, revs: Sequence[str]) -> list[Commit]:
        """Commits that a user named: a range gives its commits, a single name only itself."""
        ranges = [rev for rev in revs if ".." in rev or rev.startswith("^")]
        single = [self.resolve(rev) for rev in revs if rev not in ranges]
        found = self.commits(ranges) if ranges else []
        found += self.commits(single, "--no-walk=unsorted") if single else []
        return list({commit.id: commit for commit in found}.values())

    def shallow(self) -> frozenset[str]:
        """Commits whose parents this clone does not have."""
        try:
            with open(os.path.join(self.common_dir, "shallow"), encoding="ascii") as file:
                return frozenset(file.read().split())
        except FileNotFoundError:
            return frozenset()

    def partial(self) -> bool:
        """Whether objects may be missing that a remote has promised."""
        return bool(promising(tuple(self._where())))

    def replaced(self) -> str:
        """Names all commits that git shows in another's place; ``""`` where there are none."""
        return self.text("for-each-ref", "--format=%(objectname) %(refname)", "refs/replace")

    def touched(self, old: str, new: str) -> frozenset[str] | None:
        """Paths that a commit changes on the way down the first parents of ``new`` (an id) to
        ``old`` (an id); None where the way does not lead there."""
        if old == new:
            return frozenset()
        way = ["--first-parent", f"{old}..{new}", "--"]
        listed = self.text("rev-list", "--parents", *way).split("\n")
        if listed[-1].split(" ")[1:2] != [old]:
            return None
        form = "--no-show-signature --diff-merges=first-parent --no-renames --format= --name-only"
        out = os.fsdecode(self.run(*_SAME, "log", *form.split(), "-z", *way))
        return frozenset(out.split("\0")) - {""}

    def deltas(
        self, commits: Iterable[str], *, shortest: bool = False
    ) -> Iterator[tuple[str, tuple[Delta, ...]]]:
        """Each commit's diff against its first parent, renames found, in the order given.

        Merges are compared with their first parent too. Lines are those of
        ``git diff-tree --root -r -M --no-ext-diff --no-textconv``, with ``--minimal`` if the
        ``shortest`` diff is wanted.
        """
        wanted = list(commits)
        found = self._deltas(wanted, ["--minimal"] if shortest else [])
        for commit in wanted:
            yield commit, found.get(commit, ())

    def deltas_from(self, parents: Mapping[str, str]) -> dict[str, tuple[Delta, ...]]:
        """The same diff of each commit against the parent that is named for it."""
        return self._deltas([f"{commit} {parent}" for commit, parent in parents.items()])

    def edited(self, merges: Iterable[str]) -> frozenset[str]:
        """Those of the merges that have a file as none of their parents has it."""
        wanted = frozenset(merges)
        feed = "".join(f"{merge}\n" for merge in wanted).encode()
        if not feed:
            return wanted
        out = self.run("diff-tree", "--stdin", "-r", "-c", "--name-only", "-z", feed=feed)
        return wanted.intersection(os.fsdecode(out).split("\0"))

    def _deltas(
        self, asked: Sequence[str], how: Sequence[str] = ()
    ) -> dict[str, tuple[Delta, ...]]:
        from treadle.thread.plumbing.difftree import read_difftree

        if not asked:
            return {}
        feed = "".join(f"{line}\n" for line in asked).encode()
        options = "--stdin --root -r -M --diff-merges=first-parent --no-ext-diff --no-textconv"
        form = ["--raw", "--patch", "-U0", "--full-index", "--abbrev=64", "-z", "--always"]
        args = [*_SAME, "diff-tree", *options.split(), *how, *form]
        with stream_git(self._where(), args, feed) as out:
            return dict(read_difftree(out))

    def patch_ids(self, commits: Iterable[str]) -> dict[str, str]:
        """The stable patch-id of each commit that changes text."""
        feed = "".join(f"{commit}\n" for commit in commits).encode()
        if not feed:
            return {}
        options = ["--stdin", "--root", "-r", "--diff-merges=first-parent", "--no-ext-diff"]
        patch = self.run("diff-tree", *options, "--no-textconv", "-p", feed=feed)
        rows = self.run("patch-id", "--stable", feed=patch).decode().split("\n")
        return {row.split()[1]: row.split()[0] for row in rows if row}

    # -- objects ------------------------------------------------------------------

    def read(self, name: str) -> bytes | None:
        """The object that an id names, None where it is not here."""
        return next(self.read_all([name]))

    def read_all(self, names: Iterable[str]) -> Iterator[bytes | None]:
        """Objects by id, in the order given, None for each that is not here."""
        return self._objects.read_all(names)

    def sizes(self, names: Iterable[str]) -> list[int | None]:
        """How many bytes each object has, None for each that is not here."""
        feed = "".join(f"{name}\n" for name in names).encode()
        if not feed:
            return []
        form = "--batch-check=%(objectsize)"
        rows = self.run("cat-file", form, feed=feed).decode().split("\n")[:-1]
        return [int(row) if row.isdigit() else None for row in rows]

    def tree(self, name: str) -> dict[str, Entry]:
        """Every path of a tree or commit, with mode and blob id."""
        from treadle.thread.model import Entry

        out = os.fsdecode(self.run("ls-tree", "-r", "-z", "--full-tree", name))
        rows = (row.split("\t", 1) for row in out.split("\0") if row)
        return {path: Entry(head.split()[0], head.split()[2]) for head, path in rows}

    def worktrees(self) -> list[str]:
        """Roots of all work trees of this repository."""
        listed = os.fsdecode(self.run("worktree", "list", "--porcelain")).split("\n")
        tops = [row.removeprefix("worktree ") for row in listed if row.startswith("worktree ")]
        # Where the git directory lies elsewhere, as a submodule's does, git lists that one.
        own = self.top if self.git_dir == self.common_dir else ""
        return [own if own and top == self.common_dir else top for top in tops]

    def paths_ever(self) -> frozenset[str]:
        """Every path that any commit of any ref touched."""
        out = self.run("log", "--all", "-m", "--first-parent", "--format=", "--name-only", "-z")
        return frozenset(os.fsdecode(out).split("\0")) - {""}

    def blob_id(self, content: bytes) -> str:
        """The id git would give this content as a blob. Nothing is written."""
        import hashlib

        name = b"blob %d\0" % len(content)
        return hashlib.new(self.algorithm, name + content, usedforsecurity=False).hexdigest()


def encode(text: str) -> bytes:
    """Text as a blob, the reverse of ``decode``."""
    return text.encode("utf-8", "surrogateescape")


def is_binary(content: bytes) -> bool:
    """Git's own test: a NUL in the first 8,000 bytes."""
    return b"\0" in content[:8000]
