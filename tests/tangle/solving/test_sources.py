"""Who is asked for a line that no edit carried to its place, and who is believed."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.agents import ROOT, Agent, edit, written
from tests.support.record import changes, claims, ids, record
from tests.support.scratch import Scratch, numbered
from treadle.tangle.solving.draft import draft
from treadle.tangle.solving.sources import NOBODY, Claim, Sources, names, wrote
from treadle.thread.locate import Locator
from treadle.thread.model import Edit, Event, Session
from treadle.thread.select import Reel, Slice, Strand
from treadle.thread.shell.commands import interpret

TOLD = ("the third lamp has a new wick\n", "and its oil was changed on Monday\n")
PATH = "src/lamp.py"


def sources(*sessions: tuple[Edit | str | Event, ...]) -> Sources:
    """The thread's own text; each session is told as edits and commands."""
    drafts, prefixes = [], []
    for number, told in enumerate(sessions):
        events = [Event("p", "prompt", "2026-01-05T09:00:00.000Z", "Do it", cwd=ROOT)]
        for key, one in enumerate(told):
            if isinstance(one, Edit):
                one = Event(f"k{key}", "edited", cwd=ROOT, edits=(one,))
            elif isinstance(one, str):
                one = Event(f"k{key}", "ran", text=one, cwd=ROOT)
            events.append(one)
        session = interpret(Session("claude-code", f"s{number}", events=tuple(events)))
        reel = Reel.of(session, Locator(session, frozenset([PATH]), [ROOT]))
        drafts.append(draft(Slice(Strand(reel), 0, len(events)), (), {}))
        prefixes.append(f"{number}:" if len(sessions) > 1 else "")
    return Sources(drafts, prefixes)


def asked(*told: Edit | str | Event, lines: tuple[str, ...] = TOLD) -> list[Claim]:
    """Whom one session's own text names for lines of ``PATH``."""
    return sources(told).label([PATH])(lines, (), ())


HERE = f"cat > x <<'E'\n{''.join(TOLD)}E"
SCRIPT = f"python3 - <<'E'\nopen('src/lamp.py', 'w').write('''{''.join(TOLD)}''')\nE"


@pytest.mark.parametrize(
    "told",
    [
        edit(PATH, "", "".join(TOLD)),
        edit(PATH, "one\n", "one\n" + "".join(TOLD) + "two\n"),
        written(PATH, "".join(TOLD)),
        Edit(f"{ROOT}/{PATH}", "append", new="".join(TOLD)),
        written("src/other.py", "".join(TOLD)),
        f"cat >> $FILE <<'E' # src/lamp.py\n{''.join(TOLD)}E",
        f"cat > /tmp/x <<'E'\n{''.join(TOLD)}E",
    ],
)
def test_text_that_stands_in_the_thread_is_matched(told: Edit | str) -> None:
    assert asked(told) == [("1.1", "matched")] * 2


@pytest.mark.parametrize(
    "told",
    [
        Event("k", "edited", ok=False, cwd=ROOT, edits=(written(PATH, "".join(TOLD)),)),
        Event("k", "ran", text=SCRIPT, ok=False, cwd=ROOT),
        Event("k", "said", text="".join(TOLD), cwd=ROOT),
        f"cat >> $FILE <<'E' # src/other.py\n{''.join(TOLD)}E",
        edit(PATH, "".join(TOLD), "".join(TOLD) + "more\n"),
        edit(PATH, "".join(TOLD), ""),
    ],
)
def test_text_that_failed_or_changed_nothing_is_no_source(told: Edit | str | Event) -> None:
    assert asked(told) == [NOBODY] * 2


def test_the_file_s_own_edits_come_before_scripts_and_those_before_other_files() -> None:
    same, other = written(PATH, TOLD[0] + "x\n"), written("src/other.py", "".join(TOLD))
    script = f"cat >> $FILE <<'E' # {PATH}\n{TOLD[1]}y\nE"
    assert asked(other, script, same) == [("1.3", "matched"), ("1.2", "matched")]
    assert asked(other) == [("1.1", "matched")] * 2


@pytest.mark.parametrize(
    ("told", "step"),
    [
        (["make > src/lamp.py"], "1.1"),
        (["sed -i 3d src/lamp.py"], "1.1"),
        (["sed -i s/a/b/ src/lamp.py"], ""),
        (["perl -pi -e 's/(a)/$1/' src/lamp.py"], ""),
        (['python3 -c \'open("src/lamp.py", "w").write(x)\''], "1.1"),
        (["python3 gen.py && echo I write src/lamp.py"], "1.1"),
        (["cd src && python3 -c 'write(\"lamp.py\")'"], "1.1"),
        (["python3 -c 'open(\"src/lamp.py\").read()'"], ""),
        (["python3 -c 'write(\"lib/lamp.py\")'"], ""),
        (["python3 -c 'write(\"src/big_lamp.py\")'"], ""),
        (["make src/lamp.py"], ""),
        (["make > src/lamp.py", "make > src/lamp.py"], ""),
        (["make > src/lamp.py; make >> src/lamp.py"], "1.1"),
        (["make > src/lamp.py", "python3 -c 'write(\"src/lamp.py\")'"], ""),
        (["make > src/other.py"], ""),
    ],
)
def test_a_command_that_alone_worked_on_the_path_is_named(told: list[str], step: str) -> None:
    assert asked(*told) == [(step, "command") if step else NOBODY] * 2


