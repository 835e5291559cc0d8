"""A plan: one pipeline from its sources to its model, as the script does it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property

from lester_gui.ir.expressions import Call, Expr, functions_of, type_of, walk
from lester_gui.ir.learning import Encode, Function, Label, Model, Split, WrittenFile
from lester_gui.ir.nodes import Filter, Node, Opaque, Project, Read
from lester_gui.ir.schema import PlanError, Schema, Type


def topological(*roots: Node) -> tuple[Node, ...]:
    """Return all nodes below `roots`, parents before children, each once, in a stable order, without recursion."""
    done: dict[int, Node] = {}
    stack: list[tuple[Node, bool]] = [(r, False) for r in reversed(roots)]
    while stack:
        node, ready = stack.pop()
        if id(node) in done:
            continue
        if ready:
            done[id(node)] = node
        else:
            stack.append((node, True))
            stack.extend((p, False) for p in reversed(node.parents) if id(p) not in done)
    return tuple(done.values())


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The typed, immutable DAG that a rewrite yields.

    Attributes
    ----------
    pipeline : str
        Its name in the project. Not part of the hash.
    prepared : Node
        The view whose rows are split into training and test rows.
    label, split, encode, model
        The learning half; `label` is None only for a pipeline that stops before it.
    functions : tuple of Function
        User functions that expressions and transformers name.
    written : tuple of WrittenFile
        Files the script writes.
    kept : tuple of Node
        Views off the path to the model that a screen shows or a finding needs.
    """

    pipeline: str = field(compare=False)
    prepared: Node
    label: Label
    split: Split
    encode: Encode
    model: Model
    functions: tuple[Function, ...] = ()
    written: tuple[WrittenFile, ...] = field(default=(), compare=False)
    kept: tuple[Node, ...] = ()

    def __post_init__(self) -> None:
        names = [n.name for n in self.views]
        twice = {n for n in names if names.count(n) > 1}
        if twice:
            raise PlanError(f"Two views are called {sorted(twice)[0]!r}")
        schema = self.prepared.schema
        type_of(self.label.expr, schema, self.label.lines[0] if self.label.lines else None)
        for split in self.split.chain:
            if any(type_of(e, schema) != (Type.BOOL, False) for _, e in split.conditions):
                raise PlanError("A split needs a condition that is always true or false")
            if split.by is not None and type_of(split.by, schema)[1]:
                raise PlanError("A split by groups needs a group for every row")
        for block in self.encode.blocks:
            for column in block.columns:
                schema.field(column, self.encode.lines[0] if self.encode.lines else None)
        known = {f.name for f in self.functions}
        for name in self.called_functions:
            if name not in known:
                raise PlanError(f"The plan does not carry the function {name!r}")

    @cached_property
    def views(self) -> tuple[Node, ...]:
        """Every node, parents before children."""
        return topological(*self.kept, self.prepared)

    @property
    def reads(self) -> tuple[Read, ...]:
        """The nodes that read sources."""
        return tuple(n for n in self.views if isinstance(n, Read))

    @property
    def opaque_steps(self) -> int:
        """How many steps nothing understood."""
        return sum(isinstance(n, Opaque) for n in self.views)

    @property
    def expressions(self) -> tuple[Expr, ...]:
        """Every expression of the plan."""
        out: list[Expr] = []
        for n in self.views:
            if isinstance(n, Filter):
                out.append(n.predicate)
            elif isinstance(n, Project):
                out.extend(e for _, e in n.assigned)
        out.append(self.label.expr)
        out.extend(self.split.expressions)
        return tuple(out)

    @property
    def called_functions(self) -> tuple[str, ...]:
        """Names of the user functions that expressions call."""
        return tuple(dict.fromkeys(f for e in self.expressions for f in functions_of(e)))

    @property
    def user_function_columns(self) -> int:
        """How many assigned columns need a user function."""
        return sum(any(isinstance(x, Call) for x in walk(e)) for n in self.views if isinstance(n, Project) for _, e in n.assigned)

    def view(self, name: str) -> Node:
        """Return the node called `name`.

        Raises
        ------
        PlanError
            If there is none.
        """
        for n in self.views:
            if n.name == name:
                return n
        raise PlanError(f"There is no view {name!r}", f"The views are {', '.join(n.name for n in self.views)}.")

    def map_nodes(self, change: Callable[[Node], Node]) -> Plan:
        """Return the plan with `change` applied to every node, parents first; children are built again over the results."""
        new: dict[int, Node] = {}
        for n in self.views:
            parents = tuple(new[id(p)] for p in n.parents)
            moved = n if all(a is b for a, b in zip(parents, n.parents, strict=True)) else n.with_parents(*parents)
            new[id(n)] = change(moved)
        return replace(self, prepared=new[id(self.prepared)], kept=tuple(new[id(k)] for k in self.kept))

    def rebind(self, schemas: Mapping[str, Schema]) -> Plan:
        """Return the plan over other observed types.

        Parameters
        ----------
        schemas : mapping
            View name of a `Read` → its schema on the data at hand. Names must be the same.

        Raises
        ------
        PlanError
            If a column is missing or a step is not defined for the new types.
        """

        def change(n: Node) -> Node:
            if not isinstance(n, Read) or n.name not in schemas:
                return n
            for f in n.columns:
                schemas[n.name].field(f.name, n.line)
            return replace(n, columns=tuple(schemas[n.name].fields))

        return self.map_nodes(change)
