"""pandas: names of columns."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import (
    Accessor,
    Const,
    Entries,
    Frame,
    Items,
    Module,
    Tup,
    Value,
)
from lester_gui.rewrite.lift.library.pandas_frame import LEVEL, MARK, in_place, settled
from lester_gui.rewrite.lift.library.table import Arguments, attribute, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@method("frame", "rename")
def rename(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.rename(columns={old: new})``."""
    given = args.bind("mapper", ignored=("copy",), mapper=None, columns=None, axis=0, inplace=False, errors="ignore")
    mapping = given["columns"] if lift.content(given["columns"]) != Const(None) else given["mapper"]
    if mapping is given["mapper"] and lift.const(given["axis"]) not in (1, "columns"):
        raise no_rule("DataFrame.rename of rows")
    content = lift.content(mapping)
    if isinstance(content, Entries):
        table = {lift.text(k): lift.text(v) for k, v in content.items}
        _ask_for(lift, frame, [n for n in table if n not in frame.names])
        new = tuple(table.get(n, n) for n in frame.names)
    else:
        new = renamed_by(lift, mapping, frame.names)
    return in_place(lift, args, relabelled(lift, frame, new), given["inplace"])


def _ask_for(lift: Lifter, frame: Frame, names: list[str]) -> None:
    """Ask a pivot for columns that get other names, before anything asks for them by those."""
    from lester_gui.rewrite.lift.library.pandas_pivot import request

    known = len(lift.hints)
    for name in names:
        request(lift, frame, name)
    if len(lift.hints) > known:
        raise shape("Columns of which only the data tell are given other names")


