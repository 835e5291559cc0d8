"""Calls and attributes: library rules by name, methods by kind, functions of the script by lifting their bodies."""

from __future__ import annotations

import ast
import re
import string
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import (
    Accessor,
    Bound,
    Const,
    Encoded,
    Entries,
    Estimator,
    Fields,
    Frame,
    Items,
    Maybe,
    Module,
    Result,
    Tup,
    UserClass,
    UserFunction,
    Value,
)
from lester_gui.rewrite.lift.expressions import evaluate, expression
from lester_gui.rewrite.lift.grouping import Grouping
from lester_gui.rewrite.lift.json_values import Json, Several
from lester_gui.rewrite.lift.library.table import ATTRIBUTES, FUNCTIONS, METHODS, Arguments, family
from lester_gui.rewrite.lift.mixed_columns import KEEPING, TAKING, refuse
from lester_gui.rewrite.lift.raising import demand, required
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

MADE_OF_ROWS = ("zscore", "rankdata", "boxcox", "yeojohnson", "gzscore", "zmap", "mstats", "trim1", "trimboth", "sigmaclip")
"""Functions of scipy.stats that yield one value per row, which a plan may need."""

# Libraries that draw, log and tidy up: nothing a plan needs comes from them.
DISPLAY = (
    "matplotlib",
    "seaborn",
    "plotly",
    "warnings",
    "logging",
    "IPython",
    "gc",
    "tqdm.pandas",
    "rich",
    "pprint",
    "sys",
    "shutil",
    "argparse",
    "mlflow",
    "wandb",
    "pandas.set_option",
    "pandas.reset_option",
    "pandas.options",
    "pandas.plotting",
    "numpy.set_printoptions",
)


@expression(ast.Call)
def call(lift: Lifter, node: ast.Call) -> Value:
    """``f(x)``."""
    from lester_gui.rewrite.lift.expressions.nested_calls import in_one_expression

    nested = in_one_expression(lift, node)
    if nested is not None:
        return nested
    target = evaluate(lift, node.func)
    if target == Module("builtins.zip") and len(node.args) == 1 and isinstance(node.args[0], ast.Starred) and not node.keywords:
        from lester_gui.rewrite.lift.library.shuffled_rows import unzipped

        lists = unzipped(lift, evaluate(lift, node.args[0].value))
        if lists is not None:
            return lists
    positional, keywords = arguments(lift, node)
    return invoke(lift, target, Arguments(ast.unparse(node.func), positional, keywords, node=node))


def arguments(lift: Lifter, node: ast.Call) -> tuple[list[Value], dict[str, Value]]:
    """Evaluate the arguments of a call; ``*`` and ``**`` of known length are spread out."""
    from lester_gui.rewrite.lift.classes import values_of

    positional: list[Value] = []
    for a in node.args:
        if isinstance(a, ast.Starred):
            inner = lift.content(evaluate(lift, a.value))
            if isinstance(inner, Tup):
                positional += inner.items
            elif isinstance(inner, Entries) and values_of(lift, inner) is not None:
                positional += [v for _, v in inner.items]
            elif isinstance(inner, Items):
                positional += inner.values
            elif isinstance(inner, Fields):
                from lester_gui.rewrite.lift.texts import all_fields

                positional += all_fields(lift, inner)
            else:
                raise shape("A list whose length is not known is passed with *")
        else:
            positional.append(evaluate(lift, a))
    keywords: dict[str, Value] = {}
    for k in node.keywords:
        value = evaluate(lift, k.value)
        if k.arg is not None:
            keywords[k.arg] = value
            continue
        inner = lift.content(value)
        if not isinstance(inner, Entries) or inner.factory.startswith("object:"):
            raise shape("Options whose names are not known are passed with **")
        keywords.update({lift.text(name): v for name, v in inner.items})
    return positional, keywords


def invoke(lift: Lifter, target: Value, args: Arguments) -> Value:
    """Call something.

    Raises
    ------
    Stopped
        If no rule covers it.
    """
    if isinstance(target, UserFunction):
        from lester_gui.rewrite.lift.functions import call_user

        return call_user(lift, target, args)
    if isinstance(target, UserClass):
        from lester_gui.rewrite.lift.classes import construct

        return construct(lift, target, args)
    if isinstance(target, Bound):
        return call_method(lift, target, args)
    if isinstance(target, Module):
        return call_library(lift, target.name, args)
    content = lift.content(target)
    if isinstance(content, Result):
        return content
    raise no_rule(f"calling {args.what}")


