"""``treadle demo``: what it builds, what it keeps its hands off, what it must not tell."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from treadle.cli.demo_story import clocks, harbours, place
from treadle.cli.demo_story.stage import Stage
from treadle.cli.demo_story.story import QUESTION, SLACKWATER
from treadle.cli.main import main
from treadle.thread.errors import UserError


def demo(folder: Path) -> None:
    """Run the command, which must end well."""
    with pytest.raises(SystemExit) as ended:
        main(["demo", str(folder)])
    assert ended.value.code == 0


def git(folder: Path, *args: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *args], capture_output=True, check=True)
    return done.stdout.decode()


def finished(folder: Path) -> Path:
    """A demo as the command leaves it, but for documents and pages."""
    with place.prepare(folder) as repo:
        Stage(SLACKWATER, repo, folder / "transcripts").play()
        place.finish(repo)
    return folder


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole demo, in a folder whose name holds a space."""
    folder = tmp_path_factory.mktemp("demos") / "slack water"
    demo(folder)
    return folder


# -- what it builds ---------------------------------------------------------------------


def test_every_commit_but_the_persons_own_has_a_document(built: Path) -> None:
    commits = git(built, "log", "--format=%H %s").splitlines()
    noted = {
        line.split()[1] for line in git(built, "notes", "--ref", "treadle", "list").splitlines()
    }
    without = [line.split(" ", 1)[1] for line in commits if line.split()[0] not in noted]
    assert len(commits) == 7
    assert without == ["Name the datum; add Harrow Quay"]


def test_the_work_tree_is_clean(built: Path) -> None:
    assert git(built, "status", "--porcelain", "--untracked-files=all") == ""


def test_no_secret_is_in_a_document_or_a_page(built: Path) -> None:
    documents = git(built, "log", "--notes=treadle", "--format=%N")
    pages = [path.read_text() for path in built.glob("treadle-site/**/*") if path.is_file()]
    for secret in (harbours.FORGE_TOKEN, clocks.MODEL_KEY):
        assert secret not in documents
        assert not [page for page in pages if secret in page]
    assert "[redacted:github]" in documents
    assert "[redacted:anthropic]" in documents


def test_the_failed_edit_and_the_replaced_attempt_are_told(built: Path) -> None:
    documents = git(built, "log", "--notes=treadle", "--format=%N")
    assert "String to replace not found in file." in documents
    assert "before < here > after or before > here < after" in documents
    assert "before < here > after" not in (built / "tide/table.py").read_text()


def test_codexs_commit_is_explained_whole(built: Path, capfd: pytest.CaptureFixture[str]) -> None:
    document = git(built, "log", "-1", "--notes=treadle", "--format=%N")
    assert 'agents: [{"name": "codex"' in document
    assert "apply_patch verification failed" in document
    assert "now.replace(tzinfo=" in document
    assert "now.replace(tzinfo=" not in (built / "tide/table.py").read_text()
    capfd.readouterr()
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(built), "check", "--json", "HEAD~1..HEAD"])
    assert ended.value.code == 0
    told = json.loads(capfd.readouterr().out)
    assert told["evidence"]["proved"] == told["added_lines"] == told["agents"]["codex"] > 0
    assert (told["explained"], told["problems"]) == (100.0, 0)


def test_the_question_is_about_the_line_that_replaced_the_attempt(built: Path) -> None:
    path, line = QUESTION
    text = (built / path).read_text().split("\n")[line - 1]
    assert text == "    step = shortest_period(harbour.parts) / STEPS_PER_PERIOD"


