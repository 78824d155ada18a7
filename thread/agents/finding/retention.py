"""How long transcripts stay before their agents delete them.

Claude Code and Gemini CLI delete sessions 30 days after they changed last, unless settings say
otherwise; the others keep theirs. What is not recorded by then is gone.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress

from treadle.thread.agents.finding.find import Surroundings, Transcript
from treadle.thread.agents.reading.lines import Decoder
from treadle.thread.agents.source import Source

USUAL = 30
"""Days, where no settings say otherwise."""
_DAY = 86_400
_LARGEST = 1 << 20
"""Bytes of a settings file."""


def days_left(
    where: Surroundings, transcripts: Sequence[Transcript], now: float
) -> Iterator[tuple[Transcript, float | None]]:
    """Each transcript with the days until its agent may delete it, at least 0; None: it never does.

    ``now`` is in seconds since 1970.
    """
    from treadle.thread.agents import readers

    kept = {reader.name: reader.keeps(where) for reader in readers() if reader.keeps}
    for transcript in transcripts:
        days = kept.get(transcript.agent)
        if days is None:
            yield transcript, None
        else:
            yield transcript, max(0.0, days - (now - _changed(transcript)) / _DAY)


def _changed(transcript: Transcript) -> float:
    """When the main file changed: an agent deletes a session by that, whatever lies beside it."""
    with suppress(OSError):
        return os.stat(transcript.files[0]).st_mtime
    return transcript.changed


def settings(paths: Iterable[str]) -> Iterator[dict[str, object]]:
    """What settings files hold that are there and can be read."""
    decoder = Decoder()
    for path in paths:
        try:
            with Source.file(path).open() as stream:
                values = decoder.documents(stream.read(_LARGEST))[0]
        except OSError:
            continue
        if values and isinstance(values[0], dict):
            yield values[0]
