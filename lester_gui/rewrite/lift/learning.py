"""From the calls of fit to the learning half of a plan: prepared view, label, split, encoders, model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import reduce
from itertools import combinations
from typing import TYPE_CHECKING

from lester_gui.features.chain import looks_at_labels
from lester_gui.ir.expressions import Apply, Column, Expr, Literal, columns_of
from lester_gui.ir.learning import TEST, TRAIN, VALIDATION, Block, Encode, Label, Model, Split, Transformer
from lester_gui.ir.nodes import Concat, Filter, Join, JoinKind, Node, Options, Project, Select, asked_to_be_there
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.blocks import free_name, named_places, over_one_node
from lester_gui.rewrite.lift.domain import Cell, Coded, Column1, Const, Leaf, Matrix, Part, Value
from lester_gui.rewrite.lift.grafting import as_before
from lester_gui.rewrite.lift.naming import stored_apart
from lester_gui.rewrite.lift.recognise import recognised
from lester_gui.rewrite.lift.scopes import kinds_fitted_on, scoped, scopes_in, short_of_scope
from lester_gui.rewrite.lift.splits import Chain, SplitMade, Splits, chain_of
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

PART_COLUMN = "part"


@dataclass(frozen=True, slots=True)
class Fit:
    """One call of ``fit`` of a model: what it learns from, encoded, and under which names the script has it."""

    line: int
    estimator: str
    params: Options
    matrix: Matrix
    label: Column1
    owner: int
    variable: str
    x_name: str
    y_name: str
    lines: tuple[int, ...] = ()
    codes: str = ""  # how the labels are numbered, as in `ir.learning.Label`


@dataclass(frozen=True, slots=True)
class Learning:
    """The parts of a plan below its pipeline name."""

    prepared: Node
    label: Label
    split: Split
    encode: Encode
    model: Model


class Learner(Splits):
    """What a script does with scikit-learn, as far as the interpreter has come."""

    def __init__(self, lift: Lifter) -> None:
        super().__init__(lift)
        self.unique: dict[int, list[Column1]] = {}  # split → columns by which a script tells its sides apart
        self.drawn: list[Value] = []  # what splitters yield of which the first draw was taken
        self.tests: list[tuple[int, Matrix, Column1 | None]] = []
        self.truths: list[Column1] = []
        self.labels: list[Column1] = []

    def tested(self, owner: int, matrix: Matrix, label: Column1 | Coded | None) -> None:
        """Note the rows that a fitted model is asked about."""
        self.tests.append((owner, matrix, label.column if isinstance(label, Coded) else label))

    def scored(self, label: Column1 | Coded) -> None:
        """Note labels that predictions are compared with."""
        self.truths.append(label.column if isinstance(label, Coded) else label)

    def supervised(self, label: Column1 | Coded) -> None:
        """Note labels that a transformer is fitted with."""
        self.labels.append(label.column if isinstance(label, Coded) else label)

    # -- putting it together -------------------------------------------------------------------------------------------

    def assemble(self, fit: Fit) -> Learning:
        """Return the learning half of the plan for one call of fit.

        Raises
        ------
        Stopped
            If training and test rows, or encoders, cannot be brought under one plan.
        """
        if fit.matrix.part != fit.label.part:
            raise shape("X and y come from different sides of a split")
        if not self.lift.align.same(fit.matrix.node, fit.label.node):
            raise shape("X and y do not have the same rows")
        matrix = recognised(self.lift, fit.matrix)
        fit = replace(fit, matrix=matrix)
        self.lift.line = fit.line
        self.lift.lines = (fit.line,)
        with self.lift.using(family="sklearn"):
            if fit.matrix.part is not None:
                return self._by_split(fit)
            others = self._other_sides(fit)
            if not others:
                return self._without_split(fit)
            filters = [self.lift.align.root(m.node) for m in (fit.matrix, *(matrix for matrix, _ in others.values()))]
            chosen = [f for f in filters if isinstance(f, Filter)]
            if len(chosen) == len(filters) and all(self.lift.align.same(f.parent, chosen[0].parent) for f in chosen):
                try:
                    return self._by_condition(fit, dict(zip((TRAIN, *others), chosen, strict=True)), others)
                except Stopped as stop:  # what one side was given of the other is no value of the table before it was cut
                    if stop.reason is not Reason.SHAPE:
                        raise
            return self._by_file(fit, others)

    def _other_sides(self, fit: Fit) -> dict[str, tuple[Matrix, Column1]]:
        """The rows that the script asks this model about, if they are other rows than those it was fitted on, by side.

        Those that it asks about last are the test rows, and those before them are for validation.
        """
        found: list[tuple[Matrix, Column1]] = []
        for owner, matrix, label in self.tests:
            if owner != fit.owner or self.lift.align.same(matrix.node, fit.matrix.node):
                continue
            if label is None:
                label = next((t for t in self.truths if self.lift.align.same(t.node, matrix.node)), None)
            if label is not None:
                found = [f for f in found if not self.lift.align.same(f[0].node, matrix.node)]
                found.append((recognised(self.lift, matrix), label))
        if len(found) > 2:
            raise no_rule("rows that are dealt to more parts than training, validation and test")
        return dict(zip((TEST, VALIDATION), reversed(found), strict=False))

    def _by_split(self, fit: Fit) -> Learning:
        part = fit.matrix.part
        assert part is not None
        tested = [matrix.part for owner, matrix, _ in self.tests if owner == fit.owner and matrix.part is not None]
        chain = chain_of(self.splits, part, tested)
        first = chain.levels[0][1]
        self._check_test_side(fit, part, chain)
        node, label, features, groups = self._prepared(fit, first.dealt)
        for ident, made in chain.all.items():
            for column in self.unique.get(ident, ()):
                node = told_apart(self.lift, node, column)
            if made.by is not None:
                self._check_stratified(made, label, node, fit)
        split = chain.split(None if groups is None else groups.expr)
        root = f"all:{id(self.lift.align.root(first.node))}"
        return self._finish(fit, node, label, features, split, {**chain.scopes, root: "all"})

    def _check_test_side(self, fit: Fit, part: Part, chain: Chain) -> None:
        """Raise where the script makes the features of test or validation rows in another way than the training rows'."""
        for owner, tested, label in self.tests:
            if owner != fit.owner or tested.part is None or tested.part == part or tested.part.split not in chain.all:
                continue
            self._check_test_labels(fit, label or next((t for t in self.truths if t.part == tested.part), None))
            matrix = recognised(self.lift, tested)
            _, (a, b) = over_one_node(self.lift, [fit.matrix, matrix])
            if [(x.chain, x.fit_on, [f.cell.expr for f in x.features]) for x in a.blocks] != [
                (x.chain, x.fit_on, [f.cell.expr for f in x.features]) for x in b.blocks
            ]:
                raise shape("Training and test rows are encoded differently")

    def _check_test_labels(self, fit: Fit, label: Column1 | None) -> None:
        """Raise where the script changes the labels of one side only."""
        if label is None or not self.lift.align.same(label.node, fit.label.node):
            return
        own, other = self.lift.align.together((fit.label.cell.expr, fit.label.node), (label.cell.expr, label.node))[1]
        if own != other:
            raise shape("Training and test rows have labels that are made differently")

    def _check_stratified(self, made: SplitMade, label: Cell, node: Node, fit: Fit) -> None:
        by = made.by.column if isinstance(made.by, Coded) and made.by.order != "first_seen" else made.by
        if fit.codes == "first_seen":
            raise no_rule("a split that is stratified by numbers in order of appearance")
        if isinstance(by, Column1) and self.lift.move(by.cell, by.node, node).expr == label.expr:
            return
        raise no_rule("a split that is stratified by something else than the label")

    def _without_split(self, fit: Fit) -> Learning:
        node, label, features, _ = self._prepared(fit)
        root = f"all:{id(self.lift.align.root(fit.matrix.node))}"
        return self._finish(
            fit, node, label, features, Split(kind="none", lines=(fit.line,), made_by="rule:sklearn"), {root: "train"}
        )

    def _prepared(self, fit: Fit, groups: Column1 | None = None) -> tuple[Node, Cell, list[list[Cell]], Cell | None]:
        """The node over which features, label and groups can be written, and these."""
        pairs = [(f.cell, fit.matrix.node) for b in fit.matrix.blocks for f in b.features] + [(fit.label.cell, fit.label.node)]
        pairs += [(groups.cell, groups.node)] if groups is not None else []
        for cell, _ in pairs:
            _no_loose_ends(cell)
        node, exprs = self.lift.align.together(*((c.expr, n) for c, n in pairs))
        moved = [Cell(e, c.type, c.nullable) for e, (c, _) in zip(exprs, pairs, strict=True)]
        node, moved = self.lift.resolve(node, *moved)
        queue = iter(moved)
        features = [[next(queue) for _ in b.features] for b in fit.matrix.blocks]
        label = next(queue)
        return node, label, features, next(queue, None)

    def _by_condition(self, fit: Fit, filters: Mapping[str, Filter], others: Mapping[str, tuple[Matrix, Column1]]) -> Learning:
        """The sides are filters of one table: a split by expression."""
        lift = self.lift
        for tested in others.values():
            self._same_encoding(fit, tested)
        wanted = _values(fit.matrix, fit.label)
        wanted += [pair for matrix, label in others.values() for pair in _values(matrix, label)]
        count, whole = len(filters), self._before_choosing(wanted)
        meeting, exprs = lift.align.together(*(lift.align.asked(f) for f in filters.values()), *whole)
        given = [Cell(e, c.type, c.nullable) for e, (c, _) in zip(exprs[count:], wanted, strict=True)]
        meeting, resolved = lift.resolve(meeting, *(Cell(e, Type.BOOL) for e in exprs[:count]), *given)
        rows, trains = {side: c.expr for side, c in zip(filters, resolved[:count], strict=True)}, None
        base, some_unused = meeting, count > 2 or not _complements(rows[TRAIN], rows[TEST], meeting)
        if some_unused:
            if not all(_disjoint(a, b) for a, b in combinations(rows.values(), 2)):
                raise shape("Training and test rows are chosen by conditions that may both hold")
            scope = f"all:{id(lift.align.root(meeting))}"
            if any(scope in scopes_in(scoped(b.chain, b.fit_on, {})) for b in fit.matrix.blocks):
                trains = rows[TRAIN]  # encoders learn from rows that are on no side as well
            else:
                base = lift.step(
                    Filter, lift.naming.called(meeting), parent=meeting, predicate=reduce(paths.either, rows.values())
                )
        *down, label = _side_by_side(rows, resolved[count:])
        queue = iter(down)
        features = [[next(queue) for _ in b.features] for b in fit.matrix.blocks]
        split = Split(
            kind="expression",
            test=rows[TEST],
            validates=rows.get(VALIDATION),
            trains=trains,
            lines=filters[TEST].lines or (fit.line,),
            made_by="rule:split",
        )
        scopes = {f"all:{id(filters[TRAIN])}": "train", f"all:{id(lift.align.root(base))}": "all"}
        return self._finish(fit, base, label, features, split, scopes)

    def _before_choosing(self, wanted: list[tuple[Cell, Node]]) -> list[tuple[Expr, Node]]:
        """Cells over rows that filters chose, over the table that was filtered."""
        out: list[tuple[Expr, Node]] = []
        target: Node | None = None
        for cell, node in wanted:
            _no_loose_ends(cell)
            root = self.lift.align.chain(node)[-1]
            assert isinstance(root, Filter)
            try:
                out.append((self.lift.align.move(cell.expr, node, root), root.parent))
            except Stopped:  # what was looked up for the chosen rows is looked up for all of them
                target, expr = as_before(self.lift, cell.expr, node, root, target or root.parent)
                out.append((expr, target))
        return out

    def _by_file(self, fit: Fit, others: Mapping[str, tuple[Matrix, Column1]]) -> Learning:
        """The sides are different tables: put one below the other, with a column that says which is which."""
        lift = self.lift
        parts = {TRAIN: (fit, self._prepared(fit))}
        for side, tested in others.items():
            self._same_encoding(fit, tested)
            asked = replace(fit, matrix=tested[0], label=tested[1])
            parts[side] = asked, self._prepared(asked)
        train_features = parts[TRAIN][1][2]
        names: list[str] = []
        for b, column in zip(fit.matrix.blocks, train_features, strict=True):
            for f, c in zip(b.features, column, strict=True):
                base = c.expr.name if isinstance(c.expr, Column) else f.name or b.name
                names.append(free_name(base, names))
        plain = all(isinstance(label.expr, Column) for _, (_, label, _, _) in parts.values())
        label_name = free_name((fit.label.name if plain else "") or "label", names)
        part_name = free_name(PART_COLUMN, [*names, label_name])
        sides = []
        for side, (asked, (node, label, features, _)) in parts.items():
            flat = [c for column in features for c in column]
            wanted = dict(zip(names, flat, strict=True)) | {label_name: label, part_name: cells.cell_of(Const(side))}
            sides.append(self._shaped(node, wanted, asked.label.node.lines))
        out = lift.step(Concat, "prepared", inputs=tuple(sides))
        lift.naming.claim(out, "prepared")
        queue = iter(names)
        columns = [[cells.column(out, next(queue)) for _ in column] for column in train_features]
        of = {
            side: cells.compare("Eq", cells.column(out, part_name), cells.cell_of(Const(side)), pandas=False).expr
            for side in others
        }
        split = Split(kind="expression", test=of[TEST], validates=of.get(VALIDATION), lines=(fit.line,), made_by="rule:split")
        scopes = {f"all:{id(lift.align.root(fit.matrix.node))}": "train"}
        return self._finish(fit, out, cells.column(out, label_name), columns, split, scopes)

    def _shaped(self, node: Node, wanted: dict[str, Cell], lines: tuple[int, ...]) -> Node:
        """A node with exactly the wanted columns."""
        lift = self.lift
        call = lift.naming.called(node)
        made = stored_apart((n for n, c in wanted.items() if not isinstance(c.expr, Column)), node.schema.names)
        pairs = tuple((n, made.get(n) or columns_of(c.expr)[0]) for n, c in wanted.items())
        if made:
            assigned = tuple((made[n], wanted[n].expr) for n in made)
            node = lift.step(Project, call, node, lines, parent=node, assigned=assigned)
        if tuple(n for n, _ in pairs) != node.schema.names or any(a != b for a, b in pairs):
            node = lift.step(Select, call, node, lines, parent=node, columns=pairs)
        return node

    def _same_encoding(self, fit: Fit, tested: tuple[Matrix, Column1]) -> None:
        def outline(m: Matrix) -> list[tuple[tuple[Transformer, ...], int]]:
            return [(b.chain, len(b.features)) for b in m.blocks]

        if outline(fit.matrix) != outline(tested[0]):
            raise shape("Training and test rows are encoded differently")

    def _finish(
        self, fit: Fit, node: Node, label: Cell, features: list[list[Cell]], split: Split, scopes: dict[str, str]
    ) -> Learning:
        lift = self.lift
        if any(looks_at_labels(b.chain) for b in fit.matrix.blocks):
            for own in self.labels:
                if lift.move(own.cell, own.node, node).expr != label.expr:
                    raise shape("An encoder is fitted with other labels than the model")
        scoped_blocks = tuple(replace(b, chain=scoped(b.chain, b.fit_on, scopes)) for b in fit.matrix.blocks)
        fitted = {s for b in scoped_blocks for s in scopes_in(b.chain)}
        if not fitted <= {"train", "all"}:
            raise shape("An encoder is fitted on rows that are neither the training rows nor all rows")
        fit_on = "all" if "all" in fitted else "train"
        short = tuple(replace(b, chain=short_of_scope(b.chain, len(fitted) > 1)) for b in scoped_blocks)
        fit = replace(fit, matrix=replace(fit.matrix, blocks=short))
        node, blocks = self._columns(node, fit, features)
        if fit_on == "all" and split.kind != "none":
            early = [b for b in scoped_blocks if "all" in scopes_in(b.chain)]
            categories = all(kind == "one_hot" for b in early for kind in kinds_fitted_on(b.chain, "all"))
            found = "categories-before-split" if categories else "fitted-before-split"
            lift.note(found, fit.x_name or "X", line=min((n for b in early for n in b.lines), default=fit.line))
        encode = Encode(
            blocks=blocks,
            fit_on=fit_on,
            variable=fit.x_name or "X",
            dtype=fit.matrix.dtype,
            lines=self._encode_lines(fit),
            made_by="rule:sklearn",
        )
        model = Model(
            estimator=fit.estimator,
            params=fit.params,
            variable=fit.variable,
            lines=(*fit.lines, fit.line),
            made_by="rule:sklearn",
        )
        y = Label(
            expr=label.expr,
            variable=fit.y_name or fit.label.name or "y",
            codes={"category": "sorted"}.get(fit.codes, fit.codes),
            lines=self._made_at(fit.label) or (fit.line,),
            made_by="rule:label",
        )
        return Learning(node, y, split, encode, model)

    def _made_at(self, label: Column1) -> tuple[int, ...]:
        """Lines of the step that computed y."""
        if not isinstance(label.cell.expr, Column):
            return label.lines or self.lift.cell_lines.get(label.cell.expr, ())
        node, name = label.node, label.cell.expr.name
        while node.parents:
            if isinstance(node, Project) and any(n == name for n, _ in node.assigned):
                return node.lines
            sources = node.definitions()[name]
            if len(sources) != 1:
                break
            node, name = node.parents[sources[0][0]], sources[0][1]
        return label.lines

    def _encode_lines(self, fit: Fit) -> tuple[int, ...]:
        return tuple(sorted({n for b in fit.matrix.blocks for n in b.lines})) or (fit.line,)

    def _columns(self, node: Node, fit: Fit, features: list[list[Cell]]) -> tuple[Node, tuple[Block, ...]]:
        """Give every feature a column of the prepared view; return it and the blocks of X."""
        lift = self.lift
        computed: dict[Expr, str] = {}
        for b, column in zip(fit.matrix.blocks, features, strict=True):
            for f, c in zip(b.features, column, strict=True):
                if not isinstance(c.expr, Column) and c.expr not in computed:
                    taken = [*node.schema.names, *computed.values()]
                    computed[c.expr] = free_name(f.name or lift.called_cell(c) or b.name, taken)
        if computed:
            assigned = tuple((n, e) for e, n in computed.items())
            lines = {n for e in computed for n in lift.cell_lines.get(e, ())} | {n for b in fit.matrix.blocks for n in b.lines}
            node = lift.step(Project, "prepared", node, tuple(sorted(lines)), parent=node, assigned=assigned)
            lift.naming.claim(node, "prepared")
        names_used: list[str] = []
        out = []
        for b, column in zip(fit.matrix.blocks, features, strict=True):
            names = tuple(c.expr.name if isinstance(c.expr, Column) else computed[c.expr] for c in column)
            name = free_name(b.name, names_used)
            names_used.append(name)
            out.append(Block(name, names, named_places(b.chain, names) or (Transformer("passthrough"),)))
        return node, tuple(out)


