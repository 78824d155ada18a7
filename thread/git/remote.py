"""Remotes: which there are, and how documents are fetched from them and pushed to them.

Documents are fetched into a tracking ref, never into our own, and whatever the user's settings
say: a mirror's refspec, pruning, a filter of blobs or a depth concern the branches. A push names
what the remote must still have, so that it replaces nothing it has not seen.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from treadle.thread.errors import UserError
from treadle.thread.git.config import Config, truth
from treadle.thread.git.notes import REF, SYNCED, TRACKING, TRIES, pause
from treadle.thread.plumbing.process import Reached
from treadle.thread.repo import Repo

_ABSENT = "couldn't find remote ref"
"""Git's words where a remote has no such ref."""
_MOVED = (
    "stale info",
    "fetch first",
    "non-fast-forward",
    "failed to update ref",
    "cannot lock ref",
    "incorrect old value",
)
"""Git's words where somebody else pushed in between."""
_LOCKED = ("cannot lock ref", "Unable to create", "shallow file has changed")
"""Git's words where another git is writing the same refs."""
_PASSWORD = re.compile(r"(?<=://)[^/@\s]+@")
_DEEP = 5
"""A notes tree has no more levels than this."""


@dataclass(frozen=True, slots=True)
class Remote:
    """A remote that has a name."""

    name: str
    url: str
    """Where a push goes, without a password."""
    partial: bool = False
    """This clone leaves objects there until they are wanted."""

    @property
    def tracking(self) -> str:
        """Our copy of its documents' ref."""
        return TRACKING + self.name

    @property
    def synced(self) -> str:
        """The last tip of it that was taken in."""
        return SYNCED + self.name


def remotes(repo: Repo, config: Config) -> list[Remote]:
    """All remotes, in the order of the configuration."""
    return [remote(repo, config, name) for name in _names(config)]


def remote(repo: Repo, config: Config, name: str) -> Remote:
    """The remote of that name; ``UserError`` where there is none."""
    names = _names(config)
    if name not in names:
        hint = f"there are: {', '.join(names)}" if names else "git remote add NAME URL makes one"
        raise UserError(f"there is no remote {name!r}", hint, 2)
    url = plain_url(_push_url(repo, config, name))
    return Remote(name, url, _says(config, f"remote.{name}.promisor"))


def default_remote(repo: Repo, config: Config) -> Remote | None:
    """The one that git itself would ask: the branch's, else the only one, else ``origin``."""
    names = _names(config)
    chosen = config.last(f"branch.{_branch(repo)}.remote")
    name = chosen.value if chosen is not None and chosen.value in names else ""
    name = name or (names[0] if len(names) == 1 else "origin")
    return remote(repo, config, name) if name in names else None


def _names(config: Config) -> list[str]:
    return list(dict.fromkeys(name for name, _ in config.subsections("remote", "url")))


def _push_url(repo: Repo, config: Config, name: str) -> str:
    """Where git would push to: as it is set, unless some setting rewrites URLs."""
    if any(entry.key.endswith("insteadof") for entry in config.entries):
        return repo.text("remote", "get-url", "--push", "--", name).split("\n")[0]
    found = config.last(f"remote.{name}.pushurl") or config.last(f"remote.{name}.url")
    return (found.value if found else "") or ""


def _branch(repo: Repo) -> str:
    """The branch that is checked out, ``""`` where there is none."""
    try:
        with open(os.path.join(repo.git_dir, "HEAD"), encoding="utf-8", errors="replace") as file:
            head = file.read(1000).strip()
    except OSError:
        return ""
    prefix = "ref: refs/heads/"
    return head.removeprefix(prefix) if head.startswith(prefix) else ""


def _says(config: Config, key: str) -> bool:
    entry = config.last(key)
    return entry is not None and bool(truth(entry.value))


def plain_url(url: str) -> str:
    """A URL as it may be shown: without user and password."""
    return _PASSWORD.sub("", url)


@dataclass(frozen=True, slots=True)
class Access:
    """How far git may go to reach a remote."""

    ask: bool = False
    """It may ask for a password on the terminal."""
    seconds: float | None = None
    """It is stopped after this time."""


DEFAULT = Access()


