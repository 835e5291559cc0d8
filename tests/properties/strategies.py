"""Random sources and random plans over them: small, quick, and full of what goes wrong (missing, repeated, quoted, accented).

`plans()` gives plans that run on the sources that come with them, except where Python itself would raise. ``nodes`` says which
node types may occur; ``wild`` adds names that no script would have, for the tests of the textual faces.
"""

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass, replace

import pandas as pd
from hypothesis import strategies as st

from lester_gui.ir.expressions import Column, Literal, lit, op
from lester_gui.ir.learning import Block, Encode, Function, Label, Model, Split, Transformer, WrittenFile
from lester_gui.ir.nodes import (
    NODE_TYPES,
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
    Measure,
    Node,
    Opaque,
    Project,
    Read,
    Reader,
    Select,
    Sort,
    Take,
    Window,
    WindowColumn,
)
from lester_gui.ir.operators import AGGREGATES, ORDERED, QUANTILE
from lester_gui.ir.plan import Plan, topological
from lester_gui.ir.reshape import ELEMENT
from lester_gui.ir.schema import Field, Schema, Type
from lester_gui.ir.windows import WINDOWS
from tests.properties import opaque_steps
from tests.properties.expression_strategies import FUNCTION_SOURCE, any_expressions, conditions, tag
from tests.properties.learning_strategies import encoders, models, splits

FUNCTIONS = {"tag": tag}
RUNNABLE = tuple(t for t in NODE_TYPES if t is not Opaque)
"""Node types that need no worker to run; `opaque_steps` runs the others."""
POOLS: dict[str, list[str]] = {
    "key": ["1", "2", "3", "4"],
    "group": ["a", "b", "Ä", ""],
    "amount": ["0.1", "0.2", "-2.5", "3", "", "1e3"],
    "count": ["0", "1", "2", "-7"],
    "text": ["hello world", "", 'say "hi"', "x,y", "a\nb", "NA", " padded ", "ß"],
    "flag": ["True", "False"],
    "day": ["2026-01-01", "2025-12-31", "2026-02-28"],
}
LINE_TEXTS = ["hello world", "", '"quoted"', "NA", "ß", "x"]  # line loops know no quoting
WILD_COLUMNS = ["rel length", "class", "Größe", "by", "order", "col", "lower", "q\"o'te", "ﬁ", "True", "dtype", "", "x\ny"]
WILD_VIEWS = ["my view", "df-7", "class", "dialect", "view", "café", "ﬁ", "train", "labelled", 'q"', "df-2", "1st", "df-02", "x"]


@dataclass(frozen=True)
class Source:
    """A source file: its bytes, and the node that reads it with the columns that the reader finds."""

    name: str
    data: bytes
    read: Read


@dataclass(frozen=True)
class Case:
    """A plan with the sources it runs on."""

    plan: Plan
    sources: dict[str, bytes]


def observed(data: bytes) -> tuple[Field, ...]:
    """Return the columns that pandas finds in a CSV file."""
    frame = pd.read_csv(io.BytesIO(data))
    out = []
    for name in frame.columns:
        column = frame[name]
        present = column.dropna()
        if pd.api.types.is_bool_dtype(column) or (len(present) and all(isinstance(v, bool) for v in present)):
            kind = Type.BOOL
        elif pd.api.types.is_integer_dtype(column):
            kind = Type.INT
        elif pd.api.types.is_float_dtype(column):
            kind = Type.FLOAT
        else:
            kind = Type.STR
        out.append(Field(str(name), kind, bool(column.isna().any())))
    return tuple(out)


