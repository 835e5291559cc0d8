"""Nodes made so far, and values over them: joins, broadcasts and totals are made when a value needs them."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, TypeVar, cast

from lester_gui.discovery.scripts import Script
from lester_gui.ir.expressions import Apply, Call, Column, Expr, Literal, columns_of, substitute, walk
from lester_gui.ir.nodes import Aggregate, Broadcast, Filter, Measure, Node, Project, Select
from lester_gui.ir.schema import PlanError, Type
from lester_gui.ir.windows import WindowColumn
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.alignment import Alignment
from lester_gui.rewrite.lift.domain import (
    Cell,
    Encoded,
    Frame,
    Items,
    Keyed,
    Leaf,
    Part,
    Result,
    Rows,
    Tup,
    Value,
    Vocabulary,
)
from lester_gui.rewrite.lift.grafting import grafted
from lester_gui.rewrite.lift.library.table import Arguments
from lester_gui.rewrite.lift.missing import strict_measure, strict_total
from lester_gui.rewrite.lift.naming import Naming, stored_apart, unlike
from lester_gui.rewrite.lift.objects import Objects
from lester_gui.rewrite.lift.records import SHORT, Observe, State, described
from lester_gui.rewrite.lift.side_totals import SideTable
from lester_gui.rewrite.lift.splits import rows_of
from lester_gui.rewrite.lift.stop import Reason, Stopped, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.learning import Learner
    from lester_gui.rewrite.lift.lifter import Lifter

N = TypeVar("N", bound=Node)


class Tables(Objects):
    """Nodes, and values of their rows."""

    learner: Learner

    def __init__(
        self, script: Script, observe: Observe, sources: Mapping[str, str], hints: Mapping[tuple[object, ...], str] | None = None
    ) -> None:
        super().__init__(script, observe, sources, hints)
        self.family = "script"
        self.align = Alignment()
        self.align.graft = lambda pairs: grafted(self, pairs)
        self.naming = Naming(n.id for n in ast.walk(script.tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store))
        self.cell_names: dict[Expr, str] = {}
        self.condition_lines: dict[Expr, int] = {}
        self.cell_lines: dict[Expr, tuple[int, ...]] = {}
        self.states: dict[int, State] = {}
        self.totals: dict[int, Node] = {}  # by the same number: the table of one row that holds a state once it is asked for
        self.ranked: dict[tuple[int, str], Vocabulary] = {}  # by node and column
        self.numbered: dict[tuple[int, str, Expr], Keyed] = {}  # by node, order and value
        self.side_tables: dict[str, SideTable] = {}  # totals of groups of one side, by what looks them up
        self.lookups: dict[int, Any] = {}
        self.joined: dict[int, list[tuple[Node, dict[str, str]]]] = {}
        self.lasts: dict[int, Any] = {}
        self.widths: dict[int, Vocabulary] = {}
        self.read_stale: dict[int, tuple[int, str]] = {}
        self.rowwise = False
        self.tips: dict[int, tuple[int, Node]] = {}
        self.used_last: dict[int, int] = {}
        self.placed: list[tuple[Node, Node, str]] = []  # tables, the same with the place of each row, and that column
        self.counted: dict[int, tuple[Node, Part | None]] = {}
        self.passing: frozenset[str] = frozenset()  # names that a later round of a loop assigns again

    def claim(self, name: str, content: Value) -> None:
        """Call the node of a table after a variable, if the variable holds exactly the node's rows and columns.

        What a round of a loop leaves in a variable is gone after the next round, so nobody could compare the two.
        """
        if name in self.passing:
            return
        if isinstance(content, Frame):
            columns = [c for _, c in (*content.levels, *content.columns)]
        elif isinstance(content, Rows):
            template = self.content(content.template)
            columns = list(template.values if isinstance(template, Items | Tup) else (template,))
        else:
            return
        names = [c.expr.name if isinstance(c, Cell) and isinstance(c.expr, Column) else None for c in map(self.content, columns)]
        if content.part is None and sorted(n or "" for n in names) == sorted(content.node.schema.names):
            self.naming.claim(content.node, name)

    def step(self, make: type[N], call: str, like: Node | None = None, lines: tuple[int, ...] = (), **fields: Any) -> N:
        """Make a node.

        Parameters
        ----------
        make : type
            The node's class.
        call : str
            What to call it unless an assignment says otherwise.
        like : Node, optional
            The node whose rows it keeps, in order.
        lines : tuple of int
            Script lines, if not those of the current statement.

        Raises
        ------
        Stopped
            If the plan language refuses it.
        """
        try:
            node = make(name=f"n{self.number()}", lines=lines or self.lines, made_by=f"rule:{self.family}", **fields)
        except PlanError as error:
            raise Stopped(Reason.SHAPE, error.message) from error
        self.naming.made(node, call)
        if like is not None:
            self.align.keep(node, like)
        if isinstance(node, Filter):
            self.align.filtered(node)
        if isinstance(node, Aggregate) and node.by:
            self.align.grouped(node)
        return node

    def tip(self, node: Node) -> Node:
        """Return `node`, or the last node that a window of the current statement made of it: it has more columns, and no others.

        So two windows of one expression stand in one row of nodes, and what they compute can be put together.
        """
        line, latest = self.tips.get(id(node), (0, node))
        return latest if line == self.line else node

    def free_column(self, node: Node, base: str) -> str:
        """Return a column name that `node` does not have yet, not even in other case: the database tells names by letter only."""
        return unlike(base.lstrip("_") or "value", {n.casefold() for n in node.schema.names})

    def move(self, cell: Cell, source: Node, target: Node) -> Cell:
        """Return a cell over `source` as the same values over `target`."""
        if source is target:
            return cell
        return Cell(self.align.move(cell.expr, source, target), cell.type, cell.nullable)

    def resolve(self, node: Node, *wanted: Cell) -> tuple[Node, list[Cell]]:
        """Give `node` the columns for all leaves in `wanted`; return the new node and the cells over it."""
        if any(isinstance(e, Call) and e.function in self.side_tables for c in wanted for e in walk(c.expr)):
            raise shape("A statistic of one side of the split is used outside an encoder")
        leaves = dict.fromkeys(e for c in wanted for e in walk(c.expr) if isinstance(e, Leaf))
        table: dict[Expr, Expr] = {}
        from lester_gui.rewrite.lift import ranked, stages

        lasts = [leaf for leaf in leaves if leaf.kind == "last"]
        if lasts:
            node, found = stages.with_last(cast("Lifter", self), node, lasts)
            table.update(found)
        for leaf in leaves:
            if leaf in table:
                continue
            if leaf.kind == "state":
                node, name = self._with_state(node, leaf)
                table[leaf] = Column(name)
            elif leaf.kind == "count" and self.counted[leaf.ident][1] is None:
                total = self.state(self.counted[leaf.ident][0], Cell(Literal(1), Type.INT), "size", "rows")
                assert isinstance(total.expr, Leaf)
                node, name = self._with_state(node, total.expr)
                table[leaf] = Column(name)
            elif leaf.kind in ("hit", "get"):
                node, table[leaf] = stages.with_leaf(cast("Lifter", self), node, leaf)
            elif leaf.kind == "unset":
                raise shape("An array is used in which np.empty left places that nothing sets")
            elif leaf.kind == "code":
                number = ranked.number_of(cast("Lifter", self), *self.codes[leaf.ident]).expr
                node, table[leaf] = (
                    stages.with_leaf(cast("Lifter", self), node, number) if isinstance(number, Leaf) else (node, number)
                )
            elif leaf.kind == "position" and leaf.ident == id(self.align.root(node)):
                from lester_gui.rewrite.lift.library.pandas_windows import windowed

                node, place = windowed(cast("Lifter", self), node, (), WindowColumn("place", "cumcount"), dropna=False)
                table[leaf] = place.expr
            else:
                raise shape("The number or position of rows is used as a value")
        if not table:
            return node, list(wanted)
        return node, [
            cells.retyped(
                Cell(substitute(c.expr, lambda e: table.get(e) if isinstance(e, Leaf) else None), c.type, c.nullable), node
            )
            for c in wanted
        ]

    def _with_state(self, node: Node, leaf: Leaf) -> tuple[Node, str]:
        state = self.states[leaf.ident]
        if state.part is not None:
            from lester_gui.rewrite.lift.sided import wants_tables

            wants_tables(cast("Lifter", self), state.part)
            raise shape("A statistic of one side of the split is used outside an encoder")
        total = self.totals.get(leaf.ident)
        if total is None:
            source, column = self.as_column(state.node, state.cell, leaf.name, state.lines)
            measure = Measure(leaf.name, state.function, None if state.function == "size" else column, state.share)
            total = strict_total(cast("Lifter", self), source, measure, state) if state.strict else None
            if total is None:
                total = self.step(Aggregate, leaf.name, lines=state.lines, parent=source, by=(), measures=(measure,))
            self.totals[leaf.ident] = total
            self.naming.claim(total, leaf.name)
        name = self.free_column(node, leaf.name)
        called = self.naming.called(node)
        return self.step(Broadcast, called, node, parent=node, of=total, values=((name, leaf.name),), position="only"), name

    def as_column(self, node: Node, cell: Cell, call: str, lines: tuple[int, ...] = ()) -> tuple[Node, str]:
        """Return a node with the rows of `node` in which `cell` is a column, and that column's name."""
        if isinstance(cell.expr, Column):
            return node, cell.expr.name
        node, (cell,) = self.resolve(node, cell)
        if isinstance(cell.expr, Column):
            return node, cell.expr.name
        name = self.free_column(node, call)
        out = self.step(Project, self.naming.called(node), node, lines, parent=node, assigned=((name, cell.expr),))
        return out, name

    def state(
        self,
        node: Node,
        cell: Cell,
        function: str,
        name: str,
        part: Part | None = None,
        share: float | None = None,
        place: tuple[float, int, int, int] | None = None,
        strict: bool = False,
    ) -> Cell:
        """Return a total over the rows of `node` as a cell that all rows share; in a function of groups, over those of the group.

        A quantile is that of a `share`; an element of numbers in order stands at a `place`, see `features.group_statistic`. A
        `strict` total is NaN where one of its values is, as that of an array.
        """
        from lester_gui.ir.operators import AGGREGATES, QUANTILE

        if self.group is not None:
            if part is not None or share is not None:
                raise shape(f"{function} of a group is not supported yet")
            if strict:
                return strict_measure(cast("Lifter", self), node, cell, function)
            measure: Cell = self.group.measure(self, function, cell, node)
            return measure
        known_function = QUANTILE if share is not None or place is not None else AGGREGATES[function]
        if function == "mode" and part is not None:  # it only stands where an imputer is recognised
            kind, nullable = cell.type, False
        elif cell.type not in known_function.accepts:
            raise shape(f"{function} is taken of a {cell.type}")
        else:
            kind, nullable = known_function.result((cell.type, cell.nullable))
        if function not in ("first", "last"):
            part = rows_of(self.learner.splits, part)
        for ident, known in self.states.items():
            asked = (known.cell, known.function, known.part, known.share, known.place, known.strict)
            if known.node is node and asked == (cell, function, part, share, place, strict):
                return Cell(Leaf("state", ident, name, kind, nullable), kind, nullable)
        made = self.number()
        self.states[made] = State(node, cell, function, part, self.lines, share, place, strict)
        return Cell(Leaf("state", made, name, kind, nullable), kind, nullable)

    def is_column(self, value: Value) -> bool:
        """Whether a value is a column of its node as it stands."""
        return isinstance(value, Cell) and isinstance(value.expr, Column)

    def count(self, node: Node, part: Part | None = None) -> Cell:
        """Return the number of rows as a cell; it is known to splits and sizes, not to rows. In a group: of its rows."""
        if self.group is not None:
            size: Cell = self.group.measure(self, "size", Cell(Literal(1), Type.INT), node)
            return size
        part = rows_of(self.learner.splits, part)
        found = (i for i, (known, side) in self.counted.items() if side == part and self.align.same(known, node))
        ident = next(found, None) or self.number()
        self.counted.setdefault(ident, (node, part))
        return Cell(Leaf("count", ident, "rows", Type.INT), Type.INT)

    def is_size(self, value: Value) -> bool:
        """Whether a value is computed from numbers of rows alone."""
        content = self.content(value)
        if not isinstance(content, Cell):
            return False
        leaves = [e for e in walk(content.expr) if isinstance(e, Leaf | Column)]
        return bool(leaves) and all(isinstance(e, Leaf) and e.kind in ("count", "width") for e in leaves)

    def position(self, node: Node) -> Cell:
        """Return the place of the current row, counted from 0."""
        return Cell(Leaf("position", id(self.align.root(node)), "position", Type.INT), Type.INT)

    def called_cell(self, value: Value) -> str:
        """Return what the script calls a value of a row, or a name made from what it is computed from; '' if neither helps."""
        content = self.content(value)
        if not isinstance(content, Cell):
            return ""
        if content.expr in self.cell_names:
            return self.cell_names[content.expr]
        if isinstance(content.expr, Apply) and content.expr.operator in SHORT and len(content.expr.arguments) == 1:
            inner = self.called_cell(Cell(content.expr.arguments[0], content.type))
            return "_".join(p for p in (inner, SHORT[content.expr.operator]) if p)
        return described(content.expr)

    def is_shown(self, args: Arguments) -> bool:
        """Whether a call is a statement of its own, as the last line of a notebook cell is, or the argument of print."""
        node = self.shown
        while node is not None and node is not args.node:
            printed = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("print", "display")
            if printed and isinstance(node, ast.Call):
                return any(args.node is a for a in node.args)
            node = node.func.value if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) else None
        return node is not None

    def materialise(self, frame: Frame, with_index: bool = False) -> tuple[Node, Frame]:
        """Return a node whose columns are exactly the visible ones of `frame` (and its index levels), and the frame over it."""
        columns = dict(frame.columns)
        if any("\x1f" in n for n in columns):
            raise shape("A table whose columns have names of two levels is used before they are flattened")
        if with_index:
            columns = dict(frame.levels) | columns
        wanted: dict[str, Cell] = {}
        beside = {n: v for n, v in columns.items() if isinstance(v, Encoded | Result)}
        for name, value in columns.items():
            if name in beside:
                continue
            if not isinstance(value, Cell):
                raise shape(f"The column {name!r} holds something that the plan does not carry")
            wanted[name] = value
        node, resolved = self.resolve(frame.node, *wanted.values())
        wanted = dict(zip(wanted, resolved, strict=True))
        computed = {n: c for n, c in wanted.items() if not isinstance(c.expr, Column)}
        call = self.naming.called(node)
        if computed:
            names = stored_apart(computed, node.schema.names)
            node = self.step(Project, call, node, parent=node, assigned=tuple((names[n], c.expr) for n, c in computed.items()))
            wanted.update({n: cells.column(node, names[n]) for n in computed})
        stored = stored_apart(wanted)
        pairs = tuple((stored[n], columns_of(c.expr)[0]) for n, c in wanted.items())
        if tuple(n for n, _ in pairs) != node.schema.names or any(a != b for a, b in pairs):
            node = self.step(Select, call, node, parent=node, columns=pairs)
        plain = {n: cells.column(node, stored[n]) for n in wanted}
        levels = tuple((n, cells.column(node, n)) if n in plain else (n, c) for n, c in frame.levels) if with_index else ()
        if any(isinstance(v, Encoded) for v in beside.values()):
            raise shape("An encoded column is used where rows are chosen or tables are put together")
        visible: tuple[tuple[str, Value], ...] = tuple((n, beside.get(n) or plain[n]) for n in dict(frame.columns))
        return node, Frame(
            node, visible, frame.index if with_index or not frame.levels else None, levels, frame.part, frame.origin
        )
