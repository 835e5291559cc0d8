"""Random expressions over a schema, typed from the outside in, small, and defined wherever the schema says they are."""

from hypothesis import strategies as st

from lester_gui.ir.expressions import Apply, Call, Column, Expr, Literal, lit, op
from lester_gui.ir.schema import Schema, Type

NUMBERS = [0, 1, 2, -3, 0.5, -1.25]
TEXTS = ["", "a", "ab", "Ä b", "NA", 'q"o', "1"]
COMPARE = ("eq", "ne", "lt", "le", "gt", "ge")

FUNCTION_SOURCE = 'def tag(value):\n    return "none" if value is None else "<" + value + ">"\n'


def tag(value: str | None) -> str:
    """What `FUNCTION_SOURCE` says."""
    return "none" if value is None else "<" + value + ">"


def _columns(schema: Schema, *kinds: Type, nullable: bool = True) -> list[Expr]:
    return [Column(f.name) for f in schema if f.type in kinds and (nullable or not f.nullable)]


@st.composite
def numbers(draw: st.DrawFn, schema: Schema, depth: int = 1) -> Expr:
    """An expression that gives a number."""
    columns = _columns(schema, Type.INT, Type.FLOAT)
    texts, days = _columns(schema, Type.STR), _columns(schema, Type.TIMESTAMP)
    choices = ["literal"] + ["column"] * 3 * bool(columns)
    if depth and columns:
        choices += ["arithmetic", "divide", "one", "branch", "coalesce"]
    if depth and texts:
        choices += ["text", "cast"]
    if days:
        choices += ["day"]
    match draw(st.sampled_from(choices)):
        case "literal":
            return lit(draw(st.sampled_from(NUMBERS)))
        case "column":
            return draw(st.sampled_from(columns))
        case "text":
            return op(draw(st.sampled_from(["str_len", "word_count"])), draw(st.sampled_from(texts)))
        case "cast":
            return op("to_number", draw(st.sampled_from(texts)))
        case "day":
            return op(draw(st.sampled_from(["year", "month", "day", "weekday"])), draw(st.sampled_from(days)))
        case "arithmetic":
            sign = draw(st.sampled_from(["add", "sub", "mul"]))
            return op(sign, draw(numbers(schema, depth - 1)), draw(numbers(schema, depth - 1)))
        case "divide":
            return op("float_div", draw(st.sampled_from(columns)), draw(numbers(schema, depth - 1)))
        case "one":
            return op(draw(st.sampled_from(["neg", "abs", "to_float", "sqrt"])), draw(st.sampled_from(columns)))
        case "branch":
            then, other = (op("to_float", draw(st.sampled_from(columns))) for _ in range(2))
            return op("if_else", draw(conditions(schema, 0)), then, other)
        case _:
            return op("coalesce", op("to_float", draw(st.sampled_from(columns))), lit(0.5))


@st.composite
def texts(draw: st.DrawFn, schema: Schema, depth: int = 1, functions: bool = False) -> Expr:
    """An expression that gives a text."""
    columns = _columns(schema, Type.STR)
    choices = ["literal"] + ["column"] * 2 * bool(columns)
    if depth and columns:
        choices += ["one", "join", "replace", "slice"] + ["call"] * 2 * functions
    match draw(st.sampled_from(choices)):
        case "literal":
            return lit(draw(st.sampled_from(TEXTS)))
        case "column":
            return draw(st.sampled_from(columns))
        case "call":
            return Call("tag", (draw(st.sampled_from(columns)),), Type.STR)
        case "one":
            return op(draw(st.sampled_from(["lower", "upper", "strip", "rstrip", "py_str"])), draw(st.sampled_from(columns)))
        case "join":
            return op("concat_text", draw(st.sampled_from(columns)), lit("-"), draw(texts(schema, depth - 1)))
        case "replace":
            return op("replace", draw(st.sampled_from(columns)), lit("a"), lit("bb"))
        case _:
            return op("slice_text", draw(st.sampled_from(columns)), lit(draw(st.integers(-2, 1))), lit(draw(st.integers(-1, 2))))


