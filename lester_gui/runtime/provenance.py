"""Which provenance columns a view has, by rule, so that every pass agrees without asking the database.

A view's rows carry one column ``__p0``, ``__p1``, … per *occurrence*: a read (the value is the source's row id) or a view
that creates row identity (aggregate, distinct, most opaque steps: the value is that view's ``__row_no``, and an edge table
leads to the rows of its parent). A self-join has one source twice. See Green, Karvounarakis, Tannen, "Provenance
semirings" (PODS 2007): a row's occurrences are a product, the edges of an identity a sum.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from lester_gui.ir.nodes import (
    Aggregate,
    Broadcast,
    Concat,
    Distinct,
    Explode,
    Filter,
    Join,
    JoinKind,
    Limit,
    Node,
    Opaque,
    Project,
    Read,
    Select,
    Sort,
    Take,
    Window,
)
from lester_gui.ir.plan import Plan, topological

STEP = 1024
"""Gap between the row numbers of a fresh view, so that rows can come between others without renumbering."""

ELEMENTS = 1 << 16
"""Room for the elements of one list: an element's row number is its row's number times this, plus its place from 0."""


def creates_identity(node: Node) -> bool:
    """Whether rows of `node` are new rows, with edges to those of the parent."""
    return isinstance(node, Aggregate | Distinct | Explode) or (isinstance(node, Opaque) and not node.keeps_rows)


def is_coarse(node: Node) -> bool:
    """Whether every row of `node` depends on every row of its parents, as far as is known."""
    return isinstance(node, Opaque)


def occurrences(node: Node) -> tuple[str, ...]:
    """Return the origins (view names) of ``__p0``, ``__p1``, … of a view."""
    out: list[str] = []
    stack = [node]
    while stack:  # as many steps as there are origins and steps to them; a map of all views would be made for each view
        found = stack.pop()
        if isinstance(found, Read) or creates_identity(found):
            out.append(found.name)
        else:
            stack.extend(reversed(_carried_from(found)))
    return tuple(out)


def occurrence_map(roots: Iterable[Node] | Plan) -> dict[str, tuple[str, ...]]:
    """Return `occurrences` for every view below `roots`."""
    out: dict[str, tuple[str, ...]] = {}
    for node in roots.views if isinstance(roots, Plan) else topological(*roots):
        if isinstance(node, Read) or creates_identity(node):
            out[node.name] = (node.name,)
        else:
            out[node.name] = tuple(o for p in _carried_from(node) for o in out[p.name])
    return out


def _carried_from(node: Node) -> tuple[Node, ...]:
    """Return the parents whose occurrences the rows of a view that creates no identity carry on."""
    if isinstance(node, Join | Concat | Broadcast) and not _left_only(node):
        return node.parents
    if isinstance(node, Filter | Project | Select | Sort | Limit | Window | Opaque | Join):
        return node.parents[:1]
    raise TypeError(f"no provenance rule for {type(node).__name__}")


def identifying(node: Node) -> tuple[int, ...]:
    """Return the numbers of the occurrences that tell the rows of a view apart; the others follow from them.

    A group's mean that is merged back adds an occurrence that is no part of a row's identity: whatever happens to the group,
    the row stays the same row.
    """
    return _identifying((node,))[node.name]


def at_most_one_match(join: Join) -> bool:
    """Whether a left row meets at most one right row, so that rows keep the left view's row numbers."""
    if join.how in (JoinKind.SEMI, JoinKind.ANTI):
        return True
    if join.how not in (JoinKind.INNER, JoinKind.LEFT, JoinKind.CROSS):
        return False
    if join.how is JoinKind.CROSS:
        return isinstance(join.right, Aggregate) and not join.right.by
    return join.take is not Take.ALL or _unique_on(join.right, {b for _, b in join.on})


def _identifying(roots: Sequence[Node]) -> dict[str, tuple[int, ...]]:
    out: dict[str, tuple[int, ...]] = {}
    width = {name: len(found) for name, found in occurrence_map(roots).items()}
    for node in topological(*roots):
        if isinstance(node, Read) or creates_identity(node):
            out[node.name] = (0,)
        elif isinstance(node, Concat) or (isinstance(node, Join) and not at_most_one_match(node)):
            shift = 0
            found: list[int] = []
            for p in node.parents:
                found.extend(i + shift for i in out[p.name])
                shift += width[p.name]
            out[node.name] = tuple(found)
        else:
            out[node.name] = out[node.parents[0].name]
    return out


def _left_only(node: Node) -> bool:
    return isinstance(node, Join) and node.how in (JoinKind.SEMI, JoinKind.ANTI)


def _unique_on(node: Node, columns: set[str]) -> bool:
    """Whether no two rows of `node` agree on `columns` (missing values may)."""
    while True:
        if isinstance(node, Aggregate):
            return set(node.by) <= columns
        if isinstance(node, Distinct):
            return bool(node.subset) and set(node.subset) <= columns
        if isinstance(node, Select):
            columns = {old for new, old in node.columns if new in columns}
        elif isinstance(node, Project):
            columns = columns - {name for name, _ in node.assigned}
        elif isinstance(node, Window):
            columns = columns - {c.name for c in node.columns}
        elif not isinstance(node, Filter | Sort | Limit):
            return False
        node = node.parents[0]
