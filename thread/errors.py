"""What may go wrong for a reason the user can do something about.

``UserError`` is caught, printed and turned into an exit code in one place, ``cli.main``;
whatever else is raised is our own bug and ends in a traceback.
"""

from __future__ import annotations


class UserError(Exception):
    """A message that says what and where, and a hint that says what to do.

    ``code`` is the exit code: 1 where the user must act, 2 for wrong usage.
    """

    def __init__(self, message: str, hint: str = "", code: int = 1) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.code = code
