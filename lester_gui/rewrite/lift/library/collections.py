"""Lists, dicts, sets and what goes through them: sorted, enumerate, zip, range, map, filter, Counter, defaultdict."""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Column
from lester_gui.ir.nodes import Node, Sort
from lester_gui.rewrite.lift import cells, group_parts, iterators, loops, paths, side_dicts, words
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Column1,
    Const,
    Entries,
    Frame,
    Handle,
    Items,
    Iterated,
    Keyed,
    Leaf,
    Module,
    Order,
    Present,
    Result,
    Rows,
    Tup,
    UserFunction,
    Value,
    Vocabulary,
)
from lester_gui.rewrite.lift.fold_loops import Folds, numbered
from lester_gui.rewrite.lift.group_values import GroupOf, Groups
from lester_gui.rewrite.lift.library.group_lists import by_place, in_order
from lester_gui.rewrite.lift.library.nested_dicts import listed
from lester_gui.rewrite.lift.library.side_orders import in_order as in_side_order
from lester_gui.rewrite.lift.library.table import Arguments, function
from lester_gui.rewrite.lift.listings import Listing
from lester_gui.rewrite.lift.nested_dicts import MARK, NestedDict, NestedOf, factory_of
from lester_gui.rewrite.lift.side_totals import SideTable, checked
from lester_gui.rewrite.lift.stop import no_rule, shape
from lester_gui.rewrite.lift.templates import mapped, settled
from lester_gui.rewrite.lift.word_values import WordCounts, WordList

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


# -- going through -----------------------------------------------------------------------------------------------------


@function("builtins.enumerate")
def enumerate_(lift: Lifter, args: Arguments) -> Value:
    """``enumerate(xs, start)``."""
    given = args.bind("iterable", "start", start=0)
    content = lift.content(given["iterable"])
    if isinstance(content, Folds):
        return numbered(content, lift.const(given["start"]))
    if isinstance(content, Result):
        return Result("pairs")
    return Iterated("enumerate", (given["iterable"], given["start"]))


@function("builtins.zip")
def zip_(lift: Lifter, args: Arguments) -> Value:
    """``zip(xs, ys)``."""
    if any(isinstance(lift.content(v), Result) for v in args.positional):
        from lester_gui.rewrite.lift.library.numpy_counts import Pairs

        return Pairs("pairs", tuple(args.positional))
    return Iterated("zip", tuple(args.positional))


@function("builtins.range", "numpy.arange")
def range_(lift: Lifter, args: Arguments) -> Value:
    """``range(n)``; over the number of rows of a table, its row numbers."""
    values = [lift.content(v) for v in args.positional]
    if args.what != "range" and len(values) == 1 and isinstance(values[0], Cell):
        return positions_of(lift, values[0])
    if args.keywords:
        raise no_rule(f"{args.what} with options")
    if any(isinstance(v, Result) for v in values):
        return Result("range")
    return Iterated("range", tuple(values))


def positions_of(lift: Lifter, size: Cell) -> Value:
    """Return the row numbers of the table whose number of rows `size` is."""
    if isinstance(size.expr, Leaf) and size.expr.kind == "count":
        node, part = lift.counted[size.expr.ident]
        if part is None:
            return lift.new(Order(node))
    raise no_rule("row numbers of part of a table")


@function("builtins.iter")
def iter_(lift: Lifter, args: Arguments) -> Value:
    """``iter(xs)``: a file or generator is its own iterator."""
    content = lift.content(args.positional[0])
    if isinstance(content, Rows | Items | Tup):
        return iterators.once(lift, lift.new(content))
    return args.positional[0]


@function("tqdm.tqdm", "tqdm.auto.tqdm", "tqdm.notebook.tqdm")
def unchanged(lift: Lifter, args: Arguments) -> Value:
    """Wrappers that yield what they are given."""
    return args.positional[0]


@function("builtins.reversed")
def reversed_(lift: Lifter, args: Arguments) -> Value:
    """``reversed(xs)`` of known elements."""
    content = lift.content(args.positional[0])
    if isinstance(content, Tup | Items):
        values = content.values
        return Tup(values[::-1])
    if isinstance(content, GroupOf):
        return group_parts.backwards(lift, by_place(lift, content))
    raise no_rule("reversed rows")


@function("builtins.map")
def map_(lift: Lifter, args: Arguments) -> Value:
    """``map(f, xs)``."""
    if len(args.positional) != 2:
        raise no_rule("map over several sequences")
    return iterators.once(lift, through(lift, args.positional[1], args.positional[0], "map"), args.node)