def call_library(lift: Lifter, name: str, args: Arguments) -> Value:
    """Call a library function or class by its dotted name."""
    name = canonical(name)
    rule = FUNCTIONS.get(name)
    if rule is not None:
        args.what = name.removeprefix("builtins.")
        if name not in TAKING:
            for value in args.positional:
                refuse(lift, value, args.what)
        with lift.using(family=family(rule)):
            return rule(lift, args)
    if name.startswith(DISPLAY):
        return Result(name)
    if is_metric(name):
        return FUNCTIONS["sklearn.metrics.accuracy_score"](lift, args)
    if name.startswith("sklearn.") and name.rsplit(".", 1)[-1][:1].isupper():
        from lester_gui.rewrite.lift.library.sklearn import estimator

        with lift.using(family="sklearn"):
            return estimator(lift, name, args)
    if name.startswith("class:"):
        short = name.removeprefix("class:")
        why = lift.stopped_classes.get(short)
        raise Stopped(Reason.SYNTAX, f"The class {short} of the script is not lifted" + (f": {why}" if why else ""))
    given = [lift.content(v) for v in (*args.positional, *args.keywords.values())]
    of_results = any(isinstance(v, Result) for v in given) and all(isinstance(v, Result | Const) for v in given)
    if of_results and name.startswith(("numpy.", "math.", "statistics.")):
        return Result(name)
    raise no_rule(name.removeprefix("builtins."))


def is_metric(name: str) -> bool:
    """Whether a function measures or tests something, so that all it yields is looked at: whatever its name is."""
    parts = name.split(".")
    return name.startswith(("sklearn.metrics.", "scipy.stats.")) and parts[2] != "pairwise" and parts[-1] not in MADE_OF_ROWS


def call_method(lift: Lifter, bound: Bound, args: Arguments) -> Value:
    """Call a method."""
    from lester_gui.rewrite.lift.classes import method

    content = lift.content(bound.owner)
    if isinstance(content, Result):
        return content
    own = method(lift, bound, args)
    if own is not None:
        return own
    if isinstance(content, Maybe) and isinstance(content.value, Json | Accessor):
        # None has no methods: the script goes on with an object
        if not demand(lift, content.found, "AttributeError"):
            required(lift, content.found)
        content = content.value
    if isinstance(content, Several):
        from lester_gui.rewrite.lift.several_kinds import only

        content = only(lift, content.text, "AttributeError")  # numbers and truth values have none of these methods
    if isinstance(content, Encoded) and ("encoded", bound.name) not in METHODS:
        from lester_gui.rewrite.lift.library.pandas_encoded import as_plain

        content = as_plain(lift, content)
    kind = lift.kind(content)
    args.owner = bound.owner
    if bound.name not in KEEPING:
        refuse(lift, content, f"DataFrame.{bound.name}")
    for k in kinds(kind):
        rule = METHODS.get((k, bound.name))
        if rule is not None:
            args.what = f"{_spoken(k)}.{bound.name}"
            with lift.using(family=family(rule)):
                return rule(lift, content, args)
    if kind == "text" and isinstance(content, Const) and all(isinstance(lift.content(a), Const | Items) for a in args.positional):
        return _of_constant(lift, content, bound.name, args)
    raise no_rule(f"the method {bound.name} of a {_spoken(kind)}")


def _of_constant(lift: Lifter, content: Const, name: str, args: Arguments) -> Value:
    """Call a method of a constant text."""
    rule = getattr(str, name, None)
    if rule is None or args.keywords or not isinstance(content.value, str):
        raise no_rule(f"the method {name} of a str")
    try:
        out = rule(content.value, *(lift.const(a) for a in args.positional))
    except (TypeError, ValueError, LookupError) as error:
        raise shape(f"The method {name} fails on constants") from error
    if not isinstance(out, str | int | bool | list | tuple):
        raise no_rule(f"the method {name} of a str")
    if isinstance(out, tuple):
        return Tup(tuple(Const(o) for o in out))
    return lift.new(Items(tuple(Const(o) for o in out))) if isinstance(out, list) else Const(out)


def kinds(kind: str) -> tuple[str, ...]:
    """Return the kinds whose rules apply, most special first."""
    return (kind, "sequence") if kind in ("list", "tuple") else (kind, "dict") if kind == "totals" else (kind,)


def _spoken(kind: str) -> str:
    return {"frame": "DataFrame", "series": "Series", "matrix": "array", "list": "list", "text": "str"}.get(kind, kind)


