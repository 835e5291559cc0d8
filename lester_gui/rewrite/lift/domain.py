"""What a variable can hold while a script is lifted: constants, cells of a symbolic row, tables, arrays, estimators.

Everything here is immutable. What a script can change (lists, dicts, frames, estimators, files) sits in the heap behind a `Ref`,
so that two names for one object stay one object.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass, field, replace

from lester_gui.ir.expressions import Expr, Literal
from lester_gui.ir.learning import Transformer
from lester_gui.ir.nodes import Node
from lester_gui.ir.schema import Type

_FALSE = Literal(False)


class Value:
    """Base of everything a variable can hold."""


@dataclass(frozen=True, slots=True)
class Const(Value):
    """A value that the script's text fixes: None, bool, int, float, str, date."""

    value: object


@dataclass(frozen=True, slots=True)
class Cell(Value):
    """One typed value of the current row, or one value that is the same for all rows (a total, a last row's)."""

    expr: Expr
    type: Type
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Tup(Value):
    """A tuple of known length."""

    items: tuple[Value, ...]

    @property
    def values(self) -> tuple[Value, ...]:
        """Its elements, as a list of known length calls them."""
        return self.items


@dataclass(frozen=True, slots=True)
class Vector(Tup):
    """A NumPy array of known length, such as one mean per column: arithmetic goes value by value."""


@dataclass(frozen=True, slots=True)
class Ref(Value):
    """A mutable object: its content lives in the heap, so aliases share it."""

    id: int


@dataclass(frozen=True, slots=True)
class Unknown(Value):
    """A value that could not be lifted; it poisons whatever reads it."""

    why: str
    line: int


@dataclass(frozen=True, slots=True)
class Result(Value):
    """A value that no plan needs: a score, a figure, a directory listing. Anything computed from it is one, too."""

    what: str = ""


@dataclass(frozen=True, slots=True)
class Module(Value):
    """A module, function or class of a library, by its dotted name."""

    name: str


@dataclass(frozen=True, slots=True)
class UserFunction(Value):
    """A function or lambda of the script or of a project module, with the names that were visible where it was defined."""

    node: ast.FunctionDef | ast.Lambda
    name: str
    module: str = ""  # path of the project module, or "" for the script
    closure: tuple[dict[str, Value], ...] = field(default=(), compare=False)  # names around it, innermost first
    defaults: dict[str, Value] = field(default_factory=dict, compare=False)  # evaluated where it was defined
    inside: frozenset[tuple[int, str]] = field(default=frozenset(), compare=False)  # names of comprehensions around it


@dataclass(frozen=True, slots=True)
class UserClass(Value):
    """A class of the script or of a project module.

    Attributes
    ----------
    fields : tuple of (str, Value or None)
        Of a dataclass or named tuple: names in order, and their defaults where there are any.
    members : dict
        Methods and attributes of the class, by name, those that it inherits included.
    properties, static, of_class : frozenset of str
        Which of the methods are properties, static methods, methods of the class.
    kind : str
        ``plain``, ``dataclass`` or ``tuple``.
    """

    ident: int
    name: str
    kind: str = "plain"
    fields: tuple[tuple[str, Value | None], ...] = field(default=(), compare=False)
    members: dict[str, Value] = field(default_factory=dict, compare=False)
    properties: frozenset[str] = frozenset()
    static: frozenset[str] = frozenset()
    of_class: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Bound(Value):
    """A method of an object, not called yet. `owner` is the object as the script reached it, often a `Ref`."""

    owner: Value
    name: str
    target: ast.expr | None = None


# -- rows --------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """The training or test side of a split."""

    split: int
    side: str


@dataclass(frozen=True, slots=True)
class Leaf(Expr):
    """An expression leaf that becomes a column once its node is made: a dict lookup or a value shared by all rows.

    `kind` is ``hit`` or ``get`` (of the lookup `ident`), ``state`` (a total over rows), ``last`` (a value of the last row),
    ``count`` (number of rows), ``position`` (of the current row) or ``side`` (whether a split puts the row on the side `name`).
    """

    kind: str
    ident: int
    name: str = ""
    type: Type = Type.BOOL
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Column1(Value):
    """A column as an object of its own, a pandas Series or a one-dimensional array: an expression over the rows of `node`.

    `numpy` columns follow NumPy's rules (ddof 0), others those of pandas (ddof 1). `origin` is as in `Frame`.
    """

    node: Node
    cell: Cell
    name: str = ""
    part: Part | None = None
    numpy: bool = False
    index: tuple[str, ...] | None = ()
    lines: tuple[int, ...] = field(default=(), compare=False)
    category: str = field(default="", compare=False)  # "sorted": just made a category of; "listed": in another order
    categories: tuple[object, ...] = field(default=(), compare=False)  # of a listed one, in order, where the script says them
    origin: Node | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Present(Value):
    """What is left of a column where its missing values are taken out: only statistics of it are known."""

    column: Column1


