"""The texts that treadle puts in front of git's hooks.

*The script* (``.git/treadle/hook``) is the only one that does anything: it notes the commit in
the queue and starts the worker. It is POSIX sh and made of builtins, since a process costs
more than all of it: the commit's id is read out of ``HEAD`` and the branch's file, and only
where they do not hold it (packed refs, reftables) git is asked. It reads no standard input,
which other hooks want to read, and whatever happens it ends with 0.

*A block* of four lines in a hook that is there, right behind its first line, calls the
script; so an ``exit`` further down cannot skip it. Taken out again, the hook has the bytes it
had. *A wrapper* stands where a hook cannot take a block (a program, a link), and *a link in the
chain* where git is led past a folder of hooks that is not ours to write in.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

NAMES = ("post-commit", "post-rewrite", "post-merge")
"""Git's hooks that note a commit."""
PUSH = "pre-push"
"""Git's hook that shares documents; only for who asked for it."""
VARIABLES = ("CLAUDE_CODE_SESSION_ID", "CODEX_THREAD_ID")
"""Variables in which agents tell their children the session's id."""
ASIDE = ".before-treadle"
"""What a hook's name ends with while a wrapper stands in its place."""
PUSHING = "TREADLE_PUSHING"
"""Set while treadle itself pushes, so that its own pre-push part stays still."""

_LARGEST = 1 << 20
"""Bytes of a hook that are looked at."""
BEGIN = b"# >>> treadle"
END = b"# <<< treadle\n"
_MADE = BEGIN + b" (the whole file)"
_TOLD = "made by `treadle init`, taken out by `treadle deinit`"

_REPOSITORY = (
    "GIT_DIR GIT_WORK_TREE GIT_IMPLICIT_WORK_TREE GIT_COMMON_DIR GIT_INDEX_FILE GIT_PREFIX "
    "GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_QUARANTINE_PATH GIT_NAMESPACE "
    "GIT_GRAFT_FILE GIT_SHALLOW_FILE GIT_NO_REPLACE_OBJECTS GIT_REPLACE_REF_BASE"
)
"""Variables that point git at a repository."""
_ACTION = (
    "GIT_CONFIG GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL "
    "GIT_AUTHOR_DATE GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL GIT_COMMITTER_DATE GIT_EDITOR "
    "GIT_SEQUENCE_EDITOR GIT_REFLOG_ACTION GIT_CHERRY_PICK_HELP GIT_EXTERNAL_DIFF GIT_DIFF_OPTS "
    "GIT_LITERAL_PATHSPECS GIT_GLOB_PATHSPECS GIT_NOGLOB_PATHSPECS GIT_ICASE_PATHSPECS "
    "GIT_INTERNAL_SUPER_PREFIX GIT_NOTES_REF GIT_NOTES_DISPLAY_REF GIT_NOTES_REWRITE_REF"
)
"""Variables that belong to the git command that is running."""

_SCRIPT = r"""#!/bin/sh
# treadle: note the commit, start the worker. @TOLD@.
# Called as: hook NAME [ARGUMENT]... It never fails, waits for nothing and reads no input.
set +eu
name=${1-}
python=@PYTHON@
[ -x "$python" ] || exit 0
kept=${0%/*}

if [ "$name" = @PUSH@ ]; then
	[ -z "${@PUSHING@-}" ] || exit 0
	@PUSHING@=1
	export @PUSHING@
	unset @REPOSITORY@
	"$python" @FLAGS@ -m treadle.cli.main -C "$PWD" sync --hook "${2-}" </dev/null >&2
	exit 0
fi

# The git directory of the work tree, which is where git starts hooks.
case ${GIT_DIR-} in
/*) own=$GIT_DIR ;;
?*) own=$PWD/$GIT_DIR ;;
*)
	own=
	if [ -d .git ]; then
		own=$PWD/.git
	elif [ -f .git ]; then
		IFS= read -r line <.git
		case $line in
		'gitdir: /'*) own=${line#gitdir: } ;;
		'gitdir: '*) own=$PWD/${line#gitdir: } ;;
		esac
	fi
	[ -n "$own" ] || own=$(git rev-parse --absolute-git-dir 2>/dev/null)
	;;
esac
[ -n "$own" ] || exit 0

# The commit: what HEAD holds, or the file of the branch it names.
commit=
{ IFS= read -r commit <"$own/HEAD"; } 2>/dev/null
case $commit in
'ref: '*)
	branch=${commit#ref: }
	commit=
	{ IFS= read -r commit <"$kept/../$branch"; } 2>/dev/null
	;;
esac
case ${#commit}/$commit in
*/*[!0-9a-f]*) commit= ;;
40/* | 64/*) ;;
*) commit= ;;
esac
[ -n "$commit" ] || commit=$(GIT_DIR=$own git rev-parse --verify --quiet HEAD 2>/dev/null)

# The event, whole or not at all: what has no last line `end` is not looked at.
feed='
'
event="$name
$commit
$own
$PWD
"
@VARIABLES@
[ -d "$kept/queue" ] || mkdir -p "$kept/queue" 2>/dev/null
{ printf '%send\n' "$event" >"$kept/queue/${commit:-none}-$$.$name"; } 2>/dev/null

# What the worker has to say since the last time.
if [ -s "$kept/news" ]; then
	news=
	count=0
	while IFS= read -r line || [ -n "$line" ]; do
		count=$((count + 1))
		[ $count -le 20 ] && news="$news$line
"
	done <"$kept/news"
	[ $count -le 20 ] || news="${news}treadle: $((count - 20)) lines more: treadle status
"
	{ printf '' >"$kept/news"; } 2>/dev/null && printf '%s' "$news" >&2
fi

# Of a rebase's commits only the last state counts: its post-rewrite starts the worker.
if [ "$name" = post-commit ]; then
	[ ! -d "$own/rebase-merge" ] && [ ! -d "$own/rebase-apply" ] || exit 0
fi
unset @REPOSITORY@
unset @ACTION@
GIT_DIR=$own
export GIT_DIR
cd /
nice=@NICE@
if [ -x "$nice" ]; then
	"$nice" -n 10 "$python" @FLAGS@ -m treadle.cli.worker "$own" </dev/null >/dev/null 2>&1 &
else
	"$python" @FLAGS@ -m treadle.cli.worker "$own" </dev/null >/dev/null 2>&1 &
fi
exit 0
"""

