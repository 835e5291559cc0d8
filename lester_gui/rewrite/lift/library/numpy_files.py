"""NumPy: arrays read from text files, ``loadtxt`` and ``genfromtxt``: lines, fields, and what each field becomes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Node, Reader
from lester_gui.ir.schema import Field, Type
from lester_gui.rewrite.lift import cells, iterators
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Column1,
    Const,
    Entries,
    Feature,
    Handle,
    Matrix,
    MatrixBlock,
    Module,
    Tup,
    Value,
)
from lester_gui.rewrite.lift.library import stored
from lester_gui.rewrite.lift.library.builtins import to_float, to_int
from lester_gui.rewrite.lift.library.files import path_of
from lester_gui.rewrite.lift.library.pandas_io import as_options, read
from lester_gui.rewrite.lift.library.table import Arguments, function
from lester_gui.rewrite.lift.records import Asked
from lester_gui.rewrite.lift.stop import no_rule, shape
from lester_gui.rewrite.lift.texts import LinesRead

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

DELETED = re.compile(r"[ !#$%&'()*+,\-./:;<=>?@\[\\\]^{|}~\"]")
"""What genfromtxt takes out of the names in a header; a blank becomes an underscore first."""


@dataclass(frozen=True, slots=True)
class Reading:
    """How the fields of a file become numbers.

    Attributes
    ----------
    loose : bool
        genfromtxt: what is no number is missing, or `fill`; for loadtxt it is an error.
    kinds : dict
        For ``dtype=None``: the type of each column as its values tell it.
    """

    loose: bool
    kind: str
    fill: float | int | None
    converters: dict[int, Value]
    kinds: dict[str, Field]


@function("numpy.loadtxt")
def loadtxt(lift: Lifter, args: Arguments) -> Value:
    """``np.loadtxt(path, delimiter=',', skiprows=1)``: every field is a number, or an error."""
    given = args.bind(
        "fname", "dtype", "comments", "delimiter", "converters", "skiprows", "usecols", "unpack", "ndmin", "encoding",
        dtype=None, comments="#", delimiter=None, converters=None, skiprows=0, usecols=None, unpack=False, ndmin=0, encoding=None,
        max_rows=None, quotechar=None,
    )  # fmt: skip
    if any(lift.content(given[n]) != Const(None) for n in ("max_rows", "quotechar")):
        raise no_rule("loadtxt with max_rows or quotechar")
    kind = _kind(lift, given["dtype"]) if "dtype" in args.keywords or len(args.positional) > 1 else "float"
    if not kind:
        raise no_rule("loadtxt without a type")
    again = _own(lift, given, kind)
    if again is not None:
        return again
    path, options = _lines(lift, given, "skiprows")
    separator = options["sep"]
    options |= {"strip": "both" if separator is None else "newline", "skip_blank": True if separator is None else "empty"}
    node = _node(lift, path, options, (), lift.content(given["usecols"]) != Const(None))
    reading = Reading(False, kind, None, _converters(lift, given["converters"]), {})
    return _array(lift, node, given, reading)


def _own(lift: Lifter, given: dict[str, Value], kind: str) -> Value | None:
    """Return an array that the script saved as text with all its digits, None for a file that it did not write."""
    from lester_gui.rewrite.lift.library.numpy import typed

    path = path_of(lift, given["fname"])
    if path is None or path not in lift.files:
        return None
    found = stored.load(lift, path, "text")
    plain = [("comments", "#"), ("converters", None), ("skiprows", 0), ("usecols", None), ("unpack", False), ("ndmin", 0)]
    separator = lift.const(given["delimiter"]) or " "
    if found is None or separator != lift.files[path].separator or any(lift.content(given[n]) != Const(v) for n, v in plain):
        raise no_rule("loadtxt of an array that the script saved in another way")
    content = lift.content(found)
    if kind != "float" or not isinstance(content, Matrix | Column1):
        raise no_rule("loadtxt of an array that the script saved, as another type")
    return lift.new(typed(content, "float"))


@function("numpy.genfromtxt", "numpy.recfromcsv")
def genfromtxt(lift: Lifter, args: Arguments) -> Value:
    """``np.genfromtxt(path, delimiter=',', skip_header=1)``: what is no number is missing; with names, columns go by these."""
    given = args.bind(
        "fname", "dtype", "comments", "delimiter", "skip_header", dtype=None, comments="#", delimiter=None, skip_header=0,
        converters=None, missing_values=None, filling_values=None, usecols=None, names=None, autostrip=False, unpack=False,
        invalid_raise=True, encoding=None, ndmin=0, skip_footer=0, usemask=False, loose=True, deletechars=None,
    )  # fmt: skip
    unusual = [("invalid_raise", True), ("skip_footer", 0), ("usemask", False), ("loose", True), ("deletechars", None)]
    if args.what.endswith("recfromcsv") or any(lift.content(given[n]) != Const(v) for n, v in unusual):
        raise no_rule(f"{args.what} with these options")
    for missing in _texts(lift, given["missing_values"]):
        if _is_number(missing):
            raise no_rule("a number that stands for a missing one")  # other texts are missing in any case
    by_values = "dtype" in args.keywords and lift.content(given["dtype"]) == Const(None)
    kind = _kind(lift, given["dtype"]) if not by_values else ""
    fill = lift.const(given["filling_values"])
    if fill is not None and (isinstance(fill, bool) or not isinstance(fill, int | float) or kind == "str"):
        raise no_rule("filling_values that are no number")
    path, options = _lines(lift, given, "skip_header")
    separator = options["sep"]
    bare = separator is not None
    options |= {"strip": "spaces" if bare else "both", "skip_blank": "spaces" if bare else True}
    names = _names(lift, given["names"], path, options)
    node = _node(lift, path, options, names, lift.content(given["usecols"]) != Const(None))
    kinds = _kinds(lift, path, options, node) if by_values else {}
    reading = Reading(True, kind or ("" if by_values else "float"), fill, _converters(lift, given["converters"]), kinds)
    stripped = lift.const(given["autostrip"]) is True
    return _array(lift, node, given, reading, bool(names), stripped)


def _kind(lift: Lifter, value: Value) -> str:
    from lester_gui.rewrite.lift.library.numpy import type_named

    content = lift.content(value)
    if content == Const(None):
        return "float"
    if content in (Const("f8"), Const("f"), Const("d")):
        return "float"
    if isinstance(content, Const) and isinstance(content.value, str) and re.fullmatch(r"[<|]?U\d*", content.value):
        if content.value[-1].isdigit():
            raise no_rule("texts that are cut to a length")
        return "str"
    if content == Module("numpy.str_"):
        return "str"
    kind = type_named(lift, value)
    if kind not in ("float", "int", "str"):
        raise no_rule(f"a file read as {kind}")
    return kind


def _texts(lift: Lifter, value: Value) -> tuple[str, ...]:
    given = lift.const(value)
    if given is None:
        return ()
    if isinstance(given, dict):
        given = list(given.values())
    values = given if isinstance(given, list | tuple | set) else str(given).split(",")
    return tuple(str(v).strip() for v in values)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _lines(lift: Lifter, given: dict[str, Value], skip: str) -> tuple[str, dict[str, object]]:
    """Return the path of a file and how its lines are told."""
    name = lift.content(given["fname"])
    if isinstance(name, Handle):
        if name.mode not in ("r", "rt", "rb") or name.options:
            raise no_rule("an array from a file that is open in this way")
        iterators.go_through(lift, given["fname"])
    path = path_of(lift, given["fname"])
    if path is None:
        raise no_rule("a file whose name only the run knows")
    separator, comments, skipped = (lift.const(given[n]) for n in ("delimiter", "comments", skip))
    encoding = lift.const(given["encoding"])
    if not (separator is None or (isinstance(separator, str) and separator)) or not isinstance(skipped, int):
        raise no_rule("fields of fixed widths")
    if comments is not None and not (isinstance(comments, str) and comments):
        raise no_rule("several marks of comments")
    options: dict[str, object] = {"sep": separator}
    if skipped:
        options["skip"] = skipped
    if comments is not None:
        options["comment"] = comments
    if encoding not in (None, "bytes") and str(encoding).lower().replace("-", "").replace("_", "") not in ("utf8", "utf8sig"):
        options["encoding"] = encoding
    elif encoding not in (None, "bytes") and str(encoding).lower().endswith("sig"):
        options["encoding"] = "utf-8-sig"
    return path, options


def _names(lift: Lifter, value: Value, path: str, options: dict[str, object]) -> tuple[str, ...]:
    """Return the names of the columns as genfromtxt makes them; with ``names=True`` the first line is taken off."""
    given = lift.const(value)
    if given is None:
        return ()
    if given is True:
        skip = options.get("skip", 0)
        assert isinstance(skip, int)
        separator = options["sep"]
        if separator is None:
            raise no_rule("a header whose names are told apart by blanks")
        wanted = {"sep": separator, "header": 0, "quoting": 3, "dtype": "str", "skiprows": skip, "nrows": 1}
        found = list(lift.observe(Asked(path, Reader.PANDAS_CSV, as_options(wanted), ())).names)
        found[0] = found[0].lstrip("# ") if options.get("comment") == "#" else found[0]
        options["skip"] = skip + 1
    else:
        found = [n.strip() for n in given.split(",")] if isinstance(given, str) else [str(n) for n in given]
    names = tuple(DELETED.sub("", n.strip().replace(" ", "_")) for n in found)
    if any(not n or n in ("return", "file", "print") for n in names) or len({n.casefold() for n in names}) != len(names):
        raise no_rule("a header whose names genfromtxt changes")
    if any(re.search(r"\.\d+$", n) for n in found):
        raise no_rule("a header that may have one name twice")
    return names


def _node(lift: Lifter, path: str, options: dict[str, object], names: tuple[str, ...], some: bool) -> Node:
    """Return the node that reads the lines; reading a file again in the same way gives the same rows."""
    if some:
        options["extra"] = "ignore"
    for known in lift.reads:
        same = {k: v for k, v in known.options.items() if k != "extra"} == {k: v for k, v in options.items() if k != "extra"}
        if same and known.path == path and known.reader is Reader.PYTHON_LINES:
            found: Node = known.node
            return found
    if not names:
        width = len(lift.observe(Asked(path, Reader.PYTHON_LINES, as_options(options), ())))
        names = tuple(f"c{i}" for i in range(width))
    node = read(lift, path, Reader.PYTHON_LINES, as_options(options), names)
    lift.reads.append(LinesRead(path, Reader.PYTHON_LINES, dict(options), node))
    return node


def _kinds(lift: Lifter, path: str, options: dict[str, object], node: Node) -> dict[str, Field]:
    """Return the types of the columns of a file that is read with ``dtype=None``."""
    wanted = {
        "sep": options["sep"], "header": None, "quoting": 3, "skiprows": options.get("skip", 0), "na_values": ("",),
        "keep_default_na": False,
    }  # fmt: skip
    if options["sep"] is None:
        raise no_rule("types of fields that are told apart by blanks")
    fields = lift.observe(Asked(path, Reader.PANDAS_CSV, as_options(wanted), ())).fields
    if len(fields) != len(node.schema.names):
        raise no_rule("types of a file with comments")
    return dict(zip(node.schema.names, fields, strict=True))


def _converters(lift: Lifter, value: Value) -> dict[int, Value]:
    content = lift.content(value)
    if content == Const(None):
        return {}
    if not isinstance(content, Entries) or not all(isinstance(lift.content(k), Const) for k, _ in content.items):
        raise no_rule("these converters")
    out = {lift.const(k): v for k, v in content.items}
    if not all(isinstance(k, int) and k >= 0 for k in out):
        raise no_rule("converters that do not count columns")
    return out


def _array(
    lift: Lifter, node: Node, given: dict[str, Value], reading: Reading, structured: bool = False, stripped: bool = False
) -> Value:
    """Return the columns that are wanted, converted: a matrix, one column, or columns by name."""
    names = node.schema.names
    chosen = _chosen(lift.const(given["usecols"]), names)
    features = []
    for place in chosen:
        cell = cells.column(node, names[place])
        cell = cells.make("strip", cell) if stripped else cell
        features.append(Feature(_converted(lift, cell, place, names[place], reading), names[place]))
    if len({f.cell.type for f in features}) > 1 and reading.loose and not structured:
        structured = True
        features = [Feature(f.cell, f"f{i}") for i, f in enumerate(features)]
    for f in features:
        lift.cell_names.setdefault(f.cell.expr, f.name)
    if lift.const(given["ndmin"]) not in (0, 2) or (lift.const(given["ndmin"]) == 2 and structured):
        raise no_rule("an array from a file with ndmin")
    matrix = Matrix(node, (MatrixBlock("columns", tuple(features)),), whole=reading.kind == "int")
    if lift.const(given["unpack"]) is True:
        if structured:
            raise no_rule("an array with names that is unpacked")
        return Tup(tuple(Column1(node, f.cell, f.name, None, True, ()) for f in features))
    if structured:
        if len(features) == 1:
            raise no_rule("an array with a single name")
        return lift.new(Accessor(matrix, "structured"))
    if len({f.cell.type for f in features}) > 1:
        raise no_rule("an array of several types without names")
    if len(features) == 1 and lift.const(given["ndmin"]) == 0:
        return Column1(node, features[0].cell, features[0].name, None, True, ())
    return lift.new(matrix)


def _chosen(given: object, names: tuple[str, ...]) -> list[int]:
    if given is None:
        return list(range(len(names)))
    wanted = list(given) if isinstance(given, list | tuple | range) else [given]
    out = []
    for w in wanted:
        place = names.index(w) if isinstance(w, str) and w in names else w
        if not isinstance(place, int) or not -len(names) <= place < len(names):
            raise shape("A file has no such column")
        out.append(place % len(names))
    return out


def _converted(lift: Lifter, cell: Cell, place: int, name: str, reading: Reading) -> Cell:
    """Return a field as the array holds it."""
    if place in reading.converters:
        from lester_gui.rewrite.lift.expressions.call import invoke

        made = cells.cell_of(lift.content(invoke(lift, reading.converters[place], Arguments("converter", [cell]))))
        if made.type is not Type.STR and reading.kind == "float":
            return made if made.type is Type.FLOAT else _as_float(made)
        return made
    kind = reading.kind
    if not kind:
        field = reading.kinds[name]
        if field.type is Type.BOOL and not field.nullable:
            return cells.compare("Eq", cells.make("lower", cell), cells.cell_of(Const("true")), pandas=False)
        known = {Type.INT: "int", Type.FLOAT: "float", Type.STR: "str"}.get(field.type)
        if known is None:
            raise no_rule(f"dtype=None of a column of {field.type}")
        if known == "float" and field.nullable:  # whole numbers among them would make NumPy fill the holes with -1
            raise no_rule("dtype=None of a column with missing numbers")
        kind = known
    if kind == "str":
        return cell
    if not reading.loose:
        return cells.cell_of(lift.content((to_float if kind == "float" else to_int)(lift, Arguments(kind, [cell]))))
    fits = cells.make(f"parses_{kind}", cell).expr
    if kind == "int":
        return cells.choose(
            fits, cells.make("py_int", cell), cells.cell_of(Const(-1 if reading.fill is None else int(reading.fill)))
        )
    missing = cells.missing(Type.FLOAT)
    fill = missing if reading.fill is None else cells.cell_of(Const(float(reading.fill)))
    return cells.choose(fits, cells.make("float_or_nan", cell), fill)


def _as_float(cell: Cell) -> Cell:
    from lester_gui.rewrite.lift.arrays import as_float

    if cell.type is Type.BOOL:
        cell = cells.make("if_else", cell, cells.cell_of(Const(1)), cells.cell_of(Const(0)))
    return as_float(cell)
