"""Paths that leave the repository or enter git's own folder are refused, others are not."""

from __future__ import annotations

import pytest

from treadle.thread.paths import refusal


@pytest.mark.parametrize(
    "path",
    [
        "a",
        "a/b/c.py",
        ".gitignore",
        ".github/workflows/x.yml",
        "a/.gitattributes",
        "git",
        "a.git",
        ".gitmodules",
        "git~2",
        "...",
        "a..b",
        "..a/b",
        "with space/é/漢",
        "foreign \udc80",
        "new\nline",
        "back\\slash",
        "-option",
        "a" * 4096,
    ],
)
def test_an_ordinary_path_may_be_written(path: str) -> None:
    assert refusal(path) == ""


@pytest.mark.parametrize(
    "path",
    [
        "",
        "\0",
        "a\0b",
        "a" * 4097,
        "/etc/passwd",
        "//a",
        "C:\\a",
        "c:/a",
        "..",
        "../a",
        "a/../b",
        "a/..",
        ".",
        "./a",
        "a/./b",
        "a//b",
        "a/",
        "..\\a",
        "a\\..\\b",
    ],
)
def test_a_path_that_leaves_the_repository_is_refused(path: str) -> None:
    assert refusal(path)


@pytest.mark.parametrize(
    "path",
    [
        ".git",
        ".git/hooks/post-commit",
        "a/.git/config",
        ".GIT/config",
        ".Git",
        "git~1",
        "GIT~1/config",
        ".git ",
        ".git.",
        ".git. . ",
        ".git::$INDEX_ALLOCATION",
        ".git:stream",
        "a\\.git\\config",
        ".g\u200cit",
        "\ufeff.git",
        ".gi\u202et",
    ],
)
def test_a_path_into_gits_own_folder_is_refused_in_every_disguise(path: str) -> None:
    assert refusal(path) == "it enters .git"