_VARIABLE = """[ -z "${@NAME@-}" ] || event="${event}@NAME@=${@NAME@%%[!A-Za-z0-9._:-]*}
\""""


_PLACE = """case ${@NAME@-} in
'' | *"$feed"*) ;;
*) event="${event}@NAME@=$@NAME@$feed" ;;
esac"""


def script(
    python: str,
    flags: str = "-I",
    variables: Sequence[str] = VARIABLES,
    places: Sequence[str] = (),
    nice: str = "",
) -> bytes:
    """The script, for an interpreter given by its absolute path.

    ``nice`` is the absolute path of that program: with it the worker already starts behind what
    the person waits for, since an interpreter's start is as much work as all of git's commit. Of
    the value of ``variables`` only leading letters, digits and ``._:-`` are noted: ids have no
    others. Those of ``places`` are paths, noted as they are if they have no line feed.
    """
    ids = [_VARIABLE.replace("@NAME@", name) for name in variables]
    rows = "\n".join([*ids, *(_PLACE.replace("@NAME@", name) for name in places)])
    fixed = {
        "TOLD": _TOLD,
        "PYTHON": quoted(python),
        "FLAGS": flags,
        "NICE": quoted(nice),
        "PUSH": PUSH,
        "PUSHING": PUSHING,
        "REPOSITORY": _REPOSITORY,
        "ACTION": _ACTION,
        "VARIABLES": rows,
    }
    text = _SCRIPT
    for name, value in fixed.items():
        text = text.replace(f"@{name}@", value)
    return text.encode("utf-8", "surrogateescape")


def interpreter(text: bytes) -> str:
    """The interpreter that a script was written for, ``""`` if it names none."""
    return _set(text, b"python")


def _set(text: bytes, name: bytes) -> str:
    """What a script sets a variable to, ``""`` if it does not."""
    for line in text.split(b"\n"):
        if line.startswith(name + b"='"):
            value = line[len(name) + 1 :].decode("utf-8", "surrogateescape")
            return value[1:-1].replace("'\\''", "'")
    return ""


def anew(text: bytes, variables: Sequence[str], places: Sequence[str]) -> bytes:
    """A script as it is written today, for the interpreter that it was written for."""
    of_python = interpreter(text), " ".join(flags(text))
    return script(*of_python, variables, places, _set(text, b"nice"))


def flags(text: bytes) -> list[str]:
    """The flags with which a script starts its interpreter."""
    _, _, call = text.rpartition(b'"$python" ')
    return call.partition(b" -m ")[0].decode("ascii", "replace").split()


def quoted(text: str) -> str:
    """A text as one word of a shell."""
    return "'" + text.replace("'", "'\\''") + "'"


# -- blocks -------------------------------------------------------------------------


def block(name: str, more: str = "", *, made: bool = False) -> bytes:
    """The lines that call the script from a hook in git's own folder.

    They hold no path: the repository may move. Safe under ``set -eu``, and the host's input
    stays the host's. ``made`` tells that there was no file before.
    """
    begin = (_MADE if made else BEGIN).decode()
    call = f'/bin/sh "${{0%/*}}/../treadle/hook" {name} "$@" </dev/null || :'
    lines = [f"{begin}: {_TOLD}", f'[ ! -f "${{0%/*}}/../treadle/hook" ] || {call}']
    return "\n".join([*lines, *([more] if more else []), END.decode()]).encode()


def whole(name: str) -> bytes:
    """A hook where there was none."""
    return b"#!/bin/sh\n" + block(name, made=True)


def wrapper(name: str, to: str) -> bytes:
    """A hook that calls ours, then what was moved to ``to``, with its arguments and input."""
    aside = f'"${{0%/*}}/{to}"'
    return b"#!/bin/sh\n" + block(name, f'[ ! -x {aside} ] || exec {aside} "$@"', made=True)


