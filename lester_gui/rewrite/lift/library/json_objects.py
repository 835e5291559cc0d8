"""json: objects that stand one to a line, their fields, inner objects and lists, and which of them are there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Expr, Literal
from lester_gui.ir.nodes import Reader
from lester_gui.ir.schema import Schema, Type
from lester_gui.rewrite.lift import cells, paths, several_kinds
from lester_gui.rewrite.lift.domain import Cell, Const, Entries, Handle, Items, Leaf, LineOf, Maybe, Value
from lester_gui.rewrite.lift.json_values import Json, JsonList, Several
from lester_gui.rewrite.lift.library.pandas_io import as_options, normal
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.raising import caught_by, demand
from lester_gui.rewrite.lift.stop import Dead, Reason, Stopped, no_rule, shape
from lester_gui.rewrite.lift.texts import LineSource
from lester_gui.runtime.json_fields import FILLED, NUMBER, OBJECT, TEXT, TRUTH

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
    ident, cut = (
        _separated(line.expr) if isinstance(line, Cell) else (line.source, "") if isinstance(line, LineOf) else (None, "")
    )
    if not args.what.startswith("json.") or ident is None or (isinstance(line, LineOf) and line.header):
        raise no_rule(f"{args.what} of this text")
    source = lift.texts.get(ident)
    if not isinstance(source, LineSource):
        raise no_rule("json.loads of a line that the script wrote")
    if "sep" in source.options or "ragged" in source.options or source.seen:
        raise no_rule("a file of which some lines are JSON and some are not")
    settle_prefixes(source)
    if cut:
        source.options["cut"] = cut
    if caught_by(lift, "JSONDecodeError") is not None and not lift.skips_broken:
        raise no_rule("what the script does with a line that is no JSON")
    source.reader = Reader.PYTHON_JSON_LINES
    if lift.skips_broken:
        source.options["broken"] = "skip"
    source.lines.add(lift.line)
    return of_schema(lift, source.ident, observed(lift, source))


def _separated(expr: Expr) -> tuple[int | None, str]:
    """Return of which file a text is a line without the comma or commas at its end, and what of these is cut off."""
    while isinstance(expr, Apply) and expr.operator == "strip" and len(expr.arguments) == 1:
        expr = expr.arguments[0]
    if not isinstance(expr, Apply):
        return None, ""
    if expr.operator == "rstrip" and expr.arguments[1:] == (Literal(","),):
        return _stripped_line(expr.arguments[0]), "commas"
    if expr.operator == "if_else":
        condition, cut, line = expr.arguments
        shorter = Apply("slice_text", (line, Literal(0), Literal(-1)))
        if condition == Apply("endswith", (line, Literal(","))) and cut == shorter:
            return _stripped_line(line), "comma"
    return None, ""


def _stripped_line(expr: Expr) -> int | None:
    """Return of which file a text is a line without the blanks at its end."""
    whole = isinstance(expr, Leaf) and expr.kind == "line" and expr.name in ("both", "right")
    return expr.ident if whole and isinstance(expr, Leaf) else None


def settle_prefixes(source: LineSource) -> None:
    """Say in the options of a file of JSON which lines are no data by how they begin.

    Raises
    ------
    Stopped
        If the script asks for it of lines that it has stripped in several ways.
    """
    levels = set(source.prefixes.values())
    if len(levels) > 1:
        raise no_rule("lines whose beginning is asked for in two ways")
    if levels:
        source.options["skip_prefix"] = next(iter(source.prefixes)) if len(source.prefixes) == 1 else tuple(source.prefixes)
        source.options["prefix_strip"] = next(iter(levels))


def observed(lift: Lifter, source: LineSource) -> Schema:
    """Return the columns of a file of JSON objects; blank lines, which the script may pass over elsewhere, have none."""
    from lester_gui.rewrite.lift.records import Asked

    options = {**source.options, "skip_blank": True}
    return lift.observe(Asked(normal(source.path), source.reader, as_options(options), ()))


def of_schema(lift: Lifter, ident: int, schema: Schema) -> Json:
    """Return the object of the current row."""
    lift.json = True
    if any(f.nullable for f in schema):
        lift.nones = True  # a missing number of JSON is None
    return Json("", tuple((f.name, Cell(Leaf("json", ident, f.name, f.type, f.nullable), f.type, f.nullable)) for f in schema))


def field(lift: Lifter, content: Json, key: str) -> Value:
    """Return what the field `key` of an object holds, None where it is not there.

    Raises
    ------
    Stopped
        If no object has it, or it holds lists or objects in some rows and other values elsewhere.
    """
    columns, name = dict(content.columns), content.prefix + key
    if name in columns:
        return columns[name]
    if f"{name}{{}}" in columns:
        inner = tuple((n, c) for n, c in content.columns if n.startswith(f"{name}."))
        return Json(f"{name}.", inner, columns[f"{name}{OBJECT}"], columns.get(f"{name}{FILLED}"))
    if f"{name}[]" in columns:
        return listed(columns[f"{name}[]"])
    if f"{name}{TEXT}" in columns:
        lift.nones = True
        return Several(columns[f"{name}{TEXT}"], columns[f"{name}{NUMBER}"], columns[f"{name}{TRUTH}"])
    raise shape("A field of a JSON object is read that none has, or that holds lists or objects and other values")


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
    if isinstance(value, Several):
        return several_kinds.or_default(there, value, default)
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
            value = value.value
        if isinstance(value, Json):
            return Json(value.prefix, value.columns, None, value.filled)
    if isinstance(following, Items) and not following.values and following.kind == "list" and isinstance(value, JsonList):
        return JsonList(value.text)
    return None
