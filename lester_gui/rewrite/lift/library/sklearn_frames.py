"""scikit-learn: encoded columns in a table again, as scripts put them there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.rewrite.lift import blocks
from lester_gui.rewrite.lift.domain import Encoded, Frame, Matrix, Value
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def frame_of_matrix(lift: Lifter, matrix: Matrix, names: tuple[str, ...] | None) -> Frame:
    """Return ``pd.DataFrame(scaler.fit_transform(X), columns=names)``: one encoded column of each, in order.

    Raises
    ------
    Stopped
        If the encoders made other columns than there were.
    """
    if names is None:
        raise no_rule("a DataFrame of a matrix without names for its columns")
    columns = blocks.single_features(matrix)
    if len(columns) != len(names) or len(set(names)) != len(names):
        raise shape("A DataFrame is given another number of names than its matrix has columns")
    made: list[tuple[str, Value]] = []
    for name, b in zip(names, columns, strict=True):
        cell = b.features[0].cell
        made.append((name, Encoded(cell, b.chain, b.fit_on, b.lines) if b.chain else cell))
    return Frame(matrix.node, tuple(made), () if matrix.part is None else None, (), matrix.part)
