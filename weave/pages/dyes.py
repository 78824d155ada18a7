"""The colours of agents, which the map, the timeline and the table share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from treadle.weave import text as say
from treadle.weave.view import Cloth, Plan

DYES = 5
"""Colours of agents; those beyond share the last."""

NOBODY = "not explained"


class Agents:
    """Who wrote what: a colour for each agent, the busiest first."""

    def __init__(self, plan: Plan, files: Sequence[Cloth]) -> None:
        self.plan = plan
        self.of_part = {
            strip.id: plain(strip.agent) for woven in plan.threads for strip in woven.leaf.strips
        }
        lines: Counter[str] = Counter()
        for woven in plan.threads:
            lines.update(dict.fromkeys((plain(strip.agent) for strip in woven.leaf.strips), 0))
        for file in files:
            lines.update(self.lines(file))
        lines.pop(NOBODY, None)
        ranked = [name for name, _ in lines.most_common()]
        self.dyes = {name: min(nth, DYES) for nth, name in enumerate(ranked, 1)}
        self.dyes[NOBODY] = 0

    def lines(self, file: Cloth) -> Counter[str]:
        """How many lines of a file each agent wrote."""
        found: Counter[str] = Counter()
        for run in file.runs:
            known = run.origin.evidence != "unrecorded"
            found[self.of_part.get(run.origin.part, NOBODY) if known else NOBODY] += run.count
        return found


def plain(agent: str) -> str:
    """The agent without its version."""
    words = agent.split()
    while len(words) > 1 and words[-1][:1].isdigit():
        words.pop()
    return say.visible(" ".join(words)) or "an unnamed agent"
