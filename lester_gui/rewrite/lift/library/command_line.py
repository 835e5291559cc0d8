"""The command line: a script runs without arguments, so each option has its default."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Const, Entries, Module, Result, Value
from lester_gui.rewrite.lift.library.table import Arguments, attribute, function, method
from lester_gui.rewrite.lift.stop import no_rule, shape

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

READS: dict[str, Callable[[str], object]] = {"builtins.int": int, "builtins.float": float, "builtins.str": str}


@function("argparse.ArgumentParser")
def parser(lift: Lifter, args: Arguments) -> Value:
    """``argparse.ArgumentParser()``: options and their defaults."""
    return lift.new(Entries((), "parser"))


@method("dict", "add_argument_group", "add_mutually_exclusive_group")
def group(lift: Lifter, content: Value, args: Arguments) -> Value:
    """Groups of options only matter for the help text."""
    _parser(content)
    assert args.owner is not None
    return args.owner


@method("dict", "add_argument")
def add_argument(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``parser.add_argument("--n", type=int, default=5)``."""
    known = _parser(content)
    flags = [lift.text(v) for v in args.positional]
    long = [f for f in flags if f.startswith("--")] or flags
    name = lift.text(args.keywords["dest"]) if "dest" in args.keywords else long[0].lstrip("-").replace("-", "_")
    default = lift.content(args.keywords["default"]) if "default" in args.keywords else Const(None)
    action = lift.text(args.keywords["action"]) if "action" in args.keywords else "store"
    if action in ("store_true", "store_false") and "default" not in args.keywords:
        default = Const(action == "store_false")
    kind = lift.content(args.keywords["type"]) if "type" in args.keywords else None
    if isinstance(default, Const) and isinstance(default.value, str) and kind is not None:
        if isinstance(kind, Module) and kind.name in READS:
            default = Const(READS[kind.name](default.value))
        elif not (isinstance(kind, Module) and kind.name.startswith("pathlib")):
            raise no_rule("an option whose default is read by a function of the script")
    items = dict(known.items) | {Const(name): default}
    lift.set(args.owner, Entries(tuple(items.items()), "parser"))
    return Result("option")


@method("dict", "set_defaults")
def set_defaults(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``parser.set_defaults(n=5)``."""
    items = dict(_parser(content).items) | {Const(k): v for k, v in args.keywords.items()}
    lift.set(args.owner, Entries(tuple(items.items()), "parser"))
    return Const(None)


@method("dict", "parse_args", "parse_known_args")
def parse_args(lift: Lifter, content: Value, args: Arguments) -> Value:
    """``parser.parse_args()``."""
    if args.what.endswith("known_args"):
        raise no_rule("parse_known_args")
    given = [lift.content(v) for v in args.positional]
    if any(v != Const(None) and not (isinstance(v, Const) or lift.const(v) == []) for v in given):
        raise no_rule("parse_args of arguments in the script")
    return lift.new(Entries(_parser(content).items, "record"))


def _parser(content: Value) -> Entries:
    if not isinstance(content, Entries) or content.factory != "parser":
        raise shape("Options are asked of something that is no parser")
    return content


@function("builtins.vars")
def attributes(lift: Lifter, args: Arguments) -> Value:
    """``vars(args)``."""
    content = lift.content(args.positional[0])
    if not isinstance(content, Entries) or content.factory != "record":
        raise no_rule("vars of this object")
    return lift.new(Entries(content.items))


def _part(read: Callable[[str], str]) -> Callable[[Lifter, Value, Value], Value]:
    def rule(lift: Lifter, content: Value, owner: Value) -> Value:
        return Const(read(lift.text(content)))

    return rule


attribute("text", "parent")(_part(lambda p: posixpath.dirname(p) or "."))
attribute("text", "name")(_part(posixpath.basename))
attribute("text", "stem")(_part(lambda p: posixpath.splitext(posixpath.basename(p))[0]))
attribute("text", "suffix")(_part(lambda p: posixpath.splitext(p)[1]))