@function("operator.itemgetter", "operator.attrgetter")
def getter(lift: Lifter, args: Arguments) -> Value:
    """``itemgetter("a", "b")``: a function of one element."""
    by_name = args.what.endswith("attrgetter")
    parts = [f"x.{lift.text(v)}" if by_name else f"x[{lift.const(v)!r}]" for v in args.positional]
    node = ast.parse(f"lambda x: {parts[0] if len(parts) == 1 else '(' + ', '.join(parts) + ')'}", mode="eval").body
    assert isinstance(node, ast.Lambda)
    ast.increment_lineno(node, lift.line - 1)
    return UserFunction(node, f"getter_line_{lift.line}", lift.activations[-1].module)


@function("builtins.filter")
def filter_(lift: Lifter, args: Arguments) -> Value:
    """``filter(f, xs)``."""
    return iterators.once(lift, through(lift, args.positional[1], args.positional[0], "filter"), args.node)


def through(lift: Lifter, sequence: Value, func: Value, what: str) -> Value:
    """Return a list of results, of the elements for which a function is true, or of all, as the comprehension that says so."""
    from lester_gui.rewrite.lift.expressions import evaluate

    names = {"sequence_": sequence, "function_": func}
    before = {n: lift.names.get(n) for n in names}
    lift.names.update(names)
    forms = {"map": "[function_(x_) for x_ in sequence_]", "filter": "[x_ for x_ in sequence_ if function_(x_)]"}
    node = ast.parse(forms.get(what, "[x_ for x_ in sequence_]"), mode="eval").body
    ast.increment_lineno(node, lift.line - 1)
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
    if isinstance(content, NestedOf):
        return listed(lift, content)
    if isinstance(content, GroupOf):
        return content
    values = known_elements(lift, content)
    if values is not None:
        return lift.new(Items(values)) if args.what == "list" else Tup(values)
    if isinstance(content, Handle) and dict(content.options).get("csv") == "dict":
        return through(lift, args.positional[0], Const(None), "list")
    if isinstance(content, Handle):
        iterators.go_through(lift, args.positional[0])
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
                return positions_of(lift, size)
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


def known_elements(lift: Lifter, content: Value) -> tuple[Value, ...] | None:
    """Return the elements of a sequence of known length, else None."""
    from lester_gui.rewrite.lift.statements.loop import elements_of

    return elements_of(lift, content)


@function("builtins.set", "builtins.frozenset")
def set_(lift: Lifter, args: Arguments) -> Value:
    """``set(xs)``."""
    if not args.positional:
        return lift.new(Items((), "set"))
    content = lift.content(args.positional[0])
    if isinstance(content, NestedOf):
        return listed(lift, content)
    if isinstance(content, WordCounts):
        return lift.new(replace(content, kind="set"))
    if isinstance(content, GroupOf):
        return group_parts.distinct(lift, content)
    values = known_elements(lift, content)
    if values is not None:
        if all(isinstance(v, Const) for v in values):
            return lift.new(Items(tuple(dict.fromkeys(values)), "set"))
        raise no_rule("a set of values of one row")
    if isinstance(content, Vocabulary):
        return replace(content, order="set")
    if isinstance(content, Order) and content.method:
        return replace(content, is_set=True)
    if isinstance(content, Rows) and isinstance(lift.content(content.template), Tup):
        return lift.new(_tuples(lift, content))
    if isinstance(content, Rows | Column1):
        column = _column(lift, content, one_side=True)
        return Vocabulary("set", column.node, column.cell, (), False, column.part)
    if isinstance(content, Keyed):
        return lift.new(replace(content, template=None))
    raise no_rule("set of this object")


def _tuples(lift: Lifter, rows: Rows) -> Keyed:
    """Return a set of tuples.

    Raises
    ------
    Stopped
        If one of their values may be missing, or they are those of one side of a split.
    """
    template = lift.content(rows.template)
    assert isinstance(template, Tup)
    node, names = rows.node, []
    for value in template.items:
        cell = cells.cell_of(lift.content(value))
        if cell.nullable or rows.part is not None:
            raise shape("A set of tuples of which a value may be missing, or of one side of a split")
        node, name = lift.as_column(node, lift.move(cell, rows.node, node), lift.called_cell(cell) or "key")
        names.append(name)
    if len(set(names)) != len(names):
        raise shape("A tuple holds one value twice")
    return Keyed(node, tuple(names), None, "first", lift.number())


def _column(lift: Lifter, content: Value, one_side: bool = False) -> Column1:
    from lester_gui.rewrite.lift.library.pandas_io import as_column

    column = as_column(lift, content)
    if column.part is not None and not one_side:
        raise no_rule("the categories of one side of a split")
    return column


