"""dataclasses and named tuples: fields, copies, and objects as tuples and dicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.classes import class_of, replaced
from lester_gui.rewrite.lift.domain import Const, Entries, Items, Ref, Tup, UserClass, Value
from lester_gui.rewrite.lift.library.table import Arguments, function
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@function("dataclasses.field")
def field(lift: Lifter, args: Arguments) -> Value:
    """``field(default_factory=list)``."""
    for name in args.keywords:
        if name not in ("default", "default_factory", "repr", "compare", "hash", "metadata", "kw_only"):
            raise no_rule(f"the option {name} of dataclasses.field")
    kept = ((Const(n), v) for n, v in args.keywords.items() if n in ("default", "default_factory"))
    return lift.new(Entries(tuple(kept), "field"))


@function("collections.namedtuple", "typing.NamedTuple")
def named_tuple(lift: Lifter, args: Arguments) -> Value:
    """``namedtuple("Point", "x y")``, ``NamedTuple("Point", [("x", int)])``."""
    given = args.bind("typename", "field_names", defaults=())
    listed = lift.content(given["field_names"])
    if isinstance(listed, Const):
        names = lift.text(listed).replace(",", " ").split()
    elif isinstance(listed, Items | Tup):
        values = [lift.content(v) for v in listed.values]
        names = [lift.text(v.items[0] if isinstance(v, Tup) else v) for v in values]
    else:
        raise no_rule(f"{args.what} with these fields")
    defaults = lift.content(given["defaults"])
    known = defaults.values if isinstance(defaults, Items | Tup) else ()
    padded = [None] * (len(names) - len(known)) + list(known)
    made = UserClass(lift.number(), lift.text(given["typename"]), "tuple", tuple(zip(names, padded, strict=True)))
    lift.classes[made.ident] = made
    return made


def _fields(lift: Lifter, args: Arguments) -> Entries:
    content = lift.content(args.positional[0])
    made = class_of(lift, content)
    if made is None or made.kind != "dataclass" or not isinstance(content, Entries):
        raise no_rule(f"{args.what} of this object")
    if any(isinstance(v, Ref) for _, v in content.items):
        raise no_rule(f"{args.what} of an object that holds lists or other objects")
    return content


@function("dataclasses.astuple")
def as_tuple(lift: Lifter, args: Arguments) -> Value:
    """``astuple(record)``."""
    return Tup(tuple(v for _, v in _fields(lift, args).items))


@function("dataclasses.asdict")
def as_dict(lift: Lifter, args: Arguments) -> Value:
    """``asdict(record)``."""
    return lift.new(Entries(_fields(lift, args).items))


@function("dataclasses.replace")
def other_values(lift: Lifter, args: Arguments) -> Value:
    """``replace(record, field=value)``."""
    content = _fields(lift, args)
    made = class_of(lift, content)
    if made is not None and "__post_init__" in made.members:
        raise no_rule("dataclasses.replace of a class with __post_init__")
    return replaced(lift, content, args)


@function("dataclasses.fields")
def fields(lift: Lifter, args: Arguments) -> Value:
    """``fields(Record)``: what has a ``name``."""
    value = args.positional[0]
    made = value if isinstance(value, UserClass) else class_of(lift, lift.content(value))
    if made is None or made.kind != "dataclass":
        raise no_rule("dataclasses.fields of this object")
    return Tup(tuple(lift.new(Entries(((Const("name"), Const(n)),), "record")) for n, _ in made.fields))
