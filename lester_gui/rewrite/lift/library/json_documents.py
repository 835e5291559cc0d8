"""json: files that are one document. A list of elements in it is a table; so is an object that a script goes through."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Node, Reader
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import Cell, Const, Entries, Handle, Items, Keyed, Rows, Value
from lester_gui.rewrite.lift.json_values import Json, JsonDocument
from lester_gui.rewrite.lift.library import stored
from lester_gui.rewrite.lift.library.pandas_io import as_options, normal, read
from lester_gui.rewrite.lift.library.table import METHODS, Arguments, function, method
from lester_gui.rewrite.lift.stop import no_rule
from lester_gui.runtime.json_fields import KEY, VALUE

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@function("json.load", "simplejson.load")
def load(lift: Lifter, args: Arguments) -> Value:
    """``json.load(file)``."""
    given = args.bind("fp")
    handle = lift.content(given["fp"])
    if not isinstance(handle, Handle):
        raise no_rule("json.load of this object")
    found = stored.from_file(lift, given["fp"], "json")
    return whole(lift, handle) if found is None else found


def whole(lift: Lifter, handle: Handle) -> Value:
    """Return what a file holds that is one JSON document."""
    options = dict(handle.options)
    if handle.mode != "r" or set(options) - {"whole"} or handle.path in lift.files or handle.path in lift.opened:
        raise no_rule("json.load of a file that the script wrote, or reads in another way")
    return part(lift, normal(handle.path), ())


def part(lift: Lifter, path: str, place: tuple[str, ...]) -> Value:
    """Return what stands at a place of a document: a list is a list of rows."""
    from lester_gui.rewrite.lift.records import Asked

    options = as_options({"place": place})
    try:
        lift.observe(Asked(path, Reader.PYTHON_JSON, options, ()))
    except UserError:
        return JsonDocument(path, place)
    node = read(lift, path, Reader.PYTHON_JSON, options)
    return lift.new(Rows(node, element(lift, node)))


def element(lift: Lifter, node: Node) -> Value:
    """Return the element that a row of a document is: an object, or a value."""
    lift.json = True
    columns = tuple((f.name, cells.column(node, f.name)) for f in node.schema)
    if any(c.nullable for _, c in columns):
        lift.nones = True  # a missing number of JSON is None
    found = dict(columns)
    if VALUE in found:
        return found[VALUE]
    return Json("", tuple((n, c) for n, c in columns if n != KEY))


def entries(lift: Lifter, content: JsonDocument) -> Keyed:
    """Return an object of a document as the dict that it is: a row per key."""
    node = read(lift, content.path, Reader.PYTHON_JSON, as_options({"place": content.place, "keyed": True}))
    if KEY not in node.schema:
        raise no_rule("a JSON object without anything in it")
    return Keyed(node, (KEY,), element(lift, node), "only", lift.number(), content.place[-1] if content.place else "")


@method("JSON document", "__getitem__")
def item(lift: Lifter, content: JsonDocument, args: Arguments) -> Value:
    """``doc["rows"]``; with a key that a row decides, an entry of the object."""
    key = lift.content(args.positional[0])
    if isinstance(key, Const) and isinstance(key.value, str):
        return part(lift, content.path, (*content.place, key.value))
    if isinstance(key, Cell):
        return METHODS["dict", "__getitem__"](lift, entries(lift, content), args)
    raise no_rule("a part of a JSON document that is reached in this way")


@method("JSON document", "get")
def get(lift: Lifter, content: JsonDocument, args: Arguments) -> Value:
    """``doc.get("rows", [])``: what is not there is refused when the file is read."""
    given = args.bind("key", "default", default=None)
    key, default = lift.content(given["key"]), lift.content(given["default"])
    if isinstance(key, Const):
        empty = default == Const(None) or (isinstance(default, Items) and not default.values)
        if empty or (isinstance(default, Entries) and not default.items):
            return item(lift, content, Arguments("get", [key]))
        raise no_rule("a default for a part of a JSON document")
    return METHODS["dict", "get"](lift, entries(lift, content), args)


@method("JSON document", "items", "keys", "values")
def views(lift: Lifter, content: JsonDocument, args: Arguments) -> Value:
    """``doc["people"].items()``."""
    return METHODS["dict", args.what.rsplit(".", 1)[-1]](lift, entries(lift, content), args)
