"""Documents pulled and pushed by the members of a team."""

from __future__ import annotations

from tests.support.team import Member, Team
from treadle.tangle.sharing.sync import Pulled, Pushed, pull, push


def pulled(member: Member) -> Pulled:
    return pull(member.repo, member.origin)


def shared(member: Member) -> Pushed:
    """Pull and push."""
    return push(member.repo, pulled(member))


def pair(team: Team) -> tuple[Member, Member]:
    """Two clones that have the same three documents, as the bare repository has."""
    ann, ben = team.clone("ann"), team.clone("ben")
    for commit in team.commits[:3]:
        ann.put(commit)
    shared(ann)
    pulled(ben)
    return ann, ben