def has_block(text: bytes) -> bool:
    """Whether a hook calls us."""
    return text.startswith(BEGIN) or b"\n" + BEGIN in text


def lost(common: str) -> bool:
    """Whether our lines are gone from the hook that notes commits, in git's own folder of hooks.

    ``common`` is the common directory. Where ``init`` was never said, or git is led past a folder
    that is not ours, nothing is lost.
    """
    ours = os.path.join(common, "treadle")
    if not os.path.exists(os.path.join(ours, "init.json")):
        return False
    if os.path.isdir(os.path.join(ours, "hooks")):
        return False
    try:
        with open(os.path.join(common, "hooks", NAMES[0]), "rb") as file:
            return not has_block(file.read(_LARGEST))
    except FileNotFoundError:
        return True
    except OSError:
        return False


def with_block(text: bytes, name: str, *, made: bool = False) -> bytes:
    """A shell script with a block right behind its first line, or at its top if that is no
    ``#!``. The reverse is ``without_block``."""
    if not text.startswith(b"#!"):
        return block(name, made=made) + text
    first, _, rest = text.partition(b"\n")
    return first + b"\n" + block(name, made=made) + rest


def renewed(text: bytes, name: str, moved: str = "") -> bytes:
    """A hook with our lines as we write them today; ``moved`` is what a wrapper stands for."""
    bare, made = without_block(text), _MADE in text
    if bare is None:
        return wrapper(name, moved) if moved else whole(name)
    return text if moved else with_block(bare, name, made=made)


def without_block(text: bytes) -> bytes | None:
    """A hook as it was before; None if it was not there at all."""
    lines = text.split(b"\n")
    kept: list[bytes] = []
    inside = made = False
    for line in lines:
        if not inside and line.startswith(BEGIN):
            inside = True
            made = made or line.startswith(_MADE)
        elif inside and line + b"\n" == END:
            inside = False
        elif not inside:
            kept.append(line)
    if inside:
        return text
    if made and kept == [b"#!/bin/sh", b""]:
        return None
    return b"\n".join(kept)


_SHELLS = (b"sh", b"bash", b"dash", b"ash", b"ksh", b"mksh", b"zsh")


def takes_block(text: bytes) -> bool:
    """Whether a hook is a shell script into which lines may go.

    A script whose first command is a quoted word is most often two programs in one file, and
    our lines would be part of the other.
    """
    if b"\0" in text[:8000]:
        return False
    first, line_feed, rest = text.partition(b"\n")
    if not first.startswith(b"#!"):
        return not first.startswith((b"\x7fELF", b"\xcf\xfa\xed\xfe", b"MZ"))
    words = first[2:].split(b" ") if first.endswith(b"\r") else first[2:].split()
    if words and words[0].rpartition(b"/")[2] == b"env":
        words = [word for word in words[1:] if word != b"-S"]
    shell = bool(words) and words[0].rpartition(b"/")[2] in _SHELLS
    plain = all(word.startswith(b"-") and not word.startswith(b"--") for word in words[1:])
    return shell and plain and bool(line_feed) and not _two_in_one(rest)


def _two_in_one(rest: bytes) -> bool:
    lines = (line.strip() for line in rest.split(b"\n"))
    command = next((line for line in lines if line and not line.startswith(b"#")), b"")
    return command.startswith((b"'", b'"', b": '", b":'"))


# -- a folder of our own ------------------------------------------------------------


CHAIN = """#!/bin/sh
# treadle: @TOLD@.
# Git was led here past the hooks of @OLD@; they run as before.
name=${0##*/}
case $name in
@OURS@) /bin/sh "${0%/*}/../hook" "$name" "$@" </dev/null || : ;;
esac
old=@FOLDER@/$name
if [ -f "$old" ] && [ -x "$old" ]; then
	exec "$old" "$@"
fi
exit 0
"""

COMMON = (
    *("applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit"),
    *("prepare-commit-msg", "commit-msg", "post-commit", "pre-rebase", "post-checkout"),
    *("post-merge", "post-rewrite", "pre-push", "pre-auto-gc"),
)
"""Hooks that may be chained though there is none yet: git does nothing else because they exist."""
RARE = (
    *("pre-receive", "update", "proc-receive", "post-receive", "post-update"),
    *("reference-transaction", "push-to-checkout", "post-index-change", "sendemail-validate"),
    *("fsmonitor-watchman", "p4-changelist", "p4-prepare-changelist", "p4-post-changelist"),
    *("p4-pre-submit",),
)
"""Hooks that are chained only where there is one: their being there changes what git does."""


def chain(old: str, push: bool) -> bytes:
    """Any hook of a folder of ours: it calls the script, then the hook of the same name in the
    folder ``old``, absolute or as seen from where git starts hooks."""
    ours = "|".join((*NAMES, PUSH) if push else NAMES)
    told = old.encode("unicode_escape").decode()
    text = CHAIN.replace("@TOLD@", _TOLD).replace("@OURS@", ours).replace("@OLD@", told)
    return text.replace("@FOLDER@", quoted(old)).encode("utf-8", "surrogateescape")
