"""Every way of rewriting history, done by git itself in a world.

An operation takes the world and does something, or nothing where the history does not allow it.
Conflicts are resolved on the spot: as ours, theirs, both in either order, by hand, by leaving out.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence

from tests.fuzz.world import World

CONFLICT = re.compile(r"<<<<<<< [^\n]*\n(.*?)=======\n(.*?)>>>>>>> [^\n]*\n", re.DOTALL)
Operation = Callable[[World], None]


def git(world: World, *args: str, **env: str) -> bool:
    """Whether git did it."""
    world.scratch.clock.tick()
    now = world.scratch.clock.now.strftime("%Y-%m-%dT%H:%M:%S +0000")
    done = subprocess.run(
        ["git", "-C", str(world.scratch.top), *args],
        capture_output=True,
        env={
            **os.environ,
            "GIT_COMMITTER_DATE": now,
            "GIT_EDITOR": "true",
            "GIT_SEQUENCE_EDITOR": "true",
            **env,
        },
    )
    return done.returncode == 0


def settle(world: World) -> None:
    """Commit what waits, so that history can be rewritten."""
    if not world.clean():
        world.scratch.commit(f"Settle {world.count}")
        world.work()


def own(world: World) -> list[str]:
    """The commits of this branch that may be rewritten, oldest first."""
    out = world.scratch.git("rev-list", "--reverse", "--no-merges", f"{world.root.id}..HEAD")
    return out.split()


def other(world: World) -> str:
    """The branch that is not checked out."""
    return "side" if world.scratch.git("symbolic-ref", "--short", "HEAD") == "main" else "main"


# -- conflicts ----------------------------------------------------------------------


def finish(world: World, name: str, done: bool) -> None:
    """Bring an operation that git stopped to its end."""
    for _ in range(40):
        if done:
            return
        if not resolve(world) and git(world, name, "--skip"):
            return
        done = git(world, "-c", "core.editor=true", name, "--continue") or git(
            world, name, "--skip"
        )
        if not in_progress(world):
            return
    git(world, name, "--abort")
    git(world, "reset", "-q", "--hard")


def in_progress(world: World) -> bool:
    folder = world.scratch.top / ".git"
    names = ("rebase-merge", "rebase-apply", "CHERRY_PICK_HEAD", "REVERT_HEAD", "sequencer")
    return any((folder / name).exists() for name in names)


def resolve(world: World) -> bool:
    """Resolve all conflicts; whether there is something to commit then."""
    rows = world.scratch.git("status", "--porcelain", "-z").split("\0")
    for row in rows:
        state, path = row[:2], row[3:]
        if state in ("UU", "AA"):
            text = world.scratch.read(path)
            world.scratch.write(path, CONFLICT.sub(lambda m: choose(world, m[1], m[2]), text))
    world.scratch.git("add", "--all")
    return bool(world.scratch.git("diff", "--cached", "--name-only"))


def choose(world: World, ours: str, theirs: str) -> str:
    """One way to resolve a conflict."""
    ways = (ours, theirs, ours + theirs, theirs + ours, world.line("person"), "")
    return ways[world.pick(len(ways))]


# -- operations ---------------------------------------------------------------------


def agent_edits(world: World) -> None:
    for _ in range(1 + world.pick(3)):
        world.edit("agent")


def person_edits(world: World) -> None:
    world.edit("person")


def nobody_edits(world: World) -> None:
    """A formatter, say: in the middle of what an agent does."""
    world.edit("agent")
    world.edit("nobody")


def commit(world: World) -> None:
    settle(world)


def work_and_commit(world: World) -> None:
    for _ in range(1 + world.pick(3)):
        world.edit(("agent", "agent", "person")[world.pick(3)])
    settle(world)


def commit_one_file(world: World) -> None:
    rows = [row[3:] for row in world.scratch.git("status", "--porcelain", "-z").split("\0") if row]
    if rows:
        world.scratch.git("add", "--", rows[world.pick(len(rows))])
        world.scratch.commit("A part", stage=False)


def amend_message(world: World) -> None:
    if own(world) and world.clean():
        git(world, "commit", "--amend", "-m", f"Reworded {world.count}")


def amend_no_edit(world: World) -> None:
    if own(world):
        world.edit(("agent", "person")[world.pick(2)])
        world.scratch.git("add", "--all")
        git(world, "commit", "--amend", "--no-edit", "--allow-empty")


def rebase(world: World) -> None:
    settle(world)
    finish(world, "rebase", git(world, "rebase", other(world)))


def rebase_onto(world: World) -> None:
    settle(world)
    commits = own(world)
    if len(commits) > 2:
        cut = commits[world.pick(len(commits) - 1)]
        finish(world, "rebase", git(world, "rebase", "--onto", other(world), cut))


def rebase_interactive(world: World) -> None:
    """Reorder, squash, fixup, edit and drop."""
    settle(world)
    commits = own(world)[-5:]
    if len(commits) < 2:
        return
    rows = [["pick", commit] for commit in commits]
    if not world.pick(2):
        at = world.pick(len(rows) - 1)
        rows[at : at + 2] = rows[at : at + 2][::-1]
    for row in rows[1:]:
        row[0] = ("pick", "squash", "fixup", "drop", "pick", "reword")[world.pick(6)]
    todo = world.scratch.top / ".git" / "todo"
    todo.write_text("".join(f"{verb} {commit}\n" for verb, commit in rows))
    args = ("rebase", "-i", f"{commits[0]}^")
    finish(world, "rebase", git(world, *args, GIT_SEQUENCE_EDITOR=f"cp '{todo}'"))


def autosquash(world: World) -> None:
    settle(world)
    commits = own(world)[-4:]
    if len(commits) > 1 and world.edit("person"):
        world.scratch.git("add", "--all")
        git(world, "commit", "-q", f"--fixup={commits[0]}")
        finish(world, "rebase", git(world, "rebase", "-i", "--autosquash", f"{commits[0]}^"))


def cherry_pick(world: World) -> None:
    settle(world)
    there = world.scratch.git("rev-list", f"HEAD..{other(world)}").split()
    if there:
        picked = there[world.pick(len(there))]
        finish(world, "cherry-pick", git(world, "cherry-pick", picked))


def revert(world: World) -> None:
    settle(world)
    commits = own(world)[-4:]
    if commits:
        reverted = commits[world.pick(len(commits))]
        finish(world, "revert", git(world, "revert", "--no-edit", reverted))


def revert_and_back(world: World) -> None:
    settle(world)
    if own(world) and git(world, "revert", "--no-edit", "HEAD"):
        world.work()
        world.check()
        git(world, "revert", "--no-edit", "HEAD")


def merge_squash(world: World) -> None:
    settle(world)
    if world.scratch.git("rev-list", f"HEAD..{other(world)}"):
        if not git(world, "merge", "--squash", other(world)):
            resolve(world)
        if not world.clean():
            git(world, "commit", "-q", "--no-edit", "-m", "Squashed")


def recommit(world: World) -> None:
    """Reset, soft or mixed, and commit again: many as one."""
    settle(world)
    commits = own(world)
    if len(commits) > 1:
        way = ("--soft", "--mixed")[world.pick(2)]
        git(world, "reset", "-q", way, commits[-1 - world.pick(min(3, len(commits)))] + "^")
        if not world.clean():
            world.scratch.commit("Again")


def split(world: World) -> None:
    """One commit becomes two, file by file or, in one file, line by line. A rename is not torn:
    half of it is a copy, and a copy's lines are nobody's."""
    settle(world)
    if not own(world) or "R" in world.scratch.git("log", "-1", "-M", "--format=", "--name-status"):
        return
    after = {path: world.scratch.read(path) for path in world.files()}
    world.scratch.git("reset", "-q", "HEAD^")
    rows = [row[3:] for row in world.scratch.git("status", "--porcelain", "-z").split("\0") if row]
    half = [path for path in rows if world.pick(2)]
    for path in half[:1]:
        if path in after and world.scratch.exists(path):
            lines = after[path].splitlines(keepends=True)
            left_out = world.pick(len(lines)) if lines else 0
            world.scratch.write(path, "".join(lines[:left_out] + lines[left_out + 1 :]))
    if half:
        world.scratch.git("add", "--all", "--", *half)
        world.scratch.commit("One half", stage=False)
    for path, text in after.items():
        world.scratch.write(path, text)
    if not world.clean():
        world.scratch.commit("The other half")


def reset_hard_and_back(world: World) -> None:
    settle(world)
    commits = own(world)
    if len(commits) > 1:
        git(world, "reset", "-q", "--hard", commits[-2])
        world.work()
        world.check()
        git(world, "reset", "-q", "--hard", "ORIG_HEAD")


def reset_hard(world: World) -> None:
    settle(world)
    commits = own(world)
    if len(commits) > 3:
        git(world, "reset", "-q", "--hard", "HEAD^")


def stash_elsewhere(world: World) -> None:
    """Stash an agent's work and apply it on the other branch."""
    settle(world)
    agent_edits(world)
    if world.clean():
        return
    git(world, "stash", "push", "-q", "--include-untracked")
    git(world, "checkout", "-q", other(world))
    if not git(world, "stash", "pop", "-q"):
        resolve(world)
        git(world, "stash", "drop", "-q")
    if not world.clean():
        world.scratch.commit("Popped")


