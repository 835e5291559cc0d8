"""Rows that a script makes wide by hand: zeros with a one at the number of a category, put beside other values.

How many zeros there are, the data tell. So such a row is no list of known length: it holds its single values and its runs of
zeros and ones as parts, and what asks for its length or for one of its places stops.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Expr
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Column1,
    Const,
    Feature,
    Items,
    Iterated,
    Leaf,
    Matrix,
    MatrixBlock,
    Rows,
    Tup,
    Unknown,
    Value,
    Vector,
    Vocabulary,
)
from lester_gui.rewrite.lift.ranked import ranked
from lester_gui.rewrite.lift.stop import no_rule, shape
from lester_gui.rewrite.lift.wide_rows import OneHotRow, WideRow
from lester_gui.rewrite.lift.word_values import WordList, WordRow

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


MOST_PLACES = 60  # of a list of known length in which the current row chooses one

# -- making them -------------------------------------------------------------------------------------------------------


def width(lift: Lifter, count: Value) -> Vocabulary | None:
    """Return the vocabulary whose number of values `count` is, else None."""
    content = lift.content(count)
    if isinstance(content, Cell) and isinstance(content.expr, Leaf) and content.expr.kind == "width":
        return lift.widths[content.expr.ident]
    return None


def zeros(lift: Lifter, element: Value, count: Value, array: bool = False) -> WideRow | None:
    """Return ``[0] * len(vocabulary)`` or ``np.zeros(len(vocabulary))``; None where `count` is no such number.

    Raises
    ------
    Stopped
        If the row is made of something else than zeros.
    """
    vocabulary = width(lift, count)
    listed = lift.content(count)
    number = listed.owner if isinstance(listed, Accessor) and listed.kind == "number of words" else None
    if vocabulary is None and not isinstance(number, WordList):
        return None
    content = lift.content(element)
    zero = content.value if isinstance(content, Const) else None
    if isinstance(zero, bool) or zero not in (0, 0.0):
        raise no_rule("a row as long as a list of categories that is filled with anything but zeros")
    if vocabulary is None:
        assert isinstance(number, WordList)
        return WideRow((WordRow(number),), array)
    return WideRow((OneHotRow(_in_order(vocabulary), floats=isinstance(zero, float)),), array)


def _in_order(vocabulary: Vocabulary) -> Vocabulary:
    if vocabulary.order == "set":
        raise shape("Columns are made in the order of a set, which changes from run to run")
    return vocabulary


def with_one(lift: Lifter, row: WideRow, place: Value, value: Value) -> WideRow:
    """Return the row after ``row[vocabulary[x]] = 1``.

    Raises
    ------
    Stopped
        If the row is anything but the zeros of that vocabulary, or the value is not 1.
    """
    found = code(lift, place)
    part = row.parts[0]
    if found is None or len(row.parts) != 1 or not isinstance(part, OneHotRow) or part.value is not None:
        raise no_rule("an assignment into a row whose length the data tell")
    one = value.value if isinstance(value, Const) else None
    if isinstance(one, bool) or one not in (1, 1.0):
        raise no_rule("anything but a one at the place of a category")
    vocabulary, cell = found
    if not same(vocabulary, part.vocabulary):
        raise shape("A one is put at the number of a category into a row that is as long as another list")
    floats = part.floats or (isinstance(one, float) and not row.array)  # an array keeps its type
    return replace(row, parts=(replace(part, value=cell, floats=floats),))


def with_place(lift: Lifter, row: Items, place: Cell, value: Value) -> Items:
    """Return a list of known length after ``row[place] = value`` where the current row decides the place.

    Rows for which the place is outside the list end the script, and a negative one counts from the end, as in Python.
    """
    from lester_gui.rewrite.lift.library.mappings import coded, must
    from lester_gui.rewrite.lift.statements.branch import merge

    size = len(row.values)
    found = code(lift, place)
    if place.nullable or place.type is not Type.INT or not 0 < size <= MOST_PLACES or not (lift.loops and row.ordered):
        raise shape("A list is changed at a place that is not known")
    if found is not None:
        vocabulary, cell = found
        if vocabulary.node is not None or len(vocabulary.values) > size:
            raise shape("A list is changed at a place that is not known")
        assert coded(lift, vocabulary, cell) == place
        tests = [cells.compare("Eq", cell, cells.cell_of(Const(v)), lift.pandas).expr for v in vocabulary.values]
    else:
        must(lift, cells.make("is_in", place, *(cells.cell_of(Const(i)) for i in range(-size, size))).expr, "IndexError")
        places = [(cells.cell_of(Const(i)), cells.cell_of(Const(i - size))) for i in range(size)]
        tests = [cells.make("is_in", place, *pair).expr for pair in places]
    values = list(row.values)
    for i, test in enumerate(tests):
        values[i] = lift.known(merge(lift, test, lift.content(value), lift.content(values[i])))
    return Items(tuple(values), row.kind)


def was_seen(lift: Lifter, vocabulary: Vocabulary, needle: Value) -> Expr:
    """Return the condition that a value has a number; that is sure where the numbers were given for these very rows."""
    from lester_gui.rewrite.lift.stages import semi

    assert vocabulary.node is not None and vocabulary.cell is not None
    if vocabulary.part is not None:
        raise no_rule("asking whether one side of a split has a category")
    node = lift.loops[-1].node if lift.loops else None
    cell = cells.cell_of(lift.content(needle))
    if node is not None and lift.align.same(node, vocabulary.node):
        here, there = lift.align.together((cell.expr, node), (vocabulary.cell.expr, vocabulary.node))[1]
        if here == there:
            return paths.TRUE
    if cell.type is not vocabulary.cell.type or cell.nullable or vocabulary.cell.nullable:
        raise no_rule("asking whether a category was seen")
    return semi(lift, Column1(vocabulary.node, vocabulary.cell, lift.called_cell(vocabulary.cell), None, True), needle)


def code(lift: Lifter, value: Value) -> tuple[Vocabulary, Cell] | None:
    """Return the vocabulary and the value whose number in it `value` is, else None."""
    content = lift.content(value)
    if isinstance(content, Cell) and isinstance(content.expr, Leaf) and content.expr.kind == "code":
        vocabulary, cell = lift.codes[content.expr.ident]
        return vocabulary, cell
    return None


def same(a: Vocabulary, b: Vocabulary) -> bool:
    """Whether two vocabularies hold the same values in the same order."""
    return (a.order, a.values, a.cell, a.part, a.places) == (b.order, b.values, b.cell, b.part, b.places) and a.node is b.node


def indicators(lift: Lifter, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, content: Value) -> WideRow | None:
    """Return ``[1 if x == c else 0 for c in categories]``, or the same over their numbers; None for anything else."""
    from lester_gui.rewrite.lift.expressions.basic import under

    generator = node.generators[0]
    size = lift.content(content.parts[0]) if isinstance(content, Iterated) and content.kind == "range" else None
    if size is not None and isinstance(content, Iterated) and len(content.parts) != 1:
        return None
    if isinstance(size, Cell) and width(lift, size) is None:
        return _of_places(lift, node, size)
    numbers = size is not None
    vocabulary = width(lift, size) if size is not None else ranked(lift, content) if isinstance(content, Rows) else content
    if not isinstance(vocabulary, Vocabulary) or len(node.generators) != 1 or generator.ifs:
        return None
    if not isinstance(generator.target, ast.Name):
        return None
    zero = _zero(node.elt)
    if zero is not None:
        return WideRow((OneHotRow(_in_order(vocabulary), floats=zero),))
    found = _indicator(node.elt, generator.target.id)
    if found is None:
        return None
    other, floats = found
    value = lift.content(under(lift, lift.live, other))
    if not numbers:
        return WideRow((OneHotRow(_in_order(vocabulary), cells.cell_of(value), "ignore", floats),))
    coded = code(lift, value)
    if coded is None or not same(coded[0], vocabulary):
        return None
    return WideRow((OneHotRow(_in_order(vocabulary), coded[1], "error", floats),))


def _of_places(lift: Lifter, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, size: Cell) -> WideRow | None:
    """Return ``[int(i == place) for i in range(len(rows) + 1)]``: as many places as another table has rows."""
    from lester_gui.rewrite.lift.expressions.basic import under

    generator = node.generators[0]
    if not isinstance(generator.target, ast.Name) or generator.ifs or len(node.generators) != 1 or not lift.is_size(size):
        return None
    found = _indicator(node.elt, generator.target.id)
    if found is None or found[1]:
        return None
    place = lift.content(under(lift, lift.live, found[0]))
    if not isinstance(place, Cell) or place.type is not Type.INT or place.nullable or code(lift, place) is not None:
        return None
    return WideRow((cells.make("one_hot_at", place, size),))


def appends_indicators(lift: Lifter, node: ast.For, content: Value) -> bool:
    """Lift ``for c in categories: row.append(1 if x == c else 0)``; False, and nothing done, for any other loop."""
    from lester_gui.rewrite.lift.expressions import evaluate
    from lester_gui.rewrite.lift.library.table import METHODS, Arguments

    call = node.body[0].value if len(node.body) == 1 and isinstance(node.body[0], ast.Expr) else None
    if not (isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr == "append"):
        return False
    if len(call.args) != 1 or call.keywords or not isinstance(node.target, ast.Name) or node.orelse:
        return False
    generator = ast.comprehension(node.target, node.iter, [], 0)
    made = indicators(lift, ast.copy_location(ast.ListComp(call.args[0], [generator]), node), content)
    if made is None:
        return False
    owner = evaluate(lift, call.func.value)
    row = lift.content(owner)
    rule = METHODS.get((lift.kind(row), "extend")) if isinstance(row, Items | WideRow) else None
    if rule is None:
        raise no_rule("a list of rows that grows by one value for each category")
    rule(lift, row, Arguments("append", [made], owner=owner))
    lift.names[node.target.id] = Unknown("it is set inside a loop in a way that is not lifted", node.lineno)
    return True


def _zero(element: ast.expr) -> bool | None:
    """Whether the zero that a list is filled with is a float; None if it is no zero."""
    value = element.value if isinstance(element, ast.Constant) else None
    return None if isinstance(value, bool) or value not in (0, 0.0) or value is None else isinstance(value, float)


def _indicator(element: ast.expr, name: str) -> tuple[ast.expr, bool] | None:
    """Return what is compared with `name` in ``1 if x == name else 0`` or ``x == name``, and whether that gives floats."""
    test, floats = element, False
    wanted: type[ast.cmpop] = ast.Eq
    if isinstance(element, ast.IfExp) and isinstance(element.body, ast.Constant) and isinstance(element.orelse, ast.Constant):
        one, zero = element.body.value, element.orelse.value
        if isinstance(one, bool) or isinstance(zero, bool) or {one, zero} != {0, 1}:
            return None
        test, floats = element.test, isinstance(one, float) or isinstance(zero, float)
        wanted = ast.Eq if one else ast.NotEq
    elif isinstance(element, ast.Call) and isinstance(element.func, ast.Name) and element.func.id in ("int", "float"):
        if len(element.args) != 1 or element.keywords:
            return None
        test, floats = element.args[0], element.func.id == "float"
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], wanted)):
        return None
    sides = [test.left, test.comparators[0]]
    other = [s for s in sides if not (isinstance(s, ast.Name) and s.id == name)]
    if len(other) != 1 or any(isinstance(n, ast.Name) and n.id == name for n in ast.walk(other[0])):
        return None
    return other[0], floats


# -- putting them together ---------------------------------------------------------------------------------------------


def joined(lift: Lifter, a: Value, b: Value) -> WideRow:
    """Return the values of two lists, one after the other.

    Raises
    ------
    Stopped
        If one of them is an array, to which ``+`` adds, or no list of values of a row.
    """
    if any(isinstance(v, WideRow) and v.array for v in (a, b)):
        raise no_rule("arithmetic on a row whose length the data tell")
    return WideRow((*_parts(lift, a), *_parts(lift, b)))


def beside(lift: Lifter, values: tuple[Value, ...]) -> WideRow | None:
    """Return ``np.concatenate([a, b])`` of rows; None where none of them is a wide one."""
    contents = [lift.content(v) for v in values]
    if not any(isinstance(c, WideRow) for c in contents):
        return None
    return WideRow(tuple(p for c in contents for p in _parts(lift, c)), array=True)


def _parts(lift: Lifter, value: Value) -> tuple[Value, ...]:
    content = lift.content(value)
    if isinstance(content, WideRow):
        return content.parts
    if isinstance(content, Vector):
        return content.items
    if isinstance(content, Items) and content.ordered:
        return content.values
    if isinstance(content, Tup):
        return content.items
    raise shape("A row whose length the data tell is put together with something that is no list of values")


def merged(lift: Lifter, condition: Expr, a: WideRow, b: WideRow) -> Value:
    """Return the row that is `a` where the condition holds and `b` elsewhere; unknown if their parts differ in kind."""
    from lester_gui.rewrite.lift.statements.branch import merge

    if len(a.parts) != len(b.parts) or a.array != b.array:
        return Unknown("the two branches leave rows of different length", lift.line)
    out: list[Value] = []
    for x, y in zip(a.parts, b.parts, strict=True):
        if isinstance(x, OneHotRow) and isinstance(y, OneHotRow):
            one = _either(lift, condition, x, y)
            if one is None:
                return Unknown("ones are put at categories under a condition", lift.line)
            out.append(one)
        elif isinstance(x, OneHotRow) or isinstance(y, OneHotRow):
            return Unknown("the two branches leave rows of different length", lift.line)
        else:
            out.append(merge(lift, condition, x, y))
    return WideRow(tuple(out), a.array)


def _either(lift: Lifter, condition: Expr, x: OneHotRow, y: OneHotRow) -> OneHotRow | None:
    """Return the run of zeros and a one where only its category's being known decides whether there is a one."""
    if x == y:
        return x
    if not same(x.vocabulary, y.vocabulary) or (x.value is None) == (y.value is None):
        return None
    if y.value is not None:
        x, y, condition = y, x, paths.negated(condition)
    from lester_gui.rewrite.lift.stages import hit

    assert x.value is not None
    if condition != hit(lift, x.vocabulary, x.value):
        return None
    return replace(x, unknown="ignore", floats=x.floats or y.floats)