def test_it_answers_its_question_and_says_where_the_pages_are(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    demo(tmp_path / "here")
    told = capfd.readouterr().out
    assert "no turn" in told or "slope" in told
    assert str(tmp_path / "here" / "treadle-site" / "index.html") in told
    assert (tmp_path / "here" / "treadle-site" / "index.html").is_file()


def test_the_readme_quotes_the_true_answer(built: Path, capfd: pytest.CaptureFixture[str]) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text(encoding="utf-8")
    start = "$ treadle -C demo why tide/table.py:46\n"
    quoted = readme.partition(start)[2].partition("\n```")[0].split("\n")
    capfd.readouterr()
    with pytest.raises(SystemExit):
        main(["-C", str(built), "why", "tide/table.py:46"])
    answer = iter(capfd.readouterr().out.split("\n"))
    missing = [line for line in quoted if line.strip() != "…" and line not in answer]
    assert missing == []


def test_recording_the_transcripts_by_hand_writes_nothing_new(
    built: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    before = git(built, "rev-parse", "refs/notes/treadle")
    kept = [*built.glob("transcripts/*/*.jsonl"), *built.glob("transcripts/sessions/**/*.jsonl")]
    files = [word for path in kept for word in ("--from", str(path))]
    for commit in ("HEAD", "HEAD~1", "HEAD~2", "HEAD~4", "HEAD~5", "HEAD~6"):
        with pytest.raises(SystemExit) as ended:
            main(["-C", str(built), "record", commit, *files])
        assert ended.value.code == 0, capfd.readouterr().err
    assert git(built, "rev-parse", "refs/notes/treadle") == before


def test_every_document_gives_its_commit(built: Path, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["-C", str(built), "check"])
    assert ended.value.code == 0, capfd.readouterr()


def test_two_demos_have_the_same_documents(built: Path, tmp_path: Path) -> None:
    demo(tmp_path / "again")
    trees = [
        git(folder, "rev-parse", "refs/notes/treadle^{tree}")
        for folder in (built, tmp_path / "again")
    ]
    assert trees[0] == trees[1]


# -- where it builds --------------------------------------------------------------------


def test_an_empty_folder_is_taken(tmp_path: Path) -> None:
    assert git(finished(tmp_path), "rev-list", "--count", "HEAD") == "7\n"


def test_an_untouched_demo_is_built_again(tmp_path: Path) -> None:
    before = git(finished(tmp_path / "demo"), "rev-parse", "HEAD")
    assert git(finished(tmp_path / "demo"), "rev-parse", "HEAD") == before


def test_tests_that_somebody_ran_in_it_are_no_work(tmp_path: Path) -> None:
    folder = finished(tmp_path / "demo")
    (folder / "tide" / "__pycache__").mkdir()
    (folder / "tide" / "__pycache__" / "table.pyc").write_bytes(b"")
    finished(folder)


def test_an_interrupted_demo_is_built_again(tmp_path: Path) -> None:
    with place.prepare(tmp_path / "demo"):
        (tmp_path / "demo" / "half.py").write_text("half\n")
    assert not (finished(tmp_path / "demo") / "half.py").exists()


@pytest.mark.parametrize("change", ["a file", "an edit", "a commit", "a branch", "a stash"])
def test_what_somebody_did_in_a_demo_is_kept(tmp_path: Path, change: str) -> None:
    folder = finished(tmp_path / "demo")
    if change == "a branch":
        git(folder, "branch", "mine", "HEAD~1")
    elif change == "a file":
        (folder / "mine.py").write_text("mine\n")
    else:
        (folder / "README.md").write_text("mine\n")
    if change == "a commit":
        git(folder, "commit", "--quiet", "--all", "--message", "mine")
    if change == "a stash":
        git(folder, "stash", "--quiet")
    before = git(folder, "for-each-ref"), git(folder, "status", "--porcelain")
    with pytest.raises(UserError, match="somebody has gone on with"):
        place.prepare(folder)
    assert (git(folder, "for-each-ref"), git(folder, "status", "--porcelain")) == before


def test_a_folder_of_other_things_is_refused(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear\n")
    with pytest.raises(UserError, match="not empty"):
        place.prepare(tmp_path)
    assert (tmp_path / "letter.txt").read_text() == "dear\n"


def test_a_repository_that_is_no_demo_is_refused(tmp_path: Path) -> None:
    git(tmp_path, "init", "--quiet")
    with pytest.raises(UserError, match="no demo of treadle"):
        place.prepare(tmp_path)


def test_a_git_folder_that_is_a_link_is_refused(tmp_path: Path) -> None:
    folder = finished(tmp_path / "demo")
    (folder / ".git").rename(tmp_path / "elsewhere")
    (folder / ".git").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(UserError, match="no demo of treadle"):
        place.prepare(folder)


def test_a_file_is_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "demo").write_text("")
    with pytest.raises(SystemExit) as ended:
        main(["demo", str(tmp_path / "demo")])
    assert ended.value.code == 1
    assert "is a file" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_refused_in_words(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UserError, match="cannot make"):
        place.prepare(tmp_path / "file" / "demo")
