"""scikit-learn's DictVectorizer: lists of dicts as columns, numbers as they are and texts as one column for each value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.learning import Transformer
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Const, Entries, Estimator, Feature, Matrix, MatrixBlock, Rows
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

ONE_HOT = Transformer("one_hot", (("categories", "auto"), ("drop", None), ("handle_unknown", "ignore")))


def of_records(lift: Lifter, rows: Rows, template: Entries) -> Matrix:
    """Return a list of dicts as one feature per key, called after it.

    Raises
    ------
    Stopped
        If keys are no texts, or a value is no single value of the row.
    """
    features = tuple(Feature(cells.cell_of(lift.content(v)), lift.text(k)) for k, v in template.items)
    return Matrix(rows.node, (MatrixBlock("columns", features),), rows.part)


def vectorised(lift: Lifter, content: Estimator, matrix: Matrix, scope: str, name: str) -> Matrix:
    """Return what a DictVectorizer makes of records: columns in the order of ``key`` and ``key=value``.

    A text is told from a number by its column's type; a value that was not there when the columns were fixed gives zeros only.

    Raises
    ------
    Stopped
        If a value may be missing, or the data decide which of two keys comes first.
    """
    if lift.const(content.get("sort") or Const(True)) is not True or lift.const(content.get("separator") or Const("=")) != "=":
        raise no_rule("DictVectorizer with sort or separator")
    if any(b.chain for b in matrix.blocks):
        raise no_rule("DictVectorizer of encoded columns")
    named: dict[str, Feature] = {}
    for feature in (f for b in matrix.blocks for f in b.features):
        cell = feature.cell
        if not feature.name or cell.nullable or not (cell.type is Type.STR or cell.type.is_number):
            raise shape("DictVectorizer is given values that are no text or number, or that may be missing")
        named[feature.name + ("=" if cell.type is Type.STR else "")] = feature
    texts = [k for k in named if k.endswith("=") and named[k].cell.type is Type.STR]
    if any(k != t and k.startswith(t) for t in texts for k in named):
        raise no_rule("DictVectorizer of keys of which one begins with another one and an equals sign")
    out: list[MatrixBlock] = []
    for key in sorted(named):
        if key in texts:
            out.append(MatrixBlock(named[key].name, (named[key],), (ONE_HOT,), scope, content.lines))
        elif out and not out[-1].chain:
            out[-1] = MatrixBlock(out[-1].name, (*out[-1].features, named[key]), lines=content.lines)
        else:
            out.append(MatrixBlock(name or "numbers", (named[key],), lines=content.lines))
    return Matrix(matrix.node, tuple(out), matrix.part, matrix.dtype)
