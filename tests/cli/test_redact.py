"""``treadle redact --dry-run``: what is hidden and why, without showing it."""

from __future__ import annotations

import json
from pathlib import Path

from tests.cli.lamp import Lamp, refused, run
from tests.support.team import Team
from tests.test_docs import ROOT

SECRET = "Tide-7431-rope"


def test_a_transcript_is_looked_through(lamp: Lamp) -> None:
    text = lamp.transcript.read_text().replace("Let the lamp", f"DB_PASSWORD={SECRET} Let the lamp")
    lamp.transcript.write_text(text)
    done = run("redact", "--dry-run", "--from", lamp.transcript, at=lamp.top)
    assert done.code == 0, done
    assert "password " in done.out
    assert "DB_PASSWORD=Tide… (14 characters)" in done.out
    assert SECRET not in done.out


def test_a_document_that_an_older_treadle_redacted_is_looked_through(tmp_path: Path) -> None:
    team = Team(tmp_path, 2)
    ann = team.clone("ann")
    from tests.support.team import thread
    from treadle.thread.document import render

    commit = ann.git("rev-parse", "HEAD")
    told = thread(f"DB_PASSWORD={SECRET}", ann.git("rev-parse", "HEAD^{tree}"))
    ann.store.put_rendered({commit: render(told)})
    done = run("redact", "--dry-run", "--json", at=ann.top)
    rows = json.loads(done.out)["hidden"]
    assert [(row["where"], row["rule"], row["length"]) for row in rows] == [
        ("1 prompt", "password", 14),
        ("1.1 said", "password", 14),
    ]
    guide = (ROOT / "docs" / "guide.md").read_text(encoding="utf-8")
    section = guide.partition("\n## redact\n")[2].partition("\n## ")[0]
    assert [key for key in rows[0] if f"`{key}`" not in section] == []


def test_there_is_no_other_form(lamp: Lamp) -> None:
    assert "treadle scrub" in refused("redact", at=lamp.top, code=2)
    assert "nothing to hide" in run("redact", "--dry-run", "HEAD~1", at=lamp.top).out
