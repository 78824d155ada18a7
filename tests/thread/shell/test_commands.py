"""What a command says it did to files: nothing that it may not have done."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from treadle.thread.model import Edit, Event, Session
from treadle.thread.shell.commands import edits, interpret

ROOT = "/srv/lamp"


def ran(command: str, ok: bool | None = True, folder: str = ROOT) -> Event:
    return Event("k", "ran", text=command, ok=ok, cwd=folder)


def short(path: str) -> str:
    """A path of ``ROOT``, or below it, as a test writes it."""
    return path.removeprefix(f"{ROOT}/")


def told(command: str, ok: bool | None = True, folder: str = ROOT) -> list[str]:
    """The edits of a command, each in a line; their paths are relative to ``ROOT``."""
    found = []
    for edit in edits(ran(command, ok, folder)):
        what = {
            "move": short(edit.to),
            "copy": short(edit.to),
            "write": repr(edit.new),
            "append": repr(edit.new),
            "substitute": f"{edit.old} {edit.anchor}".strip(),
        }.get(edit.op, "")
        found.append(f"{edit.op} {short(edit.path)} {what}".strip())
    return found


SITUATIONS = {
    # files carried about
    "mv a b": ["move a b"],
    "mv -f a b": ["move a b"],
    "mv -- -a b": ["move -a b"],
    "mv a dir/": ["move a dir/a"],
    "mv dir/a .": ["move dir/a ./a"],
    "mv a b dir": ["move a dir/a", "move b dir/b"],
    "mv old/ new": ["move old/ new"],
    "mv 'a b' \"c d\"": ["move a b c d"],
    "mv a": [],
    "mv $a b": [],
    "mv a $b": [],
    "mv *.py dir/": [],
    "mv a *.py dir/": ["move a dir/a"],
    "mv -n a b": [],
    "mv -t dir a b": [],
    "mv -b a b": [],
    "mv --backup=numbered a b": [],
    "cp a b": ["copy a b"],
    "cp -rp a b": ["copy a b"],
    "cp -r --verbose a b": ["copy a b"],
    "cp -n a b": [],
    "cp -s a b": [],
    "cp --parents a b": [],
    "git mv a b": ["move a b"],
    "git mv -f a b": ["move a b"],
    "git mv -n a b": [],
    "git mv -k a b": [],
    "rm a b": ["delete a", "delete b"],
    "rm -rf a": ["delete a"],
    'rm "-f" a': ["delete a"],
    "rm -i a": [],
    "rm $a b": ["delete b"],
    "git rm -rq a": ["delete a"],
    "git rm --cached a": [],
    "git rm -n a": [],
    "git -C dir rm a": [],
    "sudo mv a b": ["move a b"],
    "env X=1 Y=2 mv a b": ["move a b"],
    "X=1 mv a b": ["move a b"],
    "echo a | xargs rm": [],
    "find . -name a -exec mv a b \\;": [],
    # text put into files
    "echo a b > f": ["write f 'a b\\n'"],
    "echo a >> f": ["append f 'a\\n'"],
    "echo 'a  b' c > f": ["write f 'a  b c\\n'"],
    "echo > f": ["write f '\\n'"],
    "echo -n a > f": ["command f"],
    "echo -ne a > f": ["command f"],
    "echo -x > f": ["write f '-x\\n'"],
    "echo 'a\\tb' > f": ["command f"],
    "echo $a > f": ["command f"],
    "echo *.py > f": ["command f"],
    "echo 'a*' > f": ["write f 'a*\\n'"],
    "echo a > 'f g'": ["write f g 'a\\n'"],
    "echo a > $f": [],
    "echo a > /dev/null": [],
    "echo a >&2": [],
    "echo a > f 2>&1": ["write f 'a\\n'"],
    "echo a > f >&2": ["command f"],
    "echo a > f > g": ["command f", "command g"],
    "echo a 2> f": [],
    "printf 'a\\nb\\n' > f": ["write f 'a\\nb\\n'"],
    "printf 'a\\tb' >> f": ["append f 'a\\tb'"],
    "printf '%s\\n' a > f": ["command f"],
    "printf 'a\\x41' > f": ["command f"],
    "printf -v f > g": ["command g"],
    "> f": ["write f ''"],
    ": > f": ["write f ''"],
    "X=1 > f": ["write f ''"],
    "$run > f": ["command f"],
    "make > f": ["command f"],
    "cat > f <<'EOF'\na $b\nEOF": ["write f 'a $b\\n'"],
    "cat <<EOF >> f\na\nEOF": ["append f 'a\\n'"],
    "cat <<EOF > f\na $b\nEOF": ["command f"],
    "cat <<-EOF > f\n\ta\n\tEOF": ["write f 'a\\n'"],
    "cat - <<EOF > f\na\nEOF": ["command f"],
    "cat <<A < g > f\na\nA": ["command f"],
    "cat a > f": ["command f"],
    "cat > f": ["command f"],
    "python3 - > f <<EOF\nprint(1)\nEOF": ["command f"],
    "tee f <<EOF\na\nEOF": ["write f 'a\\n'"],
    "tee -a f g <<EOF\na\nEOF": ["append f 'a\\n'", "append g 'a\\n'"],
    "tee f > g <<EOF\na\nEOF": ["write f 'a\\n'", "command g"],
    "cat <<EOF | tee f\na\nEOF": ["write f 'a\\n'"],
    "echo a | tee --append f": ["append f 'a\\n'"],
    "echo a | tee f | tee g": ["write f 'a\\n'", "command g"],
    "sed s/a/b/ <<EOF | tee f\na\nEOF": ["command f"],
    "cat <<EOF > g | tee f\na\nEOF": ["write g 'a\\n'", "command f"],
    "make | tee f": ["command f"],
    "tee f < g": ["command f"],
    "(echo a; echo b) > f": ["command f"],
    "{ echo a; echo b; } >> f": ["command f"],
    "for x in a b; do echo $x; done > f": ["command f"],
    "[[ a > b ]]; mv c d": ["move c d"],
    "((a > b)); mv c d": ["move c d"],
    "diff <(sort a) <(sort b) > f": ["command f"],
    # scripts
    "sed -i s/a/b/ f": ["substitute f s/a/b/"],
    "sed -i 's/a/b/g; s/c/d/' f g": [
        "substitute f s/a/b/g; s/c/d/",
        "substitute g s/a/b/g; s/c/d/",
    ],
    "sed -i -e s/a/b/ -e s/c/d/ f": ["substitute f s/a/b/\ns/c/d/"],
    "sed -i '' s/a/b/ f": ["substitute f s/a/b/"],
    "sed -i.bak s/a/b/ f": ["substitute f s/a/b/"],
    "sed -i -E 's/(a)/b/' f": ["substitute f s/(a)/b/ extended"],
    "sed -Ei 's/(a)/b/' f": ["substitute f s/(a)/b/ extended"],
    "sed -iE 's/(a)/b/' f": ["substitute f s/(a)/b/"],
    "sed -r -i 's/(a)/b/' f": ["substitute f s/(a)/b/ extended"],
    "sed --in-place --regexp-extended --expression='s/a/b/' f": ["substitute f s/a/b/ extended"],
    "sed --in-place=.bak --expression s/a/b/ -- -f": ["substitute -f s/a/b/"],
    'sed -i "s/a$/b/" f': ["substitute f s/a$/b/"],
    'sed -i "s/a/$B/" f': ["command f"],
    "sed -i s/a*/b/ f": ["command f"],
    "sed -i -n s/a/b/p f": ["command f"],
    "sed -zi s/a/b/ f": ["command f"],
    "sed -i 3d f": ["substitute f 3d"],
    "sed -i s/a/b/ *.py": [],
    "sed s/a/b/ f": [],
    "sed s/a/b/ f > g": ["command g"],
    "perl -pi -e s/a/b/ f": ["substitute f s/a/b/ perl"],
    "perl -i -pe 's/a/b/' f g": ["substitute f s/a/b/ perl", "substitute g s/a/b/ perl"],
    "perl -p -i.bak -e s/a/b/ f": ["substitute f s/a/b/ perl"],
    "perl -0777 -pi -e s/a/b/ f": ["command f"],
    "perl -ni -e s/a/b/ f": ["command f"],
    "perl -i -e s/a/b/ f": ["command f"],
    "perl -lpi -e s/a/b/ f": ["command f"],
    'perl -pi -e "s/a/$b/" f': ["command f"],
    "perl -pe s/a/b/ f": [],
    # folders
    "cd dir && mv a b": ["move dir/a dir/b"],
    "cd dir; cd ..; mv a b": ["move a b"],
    "cd /tmp && mv a b": ["move /tmp/a /tmp/b"],
    "(cd dir && mv a b); mv c d": ["move dir/a dir/b", "move c d"],
    "{ cd dir; mv a b; }; mv c d": ["move dir/a dir/b", "move dir/c dir/d"],
    "(cd dir; echo a) > f": ["command f"],
    "{ cd dir; echo a; } > f": ["command f"],
    "cd dir | cat; mv a b": ["move a b"],
    "cd dir & mv a b": ["move a b"],
    "cd $dir; mv a b; mv /x/a /x/b": ["move /x/a /x/b"],
    "cd; mv a b": [],
    "cd -; mv a b": [],
    "cd ~/x; mv a b": [],
    "pushd dir; mv a b; popd; mv c d": [],
    "(cd $dir; mv a b); mv c d": ["move c d"],
    "[ -d dir ] && cd dir; mv a b": [],
    "if [ -d dir ]; then cd dir; fi; mv a b": [],
    "cd dir || exit 1; mv a b": ["move dir/a dir/b"],
    # what may not have run
    "make && mv a b": ["move a b"],
    "make && mv a b; ls": [],
    "make && mv a b || true": [],
    "make; mv a b": ["move a b"],
    "mkdir -p dir && mv a dir/; ls": ["move a dir/a"],
    "git add a && mv a b; ls": ["move a b"],
    "git diff --quiet && mv a b; ls": [],
    "mv a b || mv c d": ["move a b"],
    "a || b && mv c d": [],
    "a || (b; mv c d)": [],
    "a || { b; mv c d; exit 1; }": [],
    "a || { b; exit 1; }; mv c d": ["move c d"],
    "(a) || mv c d": [],
    "a | mv b c": ["move b c"],
    "! a && mv b c; ls": [],
    "! cd dir && mv b c; ls": [],
    "grep -q a f && sed -i s/a/b/ f; ls": [],
    "test -f a && rm a": ["delete a"],
    "test -f a && rm a; true": [],
    "if a; then mv b c; fi; mv d e": ["move d e"],
    "if mv a b; then c; else mv d e; fi": [],
    "while read x; do mv a b; done; mv c d": ["move c d"],
    "case $x in a) mv b c;; *) mv d e;; esac; mv f g": ["move f g"],
    "case $x in\n(a) mv b c;;\nesac\nmv f g": ["move f g"],
    "f() { mv a b; }; mv c d": ["move c d"],
    "f() (mv a b); mv c d": ["move c d"],
    "f() {\nmv a b\n}\nmv c d": ["move c d"],
    "function f { mv a b; }; mv c d": ["move c d"],
    "function f() { mv a b; }; mv c d": ["move c d"],
    "a=(mv b c); mv d e": ["move d e"],
    "rm !(a); mv d e": ["move d e"],
    "exit 0; mv a b": [],
    "(exit 0; mv a b); mv c d": ["move c d"],
    "[ -f x ] && exit 0; mv a b": [],
    "[ -f x ] || exit 1; mv a b": ["move a b"],
    "if a; then exit 1; fi; mv b c": ["move b c"],
    "if a; then exit 0; fi; mv b c": [],
    "done; mv a b": [],
    "echo 'mv a b' # mv c d": [],
    'echo "$(mv a b)" `mv c d`': [],
    # loops over words that are known
    "for x in a b; do mv $x dir/; done": ["move a dir/a", "move b dir/b"],
    'for x in a b\ndo\n  rm "$x" "${x}"\ndone': ["delete a", "delete a", "delete b", "delete b"],
    "for x in a; do for y in b c; do cp $x $y; done; done": ["copy a b", "copy a c"],
    "for x in a b; do echo hi > $x; done": ["write a 'hi\\n'", "write b 'hi\\n'"],
    "for x in a b; do mv $x $x.old; done": [],
    "for x in a b; do mv '$x' c; done": ["move $x c", "move $x c"],
    "for x in 'a b'; do rm $x; done": [],
    "for x in 'a b'; do rm \"$x\"; done": ["delete a b"],
    "for x in a b; do [ -f $x ] || continue; rm $x; done; rm c": ["delete c"],
    "for x in a b; do rm $x; break; done; rm c": ["delete a", "delete c"],
    "for x in a b; do x=c; rm $x; done": [],
    "for x in *.py; do rm a; done; rm b": ["delete b"],
    "for x in $(ls); do rm a; done": [],
    "for x; do rm a; done": [],
    "for ((i = 0; i < 3; i++)); do rm a; done; rm b": ["delete b"],
    "for x in a b; do if c; then rm $x; fi; done; rm d": ["delete d"],
    "if a; then for x in b c; do rm $x; done; fi": [],
    "a || for x in b c; do rm $x; done": [],
}


@pytest.mark.parametrize("command", SITUATIONS)
def test_what_is_told_of_a_command(command: str) -> None:
    assert told(command) == SITUATIONS[command]


def test_paths_are_told_as_the_command_gives_them_where_its_folder_is_unknown() -> None:
    assert told("mv a b; cd dir; rm c", folder="") == ["move a b", "delete dir/c"]


@pytest.mark.parametrize("ok", [True, None])
def test_the_last_list_ran_if_the_command_is_known_to_have_succeeded(ok: bool | None) -> None:
    assert told("a; make && mv b c", ok) == (["move b c"] if ok else [])
    assert told("make | b && mv b c\n", ok) == (["move b c"] if ok else [])
    assert told("(make) && mv b c", ok) == (["move b c"] if ok else [])


def test_a_session_gets_the_edits_of_its_commands() -> None:
    kept = (Edit("f", "delete"),)
    told = (
        ran("rm a"),
        ran("rm b", ok=False),
        ran("ls"),
        Event("k", "ran", text="rm c", cwd=ROOT, edits=kept),
        Event("k", "said", text="rm d", cwd=ROOT),
    )
    found = interpret(Session("claude-code", "s", events=told))
    assert [event.edits for event in found.events] == [
        (Edit(f"{ROOT}/a", "delete"),),
        (),
        (),
        kept,
        (),
    ]
    assert interpret(found) == found


# -- hostile commands ---------------------------------------------------------------

NESTED = "".join(f"for v{i} in {'x ' * 150}; do " for i in range(6)) + "rm a; " + "done; " * 6


@pytest.mark.parametrize(
    "command",
    [
        NESTED,
        "rm " + "a " * 190_000,
        "mv a b; " * 50_000,
        "(" * 100_000 + "rm a",
        "{ " * 100_000 + "rm a",
        "if a; then " * 30_000 + "rm a",
        "for x in " + "a " * 190 + "; do rm $x " + "$x " * 100_000 + "; done",
        "a && " * 70_000 + "rm a",
        "rm a; }; " * 40_000,
    ],
    ids=lambda command: command[:20],
)
def test_hostile_commands_tell_a_bounded_number_of_edits(command: str) -> None:
    assert len(list(edits(ran(command)))) <= 2000


PIECES = [
    "rm a",
    "mv a b",
    "cd d",
    "echo x > f",
    "(",
    ")",
    "{",
    "}",
    ";",
    "&&",
    "||",
    "|",
    "&",
    "\n",
]
PIECES += [
    "if",
    "then",
    "else",
    "fi",
    "while",
    "do",
    "done",
    "for x in a b",
    "case x in",
    "esac",
    "!",
]
PIECES += [
    "exit",
    "exit 1",
    "f()",
    "function f",
    "break",
    "$x",
    "a=(",
    "[[ a ]]",
    "<<E",
    "E",
    "time",
]


@given(st.lists(st.sampled_from(PIECES), max_size=25).map(" ".join))
def test_no_script_is_too_odd_to_be_followed(command: str) -> None:
    assert all(edit.path for edit in edits(ran(command)))
