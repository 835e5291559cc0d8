"""Plans that are wrong in one place, made mechanically from a right one: what a careless rewriter would offer.

Every node and every setting of the learning half is changed once in each way that its kind allows. What the plan language
refuses (`PlanError`) is no mutant, and of plans with one hash only one counts. The right plan's own hash is left out.
"""

import contextlib
import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from lester_gui.ir.expressions import Column, op
from lester_gui.ir.nodes import (
    Aggregate,
    Broadcast,
    Concat,
    Distinct,
    Filter,
    GroupOrder,
    Join,
    JoinKind,
    Keep,
    Limit,
    Measure,
    Node,
    OneParent,
    Opaque,
    Project,
    Read,
    Select,
    Sort,
    Take,
)
from lester_gui.ir.operators import AGGREGATES
from lester_gui.ir.plan import Plan
from lester_gui.ir.reshape import Explode
from lester_gui.ir.schema import PlanError
from lester_gui.ir.serialise import plan_hash
from lester_gui.ir.windows import WINDOWS, Window, WindowColumn
from tests.verify.expression_mutants import variants
from tests.verify.learning_mutants import learning_variants, other_names

Changed = tuple[str, Callable[[], Node]]  # family, what makes the wrong node (it may be refused)


@dataclass(frozen=True, slots=True)
class Mutant:
    """A plan with one mistake.

    Attributes
    ----------
    family : str
        The kind of mistake, such as ``join kind``.
    place : str
        View or stage that it is in.
    plan : Plan
    """

    family: str
    place: str
    plan: Plan


def mutants(plan: Plan) -> Iterator[Mutant]:
    """Yield every plan that is one mistake away from `plan`, each once."""
    seen = {plan_hash(plan)}
    for family, place, make in _all(plan):
        with contextlib.suppress(PlanError):
            made = make()
            key = plan_hash(made)
            if key not in seen:
                seen.add(key)
                yield Mutant(family, place, made)


def _all(plan: Plan) -> Iterator[tuple[str, str, Callable[[], Plan]]]:
    for node in plan.views:
        for family, make in _node_variants(node):
            yield family, node.name, functools.partial(_with_node, plan, node, make)
    yield from ((family, stage, functools.partial(replace, plan, **part)) for family, stage, part in learning_variants(plan))


def _with_node(plan: Plan, node: Node, make: Callable[[], Node]) -> Plan:
    """Exchange one view; what stands above it is built again."""
    made = make()
    return plan.map_nodes(lambda n: made if n.name == node.name else n)


def _node_variants(node: Node) -> Iterator[Changed]:
    for kind, make in _VARIANTS.items():
        if isinstance(node, kind):
            yield from make(node)


def _set(node: Node, **values: Any) -> Callable[[], Node]:
    return functools.partial(replace, node, **values)


def _passing(node: OneParent) -> Callable[[], Node]:
    """The step left out: a view of that name which passes its parent's rows on."""
    columns = tuple((n, n) for n in node.parent.schema.names)
    return lambda: Select(name=node.name, parent=node.parent, columns=columns, lines=node.lines)


def _read(node: Read) -> Iterator[Changed]:
    for i, (name, value) in enumerate(node.options):
        rest = node.options[:i] + node.options[i + 1 :]
        yield "reader option dropped", _set(node, options=rest)
        others: tuple[Any, ...] = ()
        if isinstance(value, bool):
            others = (not value,)
        elif isinstance(value, int):
            others = (value + 1, value - 1)
        elif name == "strip":
            others = tuple(v for v in ("both", "right", "newline", "none") if v != value)
        for other in others:
            yield "reader option", _set(node, options=(*rest, (name, other)))


def _filter(node: Filter) -> Iterator[Changed]:
    yield "filter dropped", _passing(node)
    yield "filter negated", _set(node, predicate=op("not", node.predicate))
    for family, predicate in variants(node.predicate, node.parent.schema):
        yield family, _set(node, predicate=predicate)
    above = node.parent
    if isinstance(above, Distinct | Limit | Sort):
        lower = replace(node, parent=above.parent, name=above.name)
        yield "steps exchanged", lambda: replace(above, parent=lower, name=node.name)


def _distinct(node: Distinct) -> Iterator[Changed]:
    yield "distinct dropped", _passing(node)
    yield from (("keep", _set(node, keep=k)) for k in Keep if k is not node.keep)
    for name in node.subset:
        yield "subset of a distinct", _set(node, subset=tuple(n for n in node.subset if n != name))
    for name in node.parent.schema.names:
        if name not in node.subset:
            yield "subset of a distinct", _set(node, subset=(*node.subset, name))
    above = node.parent
    if isinstance(above, Filter | Limit):
        lower = replace(node, parent=above.parent, name=above.name)
        yield "steps exchanged", lambda: replace(above, parent=lower, name=node.name)


def _project(node: Project) -> Iterator[Changed]:
    for i, (name, expr) in enumerate(node.assigned):
        before, after = node.assigned[:i], node.assigned[i + 1 :]
        if name in node.parent.schema:
            yield "assignment dropped", _set(node, assigned=(*before, *after))
        for family, wrong in variants(expr, node.parent.schema):
            yield family, _set(node, assigned=(*before, (name, wrong), *after))


def _select(node: Select) -> Iterator[Changed]:
    for i, (new, old) in enumerate(node.columns):
        for other in other_names(node.parent.schema, old):
            yield "column of the same type", _set(node, columns=(*node.columns[:i], (new, other), *node.columns[i + 1 :]))


