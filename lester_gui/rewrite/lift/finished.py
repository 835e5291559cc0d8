"""What a loop leaves behind: its effects as nodes, its variables as values of the last row."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Column, Expr, Literal, substitute, walk
from lester_gui.ir.nodes import Node
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, masks, paths, sided, stages, states, texts, written
from lester_gui.rewrite.lift.domain import (
    Cell,
    Const,
    Entries,
    Fields,
    Frame,
    InLoop,
    Items,
    Leaf,
    Ref,
    Rows,
    Tup,
    Unknown,
    Value,
)
from lester_gui.rewrite.lift.effects import Effect, Loop
from lester_gui.rewrite.lift.folds import classify
from lester_gui.rewrite.lift.paths import FALSE, TRUE
from lester_gui.rewrite.lift.running import Running, with_start
from lester_gui.rewrite.lift.sided import refuse_state, sides
from lester_gui.rewrite.lift.statements.branch import merge
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape
from lester_gui.rewrite.lift.templates import leaves, mapped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


Filled = tuple[int, Value, tuple[int, ...]]
"""A list that a loop fills: which object, its element, and the lines that append to it."""


class Finished:
    """A loop whose body has run: its rows, and what became of its effects."""

    def __init__(self, lift: Lifter, loop: Loop, node: Node, table: dict[Expr, Expr]) -> None:
        self.lift, self.loop, self.node, self.table = lift, loop, node, table
        self.after: dict[int, Value] = {}
        self.asked: dict[Leaf, int] = {}  # which keys earlier rows had, as the rows that are kept say it
        self.finals = states.finals(lift, loop)
        self.running = Running(self)
        if table:
            for expr, name in list(lift.cell_names.items()):
                lift.cell_names.setdefault(substitute(expr, table.get), name)
            for expr, line in list(lift.condition_lines.items()):
                lift.condition_lines.setdefault(substitute(expr, table.get), line)
            for expr, lines in list(lift.cell_lines.items()):
                lift.cell_lines.setdefault(substitute(expr, table.get), lines)
            for ident, known in list(lift.lookups.items()):
                keys = tuple(Cell(self.expr(k.expr), k.type, k.nullable) for k in known.keys)
                lift.lookups[ident] = replace(known, keys=keys)
            for ident, (vocabulary, cell) in list(lift.codes.items()):
                lift.codes[ident] = (vocabulary, Cell(self.expr(cell.expr), cell.type, cell.nullable))

    def place(self, value: Value) -> Value:
        """Return a template with the fields of lines as columns."""
        content = self.lift.content(value)
        if isinstance(content, Fields):
            content = Tup(texts.all_fields(self.lift, content))
        return mapped(self.lift, content, lambda c: Cell(self.expr(c.expr), c.type, c.nullable))

    def expr(self, expr: Expr) -> Expr:
        """Return an expression with the fields of lines as columns."""
        if not self.table:
            return expr
        out = substitute(expr, self.table.get)
        name = self.lift.cell_names.get(expr)
        if name is not None:
            self.lift.cell_names.setdefault(out, name)
        return out

    def of(self, kind: str) -> dict[int, list[Effect]]:
        """Return the effects of a kind, by object."""
        out: dict[int, list[Effect]] = {}
        for e in self.loop.effects:
            if e.kind == kind:
                out.setdefault(e.target, []).append(e)
        return out

    def guarded(self, effects: list[Effect], key: bool = False) -> tuple[Expr, Value, tuple[int, ...]]:
        """Return the effects on one object as one: at most one of them happens in an iteration.

        Raises
        ------
        Stopped
            If two of them may.
        """
        guard, value = effects[-1].guard, effects[-1].value
        for e in reversed(effects[:-1]):
            if paths.both(guard, e.guard) != FALSE:
                raise shape("One iteration may append to a list twice")
            value = self.lift.known(merge(self.lift, e.guard, e.value, value))
            guard = paths.either(e.guard, guard)
        if key and any(e.key != effects[0].key for e in effects):
            raise Stopped(Reason.LEVEL, "One iteration writes a dict under different keys")
        return self.unseen(self.expr(guard)), self.place(value), tuple(e.line for e in effects)

    def is_new(self, content: InLoop) -> bool:
        """Whether a container was empty before the loop."""
        return _is_empty(content.before)

    def final(self, content: InLoop) -> InLoop:
        """Return a container as an iteration leaves it.

        Raises
        ------
        Stopped
            If the ways through the body leave states that do not go together.
        """
        return states.final_state(self.lift, self.loop, content)

    def windows(self) -> None:
        """What earlier rows left, where an effect reads it, becomes columns."""
        for e in self.loop.effects:
            if e.kind in ("append", "write", "row", "cell", "keyed"):
                self.running.prepare(e)

    def unseen(self, guard: Expr) -> Expr:
        """Return a guard in which 'no earlier row had this key' stands for keeping the first row of each key.

        That is right only if the set gets the key on exactly the rows that reach the question.
        """
        out: list[Expr] = []
        for c in paths.conjuncts(guard):
            inner = paths.negated(c)
            leaf = inner if isinstance(inner, Leaf) and inner.kind == "seen" else None
            if leaf is None:
                if any(isinstance(e, Leaf) and e.kind == "seen" for e in walk(c)):
                    raise Stopped(Reason.RECURRENCE, "A condition depends on which keys earlier rows had")
                out.append(c)
                continue
            adds = [e for e in self.loop.effects if e.target == leaf.ident and e.kind in ("add", "set")]
            container = self.lift.heap[leaf.ident]
            assert isinstance(container, InLoop)
            key = container.keys[int(leaf.name)]
            reached = paths.conjunction(out)
            for e in adds:
                told = paths.conjunction(x for x in paths.conjuncts(self.expr(e.guard)) if x != c)
                if e.key != key or told != reached:
                    raise Stopped(Reason.RECURRENCE, "A condition depends on which keys earlier rows had")
            if not adds or not _is_empty(container.before):
                raise Stopped(Reason.RECURRENCE, "A condition depends on which keys earlier rows had")
            ident = self.asked.setdefault(leaf, self.lift.number())
            placed = self.place(key)
            values = placed.items if isinstance(placed, Tup) else (placed,)
            self.lift.unseen[ident] = tuple(cells.cell_of(v) for v in values)
            out.append(paths.negated(Leaf("seen_before", ident, "", Type.BOOL)))
        return paths.conjunction(out)

    def rows(self, guard: Expr, wanted: list[Cell], lines: tuple[int, ...]) -> tuple[Node, list[Cell]]:
        """Return the rows under a guard, and cells over them; refuse what depends on earlier rows."""
        for c in (*wanted, Cell(guard, Type.BOOL)):
            refuse_state(c.expr)
        demanded = {self.expr(c) for c in self.loop.demanded}
        node, out = stages.restrict(self.lift, self.node, guard, wanted, lines, demanded)
        return node, out

    def lists(self) -> None:
        """Appends: lists filled under one condition are columns of one table."""
        groups: dict[Expr, list[Filled]] = {}
        for ident, effects in self.of("append").items():
            guard, value, lines = self.guarded(effects)
            groups.setdefault(guard, []).append((ident, value, lines))
        for guard, lists in self.together(groups).items():
            flat: list[Cell] = []
            for _, value, _ in lists:
                flat += leaves(self.lift, value)
            lines = tuple(sorted({n for _, _, ns in lists for n in ns} | set(self.loop.lines)))
            names = [self.lift.called_cell(c) for c in flat]
            if self.loop.part is not None or self.loop.order is not None or masks.is_place(self.lift, guard):
                sides(self, guard, lists)
                continue
            node, resolved = self.rows(guard, flat, lines)
            for c, n in zip(resolved, names, strict=True):
                if n:
                    self.lift.cell_names.setdefault(c.expr, n)
            if len(lists) == 1 and guard != TRUE:
                node, resolved = self.exactly(node, resolved, names, self.variable(lists[0][0]), lines)
            for ident, value, _ in lists:
                if len(leaves(self.lift, value)) == 1 and not names[flat.index(leaves(self.lift, value)[0])]:
                    self.lift.cell_names.setdefault(resolved[flat.index(leaves(self.lift, value)[0])].expr, self.variable(ident))
            for cell in resolved:
                self.lift.cell_lines.setdefault(cell.expr, tuple(sorted({n for _, _, ns in lists for n in ns})))
            queue = iter(resolved)
            for ident, value, _ in lists:
                made = Rows(node, mapped(self.lift, value, functools.partial(_following, queue)))
                container = self.lift.heap[ident]
                assert isinstance(container, InLoop)
                self.lift.heap[ident] = self.joined_to(container.before, made)

    def together(self, groups: dict[Expr, list[Filled]]) -> dict[Expr, list[Filled]]:
        """Return lists by guard, where guards that differ only in what every row meets, or else the script ends, are one."""
        always = {self.expr(c) for c in self.loop.demanded}
        alike: dict[frozenset[Expr], list[Expr]] = {}
        for guard in groups:
            alike.setdefault(frozenset(c for c in paths.conjuncts(guard) if c not in always), []).append(guard)
        out: dict[Expr, list[Filled]] = {}
        for guards in alike.values():
            whole = max(guards, key=lambda g: len(list(paths.conjuncts(g))))
            asked = list(paths.conjuncts(whole))
            if any(c not in asked for g in guards for c in paths.conjuncts(g)):
                out |= {g: groups[g] for g in guards}
                continue
            out[whole] = [one for g in guards for one in groups[g]]
        return out

    def exactly(
        self, node: Node, resolved: list[Cell], names: list[str], call: str, lines: tuple[int, ...]
    ) -> tuple[Node, list[Cell]]:
        """Return a node with exactly the values that a list holds, so that the view is what the script's variable is."""
        columns: dict[str, Value] = {}
        for place, (cell, name) in enumerate(zip(resolved, names, strict=True), 1):
            base = (
                cell.expr.name if isinstance(cell.expr, Column) else name or (call if len(resolved) == 1 else f"{call}_{place}")
            )
            number, candidate = 1, base
            while candidate in columns:
                number += 1
                candidate = f"{base}_{number}"
            columns[candidate] = cell
        before, self.lift.lines = self.lift.lines, lines
        try:
            node, frame = self.lift.materialise(Frame(node, tuple(columns.items())))
        finally:
            self.lift.lines = before
        self.lift.naming.claim(node, call)
        return node, [cells.cell_of(v) for _, v in frame.columns]

    def joined_to(self, before: Value, made: Rows) -> Value:
        """Return a list after more was appended to what it held."""
        if isinstance(before, Items) and not before.values:
            return made
        if isinstance(before, Rows):
            from lester_gui.rewrite.lift.library.lists import after_each_other

            return after_each_other(self.lift, before, made)
        raise no_rule("a list that holds constants before a loop fills it")

    def variable(self, ident: int) -> str:
        """Return what the script calls an object."""
        for name, value in self.lift.names.items():
            if isinstance(value, Ref) and value.id == ident:
                return name
        return "rows"

    def files(self) -> None:
        """Writes: a file is a view of its own."""
        by_path: dict[str, list[Effect]] = {}
        for e in self.loop.effects:
            if e.kind in ("write", "row"):
                by_path.setdefault(e.path, []).append(e)
        for path, effects in by_path.items():
            lift = self.lift
            before = lift.files.get(path) or written.Begun()
            if not isinstance(before, written.Begun):
                lift.files[path] = Const("rows of two loops")
                continue
            if len(effects) > 1 and any(
                paths.both(a.guard, b.guard) != FALSE for i, a in enumerate(effects) for b in effects[:i]
            ):
                raise shape("One iteration may write to a file twice")
            guard, value, lines = self.guarded(effects)
            quoted = effects[0].kind == "row"
            cell_list = leaves(lift, value) if quoted else _pieces(value)
            names = [lift.called_cell(c) for c in cell_list]
            call = self.handle_name(path)
            lines = tuple(sorted({*lines, *self.loop.lines}))
            node, resolved = self.rows(guard, cell_list, lines)
            row: Value = Tup(tuple(resolved)) if quoted else _concatenated(resolved)
            made = written.written(lift, node, row, names, lines, call, before, quoted)
            lift.files[path] = made
            lift.wrote(path, "table", call)

    def handle_name(self, path: str) -> str:
        """Return what the script calls an open file, or the file's own name."""
        from lester_gui.rewrite.lift.domain import Handle

        for name, value in self.lift.names.items():
            content = self.lift.heap.get(value.id) if isinstance(value, Ref) else None
            if isinstance(content, Handle) and content.path == path and len(name) > 3:
                return name
        return path.rsplit("/", 1)[-1].split(".")[0]

    def arrays(self) -> None:
        """Assignments to cells of arrays, one per row of the loop."""
        from lester_gui.rewrite.lift.arrays import filled_array

        for ident, effects in self.of("cell").items():
            container = self.lift.heap[ident]
            assert isinstance(container, InLoop)
            placed = [replace(e, guard=self.guard(e.guard), value=self.place(e.value), key=self.index(e.key)) for e in effects]
            for e in placed:
                for c in leaves(self.lift, e.value) + [Cell(e.guard, Type.BOOL)]:
                    refuse_state(c.expr)
            self.lift.heap[ident] = filled_array(self.lift, container.before, self.node, self.loop, placed)

    def guard(self, guard: Expr) -> Expr:
        """Return a guard without what holds for every row, or else the script ends."""
        return self.expr(paths.conjunction(c for c in paths.conjuncts(guard) if c not in self.loop.demanded))

    def index(self, key: Value | None) -> Value:
        """Return the place of an array cell with the fields of lines as columns."""
        assert key is not None
        from lester_gui.rewrite.lift.domain import Accessor

        if isinstance(key, Accessor):
            return key
        content = self.lift.content(key)
        if isinstance(content, Tup):
            return Tup(tuple(self.index(v) for v in content.items))
        return self.place(content)

    def names(self, before: dict[str, Value]) -> None:
        """Variables that the body assigns hold, after the loop, what its last iteration left in them."""
        lift, loop, merged = self.lift, self.loop, self.finals
        for name, old in loop.carried.items():
            if merged.get(name) is None:
                continue
            if name in loop.early:
                lift.names[name] = Unknown("a line that is left out may have set it last", loop.line)
                continue
            value = self.ended(name, old, merged[name])
            if value is None:
                lift.names.pop(name, None)
            else:
                lift.names[name] = value
        for name in set(lift.names) - set(loop.carried) - set(before):
            lift.names[name] = Unknown("it is set inside a loop in a way that is not lifted", loop.line)

    def ended(self, name: str, old: Value | None, final: Value) -> Value | None:
        """Return what a variable holds after the loop."""
        lift = self.lift
        if isinstance(final, Unknown):
            return old if old is not None and final.why.startswith(f"{name} is read before") else final
        content = lift.heap.get(final.id, final) if isinstance(final, Ref) else final
        if isinstance(content, Const):
            content = cells.const_cell(content.value) or content
        if isinstance(content, Tup) and not isinstance(final, Ref):
            items = [self.ended(name, None, v) for v in content.items]
            return Tup(tuple(i for i in items if i is not None))
        if not isinstance(content, Cell):
            return Unknown("it is an object that a loop makes anew for each row", self.loop.line)
        previous = Leaf("prev", self.loop.ident, name, content.type)
        try:
            fold = classify(self.expr(content.expr), previous)
            if fold.kind == "none":
                return old
            if self.loop.part is not None or self.loop.order is not None:
                return sided.left(self, name, fold, content, old)
            fold = replace(fold, value=self.running.resolve(fold.value), guard=self.running.guard(fold.guard))
            if fold.kind == "last":
                return self.last(name, fold.value, fold.guard, content)
            return self.total(name, fold.kind, fold.value, fold.guard, content, old)
        except Stopped as stop:
            return Unknown(stop.why, self.loop.line)

    def last(self, name: str, value: Expr, guard: Expr, cell: Cell) -> Cell:
        """Return the value of the last row under a guard."""
        refuse_state(value)
        refuse_state(guard)
        ident = self.lift.number()
        self.lift.lasts[ident] = stages.Last(
            self.node, Cell(value, cell.type, cell.nullable), guard, self.loop.lines, name, self.loop.line
        )
        return Cell(Leaf("last", ident, name, cell.type, cell.nullable), cell.type, cell.nullable)

    def total(self, name: str, kind: str, value: Expr, guard: Expr, cell: Cell, old: Value | None) -> Value:
        """Return a sum, count or extremum over the rows under a guard, on top of what the variable held before."""
        lift = self.lift
        added = Cell(value, Type.INT if isinstance(value, Literal) and value.type is Type.INT else cell.type)
        node, (resolved,) = self.rows(self.unseen(guard), [added], self.loop.lines)
        return self.on_top(lift.state(node, resolved, kind, name), kind, old)

    def on_top(self, out: Cell, kind: str, old: Value | None) -> Cell:
        """Return a total of some rows on top of what the variable held before; an extremum may have begun with None."""
        start = self.lift.content(old) if old is not None else Const(None)
        return with_start(out, kind, None if kind != "sum" and start == Const(None) else cells.cell_of(start))


def _following(queue: Iterator[Cell], cell: Cell) -> Cell:
    """Return the next of the cells that take the place of a template's."""
    return next(queue)


def _pieces(value: Value) -> list[Cell]:
    from lester_gui.ir.expressions import Apply

    cell = cells.cell_of(value)
    if isinstance(cell.expr, Apply) and cell.expr.operator == "concat_text":
        return [Cell(a, Type.STR) for a in cell.expr.arguments]
    return [cell]


def _concatenated(pieces: list[Cell]) -> Cell:
    from lester_gui.ir.expressions import Apply

    return pieces[0] if len(pieces) == 1 else Cell(Apply("concat_text", tuple(p.expr for p in pieces)), Type.STR)


def _is_empty(before: Value) -> bool:
    return (isinstance(before, Entries) and not before.items) or (isinstance(before, Items) and not before.values)
