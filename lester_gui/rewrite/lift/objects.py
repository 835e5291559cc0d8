"""Names and objects of a script while it is run symbolically: scopes, heap, constants."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from typing import Any

from lester_gui.discovery.scripts import Script
from lester_gui.ir.expressions import Expr
from lester_gui.ir.nodes import Node
from lester_gui.rewrite.lift.chosen import Labels
from lester_gui.rewrite.lift.domain import (
    COLUMNS,
    Accessor,
    Cell,
    Coded,
    Column1,
    Const,
    Encoded,
    Entries,
    Estimator,
    Fields,
    Frame,
    Generator,
    Grid,
    Handle,
    InLoop,
    Items,
    Iterated,
    Keyed,
    LineOf,
    Matrix,
    Module,
    Order,
    Present,
    Ref,
    Rows,
    Tup,
    Unknown,
    UserClass,
    Value,
    Vector,
    Vocabulary,
)
from lester_gui.rewrite.lift.group_values import Collecting, GroupOf, Groups, GroupSlot
from lester_gui.rewrite.lift.grouping import Grouping
from lester_gui.rewrite.lift.json_values import Json, JsonDocument, JsonList, Several
from lester_gui.rewrite.lift.nested_dicts import NestedDict, NestedOf, NestedSlot
from lester_gui.rewrite.lift.paths import TRUE
from lester_gui.rewrite.lift.raising import Attempt
from lester_gui.rewrite.lift.random_order import Shuffled
from lester_gui.rewrite.lift.records import Activation, Observe
from lester_gui.rewrite.lift.side_totals import SideDict, SideGroups, SideListOf, SideLists, SideOrder, SideTable
from lester_gui.rewrite.lift.stop import Reason, Stopped, shape
from lester_gui.rewrite.lift.wide_rows import WideRow
from lester_gui.rewrite.lift.word_values import WordCounts, WordList

KINDS: dict[type[Value], str] = {
    Frame: "frame",
    Column1: "series",
    Labels: "labels",
    Matrix: "matrix",
    Grid: "matrix",
    Rows: "list",
    Items: "list",
    Tup: "tuple",
    Vector: "vector",
    Present: "present",
    Entries: "dict",
    Keyed: "dict",
    Vocabulary: "dict",
    Grouping: "groupby",
    SideGroups: "groups of a side",
    SideTable: "totals of a side",
    SideDict: "dict of a side",
    SideLists: "lists of a side",
    SideListOf: "list of a side",
    SideOrder: "order of a side",
    Estimator: "estimator",
    Coded: "coded",
    Encoded: "encoded",
    Handle: "file",
    LineOf: "line",
    Fields: "fields",
    Generator: "generator",
    Order: "order",
    Shuffled: "shuffled",
    InLoop: "inloop",
    WideRow: "wide",
    GroupSlot: "slot",
    Groups: "groups",
    GroupOf: "group",
    Collecting: "collecting",
    NestedSlot: "nested slot",
    NestedDict: "nested",
    NestedOf: "nested of",
    Iterated: "iterated",
    Json: "JSON object",
    JsonList: "JSON list",
    Several: "JSON value",
    WordCounts: "words",
    WordList: "word list",
    JsonDocument: "JSON document",
}


class Objects:
    """Names, and the objects behind them."""

    def __init__(
        self, script: Script, observe: Observe, sources: Mapping[str, str], hints: Mapping[tuple[object, ...], str] | None = None
    ) -> None:
        self.script = script
        self.observe = observe
        self.sources = sources
        self.hints: dict[tuple[object, ...], str] = dict(hints or {})
        self.activations = [Activation({"__name__": Const("__main__"), "__file__": Const(script.path)}, "")]
        self.modules: dict[str, dict[str, Value]] = {"": self.activations[0].names}
        self.heap: dict[int, Value] = {}
        self.views: dict[int, int] = {}  # array → the array whose memory it shares
        self.homes: dict[int, int] = {}  # object → depth of the loop it was made in
        self.live: Expr = TRUE
        self.loops: list[Any] = []
        self.shown: ast.expr | None = None  # the statement whose value is only looked at
        self.line = 0
        self.lines: tuple[int, ...] = ()
        self.depth = 0
        self.pandas = False
        self.sorted_at: dict[str, Any] = {}  # of such a column: where its categories were taken of all its values, in order
        self.categories: set[str] = set()  # columns of tables that hold categories, whose order an earlier step fixed
        self.listed: dict[tuple[int, str], tuple[Node, tuple[object, ...]]] = {}  # of those, categories as the script lists them
        self.group: Any = None  # the `grouped.Scope` of the group whose function is being lifted
        self.group_totals: dict[tuple[int, tuple[str, ...], str, str | None], Any] = {}  # totals of dicts of lists
        self.grown: set[int] = set()  # tables of defaultdicts that got keys by being read
        self.unseen: dict[int, tuple[Cell, ...]] = {}
        self.failures: dict[int, Reason] = {}  # objects that a loop left unknown
        self.sides: tuple[dict[int, Value], dict[int, Value]] = ({}, {})  # objects of two paths that meet
        self.opened: set[str] = set()  # files that the script opens for writing, also where that was not lifted
        self.lent: dict[int, set[int]] = {}  # objects that a generator reads while its caller goes on → what it yields
        self.iterators: dict[int, Any] = {}  # objects that can be gone through once → `iterators.Once`
        self.iterated: dict[int, Any] = {}  # the same of values that are no objects
        self.holders: dict[int, int] = {}  # list or dict → the dict, filled by a loop, that holds it
        self.put: dict[int, set[int]] = {}  # list or dict → lists and dicts that an iteration put it into
        self.twice: set[int] = set()  # lists and dicts whose elements stand in others, too
        self.row_elements: dict[int, Node] = {}  # lists and dicts that are elements of a list of rows → those rows
        self.same_file: dict[int, int] = {}  # reader → the open file whose lines it takes
        self.taken: dict[int, int] = {}  # open file → the line of the script that takes its lines
        self.comprehended: set[tuple[int, str]] = set()  # names that comprehensions hold, by the names they stand among
        self.carries_loops = True  # loops within a row may become functions of it
        self.json = False  # values of a row may come from JSON, whose columns of whole numbers may hold others in other data
        self.nones = False  # a number of a row may be None; otherwise a missing number is NaN
        self.carrying = False  # an expression is being put together as a function
        self.attempts: list[Attempt] = []  # try blocks that are open
        self.classes: dict[int, UserClass] = {}  # classes of the script, by number
        self.stopped_classes: dict[str, str] = {}  # why a class is not followed, by name
        self.skips_broken = False  # a line that is no JSON is passed over by the handler around
        self.straight = True  # no condition on the current row is open
        self.files: dict[str, Any] = {}
        self.texts: dict[int, Any] = {}
        self.reads: list[Any] = []
        self.codes: dict[int, Any] = {}
        self.shared: set[int] = set()
        self.inner: list[Any] = []  # tables that inner loops go through, while their bodies are looked at
        self.inner_tables: dict[Any, Any] = {}
        self.group_parts: dict[tuple[object, ...], Groups] = {}  # what was made of dicts of lists: filtered, sorted, cut
        self.nested_rows: dict[tuple[int, tuple[str, ...]], Any] = {}  # dicts of dicts with one row per pair of keys
        self.inner_keyed: dict[Any, Any] = {}
        self.inner_found: dict[int, Any] = {}  # the row that an inner loop found, while the body runs on it
        self._count = 0

    @property
    def names(self) -> dict[str, Value]:
        """The names of the function that is being executed."""
        return self.activations[-1].names

    def look_up(self, name: str) -> Value:
        """Return what a name holds; a name nobody assigned is a builtin.

        Raises
        ------
        Stopped
            If its value could not be lifted, or only a comprehension that the function does not see holds that name now.
        """
        here = self.activations[-1]
        for table in (here.names, *here.closure, self.modules[here.module]):
            if name in table:
                if table is not here.names and (id(table), name) in self.comprehended - here.inside:
                    raise Stopped(
                        Reason.SYNTAX, f"A function reads {name}, which is the name of a comprehension around its call, too"
                    )
                return self.known(table[name])
        return Module(f"builtins.{name}")

    def known(self, value: Value) -> Value:
        """Return `value` unless it is unknown.

        Raises
        ------
        Stopped
            If it is unknown.
        """
        if isinstance(value, Unknown):
            why = f"It needs a value that could not be lifted in {self.script.where(value.line)}"
            raise Stopped(Reason.SHAPE, why, root=(value.line, value.why))
        return value

    def number(self) -> int:
        """Return a number that was not used before."""
        self._count += 1
        return self._count

    def new(self, content: Value) -> Ref:
        """Put a mutable object into the heap."""
        ref = Ref(self.number())
        self.heap[ref.id] = content
        self.homes[ref.id] = len(self.loops)
        return ref

    def content(self, value: Value) -> Value:
        """Look through a reference.

        Raises
        ------
        Stopped
            If what it refers to is unknown.
        """
        while isinstance(value, Ref):
            value = self.heap[value.id]
        return self.known(value)

    def set(self, owner: Value | None, content: Value) -> None:
        """Change the object behind a reference.

        Raises
        ------
        Stopped
            If it is no object that can be changed here.
        """
        if not isinstance(owner, Ref):
            raise Stopped(Reason.ALIAS, "An object is changed that Lester cannot tell from a copy")
        if owner.id in self.shared:
            raise Stopped(Reason.ALIAS, "A list or dict is changed after it was put into another one")
        if self.holders.get(owner.id) in self.twice:
            raise Stopped(Reason.ALIAS, "A list or dict is changed in a dict, but stands in another list or dict, too")
        if self.loops and self.homes[owner.id] < len(self.loops):
            raise Stopped(Reason.LEVEL, "A table or object from outside a loop is changed inside it")
        self.heap[owner.id] = content
        for yielded in self.lent.get(owner.id, ()):
            self.heap[yielded] = Unknown("an object is changed that the generator may read afterwards", self.line)
        for name, value in self.names.items():
            if value == owner:
                self.claim(name, content)

    def claim(self, name: str, content: Value) -> None:
        """The script assigns an object to a name."""
        raise NotImplementedError

    def kind(self, content: Value) -> str:
        """Return the kind under which rules for `content` are listed."""
        if isinstance(content, Accessor):
            return content.kind
        if isinstance(content, Const):
            return "text" if isinstance(content.value, str) else type(content.value).__name__
        if isinstance(content, Cell):
            return {"str": "text", "date": "date", "timestamp": "date"}.get(content.type, content.type)
        if isinstance(content, Entries) and content.factory.startswith("object:"):
            return "object"  # of a class of the script: no rule for dicts is meant
        if isinstance(content, Entries) and content.factory == COLUMNS:
            return "totals"
        return KINDS.get(type(content), type(content).__name__)

    def const(self, value: Value) -> Any:
        """Return a value that the script's text fixes as a Python object.

        Raises
        ------
        Stopped
            If it depends on data.
        """
        value = self.content(value)
        if isinstance(value, Const):
            return value.value
        if isinstance(value, Tup):
            return tuple(self.const(v) for v in value.items)
        if isinstance(value, Items):
            items = [self.const(v) for v in value.values]
            return set(items) if value.kind == "set" else items
        if isinstance(value, Entries) and not value.factory.startswith("object:"):
            return {self.const(k): self.const(v) for k, v in value.items}
        raise shape("A value that depends on the data stands where the script's text must fix it")

    def text(self, value: Value) -> str:
        """Return a constant text."""
        out = self.const(value)
        if not isinstance(out, str):
            raise shape("A text is needed here")
        return out

    def strings(self, value: Value) -> tuple[str, ...]:
        """Return a constant list of names; one name counts as a list."""
        content = self.content(value)
        if isinstance(content, Const):
            return (self.text(content),)
        out = self.const(content)
        if not all(isinstance(v, str) for v in out):
            raise shape("A list of names is needed here")
        return tuple(out)
