"""What a command's text alone tells of files, and what it leaves open."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.thread.commands import edits
from treadle.thread.model import Event

HERE = "/srv/lamp"

KNOWN = [
    ("mv a.py b.py", ["move a.py b.py"]),
    ("git mv a.py lib/b.py", ["move a.py lib/b.py"]),
    ("cp a.py lib/", ["copy a.py lib/a.py"]),
    ("rm -f a.py b.py", ["delete a.py", "delete b.py"]),
    ("cd lib && rm a.py", ["delete lib/a.py"]),
    ("(cd lib && rm a.py) && rm b.py", ["delete lib/a.py", "delete b.py"]),
    ("cat > a.py <<'EOF'\nlamp = $x\nEOF\n", ["write a.py 'lamp = $x\\n'"]),
    ("cat >> a.py <<EOF\nlamp = 1\nEOF\n", ["append a.py 'lamp = 1\\n'"]),
    ("cat <<EOF | tee a.py\nlamp\nEOF\n", ["write a.py 'lamp\\n'"]),
    ("echo 'a lamp' > a.txt", ["write a.txt 'a lamp\\n'"]),
    ("sed -i 's/a/b/g' a.py", ["substitute a.py"]),
    ("sed -i '' 's/a/b/g' a.py", ["substitute a.py"]),
    ("for f in a.py b.py; do sed -i 's/a/b/' $f; done", ["substitute a.py", "substitute b.py"]),
    ("python3 make.py > a.py", ["command a.py"]),
]

OPEN = [
    "rm $LAMP",
    "rm *.py",
    "if test -e a; then rm a.py; fi",
    "make || rm a.py",
    "ls a.py",
    "echo $(date) | cat",
    "git commit -m 'mv a.py b.py'",
]


def told(command: str, *, ok: bool | None = True) -> list[str]:
    """Each edit in a few words, its paths seen from the folder of the command."""
    found = []
    for edit in edits(Event("c", "ran", text=command, cwd=HERE, ok=ok)):
        words = [edit.op, edit.path.removeprefix(HERE + "/"), edit.to.removeprefix(HERE + "/")]
        words += [repr(edit.new)] if edit.op in ("write", "append") else []
        found.append(" ".join(word for word in words if word))
    return found


@pytest.mark.parametrize(("command", "wanted"), KNOWN)
def test_a_command_of_known_meaning(command: str, wanted: list[str]) -> None:
    assert told(command) == wanted


@pytest.mark.parametrize("command", OPEN)
def test_a_command_that_leaves_it_open(command: str) -> None:
    assert [words for words in told(command) if not words.startswith("command")] == []


@given(st.text(alphabet="amv rc>p|&;()<'\"\\$`{}\n#*-/EOF", max_size=60))
def test_no_text_makes_it_raise(command: str) -> None:
    assert all(words.split()[0] for words in told("rm " + command))