def _values(matrix: Matrix, label: Column1) -> list[tuple[Cell, Node]]:
    """The features of a matrix and its labels, each with the node that it is written over."""
    return [*((f.cell, matrix.node) for b in matrix.blocks for f in b.features), (label.cell, label.node)]


def _side_by_side(rows: Mapping[str, Expr], values: list[Cell]) -> list[Cell]:
    """Return one value per feature: that of the training rows, and on rows of another side that side's where it differs."""
    width = len(values) // len(rows)
    own = dict(zip(rows, (values[i * width : (i + 1) * width] for i in range(len(rows))), strict=True))
    out = own[TRAIN]
    for side, other in own.items():
        out = [a if b.expr == t.expr else cells.choose(rows[side], b, a) for a, b, t in zip(out, other, own[TRAIN], strict=True)]
    return out


def told_apart(lift: Lifter, node: Node, column: Column1) -> Node:
    """Return rows of which no two have the same value in a column, and none has none; where they have, the plan ends.

    By that column a script tells which rows are not among the others.
    """
    cell = lift.move(column.cell, column.node, node)
    kinds = lift.state(node, cell, "nunique", "different")
    rows = lift.state(node, cells.cell_of(Const(1)), "size", "rows")
    unique = cells.compare("Eq", kinds, rows, pandas=True).expr
    ends = cells.make("present", cells.missing(Type.BOOL))
    node, (condition,) = lift.resolve(node, cells.choose(unique, cells.cell_of(Const(True)), ends))
    return lift.step(Filter, lift.naming.called(node), parent=node, predicate=condition.expr)


