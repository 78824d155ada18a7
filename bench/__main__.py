"""``python -m bench [--brief]``: measures all bundles of ``TREADLE_CORPUS`` and prints a table.

``--brief`` leaves out what takes minutes: other programs beside ours, and very long files.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any


def main() -> int:
    """Run the benchmark; 0 also where there is nothing to measure."""
    corpus = os.environ.get("TREADLE_CORPUS", "")
    bundles = sorted(Path(corpus).glob("*.bundle")) if corpus else []
    if not bundles:
        print("bench: skipped, TREADLE_CORPUS names no folder with *.bundle files")
        return 0
    from bench import finding, long, rewriting
    from bench.measure import measure

    machine, brief = _machine(), "--brief" in sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="treadle-bench-") as folder:
        pages = [] if brief else long.measure(Path(folder), _say)
        home = finding.measure(Path(folder) / "finding", _say)
        found = [measure(bundle, Path(folder), _say, brief=brief) for bundle in bundles]
        _say("rebase of 100 commits with documents")
        rebased = rewriting.rebase(Path(folder))
    results = Path(__file__).with_name("results.json")
    told = {
        "version": 1,
        "machine": machine,
        "long_files": pages,
        "finding": home,
        "rebase": rebased,
        "repositories": found,
    }
    results.write_text(json.dumps(told, indent=1) + "\n")
    for repository in found:
        _table(repository)
    _finding(home)
    for page in pages:
        print(f"\na file of {page['lines']} lines: {page}")
    print(f"\nrebase of {rebased['commits']} commits: relink {rebased['relink_s'] * 1000:.0f} ms")
    print(f"\nall figures: {os.path.relpath(results)}")
    return 0


def _machine() -> dict[str, object]:
    """What the figures were taken on."""
    git = subprocess.run(["git", "--version"], capture_output=True, text=True, check=True)
    return {
        "python": platform.python_version(),
        "git": git.stdout.split()[2],
        "system": platform.system(),
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 2),
    }


def _say(what: str) -> None:
    print(f"  {what}", file=sys.stderr)


def _table(told: dict[str, Any]) -> None:
    print(f"\n{told['repository']} (file: {told['file']})")
    print(f"  {'':14} {'median':>9} {'min':>9} {'max':>9} {'peak':>8}")
    for name, figure in told["times"].items():
        print(
            f"  {name:14} {_time(figure['median_s'])} {_time(figure['min_s'])} "
            f"{_time(figure['max_s'])} {figure['peak_mb']:>5.0f} MB"
        )
    print(f"  blame / git blame {told['blame_ratio']}")
    print(f"  notes packed      {told['notes_packed_bytes'] / 1e6:.1f} MB")
    site, longest = told["site"], told["longest_page"]
    print(f"  site              {site['bytes'] / 1e6:.1f} MB in {site['pages']} pages", end=", ")
    print(
        f"{site['gzipped'] / 1e6:.1f} MB gzipped, heaviest {site['heaviest_gzipped'] / 1e3:.0f} KB"
    )
    if longest:
        print(f"  longest page      {longest}")
    for row in told["peers"]:
        print(
            f"  {row['program']:24} {row['wall_s_a_mb'] or '-'} s a MB, "
            f"{row['cpu_s_a_mb'] or '-'} of processor, "
            f"{row['pages_a_byte']:.2f} bytes of pages a byte ({row['gzipped_a_byte']:.3f} gzipped)"
        )
        print(f"  {'':24} {row['of']}: {row['shows']}")
    for name in ("all", "complete"):
        print(f"  {name:9} {_shares(told['lines'][name])}")
    lines = told["lines"]
    print(f"  {lines['commits_at_95']} commits at 95 % or more", end="; ")
    print(f"false claims of the control: {lines['false_claims_percent']} %")


def _finding(told: dict[str, Any]) -> None:
    print(f"\nfinding: {told['found']} of {told['transcripts']} transcripts ({told['mb']} MB)")
    for name, figure in told["times"].items():
        print(f"  {name:20} {_time(figure['wall_s'])}, of which {_time(figure['cpu_s'])} computing")


def _shares(share: dict[str, Any]) -> str:
    return (
        f"{share['exact']} of {share['commits']} exact, {share['added_lines']} lines, "
        f"{share['explained']} % explained, {share['explained_own']} % by named strands, "
        f"{share['files_proved']} of {share['files']} files proved, by agent {share['agents']}"
    )


def _time(seconds: float) -> str:
    return f"{seconds:>7.2f} s" if seconds >= 1 else f"{seconds * 1000:>6.0f} ms"


if __name__ == "__main__":
    sys.exit(main())
