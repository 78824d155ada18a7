"""This program, as others can start it: which interpreter, and how it is kept to itself."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Program:
    """How a hook, or one of our own commands, starts us in the background."""

    python: str
    """The interpreter's absolute path."""
    flags: str
    """What keeps it from importing anything of the work tree."""

    @classmethod
    def this(cls) -> Program:
        """The one that runs. It is isolated, but where we are installed for one user alone
        (``pip install --user``), whose folder isolation would hide."""
        import site

        python = os.path.abspath(sys.executable)
        mine = os.path.realpath(site.getusersitepackages()) + os.sep
        hidden = os.path.realpath(__file__).startswith(mine) and sys.prefix == sys.base_prefix
        return cls(python, "-E -P" if hidden else "-I")


def start_worker(git_dir: str) -> None:
    """Have a worker look at the queue of a repository, in the background."""
    from treadle.thread.plumbing.process import start_apart

    program = Program.this()
    module = ("-m", "treadle.cli.worker", git_dir)
    start_apart([program.python, *program.flags.split(), *module])
