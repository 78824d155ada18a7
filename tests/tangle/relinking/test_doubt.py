"""Lines that a squash passes over, though an edit on the way wrote them, are nobody's."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.support.scratch import Scratch, lines
from tests.tangle.relinking.loom import FIRST, SECOND, Loom, steps
from treadle.tangle.asking.answer import Answer, why
from treadle.tangle.blame import blame
from treadle.tangle.check import check
from treadle.tangle.learnt.index import Index
from treadle.tangle.relink import relink
from treadle.tangle.sharing.unite import unite
from treadle.thread.document import parse, part_id, render
from treadle.thread.model import Doubt, Thread
from treadle.thread.origin import Origin

AGAIN = FIRST[1]


def asked(scratch: Scratch, line: str, path: str = "lamp.py") -> Answer:
    index = Index(scratch.repo)
    try:
        return why(index, path, scratch.read(path).split("\n").index(line) + 1, "HEAD")
    finally:
        index.close()


def doubted(scratch: Scratch) -> int:
    """Lines in doubt that ``check`` counts in the last commit."""
    index = Index(scratch.repo)
    try:
        ((_, result),) = check(index, [scratch.head()])
        assert result.exact == 1
        return result.doubted
    finally:
        index.close()


def out_and_in_again(loom: Loom, path: str) -> None:
    """A line goes in one commit, and the agent writes it again for the next."""
    loom.agent.prompt("Not so many lamps")
    loom.agent.edit(path, f"{AGAIN}\n", "")
    loom.step(path, 20, *SECOND)
    loom.save()
    loom.agent.prompt("One more after all")
    loom.agent.edit(path, f"{FIRST[0]}\n", f"{FIRST[0]}\n{AGAIN}\n")


def taken_out_and_written_again(loom: Loom) -> None:
    """A line of an old step goes in one commit of a branch and comes again in the next, by
    another step; the branch becomes one commit on ``start``."""
    loom.step("lamp.py", 5, *FIRST)
    loom.save()
    loom.scratch.git("branch", "-f", "start")
    out_and_in_again(loom, "lamp.py")
    loom.step("lamp.py", 25, "a third lamp stands in the window for the traveller")
    loom.save()
    loom.scratch.git("checkout", "-q", "start")
    loom.scratch.git("merge", "-q", "--squash", "main")
    loom.scratch.commit("Squashed")


def test_a_line_taken_out_and_written_again_on_the_way(loom: Loom) -> None:
    taken_out_and_written_again(loom)
    rewrote = steps(loom.scratch, rev="main")[AGAIN]
    assert rewrote.part != loom.known[f"{AGAIN}\n"].part
    before = steps(loom.scratch)
    assert before[AGAIN] == loom.known[f"{AGAIN}\n"], "git's word, as long as nobody knows better"
    loom.relink("HEAD")
    row = next(row for row in loom.thread().placement.rows if row.path == "lamp.py")
    line = loom.scratch.read("lamp.py").split("\n").index(AGAIN)
    assert row.doubts == (Doubt(line, 1, (f"{rewrote.part}:{rewrote.step}",)),)
    found = steps(loom.scratch)
    assert AGAIN not in found
    assert found[FIRST[0]] == loom.known[f"{FIRST[0]}\n"]
    assert found.keys() == {
        FIRST[0],
        *SECOND,
        "a third lamp stands in the window for the traveller",
    }
    assert AGAIN in steps(loom.scratch, rev="main"), "where the squash is no ancestor all is told"


def test_the_answer_says_that_it_is_in_doubt_and_check_counts_it(loom: Loom) -> None:
    taken_out_and_written_again(loom)
    loom.relink("HEAD")
    answer = asked(loom.scratch, AGAIN)
    assert answer.step is None
    old = loom.known[f"{AGAIN}\n"].part[:8]
    new = part_id(loom.thread("main").parts[0])[:8]
    assert "a squash hides who wrote this line" in answer.silence
    assert f":{old}:1.2 or " in answer.silence
    assert f":{new}:1.1 (treadle show" in answer.silence
    assert asked(loom.scratch, FIRST[0]).step is not None
    assert [doubted(loom.scratch) for _ in range(2)] == [1, 1]


def doubting(thread: Thread, *doubts: Doubt) -> bytes:
    """The document, its files' doubts replaced."""
    rows = tuple(replace(row, doubts=doubts) for row in thread.placement.rows)
    return render(replace(thread, placement=replace(thread.placement, rows=rows)))


