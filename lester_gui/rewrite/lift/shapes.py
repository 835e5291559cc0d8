"""What statements that nobody lifted leave behind, as far as their text tells: the types of the records in a list.

Only types are followed, in no particular order of execution: a name that has two types has none.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift.domain import Cell, Column1, Const, Entries, Items, Keyed, Rows, Tup, UserFunction, Value
from lester_gui.rewrite.lift.returns import CALLS, NUMBER_METHODS, TEXT_METHODS, TRUTH_METHODS, returned

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(frozen=True, slots=True)
class Scalar:
    """One value; `name` is a column it comes from, if any."""

    type: Type
    name: str = ""
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Record:
    """A tuple or list of known length."""

    items: tuple[Shape, ...]


@dataclass(frozen=True, slots=True)
class Many:
    """A list of elements of one shape; `element` is None while nothing is known of them."""

    element: Shape | None


@dataclass(frozen=True, slots=True)
class Table:
    """A dict from keys to values."""

    key: Shape | None
    value: Shape | None


Shape = Scalar | Record | Many | Table


def of_value(lift: Lifter, value: Value) -> Shape | None:
    """Return the shape of a lifted value, None where it has none."""
    content = lift.content(value)
    if isinstance(content, Const):
        kinds = {bool: Type.BOOL, int: Type.INT, float: Type.FLOAT, str: Type.STR}
        kind = kinds.get(type(content.value))
        return None if kind is None else Scalar(kind)
    if isinstance(content, Cell):
        return Scalar(content.type, lift.called_cell(content), content.nullable)
    if isinstance(content, Tup):
        items = [of_value(lift, v) for v in content.items]
        return None if any(i is None for i in items) else Record(tuple(i for i in items if i is not None))
    if isinstance(content, Items):
        shapes = {of_value(lift, v) for v in content.values}
        return Many(shapes.pop() if len(shapes) == 1 else None)
    if isinstance(content, Rows):
        template = lift.content(content.template)
        if isinstance(template, Items):
            template = Tup(template.values)
        return Many(of_value(lift, template))
    if isinstance(content, Column1):
        return Many(Scalar(content.cell.type, content.name, content.cell.nullable))
    if isinstance(content, Entries):
        keys, values = {of_value(lift, k) for k, _ in content.items}, {of_value(lift, v) for _, v in content.items}
        return Table(keys.pop() if len(keys) == 1 else None, values.pop() if len(values) == 1 else None)
    if isinstance(content, Keyed):
        fields = [content.node.schema.field(k) for k in content.keys]
        key: Shape = Scalar(fields[0].type) if len(fields) == 1 else Record(tuple(Scalar(f.type) for f in fields))
        return Table(key, None if content.template is None else of_value(lift, content.template))
    return None


class Shapes:
    """Shapes of the names in a few statements."""

    def __init__(self, lift: Lifter, known: dict[str, Shape], body: list[ast.stmt]) -> None:
        self.lift = lift
        self.known: dict[str, Shape | None] = dict(known)
        self.given = set(known)
        for _ in range(4):  # long chains of assignments settle in a few rounds
            for statement in body:
                for node in ast.walk(statement):
                    self._statement(node)

    def of(self, name: str) -> Shape | None:
        """Return the shape of a name after the statements."""
        return self.known.get(name)

    def _statement(self, node: ast.AST) -> None:
        if isinstance(node, ast.Assign):
            shape = self.expression(node.value)
            for target in node.targets:
                self._bind(target, shape)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            self._bind(node.target, self.expression(ast.BinOp(node.target, node.op, node.value)))
        elif isinstance(node, ast.For):
            self._bind(node.target, self._element(self.expression(node.iter)))
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append" and node.args:
            owner = node.func.value
            if isinstance(owner, ast.Name) and isinstance(self.known.get(owner.id), Many):
                held = self.known[owner.id]
                new = self.expression(node.args[0])
                assert isinstance(held, Many)
                if new is None or (held.element is not None and _joined(held.element, new) is None):
                    self.known[owner.id] = None
                else:
                    self.known[owner.id] = Many(new if held.element is None else _joined(held.element, new))

    def _bind(self, target: ast.expr, shape: Shape | None) -> None:
        if isinstance(target, ast.Name):
            before = self.known.get(target.id)
            if target.id not in self.known or before is None:
                if target.id not in self.given or before is not None:
                    self.known[target.id] = self._named(shape, target.id)
            elif shape is not None and not (isinstance(shape, Many) and shape.element is None):
                self.known[target.id] = (
                    _joined(before, shape) if not (isinstance(before, Many) and before.element is None) else shape
                )
        elif isinstance(target, ast.Tuple | ast.List):
            for i, inner in enumerate(target.elts):
                item = shape.items[i] if isinstance(shape, Record) and i < len(shape.items) else None
                self._bind(inner, item)

    def _named(self, shape: Shape | None, name: str) -> Shape | None:
        if isinstance(shape, Scalar) and not shape.name:
            return Scalar(shape.type, name, shape.nullable)
        return shape

    def _element(self, shape: Shape | None) -> Shape | None:
        return shape.element if isinstance(shape, Many) else shape.key if isinstance(shape, Table) else None

    def expression(self, node: ast.expr) -> Shape | None:
        """Return the shape of an expression."""
        if isinstance(node, ast.Constant):
            kind = {str: Type.STR, bool: Type.BOOL, int: Type.INT, float: Type.FLOAT}.get(type(node.value))
            return None if kind is None else Scalar(kind)
        if isinstance(node, ast.Name):
            return self.known.get(node.id)
        if isinstance(node, ast.JoinedStr):
            return Scalar(Type.STR)
        if isinstance(node, ast.Compare):
            return Scalar(Type.BOOL)
        if isinstance(node, ast.UnaryOp):
            return Scalar(Type.BOOL) if isinstance(node.op, ast.Not) else self.expression(node.operand)
        if isinstance(node, ast.IfExp):
            a, b = self.expression(node.body), self.expression(node.orelse)
            return None if a is None or b is None else _joined(a, b)
        if isinstance(node, ast.Tuple) or (isinstance(node, ast.List) and node.elts):
            items = [self.expression(e) for e in node.elts]
            return None if any(i is None for i in items) else Record(tuple(i for i in items if i is not None))
        if isinstance(node, ast.List):
            return Many(None)
        if isinstance(node, ast.Dict) and not node.keys:
            return Table(None, None)
        if isinstance(node, ast.BinOp):
            return self._arithmetic(node)
        if isinstance(node, ast.Subscript):
            return self._item(node)
        if isinstance(node, ast.Call):
            return self._call(node)
        return None

    def _arithmetic(self, node: ast.BinOp) -> Shape | None:
        a, b = self.expression(node.left), self.expression(node.right)
        if isinstance(a, Record) and isinstance(b, Record) and isinstance(node.op, ast.Add):
            return Record(a.items + b.items)
        if not (isinstance(a, Scalar) and isinstance(b, Scalar)):
            return None
        if a.type is Type.STR and b.type is Type.STR:
            return Scalar(Type.STR)
        if not (a.type.is_number and b.type.is_number):
            return None
        if isinstance(node.op, ast.Div) or Type.FLOAT in (a.type, b.type):
            return Scalar(Type.FLOAT)
        return Scalar(Type.INT)

    def _item(self, node: ast.Subscript) -> Shape | None:
        owner = self.expression(node.value)
        if isinstance(node.slice, ast.Slice):
            if isinstance(owner, Record):
                bounds = [node.slice.lower, node.slice.upper]
                if node.slice.step is None and all(
                    b is None or (isinstance(b, ast.Constant) and isinstance(b.value, int)) for b in bounds
                ):
                    low, high = (b.value if isinstance(b, ast.Constant) and isinstance(b.value, int) else None for b in bounds)
                    return Record(owner.items[low:high])
                return None
            return owner
        if isinstance(owner, Many):
            return owner.element
        if isinstance(owner, Table):
            return owner.value
        if isinstance(owner, Record) and isinstance(node.slice, ast.Constant) and isinstance(node.slice.value, int):
            return owner.items[node.slice.value] if -len(owner.items) <= node.slice.value < len(owner.items) else None
        if isinstance(owner, Scalar) and owner.type is Type.STR:
            return Scalar(Type.STR)
        return None

    def _call(self, node: ast.Call) -> Shape | None:
        if isinstance(node.func, ast.Name):
            name = node.func.id
            target = self.lift.names.get(name)
            if isinstance(target, UserFunction):
                kind = returned(self.lift, target)
                return None if kind is None else Scalar(kind)
            if name in ("sorted", "list", "reversed", "tuple") and node.args:
                shape = self.expression(node.args[0])
                return Many(None) if shape is None and not node.args else shape
            if name == "list":
                return Many(None)
            if name == "enumerate" and node.args:
                return Many(_pair(Scalar(Type.INT), self._element(self.expression(node.args[0]))))
            if name == "range":
                return Many(Scalar(Type.INT))
            if name in ("min", "max", "sum", "abs") and node.args:
                shape = self.expression(node.args[0])
                return self._element(shape) if isinstance(shape, Many) else shape
            kind = CALLS.get(name)
            return None if kind is None else Scalar(kind)
        if isinstance(node.func, ast.Attribute):
            name = node.func.attr
            owner = self.expression(node.func.value)
            if isinstance(owner, Table) and name == "get":
                return owner.value
            if isinstance(owner, Table) and name == "items":
                return Many(_pair(owner.key, owner.value))
            if isinstance(owner, Many) and name == "pop":
                return owner.element
            if isinstance(owner, Scalar):
                for table, kind in ((TEXT_METHODS, Type.STR), (NUMBER_METHODS, Type.INT), (TRUTH_METHODS, Type.BOOL)):
                    if name in table:
                        return Scalar(kind)
        return None


def _pair(a: Shape | None, b: Shape | None) -> Shape | None:
    return None if a is None or b is None else Record((a, b))


def _joined(a: Shape, b: Shape) -> Shape | None:
    """Return the shape that both have, whole numbers and floats being floats, else None."""
    if isinstance(a, Scalar) and isinstance(b, Scalar):
        if a.type is b.type:
            return Scalar(a.type, a.name if a.name == b.name else a.name or b.name, a.nullable or b.nullable)
        return Scalar(Type.FLOAT, a.name) if {a.type, b.type} == {Type.INT, Type.FLOAT} else None
    if isinstance(a, Record) and isinstance(b, Record) and len(a.items) == len(b.items):
        items = [_joined(x, y) for x, y in zip(a.items, b.items, strict=True)]
        return None if any(i is None for i in items) else Record(tuple(i for i in items if i is not None))
    return a if a == b else None
