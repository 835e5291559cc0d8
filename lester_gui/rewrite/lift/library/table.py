"""The tables of rules: what a library function, a method or an attribute means to the lifter, by name."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lester_gui.rewrite.lift.domain import Const, Value
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(slots=True)
class Arguments:
    """The arguments of one call.

    Attributes
    ----------
    what : str
        The call as the reader knows it, for messages.
    positional, keywords
        Evaluated arguments.
    owner : Value, optional
        For methods: the object as the script reached it, often a `Ref`.
    node : ast.Call, optional
        The call itself.
    """

    what: str
    positional: list[Value]
    keywords: dict[str, Value] = field(default_factory=dict)
    owner: Value | None = None
    node: ast.Call | None = None

    def bind(self, *names: str, ignored: tuple[str, ...] = (), **defaults: object) -> dict[str, Value]:
        """Return the arguments by name; `names` in positional order, `defaults` for what may be left out.

        Raises
        ------
        Stopped
            If the script gives an option that the rule does not know, or leaves out one that it needs.
        """
        out: dict[str, Value] = {}
        if len(self.positional) > len(names):
            raise no_rule(f"{self.what} with {len(self.positional)} positional arguments")
        for name, value in zip(names, self.positional, strict=False):
            out[name] = value
        for name, value in self.keywords.items():
            if name in out:
                raise no_rule(f"{self.what} with two values for {name}")
            if name in names or name in defaults:
                out[name] = value
            elif name not in ignored:
                raise no_rule(f"the option {name} of {self.what}")
        for name in (*names, *defaults):
            if name not in out:
                if name not in defaults:
                    raise no_rule(f"{self.what} without {name}")
                default = defaults[name]
                out[name] = default if isinstance(default, Value) else Const(default)
        return out

    def given(self, name: str, position: int | None = None) -> Value | None:
        """Return an argument if the script gives it."""
        if name in self.keywords:
            return self.keywords[name]
        return self.positional[position] if position is not None and position < len(self.positional) else None


FunctionRule = Callable[["Lifter", Arguments], Value]
MethodRule = Callable[["Lifter", Any, Arguments], Value]  # the owner is of the kind that the rule is listed under
AttributeRule = Callable[["Lifter", Any, Value], Value]

FUNCTIONS: dict[str, FunctionRule] = {}
METHODS: dict[tuple[str, str], MethodRule] = {}
ATTRIBUTES: dict[tuple[str, str], AttributeRule] = {}


def function(*names: str) -> Callable[[FunctionRule], FunctionRule]:
    """Register the rule of library functions, by dotted name."""

    def register(rule: FunctionRule) -> FunctionRule:
        for name in names:
            FUNCTIONS[name] = rule
        return rule

    return register


def method(kind: str, *names: str) -> Callable[[MethodRule], MethodRule]:
    """Register the rule of methods of a kind of value (see `Lifter.kind`)."""

    def register(rule: MethodRule) -> MethodRule:
        for name in names:
            METHODS[kind, name] = rule
        return rule

    return register


def attribute(kind: str, *names: str) -> Callable[[AttributeRule], AttributeRule]:
    """Register the rule of an attribute; it gets the content and the object as the script reached it."""

    def register(rule: AttributeRule) -> AttributeRule:
        for name in names:
            ATTRIBUTES[kind, name] = rule
        return rule

    return register


def family(rule: Callable[..., Value]) -> str:
    """Return the family of a rule, its module: what nodes say they were made by."""
    return rule.__module__.rsplit(".", 1)[-1].split("_")[0]
