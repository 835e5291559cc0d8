"""Objects that a script stores in a file and loads again: arrays of NumPy, pickles, Parquet tables, JSON documents.

What is loaded is a copy of what was stored, as far as the format keeps it. JSON makes lists of tuples and plain dicts of all
dicts; Parquet keeps the columns of a table and its index.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import iterators
from lester_gui.rewrite.lift.domain import (
    Cell,
    Column1,
    Const,
    Entries,
    Estimator,
    Frame,
    Handle,
    Items,
    Keyed,
    Matrix,
    Ref,
    Result,
    Rows,
    Tup,
    Value,
    Vector,
    Vocabulary,
)
from lester_gui.rewrite.lift.paths import TRUE
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule, shape
from lester_gui.rewrite.lift.templates import mapped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.library.table import Arguments
    from lester_gui.rewrite.lift.lifter import Lifter


@dataclass(frozen=True, slots=True)
class Stored:
    """What a file holds that the script stored: in which format, and a copy that nothing else can change."""

    form: str
    value: Value
    separator: str = ""


@dataclass(frozen=True, slots=True)
class Model(Value):
    """An estimator in a file: loaded as long as the script has not changed its own since."""

    ref: Ref
    content: Estimator


def store(lift: Lifter, path: str, form: str, value: Value, separator: str = "") -> None:
    """Note what a file holds from now on; under a condition, or in a loop, that is not known."""
    if lift.loops or lift.live != TRUE:
        lift.files[path] = Const("a file that is written under a condition")
        return
    if isinstance(lift.files.get(path), Stored) and form == "pickle":
        lift.files[path] = Const("several objects in one file")
        return
    try:
        lift.files[path] = Stored(form, _frozen(lift, value, set()), separator)
    except Stopped as stop:  # it matters only where the file is read again
        lift.files[path] = Const(stop.why)


def load(lift: Lifter, path: str, form: str) -> Value | None:
    """Return a copy of what a file holds, None where the script stored nothing in it.

    Raises
    ------
    Stopped
        If the script wrote it in another way.
    """
    if path not in lift.files:
        return None
    found = lift.files[path]
    if not isinstance(found, Stored) or found.form != form:
        raise no_rule(f"a file that is read as {form} and was written in another way, or may not have been")
    return thawed(lift, found.value)


def from_file(lift: Lifter, file: Value, form: str) -> Value | None:
    """Return a copy of the object in an open file, or in the file of that name."""
    from lester_gui.rewrite.lift.library.files import path_of

    content = lift.content(file)
    if isinstance(content, Result):
        return content
    path = path_of(lift, content)
    if path is None or path not in lift.files:
        return None
    if isinstance(content, Handle):
        if content.mode != "r" or set(dict(content.options)) - {"whole"}:
            raise no_rule("an object from a file that is open in this way")
        iterators.go_through(lift, file)
    return load(lift, path, form)


def _frozen(lift: Lifter, value: Value, seen: set[int]) -> Value:
    """Return a value with the content of its lists and dicts in the place of references."""
    if isinstance(value, Ref):
        if value.id in seen:
            raise Stopped(Reason.ALIAS, "One object stands in a stored one twice")
        seen.add(value.id)
    content = lift.content(value)
    if isinstance(content, Estimator) and isinstance(value, Ref):
        return Model(value, content)
    if isinstance(content, Tup):
        return replace(content, items=tuple(_frozen(lift, v, seen) for v in content.items))
    if isinstance(content, Items):
        return replace(content, values=tuple(_frozen(lift, v, seen) for v in content.values))
    if isinstance(content, Entries) and not content.factory.startswith("object:"):
        return replace(content, items=tuple((k, _frozen(lift, v, seen)) for k, v in content.items))
    if isinstance(content, Rows):
        return replace(content, template=mapped(lift, content.template, lambda c: c))
    if isinstance(content, Keyed):
        template = None if content.template is None else mapped(lift, content.template, lambda c: c)
        return replace(content, template=template)
    if isinstance(content, Const | Cell | Result | Frame | Column1 | Matrix | Vocabulary):
        return content
    raise no_rule("storing this object in a file")


def thawed(lift: Lifter, value: Value) -> Value:
    """Return a copy of a stored value as an object that the script can change."""
    if isinstance(value, Model):
        if lift.heap.get(value.ref.id) != value.content:
            raise Stopped(Reason.ALIAS, "A model is loaded that was changed after it was stored")
        return value.ref
    if isinstance(value, Vector):
        return lift.new(value)
    if isinstance(value, Tup):
        return Tup(tuple(thawed(lift, v) for v in value.items))
    if isinstance(value, Items):
        return lift.new(replace(value, values=tuple(thawed(lift, v) for v in value.values)))
    if isinstance(value, Entries):
        return lift.new(replace(value, items=tuple((k, thawed(lift, v)) for k, v in value.items)))
    return value if isinstance(value, Const | Cell | Result) else lift.new(value)


# -- formats -----------------------------------------------------------------------------------------------------------


def as_json(lift: Lifter, value: Value) -> Value:
    """Return what comes back of a value that goes through JSON.

    Raises
    ------
    Stopped
        If JSON cannot hold it, or turns its keys into text.
    """
    content = lift.content(value)
    if isinstance(content, Result):
        return content
    if isinstance(content, Const) and (content.value is None or isinstance(content.value, bool | int | float | str)):
        return content
    if isinstance(content, Cell) and content.type.is_plain:
        return content
    if isinstance(content, Tup) and not isinstance(content, Vector):
        return Items(tuple(as_json(lift, v) for v in content.items))
    if isinstance(content, Items) and content.kind == "list":
        return Items(tuple(as_json(lift, v) for v in content.values))
    if isinstance(content, Entries) and not content.factory.startswith("object:"):
        if not all(isinstance(k, Const) and isinstance(k.value, str) for k, _ in content.items):
            raise shape("The keys of a dict become texts in JSON")
        return Entries(tuple((k, as_json(lift, v)) for k, v in content.items))
    if isinstance(content, Rows):
        return replace(content, template=as_json(lift, content.template))
    if isinstance(content, Vocabulary) and content.order != "set":
        kind = content.cell.type if content.cell is not None else Type.STR
        texts = all(isinstance(v, str) for v in content.values)
        if kind.is_plain and (not content.as_dict or (kind is Type.STR and texts)):
            return content
    by_text = isinstance(content, Keyed) and [content.node.schema.field(k).type for k in content.keys] == [Type.STR]
    if by_text and isinstance(content, Keyed) and content.template is not None:
        return replace(content, template=as_json(lift, content.template), missing=None)
    raise no_rule("this object in JSON")


def as_parquet(frame: Frame, keeps_index: bool) -> Frame:
    """Return what comes back of a table that goes through Parquet.

    Raises
    ------
    Stopped
        If it holds columns that change, or loses an index that does not count from 0.
    """
    for _, value in frame.columns:
        if isinstance(value, Result):
            continue
        plain = isinstance(value, Cell) and (value.type.is_plain or value.type is Type.TIMESTAMP)
        if not plain or (isinstance(value, Cell) and value.type is Type.BOOL and value.nullable):
            raise no_rule("a table in Parquet with columns of this kind")
    if not keeps_index and frame.index != ():
        raise no_rule("a table that loses its index in a file")
    return frame


def dumped(lift: Lifter, args: Arguments, path: str, form: str) -> None:
    """Note ``dump(obj, file)``."""
    value = args.positional[0]
    if form == "json":
        if set(args.keywords) - {"indent", "ensure_ascii", "separators", "allow_nan", "fp"}:
            lift.files[path] = Const("a document that is written with options that are not followed")
            return
        try:
            value = as_json(lift, value)
        except Stopped as stop:
            lift.files[path] = Const(stop.why)
            return
    store(lift, path, form, value)
