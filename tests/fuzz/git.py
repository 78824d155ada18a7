"""Git at work in a world, and how it is brought through what stops it.

Conflicts are resolved on the spot, by an agent, by a person or by git: as ours, theirs, both in
either order, with lines of one's own, by leaving both out.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Callable

from tests.fuzz.world import World

CONFLICT = re.compile(r"<<<<<<< [^\n]*\n(.*?)=======\n(.*?)>>>>>>> [^\n]*\n", re.DOTALL)
STOPPED = (
    "rebase-merge",
    "rebase-apply",
    "CHERRY_PICK_HEAD",
    "REVERT_HEAD",
    "MERGE_HEAD",
    "sequencer",
)
SOMEBODY = ("agent", "person")
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
            "GIT_AUTHOR_DATE": now,
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
    """The commits of this branch that may be rewritten, without merges, oldest first."""
    out = world.scratch.git("rev-list", "--reverse", "--no-merges", f"{world.root.id}..HEAD")
    return out.split()


def spine(world: World) -> list[str]:
    """The commits from the root to here by first parents, oldest first."""
    out = world.scratch.git("rev-list", "--reverse", "--first-parent", f"{world.root.id}..HEAD")
    return out.split()


def branch(world: World) -> str:
    """The branch that is checked out."""
    return world.scratch.git("symbolic-ref", "--short", "HEAD")


def other(world: World) -> str:
    """The branch that is not checked out."""
    return "side" if branch(world) == "main" else "main"


def ahead(world: World) -> list[str]:
    """What the other branch has beyond this one, without merges, the newest first."""
    return world.scratch.git("rev-list", "--no-merges", f"HEAD..{other(world)}").split()


def diverge(world: World) -> None:
    """See to it that each branch has something that the other has not, often in the same place."""
    settle(world)
    if ahead(world) and world.pick(2):
        return
    files, near = world.files(), world.pick(10)
    path = files[world.pick(len(files))] if files else ""
    for _ in range(2):
        git(world, "checkout", "-q", other(world))
        for _ in range(1 + world.pick(2)):
            world.edit(SOMEBODY[world.pick(2)], path, near + world.pick(2))
        settle(world)


def waiting(world: World) -> list[str]:
    """Paths that differ from the last commit."""
    rows = world.scratch.git("status", "--porcelain", "-z", "--no-renames").split("\0")
    return [row[3:] for row in rows if row]


def favour(world: World) -> list[str]:
    """Mostly nothing; else git's own way to resolve conflicts."""
    return [[], [], [], [], ["-X", "ours"], ["-X", "theirs"]][world.pick(6)]


# -- what stops git -----------------------------------------------------------------


def finish(world: World, name: str, done: bool, pause: Operation | None = None) -> None:
    """Bring an operation that git stopped to its end; ``pause`` is done where it waits for one."""
    for _ in range(40):
        if not in_progress(world):
            return
        if done and pause is not None:
            pause(world)
            done = git(world, name, "--continue")
        elif not resolve(world) and git(world, name, "--skip"):
            done = True
        else:
            done = git(world, name, "--continue") or git(world, name, "--skip")
    git(world, name, "--abort")
    git(world, "reset", "-q", "--hard")


def in_progress(world: World) -> bool:
    folder = world.scratch.top / ".git"
    return any((folder / name).exists() for name in STOPPED)


def resolve(world: World) -> bool:
    """Resolve all conflicts; whether there is something to commit then."""
    rows = world.scratch.git("status", "--porcelain", "-z").split("\0")
    for row in rows:
        state, path = row[:2], row[3:]
        if state in ("UU", "AA"):
            resolve_file(world, path)
    world.scratch.git("add", "--all")
    merging = (world.scratch.top / ".git" / "MERGE_HEAD").exists()
    return merging or bool(world.scratch.git("diff", "--cached", "--name-only"))


def resolve_file(world: World, path: str) -> None:
    """Somebody goes through a file's conflicts, one after the other."""
    while (conflict := CONFLICT.search(text := world.scratch.read(path))) is not None:
        ours, theirs = conflict[1], conflict[2]
        who = ("person", "agent")[world.pick(2)]
        by_hand = world.line(who)
        ways = (
            ours,
            theirs,
            ours + theirs,
            theirs + ours,
            by_hand,
            ours + by_hand,
            by_hand + theirs,
            ours + by_hand + theirs,
            "",
        )
        number = world.pick(len(ways))
        world.tally[f"conflict by {who}", WAYS[number]] += 1
        new = ways[number]
        if who == "agent" and text.count(conflict[0]) == 1:
            world.tell(path, conflict[0].splitlines(True), new.splitlines(True))
        else:
            world.scratch.write(path, text[: conflict.start()] + new + text[conflict.end() :])


WAYS = (
    "ours",
    "theirs",
    "both",
    "both, theirs first",
    "by hand",
    "ours and by hand",
    "by hand and theirs",
    "both and by hand",
    "neither",
)
"""Names of the ways in which a conflict is resolved, in their order."""