def _join(node: Join) -> Iterator[Changed]:
    yield from (("join kind", _set(node, how=k)) for k in JoinKind if k is not node.how and k is not JoinKind.CROSS)
    yield from (("take", _set(node, take=t)) for t in Take if t is not node.take)
    yield "missing keys", _set(node, null_keys_match=not node.null_keys_match)
    yield "suffixes exchanged", _set(node, suffixes=node.suffixes[::-1])
    yield "sides exchanged", _set(node, left=node.right, right=node.left, on=tuple((b, a) for a, b in node.on))
    for i, (a, b) in enumerate(node.on):
        before, after = node.on[:i], node.on[i + 1 :]
        yield "join key dropped", _set(node, on=(*before, *after))
        for other in other_names(node.left.schema, a):
            yield "join key", _set(node, on=(*before, (other, b), *after))
        for other in other_names(node.right.schema, b):
            yield "join key", _set(node, on=(*before, (a, other), *after))


def _aggregate(node: Aggregate) -> Iterator[Changed]:
    yield from (("order of groups", _set(node, order=o)) for o in GroupOrder if o is not node.order)
    yield "missing group keys", _set(node, drop_null_keys=not node.drop_null_keys)
    for i, m in enumerate(node.measures):
        before, after = node.measures[:i], node.measures[i + 1 :]
        for function in AGGREGATES:
            if function != m.function and (m.column is not None or function == "size") and m.share is None:
                yield "aggregate function", _set(node, measures=(*before, Measure(m.name, function, m.column), *after))
        for share in () if m.share is None else (m.share / 2, (1 + m.share) / 2):
            yield "share of a quantile", _set(node, measures=(*before, replace(m, share=share), *after))
        for other in other_names(node.parent.schema, m.column) if m.column else ():
            yield "column of the same type", _set(node, measures=(*before, replace(m, column=other), *after))
    for i, name in enumerate(node.by):
        for other in other_names(node.parent.schema, name):
            yield "group key", _set(node, by=(*node.by[:i], other, *node.by[i + 1 :]))


def _concat(node: Concat) -> Iterator[Changed]:
    yield "order of tables", _set(node, inputs=node.inputs[::-1])
    for i in range(len(node.inputs)):
        yield "table dropped", _set(node, inputs=node.inputs[:i] + node.inputs[i + 1 :])


def _sort(node: Sort) -> Iterator[Changed]:
    yield "sort dropped", _passing(node)
    for i, (name, ascending) in enumerate(node.by):
        before, after = node.by[:i], node.by[i + 1 :]
        yield "sort direction", _set(node, by=(*before, (name, not ascending), *after))
        yield "sort key dropped", _set(node, by=(*before, *after))
        for other in node.parent.schema.names:
            if other not in dict(node.by):
                yield "sort key", _set(node, by=(*before, (other, ascending), *after))
                yield "sort key added", _set(node, by=(*node.by, (other, True)))


def _limit(node: Limit) -> Iterator[Changed]:
    yield "limit dropped", _passing(node)
    yield from (("limit", _set(node, count=node.count + d)) for d in (1, -1))
    yield from (("offset", _set(node, offset=node.offset + d)) for d in (1, -1))


def _broadcast(node: Broadcast) -> Iterator[Changed]:
    yield from (("first for last", _set(node, position=p)) for p in ("first", "last") if p != node.position)
    for i, (new, old) in enumerate(node.values):
        for other in other_names(node.of.schema, old):
            yield "column of the same type", _set(node, values=(*node.values[:i], (new, other), *node.values[i + 1 :]))
        if old in node.parent.schema:
            own = Project(name=node.name, parent=node.parent, assigned=((new, Column(old)),), lines=node.lines)
            yield "row-wise for stale", lambda own=own: own


def _window(node: Window) -> Iterator[Changed]:
    for i, column in enumerate(node.columns):
        before, after = node.columns[:i], node.columns[i + 1 :]

        def with_column(b: Any = before, a: Any = after, c: WindowColumn = column, **values: Any) -> Node:
            return replace(node, columns=(*b, replace(c, **values), *a))

        for function in WINDOWS:
            if function != column.function:
                yield "window function", functools.partial(with_column, function=function)
        yield from (("offset", functools.partial(with_column, offset=o)) for o in (column.offset + 1, -column.offset))
        yield "direction of a rank", functools.partial(with_column, ascending=not column.ascending)
        yield "share of a rank", functools.partial(with_column, pct=not column.pct)
        for other in other_names(node.parent.schema, column.column) if column.column else ():
            yield "column of the same type", functools.partial(with_column, column=other)
    for i, name in enumerate(node.by):
        yield "window key dropped", _set(node, by=(*node.by[:i], *node.by[i + 1 :]))
        for other in other_names(node.parent.schema, name):
            yield "window key", _set(node, by=(*node.by[:i], other, *node.by[i + 1 :]))
    for i, (name, ascending) in enumerate(node.order):
        rest = (*node.order[:i], *node.order[i + 1 :])
        yield "order of a window", _set(node, order=rest)
        yield "order of a window", _set(node, order=(*node.order[:i], (name, not ascending), *node.order[i + 1 :]))
    yield "missing group keys", _set(node, drop_null_keys=not node.drop_null_keys)


def _explode(node: Explode) -> Iterator[Changed]:
    yield "empty lists", _set(node, keep_empty=not node.keep_empty)
    for other in other_names(node.parent.schema, node.column):
        yield "column of the same type", _set(node, column=other)


def _opaque(node: Opaque) -> Iterator[Changed]:
    yield from ()  # a plan with such a step is partly verified at best, whatever it does


_VARIANTS: dict[type[Node], Callable[[Any], Iterator[Changed]]] = {
    Read: _read,
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
    Opaque: _opaque,
}