# -- as columns --------------------------------------------------------------------------------------------------------


def matrix(lift: Lifter, rows: Rows, template: WideRow, name: str) -> Matrix:
    """Return a list of wide rows as an array: neighbouring single values as one block, each run of zeros and ones as one."""
    from lester_gui.rewrite.lift import words
    from lester_gui.rewrite.lift.arrays import one_hot_block

    out: list[MatrixBlock] = []
    whole = True
    for part in template.parts:
        content = lift.content(part)
        if isinstance(content, WordRow):
            out.append(words.block(lift, rows.node, content))
            continue
        if not isinstance(content, OneHotRow):
            cell = cells.cell_of(content)
            zeros_and_ones = isinstance(cell.expr, Apply) and cell.expr.operator == "one_hot_at"
            whole = whole and (cell.type in (Type.INT, Type.BOOL) or zeros_and_ones)
            feature = Feature(cell, lift.called_cell(cell))
            if out and not out[-1].chain:
                out[-1] = replace(out[-1], features=(*out[-1].features, feature))
            else:
                out.append(MatrixBlock(name or "columns", (feature,)))
            continue
        if content.value is None:
            raise no_rule("a row of zeros as columns")
        whole = whole and not content.floats
        out.append(one_hot_block(lift, rows.node, content.vocabulary, cells.cell_of(content.value), content.unknown, ()))
    return Matrix(rows.node, tuple(out), rows.part, whole=whole)
