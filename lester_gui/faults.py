"""Named points at which a test kills the process, to prove that half-done work is finished or rolled back on reopening.

Nothing happens unless the environment variable LESTER_FAULT names a point: ``apply.commit`` dies at its first passage,
``apply.commit:3`` at the third. The kill is SIGKILL: no handler, no flush, no `finally`.
"""

import os
import signal
from typing import Final

VARIABLE: Final = "LESTER_FAULT"
_passages: dict[str, int] = {}


def point(name: str) -> None:
    """Die here if the environment says so."""
    wanted = os.environ.get(VARIABLE)
    if wanted is None:
        return
    target, _, nth = wanted.partition(":")
    if target != name:
        return
    _passages[name] = _passages.get(name, 0) + 1
    if _passages[name] == int(nth or 1):
        os.kill(os.getpid(), signal.SIGKILL)