@st.composite
def conditions(draw: st.DrawFn, schema: Schema, depth: int = 1) -> Expr:
    """An expression that is always true or false."""
    numeric, words = _columns(schema, Type.INT, Type.FLOAT), _columns(schema, Type.STR)
    certain = _columns(schema, Type.STR, nullable=False)
    every = numeric + words + _columns(schema, Type.BOOL)
    choices = ["literal"] + ["number"] * 3 * bool(numeric) + ["text", "member", "contains"] * bool(words)
    choices += ["python"] * bool(certain) + ["missing"] * bool(every)
    if depth:
        choices += ["and", "or", "not"]
    match draw(st.sampled_from(choices)):
        case "literal":
            return lit(draw(st.booleans()))
        case "number":
            return _compare(draw, "pandas", draw(st.sampled_from(numeric)), draw(numbers(schema, depth)))
        case "text":
            return _compare(draw, "pandas", draw(st.sampled_from(words)), lit(draw(st.sampled_from(TEXTS))))
        case "python":
            return _compare(draw, "py", draw(st.sampled_from(certain)), lit(draw(st.sampled_from(TEXTS))))
        case "member":
            members = draw(st.lists(st.sampled_from(TEXTS), min_size=1, max_size=3, unique=True))
            return op("is_in", draw(st.sampled_from(words)), *map(lit, members))
        case "contains":
            return op("coalesce", op("contains", draw(st.sampled_from(words)), lit("a")), lit(False))
        case "missing":
            return op(draw(st.sampled_from(["is_null", "not_null"])), draw(st.sampled_from(every)))
        case "not":
            return op("not", draw(conditions(schema, depth - 1)))
        case sign:
            return op(sign, draw(conditions(schema, depth - 1)), draw(conditions(schema, depth - 1)))


def _compare(draw: st.DrawFn, prefix: str, a: Expr, b: Expr) -> Expr:
    return op(f"{prefix}_{draw(st.sampled_from(COMPARE))}", a, b)


@st.composite
def any_expressions(draw: st.DrawFn, schema: Schema, functions: bool = False) -> Expr:
    """An expression of some type."""
    words = _columns(schema, Type.STR)
    if words and draw(st.integers(0, 9)) == 0:
        return op("try_time", draw(st.sampled_from(words)), lit("ISO8601"))
    return draw(st.one_of(numbers(schema), texts(schema, functions=functions), conditions(schema)))


def untyped() -> st.SearchStrategy[Expr]:
    """Expressions of any shape, not checked against a schema: for the faces of a plan, not for running."""
    names = st.one_of(st.sampled_from(["a", "b", "lower", "col", "class", "a b", 'q"', "ﬁ", "Größe", "nan"]), st.text(max_size=4))
    leaves = st.one_of(
        names.map(Column),
        st.one_of(st.booleans(), st.integers(-(2**70), 2**70), st.floats(), st.text(max_size=6)).map(lit),
        st.sampled_from(Type).map(lambda t: Literal(None, t)),
        st.sampled_from([Literal("2026-01-01", Type.DATE), Literal(3, Type.FLOAT), Literal("2026-01-01T00:00", Type.TIMESTAMP)]),
    )
    return st.recursive(leaves, _compound, max_leaves=12)


def _compound(inner: st.SearchStrategy[Expr]) -> st.SearchStrategy[Expr]:
    pair = st.tuples(inner, inner)
    binary = [f"{p}_{s}" for p in ("pandas", "py") for s in COMPARE]
    binary += ["add", "sub", "mul", "float_div", "py_div", "py_floordiv", "py_mod", "pandas_floordiv", "pandas_mod", "contains"]
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Apply, st.sampled_from(binary), pair),
        st.builds(Apply, st.sampled_from(["and", "or", "is_in", "concat_text"]), several),
        st.builds(Apply, st.sampled_from(["not", "neg", "is_null", "lower"]), inner.map(lambda e: (e,))),
        st.builds(Apply, st.just("if_else"), st.tuples(inner, inner, inner)),
        st.builds(
            Call,
            st.sampled_from(["tag", "lower", "my function", "other"]),
            st.lists(inner, max_size=2).map(tuple),
            st.sampled_from(Type),
            st.booleans(),
        ),
    )
