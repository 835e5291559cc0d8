"""Lists, dicts, sets and what goes through them: sorted, enumerate, zip, range, map, filter, Counter, defaultdict."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Column, Expr
from lester_gui.ir.nodes import Concat, Limit, Select, Sort
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, loops, paths, stages
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Column1,
    Const,
    Entries,
    Frame,
    Generator,
    Handle,
    InLoop,
    Items,
    Iterated,
    Keyed,
    Leaf,
    Module,
    Order,
    Part,
    Result,
    Rows,
    Tup,
    UserFunction,
    Value,
    Vocabulary,
)
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


# -- going through -----------------------------------------------------------------------------------------------------


@function("builtins.enumerate")
def enumerate_(lift: Lifter, args: Arguments) -> Value:
    """``enumerate(xs, start)``."""
    given = args.bind("iterable", "start", start=0)
    if isinstance(lift.content(given["iterable"]), Result):
        return Result("pairs")
    return Iterated("enumerate", (given["iterable"], given["start"]))


@function("builtins.zip")
def zip_(lift: Lifter, args: Arguments) -> Value:
    """``zip(xs, ys)``."""
    if any(isinstance(lift.content(v), Result) for v in args.positional):
        return Result("pairs")
    return Iterated("zip", tuple(args.positional))


@function("builtins.range", "numpy.arange")
def range_(lift: Lifter, args: Arguments) -> Value:
    """``range(n)``; over the number of rows of a table, its row numbers."""
    values = [lift.content(v) for v in args.positional]
    if args.what != "range" and len(values) == 1 and isinstance(values[0], Cell):
        return _positions(lift, values[0])
    if args.keywords:
        raise no_rule(f"{args.what} with options")
    if any(isinstance(v, Result) for v in values):
        return Result("range")
    if len(values) > 1 and not all(isinstance(v, Const) for v in values):
        raise no_rule("a range that does not go through all rows")
    return Iterated("range", tuple(values))


def _positions(lift: Lifter, size: Cell) -> Value:
    if isinstance(size.expr, Leaf) and size.expr.kind == "count":
        node, part = lift.counted[size.expr.ident]
        if part is None:
            return lift.new(Order(node))
    raise no_rule("row numbers of part of a table")


@function("tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm", "builtins.iter")
def unchanged(lift: Lifter, args: Arguments) -> Value:
    """Wrappers that yield what they are given."""
    return args.positional[0]


@function("builtins.reversed")
def reversed_(lift: Lifter, args: Arguments) -> Value:
    """``reversed(xs)`` of known elements."""
    content = lift.content(args.positional[0])
    if isinstance(content, Tup | Items):
        values = content.items if isinstance(content, Tup) else content.values
        return Tup(values[::-1])
    raise no_rule("reversed rows")


@function("builtins.map")
def map_(lift: Lifter, args: Arguments) -> Value:
    """``map(f, xs)``."""
    if len(args.positional) != 2:
        raise no_rule("map over several sequences")
    return through(lift, args.positional[1], args.positional[0], "map")


@function("builtins.filter")
def filter_(lift: Lifter, args: Arguments) -> Value:
    """``filter(f, xs)``."""
    return through(lift, args.positional[1], args.positional[0], "filter")


def through(lift: Lifter, sequence: Value, func: Value, what: str) -> Value:
    """Return a list of results, or of the elements for which a function is true, as the comprehension that says so."""
    from lester_gui.rewrite.lift.expressions import evaluate

    names = {"sequence_": sequence, "function_": func}
    before = {n: lift.names.get(n) for n in names}
    lift.names.update(names)
    text = "[function_(x_) for x_ in sequence_]" if what == "map" else "[x_ for x_ in sequence_ if function_(x_)]"
    node = ast.parse(text, mode="eval").body
    for inner in ast.walk(node):
        if hasattr(inner, "lineno"):
            inner.lineno = inner.end_lineno = lift.line
    try:
        return evaluate(lift, node)
    finally:
        for n, value in before.items():
            lift.names.pop(n, None)
            if value is not None:
                lift.names[n] = value


# -- making ------------------------------------------------------------------------------------------------------------


@function("builtins.list", "builtins.tuple")
def list_(lift: Lifter, args: Arguments) -> Value:
    """``list(xs)``: a copy."""
    if not args.positional:
        return lift.new(Items(())) if args.what == "list" else Tup(())
    content = lift.content(args.positional[0])
    values = _known(lift, content)
    if values is not None:
        return lift.new(Items(values)) if args.what == "list" else Tup(values)
    if isinstance(content, Handle):
        return content
    if isinstance(content, Rows | Vocabulary | Result):
        return lift.new(content) if isinstance(content, Rows) else content
    if isinstance(content, Column1):
        return lift.new(Rows(content.node, content.cell, content.part))
    if isinstance(content, Order):
        return lift.new(content)
    if isinstance(content, Iterated):
        if content.kind == "range":
            size = lift.content(content.parts[0])
            if isinstance(size, Cell):
                return _positions(lift, size)
        _, node, element = loops.elements(lift, content)
        if node is not None:
            return lift.new(Rows(node, element))
    if isinstance(content, Keyed):
        _, node, element = loops.elements(lift, content)
        assert node is not None
        return lift.new(Rows(node, element))
    if isinstance(content, Frame):
        return lift.new(Items(tuple(Const(n) for n in content.names)))
    raise no_rule(f"{args.what} of this object")


def _known(lift: Lifter, content: Value) -> tuple[Value, ...] | None:
    from lester_gui.rewrite.lift.statements.loop import elements_of

    return elements_of(lift, content)


@function("builtins.set", "builtins.frozenset")
def set_(lift: Lifter, args: Arguments) -> Value:
    """``set(xs)``."""
    if not args.positional:
        return lift.new(Items((), "set"))
    content = lift.content(args.positional[0])
    values = _known(lift, content)
    if values is not None:
        if all(isinstance(v, Const) for v in values):
            return lift.new(Items(tuple(dict.fromkeys(values)), "set"))
        raise no_rule("a set of values of one row")
    if isinstance(content, Vocabulary):
        return replace(content, order="set")
    if isinstance(content, Rows | Column1):
        column = _column(lift, content)
        return Vocabulary("set", column.node, column.cell, (), False)
    if isinstance(content, Keyed):
        return lift.new(replace(content, template=None))
    raise no_rule("set of this object")


def _column(lift: Lifter, content: Value) -> Column1:
    from lester_gui.rewrite.lift.library.pandas_io import as_column

    return as_column(lift, content)


@function("builtins.dict")
def dict_(lift: Lifter, args: Arguments) -> Value:
    """``dict(a=1)``, ``dict(pairs)``, ``dict(zip(xs, ys))``."""
    if not args.positional:
        return lift.new(Entries(tuple((Const(k), v) for k, v in args.keywords.items())))
    content = lift.content(args.positional[0])
    values = _known(lift, content)
    if isinstance(content, Entries):
        return lift.new(content)
    if values is not None:
        pairs = [lift.content(v) for v in values]
        if all(isinstance(p, Tup) and len(p.items) == 2 for p in pairs):
            items = {lift.content(p.items[0]): p.items[1] for p in pairs if isinstance(p, Tup)}
            return lift.new(Entries(tuple(items.items())))
    node, element = None, None
    if isinstance(content, Iterated | Rows):
        _, node, element = loops.elements(lift, content)
    if node is None or not isinstance(element, Tup) or len(element.items) != 2:
        raise no_rule("dict of this object")
    node, key = lift.as_column(node, cells.cell_of(lift.content(element.items[0])), "key")
    template = loops.mapped(lift, element.items[1], lambda c: c)
    return lift.new(Keyed(node, (key,), template, "last", lift.number()))


@function("collections.defaultdict", "collections.OrderedDict", "collections.Counter")
def default_dict(lift: Lifter, args: Arguments) -> Value:
    """``defaultdict(int)``, ``Counter(xs)``."""
    what = args.what.rsplit(".", 1)[-1]
    if what == "Counter" and args.positional:
        content = lift.content(args.positional[0])
        if isinstance(content, Rows | Column1):
            from lester_gui.ir.nodes import Aggregate, GroupOrder, Measure

            column = _column(lift, content)
            node, key = lift.as_column(column.node, column.cell, column.name or "key")
            out = lift.step(
                Aggregate, "counts", parent=node, by=(key,), measures=(Measure("count", "size", None),), order=GroupOrder.FIRST_SEEN,
                drop_null_keys=False,
            )  # fmt: skip
            return lift.new(Keyed(out, (key,), cells.column(out, "count"), "only", lift.number()))
        raise no_rule("Counter of this object")
    factory = ""
    if what == "Counter":
        factory = "int"
    elif what == "defaultdict" and args.positional:
        made = args.positional[0]
        if isinstance(made, Module):
            factory = made.name.removeprefix("builtins.")
        elif isinstance(made, UserFunction) and isinstance(made.node, ast.Lambda) and isinstance(made.node.body, ast.Constant):
            factory = {"0": "int", "0.0": "float"}.get(repr(made.node.body.value), "lambda")
    return lift.new(Entries((), factory))


@function("builtins.sorted")
def sorted_(lift: Lifter, args: Arguments) -> Value:
    """``sorted(xs, key=…, reverse=…)``."""
    given = args.bind("iterable", key=None, reverse=False)
    content = lift.content(given["iterable"])
    reverse = bool(lift.const(given["reverse"]))
    plain = lift.content(given["key"]) == Const(None)
    if isinstance(content, Vocabulary):
        if not plain or reverse:
            raise no_rule("categories in an order of their own")
        return replace(content, order="sorted", as_dict=False)
    values = _known(lift, content)
    if values is not None and all(isinstance(v, Const) for v in values) and plain:
        return lift.new(Items(tuple(Const(v) for v in sorted((lift.const(x) for x in values), reverse=reverse))))
    if isinstance(content, Rows):
        return lift.new(ordered(lift, content, given["key"], reverse))
    if isinstance(content, Result):
        return content
    raise no_rule("sorted of this object")


def ordered(lift: Lifter, rows: Rows, key: Value, reverse: bool) -> Rows:
    """Return a list in a stable order; with `reverse`, too, equal elements keep their places."""
    from lester_gui.rewrite.lift.expressions.call import invoke

    if rows.part is not None:
        raise no_rule("sorting one side of a split")
    value = rows.template
    if lift.content(key) != Const(None):
        value = invoke(lift, key, Arguments("key", [rows.template]))
    content = lift.content(value)
    if lift.content(key) == Const(None) and not isinstance(content, Cell):
        raise no_rule("sorting records without a key")
    parts = content.items if isinstance(content, Tup) else content.values if isinstance(content, Items) else (content,)
    node, by, template = rows.node, [], loops.settled(lift, rows.template)
    flat = [cells.cell_of(lift.content(p)) for p in parts]
    for cell in flat:
        ascending = not reverse
        expr = cell.expr
        if isinstance(expr, Apply) and expr.operator == "neg":
            cell, ascending = Cell(expr.arguments[0], cell.type, cell.nullable), not ascending
        node, name = lift.as_column(node, cell, lift.called_cell(cell) or "key")
        by.append((name, ascending))
    out = lift.step(Sort, lift.naming.called(node), parent=node, by=tuple(by))
    return Rows(out, template)


# -- lists -------------------------------------------------------------------------------------------------------------


@method("list", "append")
def append(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``xs.append(x)`` outside a loop over rows, or to a list of this row."""
    if not isinstance(content, Items):
        raise no_rule("appending to a list of rows outside a loop")
    _mine(lift, args)
    lift.set(args.owner, Items((*content.values, args.positional[0]), content.kind))
    return Const(None)