def canonical(name: str) -> str:
    """Return the name under which rules list a library object: public paths, whatever the script imported it from."""
    name = name.replace("numpy.core.", "numpy.")
    if name.startswith("pandas.core."):
        name = "pandas." + name.rsplit(".", 1)[-1]
    parts = name.split(".")
    if parts[0] == "sklearn" and any(p.startswith("_") for p in parts[:-1]):
        name = ".".join(p for p in parts[:-1] if not p.startswith("_")) + "." + parts[-1]
    return name


@expression(ast.Attribute)
def attribute(lift: Lifter, node: ast.Attribute) -> Value:
    """``x.name``: a module's member, a property with a rule, a column of a frame, or a method to be called."""
    owner = evaluate(lift, node.value)
    return member(lift, owner, node.attr, node.value)


def member(lift: Lifter, owner: Value, name: str, target: ast.expr | None = None) -> Value:
    """Return an attribute of a value."""
    from lester_gui.rewrite.lift.classes import attribute as own_attribute
    from lester_gui.rewrite.lift.classes import class_of, of_class

    if isinstance(owner, Module):
        if owner.name.startswith("project:"):
            from lester_gui.rewrite.lift.functions import module_names

            names = module_names(lift, owner.name.removeprefix("project:"))
            if name not in names:
                raise no_rule(f"the name {name} of a project module")
            return lift.known(names[name])
        dotted = f"{owner.name}.{name}"
        known = FUNCTIONS.get(dotted)
        if dotted == "sys.argv":
            return lift.new(Items((Const(lift.script.path),)))  # the script runs without arguments
        return lift_constant(dotted) if known is None else Module(dotted)
    content = lift.content(owner)
    if lift.kind(content) == "bins":
        from lester_gui.rewrite.lift.library.pandas_bins import member as member_of_bins

        taken = member_of_bins(lift, content, name)  # type: ignore[arg-type]
        if taken is not None:
            return taken
    if isinstance(content, Result):
        return content
    if isinstance(content, UserClass):
        return of_class(lift, content, name, None)
    if isinstance(content, Maybe) and class_of(lift, lift.content(content.value)) is not None:
        if not demand(lift, content.found, "AttributeError"):
            required(lift, content.found)  # None has no attributes: the script goes on with an object
        owner, content = content.value, lift.content(content.value)
    made = class_of(lift, content)
    if made is not None and isinstance(content, Entries):
        return own_attribute(lift, owner, content, made, name)
    kind = lift.kind(content)
    for k in kinds(kind):
        rule = ATTRIBUTES.get((k, name))
        if rule is not None:
            if name not in ("columns", "shape", "index"):
                refuse(lift, content, f"DataFrame.{name}")
            with lift.using(family=family(rule)):
                return rule(lift, content, owner)
    if isinstance(content, Frame) and content.get(name) is not None and not any((k, name) in METHODS for k in kinds(kind)):
        from lester_gui.rewrite.lift.library.pandas_frame import column_of

        return column_of(lift, content, name)
    if isinstance(content, Grouping) and name in content.frame.names and ("groupby", name) not in METHODS:
        return METHODS["groupby", "__getitem__"](lift, content, Arguments("groupby", [Const(name)]))
    if isinstance(content, Entries) and content.factory == "record" and content.get(Const(name)) is not None:
        return content.get(Const(name)) or Const(None)
    if isinstance(content, Estimator) and name.endswith("_"):
        return Result(name)
    return Bound(owner, name, target)


def lift_constant(dotted: str) -> Value:
    """Return a member of a module; the few that are plain numbers are constants."""
    constants = {
        "numpy.nan": float("nan"),
        "numpy.NaN": float("nan"),
        "numpy.inf": float("inf"),
        "math.inf": float("inf"),
        "math.nan": float("nan"),
        "numpy.pi": 3.141592653589793,
        "math.pi": 3.141592653589793,
        "numpy.e": 2.718281828459045,
        "math.e": 2.718281828459045,
        **{f"string.{n}": getattr(string, n) for n in string.__all__ if isinstance(getattr(string, n), str)},
        **{f"re.{n}": int(flag) for n, flag in re.RegexFlag.__members__.items()},
        **{f"re.{n}": int(getattr(re, n)) for n in "AILMSUX"},
    }
    if dotted in ("pandas.NA", "pandas.NaT"):
        return Const(None)
    return Const(constants[dotted]) if dotted in constants else Module(dotted)
