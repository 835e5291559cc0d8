"""Compile one step of a plan to one SELECT over its parents' tables, provenance and row order included.

A parent is given by any SQL that can stand in FROM, so the same compiler serves a whole view and the affected rows of one: a
delta restricts the parents and compiles the step again. Each SELECT yields the step's columns, ``__row_no`` and ``__p0`` … in
this order.

Steps that neither join nor reorder keep their parent's ``__row_no``: a row that comes back finds its place without renumbering.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from lester_gui.ir.expressions import Call, Expr
from lester_gui.ir.nodes import (
    Aggregate,
    Broadcast,
    Concat,
    Distinct,
    Explode,
    Filter,
    GroupOrder,
    Join,
    JoinKind,
    Keep,
    Limit,
    Node,
    Project,
    Select,
    Sort,
    Take,
    Window,
)
from lester_gui.ir.schema import Field, Type
from lester_gui.runtime.compile_aggregates import compile_measure
from lester_gui.runtime.compile_expressions import NAN, SQL_TYPE, Scope, compile_expression, identifier, text
from lester_gui.runtime.compile_windows import window_select
from lester_gui.runtime.data_errors import MARK
from lester_gui.runtime.provenance import ELEMENTS, STEP, at_most_one_match, occurrences
from lester_gui.runtime.repeated_parts import repeated_parts

ROW_NO: Final = "__row_no"


@dataclass(frozen=True, slots=True)
class Compiled:
    """The SQL of one step.

    Attributes
    ----------
    select : str
        Yields columns, ``__row_no`` and provenance, ordered by ``__row_no`` if the parent is.
    edges : mapping
        Parent number → a function of the view's own table that gives the SQL of (row_no, parent_no), sorted by parent_no.
    """

    select: str
    edges: Mapping[int, Callable[[str], str]] = field(default_factory=dict)


def compile_node(node: Node, parents: Sequence[str], calls: Mapping[Call, str] | None = None) -> Compiled:
    """Compile a step.

    Parameters
    ----------
    parents
        SQL for FROM, one per parent: a table name or a SELECT in parentheses.
    calls
        Call of a user function → quoted name of the parent's column that holds its results (`runtime.udf`).

    Raises
    ------
    TypeError
        For reads and opaque steps, which `materialize` fills by other means.
    """
    compiler = COMPILERS.get(type(node))
    if compiler is None:
        raise TypeError(f"{type(node).__name__} is not compiled to SQL")
    compiled: Compiled = compiler(node, parents, calls or {})
    return compiled


def expressions_of(node: Node) -> list[Expr]:
    """Return the expressions that a step evaluates on its parent's rows."""
    if isinstance(node, Filter):
        return [node.predicate]
    if isinstance(node, Project):
        return [e for _, e in node.assigned]
    return []


def provenance_columns(node: Node) -> list[str]:
    """Return ``__p0``, ``__p1``, … of a view."""
    return [f"__p{i}" for i in range(len(occurrences(node)))]


def hidden_columns(node: Node) -> list[str]:
    """Return ``__row_no`` and the provenance columns."""
    return [ROW_NO, *provenance_columns(node)]


def _carried(node: Node, prefix: str = "") -> str:
    return ", ".join(prefix + c for c in hidden_columns(node))


def _listed(columns: Sequence[str]) -> str:
    return ", ".join(columns)


def _columns(node: Node, prefix: str = "") -> list[str]:
    return [prefix + identifier(n) for n in node.schema.names]


def _filter(node: Filter, parents: Sequence[str], calls: Mapping[Call, str]) -> Compiled:
    predicate = compile_expression(node.predicate, Scope(node.parent.schema, calls))
    columns = _listed([*_columns(node), *hidden_columns(node.parent)])
    return Compiled(f"SELECT {columns} FROM {parents[0]} WHERE {predicate}")


def _project(node: Project, parents: Sequence[str], calls: Mapping[Call, str]) -> Compiled:
    source, scope = _with_parts(parents[0], Scope(node.parent.schema, calls), [e for _, e in node.assigned])
    assigned = {name: compile_expression(expr, scope) for name, expr in node.assigned}
    columns = []
    for f in node.schema:
        if f.name in assigned:
            columns.append(f"CAST({assigned[f.name]} AS {SQL_TYPE[f.type]}) AS {identifier(f.name)}")
        else:
            columns.append(identifier(f.name))
    return Compiled(f"SELECT {_listed([*columns, *hidden_columns(node.parent)])} FROM {source}")


