"""Commands followed on paper against a real shell: what is claimed of a file is what it holds.

Scripts are made of harmless commands in a folder of their own and run by bash. In each, some
commands surely run and others may not; the latter touch files that nothing else touches, so
that what is said of those files must be true, and silence is always allowed.
"""

from __future__ import annotations

import os
import posixpath
import shutil
import subprocess
from pathlib import Path
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from treadle.tangle.replay import Seen, replay
from treadle.thread.model import Edit, Event, Session
from treadle.thread.shell.commands import interpret

TEXTS = {
    "a.txt": "one two\nthree\n",
    "b.txt": "no end",
    "dir/c.txt": "one\n\none one\n",
    "dir/d e.txt": "(x) [y] a+b \\ 'q' \"r\"\nÉté — naïve\n",
    "empty": "",
}
WORDS = ["hi", "'two words'", '"it\'s"', "a\\ b", "x{y}", "'$v'", "é", "-x", '"\\$v"', "'*'", "-n"]
SCRIPTS = ["s/one/two/", "s/one/two/g", "s/O/0/gI", "s/^/> /", "s/x*$/;/", "s/(x)/&&/", "2d"]
SCRIPTS += ["s/one/two/; s/two/three/g", "s|e$|E|", "s/\\bone\\b/1/g", "s/[aeiou]\\+/<&>/g"]
SCRIPTS += ["s/t\\(.\\)/\\1t/", "s/o/\\n/", "s/\\s\\+$//", "s/a.b/\\//", "s/[^a-z]//", "s/o/0/2"]
SCRIPTS += ["/one/s/o/0/", "y/abc/xyz/", "s/(o)(n)/$2$1/g", "s/o?n/+/", "s/\\w+/w/", "s/\\n/,/"]
EDITORS = ["sed -i", "sed -i -e", "sed -i -E", "sed -i.bak -e", "sed -n -i -e", "sed --in-place"]
EDITORS += ["perl -pi -e", "perl -i -pe", "perl -0777 -pi -e", "perl -ni -e"]


