"""Runs of one original script, by what its sources hold: what it did once on some input it need not do again.

The script is the slow side. A person who edits a plan, or a judge who offers a thousand wrong ones, changes the plan only, so
its runs can be kept: `Originals` answers from what it holds and runs the script for the rest.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Mapping

from lester_gui.ir.learning import Model
from lester_gui.progress import Context
from lester_gui.sandbox import Capture, Sandbox, ScriptRun
from lester_gui.verify.capture import Original, OriginalRun, Twice, run_original, run_twice

Sources = Mapping[str, bytes]


class Originals:
    """The runs of an original script.

    Parameters
    ----------
    original
        The script, its project and its sources. It is run on copies only.
    sandbox
        Where it runs.
    keep
        Whether to keep the runs in memory. They hold personal data: keep them no longer than the work at hand.
    first
        A run on the script's own files that was made before, with the calls of estimators and the values of no variable.
    """

    def __init__(self, original: Original, sandbox: Sandbox, keep: bool = False, first: ScriptRun | None = None) -> None:
        self.original = original
        self.sandbox = sandbox
        self.runs = 0
        self.seconds: float | None = None  # that two runs on its own files took, for estimates
        self._first = first
        self._keep = keep
        self._lock = threading.Lock()
        self._twice: dict[frozenset[str], Twice] = {}
        self._edited: dict[tuple[frozenset[str], str], ScriptRun] = {}

    def given(self, names: frozenset[str], model: Model, ctx: Context) -> OriginalRun:
        """Return what the script does on its own files, with what a second run does otherwise.

        Parameters
        ----------
        names
            Variables whose values are wanted.
        model
            The plan's model: which of the script's estimators counts.
        """
        twice = self._twice.get(names)
        if twice is None:
            first = None if names else self._first
            self.runs += 2 if first is None else 1
            started = time.monotonic()
            twice = run_twice(self.original, self.sandbox, ctx, Capture(names=names), first=first)
            self.seconds = (time.monotonic() - started) * (1 if first is None else 2)
            if self._keep:
                self._twice[names] = twice
        return twice.of(model)

    def on(self, sources: Sources, names: frozenset[str], timeout: float, ctx: Context) -> ScriptRun:
        """Return what the script does where its files hold something else.

        Parameters
        ----------
        sources
            Path of a file → its content.
        names
            As in `given`.
        timeout
            In seconds. A run that did not end in time is not kept.
        """
        key = (names, _digest(sources))
        with self._lock:
            run = self._edited.get(key)
        if run is None:
            run = run_original(self.original, self.sandbox, ctx, replace=sources, capture=Capture(names=names), timeout=timeout)
            with self._lock:
                self.runs += 1
                if self._keep and run.status in ("finished", "raised"):
                    self._edited[key] = run
        return run


def _digest(sources: Sources) -> str:
    digest = hashlib.sha256()
    for path in sorted(sources):
        for part in (path.encode(), sources[path]):
            digest.update(len(part).to_bytes(8, "big"))
            digest.update(part)
    return digest.hexdigest()
