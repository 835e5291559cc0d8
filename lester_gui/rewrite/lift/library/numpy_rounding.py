"""NumPy and Python: rounding to whole numbers and to decimals."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Const, Result, Value
from lester_gui.rewrite.lift.library.numpy_items import elementwise
from lester_gui.rewrite.lift.library.table import Arguments, function
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

ONE = Const(1)


def below(cell: Cell) -> Cell:
    """Return the largest whole number that is not above a number, as a float; missing stays missing."""
    return cells.arithmetic("FloorDiv", cell, cells.cell_of(Const(1.0)), pandas=True)


def above(cell: Cell) -> Cell:
    """Return the smallest whole number that is not below a number, as a float; missing stays missing."""
    return cells.make("neg", below(cells.make("neg", cell)))


def whole(what: str, cell: Cell) -> Cell:
    """Return a number rounded as a function of that name rounds; whole numbers stay what they are."""
    if cell.type is Type.INT:
        return cell
    if cell.type is not Type.FLOAT:
        raise shape(f"{what} of a {cell.type}")
    if what == "rint":
        return cells.make("np_round", cell, cells.cell_of(Const(0)))
    if what == "floor":
        return below(cell)
    if what == "ceil":
        return above(cell)
    positive = cells.compare("GtE", cell, cells.cell_of(Const(0)), pandas=True).expr
    return cells.choose(positive, below(cell), above(cell))


@function("numpy.floor", "numpy.ceil", "numpy.trunc", "numpy.fix", "numpy.rint")
def of_array(lift: Lifter, args: Arguments) -> Value:
    """``np.floor(x)``, ``np.ceil(x)``, ``np.trunc(x)``."""
    what = args.what.rsplit(".", 1)[-1]
    content = lift.content(args.bind("x")["x"])
    if isinstance(content, Result):
        return content
    if isinstance(content, Const) and isinstance(content.value, int | float):
        return Const(float(getattr(np, what)(content.value)))
    return elementwise(lift, content, lambda c: whole(what, c))


@function("math.floor", "math.ceil", "math.trunc")
def of_number(lift: Lifter, args: Arguments) -> Value:
    """``math.floor(x)``: a whole number; a missing value is an error."""
    what = args.what.rsplit(".", 1)[-1]
    content = lift.content(args.bind("x")["x"])
    if isinstance(content, Result):
        return content
    if isinstance(content, Const) and isinstance(content.value, int | float):
        return Const(getattr(math, what)(content.value))
    cell = cells.cell_of(content)
    if cell.type is Type.INT:
        return cell
    asked = cells.make("present", cell) if cell.nullable else cell
    return cells.make("to_int", whole(what, asked))


@function("numpy.round", "numpy.around", "numpy.round_")
def to_decimals(lift: Lifter, args: Arguments) -> Value:
    """``np.round(x, 2)``."""
    given = args.bind("a", "decimals", decimals=0)
    content, digits = lift.content(given["a"]), lift.const(given["decimals"])
    if isinstance(content, Result):
        return content
    if not isinstance(digits, int) or digits < 0:
        raise no_rule("rounding to tens")
    if isinstance(content, Const) and isinstance(content.value, int | float):
        return Const(np.round(content.value, digits).item())
    return elementwise(lift, content, lambda c: cells.make("np_round", c, cells.cell_of(Const(digits))))