def _no_loose_ends(cell: Cell) -> None:
    from lester_gui.ir.expressions import walk

    for e in walk(cell.expr):
        if isinstance(e, Leaf) and e.kind in ("prev", "count", "position", "side"):
            raise Stopped(Reason.RECURRENCE, "A feature or label depends on the rows before it, or on their number")


OPPOSITE = {"lt": "ge", "ge": "lt", "gt": "le", "le": "gt", "eq": "ne", "ne": "eq"}


def _complements(a: Expr, b: Expr, over: Node | None = None) -> bool:
    """Whether exactly one of two conditions holds for every row."""
    if paths.negated(a) == b or paths.negated(b) == a:
        return True
    if not (isinstance(a, Apply) and isinstance(b, Apply) and a.arguments == b.arguments):
        return False
    library, _, what = a.operator.partition("_")
    if b.operator != f"{library}_{OPPOSITE.get(what, '')}":
        return False
    # a comparison with a missing value is False both ways, so opposite pandas comparisons cover every row only where none is
    return library == "py" or (library == "pandas" and over is not None and all(_is_there(e, over) for e in a.arguments))


def _is_there(expr: Expr, node: Node) -> bool:
    """Whether the script left out the rows that miss a value: that a file misses none now says nothing of other data."""
    if isinstance(expr, Literal):
        return expr.value is not None
    while isinstance(expr, Column) and node.parents and node.schema.field(expr.name).type is not Type.FLOAT:
        if isinstance(node, Filter) and expr.name in asked_to_be_there(node.predicate):
            return True
        made = dict(node.assigned).get(expr.name) if isinstance(node, Project) else None
        sources = [(0, made.name)] if isinstance(made, Column) else [] if made is not None else node.definitions()[expr.name]
        if len(sources) != 1:
            return False
        side, name = sources[0]
        if isinstance(node, Join) and not (side == 0 and node.how in (JoinKind.LEFT, JoinKind.INNER)):
            return False
        expr, node = Column(name), node.parents[side]
    return False