def test_a_document_that_doubts_more_lines_than_there_are(loom: Loom) -> None:
    taken_out_and_written_again(loom)
    loom.relink("HEAD")
    text = doubting(loom.thread(), Doubt(0, 10**8, ("+1", "-999")))
    loom.scratch.run("notes", "--ref", "treadle", "add", "--force", "--file", "-", feed=text)
    assert steps(loom.scratch) == {}
    assert "or somebody else" in asked(loom.scratch, FIRST[0]).silence
    assert doubted(loom.scratch) == loom.scratch.read("lamp.py").count("\n")


def test_a_line_in_doubt_stays_so_in_later_commits_under_another_name(loom: Loom) -> None:
    taken_out_and_written_again(loom)
    loom.relink("HEAD")
    loom.scratch.git("mv", "lamp.py", "light.py")
    loom.scratch.commit("Rename")
    loom.person("light.py", "number 2\n", "number 2\nby hand, above\n")
    found = steps(loom.scratch, "light.py")
    assert AGAIN not in found
    assert FIRST[0] in found


def test_a_line_in_doubt_while_the_squash_is_being_merged(loom: Loom) -> None:
    taken_out_and_written_again(loom)
    loom.relink("HEAD")
    loom.scratch.git("checkout", "-q", "-b", "side", "start^")
    loom.person("dir/oil.txt", "number 2\n", "number 2\nby hand, on the side\n")
    loom.scratch.git("merge", "-q", "--no-commit", "start")
    index = Index(loom.scratch.repo)
    runs = blame(index, "lamp.py").runs
    index.close()
    line = loom.scratch.read("lamp.py").split("\n").index(AGAIN)
    assert [bool(r.origin.part) for r in runs if line - 1 <= r.start <= line] == [True, False]


def test_a_line_in_doubt_of_a_file_that_is_renamed_before_the_squash_and_after_it(
    loom: Loom,
) -> None:
    """Git's blame tells the first name and the last one, and the squash has the one between."""
    loom.step("lamp.py", 5, *FIRST)
    loom.save()
    loom.scratch.git("mv", "lamp.py", "light.py")
    loom.scratch.commit("Rename")
    loom.scratch.git("branch", "-f", "start")
    out_and_in_again(loom, "light.py")
    loom.save()
    loom.scratch.git("checkout", "-q", "start")
    loom.scratch.git("merge", "-q", "--squash", "main")
    loom.scratch.commit("Squashed")
    loom.relink("HEAD")
    assert AGAIN not in steps(loom.scratch, "light.py")
    loom.scratch.git("mv", "light.py", "sun.py")
    loom.scratch.commit("Rename again")
    found = steps(loom.scratch, "sun.py")
    assert AGAIN not in found
    assert {FIRST[0], *SECOND} <= found.keys()


def test_a_step_that_put_back_its_own_line_leaves_no_doubt(loom: Loom) -> None:
    """The edits of the squash only move other lines: what documents say is what git says."""
    loom.step("lamp.py", 5, *FIRST)
    loom.save()
    loom.scratch.git("branch", "-f", "start")
    loom.step("lamp.py", 20, *SECOND)
    loom.save()
    loom.step("lamp.py", 2, "a third lamp stands in the window for the traveller")
    loom.save()
    loom.scratch.git("checkout", "-q", "start")
    loom.scratch.git("merge", "-q", "--squash", "main")
    loom.scratch.commit("Squashed")
    loom.relink("HEAD")
    assert not any(row.doubts for row in loom.thread().placement.rows)
    assert {AGAIN, *SECOND} <= steps(loom.scratch).keys()


def test_what_a_merge_brought_is_not_in_doubt_where_it_is_made_a_plain_commit(loom: Loom) -> None:
    """The document of a merge tells no step of the lines that a parent brought: they were told of
    before."""
    loom.scratch.git("checkout", "-q", "start")
    loom.step("lamp.py", 5, *FIRST)
    loom.save()
    loom.scratch.git("checkout", "-q", "main")
    loom.step("lamp.py", 20, *SECOND)
    loom.save()
    loom.scratch.git("merge", "-q", "--no-commit", "start")
    loom.step("lamp.py", 12, "a third lamp stands in the window for the traveller")
    loom.save("Merge, and one lamp more")
    plain = loom.scratch.git("commit-tree", "HEAD^{tree}", "-p", "start", "-m", "Plain")
    loom.scratch.git("checkout", "-q", "-B", "plain", plain)
    loom.relink("HEAD")
    assert not any(row.doubts for row in loom.thread().placement.rows)
    assert steps(loom.scratch).keys() == steps(loom.scratch, rev="main").keys() >= {*FIRST, *SECOND}


# -- a squash that is rewritten -----------------------------------------------------