def renamed_by(lift: Lifter, function: Value, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names after a function of one name: ``str.lower``, a lambda, a function of the script."""
    from lester_gui.rewrite.lift.expressions.call import invoke

    out = []
    for name in names:
        if isinstance(function, Module) and function.name.startswith("builtins.str."):
            change: Callable[[str], object] | None = getattr(str, function.name.removeprefix("builtins.str."), None)
            new = Const(change(name)) if change is not None else Const(None)
        else:
            new = lift.content(invoke(lift, function, Arguments("a function of a name", [Const(name)])))  # type: ignore[assignment]
        out.append(lift.text(new))
    return tuple(out)


def relabelled(lift: Lifter, frame: Frame, names: tuple[str, ...]) -> Frame:
    """Return the frame with other column names."""
    if len(names) != len(frame.names):
        raise shape(f"{len(frame.names)} columns are given {len(names)} names")
    if len(set(names)) != len(names):
        raise shape("Two columns get the same name")
    if any(old.endswith("*") and not new.endswith("*") for old, new in zip(frame.names, names, strict=True)):
        raise no_rule("names for one-hot columns that are not the encoder's")
    columns = tuple((new, v) for new, (_, v) in zip(names, frame.columns, strict=True))
    if any(LEVEL in n for n in names):
        return replace(frame, columns=columns)
    return settled(lift, replace(frame, columns=columns))


@method("frame", "set_axis")
def set_axis(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.set_axis(names, axis=1)``."""
    given = args.bind("labels", ignored=("copy",), axis=0)
    if lift.const(given["axis"]) not in (1, "columns"):
        raise no_rule("DataFrame.set_axis of rows")
    return lift.new(relabelled(lift, frame, lift.strings(given["labels"])))


@method("frame", "add_prefix", "add_suffix")
def affix(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.add_prefix(text)``."""
    text = lift.text(args.positional[0])
    prefix = args.what.endswith("prefix")
    return lift.new(relabelled(lift, frame, tuple(text + n if prefix else n + text for n in frame.names)))


# -- the list of names -------------------------------------------------------------------------------------------------


@attribute("frame", "columns")
def columns(lift: Lifter, frame: Frame, owner: Value) -> Value:
    """``frame.columns``: a list of names; a name of two levels is a tuple."""
    return lift.new(Items(tuple(_as_label(n) for n in frame.names), "index"))


def _as_label(name: str) -> Value:
    return Tup(tuple(Const(p) for p in name.split(LEVEL))) if LEVEL in name else Const(name)


@attribute("list", "str")
def text_of_names(lift: Lifter, content: Value, owner: Value) -> Value:
    """``frame.columns.str``."""
    names = lift.const(content)
    if not isinstance(content, Items) or content.kind != "index" or not all(isinstance(n, str) for n in names):
        raise no_rule("str of this list")
    return Accessor(content, "names.str")


@method("names.str", "lower", "upper", "title", "capitalize", "strip", "lstrip", "rstrip", "replace", "removeprefix",
        "removesuffix", "startswith", "endswith", "contains", "slice", "swapcase")  # fmt: skip
def text_method(lift: Lifter, accessor: Accessor, args: Arguments) -> Value:
    """``frame.columns.str.lower()``, ``frame.columns.str.replace(" ", "_")``."""
    what = args.what.rsplit(".", 1)[-1]
    names = lift.const(accessor.owner)
    values = [lift.const(v) for v in args.positional]
    regex = bool(lift.const(args.keywords.pop("regex", Const(what == "contains"))))
    if args.keywords:
        raise no_rule(f"names.str.{what} with options")
    if what == "contains":
        out = [(re.search(values[0], n) is not None) if regex else values[0] in n for n in names]
    elif what == "replace" and regex:
        out = [re.sub(values[0], values[1], n) for n in names]
    elif what == "slice":
        out = [n[slice(*values)] for n in names]
    else:
        out = [getattr(n, what)(*values) for n in names]
    return lift.new(Items(tuple(Const(o) for o in out), "index"))


@method("list", "tolist", "to_list", "to_numpy", "to_flat_index")
def as_list(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``frame.columns.tolist()``."""
    if not isinstance(content, Items) or content.kind != "index":
        raise no_rule(f"{args.what} of this list")
    return lift.new(Items(content.values))


@attribute("list", "values")
def values_of_names(lift: Lifter, content: Value, owner: Value) -> Value:
    """``frame.columns.values``."""
    if not isinstance(content, Items) or content.kind != "index":
        raise no_rule("values of a list")
    return lift.new(Items(content.values, "index"))


@method("list", "difference", "intersection", "union", "drop", "isin", "map", "get_level_values", "droplevel")
def of_names(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``frame.columns.difference([…])`` and its kind, in pandas' order."""
    what = args.what.rsplit(".", 1)[-1]
    if not isinstance(content, Items) or content.kind != "index":
        raise no_rule(f"{args.what} of this list")
    if what == "map":
        if len(args.positional) == 1 and isinstance(lift.content(args.positional[0]), Entries):
            raise no_rule("columns.map with a dict")
        return lift.new(Items(tuple(Const(n) for n in _mapped_names(lift, args.positional[0], content.values)), "index"))
    if what in ("get_level_values", "droplevel"):
        level = lift.const(args.positional[0])
        names = [lift.const(v) for v in content.values]
        if not all(isinstance(n, tuple) and len(n) == 2 for n in names) or level not in (0, 1, -1):
            raise no_rule(f"columns.{what} here")
        kept = level if what == "get_level_values" else 1 - level % 2
        return lift.new(Items(tuple(Const(n[kept]) for n in names), "index"))
    sort = lift.content(args.keywords.get("sort", Const(None)))
    if set(args.keywords) - {"sort"} or sort not in (Const(None), Const(False)):
        raise no_rule(f"columns.{what} with options")
    names = list(lift.const(content))
    others = list(lift.strings(args.positional[0]))
    if what == "drop":
        if set(others) - set(names):
            raise shape("A name is dropped that is not there")
        out: list[object] = [n for n in names if n not in others]
    elif what == "isin":
        out = [n in others for n in names]
    else:
        out = [n for n in names if (n in others) == (what == "intersection")] if what != "union" else [*names, *others]
        out = list(dict.fromkeys(out))
        if what in ("difference", "union") and sort == Const(None):
            out = sorted(out)  # type: ignore[type-var]
    return lift.new(Items(tuple(Const(n) for n in out), "index"))


def _mapped_names(lift: Lifter, function: Value, labels: tuple[Value, ...]) -> list[str]:
    from lester_gui.rewrite.lift.expressions.call import invoke

    return [lift.text(invoke(lift, function, Arguments("a function of a name", [label]))) for label in labels]


def compared(lift: Lifter, a: Value, b: Value, op: str) -> Value:
    """Return ``frame.columns == name`` or ``frame.columns != name``: one truth value for each name."""
    names, other = (a, b) if isinstance(a, Items) and a.kind == "index" else (b, a)
    known = lift.const(names)
    against = lift.const(other)
    others = list(against) if isinstance(against, list | tuple) else [against] * len(known)
    if len(others) != len(known):
        raise shape("Names are compared with another number of names")
    found = (Const((n == o) == (op == "Eq")) for n, o in zip(known, others, strict=True))
    return lift.new(Items(tuple(found), "index"))


def truths(lift: Lifter, value: Value) -> list[bool]:
    """Return the truth values of a list with one for each name.

    Raises
    ------
    Stopped
        If it holds anything else.
    """
    found = lift.const(value)
    if not all(isinstance(f, bool) for f in found):
        raise no_rule("~, & or | of names")
    return list(found)


def combined(lift: Lifter, a: Value, b: Value, op: str) -> Value:
    """Return ``mask & mask`` or ``mask | mask`` of lists with a truth value for each name."""
    one, two = truths(lift, a), truths(lift, b)
    if len(one) != len(two):
        raise shape("Conditions on different numbers of names are combined")
    found = ((x and y) if op == "BitAnd" else (x or y) for x, y in zip(one, two, strict=True))
    return lift.new(Items(tuple(Const(f) for f in found), "index"))


def chosen_names(lift: Lifter, content: Items, key: Value) -> Value:
    """Return ``frame.columns[mask]`` or ``frame.columns[[0, 2]]``."""
    if not isinstance(key, Items | Tup):
        raise no_rule("these names of columns")
    wanted = lift.const(key)
    if all(isinstance(w, bool) for w in wanted) and len(wanted) == len(content.values):
        return lift.new(Items(tuple(v for v, w in zip(content.values, wanted, strict=True) if w), "index"))
    if all(type(w) is int and -len(content.values) <= w < len(content.values) for w in wanted):
        return lift.new(Items(tuple(content.values[w] for w in wanted), "index"))
    raise no_rule("these names of columns")


def fits(name: str, pattern: str) -> bool:
    """Whether a pattern is found in a column's name, where what follows its beginning may be what only the data tell.

    Raises
    ------
    Stopped
        If that hangs on the data.
    """
    if not name.endswith("*") and MARK not in name:
        return re.search(pattern, name) is not None
    known = name[:-1] if name.endswith("*") else name.split(MARK)[0]
    if known.startswith("\x1d"):
        raise no_rule("DataFrame.filter by a part of names of which only the data tell some")
    starts = re.fullmatch(r"\^?\(?(?:\?:)?([\w ]+(?:\|[\w ]+)*)\)?", pattern)
    if starts is None or not pattern.startswith("^") or ("|" in pattern and "(" not in pattern):
        raise no_rule("DataFrame.filter by a part of names of which only the data tell some")
    texts = starts[1].split("|")
    if any(known.startswith(t) for t in texts):
        return True
    if any(t.startswith(known) for t in texts):
        raise no_rule("DataFrame.filter by a part of names of which only the data tell some")
    return False


@method("frame", "droplevel")
def droplevel(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.droplevel(0, axis=1)``: one level less of the columns' names."""
    given = args.bind("level", "axis", axis=0)
    level = lift.const(given["level"])
    if lift.const(given["axis"]) not in (1, "columns") or level not in (0, 1, -1) or not all(LEVEL in n for n in frame.names):
        raise no_rule("droplevel here")
    return lift.new(relabelled(lift, frame, tuple(n.split(LEVEL)[1 - level % 2] for n in frame.names)))


@method("frame", "rename_axis")
def rename_axis(lift: Lifter, frame: Frame, args: Arguments) -> Value:
    """``frame.rename_axis(None, axis=1)``: the name of the columns' axis is seen by nobody."""
    given = args.bind("mapper", mapper=None, columns=None, index=None, axis=0)
    if lift.content(given["index"]) != Const(None) or ("columns" not in args.keywords and lift.const(given["axis"]) == 0):
        raise no_rule("rename_axis of the rows")
    return lift.new(frame)