def _with_parts(source: str, scope: Scope, expressions: list[Expr]) -> tuple[str, Scope]:
    """Return what to select from so that parts that stand several times are columns, and the scope that knows them."""
    parts = repeated_parts(expressions)
    if not parts:
        return source, scope
    source, scope = _with_parts(source, scope, parts)
    unknown = [part for part in parts if part not in scope.parts]
    names = {part: f"__part{i}" for i, part in enumerate(unknown, len(scope.parts))}
    made = _listed([f"{compile_expression(part, scope)} AS {name}" for part, name in names.items()])
    return f"(SELECT *, {made} FROM {source})", replace(scope, parts={**scope.parts, **names})


def _select(node: Select, parents: Sequence[str], calls: Mapping[Call, str]) -> Compiled:
    columns = [f"{identifier(old)} AS {identifier(new)}" for new, old in node.columns]
    return Compiled(f"SELECT {_listed([*columns, *hidden_columns(node.parent)])} FROM {parents[0]}")


def key_condition(node: Join, left: str = "l", right: str = "r") -> str:
    """Return the join's condition between two aliases; TRUE for a cross join."""
    tests = []
    for a, b in node.on:
        kinds = node.left.schema.field(a).type, node.right.schema.field(b).type
        x, y = (
            _as_number(f"{alias}.{identifier(name)}", kind, kinds)
            for alias, name, kind in ((left, a, kinds[0]), (right, b, kinds[1]))
        )
        tests.append(f"{x} IS NOT DISTINCT FROM {y}" if node.null_keys_match else f"{x} = {y}")
    return " AND ".join(tests) or "TRUE"


def _as_number(sql: str, kind: Type, kinds: tuple[Type, Type]) -> str:
    if kinds[0] is kinds[1]:
        return sql
    wanted = Type.FLOAT if Type.FLOAT in kinds else Type.INT
    return sql if kind is wanted else f"CAST({sql} AS {SQL_TYPE[wanted]})"


def _join(node: Join, parents: Sequence[str], calls: Mapping[Call, str]) -> Compiled:
    left, right = parents
    condition = key_condition(node)
    if node.how in (JoinKind.SEMI, JoinKind.ANTI):
        kept = _listed([*_columns(node, "l."), _carried(node.left, "l.")])
        test = "EXISTS" if node.how is JoinKind.SEMI else "NOT EXISTS"
        body = f"SELECT {kept} FROM {left} l WHERE {test} (SELECT 1 FROM {right} r WHERE {condition})"
        return Compiled(f"SELECT * FROM ({body}) ORDER BY {ROW_NO}")
    if node.take is not Take.ALL:
        keys = _listed([identifier(b) for b in dict.fromkeys(b for _, b in node.on)])
        direction = "DESC" if node.take is Take.LAST else "ASC"
        right = f"(SELECT * FROM {right} QUALIFY row_number() OVER (PARTITION BY {keys} ORDER BY {ROW_NO} {direction}) = 1)"
    shared = {a for a, b in node.on if a == b}
    columns: list[str] = []
    for f, (_, side, old) in zip(node.schema, node.output_columns, strict=True):
        sql = f"{'lr'[side]}.{identifier(old)}"
        if side == 0 and old in shared and node.how in (JoinKind.RIGHT, JoinKind.OUTER):
            sql = f"CASE WHEN l.{ROW_NO} IS NULL THEN r.{identifier(old)} ELSE {sql} END"
        columns.append(f"{sql} AS {identifier(f.name)}")
    columns.append(_join_row_no(node))
    columns += [f"{a}.__p{i} AS {p}" for (a, i), p in zip(_sides(node), provenance_columns(node), strict=True)]
    words = {JoinKind.INNER: "JOIN", JoinKind.LEFT: "LEFT JOIN", JoinKind.RIGHT: "RIGHT JOIN", JoinKind.OUTER: "FULL JOIN"}
    on = f"{words[node.how]} {right} r ON {condition}" if node.on else f"CROSS JOIN {right} r"
    return Compiled(f"SELECT * FROM (SELECT {_listed(columns)} FROM {left} l {on}) ORDER BY {ROW_NO}")


def _join_row_no(node: Join) -> str:
    if at_most_one_match(node):
        return f"l.{ROW_NO} AS {ROW_NO}"
    order = f"l.{ROW_NO} NULLS LAST, r.{ROW_NO} NULLS LAST"
    return f"row_number() OVER (ORDER BY {order}) * {STEP} AS {ROW_NO}"


def _sides(node: Join) -> list[tuple[str, int]]:
    left, right = occurrences(node.left), occurrences(node.right)
    return [("l", i) for i in range(len(left))] + [("r", i) for i in range(len(right))]


def group_keys(node: Aggregate) -> list[str]:
    """Return the SQL of the group keys over the parent's columns; −0.0 and 0.0 are one key."""
    return [_key(node.parent.schema.field(n)) for n in node.by]


def _key(f: Field) -> str:
    return f"({identifier(f.name)} + 0.0::DOUBLE)" if f.type is Type.FLOAT else identifier(f.name)