@function("builtins.dict")
def dict_(lift: Lifter, args: Arguments) -> Value:
    """``dict(a=1)``, ``dict(pairs)``, ``dict(zip(xs, ys))``."""
    if not args.positional:
        return lift.new(Entries(tuple((Const(k), v) for k, v in args.keywords.items())))
    content = lift.content(args.positional[0])
    values = known_elements(lift, content)
    if isinstance(content, Entries):
        return lift.new(content)
    if values is not None:
        pairs = [lift.content(v) for v in values]
        if all(isinstance(p, Tup) and len(p.items) == 2 for p in pairs):
            items = {lift.content(p.items[0]): p.items[1] for p in pairs if isinstance(p, Tup)}
            for k, v in items.items():  # dict(zip(header, fields)) names the fields
                cell = lift.content(v)
                if isinstance(k, Const) and isinstance(k.value, str) and isinstance(cell, Cell) and isinstance(cell.expr, Leaf):
                    lift.cell_names.setdefault(cell.expr, k.value)
            return lift.new(Entries(tuple(items.items())))
    if isinstance(content, Result):
        from lester_gui.rewrite.lift.library.numpy_counts import as_dict

        counted = as_dict(lift, content)
        return Result("dict") if counted is None else lift.new(counted)
    node, element = None, None
    if isinstance(content, Iterated | Rows):
        _, node, element = loops.elements(lift, content)
    if node is None or not isinstance(element, Tup) or len(element.items) != 2:
        raise no_rule("dict of this object")
    node, key = lift.as_column(node, cells.cell_of(lift.content(element.items[0])), "key")
    template = mapped(lift, element.items[1], lambda c: c)
    return lift.new(Keyed(node, (key,), template, "last", lift.number()))


@function("collections.defaultdict", "collections.OrderedDict", "collections.Counter")
def default_dict(lift: Lifter, args: Arguments) -> Value:
    """``defaultdict(int)``, ``Counter(xs)``."""
    what = args.what.rsplit(".", 1)[-1]
    if what == "Counter" and args.positional:
        content = lift.content(args.positional[0])
        if isinstance(content, Rows | Column1):
            from lester_gui.ir.nodes import Aggregate, GroupOrder, Measure

            column = _column(lift, content, one_side=True)
            if column.part is not None:
                values = side_dicts.keys_of(lift, column.cell)
                return checked(SideTable(column.node, column.part, values, values[0], "size", "counts", lift.lines, Const(0)))
            node, key = lift.as_column(column.node, column.cell, column.name or "key")
            out = lift.step(
                Aggregate,
                "counts",
                parent=node,
                by=(key,),
                measures=(Measure("count", "size", None),),
                order=GroupOrder.FIRST_SEEN,
                drop_null_keys=False,
            )
            return lift.new(Keyed(out, (key,), cells.column(out, "count"), "only", lift.number(), missing=Const(0)))
        if isinstance(content, WordCounts) and content.kind == "list":
            return lift.new(replace(content, kind="counter"))
        if isinstance(content, GroupOf):
            return Accessor(content, "group.counter")
        raise no_rule("Counter of this object")
    factory, maker = "", None
    if what == "OrderedDict" and (args.positional or args.keywords):
        return dict_(lift, Arguments("dict", args.positional, args.keywords))
    if what == "Counter":
        factory = "Counter"
    elif what == "defaultdict" and args.positional:
        made = args.positional[0]
        inner = factory_of(made.node.body) if isinstance(made, UserFunction) and isinstance(made.node, ast.Lambda) else None
        if isinstance(made, Module) and made.name in ("collections.Counter", "builtins.dict"):
            inner = made.name.rsplit(".", 1)[-1].removeprefix("dict")
        if inner is not None:
            if len(args.positional) > 1 or args.keywords:
                raise no_rule("a dict of dicts that is filled where it is made")
            return lift.new(Entries((), f"{MARK}{inner}", made))
        if isinstance(made, Module):
            factory = made.name.removeprefix("builtins.")
        elif isinstance(made, UserFunction) and isinstance(made.node, ast.Lambda) and isinstance(made.node.body, ast.Constant):
            factory = {"0": "int", "0.0": "float"}.get(repr(made.node.body.value), "lambda")
        elif isinstance(made, UserFunction):
            factory = "lambda"
        maker = made if factory == "lambda" else None
    held: tuple[tuple[Value, Value], ...] = ()
    if len(args.positional) > 1 or args.keywords:
        if what == "defaultdict" and lift.content(args.positional[0]) == Const(None):
            raise no_rule("a defaultdict that makes nothing")
        given = lift.content(dict_(lift, Arguments("dict", args.positional[1:], args.keywords)))
        if not isinstance(given, Entries):
            raise no_rule(f"{what} of this object")
        held = given.items
    return lift.new(Entries(held, factory, maker))