@dataclass(frozen=True, slots=True)
class Frame(Value):
    """A pandas DataFrame over the rows of `node`.

    Attributes
    ----------
    columns : tuple of (str, Value)
        Visible name → `Cell` over `node`, or a `Result` for a column no plan needs.
    index : tuple of str, optional
        Names of the index levels (columns of `columns` that are not visible as such); empty: 0, 1, 2, …; None: anything else.
    origin : Node, optional
        Where the index is None because rows were chosen or moved: the node whose places 0, 1, 2, … the index still holds.
    """

    node: Node
    columns: tuple[tuple[str, Value], ...]
    index: tuple[str, ...] | None = ()
    levels: tuple[tuple[str, Cell], ...] = ()
    part: Part | None = None
    origin: Node | None = field(default=None, compare=False)

    @property
    def numbered(self) -> Node | None:
        """The node whose places the index holds, if it holds places."""
        return self.node if self.index == () else self.origin if self.index is None else None

    def get(self, name: str) -> Value | None:
        """Return a visible column or an index level called `name`."""
        return dict(self.columns).get(name, dict(self.levels).get(name))

    @property
    def names(self) -> tuple[str, ...]:
        """The visible columns, in order."""
        return tuple(n for n, _ in self.columns)

    def with_columns(self, new: dict[str, Value]) -> Frame:
        """Return the frame with columns replaced or added at the end."""
        return replace(self, columns=tuple((dict(self.columns) | new).items()))


@dataclass(frozen=True, slots=True)
class Rows(Value):
    """A Python list (or an iterable) with one element per row of `node`; `template` is the element of the current row."""

    node: Node
    template: Value
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Items(Value):
    """A list or set literal, or a list that was filled outside any loop; ``files`` are those of a folder, in no order.

    An ``array`` is NumPy's ``zeros(3)``: read and changed like a list, but ``+`` and ``*`` mean something else.
    """

    values: tuple[Value, ...]
    kind: str = "list"

    @property
    def ordered(self) -> bool:
        """Whether its values have places."""
        return self.kind in ("list", "array", "index")


COLUMNS = "columns"
"""The factory of `Entries` that stand for a Series with one value per column of a table."""


@dataclass(frozen=True, slots=True)
class Entries(Value):
    """A dict with known keys."""

    items: tuple[tuple[Value, Value], ...] = ()
    factory: str = ""  # for a defaultdict: int, list, set, …
    made: Value | None = None  # for a defaultdict: the function that makes a new value

    def get(self, key: Value) -> Value | None:
        """Return the value under `key`, if there is one."""
        return next((v for k, v in self.items if k == key), None)


@dataclass(frozen=True, slots=True)
class Keyed(Value):
    """A dict or set after the loop that filled it: the value of a key is taken from the rows of `node` that have it.

    `take` is ``last`` (the last assignment wins), ``first``, or ``only`` (keys are unique already). A set has no `value`.
    """

    node: Node
    keys: tuple[str, ...]
    template: Value | None
    take: str = "last"
    ident: int = 0
    name: str = field(default="", compare=False)  # what the script calls it
    lines: tuple[int, ...] = field(default=(), compare=False)
    missing: Value | None = None  # what a defaultdict or Counter holds under a key that is not there


@dataclass(frozen=True, slots=True)
class Vocabulary(Value):
    """A dict from each value of a column to its number: sorted, by first appearance, or listed in the script.

    `values` is set for a listed one. `cell` over `node` are the values otherwise, with a `part` those of one side of a split.
    A ``ranked`` one holds those of them that have a place in `places`, in that order.
    """

    order: str
    node: Node | None = None
    cell: Cell | None = None
    values: tuple[object, ...] = ()
    as_dict: bool = True
    part: Part | None = None
    places: Keyed | None = None


@dataclass(frozen=True, slots=True)
class Fields(Value):
    """A line split at a separator, whose number of fields nothing has fixed yet."""

    source: int
    strip_each: bool = False


@dataclass(frozen=True, slots=True)
class LineOf(Value):
    """A line of the text file `source`, before it is split; `strip` says what was cut off so far."""

    source: int
    strip: str = "none"
    header: str = ""  # path of the file whose header it is


@dataclass(frozen=True, slots=True)
class Maybe(Value):
    """What ``d.get(key)`` yields: a record where the key is there, else None."""

    found: Expr
    value: Value


@dataclass(frozen=True, slots=True)
class Handle(Value):
    """An open file: path, mode, and the number of header lines taken off."""

    path: str
    mode: str
    options: tuple[tuple[str, object], ...] = ()


