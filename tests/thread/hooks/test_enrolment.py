"""A repository joins and leaves: what is put into hooks and configuration, and taken out again."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from tests.support.hooked import Hooked, everything
from tests.support.scratch import Scratch
from tests.thread.hooks.settled import there_and_back
from treadle.thread.errors import UserError
from treadle.thread.hooks.enrolment import withdraw
from treadle.thread.hooks.place import hooks_now, places
from treadle.thread.hooks.program import Program
from treadle.thread.hooks.script import lost

# -- git's own folder -------------------------------------------------------------


def test_where_there_are_no_hooks_they_are_new(hooked: Hooked) -> None:
    told = there_and_back(hooked)
    assert sum(line.endswith(": new") for line in told) == 3
    assert not hooked.exists(".git/hooks")
    hooked.enrol()
    hooked.make()
    assert len(hooked.events()) == 1
    hooked.started()


def test_a_shell_script_runs_as_before_behind_ours(hooked: Hooked) -> None:
    text = '#!/bin/bash -eu\necho "mine $# $0"\nexit 0\necho never\n'
    path = hooked.hook("post-commit", text)
    there_and_back(hooked)
    hooked.enrol()
    assert hooked.make().startswith("mine 0 ")
    assert len(hooked.events()) == 1
    assert path.read_text().endswith('echo "mine $# $0"\nexit 0\necho never\n')


def test_a_hook_that_ends_early_or_fails_does_not_hide_ours(hooked: Hooked) -> None:
    hooked.hook("post-commit", "#!/bin/sh\nexit 3\n")
    hooked.enrol()
    hooked.says("commit", "--allow-empty", "-qm", "x")
    assert len(hooked.events()) == 1


@pytest.mark.parametrize(
    "text",
    [
        "#!/usr/bin/env python3\nimport sys, os\nprint('python', sys.argv[1:], sys.stdin.read())\n",
        "#!/bin/sh\n''':'\nexec python3 \"$0\" \"$@\"\n'''\nimport sys\n"
        "print('python', sys.argv[1:], sys.stdin.read())\n",
    ],
    ids=["python", "two-in-one"],
)
def test_a_program_is_moved_aside_and_runs_with_its_arguments_and_input(
    text: str, hooked: Hooked
) -> None:
    hooked.hook("post-rewrite", text)
    there_and_back(hooked)
    hooked.enrol()
    old = hooked.commit().id
    said = hooked.says("commit", "--amend", "--allow-empty", "-qm", "new")
    assert said == f"python ['amend'] {old} {hooked.git('rev-parse', 'HEAD')}\n\n"
    assert len(hooked.events("post-rewrite")) == 1


def test_a_binary_is_moved_aside_and_runs(hooked: Hooked) -> None:
    echo = shutil.which("echo")
    assert echo
    shutil.copy(echo, hooked.hook("post-commit", ""))
    there_and_back(hooked)
    hooked.enrol()
    assert hooked.make() == "\n"
    assert len(hooked.events()) == 1


@pytest.mark.parametrize("target", ["dispatch", "../../tools/dispatch", "/bin/sh/missing"])
def test_a_link_keeps_its_name_and_leads_where_it_led(target: str, hooked: Hooked) -> None:
    folder = hooked.top / ".git" / "hooks"
    hooked.hook("dispatch", '#!/bin/sh\necho "as ${0##*/}"\n')
    hooked.hook("dispatch", '#!/bin/sh\necho "as ${0##*/}"\n', hooked.top / "tools")
    (folder / "post-commit").symlink_to(target)
    there_and_back(hooked)
    hooked.enrol()
    said = hooked.make()
    assert said == ("" if "missing" in target else "as post-commit\n")
    assert len(hooked.events()) == 1
    assert os.readlink(folder / "before-treadle" / "post-commit").endswith(target)


def test_a_hook_that_is_switched_off_stays_off(hooked: Hooked) -> None:
    hooked.hook("post-commit", "#!/bin/sh\necho off\n").chmod(0o644)
    there_and_back(hooked)
    hooked.enrol()
    assert hooked.make() == ""
    assert len(hooked.events()) == 1


def test_a_hook_without_a_first_line_for_the_shell_still_runs(hooked: Hooked) -> None:
    hooked.hook("post-commit", "echo bare\n")
    there_and_back(hooked)
    hooked.enrol()
    assert hooked.make() == "bare\n"
    assert len(hooked.events()) == 1


def test_modes_are_kept(hooked: Hooked) -> None:
    path = hooked.hook("post-commit", "#!/bin/sh\n")
    path.chmod(0o700)
    there_and_back(hooked)
    hooked.enrol()
    assert stat.S_IMODE(path.stat().st_mode) == 0o700
    assert stat.S_IMODE((hooked.top / ".git" / "treadle").stat().st_mode) == 0o700


def test_what_was_written_around_our_lines_stays(hooked: Hooked) -> None:
    mine = hooked.hook("post-commit", "#!/bin/sh\necho one\n")
    hooked.enrol()
    new = hooked.top / ".git" / "hooks" / "post-merge"
    new.write_text(new.read_text() + "echo two\n")
    mine.write_text(mine.read_text().replace("one", "three"))
    assert hooked.enrol() == []
    withdraw(hooked.repo)
    assert mine.read_text() == "#!/bin/sh\necho three\n"
    assert new.read_text() == "#!/bin/sh\necho two\n"
    assert not hooked.exists(".git/hooks/post-rewrite")


def test_what_a_tool_wrote_over_is_mended(hooked: Hooked) -> None:
    path = hooked.hook("post-commit", "#!/bin/sh\n")
    hooked.enrol()
    path.write_text("#!/bin/sh\necho generated\n")
    (told,) = hooked.enrol()
    assert "post-commit" in told
    assert hooked.make() == "generated\n"
    assert len(hooked.events()) == 1


@pytest.mark.parametrize("kind", ["#!/bin/sh\nexit 0\n", "#!/usr/bin/env python3\n", ""])
def test_whether_ours_is_lost_is_seen_by_one_file(kind: str, hooked: Hooked) -> None:
    if kind:
        hooked.hook("post-commit", kind)
    assert not lost(hooked.repo.common_dir)
    hooked.enrol()
    assert not lost(hooked.repo.common_dir)
    (hooked.top / ".git/hooks/post-commit").write_text("#!/bin/sh\n")
    assert lost(hooked.repo.common_dir)
    (hooked.top / ".git/hooks/post-commit").unlink()
    assert lost(hooked.repo.common_dir)
    hooked.enrol()
    assert not lost(hooked.repo.common_dir)


def test_a_name_that_is_taken_is_not_written_over(hooked: Hooked) -> None:
    hooked.hook("post-commit", "#!/usr/bin/perl\n")
    hooked.hook("post-commit.before-treadle", "#!/usr/bin/perl\n# older\n")
    before = everything(hooked.top / ".git" / "hooks")
    with pytest.raises(UserError, match="moved aside"):
        hooked.enrol()
    assert everything(hooked.top / ".git" / "hooks") == before


def test_the_repository_may_move(hooked: Hooked) -> None:
    hooked.enrol()
    hooked.close()
    moved = hooked.top.rename(hooked.top.parent / "moved")
    there = Hooked(moved, init=False)
    there.make()
    assert len(there.events()) == 1
    assert there.events()[0][3] == str(moved)


def test_another_interpreter_is_taken_over(hooked: Hooked) -> None:
    hooked.enrol()
    other = hooked.top.parent / "other"
    shutil.copy(hooked.program.python, other)
    from treadle.thread.hooks.enrolment import enrol

    (told,) = enrol(hooked.repo, Program(str(other), "-I"))
    assert str(other) in told


# -- folders that are not ours ----------------------------------------------------


def chained(hooked: Hooked) -> Path:
    return Path(hooked.repo.common_dir) / "treadle" / "hooks"


def test_a_folder_for_all_repositories_is_chained_and_not_written(
    hooked: Hooked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home"
    hooked.hook("post-commit", "#!/bin/sh\necho everywhere\n", home / "hooks")
    hooked.hook("commit-msg", '#!/bin/sh\necho "checked $#"\n', home / "hooks")
    (home / "gitconfig").write_text("[core]\n\thooksPath = ~/hooks\n")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    before = everything(home)
    there_and_back(hooked)
    hooked.enrol()
    assert everything(home) == before
    assert hooks_now(hooked.repo) == str(chained(hooked))
    assert hooked.make() == "checked 1\neverywhere\n"
    assert len(hooked.events()) == 1
    hooked.hook("pre-commit", "#!/bin/sh\necho a new one\n", home / "hooks")
    assert hooked.make() == "a new one\nchecked 1\neverywhere\n"


def test_a_hook_of_theirs_that_refuses_still_refuses(hooked: Hooked) -> None:
    hooked.hook("pre-commit", "#!/bin/sh\nexit 1\n", hooked.top / "tools" / "hooks")
    hooked.git("config", "core.hooksPath", "tools/hooks")
    hooked.enrol()
    with pytest.raises(AssertionError):
        hooked.make()
    assert hooked.events() == []


def test_a_tracked_folder_is_chained_in_every_work_tree(hooked: Hooked) -> None:
    hooked.hook("post-commit", '#!/bin/sh\necho "tracked, $PWD"\n', hooked.top / "tools")
    hooked.git("config", "core.hooksPath", "tools")
    hooked.commit()
    there_and_back(hooked)
    hooked.enrol()
    side = hooked.top.parent / "side"
    hooked.git("worktree", "add", "--quiet", "-b", "side", str(side))
    other = Hooked(side, init=False)
    assert other.make() == f"tracked, {side}\n"
    assert hooked.events()[-1][3] == str(side)
    hooked.git("rm", "-rq", "tools")
    assert hooked.make() == ""


def test_a_link_to_a_tracked_folder_is_not_written_through(hooked: Hooked) -> None:
    hooked.hook("post-commit", "#!/bin/sh\necho linked\n", hooked.top / "tools")
    (hooked.top / ".git" / "hooks").symlink_to("../tools")
    hooked.commit()
    there_and_back(hooked)
    hooked.enrol()
    assert hooked.make() == "linked\n"
    assert hooked.git("status", "--porcelain") == ""
    assert len(hooked.events()) == 1


def test_git_is_back_at_its_hooks_where_the_repository_moved(hooked: Hooked) -> None:
    hooked.hook("post-commit", "#!/bin/sh\necho tracked\n", hooked.top / "tools")
    hooked.git("config", "core.hooksPath", "tools")
    hooked.enrol()
    hooked.close()
    there = Hooked(hooked.top.rename(hooked.top.parent / "moved"), init=False)
    assert there.make() == "tracked\n"
    assert there.events() == []
    there.enrol()
    assert there.make() == "tracked\n"
    assert len(there.events()) == 1


def test_a_path_set_after_us_is_found(hooked: Hooked) -> None:
    hooked.enrol()
    hooked.git("config", "core.hooksPath", "tools")
    hooked.hook("post-commit", "#!/bin/sh\necho tools\n", hooked.top / "tools")
    hooked.make()
    assert hooked.events() == []
    assert hooked.enrol()
    assert hooked.make() == "tools\n"
    assert len(hooked.events()) == 1
    hooked.git("config", "--unset", "core.hooksPath")
    assert hooked.enrol()
    assert hooks_now(hooked.repo) == str(hooked.top / ".git" / "hooks")
    hooked.make()
    assert len(hooked.events()) == 2
    withdraw(hooked.repo)
    assert not hooked.exists(".git/treadle/hook")
    assert "treadle" not in hooked.read(".git/config")


def test_a_path_of_one_work_tree_is_chained_there(hooked: Hooked) -> None:
    hooked.commit()
    side = hooked.top.parent / "side"
    hooked.git("worktree", "add", "--quiet", "-b", "side", str(side))
    hooked.git("config", "extensions.worktreeConfig", "true")
    other = Hooked(side, init=False)
    other.git("config", "--worktree", "core.hooksPath", "only")
    hooked.hook("post-commit", "#!/bin/sh\necho only here\n", side / "only")
    assert [place.worktree for place in places(hooked.repo)] == ["", "side"]
    there_and_back(hooked)
    hooked.enrol()
    assert other.make() == "only here\n"
    assert hooked.make() == ""
    assert len(hooked.events()) == 2


def test_a_submodule_has_hooks_of_its_own(hooked: Hooked, tmp_path: Path) -> None:
    inner = Scratch(tmp_path / "inner")
    inner.commit()
    hooked.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add",
               str(inner.top), "sub")  # fmt: skip
    hooked.commit()
    sub = Hooked(hooked.top / "sub", init=False)
    there_and_back(sub)
    sub.enrol()
    sub.make()
    hooked.make()
    (event,) = sub.events()
    assert event[3] == str(sub.top)
    assert not hooked.exists(".git/treadle")
