"""Work on files and plain commits, by agents, a person and nobody."""

from __future__ import annotations

from tests.fuzz.git import branch, git, other, own, resolve, settle, waiting
from tests.fuzz.world import World


def agent_edits(world: World) -> None:
    for _ in range(1 + world.pick(3)):
        world.edit("agent")


def agent_creates(world: World) -> None:
    world.create(f"house/made-{world.count}.txt")


def agent_deletes(world: World) -> None:
    files = world.files()
    if len(files) > 4:
        agent = world.agents[world.pick(len(world.agents))]
        agent.delete(files[world.pick(len(files))])


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


def agent_commits(world: World) -> None:
    """An agent commits by a call of its own, whose output names the commit."""
    settle(world)
    if world.edit("agent"):
        world.agents[world.pick(len(world.agents))].commits(f"By an agent {world.count}")


def commit_one_file(world: World) -> None:
    paths = waiting(world)
    if paths:
        world.scratch.git("add", "--", paths[world.pick(len(paths))])
        world.scratch.commit("A part", stage=False)


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


# -- work that is put aside ---------------------------------------------------------


def stash_elsewhere(world: World) -> None:
    """Stash an agent's work and apply it on the other branch."""
    settle(world)
    agent_edits(world)
    if not world.clean():
        git(world, "stash", "push", "-q", "--include-untracked")
        git(world, "checkout", "-q", other(world))
        _unstash(world)


def stash_earlier(world: World) -> None:
    """Stash an agent's work and apply it on an earlier commit."""
    settle(world)
    commits = own(world)
    agent_edits(world)
    if not world.clean() and len(commits) > 2:
        git(world, "stash", "push", "-q", "--include-untracked")
        git(world, "reset", "-q", "--hard", f"{commits[-1 - world.pick(2)]}^")
        world.work()
        _unstash(world)


def stash_over_work(world: World) -> None:
    """Stash an agent's work, and apply it over what a person committed meanwhile."""
    settle(world)
    agent_edits(world)
    if not world.clean():
        git(world, "stash", "push", "-q", "--include-untracked")
        world.edit("person")
        settle(world)
        _unstash(world)


def _unstash(world: World) -> None:
    if not git(world, "stash", "pop", "-q"):
        resolve(world)
        git(world, "stash", "drop", "-q")
    if not world.clean():
        world.scratch.commit(f"Popped on {branch(world)}")
