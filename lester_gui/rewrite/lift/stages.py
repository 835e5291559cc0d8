"""From symbolic leaves and conditions to nodes: a lookup becomes a join, a last row's value a broadcast, a condition a filter."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Column, Expr, Literal, columns_of, substitute, walk
from lester_gui.ir.nodes import Broadcast, Filter, Join, JoinKind, Node, Project, Read, Reader, Select, Take
from lester_gui.ir.plan import topological
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Column1,
    Const,
    Entries,
    Items,
    Keyed,
    Leaf,
    Maybe,
    Tup,
    Value,
    Vocabulary,
)
from lester_gui.rewrite.lift.json_values import Json, JsonList, Several
from lester_gui.rewrite.lift.lazy_values import Lazy
from lester_gui.rewrite.lift.missing import may_come_to_miss
from lester_gui.rewrite.lift.raising import demand, required
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

TAKE = {"last": Take.LAST, "first": Take.FIRST, "only": Take.ALL}


@dataclass(frozen=True, slots=True)
class Lookup:
    """A dict or set read at keys that are computed from the current row."""

    keyed: Keyed
    keys: tuple[Cell, ...]
    nulls: bool = False  # whether a missing key is found under a missing one, as pandas' ``isin`` does


PYTHON_JSON = (Reader.PYTHON_JSON, Reader.PYTHON_JSON_LINES)


@dataclass(frozen=True, slots=True)
class Last:
    """What a variable holds after its loop: the value of the last row of `node` for which `guard` held."""

    node: Node
    cell: Cell
    guard: Expr
    lines: tuple[int, ...]
    name: str
    line: int


def keys_of(lift: Lifter, keyed: Keyed, key: Value) -> tuple[Cell, ...]:
    """Return a key as cells, one per key column.

    Raises
    ------
    Stopped
        If its shape or types are not those of the keys.
    """
    content = lift.content(key)
    values = content.items if isinstance(content, Tup) else (content,)
    if len(values) != len(keyed.keys):
        raise shape("A dict is read at a key of another shape than its own")
    out = tuple(cells.cell_of(lift.content(v)) for v in values)
    for cell, name in zip(out, keyed.keys, strict=True):
        own = keyed.node.schema.field(name).type
        if own is not cell.type and not (own.is_number and cell.type.is_number):
            raise shape(f"A dict with {own} keys is read at a {cell.type}")
    return out


def lookup(lift: Lifter, keyed: Keyed, key: Value, nulls: bool = False) -> int:
    """Return the number of a lookup; the same keys of the same dict are one lookup."""
    made = Lookup(keyed, keys_of(lift, keyed, key), nulls or (not lift.pandas and _may_be_none(keyed)))
    for ident, known in lift.lookups.items():
        if known == made:
            return ident
    ident = lift.number()
    lift.lookups[ident] = made
    return ident


def _may_be_none(keyed: Keyed) -> bool:
    """Whether a key that is missing is None, which equals itself: in objects of JSON, whether or not the data have any."""
    if any(keyed.node.schema.field(k).type is Type.FLOAT for k in keyed.keys):
        return False  # NaN, which does not
    return any(isinstance(n, Read) and n.reader in PYTHON_JSON for n in topological(keyed.node))


def hit(lift: Lifter, where: Keyed | Vocabulary, needle: Value) -> Expr:
    """Return the condition that a key is there."""
    if isinstance(where, Vocabulary):
        if where.node is not None and where.cell is not None and where.order == "set":
            return semi(lift, Column1(where.node, where.cell, part=where.part), needle)
        if where.node is not None:
            from lester_gui.rewrite.lift.one_hot_rows import was_seen

            return was_seen(lift, where, needle)
        options = Tup(tuple(Const(v) for v in where.values))
        from lester_gui.rewrite.lift.expressions.membership import contains

        return contains(lift, needle, options)
    return Leaf("hit", lookup(lift, where, needle), "", Type.BOOL)


def get(lift: Lifter, keyed: Keyed, key: Value, default: Value | None = None, guarded: bool = False) -> Value:
    """Return what a dict holds under a key; without a default, rows whose key is missing end the script."""
    from lester_gui.rewrite.lift.statements.branch import merge
    from lester_gui.rewrite.lift.templates import mapped

    if keyed.template is None:
        raise shape("A set is read by key")
    ident = lookup(lift, keyed, key)
    found: Expr = Leaf("hit", ident, "", Type.BOOL)

    def leaf(value: Value) -> Value:
        content = lift.content(value)
        if isinstance(content, Tup):
            return Tup(tuple(leaf(v) for v in content.items))
        if isinstance(content, Items):
            return Tup(tuple(leaf(v) for v in content.values))
        if isinstance(content, Entries):
            return lift.new(replace(content, items=tuple((k, leaf(v)) for k, v in content.items)))
        if isinstance(content, Const):
            return content
        if isinstance(content, Lazy | Accessor | Json | JsonList | Several):
            return mapped(lift, content, looked)
        assert isinstance(content, Cell)
        return looked(content)

    def looked(content: Cell) -> Cell:
        fields = {n: keyed.node.schema.field(n) for n in columns_of(content.expr)}
        gap = isinstance(content.expr, Column) and content.type.is_number and may_come_to_miss(keyed.node, content.expr.name)
        table: dict[Expr, Expr] = {Column(n): Leaf("get", ident, n, f.type, f.nullable or gap) for n, f in fields.items()}
        return Cell(substitute(content.expr, table.get), content.type, content.nullable or gap)

    value = leaf(keyed.template)
    if default is not None:
        content = lift.content(default)
        if content == Const(None) and not isinstance(value, Cell):
            return Maybe(found, value)
        return lift.known(merge(lift, found, value, content))
    if not guarded and demand(lift, found, "KeyError"):
        return value
    if found not in paths.conjuncts(lift.live) and not guarded:
        lift.note("unguarded-lookup", keyed.name or lift.naming.called(keyed.node))
        if lift.loops:
            required(lift, found)
        elif lift.straight:
            lift.live = paths.both(lift.live, found)
    return value


def semi(lift: Lifter, options: Value, needle: Value, nulls: bool = False) -> Expr:
    """Return the condition that a value occurs in a column, list or set; with `nulls`, a missing one where one is missing."""
    if isinstance(options, Keyed):
        return hit(lift, options, needle)
    from lester_gui.rewrite.lift.library.pandas_io import as_column

    column = as_column(lift, options)
    if column.part is not None:
        from lester_gui.rewrite.lift.side_dicts import membership

        return membership(lift, column, needle)
    node, name = lift.as_column(column.node, column.cell, column.name or "value")
    return Leaf("hit", lookup(lift, Keyed(node, (name,), None, "first", 0), needle, nulls), "", Type.BOOL)


def looked_up(lift: Lifter, column: Column1, table: Column1) -> tuple[Node, Cell]:
    """Return node and cell of ``column.map(table)``: the table's value under its index, missing where there is none."""
    from lester_gui.rewrite.lift.library.pandas_join import unique_on

    if not table.index or len(table.index) != 1 or table.part is not None:
        raise no_rule("map with a Series that has no named index")
    if not unique_on(table.node, set(table.index)):
        raise shape("map with a Series whose index may not be unique")
    if column.cell.nullable and cells.column(table.node, table.index[0]).nullable:
        raise shape("map with a Series in whose index a value may be missing, which is found under a missing one")
    node, name = lift.as_column(table.node, table.cell, table.name or "value")
    keyed = Keyed(node, table.index, cells.column(node, name), "only", 0)
    made = Leaf("get", lookup(lift, keyed, column.cell), name, table.cell.type, True)
    out, (cell,) = lift.resolve(column.node, Cell(made, table.cell.type, True))
    return out, cell