def switch(world: World) -> None:
    settle(world)
    git(world, "checkout", "-q", other(world))


def branch_again(world: World) -> None:
    """Delete the other branch and make it anew from here."""
    settle(world)
    git(world, "branch", "-q", "-f", other(world), "HEAD")


def rename_file(world: World) -> None:
    settle(world)
    files = world.files()
    if files:
        path = files[world.pick(len(files))]
        git(world, "mv", path, f"renamed-{world.count}.txt")
        world.count += 1
        if not world.pick(2):
            world.edit("agent")
        settle(world)


def rename_folder(world: World) -> None:
    settle(world)
    if (world.scratch.top / "house").is_dir():
        git(world, "mv", "house", f"mansion-{world.count}")
    else:
        folders = [p.name for p in world.scratch.top.glob("mansion-*")]
        if folders:
            git(world, "mv", folders[0], "house")
    settle(world)


def commit_tree(world: World) -> None:
    """Make the last commits anew as tools do that never touch the work tree."""
    settle(world)
    commits = own(world)[-3:]
    if commits:
        parent = world.scratch.git("rev-parse", f"{commits[0]}^")
        for commit in commits:
            world.scratch.clock.tick()
            tree = f"{commit}^{{tree}}"
            parent = world.scratch.git("commit-tree", tree, "-p", parent, "-m", "Restacked")
        world.scratch.git("update-ref", "HEAD", parent)


