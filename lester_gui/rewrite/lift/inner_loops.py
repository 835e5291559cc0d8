"""Loops through what the current row has, such as the pieces of a text, that no rule covers: functions of the row's values.

The loop is carried as it is, once for each variable that it leaves behind: a number, a text, or a list that this row made. What
the loop reads but does not set are the parameters; what it sets begins as it was before the loop.
"""

from __future__ import annotations

import ast
import copy
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Call
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import kinds_of_number
from lester_gui.rewrite.lift.computed import Builder, is_literal, literal
from lester_gui.rewrite.lift.domain import Cell, Entries, Items, Ref, Unknown, UserFunction, Value
from lester_gui.rewrite.lift.functions import stored_names
from lester_gui.rewrite.lift.lazy_values import Lazy
from lester_gui.rewrite.lift.purity import check_body
from lester_gui.rewrite.lift.returns import returned
from lester_gui.rewrite.lift.stop import Stopped, no_rule
from lester_gui.rewrite.slicing import changed_names, loaded

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

REFUSED = (
    *(ast.Return, ast.Yield, ast.YieldFrom, ast.Await, ast.Raise, ast.Global, ast.Nonlocal, ast.Delete, ast.With, ast.While),
    *(ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.NamedExpr, ast.Starred, ast.Lambda),
)
ANNOTATIONS = {Type.STR: "str", Type.INT: "int", Type.FLOAT: "float", Type.BOOL: "bool"}


def carried(lift: Lifter, node: ast.For) -> bool:
    """Lift a loop as functions of the row's values; False, and nothing done, where it is more than that."""
    if (
        lift.pandas
        or not lift.carries_loops
        or not lift.loops
        or lift.carrying
        or lift.attempts
        or any(isinstance(n, REFUSED) for n in ast.walk(node))
    ):
        return False  # inside try, a function that fails could not be told from one that does not
    state = lift.live, lift.straight
    lift.carrying = True
    try:
        left = _Loop(lift, node).left()
    except Stopped:
        return False
    finally:
        lift.carrying = False
        lift.live, lift.straight = state
    for name in stored_names([node.target, *node.body, *node.orelse]):
        lift.names[name] = Unknown(f"{name} holds what an inner loop left in it", node.lineno)
    lift.names.update(left)
    return True