# -- arrays and learning -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Feature:
    """One input column of a block of X, as a cell over the matrix' rows; `name` is what to call it."""

    cell: Cell
    name: str = ""


@dataclass(frozen=True, slots=True)
class MatrixBlock:
    """Input columns and the transformers they pass. `fit_on` is '' where nothing is fitted."""

    name: str
    features: tuple[Feature, ...]
    chain: tuple[Transformer, ...] = ()
    fit_on: str = ""
    lines: tuple[int, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Encoded(Value):
    """A column of a frame that passed encoders: what a script gets that puts scaled columns back in their place.

    `dtype` is pandas' name of the type of what they yield, where it is known. Taken out of a table, it knows that `frame`.
    """

    cell: Cell
    chain: tuple[Transformer, ...]
    fit_on: str
    lines: tuple[int, ...] = field(default=(), compare=False)
    dtype: str = field(default="", compare=False)
    frame: Value | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Coded(Value):
    """A column in which every value stands as its number among all values: what a label encoder gives.

    `order` is ``sorted`` or ``first_seen``. The numbers hang on which values there are, so it is no column to compute with: it
    can be a label, or a feature.
    """

    column: Column1
    order: str
    lines: tuple[int, ...] = field(default=(), compare=False)
    fit_on: str = ""  # whose values are numbered, where these are not its own rows'


@dataclass(frozen=True, slots=True)
class Matrix(Value):
    """A two-dimensional array: blocks side by side over the rows of `node`.

    `flat` where the script has one column as a one-dimensional object: what reads text takes only that. `whole` where a script
    wrote zeros and ones of its own between whole numbers, so that the array holds whole numbers though it has encoded columns.
    `objects` where it came from a table of mixed columns, so that each of its cells keeps a type of its own. `framed` where
    scikit-learn hands it to the first step of a pipeline as the table with names that it is. `lacking` are columns of that table
    that the plan does not carry, by place: a step may leave them out, a model must not be given them.
    """

    node: Node
    blocks: tuple[MatrixBlock, ...]
    part: Part | None = None
    dtype: str = "float64"
    flat: bool = False
    whole: bool = False
    framed: bool = False
    objects: bool = False
    lacking: tuple[tuple[int, str, Value], ...] = ()


@dataclass(frozen=True, slots=True)
class Grid(Value):
    """``np.zeros((rows, width))`` before it is filled."""

    node: Node
    width: Value
    fill: object
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Order(Value):
    """Row numbers in a seeded random order, a slice of them (``idx[:cut]`` after ``rng.shuffle(idx)``), or a side of a split.

    With `groups`, not rows are dealt but the distinct values of a column. Of a set of them only membership may be asked.
    """

    node: Node
    method: str = ""
    seed: int | None = None
    start: Value | None = None
    stop: Value | None = None
    part: Part | None = None
    groups: Vocabulary | None = None
    is_set: bool = False


@dataclass(frozen=True, slots=True)
class Generator(Value):
    """A seeded source of randomness."""

    method: str
    seed: int | None


@dataclass(frozen=True, slots=True)
class Estimator(Value):
    """A scikit-learn object that is not part of any data: dotted name, parameters, and what it was fitted on.

    `params` hold `Const`, other estimators, or columns lists as the script gave them. A label encoder is `fitted` on a column.
    """

    name: str
    params: tuple[tuple[str, Value], ...] = ()
    fitted: Value | None = None
    lines: tuple[int, ...] = field(default=(), compare=False)

    def get(self, name: str) -> Value | None:
        """Return a parameter as given, or None."""
        return dict(self.params).get(name)


@dataclass(frozen=True, slots=True)
class Accessor(Value):
    """``series.str`` or ``series.dt``, ``frame.loc`` and friends."""

    owner: Value
    kind: str


@dataclass(frozen=True, slots=True)
class Iterated(Value):
    """``enumerate``, ``zip`` or ``range`` over something with one element per row."""

    kind: str
    parts: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class InLoop(Value):
    """A list, dict, set or array while a loop over rows fills it; what an iteration does to it is noted in the loop.

    `keys` are the keys it was asked for, so that a leaf can name one by its number. Of a dict, the rest is the state of this
    iteration (see `dict_state`): the one key it uses, whether that is there, its value, and for which rows it is asked for.
    """

    ident: int
    before: Value
    keys: list[Value] = field(default_factory=list, compare=False)
    key: Value | None = None
    there: Expr = _FALSE
    value: Value | None = None
    reach: Expr = _FALSE

    def remember(self, key: Value) -> str:
        """Return the number of a key, as text."""
        if key not in self.keys:
            self.keys.append(key)
        return str(self.keys.index(key))

    def key_of(self, leaf: Leaf) -> Value:
        """Return the key that a leaf was made with."""
        return self.keys[int(leaf.name)]
