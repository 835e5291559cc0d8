"""Generators, ``map``, ``zip`` and their kind: they give their elements once, and compute them only when they are asked for."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import Handle, Iterated, Ref, Value
from lester_gui.rewrite.lift.group_values import GroupOf
from lester_gui.rewrite.lift.stop import Reason, Stopped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

ONCE = ("enumerate", "zip")
GIVEN_ONCE = "once"  # the order of a list that `itertools.groupby` gives


@dataclass(frozen=True, slots=True)
class Given:
    """A name that a generator reads: where it stands, and what it held when the generator was made."""

    table: dict[str, Value]
    name: str
    value: Value
    content: Value | None


@dataclass(slots=True)
class Once:
    """What can be gone through once: where it is read, and what it computes its elements of."""

    value: Value
    given: tuple[Given, ...] = ()
    places: set[tuple[str, int, int]] = field(default_factory=set)


def once(lift: Lifter, value: Value, node: ast.expr | None = None) -> Value:
    """Note that `value`, which `node` makes, can be gone through once only, and return it."""
    if isinstance(value, Ref):
        lift.iterators.setdefault(value.id, Once(value, _given(lift, node)))
    return value


def _given(lift: Lifter, node: ast.expr | None) -> tuple[Given, ...]:
    if node is None:
        return ()
    out: dict[str, Given] = {}
    here = lift.activations[-1]
    for n in ast.walk(node):
        if not isinstance(n, ast.Name) or n.id in out:
            continue
        for table in (here.names, *here.closure, lift.modules[here.module]):
            if n.id in table:
                value = table[n.id]
                out[n.id] = Given(table, n.id, value, _content(lift, value))
                break
    return tuple(out.values())


def _content(lift: Lifter, value: Value) -> Value | None:
    return lift.heap.get(value.id) if isinstance(value, Ref) else None


def read(lift: Lifter, node: ast.Name, value: Value) -> None:
    """Note that a name is read.

    Raises
    ------
    Stopped
        If it holds an iterator that is read elsewhere, too, or once per row, or that would compute something else by now.
    """
    if isinstance(value, Ref) and value.id in lift.iterators:
        one, per_row = lift.iterators[value.id], lift.homes.get(value.id, 0) < len(lift.loops)
    elif isinstance(value, Iterated) and value.kind in ONCE:
        one, per_row = lift.iterated.setdefault(id(value), Once(value)), False
    elif isinstance(value, GroupOf) and value.order == GIVEN_ONCE:
        one, per_row = lift.iterated.setdefault(id(value.groups.node), Once(value)), False
    else:
        return
    one.places.add((lift.activations[-1].module, node.lineno, node.col_offset))
    if len(one.places) > 1 or per_row:
        raise Stopped(Reason.ALIAS, "What can be gone through once is read in several places, or once per row", node.lineno)
    if any(g.table.get(g.name) != g.value or _content(lift, g.value) != g.content for g in one.given):
        raise Stopped(Reason.ALIAS, "What a generator reads was changed before its elements were asked for", node.lineno)


def same_file(lift: Lifter, reader: Value, file: Value) -> Value:
    """Note that a reader takes its lines from an open file, and return it."""
    if isinstance(reader, Ref) and isinstance(file, Ref):
        lift.same_file[reader.id] = lift.same_file.get(file.id, file.id)
    return reader


def go_through(lift: Lifter, file: Value | None) -> None:
    """Note that the lines of an open file are taken here; lists of lines can be gone through again.

    Raises
    ------
    Stopped
        If they are taken somewhere else, too: the file is at its end then.
    """
    if not isinstance(file, Ref) or not isinstance(lift.heap.get(file.id), Handle):
        return
    root = lift.same_file.get(file.id, file.id)
    if lift.taken.setdefault(root, lift.line) != lift.line or lift.homes.get(root, 0) < len(lift.loops):
        raise Stopped(Reason.ALIAS, "The lines of an open file are taken twice, and the second time there are none left")