def pull_rebase(world: World) -> None:
    """A colleague's commit arrives from a remote, and ours is rebased on it."""
    settle(world)
    top = world.scratch.top
    remote = top.parent / f"{top.name}.remote"
    shutil.rmtree(remote, ignore_errors=True)
    branch = world.scratch.git("symbolic-ref", "--short", "HEAD")
    subprocess.run(["git", "clone", "-q", "--bare", str(top), str(remote)], check=True)
    world.scratch.git("checkout", "-q", "--detach")
    start = own(world)[-2:][:1] or [world.root.id]
    git(world, "reset", "-q", "--hard", start[0])
    world.edit("person")
    if not world.clean():
        world.scratch.commit("A colleague's")
    world.scratch.git("push", "-q", "--force", str(remote), f"HEAD:refs/heads/{branch}")
    world.scratch.git("checkout", "-q", branch)
    finish(world, "rebase", git(world, "pull", "-q", "--rebase", str(remote), branch))


def filter_repo(world: World) -> None:
    """The real git-filter-repo moves all below a folder, or away from it."""
    tool = shutil.which("git-filter-repo")
    settle(world)
    if tool is None:
        return
    inner = any(path.startswith("inner/") for path in world.files())
    way = ["--path-rename", "inner/:"] if inner else ["--to-subdirectory-filter", "inner"]
    refs = ["--refs", "main", "side"]
    if git(world, "filter-repo", "--force", "--quiet", *way, *refs):
        world.root = world.scratch.head(world.scratch.git("rev-list", "--max-parents=0", "HEAD"))


OPERATIONS: Sequence[tuple[int, Operation]] = (
    (6, agent_edits),
    (3, person_edits),
    (2, nobody_edits),
    (3, commit),
    (6, work_and_commit),
    (2, commit_one_file),
    (2, amend_message),
    (3, amend_no_edit),
    (3, rebase),
    (1, rebase_onto),
    (4, rebase_interactive),
    (2, autosquash),
    (3, cherry_pick),
    (1, revert),
    (2, revert_and_back),
    (2, merge_squash),
    (2, recommit),
    (2, split),
    (1, reset_hard_and_back),
    (1, reset_hard),
    (2, stash_elsewhere),
    (3, switch),
    (1, branch_again),
    (1, rename_file),
    (1, rename_folder),
    (1, commit_tree),
    (1, pull_rebase),
    (1, filter_repo),
)
"""How often each is done, among all."""
