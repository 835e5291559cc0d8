"""scikit-learn: encoded columns in a table again, as scripts put them there."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.features import refitted
from lester_gui.rewrite.lift import blocks
from lester_gui.rewrite.lift.domain import Accessor, Column1, Const, Encoded, Estimator, Frame, Matrix, MatrixBlock, Result, Value
from lester_gui.rewrite.lift.expressions import evaluate
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

VECTORISERS = ("CountVectorizer", "TfidfVectorizer")
LEFT_OPEN = "\x1d"
"""Begins the name of a column whose own name hangs on the data, as that of a vectoriser's word does: no script asks for it."""


def names_of(lift: Lifter, value: Value, data: Value) -> tuple[str, ...] | None:
    """Return names for the columns of a table: as the script lists them, or as an encoder calls what it makes of them."""
    content = lift.content(value)
    if content == Const(None):
        return None
    if isinstance(content, Accessor) and content.kind == "names of an encoder":
        if not isinstance(data, Matrix):
            raise no_rule("names of an encoder for a table that it did not make")
        if len(data.blocks) == 1 and is_vectorised(data.blocks[0]):
            return (f"{LEFT_OPEN}{data.blocks[0].features[0].name}*",)
        found = one_by_one(data)
        if not all(is_one_hot(b) and b.features[0].name for b in found):
            raise no_rule("the names of columns that this encoder makes")
        return tuple(f"{b.features[0].name}_*" for b in found)
    return lift.strings(value)


def is_vectorised(block: MatrixBlock) -> bool:
    """Whether a block holds the columns that a vectoriser makes of one column of texts, and nothing else."""
    if len(block.features) != 1 or [t.kind for t in block.chain] != ["refitted"]:
        return False
    return refitted.unfitted(block.chain[0]).short in VECTORISERS


def is_one_hot(block: MatrixBlock) -> bool:
    """Whether a block holds the one-hot columns of its features, side by side, scaled or not, and nothing else."""
    first, rest = block.chain[:1], block.chain[1:]
    return [t.kind for t in first] == ["one_hot"] and blocks.are_columnwise(first) and blocks.keeps_columns(rest)


def one_by_one(matrix: Matrix) -> list[MatrixBlock]:
    """Return the columns of a matrix one by one; those that a one-hot encoder makes of one column stay together."""
    if len(matrix.blocks) == 1 and is_vectorised(matrix.blocks[0]):
        return list(matrix.blocks)
    if any(is_one_hot(b) for b in matrix.blocks):
        rest = [b for b in matrix.blocks if not is_one_hot(b)]
        blocks.single_features(replace(matrix, blocks=tuple(rest)))
        return [replace(b, features=(f,)) for b in matrix.blocks for f in b.features]
    return blocks.single_features(matrix)


@method("estimator", "get_feature_names_out", "get_feature_names")
def encoder_names(lift: Lifter, content: Estimator, args: Arguments) -> Value:
    """``encoder.get_feature_names_out()``: what the columns of a one-hot encoder are called, by column and value."""
    args.bind("input_features", input_features=None)
    if content.name.rsplit(".", 1)[-1] not in ("OneHotEncoder", *VECTORISERS) or lift.is_shown(args):
        return Result("names")
    return Accessor(content, "names of an encoder")


def with_index_of(lift: Lifter, data: Value, args: Arguments, given: dict[str, Value]) -> Value:
    """Return ``pd.DataFrame(matrix, columns=…, index=frame.index)`` of the rows of that table."""
    if isinstance(data, Result):
        return data
    node = next((k.value for k in args.node.keywords if k.arg == "index"), None) if args.node is not None else None
    owner = (
        lift.content(evaluate(lift, node.value))
        if isinstance(node, ast.Attribute) and node.attr == "index" and isinstance(node.value, ast.Name)
        else None
    )
    if not isinstance(owner, Frame | Column1) or not isinstance(data, Matrix):
        raise no_rule("DataFrame with this index")
    if owner.part != data.part or not lift.align.same(owner.node, data.node):
        raise shape("A DataFrame is given the index of other rows")
    made = frame_of_matrix(lift, data, names_of(lift, given["columns"], data))
    if isinstance(owner, Frame) and not owner.levels:
        return lift.new(replace(made, index=owner.index, origin=owner.numbered if owner.index is None else None))
    if owner.index == () and owner.part is None:
        return lift.new(made)
    return lift.new(replace(made, index=None))


def frame_of_matrix(lift: Lifter, matrix: Matrix, names: tuple[str, ...] | None) -> Frame:
    """Return ``pd.DataFrame(scaler.fit_transform(X), columns=names)``: one encoded column of each, in order.

    Raises
    ------
    Stopped
        If the encoders made other columns than there were.
    """
    columns = one_by_one(matrix)
    if names is None:  # they are numbered, until the script names them; how far, the data tell after the first of several
        several = [is_one_hot(b) or is_vectorised(b) for b in columns]
        names = tuple(f"{LEFT_OPEN if any(several[: i + 1]) else ''}{i}{'*' * several[i]}" for i in range(len(columns)))
    if len(columns) != len(names) or len(set(names)) != len(names):
        raise shape("A DataFrame is given another number of names than its matrix has columns")
    if any((is_one_hot(b) or is_vectorised(b)) != n.endswith("*") for n, b in zip(names, columns, strict=True)):
        raise no_rule("names for one-hot columns that are not the encoder's")
    made: list[tuple[str, Value]] = []
    for name, b in zip(names, columns, strict=True):
        cell = b.features[0].cell
        made.append((name, Encoded(cell, b.chain, b.fit_on, b.lines, "float64") if b.chain else cell))
    return Frame(matrix.node, tuple(made), () if matrix.part is None else None, (), matrix.part)