def with_leaf(lift: Lifter, node: Node, leaf: Leaf) -> tuple[Node, Expr]:
    """Return a node with the rows of `node` and a column for a lookup or a last row's value, and what stands for the leaf."""
    made: Lookup = lift.lookups[leaf.ident]
    for known, table in lift.joined.get(leaf.ident, []):
        if any(known is n for n in lift.align.chain(node)):
            names = {c: lift.align.move(Column(c), known, node) for c in table.values()}
            return node, _of_outer(leaf, {k: _name(names[c]) for k, c in table.items()}, made)
    out, table = _join(lift, node, made, JoinKind.LEFT, want_found=True)
    lift.joined.setdefault(leaf.ident, []).append((out, table))
    return out, _of_outer(leaf, table, made)


def _name(expr: Expr) -> str:
    assert isinstance(expr, Column)
    return expr.name


def _of_outer(leaf: Leaf, table: dict[str, str], made: Lookup) -> Expr:
    """What a leaf is over a left join: a value that may be missing, or a neutral one where the script would not look."""
    if leaf.kind == "hit":
        return Apply("not_null", (Column(table[""]),))
    column = Column(table[leaf.name])
    return column if leaf.nullable else cells.there(Cell(column, leaf.type, True)).expr


def _join(
    lift: Lifter, node: Node, made: Lookup, how: JoinKind, want_found: bool, wanted: set[str] | None = None, sure: bool = False
) -> tuple[Node, dict[str, str]]:
    """Join `node` with the rows of a dict; return the node and where each of its columns is ('' is a mark of a match).

    Where every row has a match, or else the script ends, the rows are `sure` to be those of `node`.
    """
    keyed = made.keyed
    if keyed.take in ("last", "first") and keyed.template is not None and keyed.name:
        lift.note("duplicate-join-keys", keyed.name, keyed.take, keyed.lines[0] if keyed.lines else None)
    left_keys: list[str] = []
    for cell in made.keys:
        node, name = lift.as_column(node, cell, lift.called_cell(cell) or "key")
        left_keys.append(name)
    if len(set(left_keys)) != len(left_keys):
        raise shape("A dict is read with one value for two parts of its key")
    right = keyed.node
    values = () if keyed.template is None else tuple(n for n in columns_in(lift, keyed.template) if n not in keyed.keys)
    if wanted is not None:
        values = tuple(n for n in values if n in wanted)
    call = lift.naming.called(right)
    pairs = list(zip(left_keys, keyed.keys, strict=True))
    table = dict(zip(keyed.keys, left_keys, strict=True))
    mark = next((n for n in values if not right.schema.field(n).nullable and not may_come_to_miss(right, n)), None)
    if want_found and mark is None and how is JoinKind.LEFT:
        mark = lift.free_column(right, f"in_{call}".replace("-", "_"))
        right = lift.step(Project, call, right, keyed.node.lines, parent=right, assigned=((mark, Literal(True)),))
        values = (*values, mark)
    for n in values:
        free = lift.free_column(node, n) == n and n not in left_keys
        table[n] = n if free else lift.free_column(node, f"{call}_{n}".replace("-", "_"))
        pairs.append((table[n], n))
    if tuple(pairs) != tuple((n, n) for n in right.schema.names):
        right = lift.step(Select, call, right, keyed.node.lines, parent=right, columns=tuple(pairs))
    if mark is not None:
        table[""] = table[mark]
    if how in (JoinKind.SEMI, JoinKind.ANTI) or not values:
        how = JoinKind.SEMI if how is JoinKind.INNER else how
    keep = node if how is JoinKind.LEFT or sure else None
    # a semi-join does not care how often a key occurs
    take = Take.ALL if how in (JoinKind.SEMI, JoinKind.ANTI) else TAKE[keyed.take]
    on = tuple((k, k) for k in left_keys)
    called = lift.naming.called(node)
    out = lift.step(Join, called, keep, left=node, right=right, how=how, on=on, take=take, null_keys_match=made.nulls)
    return out, table