def _disjoint(a: Expr, b: Expr) -> bool:
    """Whether no row can satisfy both conditions, as far as their form shows."""
    left, right = paths.conjuncts(a), paths.conjuncts(b)
    return any(_exclude(x, y) for x in left for y in right)


def _exclude(x: Expr, y: Expr) -> bool:
    if _complements(x, y):
        return True
    if not (isinstance(x, Apply) and isinstance(y, Apply) and len(x.arguments) == len(y.arguments) == 2):
        return False
    if x.arguments[0] != y.arguments[0]:
        return False
    a, b = x.operator.rsplit("_", 1)[-1], y.operator.rsplit("_", 1)[-1]
    u, v = x.arguments[1], y.arguments[1]
    if not (isinstance(u, Literal) and isinstance(v, Literal)):
        return u == v and OPPOSITE.get(a) == b
    if a == b == "eq":
        return u.value != v.value
    if u.type is not v.type and not (u.type in (Type.INT, Type.FLOAT) and v.type in (Type.INT, Type.FLOAT)):
        return False
    low, high = (u.value, v.value) if a in ("lt", "le") else (v.value, u.value)
    if {a, b} & {"lt", "le"} and {a, b} & {"gt", "ge"}:
        return low < high or (low == high and not (a in ("le", "ge") and b in ("le", "ge")))  # type: ignore[operator]
    return False
