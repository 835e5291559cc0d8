"""The errors a person can mend. Anything else that is raised is a bug and goes to the crash dialog.

Messages name files, columns and options, never a person's values: they end up in logs and on screenshots.
"""

from typing import ClassVar


class UserError(Exception):
    """Something a person can put right.

    Parameters
    ----------
    message
        What is wrong, one line.
    hint
        What to do about it, one line; may be empty.

    Attributes
    ----------
    exit_code : int
        What `lester` returns to the shell for this family of errors.
    """

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message, hint)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} ({self.hint})" if self.hint else self.message


class CheckFailed(UserError):
    """A check ran to its end and says no: not verified, not equal, not valid, not intact."""

    exit_code: ClassVar[int] = 3


class Refused(UserError):
    """The request is understood and not carried out: stale plan, self-approval, hold, suppressed person."""

    exit_code: ClassVar[int] = 4
