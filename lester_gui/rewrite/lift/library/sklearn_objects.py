"""Transformers that are objects of the script's own classes, as steps of pipelines: their methods are lifted where they stand."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.learning import Transformer
from lester_gui.rewrite.lift import blocks, classes
from lester_gui.rewrite.lift.carried_objects import carry_object
from lester_gui.rewrite.lift.domain import Entries, Frame, Matrix, Result, UserClass, UserFunction, Value
from lester_gui.rewrite.lift.library.table import Arguments
from lester_gui.rewrite.lift.stop import Stopped, no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def given_to(lift: Lifter, matrix: Matrix) -> Value:
    """Return what scikit-learn hands to a transformer of the script: a table if the pipeline was given one, else an array."""
    if not matrix.framed:
        return lift.new(matrix)
    columns: list[tuple[str, Value]] = []
    for block in matrix.blocks:
        if block.chain:
            raise no_rule("a table of encoded columns that is handed to a transformer of the script")
        columns += [(f.name, f.cell) for f in block.features]
    for place, name, value in matrix.lacking:
        columns.insert(place, (name, value))
    if len({n for n, _ in columns}) != len(columns) or not all(n for n, _ in columns):
        raise shape("A table with one name twice is handed to a transformer of the script")
    return lift.new(Frame(matrix.node, tuple(columns), () if matrix.part is None else None, (), matrix.part))


def made_of(lift: Lifter, value: Value, before: Matrix, name: str) -> Matrix:
    """Return what a transformer of the script made, as a matrix with the rows that it was given.

    Raises
    ------
    Stopped
        If the rows are others.
    """
    content = lift.content(value)
    matrix = entered(lift, value)
    if not lift.align.same(matrix.node, before.node) or matrix.part != before.part:
        raise shape("A transformer of the script leaves rows out, or changes their order")
    return replace(blocks.renamed(matrix, name) if name else matrix, framed=isinstance(content, Frame))


def through_object(lift: Lifter, value: Value, made: UserClass, matrix: Matrix, name: str) -> Matrix:
    """Return a matrix after an object of the script, fitted first where the pipeline around it is."""
    content = lift.content(value)
    assert isinstance(content, Entries)
    transform = made.members.get("transform")
    if not isinstance(transform, UserFunction):
        raise no_rule(f"{made.name}, which does not transform")
    if any(b.chain for b in matrix.blocks):  # nothing can be computed with encoded columns, but a function can be given them
        step = Transformer("function", (("function", carry_object(lift, made, content)),))
        return blocks.transformed(matrix, step, name or made.name.lower(), "", lift.lines)
    fit = made.members.get("fit")
    if lift.fitting is not None and isinstance(fit, UserFunction):
        given = [given_to(lift, matrix)]
        takes = len(fit.node.args.args) - 1
        classes.call(lift, fit, value, Arguments("fit", given if takes < 2 else [*given, lift.fitting]))
    out = classes.call(lift, transform, value, Arguments("transform", [given_to(lift, matrix)]))
    return made_of(lift, out, matrix, name)


def through_function(lift: Lifter, function: UserFunction, matrix: Matrix, name: str) -> Matrix | None:
    """Return a matrix after a function of the script whose text can be followed, None where it has to be carried."""
    from lester_gui.rewrite.lift.functions import inline

    if any(b.chain for b in matrix.blocks):
        return None
    state, known = lift.snapshot(), len(lift.stops)
    try:
        out: Matrix | None = made_of(
            lift, inline(lift, function, Arguments(function.name, [given_to(lift, matrix)])), matrix, name
        )
    except Stopped:
        out = None  # it is carried as it stands instead
    if out is not None and len(lift.stops) == known:
        return out
    lift.restore(state)
    del lift.stops[known:]
    return None


def entered(lift: Lifter, value: Value) -> Matrix:
    """Return what a script passes to an estimator as X; a table stays one for the transformers that are the script's own."""
    content = lift.content(value)
    if not isinstance(content, Frame):
        return replace(blocks.of_value(lift, value), framed=False)
    lacking = tuple((i, n, v) for i, (n, v) in enumerate(content.columns) if isinstance(v, Result))
    carried = replace(content, columns=tuple((n, v) for n, v in content.columns if not isinstance(v, Result)))
    return replace(blocks.of_frame(lift, carried), framed=True, lacking=lacking)


def complete(matrix: Matrix) -> Matrix:
    """Return a matrix that has all its columns.

    Raises
    ------
    Stopped
        If it is what is left of a table with columns that the plan does not carry.
    """
    for _, name, value in matrix.lacking:
        raise blocks.not_carried(name, value)
    return matrix
