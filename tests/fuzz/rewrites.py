"""Commits rewritten: amended, rebased, picked, reverted, reset and committed again."""

from __future__ import annotations

from tests.fuzz.git import (
    SOMEBODY,
    ahead,
    diverge,
    favour,
    finish,
    git,
    other,
    own,
    resolve,
    settle,
    spine,
    waiting,
)
from tests.fuzz.world import World


def amend_message(world: World) -> None:
    if own(world) and world.clean():
        git(world, "commit", "--amend", "-m", f"Reworded {world.count}")


def amend_no_edit(world: World) -> None:
    if own(world):
        world.edit(SOMEBODY[world.pick(2)])
        world.scratch.git("add", "--all")
        git(world, "commit", "--amend", "--no-edit", "--allow-empty")


def amend_one_file(world: World) -> None:
    """Of all that waits only one file goes into the last commit."""
    if own(world):
        world.edit("agent")
        world.edit(SOMEBODY[world.pick(2)])
        paths = waiting(world)
        if paths:
            world.scratch.git("add", "--", paths[world.pick(len(paths))])
            git(world, "commit", "--amend", "--no-edit", "--allow-empty")


def amend_out(world: World) -> None:
    """A file is taken out of the last commit again, and committed after it."""
    settle(world)
    if not own(world):
        return
    listed = world.scratch.git("diff", "--name-only", "-z", "--no-renames", "HEAD^", "HEAD")
    named = listed.split("\0")[:-1]
    if named:
        git(world, "reset", "-q", "HEAD^", "--", named[world.pick(len(named))])
        git(world, "commit", "--amend", "--no-edit", "--allow-empty")
        if not world.pick(2):
            settle(world)


# -- rebase -------------------------------------------------------------------------


def rebase(world: World) -> None:
    diverge(world)
    finish(world, "rebase", git(world, "rebase", *favour(world), other(world)))


def rebase_onto(world: World) -> None:
    settle(world)
    commits = own(world)
    if len(commits) > 2:
        cut = commits[world.pick(len(commits) - 1)]
        onto = ["--onto", other(world), cut]
        finish(world, "rebase", git(world, "rebase", *favour(world), *onto))


def rebase_interactive(world: World) -> None:
    """Reorder, squash, fixup, reword and drop."""
    _by_list(world, ("pick", "squash", "fixup", "drop", "pick", "reword"))


def rebase_edit(world: World) -> None:
    """Stop at commits, and amend them, split them, or commit something in between."""
    _by_list(world, ("pick", "edit", "edit", "pick"))


def _by_list(world: World, verbs: tuple[str, ...]) -> None:
    settle(world)
    commits = own(world)[-5:]
    if len(commits) < 2:
        return
    rows = [["pick", commit] for commit in commits]
    if not world.pick(2):
        at = world.pick(len(rows) - 1)
        rows[at : at + 2] = rows[at : at + 2][::-1]
    for row in rows[1:]:
        row[0] = verbs[world.pick(len(verbs))]
    todo = world.scratch.top / ".git" / "todo"
    todo.write_text("".join(f"{verb} {commit}\n" for verb, commit in rows))
    args = ("rebase", "-i", f"{commits[0]}^")
    done = git(world, *args, GIT_SEQUENCE_EDITOR=f"cp '{todo}'")
    finish(world, "rebase", done, _at_a_stop)


def _at_a_stop(world: World) -> None:
    """What is done where a rebase stops to edit a commit."""
    way = world.pick(4)
    if way == 0:
        tear(world)
        return
    world.edit(SOMEBODY[world.pick(2)])
    world.scratch.git("add", "--all")
    if way == 1:
        git(world, "commit", "-q", "--allow-empty", "-m", "In between")
    elif way == 2:
        git(world, "commit", "-q", "--amend", "--allow-empty", "--no-edit")


def autosquash(world: World) -> None:
    """A correction goes into the commit that it names."""
    settle(world)
    commits = own(world)[-4:]
    if len(commits) > 1 and world.edit(SOMEBODY[world.pick(2)]):
        world.scratch.git("add", "--all")
        goal = commits[world.pick(len(commits) - 1)]
        way = (f"--fixup={goal}", f"--squash={goal}", f"--fixup=amend:{goal}")[world.pick(3)]
        git(world, "commit", "-q", "--no-edit", way)
        world.work()
        done = git(world, "rebase", "-i", "--autosquash", f"{commits[0]}^")
        finish(world, "rebase", done)


# -- picked and reverted ------------------------------------------------------------


def cherry_pick(world: World) -> None:
    diverge(world)
    there = ahead(world)
    if there:
        picked = there[world.pick(len(there))]
        finish(world, "cherry-pick", git(world, "cherry-pick", *favour(world), picked))


def cherry_pick_range(world: World) -> None:
    """Several at once, as they are or as one."""
    diverge(world)
    there = ahead(world)[:3]
    if not there:
        return
    if world.pick(2):
        finish(world, "cherry-pick", git(world, "cherry-pick", *there[::-1]))
        return
    for picked in there[::-1]:
        if not git(world, "cherry-pick", "--no-commit", picked):
            resolve(world)
    git(world, "cherry-pick", "--quit")
    if not world.clean():
        world.scratch.commit("Picked as one")


def revert(world: World) -> None:
    settle(world)
    commits = own(world)[-4:]
    if commits:
        reverted = commits[world.pick(len(commits))]
        finish(world, "revert", git(world, "revert", "--no-edit", reverted))


def revert_and_back(world: World) -> None:
    settle(world)
    if own(world) and git(world, "revert", "--no-edit", *_mainline(world), "HEAD"):
        world.work()
        world.check()
        git(world, "revert", "--no-edit", "HEAD")


def _mainline(world: World) -> list[str]:
    """Of a merge, that it is seen from its first parent."""
    return ["-m", "1"] if len(world.head().parents) > 1 else []


# -- reset --------------------------------------------------------------------------


def recommit(world: World) -> None:
    """Reset, soft or mixed, and commit again: many as one."""
    settle(world)
    commits = own(world)
    if len(commits) > 1:
        way = ("--soft", "--mixed")[world.pick(2)]
        git(world, "reset", "-q", way, commits[-1 - world.pick(min(3, len(commits)))] + "^")
        if not world.clean():
            world.scratch.commit("Again")


def restore_and_recommit(world: World) -> None:
    """Reset hard, and bring the files back out of what was there before."""
    settle(world)
    commits = spine(world)
    if len(commits) > 1:
        back = commits[-1 - world.pick(min(3, len(commits)))]
        git(world, "reset", "-q", "--hard", f"{back}^")
        world.work()
        git(world, "restore", "--source=ORIG_HEAD", "--staged", "--worktree", "--", ".")
        if not world.clean():
            world.scratch.commit("Brought back")


def split(world: World) -> None:
    """One commit becomes two."""
    settle(world)
    if own(world):
        tear(world)


def tear(world: World) -> None:
    """Make the last commit two, file by file or, in one file, line by line. A rename is not torn:
    half of it is a copy, and a copy's lines are nobody's."""
    changed = world.scratch.git("diff", "-M", "--name-status", "HEAD^", "HEAD")
    if any(row.startswith("R") for row in changed.split("\n")):
        return
    after = {path: world.scratch.read(path) for path in world.files()}
    world.scratch.git("reset", "-q", "HEAD^")
    half = [path for path in waiting(world) if world.pick(2)]
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
    if len(own(world)) > 3:
        git(world, "reset", "-q", "--hard", "HEAD^")