@st.composite
def sources(
    draw: st.DrawFn, name: str = "table", max_rows: int = 8, readers: Collection[Reader] | None = None, min_rows: int = 0
) -> Source:
    """A source file of up to `max_rows` rows, with a key and one to four other columns."""
    reader = draw(st.sampled_from(sorted(readers or {Reader.PANDAS_CSV, Reader.PYTHON_LINES, Reader.PYTHON_CSV})))
    others = draw(st.lists(st.sampled_from(list(POOLS)[1:]), min_size=1, max_size=4, unique=True))
    columns = ["key", *others]
    pools = {c: LINE_TEXTS if c == "text" and reader is Reader.PYTHON_LINES else POOLS[c] for c in columns}
    row = st.tuples(*(st.sampled_from(pools[c]) for c in columns))
    rows = draw(st.lists(row, min_size=min_rows, max_size=max_rows))
    out = io.StringIO(newline="")
    if reader is Reader.PYTHON_LINES:
        out.writelines(",".join(r) + "\n" for r in rows)
        read = Read(name=name, source=name, reader=reader, options=(("sep", ","),), columns=_texts(columns))
    elif reader is Reader.PYTHON_CSV:
        csv.writer(out, lineterminator=draw(st.sampled_from(["\n", "\r\n"]))).writerows([columns, *rows])
        read = Read(name=name, source=name, reader=reader, options=(("header", True),), columns=_texts(columns))
    else:
        csv.writer(out, lineterminator="\n", quoting=draw(st.sampled_from([0, 1]))).writerows([columns, *rows])
        fields = observed(out.getvalue().encode())
        read = Read(name=name, source=name, reader=reader, columns=fields, inferred=True)
    return Source(name, out.getvalue().encode(), read)


def _texts(columns: list[str]) -> tuple[Field, ...]:
    return tuple(Field(c, Type.STR) for c in columns)


@st.composite
def plans(
    draw: st.DrawFn,
    nodes: Collection[type[Node]] = RUNNABLE,
    max_nodes: int = 6,
    functions: bool = False,
    wild: bool = False,
    readers: Collection[Reader] | None = None,
    max_rows: int = 8,
    any_learning: bool = False,
    min_rows: int = 0,
) -> Case:
    """A plan of two to `max_nodes` nodes, with its sources and a learning half.

    With `any_learning` that half is drawn too, from every family of encoders and several models; else it is a usual one.
    """
    files = [draw(sources(f"table{i}", max_rows, readers, min_rows)) for i in range(draw(st.integers(1, 2)))]
    build = _Builder(draw, set(nodes), functions, wild, any_learning)
    pool: list[Node] = [build.named(f.read) for f in files]
    current = pool[0]
    for _ in range(draw(st.integers(1, max_nodes - len(files)))):
        current = build.step(current, pool)
        pool.append(current)
    kept = tuple(n for n in pool[:-1] if wild and draw(st.integers(0, 5)) == 0)
    plan = build.learning(current, kept)
    return Case(plan, {f.name: f.data for f in files})


class _Builder:
    def __init__(self, draw: st.DrawFn, nodes: set[type[Node]], functions: bool, wild: bool, any_learning: bool) -> None:
        self.draw = draw
        self.any_learning = any_learning
        self.functions = functions
        self.wild = wild
        self._names: set[str] = set()
        self._makers = [m for kind, m in _MAKERS.items() if kind in nodes]

    def pick(self, *values: object) -> object:
        return self.draw(st.sampled_from(values))

    def name(self) -> str:
        """Return an unused view name: versions of one variable mostly, as scripts have."""
        if self.wild and self.draw(st.booleans()):
            free = [n for n in WILD_VIEWS if n not in self._names]
            if free:
                return self._take(self.draw(st.sampled_from(free)))
        variable = self.draw(st.sampled_from(["df", "df", "merged"]))
        version = next(i for i in range(1, 99) if (variable if i == 1 else f"{variable}-{i}") not in self._names)
        return self._take(variable if version == 1 else f"{variable}-{version}")

    def _take(self, name: str) -> str:
        self._names.add(name)
        return name

    def named(self, read: Read) -> Read:
        """Give a read node its name in the plan."""
        return replace(read, name=self.name(), lines=(self.draw(st.integers(1, 9)),), made_by="rule:read")

    def column(self, schema: Schema) -> str:
        return self.draw(st.sampled_from(schema.names))

    def new_column(self, schema: Schema) -> str:
        fresh = [c for c in (WILD_COLUMNS if self.wild else ["u", "v", "w"]) if c not in schema]
        return self.draw(st.sampled_from([*fresh[:3], *schema.names]))

    def step(self, parent: Node, pool: list[Node]) -> Node:
        """Return a new node over `parent`, and perhaps over another of `pool`."""
        makers = list(self._makers)
        while makers:
            maker = self.draw(st.sampled_from(makers))
            node = maker(self, parent, self.draw(st.sampled_from(pool)))
            if node is not None:
                return node
            makers.remove(maker)
        return Filter(name=self.name(), parent=parent, predicate=self.draw(conditions(parent.schema)))

    def learning(self, prepared: Node, kept: tuple[Node, ...]) -> Plan:
        schema = prepared.schema
        if self.any_learning:
            label, model = self.draw(models(schema))
            functions = (Function("tag", FUNCTION_SOURCE),) if self.functions else ()
            split, encode = self.draw(splits(schema)), self.draw(encoders(schema))
            return Plan(
                pipeline="random",
                prepared=prepared,
                kept=kept,
                label=label,
                split=split,
                encode=encode,
                model=model,
                functions=functions,
            )
        split = self.pick(
            Split(kind="random", method="sklearn", test_size=0.25, seed=7),
            Split(kind="positional", test_size=0.3, cut="train_first"),
            Split(kind="positional", method="every", every=4, offsets=(1, 3)),
            Split(kind="random", method="numpy_choice", train_size=0.5, seed=7),
            Split(kind="random", method="kfold", folds=3, seed=7),
            Split(kind="none"),
            Split(kind="expression", test=self.draw(conditions(schema))),
        )
        blocks = [_block(f) for f in schema if f.type.is_number or f.type is Type.STR]
        return Plan(
            pipeline="random",
            prepared=prepared,
            kept=kept,
            label=Label(expr=self.draw(conditions(schema)), variable=str(self.pick("y", "label"))),
            split=split,  # type: ignore[arg-type]
            encode=Encode(blocks=tuple(blocks), fit_on=str(self.pick("train", "all"))),
            model=Model(estimator="sklearn.linear_model.LogisticRegression", params=(("C", 0.5), ("max_iter", 100))),
            functions=(Function("tag", FUNCTION_SOURCE),) if self.functions else (),
            written=(WrittenFile("out/model.pkl", "model"),),
        )