def group_condition(node: Aggregate, parent: str = "p", group: str = "g") -> str:
    """Return the condition under which a parent's row belongs to a group, between two aliases."""
    tests = [f"{parent}.{identifier(n)} IS NOT DISTINCT FROM {group}.{identifier(n)}" for n in node.by]
    return " AND ".join(tests) or "TRUE"


def _aggregate(node: Aggregate, parents: Sequence[str], calls: Mapping[Call, str]) -> Compiled:
    names = [identifier(f.name) for f in node.schema]
    keys = group_keys(node)
    columns = [f"{k} AS {n}" for k, n in zip(keys, names, strict=False)]
    columns += [
        f"CAST({compile_measure(m, node.parent.schema)} AS {SQL_TYPE[node.schema.field(m.name).type]}) AS {identifier(m.name)}"
        for m in node.measures
    ]
    seen = f"min({ROW_NO}) AS __first"
    where = " AND ".join(f"{identifier(n)} IS NOT NULL" for n in node.by) if node.drop_null_keys and node.by else ""
    body = f"SELECT {_listed([*columns, seen])} FROM {parents[0]}"
    body += f" WHERE {where}" if where else ""
    body += f" GROUP BY {_listed(keys)}" if keys else ""
    sort = [f"{n} NULLS LAST" for n in names[: len(keys)]] if node.order is GroupOrder.SORTED else ["__first"]
    number = f"row_number() OVER (ORDER BY {_listed(sort)}) * {STEP}" if keys else str(STEP)
    inner = f"SELECT {_listed(names)}, {number} AS {ROW_NO} FROM ({body})"
    select = f"SELECT {_listed(names)}, {ROW_NO}, {ROW_NO} AS __p0 FROM ({inner}) ORDER BY {ROW_NO}"

    def edges(table: str) -> str:
        rows = f"SELECT g.{ROW_NO} AS row_no, p.{ROW_NO} AS parent_no FROM {parents[0]} p"
        return f"{rows} JOIN {table} g ON {group_condition(node)} ORDER BY parent_no"

    return Compiled(select, {0: edges})


def distinct_columns(node: Distinct) -> tuple[str, ...]:
    """Return the names of the columns by which rows are equal."""
    return node.subset or node.parent.schema.names


def _distinct(node: Distinct, parents: Sequence[str], calls: Mapping[Call, str]) -> Compiled:
    over = f"PARTITION BY {_listed([identifier(n) for n in distinct_columns(node)])}"
    direction = "DESC" if node.keep is Keep.LAST else "ASC"
    test = f"row_number() OVER ({over} ORDER BY {ROW_NO} {direction}) = 1"
    if node.keep is Keep.NONE:
        test = f"count(*) OVER ({over}) = 1"
    body = f"SELECT {_listed(_columns(node))}, {ROW_NO} FROM {parents[0]} QUALIFY {test}"
    select = f"SELECT {_listed(_columns(node))}, {ROW_NO}, {ROW_NO} AS __p0 FROM ({body}) ORDER BY {ROW_NO}"
    same = " AND ".join(f"p.{identifier(n)} IS NOT DISTINCT FROM g.{identifier(n)}" for n in distinct_columns(node))

    def edges(table: str) -> str:
        rows = f"SELECT g.{ROW_NO} AS row_no, p.{ROW_NO} AS parent_no FROM {parents[0]} p"
        return f"{rows} JOIN {table} g ON {same} ORDER BY parent_no"

    return Compiled(select, {0: edges})


def _concat(node: Concat, parents: Sequence[str], calls: Mapping[Call, str]) -> Compiled:
    widths = [len(occurrences(p)) for p in node.inputs]
    branches: list[str] = []
    before = 0
    for number, (parent, width) in enumerate(zip(parents, widths, strict=True)):
        own = {before + i: f"__p{i}" for i in range(width)}
        provenance = [f"{own.get(k, 'CAST(NULL AS BIGINT)')} AS __p{k}" for k in range(sum(widths))]
        columns = _listed([*_columns(node), f"{number} AS __branch", f"{ROW_NO} AS __inner", *provenance])
        branches.append(f"SELECT {columns} FROM {parent}")
        before += width
    number_sql = f"row_number() OVER (ORDER BY __branch, __inner) * {STEP} AS {ROW_NO}"
    columns = _listed([*_columns(node), number_sql, *provenance_columns(node)])
    return Compiled(f"SELECT * FROM (SELECT {columns} FROM ({' UNION ALL '.join(branches)})) ORDER BY {ROW_NO}")


def _sort(node: Sort, parents: Sequence[str], calls: Mapping[Call, str]) -> Compiled:
    keys = [f"{identifier(n)} {'ASC' if up else 'DESC'} NULLS LAST" for n, up in node.by]
    number = f"row_number() OVER (ORDER BY {_listed([*keys, ROW_NO])}) * {STEP} AS {ROW_NO}"
    columns = _listed([*_columns(node), number, *provenance_columns(node)])
    return Compiled(f"SELECT * FROM (SELECT {columns} FROM {parents[0]}) ORDER BY {ROW_NO}")