def columns_in(lift: Lifter, template: Value) -> tuple[str, ...]:
    """Names of the columns that a template reads, each once."""
    content = lift.content(template)
    if isinstance(content, Cell):
        return columns_of(content.expr)
    if isinstance(content, Lazy):
        return tuple(dict.fromkeys(n for _, c in content.parameters for n in columns_of(c.expr)))
    if isinstance(content, Accessor):
        return columns_in(lift, content.owner)
    if isinstance(content, Json | JsonList | Several):
        from lester_gui.rewrite.lift.templates import leaves

        return tuple(dict.fromkeys(n for c in leaves(lift, content) for n in columns_of(c.expr)))
    if isinstance(content, Tup | Items | Entries):
        inner = (
            content.items
            if isinstance(content, Tup)
            else content.values
            if isinstance(content, Items)
            else tuple(v for _, v in content.items)
        )
        return tuple(dict.fromkeys(n for v in inner for n in columns_in(lift, v)))
    return ()


def with_last(lift: Lifter, node: Node, wanted: list[Leaf]) -> tuple[Node, dict[Expr, Expr]]:
    """Return a node with a column for each value of a last row, and what stands for each leaf."""
    table: dict[Expr, Expr] = {}
    values: dict[int, tuple[Node, list[tuple[str, str]]]] = {}
    for leaf in wanted:
        last: Last = lift.lasts[leaf.ident]
        lift.used_last.setdefault(leaf.ident, lift.line)
        if lift.rowwise and lift.align.same(last.node, node):
            table[leaf] = lift.align.move(last.cell.expr, last.node, node)
            continue
        source, cell = last.node, last.cell
        if last.guard != paths.TRUE:
            source, (cell,) = restrict(lift, last.node, last.guard, [last.cell], last.lines)
        source, column = lift.as_column(source, cell, leaf.name, last.lines)
        known = next(
            (n for n in lift.align.chain(node) if isinstance(n, Broadcast) and n.of is source and n.position == "last"), None
        )
        name = next((n for n, old in known.values if old == column), "") if known is not None else ""
        if known is not None and name:
            table[leaf] = lift.align.move(Column(name), known, node)
            continue
        pairs = values.setdefault(id(source), (source, []))[1]
        name = lift.free_column(node, f"last_{leaf.name}")
        pairs.append((name, column))
        table[leaf] = Column(name)
    for source, pairs in values.values():
        call, lines = (
            lift.naming.called(node),
            tuple(sorted({lift.read_stale[e.ident][0] for e in wanted if e.ident in lift.read_stale})),
        )
        node = lift.step(Broadcast, call, node, lines, parent=node, of=source, values=tuple(pairs), position="last")
    return node, table


