"""The relational nodes of a plan. Frozen, validated when built; each knows its schema and what defines every column.

To add a node: a frozen dataclass with `parents`, `_schema` and `definitions`; an entry in `NODE_TYPES`; then a visitor in every
pass (serialisation, rendering, SQL, delta, lineage, the reference interpreter). The tests loop over `NODE_TYPES` and fail for a
pass that lacks one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from lester_gui.ir.expressions import Apply, Column, Expr, columns_of, type_of
from lester_gui.ir.node import Node, OneParent
from lester_gui.ir.operators import AGGREGATES, QUANTILE
from lester_gui.ir.options import Option as Option
from lester_gui.ir.options import Options as Options
from lester_gui.ir.reshape import Explode
from lester_gui.ir.schema import Field, PlanError, Schema, Type
from lester_gui.ir.windows import Window, WindowColumn

__all__ = [
    "NODE_TYPES",
    "Aggregate",
    "Broadcast",
    "Concat",
    "Distinct",
    "Explode",
    "Filter",
    "GroupOrder",
    "Join",
    "JoinKind",
    "Keep",
    "Limit",
    "Measure",
    "Node",
    "OneParent",
    "Opaque",
    "Option",
    "Options",
    "Project",
    "Read",
    "Reader",
    "Select",
    "Sort",
    "Take",
    "Window",
    "WindowColumn",
    "asked_to_be_there",
]


class Reader(StrEnum):
    """How the script reads a source; it decides quoting, missing values and types."""

    PANDAS_CSV = "pandas_csv"  # options: the keywords given to read_csv
    # options: sep, strip (both, right, newline, spaces, none), encoding, skip, maxsplit; skip_blank ("empty": lines of blanks are
    # data; "spaces": lines of other blanks than spaces are); comment: what a line holds from there on is not read;
    # skip_prefix: lines that begin so (or so, where there are several), once stripped as prefix_strip or else strip says, are no
    # data; ragged="skip": nor are lines with another number of fields; extra="ignore": further fields are not read
    PYTHON_LINES = "python_lines"
    PYTHON_CSV = "python_csv"  # options: delimiter, quotechar, header, skip, skip_blank, skip_prefix, encoding
    PANDAS_JSON_LINES = "pandas_json_lines"  # options: the keywords given to read_json beside lines=True
    PANDAS_JSON = "pandas_json"  # a list of objects; options: the keywords given to read_json
    # options: skip, skip_blank, encoding, skip_prefix and prefix_strip as above; broken="skip": lines that are no JSON are no
    # data; cut="comma": a comma at the end of a line is not read; cut="commas": nor are several
    PYTHON_JSON_LINES = "python_json_lines"
    # options: place: the keys that lead to the list or object whose elements are rows; keyed: it is an object
    PYTHON_JSON = "python_json"

    @property
    def infers(self) -> bool:
        """Whether types follow from the rows at hand: pandas looks at all of them, and JSON has types of its own."""
        return self is Reader.PANDAS_CSV or self.is_json

    @property
    def is_json(self) -> bool:
        """Whether records are objects of JSON."""
        return self in (Reader.PANDAS_JSON_LINES, Reader.PANDAS_JSON, Reader.PYTHON_JSON_LINES, Reader.PYTHON_JSON)


@dataclass(frozen=True, kw_only=True)
class Read(Node):
    """The rows of a source as the script's reader yields them.

    `columns` carries the names and types that were observed. Types that the reader infers from the data are not part of the
    plan's hash; `inferred` says so.
    """

    source: str
    reader: Reader
    options: Options = ()
    columns: tuple[Field, ...]
    inferred: bool = False

    def with_parents(self, *parents: Node) -> Node:
        return self

    def _schema(self) -> Schema:
        return Schema(self.columns)

    def definitions(self) -> dict[str, tuple[tuple[int, str], ...]]:
        return {f.name: () for f in self.columns}


@dataclass(frozen=True, kw_only=True)
class Filter(OneParent):
    """The rows for which `predicate` is true. A column that it asks to be there misses no value afterwards."""

    predicate: Expr

    def _schema(self) -> Schema:
        kind, nullable = type_of(self.predicate, self.parent.schema, self.line)
        if kind is not Type.BOOL or nullable:
            raise PlanError("A filter needs a condition that is always true or false", line=self.line)
        there = asked_to_be_there(self.predicate)
        return Schema(tuple(replace(f, nullable=False) if f.name in there else f for f in self.parent.schema))


def asked_to_be_there(predicate: Expr) -> frozenset[str]:
    """Return the columns of which a row must have a value for a condition to hold."""
    if not isinstance(predicate, Apply):
        return frozenset()
    if predicate.operator == "and":
        return frozenset().union(*map(asked_to_be_there, predicate.arguments))
    strict = predicate.operator == "not_null" or predicate.operator in _FALSE_WHERE_MISSING
    return frozenset(a.name for a in predicate.arguments if isinstance(a, Column)) if strict else frozenset()


_FALSE_WHERE_MISSING = frozenset({"pandas_eq", "pandas_lt", "pandas_le", "pandas_gt", "pandas_ge"})


@dataclass(frozen=True, kw_only=True)
class Project(OneParent):
    """The parent's columns plus `assigned` ones, which replace columns of the same name in their place.

    All read the parent's values.
    """

    assigned: tuple[tuple[str, Expr], ...]

    def _schema(self) -> Schema:
        new = []
        for name, expr in self.assigned:
            kind, nullable = type_of(expr, self.parent.schema, self.line)
            new.append(Field(name, kind, nullable))
        if len({f.name for f in new}) != len(new):
            raise PlanError("One column is assigned twice in one step", line=self.line)
        return self.parent.schema.with_fields(new)

    def definitions(self) -> dict[str, tuple[tuple[int, str], ...]]:
        out = super().definitions()
        out.update({name: tuple((0, c) for c in columns_of(expr)) for name, expr in self.assigned})
        return out


@dataclass(frozen=True, kw_only=True)
class Select(OneParent):
    """Some of the parent's columns, in order, each as (new name, parent's name)."""

    columns: tuple[tuple[str, str], ...]

    def _schema(self) -> Schema:
        return Schema(tuple(self.parent.schema.field(old, self.line).renamed(new) for new, old in self.columns))

    def definitions(self) -> dict[str, tuple[tuple[int, str], ...]]:
        return {new: ((0, old),) for new, old in self.columns}


class JoinKind(StrEnum):
    """Which rows a join keeps."""

    INNER = "inner"
    LEFT = "left"
    RIGHT = "right"
    OUTER = "outer"
    CROSS = "cross"
    SEMI = "semi"  # left rows that have a match; no right columns
    ANTI = "anti"  # left rows that have none; no right columns


class Take(StrEnum):
    """Which matching right rows a left row is joined with."""

    ALL = "all"
    FIRST = "first"
    LAST = "last"  # a dict: the last assignment wins


@dataclass(frozen=True, kw_only=True)
class Join(Node):
    """Left and right rows with equal keys, in the order (left order, right order); right rows without a match come last.

    Columns: the left ones, then the right ones without keys of the same name on both sides. Other names on both sides get
    `suffixes`. `null_keys_match` is pandas' rule (missing equals missing); SQL and dicts of text never match missing keys.
    `take` says which of several right rows that match a left row it is joined with: all, the first, the last (a dict, in which
    the last assignment wins). ``semi`` keeps the left rows that have a match and ``anti`` those that have none, both without
    right columns.
    """

    left: Node
    right: Node
    how: JoinKind
    on: tuple[tuple[str, str], ...]
    take: Take = Take.ALL
    suffixes: tuple[str, str] = ("_x", "_y")
    null_keys_match: bool = False

    @property
    def parents(self) -> tuple[Node, ...]:
        return (self.left, self.right)

    def with_parents(self, *parents: Node) -> Node:
        return replace(self, left=parents[0], right=parents[1])

    @property
    def output_columns(self) -> tuple[tuple[str, int, str], ...]:
        """(output name, parent number, parent's name) per column; a shared key is taken from the left, else the right."""
        shared = {a for a, b in self.on if a == b}
        if self.how in (JoinKind.SEMI, JoinKind.ANTI):
            return tuple((n, 0, n) for n in self.left.schema.names)
        right = [n for n in self.right.schema.names if n not in shared]
        clash = (set(self.left.schema.names) - shared) & set(right)
        out = [(n + self.suffixes[0] if n in clash else n, 0, n) for n in self.left.schema.names]
        out += [(n + self.suffixes[1] if n in clash else n, 1, n) for n in right]
        return tuple(out)

    def _schema(self) -> Schema:
        if (self.how is JoinKind.CROSS) == bool(self.on):
            raise PlanError("A cross join has no keys, every other join needs some", line=self.line)
        if self.take is not Take.ALL and self.how in (JoinKind.RIGHT, JoinKind.OUTER, JoinKind.CROSS):
            raise PlanError(f"A {self.how} join takes all matches", line=self.line)
        for a, b in self.on:
            ta, tb = self.left.schema.field(a, self.line).type, self.right.schema.field(b, self.line).type
            if ta is not tb and not (ta.is_number and tb.is_number):
                raise PlanError(f"The join keys {a!r} and {b!r} have different types, {ta} and {tb}", line=self.line)
            if a == b and ta is not tb and self.how in (JoinKind.RIGHT, JoinKind.OUTER):
                raise PlanError(f"The join key {a!r} is {ta} on the left and {tb} on the right", line=self.line)
        fields = []
        for name, side, old in self.output_columns:
            f = self.parents[side].schema.field(old).renamed(name)
            outer = self.how is JoinKind.OUTER or self.how is (JoinKind.RIGHT, JoinKind.LEFT)[side]
            shared = any(a == b == old for a, b in self.on)
            if outer and not (shared and side == 0):
                f = Field(f.name, f.type, True)
            elif shared and self.how in (JoinKind.RIGHT, JoinKind.OUTER):
                f = Field(f.name, f.type, f.nullable or self.right.schema.field(old).nullable)
            fields.append(f)
        return Schema(tuple(fields))

    def definitions(self) -> dict[str, tuple[tuple[int, str], ...]]:
        shared = {a for a, b in self.on if a == b}
        return {
            n: ((0, o), (1, o)) if o in shared and s == 0 and self.how not in (JoinKind.SEMI, JoinKind.ANTI) else ((s, o),)
            for n, s, o in self.output_columns
        }


@dataclass(frozen=True, slots=True)
class Measure:
    """One aggregate column: its name, the function of `AGGREGATES`, and the parent's column (None for ``size``).

    A ``quantile`` has a `share` between 0 and 1, and nothing else has one.
    """

    name: str
    function: str
    column: str | None
    share: float | None = None


class GroupOrder(StrEnum):
    """The order of groups: pandas sorts keys, a dict keeps first appearance."""

    SORTED = "sorted"
    FIRST_SEEN = "first_seen"


@dataclass(frozen=True, kw_only=True)
class Aggregate(OneParent):
    """One row per group. Without `by`, one row for all (also for none). Missing keys form no group when `drop_null_keys`."""

    by: tuple[str, ...]
    measures: tuple[Measure, ...]
    order: GroupOrder = GroupOrder.SORTED
    drop_null_keys: bool = True

    def _schema(self) -> Schema:
        fields = []
        for n in self.by:
            f = self.parent.schema.field(n, self.line)
            fields.append(Field(n, f.type, f.nullable and not self.drop_null_keys))
        for m in self.measures:
            function = QUANTILE if m.function == QUANTILE.name else AGGREGATES.get(m.function)
            if function is None:
                raise PlanError(f"There is no aggregate {m.function!r}", line=self.line)
            if (m.share is not None) != (function is QUANTILE) or not 0 <= (m.share or 0) <= 1:
                raise PlanError("A quantile, and nothing else, has a share between 0 and 1", line=self.line)
            if m.column is None and m.function != "size":
                raise PlanError(f"{m.function} needs a column", line=self.line)
            kind, nullable = (Type.INT, False) if m.column is None else type_of(Column(m.column), self.parent.schema, self.line)
            if kind not in function.accepts:
                raise PlanError(f"{m.function} is not defined for a {kind}", line=self.line)
            fields.append(Field(m.name, *function.result((kind, nullable))))
        return Schema(tuple(fields))

    def definitions(self) -> dict[str, tuple[tuple[int, str], ...]]:
        out: dict[str, tuple[tuple[int, str], ...]] = {n: ((0, n),) for n in self.by}
        out.update({m.name: () if m.column is None else ((0, m.column),) for m in self.measures})
        return out


class Keep(StrEnum):
    """Which of several equal rows stays."""

    FIRST = "first"
    LAST = "last"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Distinct(OneParent):
    """One row per distinct value of `subset` (all columns when empty); missing equals missing. Rows keep their places."""

    subset: tuple[str, ...] = ()
    keep: Keep = Keep.FIRST

    def _schema(self) -> Schema:
        for n in self.subset:
            self.parent.schema.field(n, self.line)
        return self.parent.schema


@dataclass(frozen=True, kw_only=True)
class Concat(Node):
    """The rows of all parents, one after the other; all have the same columns in the same order."""

    inputs: tuple[Node, ...]

    @property
    def parents(self) -> tuple[Node, ...]:
        return self.inputs

    def with_parents(self, *parents: Node) -> Node:
        return replace(self, inputs=parents)

    def _schema(self) -> Schema:
        if not self.inputs:
            raise PlanError("A concat needs at least one table", line=self.line)
        first = self.inputs[0].schema
        for other in self.inputs[1:]:
            if other.schema.names != first.names or [f.type for f in other.schema] != [f.type for f in first]:
                raise PlanError("The concatenated tables have different columns", line=self.line)
        return Schema(tuple(Field(f.name, f.type, any(i.schema.field(f.name).nullable for i in self.inputs)) for f in first))

    def definitions(self) -> dict[str, tuple[tuple[int, str], ...]]:
        return {n: tuple((i, n) for i in range(len(self.inputs))) for n in self.schema.names}


@dataclass(frozen=True, kw_only=True)
class Sort(OneParent):
    """The parent's rows in a stable order by (column, ascending); missing values last."""

    by: tuple[tuple[str, bool], ...]

    def _schema(self) -> Schema:
        for n, _ in self.by:
            self.parent.schema.field(n, self.line)
        return self.parent.schema


@dataclass(frozen=True, kw_only=True)
class Limit(OneParent):
    """The first `count` rows after `offset`; with a negative offset, the last ones."""

    count: int
    offset: int = 0

    def _schema(self) -> Schema:
        if self.count < 0:
            raise PlanError("A limit keeps no negative number of rows", line=self.line)
        return self.parent.schema


@dataclass(frozen=True, kw_only=True)
class Broadcast(Node):
    """The parent's rows, each with values taken from one row of `of`: its first, its last, or its only one.

    `values` are (new column, column of `of`). This is what a loop variable read after its loop means (the last row), and how a
    total reaches every row (``position`` "only"). If `of` has no row, `first` and `last` are an error where the parent has rows.
    """

    parent: Node
    of: Node
    values: tuple[tuple[str, str], ...]
    position: str = "last"

    def __post_init__(self) -> None:
        if self.position not in ("first", "last", "only"):
            raise PlanError(f"A broadcast takes the first, last or only row, not {self.position!r}", line=self.line)
        super().__post_init__()

    @property
    def parents(self) -> tuple[Node, ...]:
        return (self.parent, self.of)

    def with_parents(self, *parents: Node) -> Node:
        return replace(self, parent=parents[0], of=parents[1])

    def _schema(self) -> Schema:
        return self.parent.schema.with_fields([self.of.schema.field(o, self.line).renamed(n) for n, o in self.values])

    def definitions(self) -> dict[str, tuple[tuple[int, str], ...]]:
        out: dict[str, tuple[tuple[int, str], ...]] = {n: ((0, n),) for n in self.parent.schema.names}
        out.update({n: ((1, o),) for n, o in self.values})
        return out


FIT = "fit"
"""What a whole script as a step yields: the rows that its model was fitted on and asked about."""


@dataclass(frozen=True, kw_only=True)
class Opaque(Node):
    """A step that nothing understood: the script's own statements, run over whole tables in the restricted worker.

    `source` assigns `output` from the variables named in `variables` (one per parent, pandas frames or lists of tuples as the
    script had them). Its lineage is coarse, "every input row", unless `keeps_rows` (same rows, same order as the first parent).

    With `script`, the path of a script or notebook, the step is that whole script: `source` is its text, it finds the sources
    that its inputs read at the paths in `variables`, and it yields one row per row of X that its model was fitted on or asked
    about: ``x`` (a list), ``y`` and ``side``. Then `output` is ``fit``; with another `output`, the step is the beginning of the
    script, whose text ends with that variable: a frame of what it hands over to the steps after it.
    """

    inputs: tuple[Node, ...]
    variables: tuple[str, ...]
    source: str
    output: str
    columns: tuple[Field, ...]
    reason: str
    keeps_rows: bool = False
    script: str = ""

    @property
    def is_whole_script(self) -> bool:
        """Whether the step is a script from its beginning to its end."""
        return bool(self.script) and self.output == FIT

    @property
    def parents(self) -> tuple[Node, ...]:
        return self.inputs

    def with_parents(self, *parents: Node) -> Node:
        return replace(self, inputs=parents)

    def _schema(self) -> Schema:
        if len(self.variables) != len(self.inputs):
            raise PlanError("An opaque step names one variable per input", line=self.line)
        if self.script and (self.keeps_rows or not all(isinstance(i, Read) for i in self.inputs)):
            raise PlanError("A script as a step reads sources and keeps no rows", line=self.line)
        return Schema(self.columns)

    def definitions(self) -> dict[str, tuple[tuple[int, str], ...]]:
        every = tuple((i, n) for i, p in enumerate(self.inputs) for n in p.schema.names)
        return {f.name: every for f in self.columns}


NODE_TYPES: tuple[type[Node], ...] = (
    Read,
    Filter,
    Project,
    Select,
    Join,
    Aggregate,
    Distinct,
    Concat,
    Sort,
    Limit,
    Broadcast,
    Window,
    Explode,
    Opaque,
)
