"""json: objects that stand one to a line, their fields, inner objects and lists, and which of them are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Expr
from lester_gui.ir.nodes import Reader
from lester_gui.ir.schema import Schema, Type
from lester_gui.rewrite.lift import cells, paths
from lester_gui.rewrite.lift.domain import Cell, Const, Entries, Handle, Items, Leaf, LineOf, Maybe, Value
from lester_gui.rewrite.lift.json_values import Json, JsonList
from lester_gui.rewrite.lift.library.pandas_io import as_options, normal
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.raising import caught_by, demand
from lester_gui.rewrite.lift.stop import Dead, Reason, Stopped, no_rule, shape
from lester_gui.rewrite.lift.texts import LineSource

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@function("json.loads", "simplejson.loads", "orjson.loads", "ujson.loads")
def loads(lift: Lifter, args: Arguments) -> Value:
    """``json.loads(line)``."""
    given = args.bind("s")
    line = lift.content(given["s"])
    if isinstance(line, Handle) and ("whole", True) in line.options:
        from lester_gui.rewrite.lift.library.json_documents import whole

        return whole(lift, line)
    if not args.what.startswith("json.") or not isinstance(line, LineOf) or line.header:
        raise no_rule(f"{args.what} of this text")
    source = lift.texts.get(line.source)
    if not isinstance(source, LineSource):
        raise no_rule("json.loads of a line that the script wrote")
    if "sep" in source.options or "ragged" in source.options or "skip_prefix" in source.options or source.seen:
        raise no_rule("a file of which some lines are JSON and some are not")
    if caught_by(lift, "JSONDecodeError") is not None and not lift.skips_broken:
        raise no_rule("what the script does with a line that is no JSON")
    source.reader = Reader.PYTHON_JSON_LINES
    if lift.skips_broken:
        source.options["broken"] = "skip"
    source.lines.add(lift.line)
    return of_schema(lift, source.ident, observed(lift, source))


def observed(lift: Lifter, source: LineSource) -> Schema:
    """Return the columns of a file of JSON objects; blank lines, which the script may pass over elsewhere, have none."""
    from lester_gui.rewrite.lift.records import Asked

    options = {**source.options, "skip_blank": True}
    return lift.observe(Asked(normal(source.path), source.reader, as_options(options), ()))


def of_schema(lift: Lifter, ident: int, schema: Schema) -> Json:
    """Return the object of the current row."""
    if any(f.nullable for f in schema):
        lift.nones = True  # a missing number of JSON is None
    return Json("", tuple((f.name, Cell(Leaf("json", ident, f.name, f.type, f.nullable), f.type, f.nullable)) for f in schema))


def field(lift: Lifter, content: Json, key: str) -> Value:
    """Return what the field `key` of an object holds, None where it is not there.

    Raises
    ------
    Stopped
        If no object has it, or its values are of several kinds.
    """
    columns, name = dict(content.columns), content.prefix + key
    if name in columns:
        return columns[name]
    if f"{name}{{}}" in columns:
        inner = tuple((n, c) for n, c in content.columns if n.startswith(f"{name}."))
        return Json(f"{name}.", inner, columns[f"{name}{{}}"])
    if f"{name}[]" in columns:
        return listed(columns[f"{name}[]"])
    raise shape("A field of a JSON object is read that none has, or that holds values of several kinds")


def listed(text: Cell, none: Cell | None = None) -> JsonList:
    """Return a list by its text, which may be missing."""
    if not text.nullable:
        return JsonList(text)
    return JsonList(cells.make("coalesce", text, cells.cell_of(Const("[]"))), none or cells.make("is_null", text))


def is_there(content: Json, key: Value) -> Expr:
    """Return the condition that an object has a field.

    Raises
    ------
    Stopped
        If which field that is depends on data.
    """
    if not isinstance(key, Const) or not isinstance(key.value, str):
        raise no_rule("a field of a JSON object whose name depends on data")
    found = dict(content.columns).get(f"{content.prefix}{key.value}?")
    if found is None:
        raise shape("A field of a JSON object is asked for that none has")
    return found.expr


@method("JSON object", "__getitem__")
def item(lift: Lifter, content: Json, args: Arguments) -> Value:
    """``raw["field"]``."""
    key = lift.content(args.positional[0])
    there = is_there(content, key)
    demand(lift, there, "KeyError")
    if lift.live == paths.FALSE:
        raise Dead("A field is read where no object has it")
    return field(lift, content, lift.text(key))


@method("JSON object", "get")
def get(lift: Lifter, content: Json, args: Arguments) -> Value:
    """``raw.get("field", default)``."""
    given = args.bind("key", "default", default=None)
    key, default = lift.content(given["key"]), lift.content(given["default"])
    there = is_there(content, key)
    value = field(lift, content, lift.text(key))
    if isinstance(value, Json):
        assert value.there is not None
        if default == Const(None):
            return Maybe(value.there.expr, value)
        if isinstance(default, Entries) and not default.items:
            return value  # where it is not there, none of its fields is
        raise no_rule("a default for a JSON object that is not there, other than {}")
    if isinstance(value, JsonList):
        if default == Const(None):
            return value
        if isinstance(default, Items) and not default.values and value.none is not None:
            return JsonList(value.text, Cell(paths.both(there, value.none.expr), Type.BOOL))
        if isinstance(default, Items) and not default.values:
            return value
        raise no_rule("a default for a JSON list that is not there, other than []")
    if default == Const(None):
        return value
    given_value = dict(content.columns)[f"{content.prefix}{lift.text(key)}!"]
    return cells.choose(there, given_value, cells.cell_of(default))


@method("JSON object", "keys", "values", "items", "pop", "setdefault", "update", "copy", "__setitem__")
def other(lift: Lifter, content: Json, args: Arguments) -> Value:
    """What is done to an object as a whole."""
    raise Stopped(Reason.NO_RULE, "There is no rule for what is done to a JSON object as a whole")


def empty_instead(value: Value, following: Value) -> Value | None:
    """Return ``raw.get("inner") or {}`` and ``raw.get("list") or []``: where it is not there, it has no fields or elements."""
    if isinstance(following, Entries) and not following.items:
        if isinstance(value, Maybe) and isinstance(value.value, Json):
            return Json(value.value.prefix, value.value.columns)
        if isinstance(value, Json):
            return Json(value.prefix, value.columns)
    if isinstance(following, Items) and not following.values and following.kind == "list" and isinstance(value, JsonList):
        return JsonList(value.text)
    return None