def only_the_squash_is_known(loom: Loom) -> None:
    """Nothing but the squash's own document tells what the branch did."""
    taken_out_and_written_again(loom)
    loom.relink("HEAD")
    for rev in ("main", "main^"):
        loom.scratch.git("notes", "--ref", "treadle", "remove", loom.scratch.head(rev).id)


def test_a_squash_that_is_amended_stays_in_doubt(loom: Loom) -> None:
    only_the_squash_is_known(loom)
    text = loom.scratch.read("lamp.py")
    loom.scratch.write("lamp.py", f"by hand, above all\n{text}")
    loom.scratch.commit("Amended", "--amend")
    loom.relink("HEAD")
    assert steps(loom.scratch).keys() >= {FIRST[0], *SECOND}
    assert AGAIN not in steps(loom.scratch)


def test_a_squash_that_is_rebased_stays_in_doubt(loom: Loom) -> None:
    only_the_squash_is_known(loom)
    loom.scratch.git("checkout", "-q", "-b", "later", "start^")
    loom.person("lamp.py", "number 2\n", "number 2\nby hand, on the other branch\n")
    loom.scratch.git("cherry-pick", "start")
    ((source,),) = (outcome.sources for outcome in loom.relink("HEAD").outcomes)
    assert source.sure == "the same change"
    assert steps(loom.scratch).keys() >= {FIRST[0], *SECOND}
    assert AGAIN not in steps(loom.scratch)


def test_a_squash_in_a_squash_stays_in_doubt(loom: Loom) -> None:
    only_the_squash_is_known(loom)
    (row,) = loom.thread().placement.rows
    loom.step("lamp.py", 12, "a fourth lamp is for the cellar and its jars of oil")
    loom.save()
    loom.scratch.git("checkout", "-q", "-b", "later", "start~2")
    loom.scratch.git("merge", "-q", "--squash", "start")
    loom.scratch.commit("Squashed again")
    loom.relink("HEAD")
    (later,) = loom.thread().placement.rows
    assert [doubt.others for doubt in later.doubts] == [doubt.others for doubt in row.doubts]
    assert AGAIN not in steps(loom.scratch)


def test_a_line_in_doubt_whose_first_step_is_squashed_too(loom: Loom) -> None:
    only_the_squash_is_known(loom)
    loom.step("lamp.py", 12, "a fourth lamp is for the cellar and its jars of oil")
    loom.save()
    loom.scratch.git("checkout", "-q", "-b", "later", "start~3")
    loom.scratch.git("merge", "-q", "--squash", "start")
    loom.scratch.commit("Squashed again")
    loom.relink("HEAD")
    assert steps(loom.scratch)[FIRST[0]] == loom.known[f"{FIRST[0]}\n"]
    assert AGAIN not in steps(loom.scratch)


# -- text with two readings ---------------------------------------------------------


BODY = lines("    pour the oil into the jar", "    close the jar with a cork")


def functions(*names: str, body: str = BODY) -> str:
    return "".join(f"fn {name} {{\n{body}}}\n\n" for name in names)


def two_functions(loom: Loom) -> None:
    """Two steps write a function each; ``start`` is there, and ``main`` goes on."""
    loom.agent.prompt("Write the first")
    loom.agent.write("jar.rs", functions("first") + functions("last"))
    loom.save()
    loom.agent.prompt("And the second")
    loom.agent.edit("jar.rs", "fn last", functions("second") + "fn last")
    loom.save()
    loom.scratch.git("branch", "-f", "start")


def squashed(loom: Loom) -> None:
    """One more edit by a step, and ``main`` as one commit on ``start``."""
    loom.agent.prompt("Something else")
    loom.agent.edit("jar.rs", "fn last {\n", "fn last {\n    wash the jar out with warm water\n")
    loom.save()
    loom.scratch.git("checkout", "-q", "start")
    loom.scratch.git("merge", "-q", "--squash", "main")
    loom.scratch.commit("Squashed")
    loom.relink("HEAD")
    assert loom.scratch.read("jar.rs").split("\n")[2:4] == ["}", ""]


def ends(scratch: Scratch, rev: str) -> tuple[Origin, Origin]:
    """Whose the brace and the blank line behind the first function are."""
    index = Index(scratch.repo)
    try:
        runs = blame(index, "jar.rs", rev).runs
        brace, blank = (
            next(r.origin for r in runs if r.start <= n < r.start + r.count) for n in (2, 3)
        )
        return brace, blank
    finally:
        index.close()