def test_what_is_matched_is_not_left_to_a_command() -> None:
    told = edit(PATH, "", TOLD[0])
    assert asked(told, "make > src/lamp.py") == [("1.1", "matched"), ("1.2", "command")]


def test_of_several_sessions_each_can_be_asked_alone() -> None:
    both = sources((written(PATH, "".join(TOLD)),), ("make > src/lamp.py",))
    assert both.label([PATH])(TOLD, (), ()) == [("0:1.1", "matched")] * 2
    assert both.label([PATH], 0)(TOLD, (), ()) == [("0:1.1", "matched")] * 2
    assert both.label([PATH], 1)(TOLD, (), ()) == [("1:1.1", "command")] * 2
    other = ("a line that stands nowhere at all\n",)
    assert both.label([PATH])(other, (), ()) == [("1:1.1", "command")]
    assert both.label([PATH], 0)(other, (), ()) == [NOBODY]


def test_two_sessions_with_a_command_each_tie() -> None:
    both = sources(("make > src/lamp.py",), ("make > src/lamp.py",))
    assert both.label([PATH])(TOLD, (), ()) == [NOBODY] * 2


def test_a_file_that_was_renamed_is_asked_by_both_names() -> None:
    asked = sources((written("src/old.py", TOLD[0]), "make > src/lamp.py"))
    assert asked.label(["src/old.py", PATH])(TOLD, (), ()) == [
        ("1.1", "matched"),
        ("1.2", "command"),
    ]


@pytest.mark.parametrize(
    ("text", "path", "expected"),
    [
        ("cat src/lamp.py", "src/lamp.py", True),
        ("cat lamp.py", "src/lamp.py", True),
        ("cat ./lamp.py", "src/lamp.py", True),
        ("cat ../src/lamp.py", "src/lamp.py", True),
        ("cat /srv/lamp/src/lamp.py", "src/lamp.py", True),
        ("cat $DIR/lamp.py", "src/lamp.py", True),
        ("cat ${DIR}/lamp.py", "src/lamp.py", True),
        ("cat $DIR/lib/lamp.py", "src/lamp.py", False),
        ("f='src/lamp.py';", "src/lamp.py", True),
        ("cat lib/lamp.py", "src/lamp.py", False),
        ("cat lib/lamp.py src/lamp.py", "src/lamp.py", True),
        ("cat asrc/lamp.py", "src/lamp.py", False),
        ("cat biglamp.py", "lamp.py", False),
        ("cat lamp.pyc", "lamp.py", False),
        ("cat lamp.py.bak", "lamp.py", True),
        ("", "lamp.py", False),
    ],
)
def test_whether_a_text_names_a_path(text: str, path: str, expected: bool) -> None:
    assert names(text, path) is expected


def test_what_an_edit_wrote_is_what_it_added() -> None:
    told = [
        edit("f", "a\n", "a\nb\n"),
        written("f", "a\n"),
        Edit("f", "append", new="a\n"),
        Edit("f", "delete"),
        Edit("f", "substitute", old="s/a/b/"),
        Edit("f", "command"),
        Edit("f", "write", new="a\nb\n", before="a\n"),
    ]
    assert [len(wrote("1.1", one).added) for one in told] == [1, 1, 1, 0, 0, 0, 1]


# -- in a repository ----------------------------------------------------------------


def test_drift_is_explained_out_of_its_own_part_alone(tmp_path: Path) -> None:
    """A part's text must not depend on another part; the residue may name any."""
    scratch = Scratch(tmp_path / "lamp")
    scratch.write("lamp.py", numbered(12, "lamp"))
    scratch.commit("Begin")
    one, two = Agent(scratch, "one"), Agent(scratch, "two")
    one.prompt("Write it")
    one.write("draft.txt", "".join(TOLD))
    two.prompt("Use it")
    scratch.write("lamp.py", "".join(TOLD) + scratch.read("lamp.py"))
    two.edit("lamp.py", "lamp number 3\n", "the fourth lamp\n", shown=True)
    commit = scratch.commit("Both")
    (thread,) = record(scratch, [commit], one, two).values()
    drifts = [hunk for change in changes(thread, "drift") for hunk in change.hunks]
    assert [(hunk.evidence, hunk.cause) for hunk in drifts] == [("unrecorded", "")]
    found = {line: origin for path, line, origin in claims(scratch, commit, thread)}
    assert found["the fourth lamp\n"].part == ids(thread)[1]


def test_a_person_s_line_is_not_left_to_a_script_that_was_followed(tmp_path: Path) -> None:
    scratch = Scratch(tmp_path / "lamp")
    scratch.write("lamp.py", numbered(12, "lamp"))
    scratch.commit("Begin")
    agent = Agent(scratch)
    agent.prompt("Rename it")
    scratch.write("lamp.py", scratch.read("lamp.py").replace("lamp number", "light number"))
    agent.ran("sed -i 's/lamp number/light number/' lamp.py")
    scratch.write("lamp.py", scratch.read("lamp.py") + "what a person wrote\n")
    commit = scratch.commit("Both")
    (thread,) = record(scratch, [commit], agent).values()
    found = {line: origin.evidence for _, line, origin in claims(scratch, commit, thread)}
    assert found.pop("what a person wrote\n") == "unrecorded"
    assert set(found.values()) == {"replayed"}