def _block(field: Field) -> Block:
    if field.type is Type.STR:
        impute = (Transformer("simple_imputer", (("strategy", "most_frequent"),)),)
        chain = (*impute, Transformer("one_hot", (("handle_unknown", "ignore"),)))
    else:
        chain = (Transformer("simple_imputer", (("strategy", "mean"),)), Transformer("standard_scaler"))
    return Block(f"block {field.name}", (field.name,), chain)


def _filter(b: _Builder, parent: Node, other: Node) -> Node:
    return Filter(name=b.name(), parent=parent, predicate=b.draw(conditions(parent.schema)))


def _project(b: _Builder, parent: Node, other: Node) -> Node:
    names = [b.new_column(parent.schema) for _ in range(b.draw(st.integers(1, 2)))]
    exprs = any_expressions(parent.schema, b.functions)
    return Project(name=b.name(), parent=parent, assigned=tuple((n, b.draw(exprs)) for n in dict.fromkeys(names)))


def _select(b: _Builder, parent: Node, other: Node) -> Node:
    old = b.draw(st.permutations(parent.schema.names))[: max(1, len(parent.schema) - b.draw(st.integers(0, 1)))]
    columns = [(n, n) for n in old]
    if b.draw(st.booleans()):
        new = b.new_column(parent.schema)
        columns[0] = (new, old[0]) if new not in old else columns[0]
    return Select(name=b.name(), parent=parent, columns=tuple(columns))


def _join(b: _Builder, parent: Node, other: Node) -> Node | None:
    other = parent if b.draw(st.integers(0, 4)) == 0 else other
    how = b.draw(st.sampled_from(JoinKind))
    if how is JoinKind.CROSS:
        return _cross(b, parent, other)
    pairs = [(f.name, g.name) for f in parent.schema for g in other.schema if f.type is g.type and f.type in (Type.INT, Type.STR)]
    if not pairs:
        return None
    take = b.draw(st.sampled_from(Take)) if how in (JoinKind.INNER, JoinKind.LEFT) else Take.ALL
    suffixes = _suffixes(b, parent, other)
    on = (b.draw(st.sampled_from(pairs)),)
    null_keys = b.draw(st.booleans())
    return Join(name=b.name(), left=parent, right=other, how=how, on=on, take=take, suffixes=suffixes, null_keys_match=null_keys)


