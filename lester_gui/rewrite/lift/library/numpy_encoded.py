"""NumPy: columns that passed an encoder and are put back into the array: ``X[:, 2] = encoder.fit_transform(X[:, 2])``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import blocks
from lester_gui.rewrite.lift.domain import Coded, Matrix, MatrixBlock, Value
from lester_gui.rewrite.lift.library.numpy_items import in_floats
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def encoded_columns(lift: Lifter, value: Value) -> Matrix | None:
    """Return columns that passed an encoder, which are put into an array as they are; None for other values."""
    if isinstance(value, Coded):
        return blocks.of_value(lift, value)
    return value if isinstance(value, Matrix) and any(b.chain for b in value.blocks) else None


def with_encoded(lift: Lifter, matrix: Matrix, chosen: list[tuple[int, int]], encoded: Matrix) -> Matrix:
    """Return an array after ``X[:, 2] = encoder.fit_transform(X[:, 2])``.

    Raises
    ------
    Stopped
        If the encoder makes other columns than there were, or the array may hold texts, which turns numbers into texts.
    """
    if matrix.part != encoded.part:
        raise shape("Columns of different sides of the split are combined")
    texts = any(f.cell.type is Type.STR and not b.chain for b in matrix.blocks for f in b.features)
    whole = not matrix.objects and not in_floats(matrix)
    if (texts and not matrix.objects) or (whole and any(b.chain[0].kind != "ordinal" for b in encoded.blocks if b.chain)):
        raise shape("Encoded numbers are put into an array of another type")
    _, (matrix, encoded) = blocks.over_one_node(lift, [matrix, encoded])
    new = blocks.single_features(encoded)
    if len(new) != len(chosen):
        raise shape("Arrays of different shapes are assigned")
    if any(not blocks.are_columnwise(b.chain) for b in matrix.blocks):
        raise no_rule("an assignment into encoded columns")
    singles = {(i, j): replace(b, features=(f,)) for i, b in enumerate(matrix.blocks) for j, f in enumerate(b.features)}
    for place, block in zip(chosen, new, strict=True):
        before = singles[place]
        named = replace(block.features[0], name=before.features[0].name or block.features[0].name)
        singles[place] = replace(block, name=before.name, features=(named,))
    out: list[MatrixBlock] = []
    for one in singles.values():
        last = out[-1] if out else None
        if last is not None and (last.name, last.chain, last.fit_on) == (one.name, one.chain, one.fit_on):
            lines = tuple(dict.fromkeys((*last.lines, *one.lines)))
            out[-1] = replace(last, features=(*last.features, *one.features), lines=lines)
        else:
            out.append(one)
    return replace(matrix, blocks=tuple(out))