@function("builtins.sorted")
def sorted_(lift: Lifter, args: Arguments) -> Value:
    """``sorted(xs, key=…, reverse=…)``."""
    given = args.bind("iterable", key=None, reverse=False)
    content = lift.content(given["iterable"])
    reverse = bool(lift.const(given["reverse"]))
    plain = lift.content(given["key"]) == Const(None)
    if isinstance(content, Handle) and dict(content.options).get("csv") == "dict":
        content = lift.content(through(lift, given["iterable"], Const(None), "list"))
    if isinstance(content, NestedOf):
        content = listed(lift, content)
    if isinstance(content, WordCounts | WordList) and plain and not reverse:
        return lift.new(words.in_order(lift, content, "sorted"))
    if isinstance(content, GroupOf):
        return in_order(lift, content, given["key"], reverse)
    if isinstance(content, Vocabulary):
        if not plain or reverse:
            raise no_rule("categories in an order of their own")
        return replace(content, order="sorted", as_dict=False)
    if isinstance(content, Order) and content.method and content.groups is not None and content.stop is not None:
        return content  # which ones were drawn does not depend on their order
    if isinstance(content, Items) and content.kind == "files":
        content = replace(content, kind="list")
    if isinstance(content, Listing) and content.names:
        content = Items(tuple(Const(n) for n in content.names))
    values = known_elements(lift, content)
    if values is not None and all(isinstance(v, Const) for v in values) and plain:
        return lift.new(Items(tuple(Const(v) for v in sorted((lift.const(x) for x in values), reverse=reverse))))
    if isinstance(content, Keyed) and content.template is None and len(content.keys) == 1 and plain and not reverse:
        cell = cells.column(content.node, content.keys[0])
        if not cell.nullable:
            return Vocabulary("sorted", content.node, cell, (), False)
    if isinstance(content, Keyed | Groups | NestedDict):
        _, rows, element = loops.elements(lift, content)
        assert rows is not None
        content = Rows(rows, element)
    if isinstance(content, Present) or (isinstance(content, Rows | Column1) and content.part is not None and plain):
        return in_side_order(content if isinstance(content, Present) else _column(lift, content, one_side=True), reverse)
    if isinstance(content, Rows):
        return lift.new(ordered(lift, content, given["key"], reverse))
    if isinstance(content, Result):
        return content
    raise no_rule("sorted of this object")


def ordered(lift: Lifter, rows: Rows, key: Value, reverse: bool) -> Rows:
    """Return a list in a stable order; with `reverse`, too, equal elements keep their places."""
    from lester_gui.rewrite.lift.expressions.call import invoke

    if rows.part is not None:
        raise no_rule("sorting the rows of one side of a split")
    value = rows.template
    if lift.content(key) != Const(None):
        value = invoke(lift, key, Arguments("key", [rows.template]))
    content = lift.content(value)
    if lift.content(key) == Const(None) and not isinstance(content, Cell | Tup | Items):
        raise no_rule("sorting records without a key")
    parts = _compared(lift, _deciding(lift, rows.node, content))
    node, by, template = rows.node, [], _as_it_is(lift, rows.template)
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


def _as_it_is(lift: Lifter, template: Value) -> Value:
    """Return an element that does not change any more; a list of a dict that was filled before stays what it is."""
    content = lift.content(template)
    if isinstance(content, Tup):
        return Tup(tuple(_as_it_is(lift, v) for v in content.items))
    return content if isinstance(content, GroupOf) else settled(lift, template)


def _deciding(lift: Lifter, node: Node, content: Value) -> Value:
    """Return what decides the order of tuples: the keys of a dict, of which no two are equal, come before what it holds."""
    from lester_gui.rewrite.lift.library.pandas_join import unique_on

    first = lift.content(content.items[0]) if isinstance(content, Tup) and content.items else None
    keys = [lift.content(v) for v in first.items] if isinstance(first, Tup) else [first]
    names = {k.expr.name for k in keys if isinstance(k, Cell) and isinstance(k.expr, Column)}
    return first if first is not None and len(names) == len(keys) and unique_on(node, names) else content


def _compared(lift: Lifter, content: Value) -> list[Value]:
    """Return the values by which two elements are compared, one after the other."""
    inner = lift.content(content)
    if isinstance(inner, Tup | Items):
        return [p for v in inner.values for p in _compared(lift, v)]
    return [inner]


# -- rows in a random order --------------------------------------------------------------------------------------------


def unconditional(lift: Lifter, args: Arguments) -> None:
    """Refuse a change under a condition outside any loop; inside, the branches are merged where they meet."""
    if lift.live != paths.TRUE and not lift.straight and not lift.loops:
        raise shape("How many elements a list has depends on a condition")