def _cross(b: _Builder, parent: Node, other: Node) -> Node | None:
    """One cross join per plan: two would make tables that the reference takes minutes for."""
    if any(isinstance(n, Join) and n.how is JoinKind.CROSS for n in topological(parent, other)):
        return None
    return Join(name=b.name(), left=parent, right=other, how=JoinKind.CROSS, on=(), suffixes=_suffixes(b, parent, other))


def _suffixes(b: _Builder, parent: Node, other: Node) -> tuple[str, str]:
    names = {f.name for f in parent.schema} | {f.name for f in other.schema}
    free = not any(n + s in names for n in names for s in ("_x", "_y"))
    return ("_x", "_y") if free else (f"_{len(b._names)}l", f"_{len(b._names)}r")


def _aggregate(b: _Builder, parent: Node, other: Node) -> Node:
    wide = _pivot(b, parent) if b.draw(st.integers(0, 5)) == 0 else None
    if wide is not None:
        return wide
    by = tuple(b.draw(st.lists(st.sampled_from(parent.schema.names), max_size=2, unique=True)))
    fits = [("size", None)] + [
        (f.name, c.name) for f in (*AGGREGATES.values(), QUANTILE) for c in parent.schema if c.type in f.accepts
    ]
    functions = st.sampled_from(sorted({f for f, _ in fits}))
    chosen = [b.draw(_fitting(fits, f)) for f in b.draw(st.lists(functions, min_size=1, max_size=3))]
    fresh = [n for n in (WILD_COLUMNS if b.wild else ["m1", "m2", "m3"]) if n not in by]
    measures = tuple(
        Measure(n, f, c, b.draw(st.sampled_from([0.0, 0.1, 0.5, 0.75, 1.0])) if f == QUANTILE.name else None)
        for n, (f, c) in zip(fresh, chosen, strict=False)
    )
    order, drop = b.draw(st.sampled_from(GroupOrder)), b.draw(st.booleans())
    return Aggregate(name=b.name(), parent=parent, by=by, measures=measures, order=order, drop_null_keys=drop)


def _distinct(b: _Builder, parent: Node, other: Node) -> Node:
    subset = tuple(b.draw(st.lists(st.sampled_from(parent.schema.names), max_size=2, unique=True)))
    return Distinct(name=b.name(), parent=parent, subset=subset, keep=b.draw(st.sampled_from(Keep)))


def _concat(b: _Builder, parent: Node, other: Node) -> Node:
    if b.draw(st.booleans()):
        return _melt(b, parent)
    same = [(f.name, f.type) for f in other.schema] == [(f.name, f.type) for f in parent.schema]
    return Concat(name=b.name(), inputs=(parent, other if same else parent))


def _melt(b: _Builder, parent: Node) -> Node:
    """Columns of one type under each other, with the column's name beside the value: pandas' ``melt``."""
    first = b.draw(st.sampled_from(list(parent.schema)))
    alike = [f.name for f in parent.schema if f.type is first.type]
    parts = []
    for name in b.draw(st.lists(st.sampled_from(alike), min_size=1, max_size=2, unique=True)):
        named = (("variable", lit(name)), ("value", Column(name)))
        part = Project(name=b.name(), parent=parent, assigned=named)
        keys = [n for n in parent.schema.names[:1] if n not in dict(named)]
        parts.append(Select(name=b.name(), parent=part, columns=tuple((n, n) for n in [*keys, *dict(named)])))
    return Concat(name=b.name(), inputs=tuple(parts))


def _pivot(b: _Builder, parent: Node) -> Node | None:
    """A column per value of a text: what `Project` leaves of others is missing, then each group's first value."""
    texts = [f.name for f in parent.schema if f.type is Type.STR]
    numbers = [f.name for f in parent.schema if f.type.is_number and f.type is not Type.BOOL]
    if not texts or not numbers:
        return None
    wide, value = b.draw(st.sampled_from(texts)), Column(b.draw(st.sampled_from(numbers)))
    missing = Literal(None, parent.schema.field(value.name).type)
    cells = [(f"is {t}", op("if_else", op("pandas_eq", Column(wide), lit(t)), value, missing)) for t in POOLS["group"][:2]]
    split = Project(name=b.name(), parent=parent, assigned=tuple(cells))
    function = b.draw(st.sampled_from(["first", "mean", "sum"]))
    measures = tuple(Measure(name, function, name) for name, _ in cells)
    by = b.draw(st.sampled_from(parent.schema.names))
    return None if by in dict(cells) else Aggregate(name=b.name(), parent=split, by=(by,), measures=measures)