def test_a_brace_that_may_be_either_of_two(loom: Loom) -> None:
    """Nobody recorded how the first function was cut short and the second went. One brace and one
    blank line are left of two, and a squash does not tell whose they are."""
    two_functions(loom)
    loom.person("jar.rs", f"fn first {{\n{BODY}", "fn first {\n    break the jar\n")
    loom.person("jar.rs", functions("second"), "")
    squashed(loom)
    assert all(origin.part for origin in ends(loom.scratch, "main"))
    assert not any(origin.part for origin in ends(loom.scratch, "HEAD"))


def test_a_brace_of_which_a_document_tells(loom: Loom) -> None:
    """The same text, but a step made it in one edit, and its document leads to what git says."""
    two_functions(loom)
    loom.agent.prompt("Break it, and no second one")
    loom.agent.edit("jar.rs", f"{BODY}}}\n\nfn second {{\n{BODY}", "    break the jar\n")
    loom.save()
    squashed(loom)
    told = ends(loom.scratch, "HEAD")
    assert told == ends(loom.scratch, "main")
    assert all(origin.part for origin in told)


def test_a_commit_that_was_only_moved_leaves_no_doubt(loom: Loom) -> None:
    """Its edit is its document's, on another base: nothing is hidden between."""
    two_functions(loom)
    new = "    break the jar, and sweep what is left of it into the corner\n"
    loom.agent.prompt("Break it, and no second one")
    loom.agent.edit("jar.rs", f"{BODY}}}\n\nfn second {{\n{BODY}", new)
    loom.save()
    loom.scratch.git("checkout", "-q", "start")
    loom.person("jar.rs", "fn last {\n", "fn last {\n    by hand, on the other branch\n")
    loom.scratch.git("checkout", "-q", "main")
    loom.scratch.git("rebase", "-q", "start")
    loom.relink("HEAD")
    assert not any(row.doubts for row in loom.thread().placement.rows)
    assert all(origin.part for origin in ends(loom.scratch, "HEAD"))


def relinked_with(loom: Loom, place: Path, kept: str) -> Scratch:
    """A clone of the squash in which of the branch's documents only that of ``kept`` is."""
    fresh = Scratch(place)
    notes = "refs/notes/treadle:refs/notes/treadle"
    fresh.git("fetch", "-q", f"file://{loom.scratch.top}", "start:refs/heads/squashed", notes)
    for rev in {"main", "main^"} - {kept}:
        lost = loom.scratch.head(rev).id
        fresh.git("notes", "--ref", "treadle", "remove", lost)
    fresh.git("checkout", "-q", "squashed")
    relink(fresh.repo, fresh.repo.chosen(["HEAD"]))
    return fresh


def test_whoever_unites_two_documents_keeps_what_either_doubts(loom: Loom, tmp_path: Path) -> None:
    taken_out_and_written_again(loom)
    squash = loom.scratch.head().id
    texts = []
    for name in ("main", "main^"):
        fresh = relinked_with(loom, tmp_path / name.replace("^", "-"), name)
        texts.append(fresh.run("notes", "--ref", "treadle", "show", squash))
        fresh.close()
    rows = [row for text in texts for row in parse(text).placement.rows]
    assert [bool(row.doubts) for row in rows] == [True, False]
    for one, other in (texts, texts[::-1]):
        united = parse(unite(loom.scratch.repo, squash, one, other).text)
        assert len(united.parts) == 2
        assert [row.doubts for row in united.placement.rows] == [rows[0].doubts]


def test_whoever_has_the_same_parts_and_no_doubts_keeps_the_others(loom: Loom) -> None:
    taken_out_and_written_again(loom)
    squash = loom.scratch.head().id
    loom.relink("HEAD")
    thread = loom.thread()
    (row,) = thread.placement.rows
    doubts = Doubt(3, 1, ("-2",)), *row.doubts
    texts = [doubting(thread, *told) for told in ((), row.doubts, doubts[:1])]
    for one, other in (texts[:2], texts[1::-1]):
        assert unite(loom.scratch.repo, squash, one, other).text == texts[1]
    united = {unite(loom.scratch.repo, squash, *pair).text for pair in (texts[1:], texts[:0:-1])}
    assert [parse(text).placement.rows[0].doubts for text in united] == [doubts]


def test_a_clone_that_lacks_the_old_commits_is_as_unsure(loom: Loom, tmp_path: Path) -> None:
    taken_out_and_written_again(loom)
    fresh = Scratch(tmp_path / "fresh")
    notes = "refs/notes/treadle:refs/notes/treadle"
    fresh.git("fetch", "-q", f"file://{loom.scratch.top}", "start:refs/heads/squashed", notes)
    fresh.git("checkout", "-q", "squashed")
    relink(fresh.repo, fresh.repo.chosen(["HEAD"]))
    assert AGAIN not in steps(fresh)
    assert FIRST[0] in steps(fresh)
    fresh.close()
