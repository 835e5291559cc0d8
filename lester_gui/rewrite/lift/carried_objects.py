"""Transformers of the script's own classes that learn nothing, carried with the plan as a function of the rows they are given."""

from __future__ import annotations

import ast
import copy
import math
from typing import TYPE_CHECKING

from lester_gui.ir.learning import Function
from lester_gui.rewrite.lift.carried import definitions
from lester_gui.rewrite.lift.domain import Const, Entries, UserClass, UserFunction
from lester_gui.rewrite.lift.purity import check_body, check_pure
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule
from lester_gui.rewrite.slicing import free_names

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


OF_ONE_ROW = """

def {name}(*values):
    import numpy

    row = numpy.array([[numpy.nan if v is None else v for v in values]])
    return [float(v) for v in numpy.asarray({called}(row)).ravel()]
"""


def learns_nothing(made: UserClass) -> bool:
    """Whether the method ``fit`` of a class does nothing but return the object."""
    fit = made.members.get("fit")
    if not isinstance(fit, UserFunction) or not isinstance(fit.node, ast.FunctionDef) or not fit.node.args.args:
        return False
    own = fit.node.args.args[0].arg
    body = [s for s in fit.node.body if not (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))]
    return len(body) == 1 and isinstance(body[0], ast.Return) and isinstance(body[0].value, ast.Name) and body[0].value.id == own


def carry_object(lift: Lifter, made: UserClass, content: Entries) -> str:
    """Carry the method ``transform`` of an object and return the name of the function that does the same.

    What the object was made with stands in the function as constants; plans call it row by row.

    Raises
    ------
    Stopped
        If the object learns from rows, or holds anything but constants.
    """
    method = made.members.get("transform")
    if not learns_nothing(made):
        raise no_rule(f"{made.name}, which learns from columns that passed an encoder before")
    if not isinstance(method, UserFunction) or not isinstance(method.node, ast.FunctionDef) or method.module:
        raise no_rule(f"the method transform of {made.name}")
    arguments = method.node.args
    if len(arguments.args) - len(arguments.defaults) != 2 or arguments.vararg or arguments.kwonlyargs or arguments.kwarg:
        raise no_rule(f"the arguments of the method transform of {made.name}")
    node = copy.deepcopy(method.node)
    own = node.args.args.pop(0).arg
    node = ast.fix_missing_locations(_Constants(own, made, content).visit(node))
    if any(isinstance(n, ast.Name) and n.id == own for n in ast.walk(node)):
        raise no_rule(f"{made.name}, whose method transform uses the object as a whole")
    check_body(node)
    pieces: dict[str, None] = {}
    imports: dict[str, None] = {}
    for name in sorted(free_names(node)):
        if any(isinstance(s, ast.ClassDef) and s.name == name for s in lift.script.tree.body):
            raise Stopped(Reason.EFFECT, f"{made.name} uses the class {name}, whose objects may keep something")
        check_pure(lift, "", name)
        found, imported = definitions(lift, name)
        pieces.update(dict.fromkeys(found))
        imports.update(dict.fromkeys(imported))
    number = 1
    while True:
        node.name = f"{made.name}_transform" + (f"_{number}" if number > 1 else "")
        text = "\n\n".join(p for p in ("\n".join(imports), *pieces, ast.unparse(node)) if p)
        definition = Function(f"{node.name}_of_row", text + OF_ONE_ROW.format(name=f"{node.name}_of_row", called=node.name))
        if lift.functions.get(definition.name, definition) == definition:
            lift.functions[definition.name] = definition
            return definition.name
        number += 1


class _Constants(ast.NodeTransformer):
    """Puts what an object holds in the place of its attributes."""

    def __init__(self, own: str, made: UserClass, content: Entries) -> None:
        self.own, self.made, self.content = own, made, content

    def visit_Attribute(self, node: ast.Attribute) -> ast.expr:
        if not (isinstance(node.value, ast.Name) and node.value.id == self.own):
            self.generic_visit(node)
            return node
        value = self.content.get(Const(node.attr))
        if not isinstance(node.ctx, ast.Load) or not isinstance(value, Const) or not _is_plain(value.value):
            raise no_rule(f"{self.made.name}, whose method transform uses {node.attr}, which is no constant")
        return ast.parse(repr(value.value), mode="eval").body


def _is_plain(value: object) -> bool:
    """Whether a constant can be written down: not every float can."""
    return value is None or isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value))
