"""Row numbers in random order: seeded generators, shuffles and permutations, and slices of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Apply, Literal
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import cells
from lester_gui.rewrite.lift.domain import (
    Accessor,
    Cell,
    Column1,
    Const,
    Generator,
    Iterated,
    Leaf,
    Order,
    Rows,
    Tup,
    Value,
    Vocabulary,
)
from lester_gui.rewrite.lift.library.collections import positions_of
from lester_gui.rewrite.lift.library.splitting import by_order
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.random_order import Shuffled
from lester_gui.rewrite.lift.sided import places_of
from lester_gui.rewrite.lift.splits import other_side
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
    """Shuffle a list of rows, of row numbers, or the distinct values of a column, in place."""
    rows = lift.content(target)
    if isinstance(rows, Rows) and rows.part is None and not lift.loops and generator.method != "used":
        lift.set(target, Shuffled(rows, Order(rows.node, generator.method, generator.seed)))
        return Const(None)
    lift.set(target, replace(_dealt(lift, target, generator), method=generator.method, seed=generator.seed))
    return Const(None)


def permuted(lift: Lifter, size: Value, generator: Generator) -> Value:
    """Return the row numbers of a table, or the distinct values of a column, in random order."""
    return lift.new(replace(_dealt(lift, size, generator), method=generator.method, seed=generator.seed))


def _dealt(lift: Lifter, target: Value, generator: Generator) -> Order:
    """What is put into random order, before it is."""
    content = lift.content(target)
    if generator.method == "used":
        raise Stopped(Reason.EFFECT, "A random generator is drawn from twice")
    if isinstance(content, Iterated) and content.kind == "range" and len(content.parts) == 1:
        content = lift.content(content.parts[0])
    if isinstance(content, Cell):
        content = lift.content(positions_of(lift, content))
    if (
        isinstance(content, Vocabulary)
        and not content.as_dict
        and content.node is not None
        and content.order != "set"
        and not content.part
    ):
        content = Order(content.node, groups=content)
    if isinstance(content, Rows) and content.part is None and content.template == lift.position(content.node):
        content = Order(content.node)  # ``frame.index`` of a table whose rows are numbered
    if not isinstance(content, Order) or content.method:
        raise Stopped(Reason.EFFECT, "Something else than the row numbers of a table is shuffled")
    return content


def places_from(lift: Lifter, numbers: Iterated) -> Column1 | None:
    """Return ``np.arange(1, len(x) + 1)``: the places of rows, counted from a constant; None for other numbers."""
    if numbers.kind != "range" or len(numbers.parts) != 2:
        return None
    first, stop = (lift.content(p) for p in numbers.parts)
    if not (isinstance(first, Const) and type(first.value) is int and isinstance(stop, Cell) and isinstance(stop.expr, Apply)):
        return None
    if stop.expr.operator != "add" or Literal(first.value) not in stop.expr.arguments:
        return None
    size = next((e for e in stop.expr.arguments if isinstance(e, Leaf) and e.kind == "count"), None)
    if size is None:
        return None
    node, part = lift.counted[size.ident]
    if part is not None:
        return None
    numbered, place = places_of(lift, node)
    return Column1(numbered, cells.make("add", place, cells.cell_of(first)), "", None, True, ())


@function("numpy.setdiff1d")
def others(lift: Lifter, args: Arguments) -> Value:
    """``np.setdiff1d(np.arange(n), drawn)``: the rows, or values of a column, that were not drawn, in ascending order."""
    given = args.bind("ar1", "ar2", assume_unique=False)
    drawn_ones = lift.content(given["ar2"])
    if not isinstance(drawn_ones, Order) or not drawn_ones.method or drawn_ones.method.endswith("_uniform"):
        raise no_rule("np.setdiff1d of this")
    if drawn_ones.start is not None or drawn_ones.stop is None:
        raise no_rule("np.setdiff1d of these rows")
    every = lift.content(given["ar1"])
    if drawn_ones.groups is not None:
        if every != drawn_ones.groups:
            raise no_rule("np.setdiff1d of other values")
        return lift.new(replace(drawn_ones, start=drawn_ones.stop, stop=None, is_set=True))
    whole = _dealt(lift, given["ar1"], Generator(drawn_ones.method, drawn_ones.seed))
    if whole.groups is not None or whole.part is not None or not lift.align.same(whole.node, drawn_ones.node):
        raise no_rule("np.setdiff1d of other rows")
    if drawn_ones.method not in ("numpy_choice", "numpy_legacy_choice", "python_sample"):
        raise no_rule("rows in their own order beside those that a permutation has first")  # no split has both
    part = by_order(lift, drawn_ones.node, drawn_ones)
    if part is None:
        raise no_rule("np.setdiff1d of these rows")
    return lift.new(Order(drawn_ones.node, part=other_side(part)))


@method("generator", "choice", "sample")
def drawn(lift: Lifter, generator: Generator, args: Arguments) -> Value:
    """``rng.choice(n, size=k, replace=False)``, ``rng.sample(range(n), k)``: some rows or groups, each at most once."""
    _use_up(lift, args)
    return _drawn(lift, generator, args)


@function("numpy.random.choice", "random.sample")
def drawn_globally(lift: Lifter, args: Arguments) -> Value:
    """``np.random.choice(n, k, replace=False)``, ``random.sample(rows, k)`` after a seed was set."""
    which, method_ = ("numpy", "numpy_legacy") if args.what.startswith("numpy") else ("random", "python_shuffle")
    return _drawn(lift, lift.generators.pop(which, Generator(method_, None)), args)


def _drawn(lift: Lifter, generator: Generator, args: Arguments) -> Value:
    if generator.method == "python_shuffle":
        given = args.bind("population", "k")
        population, size, method_ = given["population"], given["k"], "python_sample"
    else:
        given = args.bind("a", "size", "replace", replace=True, p=None)
        if lift.const(given["replace"]) or lift.content(given["p"]) != Const(None):
            raise Stopped(Reason.EFFECT, "Values are drawn that may repeat")
        population, size = given["a"], given["size"]
        method_ = {"numpy_legacy": "numpy_legacy_choice", "numpy_generator": "numpy_choice"}.get(generator.method, "used")
    if generator.method == "used":
        raise Stopped(Reason.EFFECT, "A random generator is drawn from twice")
    return lift.new(replace(_dealt(lift, population, generator), method=method_, seed=generator.seed, stop=size))


@method("generator", "random", "rand", "random_sample", "uniform")
def numbers(lift: Lifter, generator: Generator, args: Arguments) -> Value:
    """``rng.random(n)``: one number per row, which only a comparison with a share may use."""
    _use_up(lift, args)
    return _numbers(lift, generator, args)


@function("numpy.random.rand", "numpy.random.random", "numpy.random.random_sample", "numpy.random.uniform")
def global_numbers(lift: Lifter, args: Arguments) -> Value:
    """``np.random.rand(n)`` after a seed was set."""
    return _numbers(lift, lift.generators.pop("numpy", Generator("numpy_legacy", None)), args)


def _numbers(lift: Lifter, generator: Generator, args: Arguments) -> Value:
    if args.what.endswith("uniform"):
        given = args.bind("low", "high", low=0.0, high=1.0, size=None)
        if (lift.const(given["low"]), lift.const(given["high"])) != (0, 1):
            raise no_rule("uniform numbers between these bounds")
        size = given["size"]
    else:
        size = args.given("size", 0) or Const(None)
    content = lift.content(size)
    if isinstance(content, Tup) and len(content.items) == 1:
        content = lift.content(content.items[0])
    if generator.method not in ("numpy_legacy", "numpy_generator") or not isinstance(content, Cell):
        raise Stopped(Reason.EFFECT, "Random numbers are drawn")
    order = lift.content(positions_of(lift, content))
    assert isinstance(order, Order)
    return lift.new(replace(order, method=f"{generator.method}_uniform", seed=generator.seed))


def below(lift: Lifter, order: Order, op: str, share: Value) -> Value:
    """Return the condition ``np.random.rand(n) < share``: a split."""
    from lester_gui.rewrite.lift.expressions.operators import of_condition

    bound = lift.content(share)
    if op not in ("Lt", "GtE") or not isinstance(bound, Const) or not isinstance(bound.value, float) or not 0 < bound.value < 1:
        raise no_rule("this comparison of random numbers")
    part = lift.learner.cut(order.node, bound, "train", order)
    condition = of_condition(Leaf("side", part.split, "train" if op == "Lt" else "test", Type.BOOL))
    assert isinstance(condition, Cell)
    return Column1(order.node, condition, "", None, True, ())


@method("order", "__getitem__")
def part_of_order(lift: Lifter, order: Order, args: Arguments) -> Value:
    """``order[:cut]``, ``order[cut:]``."""
    key = lift.content(args.positional[0])
    if not (isinstance(key, Accessor) and key.kind == "slice" and isinstance(key.owner, Tup)) or not order.method:
        raise no_rule("an element of a list of row numbers")
    low, high, step = (lift.content(v) for v in key.owner.items)
    if step != Const(None) or order.start is not None or order.stop is not None or order.method.endswith("_uniform"):
        raise no_rule("a split into three parts")
    start = None if low in (Const(None), Const(0)) else low
    stop = None if high == Const(None) else high
    return lift.new(replace(order, start=start, stop=stop))