class Files:
    """What is known of the files: text, or None where nobody can tell."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.known: dict[str, str | None] = dict(texts)
        self.claimed: set[str] = set()

    def follow(self, edit: Edit) -> None:
        if edit.op in ("move", "copy"):
            self._carried(edit)
        elif edit.op == "delete":
            for path in self._below(edit.path):
                self._gone(path)
        elif edit.op == "command":
            self._holds(edit.path, None)
        else:
            before = self.known.get(edit.path)
            unknown = edit.path in self.known and before is None and edit.op != "write"
            (outcome,) = replay(before, [Seen(edit)], eager=False)
            self._holds(edit.path, None if unknown or outcome.reason else outcome.after)

    def _carried(self, edit: Edit) -> None:
        into = any(path.startswith(edit.to + "/") for path in self.known)
        to = posixpath.join(edit.to, posixpath.basename(edit.path)) if into else edit.to
        for path in self._below(edit.path):
            text = self.known[path]
            if edit.op == "move":
                self._gone(path)
            self._holds(to + path[len(edit.path) :], text)

    def _below(self, folder: str) -> list[str]:
        return [path for path in self.known if path == folder or path.startswith(folder + "/")]

    def _gone(self, path: str) -> None:
        self.claimed.add(path)
        self.known.pop(path, None)

    def _holds(self, path: str, text: str | None) -> None:
        self.claimed.add(path)
        self.known[path] = text


class Writer:
    """Makes scripts whose commands do not fail, if they run."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.files = set(TEXTS)
        self.folder = ""
        self.made = 0

    def script(self) -> str:
        parts = [self.statement() for _ in range(self.random.randint(1, 7))]
        return "\n".join(parts) + self.random.choice(["", "\n", "; true", "\n# done\n"])

    def statement(self) -> str:
        kinds = [self.command] * 6 + [self.listed, self.subshell, self.group, self.loop, self.cd]
        return self.random.choice([*kinds, *[self.doubtful] * 3])()

    def name(self, path: str) -> str:
        """A path as seen from the folder, quoted one way or another."""
        told = posixpath.relpath(path, self.folder or ".")
        ways = [told.replace(" ", "\\ "), f"'{told}'", f'"{told}"']
        return self.random.choice(ways)

    def old(self) -> str:
        return self.random.choice(sorted(self.files))

    def new(self) -> str:
        self.made += 1
        path = posixpath.join(self.random.choice(["", "dir"]), f"new{self.made}.txt")
        self.files.add(path)
        return path

    def any(self) -> str:
        return self.old() if self.random.random() < 0.6 else self.new()

    # -- commands that run --------------------------------------------------------------

    def command(self) -> str:
        kinds = [self.echo, self.printf, self.here, self.tee, self.carry, self.rm, self.substitute]
        return self.random.choice([*kinds, self.opaque])()

    def redirection(self) -> str:
        return f"{self.random.choice(['>', '>>', '>|', '1>'])} {self.name(self.any())}"

    def echo(self) -> str:
        words = self.random.choices(WORDS, k=self.random.randint(0, 3))
        return " ".join(["echo", *words, self.redirection()])

    def printf(self) -> str:
        texts = ["'a\\nb\\n'", "'a\\tb'", "''", "'%s\\n' a b", "'100%%'", '"x\\\\y"']
        return f"printf {self.random.choice(texts)} {self.redirection()}"

    def here(self) -> str:
        body = "".join(self.random.choices(["a\n", "b c\n", "\n", "\td\n", "'(\n", "$v\n"], k=3))
        end = self.random.choice(["EOF", "'EOF'", '"EOF"', "\\EOF"])
        dash = self.random.choice(["", "-"])
        if self.random.random() < 0.3:
            return f"cat <<{dash}{end} | tee {self.name(self.any())}\n{body}EOF"
        return f"cat <<{dash}{end} {self.redirection()}\n{body}EOF"

    def tee(self) -> str:
        more = self.random.choice(["", "-a "])
        return f"echo hi | tee {more}{self.name(self.any())} {self.name(self.any())}"

    def carry(self) -> str:
        old = self.old()
        name, choice = self.name(old), self.random.random()
        if choice < 0.4:
            return f"cp {name} {self.name(self.new())}"
        if choice < 0.5:
            return f"cp -r {self.name('dir')} {self.name(f'copy{len(self.files)}')}"
        self.files.discard(old)
        if choice < 0.7 and not old.startswith("dir/"):
            self.files.add(f"dir/{old}")
            return f"mv {name} {self.name('dir')}{self.random.choice(['', '/'])}"
        return f"mv {self.random.choice(['', '-f ', '-- '])}{name} {self.name(self.new())}"

    def rm(self) -> str:
        if len(self.files) < 3:
            return "true"
        old = self.old()
        self.files.discard(old)
        return f"rm {self.random.choice(['', '-f ', '-rf '])}{self.name(old)}"

    def substitute(self) -> str:
        how, script = self.random.choice(EDITORS), self.random.choice(SCRIPTS)
        return f"{how} '{script}' {self.name(self.old())}"

    def opaque(self) -> str:
        old = self.name(self.old())
        return self.random.choice([f"sort {old} {self.redirection()}", f"touch {old}", f"wc {old}"])

    # -- groups of them -----------------------------------------------------------------

    def listed(self) -> str:
        first = self.random.choice(["true", "mkdir -p x", "echo hi", "cd ."])
        command = self.command()
        while "\n" in command:
            command = self.command()
        return f"{first} && {command}"

    def cd(self) -> str:
        self.folder = "" if self.folder else "dir"
        return f"cd {'dir' if self.folder else '..'}"

    def subshell(self) -> str:
        kept = self.folder
        inside = "\n".join([self.cd(), self.command(), self.command()])
        self.folder = kept
        return f"({inside}\n) {self.random.choice(['', f'> {self.name(self.new())}'])}"

    def group(self) -> str:
        return f"{{ {self.command()}\n{self.command()}\n}}"

    def loop(self) -> str:
        words = " ".join(self.name(self.new()) for _ in range(2))
        return f'for f in {words}; do\n echo hi > "$f"\n cat "$f"; sed -i s/h/H/ "$f"; done'

    # -- commands that may not run ------------------------------------------------------

    def maybe(self) -> str:
        """A command on a file that no other one touches."""
        self.made += 1
        return f"echo maybe > {posixpath.relpath(f'aside{self.made}.txt', self.folder or '.')}"

    def doubtful(self) -> str:
        tests = ["true", "false", "[ -f a.txt ]", "grep -q one a.txt", "! true"]
        test, one, two = self.random.choice(tests), self.maybe(), self.maybe()
        wraps = [
            f"{test} && {one}",
            f"{test} || {one}",
            f"{test} && {one} || {two}",
            f"{test} || {{ {one}; {two}; }}",
            f"{test} || ({one}; {two})",
            f"if {test}; then {one}; else {two}; fi",
            f"while {test}; do {one}; break; done",
            f"case {test[0]} in t) {one};; *) {two};; esac",
            f"f() {{ {one}; {two}; }}",
            f"f() {{\n{one}\n}}; {self.random.choice(['f', 'true'])}",
            f"for f in x y; do {test} || continue; {one}; done",
            f"({test} && exit; {one}); {two}",
            f"a=(echo b); {two}",
            f"{test} && cat <<EOF > aside{self.made}.md || {one}\nhi\nEOF",
            f"{test} && (cd /; true) || {one}",
        ]
        return self.random.choice(wraps)


