"""Comprehensions: over known elements they are written out, over rows they are the loop that appends."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift import iterators, one_hot_rows, paths, words
from lester_gui.rewrite.lift.domain import Const, Entries, Fields, Items, Iterated, Result, Rows, Tup, Value, Vocabulary
from lester_gui.rewrite.lift.expressions import evaluate, expression
from lester_gui.rewrite.lift.group_parts import comprehension, side_by_side
from lester_gui.rewrite.lift.group_values import GroupOf
from lester_gui.rewrite.lift.listings import Listing
from lester_gui.rewrite.lift.nested_dicts import NestedOf
from lester_gui.rewrite.lift.statements.assign import store
from lester_gui.rewrite.lift.statements.branch import condition_of
from lester_gui.rewrite.lift.stop import no_rule, shape
from lester_gui.rewrite.lift.word_values import WordList

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


@expression(ast.ListComp, ast.SetComp)
def collected(lift: Lifter, node: ast.ListComp | ast.SetComp) -> Value:
    """``[f(x) for x in xs if c]``, ``{f(x) for x in xs}``."""
    return collect(lift, node)


@expression(ast.GeneratorExp)
def generator(lift: Lifter, node: ast.GeneratorExp) -> Value:
    """``(f(x) for x in xs if c)``."""
    return iterators.once(lift, collect(lift, node), node)


def collect(lift: Lifter, node: ast.ListComp | ast.GeneratorExp | ast.SetComp) -> Value:
    """Return what a comprehension gives as a list or set."""
    kind = "set" if isinstance(node, ast.SetComp) else "list"
    counted = words.of_comprehension(lift, node)
    if counted is not None:
        return lift.new(counted)
    iterable = evaluate(lift, node.generators[0].iter)
    content = lift.content(iterable)
    if isinstance(content, Listing) and content.names and len(node.generators) == 1:
        return lift.new(Items(_written_out(lift, node, tuple(Const(n) for n in content.names)), "files"))
    if isinstance(content, Result):
        return content
    if isinstance(content, NestedOf):
        from lester_gui.rewrite.lift.library.nested_dicts import listed

        content = listed(lift, content)
    if isinstance(content, WordList) and len(node.generators) == 1:
        return words.comprehension(lift, node, content)
    one = side_by_side(lift, content) if isinstance(content, Iterated) else content
    if isinstance(one, GroupOf) and len(node.generators) == 1:
        return comprehension(lift, node, one)
    if isinstance(content, Fields) and kind == "list" and _strips(node):
        return Fields(content.source, True)
    if isinstance(content, Fields):
        from lester_gui.rewrite.lift.texts import all_fields

        iterable = Tup(all_fields(lift, content))
    if kind == "list":
        indicators = one_hot_rows.indicators(lift, node, content)
        if indicators is not None:
            return lift.new(indicators)
    known = _known(lift, node.generators[0], iterable)
    if known is not None and len(node.generators) == 1:
        return lift.new(Items(_written_out(lift, node, known), kind))
    if len(node.generators) != 1:
        raise no_rule("a comprehension over two sequences")
    if kind == "set" and isinstance(content, Rows) and content.part is not None:
        from lester_gui.rewrite.lift.library.collections import set_
        from lester_gui.rewrite.lift.library.table import Arguments

        return set_(lift, Arguments("set", [_over_rows(lift, node, "list")]))
    return _over_rows(lift, node, kind)


def _strips(node: ast.ListComp | ast.GeneratorExp | ast.SetComp) -> bool:
    """Whether a comprehension strips each field: ``[p.strip() for p in parts]``."""
    generator = node.generators[0]
    return (
        not generator.ifs
        and isinstance(generator.target, ast.Name)
        and isinstance(node.elt, ast.Call)
        and isinstance(node.elt.func, ast.Attribute)
        and node.elt.func.attr == "strip"
        and not node.elt.args
        and isinstance(node.elt.func.value, ast.Name)
        and node.elt.func.value.id == generator.target.id
    )


def _known(lift: Lifter, generator: ast.comprehension, iterable: Value) -> tuple[Value, ...] | None:
    from lester_gui.rewrite.lift.statements.loop import elements_of

    return elements_of(lift, lift.content(iterable))


def _written_out(
    lift: Lifter, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, known: tuple[Value, ...]
) -> tuple[Value, ...]:
    generator = node.generators[0]
    out: list[Value] = []
    with scope(lift, generator.target):
        for value in known:
            store(lift, generator.target, value)
            if _chosen(lift, generator):
                out.append(evaluate(lift, node.elt))
    return tuple(out)


def _chosen(lift: Lifter, generator: ast.comprehension) -> bool:
    for test in generator.ifs:
        condition = condition_of(lift, evaluate(lift, test))
        if condition == paths.FALSE:
            return False
        if condition != paths.TRUE:
            raise shape("How many elements a list has depends on the row")
    return True


@contextlib.contextmanager
def scope(lift: Lifter, target: ast.expr) -> Iterator[None]:
    """The names of a comprehension are its own: others of the same name are back afterwards, and functions do not see them."""
    table = lift.names
    names = {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
    before = {n: table[n] for n in names if n in table}
    outer = set(lift.comprehended)
    lift.comprehended |= {(id(table), n) for n in names}
    try:
        yield
    finally:
        lift.comprehended = outer
        for name in names:
            table.pop(name, None)
        table.update(before)


def _over_rows(lift: Lifter, node: ast.ListComp | ast.GeneratorExp | ast.SetComp | ast.DictComp, kind: str) -> Value:
    """Run a comprehension as the loop it stands for."""
    name = f"{kind}_line_{node.lineno}_{node.col_offset}"
    lift.names[name] = lift.new(Entries() if kind == "dict" else Items((), kind))
    container = ast.Name(name, ast.Load())
    body: ast.stmt
    if isinstance(node, ast.DictComp):
        body = ast.Assign([ast.Subscript(container, node.key, ast.Store())], node.value)
    else:
        body = ast.Expr(ast.Call(ast.Attribute(container, "append" if kind == "list" else "add", ast.Load()), [node.elt], []))
    for test in reversed(node.generators[0].ifs):
        body = ast.If(test, [body], [])
    loop = ast.For(node.generators[0].target, node.generators[0].iter, [body], [])
    for inner in ast.walk(loop):
        if not hasattr(inner, "lineno"):
            ast.copy_location(inner, node)
    ast.fix_missing_locations(loop)
    from lester_gui.rewrite.lift.statements import execute

    lines = lift.line, lift.lines
    carries = lift.carries_loops
    lift.carries_loops = carries and not lift.loops  # within a row, what becomes a function is the comprehension as it stands
    try:
        with scope(lift, node.generators[0].target):
            execute(lift, loop)
    finally:
        lift.carries_loops = carries
    lift.line, lift.lines = lines
    return lift.names.pop(name)


@expression(ast.DictComp)
def dictionary(lift: Lifter, node: ast.DictComp) -> Value:
    """``{k: v for …}``; numbers for the categories of a column become a vocabulary."""
    if len(node.generators) != 1:
        raise no_rule("a comprehension over two sequences")
    generator = node.generators[0]
    iterable = evaluate(lift, generator.iter)
    content = lift.content(iterable)
    numbered = _numbering(lift, node, content) or words.numbered(lift, node, content)
    if numbered is not None:
        return lift.new(numbered)
    known = _known(lift, generator, iterable)
    if known is None:
        return _over_rows(lift, node, "dict")
    items: dict[Value, Value] = {}
    with scope(lift, generator.target):
        for value in known:
            store(lift, generator.target, value)
            if _chosen(lift, generator):
                items[lift.content(evaluate(lift, node.key))] = evaluate(lift, node.value)
    return lift.new(Entries(tuple(items.items())))


def _numbering(lift: Lifter, node: ast.DictComp, content: Value) -> Vocabulary | None:
    """``{c: i for i, c in enumerate(categories)}``."""
    generator = node.generators[0]
    if not (isinstance(content, Iterated) and content.kind == "enumerate") or generator.ifs:
        return None
    inner = lift.content(content.parts[0])
    target = generator.target
    if not isinstance(inner, Vocabulary) or lift.const(content.parts[1]) != 0:
        return None
    if not (isinstance(target, ast.Tuple) and all(isinstance(e, ast.Name) for e in target.elts) and len(target.elts) == 2):
        return None
    place, value = (e.id for e in target.elts if isinstance(e, ast.Name))
    if isinstance(node.key, ast.Name) and isinstance(node.value, ast.Name) and (node.key.id, node.value.id) == (value, place):
        if inner.order == "set":
            raise shape("Numbers are given in the order of a set, which changes from run to run")
        return Vocabulary(inner.order, inner.node, inner.cell, inner.values, True, inner.part)
    return None
