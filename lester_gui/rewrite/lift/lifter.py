"""The abstract interpreter: runs statements on objects and tables. Statements, expressions and library rules live beside it."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from lester_gui.discovery.scripts import Script
from lester_gui.ir.learning import WrittenFile
from lester_gui.ir.schema import Schema
from lester_gui.rewrite.lift.beginning import Beginning, Place, is_reached, note_place, take_over
from lester_gui.rewrite.lift.domain import (
    Generator,
    Result,
    Value,
)
from lester_gui.rewrite.lift.learning import Fit, Learner
from lester_gui.rewrite.lift.paths import TRUE
from lester_gui.rewrite.lift.records import Asked, Found, Observe, Snapshot, internal
from lester_gui.rewrite.lift.stop import Stop, Stopped
from lester_gui.rewrite.lift.tables import Tables

__all__ = ["Asked", "Lifter", "Observe"]


class Lifter(Tables):
    """Runs a script symbolically.

    Parameters
    ----------
    script : Script
        Text and project modules.
    observe : callable
        Gives names, types and nullability of a file as a given reader sees it.
    sources : mapping
        Path → name of the source in the project.
    hints : mapping
        What a first pass found out about the names of columns that the script splits by hand.
    """

    def __init__(
        self, script: Script, observe: Observe, sources: Mapping[str, str], hints: Mapping[tuple[object, ...], str] | None = None
    ) -> None:
        super().__init__(script, observe, sources, hints)
        self.generators: dict[str, Generator] = {}
        self.flow: list[Any] = []
        self.failed: dict[str, list[ast.stmt]] = {}
        self.observe_step: Callable[[Any], Schema | None] | None = None
        self.learner = Learner(self)
        self.wishes: set[tuple[object, ...]] = set()  # hints under which another attempt may get further
        self.fits: list[Fit] = []
        self.fitting: Value | None = None  # the labels while an estimator is fitted, None where it is only used
        self.functions: dict[str, Any] = {}
        self.stops: list[Stop] = []
        self.found: list[Found] = []
        self.written: list[WrittenFile] = []
        self.tree = script.tree  # parsed once
        self.beginning: Beginning | None = None  # what runs as it is before the script is lifted, where that is left
        self.places: list[Place] = []

    def run(self) -> None:
        """Run the whole script; what stops is noted, and what it may have changed is unknown from there on."""
        self.enter(self.script.tree.body)

    def enter(self, body: Sequence[ast.stmt]) -> None:
        """Run statements; where no loop or condition is open, one that stops does not stop those after it."""
        from lester_gui.rewrite.lift.opaque import gives_back, recover
        from lester_gui.rewrite.lift.statements import block, execute

        if self.loops or self.live != TRUE:
            block(self, body)
            return
        for position, node in enumerate(body):
            if self.live != TRUE:
                block(self, body[position:])
                return
            state = self.snapshot()
            try:
                execute(self, node)
            except Stopped as stop:
                self.restore(state)
                if gives_back(node, body):
                    raise
                recover(self, body, position, stop)
            except Exception as error:  # a fault of ours costs this statement, not the script
                self.restore(state)
                if gives_back(node, body):
                    raise internal(error, self.line) from error
                recover(self, body, position, internal(error, self.line))
            if is_reached(self, node):
                take_over(self)
            note_place(self, body, position)
            if len(self.activations) == 1:
                self.naming.seal()

    def snapshot(self) -> Snapshot:
        """Return what a failed attempt may have changed."""
        return Snapshot(
            [dict(a.names) for a in self.activations],
            [list(a.returns) for a in self.activations],
            dict(self.heap),
            self.live,
            list(self.loops),
            self.depth,
            dict(self.files),
            (len(self.fits), len(self.found), len(self.written)),
        )

    def restore(self, state: Snapshot) -> None:
        """Go back to a snapshot."""
        del self.activations[len(state.names) :]
        for activation, names, returns in zip(self.activations, state.names, state.returns, strict=True):
            activation.names.clear()
            activation.names.update(names)
            activation.returns[:] = returns
        self.heap.clear()
        self.heap.update(state.heap)
        self.live, self.depth = state.live, state.depth
        self.loops[:] = state.loops
        self.files.clear()
        self.files.update(state.files)
        fits, found, written = state.lengths
        del self.fits[fits:], self.found[found:], self.written[written:]

    @contextmanager
    def using(self, *, pandas: bool | None = None, family: str | None = None) -> Iterator[None]:
        """Run a block under other rules of arithmetic, or in the name of another family of rules."""
        before = self.pandas, self.family
        self.pandas = before[0] if pandas is None else pandas
        self.family = before[1] if family is None else family
        try:
            yield
        finally:
            self.pandas, self.family = before

    @contextmanager
    def fits_with(self, labels: Value) -> Iterator[None]:
        """Run a block in which transformers are fitted."""
        before, self.fitting = self.fitting, labels
        try:
            yield
        finally:
            self.fitting = before

    def note(self, kind: str, subject: str, detail: str = "", line: int | None = None) -> None:
        """Note something for the findings, once."""
        found = Found(kind, line or self.line, subject, detail)
        if found not in self.found:
            self.found.append(found)

    def wrote(self, path: str, content: str, variable: str = "") -> None:
        """Note a file that the script writes."""
        self.written = [w for w in self.written if w.path != path]
        self.written.append(WrittenFile(path, content, variable, self.line))

    def ignored(self, *values: Value) -> bool:
        """Whether any of the values is a mere result, so that what is computed from it is one, too."""
        return any(isinstance(self.content(v), Result) for v in values)

    def where(self, node: ast.AST) -> int:
        """Return the line of a syntax node."""
        return getattr(node, "lineno", self.line)
