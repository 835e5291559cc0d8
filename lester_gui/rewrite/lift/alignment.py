"""Which nodes have the same rows in the same order, and how an expression over one of them reads over another."""

from __future__ import annotations

from collections.abc import Callable

from lester_gui.ir.expressions import Apply, Call, Column, Expr, columns_of, substitute
from lester_gui.ir.nodes import Aggregate, Broadcast, Filter, Join, Node, Project, Select
from lester_gui.ir.windows import Window
from lester_gui.rewrite.lift.stop import Stopped, shape


class Alignment:
    """Row identity of the nodes made so far: a node made by `keep` has exactly the rows of its base."""

    def __init__(self) -> None:
        self._base: dict[int, Node] = {}
        self._filters: dict[int, list[tuple[Filter, Expr, Node]]] = {}
        self._groups: dict[int, list[Aggregate]] = {}
        self._twin: dict[int, Node] = {}
        self._alive: list[Node] = []
        self.graft: Callable[[tuple[tuple[Expr, Node], ...]], tuple[Node, list[Expr]]] | None = None

    def keep(self, node: Node, base: Node) -> None:
        """Note that `node` has the rows of `base`, in their order."""
        self._base[id(node)] = base
        self._alive += (node, base)

    def chain(self, node: Node) -> list[Node]:
        """Return `node` and the nodes above it that have the same rows, nearest first."""
        out = [node]
        while id(out[-1]) in self._base:
            out.append(self._base[id(out[-1])])
        return out

    def root(self, node: Node) -> Node:
        """Return the node at which these rows came to be; of filters or groups that have the same rows, the first."""
        last = self.chain(node)[-1]
        return self._twin.get(id(last), last)

    def filtered(self, node: Filter, condition: Expr | None = None, over: Node | None = None) -> None:
        """Note a filter: where an earlier one keeps the same rows of the same table, the two have the same rows.

        Parameters
        ----------
        condition, over
            The predicate before totals in it were given columns, and the node it is written over.
        """
        condition = node.predicate if condition is None else condition
        over = node.parent if over is None else over
        known = self._filters.setdefault(id(self.root(over)), [])
        self._alive += (node, over)
        for other, asked, base in known:
            if other is not node and id(node) not in self._twin and self._agree((condition, over), (asked, base)):
                self._twin[id(node)] = self._twin.get(id(other), other)
        known.append((node, condition, over))

    def grouped(self, node: Aggregate) -> None:
        """Note groups: where earlier ones are of the same rows by the same values, the two have the same rows."""
        known = self._groups.setdefault(id(self.root(node.parent)), [])
        for other in known:
            if (len(other.by), other.order, other.drop_null_keys) != (len(node.by), node.order, node.drop_null_keys):
                continue
            pairs = (((Column(a), node.parent), (Column(b), other.parent)) for a, b in zip(node.by, other.by, strict=True))
            if all(self._agree(*pair) for pair in pairs):
                self._twin[id(node)] = self._twin.get(id(other), other)
                break
        known.append(node)

    def _agree(self, a: tuple[Expr, Node], b: tuple[Expr, Node]) -> bool:
        """Whether two expressions give the same value for each row, as far as it shows without another step."""
        graft, self.graft = self.graft, None
        try:
            _, (here, there) = self.together(a, b)
        except Stopped:
            return False
        finally:
            self.graft = graft
        return here == there

    def asked(self, node: Filter) -> tuple[Expr, Node]:
        """Return a filter's condition before totals in it were given columns, and the node it is written over."""
        for known in self._filters.values():
            for other, condition, over in reversed(known):
                if other is node:
                    return condition, over
        return node.predicate, node.parent

    def same(self, a: Node, b: Node) -> bool:
        """Whether both have the same rows in the same order."""
        return self.root(a) is self.root(b)

    def together(self, *pairs: tuple[Expr, Node]) -> tuple[Node, list[Expr]]:
        """Return the lowest node over which all expressions can be written, and the expressions over it.

        Raises
        ------
        Stopped
            If the nodes do not have the same rows, or a column was changed or dropped in between.
        """
        candidates: dict[int, Node] = {}
        for _, node in sorted(pairs, key=lambda p: -len(self.chain(p[1]))):
            candidates.update({id(n): n for n in self.chain(node)})
        problem = shape("Two tables are combined row by row although their rows may not be the same")
        for target in sorted(candidates.values(), key=lambda n: -len(self.chain(n))):
            try:
                return target, [self.move(e, n, target) for e, n in pairs]
            except Stopped as stop:
                problem = stop
        if self.graft is not None and all(self.same(node, pairs[0][1]) for _, node in pairs):
            return self.graft(pairs)
        raise problem

    def base(self, node: Node) -> Node | None:
        """Return the node whose rows a node was made to keep."""
        return self._base.get(id(node))

    def move(self, expr: Expr, source: Node, target: Node) -> Expr:
        """Return `expr`, written over `source`, as the same values over `target`.

        Raises
        ------
        Stopped
            If the rows differ, or a column it needs was changed or dropped in between.
        """
        while source is not target:
            below = self.chain(target)
            places = [i for i, n in enumerate(below) if n is source]
            if places:
                names = self._downward(below[: places[0]], source)
                if all(c in names for c in columns_of(expr)):
                    return _renamed(expr, names)
            if id(source) not in self._base:
                twin = below[-1]
                if twin is not source and self.same(source, target) and isinstance(source, Filter) and isinstance(twin, Filter):
                    expr, source = self.move(expr, source.parent, twin.parent), twin  # a filter keeps the columns as they are
                    continue
                if not self.same(source, target):
                    raise shape("Two tables are combined row by row although their rows may not be the same")
                raise shape("A column that is needed here was changed or dropped before")
            expr = _inlined(expr, source)
            source = self._base[id(source)]
        return expr

    def _downward(self, steps: list[Node], source: Node) -> dict[str, str]:
        """Where the columns of `source` are after `steps` (lowest first): old name → name at the end, if unchanged."""
        names = {n: n for n in source.schema.names}
        base = source
        for step in reversed(steps):
            names = {old: now[0] for old, name in names.items() if (now := _carried(step, base, name))}
            base = step
        return names