class _Loop:
    """A loop while it becomes functions."""

    def __init__(self, lift: Lifter, node: ast.For) -> None:
        self.lift = lift
        self.node = copy.deepcopy(node)
        self.builder = Builder(lift)
        self.own = set(stored_names([node.target]))
        self.changed = changed_names(lift, node, set(), pessimistic=True)
        self.stored = set(stored_names([node.target, *node.body, *node.orelse]))

    def left(self) -> dict[str, Value]:
        """Return what the loop leaves in names.

        Raises
        ------
        Stopped
            If it changes what this row has not made, or reads what is no value of the row.
        """
        lift, node = self.lift, self.node
        begun = [(name, self.begin(name)) for name in sorted(self.stored | self.changed)]
        first = [f"{name} = {ast.unparse(value)}" for name, value in begun if value is not None]
        outputs = [name for name, value in begun if value is not None and name not in self.own]
        if not outputs:
            raise no_rule("an inner loop that leaves nothing behind")
        bound = frozenset(self.stored | self.changed)
        node.iter = self.builder.part(node.iter, frozenset())
        node.body = [self.statement(s, bound) for s in node.body]
        node.orelse = [self.statement(s, bound) for s in node.orelse]
        if not self.builder.parameters:
            raise no_rule("an inner loop that depends on nothing in the row")
        self.builder.check_needed(lift.activations[-1].module)
        loop = ast.unparse(ast.fix_missing_locations(node))
        return {name: self.output(name, "\n".join([*first, loop])) for name in outputs}

    def begin(self, name: str) -> ast.expr | None:
        """Return what a name that the loop sets or changes holds before it; None where it is not set yet.

        Raises
        ------
        Stopped
            If that is no value of the row, or an object that others know, too.
        """
        lift = self.lift
        value = lift.names.get(name)
        if name in self.own and name not in self.changed:
            return None
        if value is None or isinstance(value, Unknown):
            if name in self.changed - self.stored:
                raise no_rule("an inner loop that changes what this row has not made")
            return None
        if isinstance(value, Ref):
            self.alone(name, value)
        content = lift.content(value)
        if isinstance(content, Cell) and content.type.is_plain and not content.nullable:
            return ast.Name(self.builder.parameter(content), ast.Load())
        if isinstance(content, Lazy):
            if name in self.changed - self.stored:
                raise no_rule("a list that is changed after it was made")
            return self.builder.inlined(content)
        if not is_literal(lift, content):
            if name in loaded([*self.node.body, *self.node.orelse]):
                raise no_rule("an inner loop that reads what is no value of the row")
            return None
        return ast.parse(literal(lift, content), mode="eval").body

    def alone(self, name: str, value: Ref) -> None:
        """Raise where an object that the loop may change was not made by this row, or is known under another name.

        Raises
        ------
        Stopped
            If it is.
        """
        lift, content = self.lift, self.lift.heap[value.id]
        plain = (isinstance(content, Items) and content.kind in ("list", "set")) or (
            isinstance(content, Entries) and not content.factory and content.made is None
        )
        known = [n for a in lift.activations for n, v in a.names.items() if v == value]
        inside = any(_holds(v, value) for i, v in lift.heap.items() if i != value.id)
        seen = value.id in lift.shared or value.id in lift.twice or value.id in lift.lent
        if not plain or lift.homes[value.id] != len(lift.loops) or len(known) != 1 or inside or seen:
            raise no_rule(f"an inner loop that changes {name}, which this row has not made for itself")

    def statement(self, node: ast.stmt, bound: frozenset[str]) -> ast.stmt:
        """Return a statement of the loop with the row's values as parameters; what it prints is left out."""
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) and ast.unparse(node.value.func) == "print":
            return ast.Pass()
        for field, inner in ast.iter_fields(node):
            if isinstance(inner, ast.expr):
                setattr(node, field, self.expression(inner, bound))
            elif isinstance(inner, list):
                setattr(node, field, [self.part(i, bound) for i in inner])
        return node

    def part(self, node: object, bound: frozenset[str]) -> object:
        if isinstance(node, ast.stmt):
            return self.statement(node, bound)
        if isinstance(node, ast.ExceptHandler):
            if node.type is not None:
                node.type = self.builder.part(node.type, bound | {n.id for n in ast.walk(node.type) if isinstance(n, ast.Name)})
            node.body = [self.statement(s, bound | {node.name or ""}) for s in node.body]
        return self.expression(node, bound) if isinstance(node, ast.expr) else node

    def expression(self, node: ast.expr, bound: frozenset[str]) -> ast.expr:
        if isinstance(getattr(node, "ctx", None), ast.Store):
            if isinstance(node, ast.Subscript) and isinstance(node.value, ast.Name) and node.value.id in bound:
                node.slice = self.builder.part(node.slice, bound)
            elif any(not isinstance(n, ast.Name | ast.Tuple | ast.expr_context) for n in ast.walk(node)):
                raise no_rule("an inner loop that changes a part of something")
            return node
        return self.builder.part(node, bound)

    def output(self, name: str, loop: str) -> Value:
        """Return what the loop leaves in a name: a value where its text tells the type, else something to take values of."""
        lift, builder, module = self.lift, self.builder, self.lift.activations[-1].module
        given = ", ".join(f"{p}: {ANNOTATIONS[c.type]}" if c.type in ANNOTATIONS else p for c, p in builder.parameters.items())
        body = "".join(f"    {line}\n" for line in f"{loop}\nreturn {name}".split("\n"))
        function = ast.parse(f"def computed({given}):\n{body}").body[0]
        assert isinstance(function, ast.FunctionDef)
        check_body(function)
        kind = returned(lift, UserFunction(function, "computed", module))
        if kind is not None and kind.is_plain:
            called = builder.carried(function, module)
            return Cell(Call(called, kinds_of_number.given(lift, tuple(builder.parameters), lift.functions[called]), kind), kind)
        function.name = f"{name}_of_line_{self.node.lineno}"
        pieces = (*builder.pieces, ast.unparse(function))
        pairs = tuple((p, c) for c, p in builder.parameters.items())
        text = f"{function.name}({', '.join(builder.parameters.values())})"
        return Lazy(text, pairs, tuple(sorted(builder.needed)), pieces, module)


def _holds(value: Value, ref: Ref) -> bool:
    """Whether an object has another one in it."""
    if isinstance(value, Items):
        return ref in value.values
    return isinstance(value, Entries) and any(ref in (k, v) for k, v in value.items)
