"""pandas: names of columns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import (
    Const,
    Entries,
    Frame,
    UserFunction,
    Value,
)
from lester_gui.rewrite.lift.library.pandas_frame import in_place, settled
from lester_gui.rewrite.lift.library.table import Arguments, method
from lester_gui.rewrite.lift.stop import no_rule, shape

LEVEL = "\x1f"
"""Between the levels of a column's name, until the script flattens them. No name in a file has it."""

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
        new = tuple(table.get(n, n) for n in frame.names)
    elif isinstance(mapping, UserFunction) or mapping is not content:
        raise no_rule("DataFrame.rename with a function")
    else:
        new = renamed_by(lift, mapping, frame.names)
    return in_place(lift, args, relabelled(lift, frame, new), given["inplace"])


def renamed_by(lift: Lifter, mapping: Value, names: tuple[str, ...]) -> tuple[str, ...]:
    """Return names after a function such as ``str.lower``."""
    from lester_gui.rewrite.lift.domain import Module

    simple: dict[str, Callable[[str], str]] = {
        "builtins.str.lower": str.lower,
        "builtins.str.upper": str.upper,
        "builtins.str.strip": str.strip,
        "builtins.str.title": str.title,
    }
    if isinstance(mapping, Module) and mapping.name in simple:
        return tuple(simple[mapping.name](n) for n in names)
    raise no_rule("DataFrame.rename with this function")


def relabelled(lift: Lifter, frame: Frame, names: tuple[str, ...]) -> Frame:
    """Return the frame with other column names."""
    if len(names) != len(frame.names):
        raise shape(f"{len(frame.names)} columns are given {len(names)} names")
    if len(set(names)) != len(names):
        raise shape("Two columns get the same name")
    columns = tuple((new, v) for new, (_, v) in zip(names, frame.columns, strict=True))
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
