"""Row numbers in random order: seeded generators, shuffles and permutations, and slices of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Const,
    Generator,
    Order,
    Tup,
    Value,
)
from lester_gui.rewrite.lift.library.collections import positions_of
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.stop import Reason, Stopped, no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@function("random.Random")
def python_generator(lift: Lifter, args: Arguments) -> Value:
    """``random.Random(seed)``."""
    return lift.new(Generator("python_shuffle", lift.const(args.bind("seed", seed=None)["seed"])))


@function("random.seed")
def python_seed(lift: Lifter, args: Arguments) -> Value:
    """``random.seed(seed)``."""
    lift.generators["random"] = Generator("python_shuffle", lift.const(args.bind("a", a=None)["a"]))
    return Const(None)


@function("random.shuffle")
def python_shuffle(lift: Lifter, args: Arguments) -> Value:
    """``random.shuffle(order)``."""
    generator = lift.generators.pop("random", Generator("python_shuffle", None))
    return shuffled(lift, args.positional[0], generator)


@method("generator", "shuffle")
def generator_shuffle(lift: Lifter, generator: Generator, args: Arguments) -> Value:
    """``rng.shuffle(order)``; a generator is drawn from once."""
    _use_up(lift, args)
    return shuffled(lift, args.positional[0], generator)


@method("generator", "permutation")
def permutation(lift: Lifter, generator: Generator, args: Arguments) -> Value:
    """``rng.permutation(n)``."""
    _use_up(lift, args)
    return permuted(lift, args.positional[0], generator)


def _use_up(lift: Lifter, args: Arguments) -> None:
    """A second draw depends on the first; no split says that yet."""
    lift.set(args.owner, Generator("used", None))


def shuffled(lift: Lifter, target: Value, generator: Generator) -> Value:
    """Shuffle a list of row numbers in place."""
    content = lift.content(target)
    if generator.method == "used":
        raise Stopped(Reason.EFFECT, "A random generator is drawn from twice")
    if not isinstance(content, Order) or content.method:
        raise Stopped(Reason.EFFECT, "Something else than the row numbers of a table is shuffled")
    lift.set(target, replace(content, method=generator.method, seed=generator.seed))
    return Const(None)


def permuted(lift: Lifter, size: Value, generator: Generator) -> Value:
    """Return the row numbers of a table in random order."""
    content = lift.content(size)
    if generator.method == "used":
        raise Stopped(Reason.EFFECT, "A random generator is drawn from twice")
    if isinstance(content, Cell):
        made = lift.content(positions_of(lift, content))
        assert isinstance(made, Order)
        return lift.new(replace(made, method=generator.method, seed=generator.seed))
    if isinstance(content, Order) and not content.method:
        return lift.new(replace(content, method=generator.method, seed=generator.seed))
    raise Stopped(Reason.EFFECT, "Something else than the row numbers of a table is shuffled")


@method("order", "__getitem__")
def part_of_order(lift: Lifter, order: Order, args: Arguments) -> Value:
    """``order[:cut]``, ``order[cut:]``."""
    key = lift.content(args.positional[0])
    if not (isinstance(key, Accessor) and key.kind == "slice" and isinstance(key.owner, Tup)) or not order.method:
        raise no_rule("an element of a list of row numbers")
    low, high, step = (lift.content(v) for v in key.owner.items)
    if step != Const(None) or order.start is not None or order.stop is not None:
        raise no_rule("a split into three parts")
    start = None if low in (Const(None), Const(0)) else low
    stop = None if high == Const(None) else high
    return lift.new(replace(order, start=start, stop=stop))
