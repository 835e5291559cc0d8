"""scikit-learn: labels as numbers. Which number a label gets hangs on which labels there are, so the plan says how, not what."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Literal
from lester_gui.ir.learning import Transformer
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Coded,
    Column1,
    Const,
    Encoded,
    Estimator,
    Items,
    Result,
    Tup,
    Value,
    Vocabulary,
)
from lester_gui.rewrite.lift.library.pandas_io import as_column
from lester_gui.rewrite.lift.library.table import Arguments, attribute, function, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

CODES = {
    "sorted": Transformer("ordinal", (("categories", "auto"), ("encoded_missing_value", "last"))),
    "category": Transformer("ordinal", (("categories", "auto"), ("encoded_missing_value", -1))),
    "first_seen": Transformer("ordinal", (("categories", "first_seen"), ("encoded_missing_value", -1))),
}
"""Numbers of values as a step of the encode stage, by their order."""


def as_coded(column: Column1, chain: tuple[Transformer, ...]) -> Coded:
    """Return a label that stands in a table as an encoded column.

    Raises
    ------
    Stopped
        If it passed anything but an encoder of numbers.
    """
    if len(chain) == 1 and chain[0].kind == "ordinal":
        order = chain[0].get("categories")
        if order in ("auto", "first_seen") and chain[0].get("handle_unknown", "error") == "error":
            return Coded(column, "sorted" if order == "auto" else "first_seen")
    raise no_rule("labels that passed this encoder")


def coded_feature(lift: Lifter, coded: Coded) -> Encoded:
    """Return numbers of values as a column of a table."""
    from lester_gui.rewrite.lift.blocks import scope_of

    column = coded.column
    scope = coded.fit_on or scope_of(lift, column.node, column.part)
    dtype = "int8" if coded.order == "category" else "int64"
    return Encoded(column.cell, (CODES[coded.order],), scope, coded.lines, dtype)


def encode_label(lift: Lifter, content: Estimator, value: Value, what: str, owner: Value | None) -> Value:
    """Return what LabelEncoder or LabelBinarizer makes of a column; of a condition, whether it holds."""
    from lester_gui.rewrite.lift.library.pandas_bins import Bins

    given = lift.content(value)
    if isinstance(given, Bins) and given.column is not None:
        given = given.column
    if isinstance(given, Coded):
        raise no_rule("encoding labels that are numbers of labels already")
    column = as_column(lift, given)
    short = content.name.rsplit(".", 1)[-1]
    before = content.fitted
    if what == "transform":
        if not isinstance(before, Column1) or not lift.align.same(before.node, column.node):
            raise shape("A label encoder is used on other rows than those of the table it was fitted on")
        if lift.move(before.cell, before.node, column.node).expr != column.cell.expr:
            raise shape("A label encoder is fitted on one column and used on another")
    elif owner is not None:
        lift.set(owner, replace(content, fitted=column))
    if what == "fit":
        return owner if owner is not None else lift.new(replace(content, fitted=column))
    if column.cell.type is Type.BOOL and not column.cell.nullable:
        numbers = cells.make("if_else", column.cell, Cell(Literal(1), Type.INT), Cell(Literal(0), Type.INT))
        return replace(column, cell=numbers, numpy=True)
    if short == "LabelBinarizer":
        raise no_rule("LabelBinarizer of classes that only the data tell")
    from lester_gui.rewrite.lift.blocks import scope_of

    fitted = before if what == "transform" and isinstance(before, Column1) else column
    return Coded(replace(column, numpy=True), "sorted", lift.lines, scope_of(lift, fitted.node, fitted.part))


@function("pandas.factorize")
def factorize(lift: Lifter, args: Arguments) -> Value:
    """``codes, uniques = pd.factorize(column)``."""
    given = args.bind("values", sort=False, use_na_sentinel=True)
    return _factors(lift, given["values"], given)


@method("series", "factorize")
def factorize_method(lift: Lifter, content: Column1, args: Arguments) -> Value:
    """``column.factorize()``."""
    return _factors(lift, content, args.bind(sort=False, use_na_sentinel=True))


def _factors(lift: Lifter, value: Value, given: dict[str, Value]) -> Value:
    if lift.const(given["use_na_sentinel"]) is not True:
        raise no_rule("factorize without a sentinel")
    from lester_gui.rewrite.lift.library.numpy_counts import Uniques

    column = as_column(lift, lift.content(value))
    if column.part is not None:
        raise no_rule("factorize of one side of a split")
    order = "category" if lift.const(given["sort"]) else "first_seen"  # in either -1 where a value is missing
    values = Vocabulary("sorted" if order == "category" else order, column.node, column.cell, (), False)
    uniques = Result("categories") if column.cell.nullable else Uniques("categories", values)
    return Tup((Coded(replace(column, numpy=True), order, lift.lines), uniques))


@attribute("series", "cat")
def categories(lift: Lifter, content: Column1, owner: Value) -> Value:
    """``column.cat``."""
    return Accessor(content, "cat")


@attribute("cat", "codes")
def category_codes(lift: Lifter, content: Accessor, owner: Value) -> Value:
    """``column.astype("category").cat.codes``: numbers in sorted order, -1 where a value is missing."""
    column = content.owner
    assert isinstance(column, Column1)
    if column.part is not None:
        raise no_rule("category codes of one side of a split")
    return Coded(column, "category", lift.lines)


@attribute("coded", "values")
def values(lift: Lifter, content: Coded, owner: Value) -> Value:
    """``codes.values``."""
    return content


@method("coded", "fillna")
def nothing_missing(lift: Lifter, content: Coded, args: Arguments) -> Value:
    """``codes.fillna(0)``: every value has a number."""
    args.bind("value", inplace=False)
    return content


@method("coded", "to_numpy", "astype", "ravel", "copy", "flatten", "tolist")
def same_numbers(lift: Lifter, content: Coded, args: Arguments) -> Value:
    """``codes.astype(int)``: numbers they are already."""
    if args.what.endswith("astype"):
        kind = lift.content(args.positional[0]) if args.positional else Const(None)
        named = str(kind.value) if isinstance(kind, Const) else str(getattr(kind, "name", ""))
        if not named.rsplit(".", 1)[-1].startswith(("int", "float")):
            raise no_rule("numbers of labels as another type")
    return content


@method("coded", "__getitem__")
def some_numbers(lift: Lifter, content: Coded, args: Arguments) -> Value:
    """``codes[train]``: the numbers of some rows; which number a value has still hangs on all of them."""
    from lester_gui.rewrite.lift.blocks import scope_of
    from lester_gui.rewrite.lift.library.numpy_items import array_item

    column = content.column
    chosen = lift.content(array_item(lift, replace(column, numpy=True), lift.content(args.positional[0])))
    if not isinstance(chosen, Column1) or not lift.align.same(chosen.node, column.node):
        raise no_rule("an element or part of the numbers of labels")
    return replace(content, column=chosen, fit_on=content.fit_on or scope_of(lift, column.node, column.part))


@method("coded", "reshape")
def tall_numbers(lift: Lifter, content: Coded, args: Arguments) -> Value:
    """``codes.reshape(-1, 1)``: one column of a matrix."""
    from lester_gui.rewrite.lift.blocks import of_value

    size = args.positional if len(args.positional) == 2 else []
    if [lift.content(v) for v in size] != [Const(-1), Const(1)]:
        raise no_rule("this reshape of numbers of labels")
    return lift.new(of_value(lift, content))


@function("sklearn.preprocessing.label_binarize")
def label_binarize(lift: Lifter, args: Arguments) -> Value:
    """``label_binarize(y, classes=[a, b])``: whether y is the second class."""
    given = args.bind("y", "classes", neg_label=0, pos_label=1)
    column = as_column(lift, lift.content(given["y"]))
    classes = lift.content(given["classes"])
    if not isinstance(classes, Items | Tup):
        raise no_rule("label_binarize with classes that only the data tell")
    listed = lift.const(classes)
    if len(listed) != 2 or lift.const(given["neg_label"]) != 0 or lift.const(given["pos_label"]) != 1:
        raise no_rule("label_binarize of other than two classes")
    second = cells.compare("Eq", column.cell, cells.cell_of(Const(listed[1])), True)
    return replace(column, cell=cells.make("if_else", second, Cell(Literal(1), Type.INT), Cell(Literal(0), Type.INT)), numpy=True)
