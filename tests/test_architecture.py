"""The rules of the house, kept over the syntax trees of all modules.

Imports run one way, ``cli -> weave -> tangle -> thread`` and between the rooms in them; no room
grows without end; each library has one door; what a command does not need is not imported when
it starts.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from treadle.cli.main import COMMANDS

ROOT = Path(__file__).parents[1]
FOLDERS = ("thread", "tangle", "weave", "cli", "templates")
RANK = {"templates": 0, "thread": 0, "tangle": 1, "weave": 2, "cli": 3}
SOURCES = sorted(
    path.relative_to(ROOT).as_posix() for name in FOLDERS for path in (ROOT / name).rglob("*.py")
)
DOORS = {
    "click": "cli/",
    "jinja2": "weave/html.py",
    "markdown_it": "weave/markdown.py",
    "git": "thread/repo.py",
    "pygments": "weave/",
}
"""Where alone a library may be imported: a folder or a file."""
LIBRARIES = {
    "GitPython": "git",
    "google-re2": "re2",
    "Jinja2": "jinja2",
    "markdown-it-py": "markdown_it",
}
"""Names of distributions whose module is called otherwise (and not just in lower case)."""
HEAVY = {
    "git",
    "re2",
    "jinja2",
    "markdown_it",
    "pygments",
    "orjson",
    "sqlite3",
    "concurrent.futures",
}
"""Modules that cost more than 10 ms to import."""
AT_HOME = {
    "weave/html.py",
    "weave/markdown.py",
    "weave/highlight.py",
    "tangle/learnt/cache.py",
    "tangle/learnt/index.py",
    "tangle/learnt/kept.py",
    "tangle/searching/wordbook.py",
}
"""Modules that are themselves imported only where their library is wanted."""
ROOMS = sorted({path.rpartition("/")[0] for path in SOURCES})
MOST_MODULES = 14
"""That a room holds. More of them want a room of their own."""
UNWANTED_WORDS = {"provenance", "metadata", "handler", "manager", "utils"}


def parsed(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"), path)


def imports(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported anywhere in a tree."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            assert node.module
            yield node.module
            if node.module.count(".") < 2:
                yield from (f"{node.module}.{name.name}" for name in node.names)


def imported_at_once(tree: ast.Module) -> Iterator[str]:
    """What is imported when the module is: not in functions, not for type checkers alone."""
    for node in tree.body:
        for_types = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not for_types and not isinstance(node, ast.FunctionDef | ast.ClassDef):
            yield from imports(node)


def ours(names: Iterator[str]) -> set[str]:
    """The folders that are imported from."""
    return {name.split(".")[1] for name in names if name.startswith("treadle.")}


@pytest.mark.parametrize("path", SOURCES)
def test_imports_run_one_way(path: str) -> None:
    rank = RANK[path.split("/")[0]]
    upwards = {folder for folder in ours(imports(parsed(path))) if RANK[folder] > rank}
    assert not upwards, f"{path} imports from {upwards}"


def test_the_values_import_nothing_of_ours() -> None:
    assert not ours(imports(parsed("thread/model.py")))


def standing(path: str) -> str:
    """Where a module stands: in its room, or by itself where its folder has rooms in it."""
    room = path.rpartition("/")[0]
    has_rooms = any(other.startswith(f"{room}/") for other in ROOMS)
    return path if has_rooms else room


def modules_used(path: str) -> Iterator[str]:
    """Paths of our modules that a module imports when it runs, at once or later."""
    tree = parsed(path)
    for node in ast.walk(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            node.body = []
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and "." in node.module:
            place = node.module.partition(".")[2].replace(".", "/")
            for name in node.names:
                named = (f"{place}/{name.name}.py", f"{place}.py", f"{place}/__init__.py")
                yield from [one for one in named if one in SOURCES][:1]


def test_rooms_import_one_way() -> None:
    below: dict[str, set[str]] = {}
    for path in SOURCES:
        used = {standing(other) for other in modules_used(path)}
        below.setdefault(standing(path), set()).update(used - {standing(path)})
    assert len(below) > len(ROOMS)
    try:
        TopologicalSorter(below).prepare()
    except CycleError as error:
        pytest.fail(f"imports run in a circle: {' <- '.join(error.args[1])}")


@pytest.mark.parametrize("room", ROOMS)
def test_rooms_stay_small(room: str) -> None:
    modules = {path.stem for path in (ROOT / room).glob("*.py")} - {"__init__"}
    commands = {module for module, _ in COMMANDS.values()} if room == "cli" else set()
    assert len(modules - commands) <= MOST_MODULES


@pytest.mark.parametrize("path", SOURCES)
def test_each_library_has_one_door(path: str) -> None:
    used = {name.split(".")[0] for name in imports(parsed(path))}
    for library in used & DOORS.keys():
        assert path.startswith(DOORS[library]), f"{library} belongs in {DOORS[library]}"


def test_every_library_is_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    declared = {re.split(r"[^\w-]", name)[0] for name in project["dependencies"]}
    known = {LIBRARIES.get(name, name.lower()) for name in declared}
    used = {name.split(".")[0] for path in SOURCES for name in imports(parsed(path))}
    assert used - set(sys.stdlib_module_names) - {"treadle"} <= known


@pytest.mark.parametrize("path", [path for path in SOURCES if path not in AT_HOME])
def test_heavy_libraries_are_imported_where_they_are_used(path: str) -> None:
    names = set(imported_at_once(parsed(path)))
    heavy = {name for name in names if name in HEAVY or name.split(".")[0] in HEAVY}
    assert not heavy, f"{path} imports {heavy} before anybody asked for it"


def test_starting_the_program_loads_no_heavy_library() -> None:
    code = "import sys, treadle.cli.main; print(*sys.modules, sep='\\n')"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not HEAVY & set(done.stdout.split("\n"))


@pytest.mark.parametrize("path", SOURCES)
def test_modules_stay_short(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8").count("\n") < 400


@pytest.mark.parametrize("path", SOURCES)
def test_modules_say_why_they_exist(path: str) -> None:
    assert ast.get_docstring(parsed(path)), f"{path} has no docstring"


@pytest.mark.parametrize("path", SOURCES)
def test_no_check_is_silenced(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    silenced = re.findall(r"#\s*(?:type:\s*ignore|noqa|TODO|FIXME|XXX|pragma)\b.*", text)
    assert not silenced


@pytest.mark.parametrize("path", SOURCES)
def test_names_use_the_words_of_the_house(path: str) -> None:
    named = set()
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            named.add(node.name)
        elif isinstance(node, ast.arg):
            named.add(node.arg)
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            named.add(node.id)
    words = {word.lower() for name in named for word in re.findall(r"[A-Z]+[a-z]*|[a-z]+", name)}
    assert not (words & UNWANTED_WORDS) | ({"data"} & named)


def test_the_folders_are_no_package_called_treadle() -> None:
    assert not (ROOT / "treadle").exists()
    assert not (ROOT / "__init__.py").exists()