def restrict(
    lift: Lifter, node: Node, condition: Expr, wanted: list[Cell], lines: tuple[int, ...], demanded: Collection[Expr] = ()
) -> tuple[Node, list[Cell]]:
    """Return the rows for which a path condition holds, and cells over them; what is `demanded` holds, or the script ends.

    Conditions are applied in the order in which the script asks them, so that nothing is computed for a row on which the script
    did not compute it; ``key in table`` becomes an inner join.
    """
    table: dict[Expr, Expr] = {}
    asked: list[Expr] = []
    todo = list(paths.conjuncts(condition))

    def now(expr: Expr) -> Expr:
        return simplified(substitute(expr, table.get)) if table else expr

    asked_at: set[int] = set()

    def flush() -> None:
        nonlocal node
        if asked:
            at = tuple(sorted({*lines[:1], *asked_at}))
            node = lift.step(Filter, lift.naming.called(node), lines=at, parent=node, predicate=paths.conjunction(asked))
            asked.clear()
            asked_at.clear()

    while todo:
        c = todo.pop(0)
        here = lift.condition_lines.get(c)
        inner = c.arguments[0] if isinstance(c, Apply) and c.operator == "not" else None
        leaf = c if isinstance(c, Leaf) else inner
        if isinstance(leaf, Leaf) and leaf.kind == "hit" and leaf not in table:
            flush()
            made: Lookup = lift.lookups[leaf.ident]
            made = replace(made, keys=tuple(Cell(now(k.expr), k.type, k.nullable) for k in made.keys))
            before, lift.lines = lift.lines, (here,) if here is not None else lift.lines
            if leaf is c:
                names = {
                    e.name
                    for x in (*todo, *(w.expr for w in wanted))
                    for e in walk(x)
                    if isinstance(e, Leaf) and e.kind == "get" and e.ident == leaf.ident
                }
                node, where = _join(lift, node, made, JoinKind.INNER, want_found=False, wanted=names, sure=c in demanded)
                table[leaf] = paths.TRUE
                for n in names:
                    f = made.keyed.node.schema.field(n)
                    table[Leaf("get", leaf.ident, n, f.type, f.nullable)] = Column(where[n])
            else:
                node, _ = _join(lift, node, made, JoinKind.ANTI, want_found=False, wanted=set())
                table[leaf] = paths.FALSE
            lift.lines = before
            continue
        if isinstance(leaf, Leaf) and leaf.kind == "seen_before":
            flush()
            from lester_gui.rewrite.lift.folds import first_of_each

            node = first_of_each(lift, node, leaf, lines)
            continue
        c = now(c)
        if c == paths.TRUE:
            continue
        if any(isinstance(e, Leaf) for e in walk(c)) or (paths.is_partial(c) and asked):
            flush()
        if here is not None:
            asked_at.add(here)
        node, (cell,) = lift.resolve(node, Cell(c, Type.BOOL))
        asked.append(paths.in_order(simplified(cell.expr)))
    flush()
    out = [Cell(now(w.expr), w.type, w.nullable) for w in wanted]
    node, resolved = lift.resolve(node, *out)
    return node, [Cell(paths.in_order(simplified(c.expr)), c.type, c.nullable) for c in resolved]


def simplified(expr: Expr) -> Expr:
    """Return an expression without decided conditions; ``a if a is there else b`` becomes ``coalesce``."""
    if not isinstance(expr, Apply):
        return expr
    arguments = tuple(simplified(a) for a in expr.arguments)
    if expr.operator == "and":
        return paths.conjunction(arguments)
    if expr.operator == "or":
        return paths.disjunction(arguments)
    if expr.operator == "not":
        return paths.negated(arguments[0])
    if expr.operator == "if_else":
        condition, a, b = arguments
        present = condition.arguments[0] if isinstance(condition, Apply) and condition.operator == "not_null" else None
        if isinstance(a, Apply) and a.operator == "coalesce" and len(a.arguments) == 2 and a.arguments[0] == present:
            return Apply("coalesce", (a.arguments[0], b))
        return paths.choose(condition, a, b)
    return Apply(expr.operator, arguments)


def refuse_loop_state(expr: Expr) -> None:
    """Raise where an expression depends on what an earlier row left behind."""
    for e in walk(expr):
        if isinstance(e, Leaf) and e.kind == "prev":
            raise Stopped(Reason.RECURRENCE, f"{e.name or 'A value'} depends on what the row before it left behind")
