"""What of a session is still under way while its commit is recorded.

An agent that commits runs git in a call of its own, and the hook runs inside that call: its
result, which names the commit, is written only after everything is over. The same holds for
edits whose result is not there yet. What is recorded then is not final.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from treadle.thread.agents import readers
from treadle.thread.agents.finding.find import Transcript
from treadle.thread.model import Event, Session
from treadle.thread.select import When, own_call

_CALLS = ("ran", "edited", "looked", "asked")
_TYPED = "!"
"""The tool of a command that the person typed: what it gave is often not told."""


def in_flight(events: Sequence[Event]) -> list[int]:
    """Indices of the calls without result behind which their lane says nothing more."""
    over: set[str] = set()
    found = []
    for index in range(len(events) - 1, -1, -1):
        event = events[index]
        if event.kind not in _CALLS:
            over.add(event.lane)
        elif event.ok is None and event.lane not in over and event.tool != _TYPED:
            found.append(index)
    return found[::-1]


def present(variables: Mapping[str, str], found: Sequence[Transcript]) -> set[str]:
    """Ids of the sessions in whose calls git may have run, where the environment tells only which
    agent was at work: the one of that agent in ``found`` that changed last."""
    agents = [reader.name for reader in readers() if variables.get(reader.presence)]
    own = ([one for one in found if one.agent == agent] for agent in agents)
    return {max(some, key=lambda one: one.changed).session for some in own if some}


def awaited(session: Session, when: When, last: str, *, own: bool) -> tuple[str, ...] | None:
    """Keys of the calls whose results may still change a commit's document; empty where it waits
    for a call that is not even told yet, None where it is final.

    ``last`` is the key of the last event that the document has of the session, if it has any;
    ``own`` says that the environment names the session: git ran in one of its calls.
    """
    events = session.events
    flying = in_flight(events)
    held = next((index for index, event in enumerate(events) if last and event.key == last), -1)
    keys = [events[index].key for index in flying if index <= held]
    if own_call(events, when) is not None:
        return tuple(keys) or None
    limit = when.committed[:19]
    running = [i for i in flying if events[i].kind == "ran" and events[i].time[:19] <= limit]
    if own:
        keys += [events[index].key for index in running]
        gone_on = any(event.time[:19] > limit for event in events if not event.lane)
        if not keys and not gone_on:
            return ()
    keys += [events[i].key for i in running if "commit" in events[i].text]
    return tuple(dict.fromkeys(keys)) or None
