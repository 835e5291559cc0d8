"""Records that a loop changes in place: the list they stand in has new values afterwards, whoever else holds them is unknown.

Each iteration gets the record of its row as an object of its own. What it holds at the end of the iteration takes the place of
the list's element. Another list or dict made from the same rows may hold the same records, so nothing is known of it any more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from lester_gui.ir.nodes import Node
from lester_gui.ir.plan import topological
from lester_gui.rewrite.lift import paths
from lester_gui.rewrite.lift.domain import Entries, Items, Iterated, Keyed, Ref, Rows, Tup, Unknown, Value
from lester_gui.rewrite.lift.paths import FALSE
from lester_gui.rewrite.lift.statements.branch import apart, merged_heap
from lester_gui.rewrite.lift.stop import Reason, Stopped
from lester_gui.rewrite.lift.templates import leaves, mapped

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.effects import Loop
    from lester_gui.rewrite.lift.finished import Finished
    from lester_gui.rewrite.lift.lifter import Lifter


def own(lift: Lifter, loop: Loop, element: Value) -> Value:
    """Return the element of a loop with its records as objects of this iteration; the loop remembers them."""
    content = lift.heap.get(element.id, element) if isinstance(element, Ref) else element
    if isinstance(content, Tup):
        return Tup(tuple(own(lift, loop, v) for v in content.items))
    if isinstance(content, Entries) or (isinstance(content, Items) and content.ordered):
        made = lift.new(content)
        loop.records[made.id] = content
        return made
    return element


def origin(lift: Lifter, iterable: Value) -> Ref | None:
    """Return the list whose elements a loop goes through, None if they are nobody else's."""
    content = lift.content(iterable)
    if isinstance(content, Iterated) and content.kind == "enumerate":
        return origin(lift, content.parts[0])
    return iterable if isinstance(iterable, Ref) and isinstance(content, Rows) else None


def changed(done: Finished, iterable: Value) -> None:
    """Put what an iteration leaves in its record into the list that is gone through.

    Raises
    ------
    Stopped
        If the list is not known, or holds sides of a split.
    """
    lift, loop = done.lift, done.loop
    final = _final_heap(done)
    new = {i: final.get(i, old) for i, old in loop.records.items()}
    touched = [i for i, old in loop.records.items() if new[i] != old]
    if not touched or loop.source is not None:
        return
    owner = origin(lift, iterable)
    if owner is None or len(loop.records) != 1:
        raise Stopped(Reason.ALIAS, "Records are changed of which it is not known where else they stand")
    rows = lift.heap[owner.id]
    assert isinstance(rows, Rows)
    if rows.part is not None:
        raise Stopped(Reason.ALIAS, "Records of one side of a split are changed")
    content = new[touched[0]]
    if isinstance(content, Unknown):
        raise Stopped(Reason.SHAPE, content.why)
    for cell in leaves(lift, content):
        done.running.resolve(cell.expr)
    template = mapped(lift, done.place(content), lambda c: c)
    wanted = leaves(lift, template)
    node, resolved = done.rows(paths.TRUE, wanted, loop.lines)
    it = iter(resolved)
    _others(lift, owner, rows.node)
    lift.heap[owner.id] = Rows(node, mapped(lift, template, lambda c: next(it)))


def _final_heap(done: Finished) -> dict[int, Value]:
    own = done.loop.records
    exits = [(p.guard, {i: p.heap[i] for i in own if i in p.heap}) for p in done.loop.exits if p.guard != FALSE]
    if not exits or not own:
        return {}
    rest, heap = exits[-1]
    for guard, one in reversed(exits[:-1]):
        heap = merged_heap(done.lift, apart(guard, rest), one, heap)
        rest = paths.either(guard, rest)
    return heap


def _others(lift: Lifter, owner: Ref, node: Node) -> None:
    """Forget what may hold the same records: lists and dicts of records that come from the same rows."""
    sources = {id(n) for n in topological(node)}
    for ident, rows in lift.row_elements.items():
        if any(id(n) in sources for n in topological(rows)):
            lift.heap[ident] = Unknown("it is a record that a loop may have changed in its list", lift.line)
    for ident, content in list(lift.heap.items()):
        if ident == owner.id or not isinstance(content, Rows | Keyed) or content.template is None:
            continue
        if _holds_records(lift, content.template) and any(id(n) in sources for n in topological(content.node)):
            lift.heap[ident] = Unknown("it may hold records that a loop changed in another list", lift.line)


def _holds_records(lift: Lifter, template: Value) -> bool:
    content = lift.content(template)
    if isinstance(content, Tup):
        return any(_holds_records(lift, v) for v in content.items)
    return isinstance(content, Entries | Items)