# -- on paper and in truth ----------------------------------------------------------


@pytest.fixture(scope="module")
def top(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for the scripts, where their programs are at hand."""
    for program in ("bash", "perl", "sed"):
        if shutil.which(program) is None:
            pytest.skip(f"no {program} in PATH")
    if b"GNU" not in subprocess.run(["sed", "--version"], capture_output=True).stdout:
        pytest.skip("sed is not GNU's")
    return tmp_path_factory.mktemp("followed") / "top"


def followed(script: str, top: Path, status: int) -> Files:
    """What is known of the files after a script."""
    files = Files({str(top / path): text for path, text in TEXTS.items()})
    event = Event("k", "ran", text=script, cwd=str(top), ok=status == 0)
    for told in interpret(Session("claude-code", "s1", events=(event,))).events:
        for edit in told.edits:
            path, to = (os.path.normpath(name) if name else "" for name in (edit.path, edit.to))
            files.follow(Edit(path, edit.op, edit.old, edit.new, anchor=edit.anchor, to=to))
    return files


def ran(script: str, top: Path) -> int:
    """Run a script in a fresh folder; its exit status."""
    shutil.rmtree(top, ignore_errors=True)
    for path, text in TEXTS.items():
        (top / path).parent.mkdir(parents=True, exist_ok=True)
        (top / path).write_bytes(text.encode())
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    return subprocess.run(
        ["bash", "-c", script], cwd=top, capture_output=True, env=environment
    ).returncode


def held(top: Path) -> dict[str, str]:
    """All files below a folder, with their text."""
    return {
        str(path): path.read_bytes().decode("utf-8", "surrogateescape")
        for path in top.rglob("*")
        if path.is_file()
    }


@given(random=st.randoms(use_true_random=False))
@settings(max_examples=150)
def test_what_is_claimed_of_a_file_is_what_it_holds(random: Random, top: Path) -> None:
    script = Writer(random).script()
    found = followed(script, top, ran(script, top))
    truth = held(top)
    for path in found.claimed:
        text = found.known.get(path)
        if text is not None or path not in found.known:
            assert (path, text) == (path, truth.get(path)), script