def _limit(node: Limit, parents: Sequence[str], calls: Mapping[Call, str]) -> Compiled:
    columns = _listed([*_columns(node), *hidden_columns(node)])
    place = f"SELECT {columns}, row_number() OVER (ORDER BY {ROW_NO}) AS __place, count(*) OVER () AS __all FROM {parents[0]}"
    start = str(node.offset) if node.offset >= 0 else f"greatest(__all - {-node.offset}, 0)"
    test = f"__place > {start} AND __place <= {start} + {node.count}"
    return Compiled(f"SELECT {columns} FROM ({place}) WHERE {test} ORDER BY {ROW_NO}")


def _broadcast(node: Broadcast, parents: Sequence[str], calls: Mapping[Call, str]) -> Compiled:
    parent, of = parents
    given = dict(node.values)
    columns = [f"b.{identifier(given[n])} AS {identifier(n)}" if n in given else f"l.{identifier(n)}" for n in node.schema.names]
    width = len(occurrences(node.parent))
    provenance = [f"l.__p{i}" for i in range(width)]
    provenance += [f"b.__p{i} AS __p{width + i}" for i in range(len(occurrences(node.of)))]
    one = f"(SELECT * FROM {of} ORDER BY {ROW_NO} {'ASC' if node.position == 'first' else 'DESC'} LIMIT 1)"
    allowed = "= 1" if node.position == "only" else ">= 1"
    refusal = f"error({text(MARK + 'there is not the one row whose value is taken')})"
    # asks for a column of the row, or DuckDB would raise for a parent without rows too
    check = f"CASE WHEN (SELECT count(*) FROM {of}) {allowed} OR l.{ROW_NO} IS NULL THEN TRUE ELSE {refusal} END"
    select = f"SELECT {_listed([*columns, f'l.{ROW_NO}', *provenance])} FROM {parent} l LEFT JOIN {one} b ON TRUE WHERE {check}"
    return Compiled(f"SELECT * FROM ({select}) ORDER BY {ROW_NO}")


def _window(node: Window, parents: Sequence[str], calls: Mapping[Call, str]) -> Compiled:
    return Compiled(window_select(node, parents[0], ROW_NO, hidden_columns(node)))


def _explode(node: Explode, parents: Sequence[str], calls: Mapping[Call, str]) -> Compiled:
    items = f"p.{identifier(node.column)}"
    too_many = f"error({text(MARK + f'a list has more than {ELEMENTS:,} elements')})"
    absent = f"error({text(MARK + 'an element of a list is missing')})"
    kind = node.schema.field(node.column).type
    filled = f"CASE WHEN len({items}) > 0 THEN {items} ELSE [NULL] END" if node.keep_empty else items
    checked = f"CASE WHEN len({items}) > {ELEMENTS} THEN {too_many} ELSE {filled} END"
    element = f"nullif(__element, {NAN})" if kind is Type.FLOAT else "__element"
    if not node.keep_empty:
        element = f"CASE WHEN {element} IS NULL THEN {absent} ELSE {element} END"
    number = f"{ROW_NO} * {ELEMENTS} + __nth - 1"
    columns = [
        f"CAST({element} AS {SQL_TYPE[kind]}) AS {identifier(f.name)}" if f.name == node.column else identifier(f.name)
        for f in node.schema
    ]
    lists = f"SELECT p.*, {checked} AS __items FROM {parents[0]} p"
    listed = f"SELECT *, unnest(__items) AS __element, generate_subscripts(__items, 1) AS __nth FROM ({lists})"
    body = f"SELECT {_listed(columns)}, {number} AS {ROW_NO}, {number} AS __p0 FROM ({listed})"

    def edges(table: str) -> str:
        rows = f"SELECT g.{ROW_NO} AS row_no, p.{ROW_NO} AS parent_no FROM {parents[0]} p"
        return f"{rows} JOIN {table} g ON g.{ROW_NO} // {ELEMENTS} = p.{ROW_NO} ORDER BY parent_no"

    return Compiled(f"SELECT * FROM ({body}) ORDER BY {ROW_NO}", {0: edges})


COMPILERS: Final[dict[type[Node], Callable[[Any, Sequence[str], Mapping[Call, str]], Compiled]]] = {
    Filter: _filter,
    Project: _project,
    Select: _select,
    Join: _join,
    Aggregate: _aggregate,
    Distinct: _distinct,
    Concat: _concat,
    Sort: _sort,
    Limit: _limit,
    Broadcast: _broadcast,
    Window: _window,
    Explode: _explode,
}
