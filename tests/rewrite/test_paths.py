"""Path conditions mean what Python means, however they are rearranged."""

from hypothesis import given, settings
from hypothesis import strategies as st

from lester_gui.ir.expressions import Apply, Column, Expr, Literal
from lester_gui.rewrite.lift.paths import FALSE, TRUE, both, choose, conjunction, conjuncts, either, in_order, negated

NAMES = ("a", "b", "c")
atoms: st.SearchStrategy[Expr] = st.sampled_from([Column(n) for n in NAMES] + [TRUE, FALSE])
conditions = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.tuples(inner, inner).map(lambda p: both(*p)), st.tuples(inner, inner).map(lambda p: either(*p)), inner.map(negated)
    ),
    max_leaves=8,
)
rows = st.fixed_dictionaries({n: st.booleans() for n in NAMES})


def value(e: Expr, row: dict[str, bool]) -> bool:
    if isinstance(e, Column):
        return row[e.name]
    if isinstance(e, Literal):
        return bool(e.value)
    assert isinstance(e, Apply)
    parts = [value(a, row) for a in e.arguments]
    if e.operator == "if_else":
        return parts[1] if parts[0] else parts[2]
    return {"and": all(parts), "or": any(parts), "not": not parts[0]}[e.operator]


@settings(max_examples=50, deadline=None)
@given(conditions, conditions, rows)
def test_rearranging_keeps_the_meaning(p: Expr, q: Expr, row: dict[str, bool]) -> None:
    assert value(both(p, q), row) == (value(p, row) and value(q, row))
    assert value(either(p, q), row) == (value(p, row) or value(q, row))
    assert value(negated(p), row) == (not value(p, row))
    assert value(conjunction(conjuncts(p)), row) == value(p, row)
    assert value(choose(p, q, negated(q)), row) == (value(q, row) if value(p, row) else not value(q, row))
    assert value(in_order(p), row) == value(p, row)


@settings(max_examples=50, deadline=None)
@given(conditions)
def test_double_negation_means_the_same(p: Expr) -> None:
    assert value_table(negated(negated(p))) == value_table(p)


def value_table(p: Expr) -> list[bool]:
    cases = [dict(zip(NAMES, (x, y, z), strict=True)) for x in (True, False) for y in (True, False) for z in (True, False)]
    return [value(p, c) for c in cases]


def test_what_may_fail_comes_after_what_was_asked_first() -> None:
    asked = Apply("py_eq", (Column("text"), Literal("")))
    parsed = Apply("py_gt", (Apply("py_int", (Column("text"),)), Literal(3)))
    assert in_order(Apply("or", (asked, parsed))) == Apply("if_else", (asked, TRUE, parsed))
    assert in_order(Apply("and", (negated(asked), parsed))) == Apply("if_else", (negated(asked), parsed, FALSE))
