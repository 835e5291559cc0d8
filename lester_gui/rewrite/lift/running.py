"""What earlier rows left behind, read in the same loop: running totals, the row before, keys seen so far, as windows.

A window sees all rows that the loop goes through; rows that do not change a state give it nothing. A state that depends on itself
through another one is a recurrence, which no window repeats.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Column, Expr, Literal, walk
from lester_gui.ir.nodes import Node
from lester_gui.ir.schema import Type
from lester_gui.ir.windows import Window, WindowColumn
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.dict_folds import DictFold, PartFold, folded
from lester_gui.rewrite.lift.dict_state import celled
from lester_gui.rewrite.lift.domain import Cell, Const, InLoop, Leaf, Maybe, Tup, Unknown, Value
from lester_gui.rewrite.lift.effects import Effect
from lester_gui.rewrite.lift.folds import classify
from lester_gui.rewrite.lift.paths import TRUE
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule
from lester_gui.rewrite.lift.templates import leaves

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.finished import Finished

STATES = ("prev", "prev_item", "seen", "position")
LEFT_OUT = ("skip_blank", "skip_prefix", "ragged")
RUNNING = {"sum": "pandas_cumsum", "max": "pandas_cummax", "min": "pandas_cummin", "last": "ffill", "first": "running_first"}


def states_in(expr: Expr) -> list[Leaf]:
    """Return the leaves of an expression that stand for what earlier rows left, each once."""
    return list(dict.fromkeys(e for e in walk(expr) if isinstance(e, Leaf) and e.kind in STATES))


class Running:
    """The states of one finished loop, made columns when something reads them."""

    def __init__(self, done: Finished) -> None:
        self.done, self.lift = done, done.lift
        self.folds: dict[int, DictFold] = {}
        self.busy: list[Leaf] = []
        self.keys: dict[Value, tuple[str, ...]] = {}

    def resolve(self, expr: Expr) -> Expr:
        """Return an expression in which what earlier rows left is a column.

        Raises
        ------
        Stopped
            If it depends on itself, or is no running value that a window has.
        """
        for leaf in states_in(self.done.expr(expr)):
            if leaf not in self.done.table:
                if leaf in self.busy:
                    raise Stopped(Reason.RECURRENCE, f"{leaf.name or 'A value'} depends on itself through earlier rows")
                self.busy.append(leaf)
                try:
                    self.done.table[leaf] = self.column(leaf)
                finally:
                    self.busy.pop()
        return self.done.expr(expr)

    def guard(self, guard: Expr) -> Expr:
        """Return a guard in which what earlier rows left is a column, but for questions that keep the first row of each key."""
        try:
            self.done.unseen(self.done.expr(guard))
        except Stopped:
            return self.resolve(guard)
        for c in paths.conjuncts(self.done.expr(guard)):
            inner = paths.negated(c)
            if not (isinstance(inner, Leaf) and inner.kind == "seen"):
                self.resolve(c)
        return self.done.expr(guard)

    def prepare(self, effect: Effect) -> None:
        """Make columns of all states that an effect reads."""
        self.guard(effect.guard)
        self.settle(effect.value)

    def settle(self, value: Value) -> None:
        """Make columns of all states that a template reads."""
        for cell in leaves(self.lift, value):
            self.resolve(cell.expr)

    def column(self, leaf: Leaf) -> Expr:
        """Return the column of a state before the current row."""
        if leaf.kind == "prev" and leaf.name.endswith("?"):
            return self.assigned(leaf)
        if leaf.kind == "prev":
            return self.name(leaf)
        if leaf.kind == "position":
            return self.place(leaf)
        container = self.lift.heap[leaf.ident]
        assert isinstance(container, InLoop)
        if leaf.kind == "seen":
            return self.seen(leaf, container)
        fold = self.fold(container)
        part = fold.parts[int(leaf.name)]
        guard = self.resolve(paths.both(fold.guard, part.guard))
        value = Cell(self.resolve(part.value.expr), part.value.type, part.value.nullable)
        if part.kind == "first":
            guard = self.resolve(fold.guard)
        return self.before(part.kind, value, guard, self.by(container, fold.key), constant_of(part), leaf.type).expr

    def place(self, leaf: Leaf) -> Expr:
        """The number of the current row, counted from 0."""
        source = self.done.loop.source
        if source is not None and (leaf.ident != -source.ident or any(source.options.get(o) for o in LEFT_OUT)):
            raise no_rule("the number of a line, where some lines are left out")
        if source is None and leaf != self.lift.position(self.done.node).expr:
            raise no_rule("the number of a row of another table")
        column = self.window((), "position", lambda n: WindowColumn(n, "cumcount"))
        assert isinstance(column, Column)
        return column

    def fold(self, container: InLoop) -> DictFold:
        """Return what the loop does to a dict."""
        if container.ident not in self.folds:
            self.folds[container.ident] = folded(self.lift, self.done.final(container), self.done.expr)
        return self.folds[container.ident]

    def seen(self, leaf: Leaf, container: InLoop) -> Expr:
        """Whether an earlier row put a key into a set or dict."""
        key = container.key_of(leaf)
        final = self.done.final(container)
        if final.key is not None and final.value is None:
            return paths.FALSE  # no row ever puts anything into it
        if final.key is not None:
            fold = self.fold(container)
            if fold.key != key:
                raise Stopped(Reason.LEVEL, "One iteration uses a dict under two keys")
            guard = fold.guard
        else:
            adds = [e for e in self.done.loop.effects if e.target == leaf.ident and e.kind in ("add", "set")]
            if not adds or any(e.key != key for e in adds) or not self.done.is_new(container):
                raise Stopped(Reason.RECURRENCE, "A condition depends on which keys earlier rows had")
            guard = _without(paths.disjunction(self.done.expr(e.guard) for e in reversed(adds)), leaf)
        guard = self.resolve(guard)
        by = self.by(container, key)
        if guard == TRUE:
            return self.window(by, "earlier", lambda n: WindowColumn(n, "cumcount"), Literal(0))
        flag = Cell(paths.choose(guard, Literal(1), Literal(0)), Type.INT)
        before = self.before("sum", flag, TRUE, by, Literal(0), Type.INT)
        return cells.compare("Gt", before, cells.cell_of(Const(0)), pandas=False).expr

    def by(self, container: InLoop, key: Value) -> tuple[str, ...]:
        """Return the columns that hold a key."""
        placed = self.done.place(key)
        values = placed.items if isinstance(placed, Tup) else (placed,)
        names: list[str] = []
        reach = self.done.final(container).reach
        for value in values:
            cell = cells.cell_of(value)
            cell = Cell(self.resolve(cell.expr), cell.type, cell.nullable)
            if paths.is_partial(cell.expr) and reach != TRUE:
                cell = cells.given(cell, self.resolve(reach))
            self.done.node, name = self.lift.as_column(self.done.node, in_order(cell), self.lift.called_cell(cell) or "key")
            names.append(name)
        return tuple(names)

    def name(self, leaf: Leaf) -> Expr:
        """What a variable held when the iteration began."""
        done = self.done
        if leaf.name.partition("#")[0] in done.loop.early:
            raise no_rule("a value of a line that is left out")
        start, final = self.parts(leaf)
        fold = classify(done.expr(final.expr), leaf)
        if fold.kind == "none":
            return cells.cell_of(start).expr if isinstance(start, Const) and start.value is not None else _refuse(leaf)
        guard = self.resolve(fold.guard)
        value = Cell(self.resolve(fold.value), final.type, final.nullable)
        if fold.kind == "sum" and isinstance(value.expr, Literal):
            value = cells.cell_of(Const(value.expr.value))
        if not isinstance(start, Const):
            raise no_rule("a running value that starts from another table's")
        first = None if start.value is None else Literal(start.value)  # type: ignore[arg-type]
        made = self.before(fold.kind, value, guard, (), first, leaf.type, leaf.nullable)
        return made.expr

    def assigned(self, leaf: Leaf) -> Expr:
        """Whether an earlier row set a variable that held None before the loop."""
        if leaf.name[:-1] in self.done.loop.early:
            raise no_rule("a value of a line that is left out")
        first = Leaf("prev", leaf.ident, f"{leaf.name[:-1]}#0", Type.FLOAT)
        _, final = self.parts(first)
        guard = self.resolve(classify(self.done.expr(final.expr), first).guard)
        if guard == TRUE:
            return self.window((), "earlier", lambda n: WindowColumn(n, "cumcount"), Literal(0))
        flag = Cell(paths.choose(guard, Literal(1), Literal(0)), Type.INT)
        before = self.before("sum", flag, TRUE, (), Literal(0), Type.INT)
        return cells.compare("Gt", before, cells.cell_of(Const(0)), pandas=False).expr

    def parts(self, leaf: Leaf) -> tuple[Value, Cell]:
        """Return what a variable, or a part of it, held before the loop, and what an iteration leaves in it."""
        name, _, number = leaf.name.partition("#")
        final = self.done.finals.get(name)
        old = self.done.loop.carried.get(name)
        if final is None or isinstance(final, Unknown):
            raise Stopped(Reason.RECURRENCE, f"What {name} holds after a row is not known")
        if isinstance(final, Maybe):
            final = final.value
        found = leaves(self.lift, celled(self.lift, final))
        start = self.lift.content(old) if old is not None and not number else Const(None)
        return start, found[int(number or 0)]

    def before(
        self,
        kind: str,
        value: Cell,
        guard: Expr,
        by: tuple[str, ...],
        start: Literal | None,
        wanted: Type,
        nullable: bool = False,
    ) -> Cell:
        """Return the running value over the rows before the current one.

        Parameters
        ----------
        start
            What holds where no row has given anything yet; None: nothing, a missing value.
        """
        if kind == "last" and guard == TRUE:
            column = self.shifted(value, by)
        else:
            self.done.node, (value,) = self.lift.resolve(self.done.node, value)
            value = cells.retyped(in_order(value), self.done.node)
            if value.nullable:
                raise Stopped(Reason.RECURRENCE, "A running value may be missing, which is not told from its start")
            given = cells.given(value, guard, kind)
            name = self.lift.called_cell(value) or "value"
            node, source = self.lift.as_column(self.done.node, in_order(given), name)
            self.done.node = node
            so_far = self.window(by, f"{name}_so_far", lambda n: WindowColumn(n, RUNNING[kind], source))
            assert isinstance(so_far, Column)
            if kind in ("max", "min") and given.nullable:  # where a row gives nothing, what came before it still holds
                found = so_far.name
                so_far = self.window(by, f"{name}_so_far", lambda n: WindowColumn(n, "ffill", found))
                assert isinstance(so_far, Column)
            column = self.shifted(cells.column(self.done.node, so_far.name), by)
        if start is None:
            return column if nullable else cells.there(column)
        if kind == "sum" and start.value != 0:
            zero = Apply("coalesce", (column.expr, Literal(0 if column.type is Type.INT else 0.0)))
            return cells.make("add", Cell(start, _type(start)), Cell(zero, column.type))
        if column.type is Type.INT and _type(start) is Type.FLOAT:
            column = cells.make("to_float", column)
        if kind in ("max", "min"):
            return with_start(column, kind, Cell(start, _type(start)))
        return cells.make("coalesce", column, Cell(start, _type(start)))

    def shifted(self, value: Cell, by: tuple[str, ...]) -> Cell:
        """Return the value of the row before."""
        name = self.lift.called_cell(value) or "value"
        self.done.node, source = self.lift.as_column(self.done.node, in_order(value), name)
        column = self.window(by, f"{name}_before", lambda n: WindowColumn(n, "shift", source))
        assert isinstance(column, Column)
        return cells.column(self.done.node, column.name)

    def window(self, by: tuple[str, ...], name: str, make: Callable[[str], WindowColumn], above: Literal | None = None) -> Expr:
        """Add a window column; with `above`, return the condition that it is greater."""
        lift, node = self.lift, self.done.node
        name = lift.free_column(node, name)
        made: Node = lift.step(
            Window,
            lift.naming.called(node),
            node,
            self.done.loop.lines,
            parent=node,
            by=by,
            columns=(make(name),),
            drop_null_keys=False,
        )
        self.done.node = made
        if above is None:
            return Column(name)
        return cells.compare("Gt", cells.column(made, name), Cell(above, _type(above)), pandas=False).expr


def in_order(cell: Cell) -> Cell:
    """Return a cell in which nothing is computed where the script did not."""
    return Cell(paths.in_order(cell.expr), cell.type, cell.nullable)


def constant_of(part: PartFold) -> Literal | None:
    """Return what a part of a dict holds before any row gave anything."""
    return part.start


def _type(literal: Literal) -> Type:
    assert literal.type is not None
    return literal.type


def _without(guard: Expr, leaf: Leaf) -> Expr:
    """Return a guard without the question whether the key is new: adding it again changes nothing."""
    return paths.conjunction(c for c in paths.conjuncts(guard) if c != paths.negated(leaf))


def _refuse(leaf: Leaf) -> Expr:
    raise Stopped(Reason.RECURRENCE, f"{leaf.name} is read in a loop that does not set it")


def with_start(out: Cell, kind: str, start: Cell | None) -> Cell:
    """Return a sum or extremum of some rows and of what was there before them, if anything was; no rows leave that."""
    if start is None or (kind == "sum" and isinstance(start.expr, Literal) and start.expr.value == 0):
        return out
    if kind == "sum":
        return cells.make("add", start, out)
    best = cells.there(out)
    beyond = cells.compare("Gt" if kind == "max" else "Lt", best, start, pandas=False).expr
    return cells.choose(paths.both(cells.make("not_null", out).expr, beyond), best, start)