def fetch(repo: Repo, source: Remote, access: Access = DEFAULT) -> str:
    """Bring the tracking ref to what the remote has; the tip, ``""`` where it has no documents.

    ``UserError`` with git's words where the remote cannot be reached or what it sends is broken.
    """
    spec = f"+{REF}:{source.tracking}"
    done = _fetch(repo, source, access, [spec])
    if done.code and _ABSENT in done.said:
        repo.run("update-ref", "-d", source.tracking)
        return ""
    if done.code:
        raise _unreachable(source, done.said, "fetched")
    tip = repo.ref(source.tracking)
    if source.partial:
        _complete(repo, source, tip, access)
    return tip


def _fetch(repo: Repo, source: Remote, access: Access, specs: Sequence[str]) -> Reached:
    """Fetch what ``specs`` name, again where another git is writing the same refs."""
    flags = ["--no-tags", "--no-prune", "--no-write-fetch-head", "--no-recurse-submodules"]
    flags += ["--no-auto-maintenance", "--no-write-commit-graph", "--quiet", "--refmap="]
    flags += ["--no-filter", "--stdin"]
    feed = "".join(f"{spec}\n" for spec in specs).encode()
    for attempt in range(TRIES):
        args = ["fetch", *flags, "--", source.name]
        done = repo.reach(args, access.ask, access.seconds, feed)
        if done.code == 0 or not any(sign in done.said for sign in _LOCKED):
            return done
        pause(attempt)
    return done


def _complete(repo: Repo, source: Remote, tip: str, access: Access) -> None:
    """Fetch what a partial clone left at the remote: trees, and then the blobs in them."""
    for _ in range(_DEEP):
        walk = ["rev-list", "--objects", "--no-walk", "--missing=print", "--no-object-names", tip]
        rows = repo.run(*walk).decode("ascii", "replace").split("\n")
        missing = [row[1:] for row in rows if row.startswith("?")]
        if not missing:
            return
        done = _fetch(repo, source, access, missing)
        if done.code:
            raise _unreachable(source, done.said, "fetched")


def push(repo: Repo, target: Remote, new: str, seen: str, access: Access = DEFAULT) -> bool:
    """Push the notes commit ``new`` if the remote still has ``seen`` (``""``: nothing); False where
    it has something else. ``UserError`` where the remote refuses."""
    lease = f"--force-with-lease={REF}:{seen}"
    plain = ["-c", f"remote.{target.name}.mirror=false", "-c", "push.followTags=false"]
    plain += ["-c", "push.recurseSubmodules=no", "-c", "push.gpgSign=false"]
    flags = ["--no-verify", "--porcelain", "--no-follow-tags", lease]
    done = repo.reach(
        [*plain, "push", *flags, "--", target.name, f"{new}:{REF}"], access.ask, access.seconds
    )
    if done.code == 0:
        repo.run("update-ref", target.tracking, new)
        return True
    if any(sign in done.said for sign in _MOVED):
        return False
    raise _unreachable(target, done.said, "pushed")


def _unreachable(there: Remote, said: str, verb: str) -> UserError:
    """What to say where git could not do it."""
    why = _words(said)
    hint = "see git fetch " + there.name if verb == "fetched" else ""
    if verb == "pushed":
        refused = any(sign in said for sign in ("[remote rejected]", "hook declined", "denied"))
        hint = (
            "documents of others are fetched all the same; who may push there can share yours, "
            "or the server may refuse refs under refs/notes"
            if refused or "403" in said
            else f"see git push {there.name}"
        )
    return UserError(f"{there.name} ({there.url}): documents cannot be {verb}: {why}", hint)


def _words(said: str) -> str:
    """The line of git's that says most, without passwords."""
    rows = [row.strip() for row in said.split("\n") if row.strip()]
    for sign in ("[remote rejected]", "! [", "fatal:", "error:", "remote:"):
        for row in rows:
            if sign in row:
                return _PASSWORD.sub("", row.replace("fatal: ", "").replace("error: ", ""))[:300]
    return _PASSWORD.sub("", rows[0])[:300] if rows else "git says nothing"


def say_once(repo: Repo, target: Remote) -> bool:
    """Whether it was not yet said what a remote gets to see; from now on it was."""
    path = os.path.join(repo.common_dir, "treadle", "told")
    line = f"{target.name} {target.url}".replace("\n", " ") + "\n"
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        with open(path, "a+", encoding="utf-8", errors="surrogateescape") as file:
            file.seek(0)
            if line in file:
                return False
            file.write(line)
    except OSError:  # a folder that may only be read: then it is said again
        return True
    return True
