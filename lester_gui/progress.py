"""How long work says where it is and learns that nobody wants it any more. Knows no GUI: windows and shells listen."""

import threading
from collections.abc import Callable
from typing import Protocol, runtime_checkable

Listener = Callable[[str, float | None], None]


class Cancelled(Exception):
    """The person asked to stop. Neither a mistake nor a bug, so neither family of errors."""


@runtime_checkable
class Context(Protocol):
    """What a long function takes as its `ctx`."""

    def check_cancelled(self) -> None:
        """Raise `Cancelled` if the work is no longer wanted."""

    def advance(self, label: str, fraction: float | None = None) -> None:
        """Report the step that begins now.

        Parameters
        ----------
        label
            A few words without personal values.
        fraction
            Share of the whole work that is done, 0 to 1; None when unknown.
        """


class Progress:
    """The plain context: passes steps to a listener, can be cancelled from any thread.

    Parameters
    ----------
    listener
        Called in the working thread with (label, fraction). None keeps silent.
    """

    def __init__(self, listener: Listener | None = None) -> None:
        self._listener = listener
        self._cancelled = threading.Event()

    @property
    def cancelled(self) -> bool:
        return self._cancelled.is_set()

    def cancel(self) -> None:
        self._cancelled.set()

    def check_cancelled(self) -> None:
        if self._cancelled.is_set():
            raise Cancelled

    def advance(self, label: str, fraction: float | None = None) -> None:
        self.check_cancelled()
        if self._listener is not None:
            self._listener(label, None if fraction is None else min(1.0, max(0.0, fraction)))


class Part:
    """A step of a larger piece of work: maps its own 0 to 1 onto a stretch of the parent's.

    Parameters
    ----------
    parent
        The context of the whole.
    start, end
        The stretch, as fractions of the whole.
    """

    def __init__(self, parent: Context, start: float, end: float) -> None:
        self._parent = parent
        self._start = start
        self._end = end

    def check_cancelled(self) -> None:
        self._parent.check_cancelled()

    def advance(self, label: str, fraction: float | None = None) -> None:
        inner = 0.0 if fraction is None else min(1.0, max(0.0, fraction))
        self._parent.advance(label, self._start + (self._end - self._start) * inner)


def silent() -> Progress:
    """Return a context that reports to nobody, for callers that have none."""
    return Progress()
