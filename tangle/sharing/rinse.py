"""A leaked secret leaves a remote: fetch what it has, scrub all of it, put the result in its place.

The push names what it replaces. If somebody pushed meanwhile, what they pushed is fetched and
scrubbed, too, so that no document of anybody is lost.
"""

from __future__ import annotations

from treadle.tangle.sharing.sync import in_turn, pull
from treadle.thread.errors import UserError
from treadle.thread.git.notes import REF, TRIES, pause
from treadle.thread.git.remote import DEFAULT, Access, Remote, push
from treadle.thread.leaks.needle import Needle
from treadle.thread.leaks.scrub import Scrubbed, scrub
from treadle.thread.repo import Repo


def rinse(repo: Repo, remote: Remote, needle: Needle, access: Access = DEFAULT) -> Scrubbed:
    """Scrub this repository and the documents of a remote. ``UserError`` where it refuses."""
    with in_turn(repo):
        for attempt in range(TRIES):
            seen = pull(repo, remote, access, scrubbing=True).tip
            done = scrub(repo, needle)
            ours = repo.ref(REF)
            if done.remains or not ours or ours == seen:
                return done
            if push(repo, remote, ours, seen, access):
                repo.run("update-ref", remote.synced, ours)
                return done
            pause(attempt)
    raise UserError(f"{remote.name}: others push documents all the time", "do it again")