def _mine(lift: Lifter, args: Arguments) -> None:
    """Refuse a change under a condition on the row: the length of a list must not depend on it."""
    if lift.live != paths.TRUE and not lift.straight:
        raise shape("How many elements a list has depends on the row")


@method("list", "extend")
def extend(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``xs.extend(ys)``, ``xs += ys``."""
    _mine(lift, args)
    other = lift.content(args.positional[0])
    values = _known(lift, other)
    if isinstance(content, Items) and values is not None:
        lift.set(args.owner, Items((*content.values, *values), content.kind))
    elif isinstance(content, Items) and not content.values and isinstance(other, Rows):
        lift.set(args.owner, other)
    elif isinstance(content, Rows) and isinstance(other, Rows):
        lift.set(args.owner, after_each_other(lift, content, other))
    else:
        raise no_rule("extending a list with this object")
    return Const(None)


@method("list", "sort")
def sort(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``xs.sort(key=…)``."""
    given = args.bind(key=None, reverse=False)
    if not isinstance(content, Rows):
        raise no_rule("sorting this list")
    lift.set(args.owner, ordered(lift, content, given["key"], bool(lift.const(given["reverse"]))))
    return Const(None)


@method("list", "copy")
@method("dict", "copy")
def copy(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``xs.copy()``."""
    return lift.new(content)


@method("list", "index", "count", "pop", "insert", "remove", "clear", "reverse")
def other(lift: Lifter, content: Value, args: Arguments) -> Value:
    """What depends on positions, or deletes."""
    what = args.what.rsplit(".", 1)[-1]
    if isinstance(content, Items) and what in ("index", "count") and all(isinstance(v, Const) for v in content.values):
        target = lift.content(args.positional[0])
        if isinstance(target, Const):
            values = [lift.const(v) for v in content.values]
            return Const(getattr(values, what)(target.value))
        if what == "index" and isinstance(target, Cell):
            return coded(lift, Vocabulary("listed", None, None, tuple(lift.const(v) for v in content.values)), target)
    if what in ("index", "count"):
        raise no_rule(f"list.{what} of this")
    raise Stopped(Reason.EFFECT, f"list.{what} changes which elements a list has")


@method("list", "add", "update", "discard")
def set_change(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``names.add(x)`` outside a loop over rows."""
    what = args.what.rsplit(".", 1)[-1]
    if isinstance(content, Items) and content.kind == "set" and what == "add":
        value = lift.content(args.positional[0])
        if isinstance(value, Const):
            _mine(lift, args)
            lift.set(args.owner, Items(tuple(dict.fromkeys((*content.values, value))), "set"))
            return Const(None)
    raise no_rule(f"set.{what} here")


@method("list", "__getitem__")
def item(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``xs[i]`` at the current row, ``xs[:cut]``, ``xs[order]``."""
    key = lift.content(args.positional[0])
    if isinstance(content, Items):
        if isinstance(key, Cell) and content.kind == "list":
            return by_row(lift, content, key)
        raise no_rule("an element whose place is not known")
    if not isinstance(content, Rows):
        raise no_rule("an element of this object")
    if isinstance(key, Cell) and key.expr == lift.position(content.node).expr and lift.loops:
        node = lift.loops[-1].node
        assert node is not None
        return loops.moved(lift, content.template, content.node, node)
    if isinstance(key, Accessor) and key.kind == "slice":
        return _slice(lift, content, key)
    if isinstance(key, Order):
        from lester_gui.rewrite.lift.library.splitting import by_order

        part = by_order(lift, content.node, key)
        if part is not None and content.part is None:
            return lift.new(replace(content, part=part))
    raise no_rule("an element of a list of rows")


def _slice(lift: Lifter, rows: Rows, key: Accessor) -> Value:
    from lester_gui.rewrite.lift.library.splitting import positional_part

    assert isinstance(key.owner, Tup)
    low, high, step = (lift.content(v) for v in key.owner.items)
    if step != Const(None):
        raise no_rule("a slice with a step")
    part: Part | None = positional_part(lift, rows.node, low, high)
    if part is not None and rows.part is None:
        return lift.new(replace(rows, part=part))
    start, end = lift.const(low) or 0, lift.const(high)
    if rows.part is not None or start < 0 or (end is not None and end < 0):
        raise no_rule("this slice of a list of rows")
    count = 2**62 if end is None else max(end - start, 0)
    out = lift.step(Limit, lift.naming.called(rows.node), parent=rows.node, count=count, offset=start)
    return lift.new(Rows(out, rows.template))


def by_row(lift: Lifter, content: Items, key: Cell) -> Value:
    """Return the element of a literal list at a place that the row decides."""
    table = Entries(tuple((Const(i), v) for i, v in enumerate(content.values)))
    return from_entries(lift, table, key)


def sequence_arithmetic(lift: Lifter, op: str, a: Value, b: Value) -> Value:
    """``xs + ys`` and ``[x] * n``."""
    if op == "Mult":
        sequence, count = (a, b) if isinstance(a, Items | Tup | Rows) else (b, a)
        if isinstance(sequence, Items) and isinstance(count, Const) and isinstance(count.value, int):
            return lift.new(Items(sequence.values * count.value))
        if isinstance(sequence, Items) and len(sequence.values) == 1 and isinstance(count, Cell):
            from lester_gui.rewrite.lift.arrays import filled_with

            return filled_with(lift, count, sequence.values[0])
        raise no_rule("repeating this list")
    if op != "Add":
        raise no_rule(f"{op} on lists")
    x, y = (v.items if isinstance(v, Tup) else v.values if isinstance(v, Items) else None for v in (a, b))
    if x is not None and y is not None:
        return Tup(x + y) if isinstance(a, Tup) else lift.new(Items(x + y))
    if isinstance(a, Rows) and isinstance(b, Rows):
        return lift.new(after_each_other(lift, a, b))
    raise no_rule("putting these lists together")


def after_each_other(lift: Lifter, a: Rows, b: Rows) -> Rows:
    """Return the rows of two lists, one after the other; their elements must have the same shape."""
    if a.part is not None or b.part is not None:
        raise no_rule("putting sides of a split together")
    left, right = loops.leaves(lift, a.template), loops.leaves(lift, b.template)
    if [c.type for c in left] != [c.type for c in right]:
        raise shape("Lists of different elements are put together")
    names: list[str] = []
    for c in left:
        base, n = lift.called_cell(c) or "value", 1
        name = base
        while name in names:
            n += 1
            name = f"{base}_{n}"
        names.append(name)
    inputs = []
    for rows, flat in ((a, left), (b, right)):
        frame = Frame(rows.node, tuple(zip(names, flat, strict=True)))
        node, _ = lift.materialise(frame)
        inputs.append(node)
    if inputs[0] is inputs[1]:
        inputs[1] = lift.step(
            Select, lift.naming.called(inputs[1]), inputs[1], parent=inputs[1], columns=tuple((n, n) for n in names)
        )
    out = lift.step(Concat, lift.naming.called(inputs[0]), inputs=tuple(inputs))
    queue = iter(names)
    return Rows(out, loops.mapped(lift, a.template, lambda c: cells.column(out, next(queue))))


# -- dicts -------------------------------------------------------------------------------------------------------------


@method("dict", "__getitem__")
def dict_item(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``d[k]`` with a key that the row decides."""
    key = args.positional[0]
    if isinstance(content, Keyed):
        return stages.get(lift, content, key)
    if isinstance(content, Vocabulary):
        return coded(lift, content, cells.cell_of(lift.content(key)))
    assert isinstance(content, Entries)
    inner = lift.content(key)
    if isinstance(inner, Column1):
        raise no_rule("a dict read with a whole column")
    return from_entries(lift, content, cells.cell_of(inner))


def from_entries(lift: Lifter, table: Entries, key: Cell) -> Value:
    """Return the value of a literal dict; rows whose key is not in it would end the script."""
    if not table.items:
        raise shape("A dict that the script never fills is read")
    known = [cells.cell_of(lift.content(k)) for k, _ in table.items]
    numbers = [lift.content(v) for _, v in table.items]
    if all(isinstance(v, Const) for v in numbers) and [v.value for v in numbers if isinstance(v, Const)] == list(
        range(len(numbers))
    ):
        values = tuple(lift.const(k) for k, _ in table.items)
        return coded(lift, Vocabulary("listed", None, None, values), key)
    if any(k.type is not key.type and not (k.type.is_number and key.type.is_number) for k in known):
        raise shape("A dict is read at a key of another type")
    _must(lift, cells.make("is_in", key, *known).expr)
    from lester_gui.rewrite.lift.statements.branch import merge

    out: Value = table.items[-1][1]
    for k, (_, v) in reversed(list(zip(known[:-1], table.items[:-1], strict=True))):
        out = lift.known(merge(lift, cells.compare("Eq", key, k, lift.pandas).expr, lift.content(v), lift.content(out)))
    return out


def _must(lift: Lifter, condition: Expr) -> None:
    """Rows for which the condition does not hold end the script."""
    if condition in paths.conjuncts(lift.live):
        return
    lift.note("unguarded-lookup", "A dict of the script")
    if lift.straight and lift.loops:
        lift.live = paths.both(lift.live, condition)


def coded(lift: Lifter, vocabulary: Vocabulary, cell: Cell) -> Cell:
    """Return the number of a value in a vocabulary."""
    made = (vocabulary, cell)
    for ident, known in lift.codes.items():
        if known == made:
            return Cell(Leaf("code", ident, "code", Type.INT), Type.INT)
    ident = lift.number()
    lift.codes[ident] = made
    return Cell(Leaf("code", ident, "code", Type.INT), Type.INT)


@method("dict", "get", "setdefault")
def dict_get(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``d.get(k, default)``."""
    from lester_gui.rewrite.lift.statements.branch import merge

    if args.what.endswith("setdefault"):
        raise no_rule("setdefault here")
    given = args.bind("key", "default", default=None)
    key, default = given["key"], given["default"]
    if isinstance(content, Keyed):
        return stages.get(lift, content, key, default)
    inner = lift.content(key)
    if isinstance(content, Entries):
        if isinstance(inner, Const):
            found = content.get(inner)
            return default if found is None else found
        cell = cells.cell_of(inner)
        out: Value = lift.content(default)
        for k, v in reversed(content.items):
            condition = cells.compare("Eq", cell, cells.cell_of(lift.content(k)), lift.pandas).expr
            out = lift.known(merge(lift, condition, lift.content(v), out))
        return out
    raise no_rule("dict.get here")


@method("dict", "items", "keys", "values")
def dict_views(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``d.items()``."""
    what = args.what.rsplit(".", 1)[-1]
    if isinstance(content, Entries):
        if what == "items":
            return Tup(tuple(Tup(pair) for pair in content.items))
        return Tup(tuple(k if what == "keys" else v for k, v in content.items))
    if isinstance(content, Keyed):
        rows = loops.distinct_rows(lift, content)
        keys: tuple[Value, ...] = tuple(cells.column(rows.node, k) for k in rows.keys)
        key = keys[0] if len(keys) == 1 else Tup(keys)
        if what == "keys" or rows.template is None:
            return Rows(rows.node, key)
        return Rows(rows.node, rows.template if what == "values" else Tup((key, rows.template)))
    raise no_rule(f"dict.{what} here")


@method("dict", "update", "pop", "popitem", "clear")
def dict_change(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``d.update(other)`` of known dicts."""
    if isinstance(content, Entries) and args.what.endswith("update"):
        other = (
            lift.content(args.positional[0])
            if args.positional
            else Entries(tuple((Const(k), v) for k, v in args.keywords.items()))
        )
        if isinstance(other, Entries):
            _mine(lift, args)
            lift.set(args.owner, Entries(tuple((dict(content.items) | dict(other.items)).items()), content.factory))
            return Const(None)
    raise Stopped(Reason.EFFECT, f"dict.{args.what.rsplit('.', 1)[-1]} here changes which keys there are")


# -- while a loop fills them -------------------------------------------------------------------------------------------


@method("inloop", "append")
def append_in_loop(lift: Lifter, content: InLoop, args: Arguments) -> Value:
    """``xs.append(x)`` in a loop over rows."""
    loops.append(lift, content, args.positional[0])
    return Const(None)


@method("inloop", "add")
def add_in_loop(lift: Lifter, content: InLoop, args: Arguments) -> Value:
    """``seen.add(x)`` in a loop over rows."""
    loops.add(lift, content, args.positional[0])
    return Const(None)


@method("inloop", "get")
def get_in_loop(lift: Lifter, content: InLoop, args: Arguments) -> Value:
    """``d.get(k, 0)`` of a dict that the loop fills."""
    given = args.bind("key", "default", default=None)
    return loops.previous_item(lift, content, given["key"], lift.content(given["default"]))


@method("inloop", "__getitem__")
def item_in_loop(lift: Lifter, content: InLoop, args: Arguments) -> Value:
    """``d[k]`` of a dict that the loop fills."""
    return loops.previous_item(lift, content, args.positional[0], None)


@method("inloop", "setdefault", "update", "pop", "extend", "insert", "remove", "clear", "sort")
def other_in_loop(lift: Lifter, content: InLoop, args: Arguments) -> Value:
    """Other changes inside a loop over rows."""
    raise no_rule(f"{args.what.rsplit('.', 1)[-1]} inside a loop over rows")


# -- rows in a random order --------------------------------------------------------------------------------------------


@function("random.Random")
def python_generator(lift: Lifter, args: Arguments) -> Value:
    """``random.Random(seed)``."""
    return lift.new(Generator("python_shuffle", lift.const(args.bind("seed", seed=None)["seed"])))


@function("random.seed")
def python_seed(lift: Lifter, args: Arguments) -> Value:
    """``random.seed(seed)``."""
    lift.generators["random"] = Generator("python_shuffle", lift.const(args.bind("a", a=None)["a"]))
    return Const(None)


@function("random.shuffle")
def python_shuffle(lift: Lifter, args: Arguments) -> Value:
    """``random.shuffle(order)``."""
    generator = lift.generators.pop("random", Generator("python_shuffle", None))
    return shuffled(lift, args.positional[0], generator)


@method("generator", "shuffle")
def generator_shuffle(lift: Lifter, generator: Generator, args: Arguments) -> Value:
    """``rng.shuffle(order)``; a generator is drawn from once."""
    _use_up(lift, args)
    return shuffled(lift, args.positional[0], generator)


@method("generator", "permutation")
def permutation(lift: Lifter, generator: Generator, args: Arguments) -> Value:
    """``rng.permutation(n)``."""
    _use_up(lift, args)
    return permuted(lift, args.positional[0], generator)


def _use_up(lift: Lifter, args: Arguments) -> None:
    """A second draw depends on the first; no split says that yet."""
    lift.set(args.owner, Generator("used", None))


def shuffled(lift: Lifter, target: Value, generator: Generator) -> Value:
    """Shuffle a list of row numbers in place."""
    content = lift.content(target)
    if generator.method == "used":
        raise Stopped(Reason.EFFECT, "A random generator is drawn from twice")
    if not isinstance(content, Order) or content.method:
        raise Stopped(Reason.EFFECT, "Something else than the row numbers of a table is shuffled")
    lift.set(target, replace(content, method=generator.method, seed=generator.seed))
    return Const(None)


def permuted(lift: Lifter, size: Value, generator: Generator) -> Value:
    """Return the row numbers of a table in random order."""
    content = lift.content(size)
    if generator.method == "used":
        raise Stopped(Reason.EFFECT, "A random generator is drawn from twice")
    if isinstance(content, Cell):
        made = lift.content(_positions(lift, content))
        assert isinstance(made, Order)
        return lift.new(replace(made, method=generator.method, seed=generator.seed))
    if isinstance(content, Order) and not content.method:
        return lift.new(replace(content, method=generator.method, seed=generator.seed))
    raise Stopped(Reason.EFFECT, "Something else than the row numbers of a table is shuffled")


@method("order", "__getitem__")
def part_of_order(lift: Lifter, order: Order, args: Arguments) -> Value:
    """``order[:cut]``, ``order[cut:]``."""
    key = lift.content(args.positional[0])
    if not (isinstance(key, Accessor) and key.kind == "slice" and isinstance(key.owner, Tup)) or not order.method:
        raise no_rule("an element of a list of row numbers")
    low, high, step = (lift.content(v) for v in key.owner.items)
    if step != Const(None) or order.start is not None or order.stop is not None:
        raise no_rule("a split into three parts")
    start = None if low in (Const(None), Const(0)) else low
    stop = None if high == Const(None) else high
    return lift.new(replace(order, start=start, stop=stop))


__all__ = ["Column", "coded", "from_entries", "ordered"]