def _sort(b: _Builder, parent: Node, other: Node) -> Node:
    by = b.draw(st.lists(st.sampled_from(parent.schema.names), min_size=1, max_size=2, unique=True))
    return Sort(name=b.name(), parent=parent, by=tuple((n, b.draw(st.booleans())) for n in by))


def _limit(b: _Builder, parent: Node, other: Node) -> Node:
    return Limit(name=b.name(), parent=parent, count=b.draw(st.integers(0, 6)), offset=b.draw(st.integers(-3, 2)))


def _broadcast(b: _Builder, parent: Node, other: Node) -> Node:
    if b.draw(st.integers(0, 2)) == 0:  # a total that reaches every row
        other = Aggregate(name=b.name(), parent=other, by=(), measures=(Measure("total", "size", None),))
    values = ((b.new_column(parent.schema), b.column(other.schema)),)
    position = "only" if isinstance(other, Aggregate) and not other.by else str(b.pick("first", "last"))
    return Broadcast(name=b.name(), parent=parent, of=other, values=values, position=position)


def _window(b: _Builder, parent: Node, other: Node) -> Node:
    by = tuple(b.draw(st.lists(st.sampled_from(parent.schema.names), max_size=2, unique=True)))
    names = dict.fromkeys(b.new_column(parent.schema) for _ in range(b.draw(st.integers(1, 3))))
    columns = tuple(_window_column(b, parent, n) for n in names)
    ordered = [f.name for f in parent.schema if f.type in ORDERED]
    order = b.draw(st.lists(st.tuples(st.sampled_from(ordered), st.booleans()), max_size=1)) if ordered else []
    drop = b.draw(st.booleans())
    return Window(name=b.name(), parent=parent, by=by, columns=columns, order=tuple(order), drop_null_keys=drop)


def _window_column(b: _Builder, parent: Node, name: str) -> WindowColumn:
    fits: list[tuple[str, str | None]] = []
    for f in WINDOWS.values():
        if f.accepts is None or f.name == "size":
            fits.append((f.name, None))
        else:
            fits += [(f.name, c.name) for c in parent.schema if c.type in f.accepts]
    function, column = b.draw(_fitting(fits, b.draw(st.sampled_from(sorted({f for f, _ in fits})))))
    options = WINDOWS[function].options
    offset = b.draw(st.sampled_from([1, 2, -1])) if "offset" in options else 1
    ascending = "ascending" not in options or b.draw(st.booleans())
    return WindowColumn(name, function, column, offset, ascending, "pct" in options and b.draw(st.booleans()))


def _fitting(fits: list[tuple[str, str | None]], function: str) -> st.SearchStrategy[tuple[str, str | None]]:
    """One of the columns that a function accepts: functions first, or those of numbers would be rare."""
    return st.sampled_from([f for f in fits if f[0] == function])


def _explode(b: _Builder, parent: Node, other: Node) -> Node | None:
    lists = [f for f in parent.schema if f.type in ELEMENT]
    texts = [f for f in parent.schema if f.type is Type.STR]
    if any(isinstance(n, Explode) for n in topological(parent)) or not (lists or texts):
        return None
    if not lists:  # make one, of the words of a text
        f = b.draw(st.sampled_from(texts))
        words = op("py_split_words", Column(f.name))
        parent = Project(name=b.name(), parent=parent, assigned=((f.name, words),))
        lists = [parent.schema.field(f.name)]
    chosen = b.draw(st.sampled_from(lists))
    keep = chosen.nullable or b.draw(st.booleans())
    return Explode(name=b.name(), parent=parent, column=chosen.name, keep_empty=keep)


def _opaque(b: _Builder, parent: Node, other: Node) -> Node:
    keeps_rows = b.draw(st.booleans())
    return Opaque(
        name=b.name(),
        inputs=(parent, other),
        variables=("frame", "other"),
        source=opaque_steps.SOURCE if keeps_rows else opaque_steps.FIRST,
        output="result",
        columns=tuple(parent.schema),
        reason="no rule for\nthis step",
        keeps_rows=keeps_rows,
    )


_MAKERS = {
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
assert {Read, *_MAKERS} == set(NODE_TYPES), "a node type has no strategy"