def _carried(step: Node, base: Node, name: str) -> list[str]:
    """Names under which `step` carries the column `name` of its base unchanged."""
    if isinstance(step, Project):
        copies = [n for n, e in step.assigned if e == Column(name)]
        return ([] if any(n == name for n, _ in step.assigned) else [name]) + copies
    if isinstance(step, Select):
        return [new for new, old in step.columns if old == name]
    if isinstance(step, Join):
        side = 0 if step.left is base else 1
        return [n for n, s, o in step.output_columns if s == side and o == name]
    if isinstance(step, Broadcast):
        return [] if any(n == name for n, _ in step.values) else [name]
    if isinstance(step, Window):
        return [] if any(c.name == name for c in step.columns) else [name]
    return [name]


def _inlined(expr: Expr, node: Node) -> Expr:
    """Return `expr`, written over `node`, over the node's base."""
    table: dict[str, Expr] = {}
    if isinstance(node, Project):
        table = dict(node.assigned)
    elif isinstance(node, Select):
        table = {new: Column(old) for new, old in node.columns}
    elif isinstance(node, Join):
        table = {n: Column(o) for n, s, o in node.output_columns if s == 0}
        if any(c not in table for c in columns_of(expr)):
            raise shape("A column that a join brought in is needed where the join is not")
    elif isinstance(node, Window) and any(c.name in columns_of(expr) for c in node.columns):
        raise shape("A value of other rows is needed where it is not known yet")
    elif isinstance(node, Broadcast) and any(n in columns_of(expr) for n, _ in node.values):
        raise shape("A value taken from another row is needed where it is not known yet")
    return substitute(expr, lambda e: table.get(e.name) if isinstance(e, Column) else None)


def _renamed(expr: Expr, names: dict[str, str]) -> Expr:
    if all(old == new for old, new in names.items()):
        return expr

    def change(e: Expr) -> Expr | None:
        if isinstance(e, Column):
            return Column(names[e.name])
        return None if isinstance(e, Apply | Call) else e

    return substitute(expr, change)
