"""The operators of plan expressions, named for the semantics they have.

Python, pandas and DuckDB differ on missing values, integer division, modulo and rounding; an operator here means exactly
what its name says, whatever engine runs it. `runtime.compile_sql` gives the SQL and `tests/reference` the plain Python; a
test loops over `OPERATORS` so that none is without either.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from lester_gui.ir.schema import PlanError, Type

Typed = tuple[Type, bool]  # type, nullable
ANY = frozenset(Type)
NUMBER = frozenset({Type.BOOL, Type.INT, Type.FLOAT})
ORDERED = frozenset({Type.BOOL, Type.INT, Type.FLOAT, Type.STR, Type.DATE, Type.TIMESTAMP, Type.DURATION})


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: how many arguments, of which types, and what comes out.

    Attributes
    ----------
    name : str
        The name, which states the semantics.
    accepts : tuple of frozenset of Type
        Allowed types per argument; the last entry repeats when `variadic`.
    result : callable
        From the typed arguments to the typed result.
    variadic : bool
        Whether the last argument may repeat (at least once).
    optional : int
        How many trailing arguments may be left out.
    total : bool
        Whether a missing argument is allowed; otherwise an expression over a nullable argument is refused.
    doc : str
        The semantics in one line.
    """

    name: str
    accepts: tuple[frozenset[Type], ...]
    result: Callable[[tuple[Typed, ...]], Typed]
    doc: str
    variadic: bool = False
    optional: int = 0
    total: bool = True

    def type_of(self, arguments: tuple[Typed, ...], line: int | None = None) -> Typed:
        """Return the result's type and nullability.

        Raises
        ------
        PlanError
            If the number or a type of the arguments does not fit.
        """
        low, high = len(self.accepts) - self.optional, len(self.accepts)
        if len(arguments) < low or (len(arguments) > high and not self.variadic):
            raise PlanError(f"{self.name} takes {low} arguments, not {len(arguments)}", line=line)
        for i, (kind, nullable) in enumerate(arguments):
            if kind not in self.accepts[min(i, high - 1)]:
                raise PlanError(f"{self.name} is not defined for a {kind} as argument {i + 1}", line=line)
            if nullable and not self.total:
                raise PlanError(f"{self.name} is not defined where argument {i + 1} may be missing", line=line)
        try:
            return self.result(arguments)
        except PlanError as error:
            raise PlanError(error.message, error.hint, line) from error


def _fixed(kind: Type) -> Callable[[tuple[Typed, ...]], Typed]:
    return lambda args: (kind, any(n for _, n in args))


def _never_null(kind: Type) -> Callable[[tuple[Typed, ...]], Typed]:
    return lambda args: (kind, False)


def _always_nullable(kind: Type) -> Callable[[tuple[Typed, ...]], Typed]:
    return lambda args: (kind, True)


def _numeric(args: tuple[Typed, ...]) -> Typed:
    kind = Type.FLOAT if any(t is Type.FLOAT for t, _ in args) else Type.INT
    return kind, any(n for _, n in args)


def unify(kinds: tuple[Type, ...], what: str = "The branches") -> Type:
    """Return the type that holds all `kinds`, widening numbers only.

    Raises
    ------
    PlanError
        If they have no common type.
    """
    distinct = set(kinds)
    if len(distinct) == 1:
        return kinds[0]
    if distinct <= {Type.BOOL, Type.INT, Type.FLOAT} and Type.BOOL not in distinct:
        return Type.FLOAT
    raise PlanError(f"{what} have different types: {', '.join(sorted(distinct))}")


def _compared(args: tuple[Typed, ...]) -> Typed:
    families = {Type.FLOAT if t.is_number else t for t, _ in args}
    if len(families) > 1:
        raise PlanError(f"Values of different types are compared: {', '.join(sorted(families))}")
    return Type.BOOL, False


def _branches(args: tuple[Typed, ...]) -> Typed:
    return unify((args[1][0], args[2][0])), args[1][1] or args[2][1]


def _coalesce(args: tuple[Typed, ...]) -> Typed:
    return unify(tuple(t for t, _ in args)), all(n for _, n in args)


def _make() -> dict[str, Operator]:
    text, number = frozenset({Type.STR}), NUMBER
    whole, boolean = frozenset({Type.INT, Type.BOOL}), frozenset({Type.BOOL})
    day, span = frozenset({Type.DATE, Type.TIMESTAMP}), frozenset({Type.DURATION})
    table = [
        # arithmetic; a missing argument gives a missing result
        Operator("add", (number, number), _numeric, "a + b"),
        Operator("sub", (number, number), _numeric, "a - b"),
        Operator("mul", (number, number), _numeric, "a * b"),
        Operator("neg", (number,), _numeric, "-a"),
        Operator("abs", (number,), _numeric, "abs(a)"),
        Operator("float_div", (number, number), _always_nullable(Type.FLOAT), "IEEE division; 0/0 is missing, x/0 is ±inf"),
        Operator("py_div", (number, number), _fixed(Type.FLOAT), "Python a / b; a zero divisor is an error", total=False),
        Operator(
            "py_floordiv",
            (number, number),
            _numeric,
            "Python a // b, towards minus infinity; zero is an error",
            total=False,
        ),
        Operator(
            "py_mod",
            (number, number),
            _numeric,
            "Python a % b, sign of the divisor; zero is an error",
            total=False,
        ),
        Operator("pandas_floordiv", (number, number), _numeric, "py_floordiv, but missing where a or b is"),
        Operator("pandas_mod", (number, number), _numeric, "py_mod, but missing where a or b is"),
        Operator("sqrt", (number,), _always_nullable(Type.FLOAT), "NumPy sqrt; negative gives missing"),
        Operator("log", (number,), _always_nullable(Type.FLOAT), "NumPy natural logarithm; 0 is -inf, negative is missing"),
        Operator("log1p", (number,), _always_nullable(Type.FLOAT), "NumPy log1p; -1 is -inf, below is missing"),
        Operator("sin", (number,), _always_nullable(Type.FLOAT), "NumPy sin; of an infinity it is missing"),
        Operator("cos", (number,), _always_nullable(Type.FLOAT), "NumPy cos; of an infinity it is missing"),
        Operator("exp", (number,), _fixed(Type.FLOAT), "NumPy exp"),
        Operator(
            "py_round",
            (number, frozenset({Type.INT})),
            _fixed(Type.FLOAT),
            "Python round(a, n): correctly rounded, ties to even",
        ),
        Operator(
            "np_round",
            (number, frozenset({Type.INT})),
            lambda args: (Type.FLOAT if args[0][0] is Type.FLOAT else Type.INT, args[0][1]),
            "NumPy round(a, n): scaled, to the even neighbour, scaled back; n is literal and not negative",
        ),
        # comparison in pandas: a missing operand gives False, for ne True
        *(
            Operator(f"pandas_{n}", (ORDERED, ORDERED), _compared, f"pandas {n}: False where missing, ne True")
            for n in ("eq", "ne", "lt", "le", "gt", "ge")
        ),
        # comparison in Python: None equals None; ordering with None raises, so it is refused
        Operator("py_eq", (ANY, ANY), _compared, "Python a == b; None == None is True"),
        Operator("py_ne", (ANY, ANY), _compared, "Python a != b"),
        *(Operator(f"py_{n}", (ORDERED, ORDERED), _compared, f"Python {n}", total=False) for n in ("lt", "le", "gt", "ge")),
        Operator("and", (boolean, boolean), _never_null(Type.BOOL), "both", variadic=True, total=False),
        Operator("or", (boolean, boolean), _never_null(Type.BOOL), "either", variadic=True, total=False),
        Operator("not", (boolean,), _never_null(Type.BOOL), "not a", total=False),
        Operator(
            "is_in",
            (ORDERED, ORDERED),
            _compared,
            "a is one of the literals; missing is not",
            variadic=True,
        ),
        Operator("is_null", (ANY,), _never_null(Type.BOOL), "a is missing"),
        Operator("not_null", (ANY,), _never_null(Type.BOOL), "a is not missing"),
        Operator(
            "whole_number", (frozenset({Type.INT}),), _fixed(Type.INT), "a; refused where its column holds other numbers, too"
        ),
        Operator("present", (ANY,), lambda args: (args[0][0], False), "a; an error where it is missing"),
        Operator("coalesce", (ANY, ANY), _coalesce, "the first argument that is not missing", variadic=True),
        Operator("if_else", (boolean, ANY, ANY), _branches, "a if condition else b"),
        # text; Python semantics on code points; a missing argument gives a missing result
        Operator("lower", (text,), _fixed(Type.STR), "str.lower"),
        Operator("upper", (text,), _fixed(Type.STR), "str.upper"),
        Operator(
            "strip",
            (text, text),
            _fixed(Type.STR),
            "str.strip, Unicode white space or the given characters",
            optional=1,
        ),
        Operator("lstrip", (text, text), _fixed(Type.STR), "str.lstrip", optional=1),
        Operator("rstrip", (text, text), _fixed(Type.STR), "str.rstrip", optional=1),
        Operator("str_len", (text,), _fixed(Type.INT), "number of code points"),
        Operator("word_count", (text,), _fixed(Type.INT), "len(a.split())"),
        Operator("contains", (text, text), _fixed(Type.BOOL), "b in a, no pattern"),
        Operator("startswith", (text, text), _fixed(Type.BOOL), "str.startswith"),
        Operator("endswith", (text, text), _fixed(Type.BOOL), "str.endswith"),
        Operator("replace", (text, text, text), _fixed(Type.STR), "str.replace"),
        Operator("concat_text", (text, text), _fixed(Type.STR), "a + b", variadic=True),
        Operator(
            "slice_text",
            (text, frozenset({Type.INT}), frozenset({Type.INT})),
            _fixed(Type.STR),
            "a[i:j], literal i and j; negative ones count from the end",
        ),
        Operator("letter", (text, frozenset({Type.INT})), _fixed(Type.STR), "a[i]; out of range is an error", total=False),
        Operator(
            "split_item",
            (text, text, frozenset({Type.INT})),
            _fixed(Type.STR),
            "a.split(sep)[i]; out of range is an error",
            total=False,
        ),
        Operator(
            "word_item",
            (text, frozenset({Type.INT})),
            _fixed(Type.STR),
            "a.split()[i]; out of range is an error",
            total=False,
        ),
        Operator("py_split", (text, text), _fixed(Type.STRS), "a.split(sep); an empty sep is an error"),
        Operator("py_split_words", (text,), _fixed(Type.STRS), "a.split()"),
        Operator(
            "split_get",
            (text, frozenset({Type.INT}), text),
            _always_nullable(Type.STR),
            "a.split(sep)[i], at white space without a separator; missing where there is no such part",
            optional=1,
        ),
        Operator("count_text", (text, text), _fixed(Type.INT), "str.count, not overlapping"),
        Operator("regex_search", (text, text), _fixed(Type.BOOL), "whether Python's re finds a literal pattern in the text"),
        Operator("regex_replace", (text, text, text), _fixed(Type.STR), "re.sub(b, c, a)"),
        Operator("regex_count", (text, text), _fixed(Type.INT), "len(re.findall(b, a))"),
        Operator(
            "regex_get",
            (text, text, frozenset({Type.INT})),
            _always_nullable(Type.STR),
            "group c of the first match of b in a; missing where there is none",
        ),
        # conversion
        Operator("py_int", (text,), _fixed(Type.INT), "int(text); other text is an error", total=False),
        Operator("py_float", (text,), _fixed(Type.FLOAT), "float(text); other text and 'nan' are errors", total=False),
        Operator(
            "float_or_nan",
            (text,),
            _always_nullable(Type.FLOAT),
            "float(text); 'nan' is missing, other text an error",
            total=False,
        ),
        Operator(
            "py_str",
            (frozenset({Type.STR, Type.INT, Type.BOOL, Type.FLOAT}),),
            _never_null(Type.STR),
            "str(a) as Python prints it; missing is 'None'",
        ),
        Operator("to_number", (text,), _always_nullable(Type.FLOAT), "pandas to_numeric; text that is no number is missing"),
        Operator("to_float", (number,), _fixed(Type.FLOAT), "float(number)"),
        Operator("to_int", (number,), _fixed(Type.INT), "int(number), towards zero", total=False),
        Operator(
            "parse_date",
            (text, text),
            _fixed(Type.DATE),
            "datetime.strptime(a, format).date(); other text is an error",
            total=False,
        ),
        Operator("make_date", (whole, whole, whole), _fixed(Type.DATE), "date(a, b, c); no such day is an error", total=False),
        Operator(
            "one_hot_at",
            (whole, whole),
            _fixed(Type.FLOATS),
            "b numbers, 1 at place a counted from 0, else 0; a place outside gives zeros only",
            total=False,
        ),
        Operator("parses_int", (text,), _fixed(Type.BOOL), "int(text) gives a number", total=False),
        Operator("parses_float", (text,), _fixed(Type.BOOL), "float(text) gives a number, 'nan' included", total=False),
        Operator("parses_date", (text, text), _fixed(Type.BOOL), "datetime.strptime(a, format) gives a date", total=False),
        Operator(
            "parse_time",
            (text, text),
            _fixed(Type.TIMESTAMP),
            "pandas to_datetime with a format, 'ISO8601', 'mixed' or 'mixed_dayfirst' (each text by itself), or 'dayfirst' "
            "(1/2/2026, 01.02.2026); other text is an error",
        ),
        Operator(
            "time_format",
            (text, boolean),
            _always_nullable(Type.STR),
            "the format in which pandas takes a column of times to be whose first one is a, days first if b; else missing",
        ),
        Operator("try_time", (text, text), _always_nullable(Type.TIMESTAMP), "parse_time, but missing instead of an error"),
        Operator("date_text", (day, text), _fixed(Type.STR), "strftime"),
        Operator("year", (day,), _fixed(Type.INT), "calendar year"),
        Operator("month", (day,), _fixed(Type.INT), "calendar month, 1 to 12"),
        Operator("day", (day,), _fixed(Type.INT), "day of month"),
        Operator("weekday", (day,), _fixed(Type.INT), "0 is Monday"),
        Operator("hour", (day,), _fixed(Type.INT), "hour of the day"),
        Operator("minute", (day,), _fixed(Type.INT), "minute of the hour"),
        Operator("second", (day,), _fixed(Type.INT), "second of the minute"),
        Operator("quarter", (day,), _fixed(Type.INT), "quarter of the year, 1 to 4"),
        Operator("day_of_year", (day,), _fixed(Type.INT), "1 is the first of January"),
        Operator("iso_week", (day,), _fixed(Type.INT), "week of the year, ISO 8601"),
        Operator("days_in_month", (day,), _fixed(Type.INT), "number of days of the month"),
        Operator("midnight", (day,), _fixed(Type.TIMESTAMP), "the beginning of the day"),
        Operator("to_date", (day,), _fixed(Type.DATE), "the day without the time"),
        Operator("days_between", (day, day), _fixed(Type.INT), "(a - b).days"),
        Operator("time_between", (day, day), _fixed(Type.DURATION), "a - b"),
        Operator("add_time", (day, span), _fixed(Type.TIMESTAMP), "a + b"),
        Operator("days_in", (span,), _fixed(Type.INT), "duration.days: whole days, towards minus infinity"),
        Operator("seconds_part", (span,), _fixed(Type.INT), "duration.seconds: whole seconds that days_in leaves"),
        Operator("seconds_in", (span,), _fixed(Type.FLOAT), "duration.total_seconds()"),
        Operator("time_ratio", (span, span), _always_nullable(Type.FLOAT), "duration / duration; 0/0 is missing, x/0 is ±inf"),
        Operator("neg_time", (span,), _fixed(Type.DURATION), "-duration"),
        Operator(
            "duration_of",
            (whole, frozenset({Type.INT})),
            _fixed(Type.DURATION),
            "a units of b microseconds each",
        ),
    ]
    return {op.name: op for op in table}


OPERATORS: dict[str, Operator] = _make()


@dataclass(frozen=True, slots=True)
class AggregateFunction:
    """One aggregate: the types it takes and what it gives."""

    name: str
    accepts: frozenset[Type]
    result: Callable[[Typed], Typed]
    doc: str


AGGREGATES: dict[str, AggregateFunction] = {
    f.name: f
    for f in (
        AggregateFunction("size", ANY, lambda t: (Type.INT, False), "number of rows, missing included"),
        AggregateFunction("count", ANY, lambda t: (Type.INT, False), "number of values that are not missing"),
        AggregateFunction("nunique", ORDERED, lambda t: (Type.INT, False), "number of distinct values, missing left out"),
        AggregateFunction(
            "sum",
            NUMBER,
            lambda t: (Type.FLOAT if t[0] is Type.FLOAT else Type.INT, False),
            "exact sum, missing left out, empty is 0",
        ),
        AggregateFunction("mean", NUMBER, lambda t: (Type.FLOAT, True), "exact sum over count; missing where empty"),
        AggregateFunction("var", NUMBER, lambda t: (Type.FLOAT, True), "sample variance, ddof 1"),
        AggregateFunction("std", NUMBER, lambda t: (Type.FLOAT, True), "sample standard deviation, ddof 1"),
        AggregateFunction("var0", NUMBER, lambda t: (Type.FLOAT, True), "population variance, ddof 0"),
        AggregateFunction("std0", NUMBER, lambda t: (Type.FLOAT, True), "population standard deviation, ddof 0"),
        AggregateFunction("min", ORDERED, lambda t: (t[0], True), "smallest value"),
        AggregateFunction("max", ORDERED, lambda t: (t[0], True), "largest value"),
        AggregateFunction("median", NUMBER, lambda t: (Type.FLOAT, True), "median, the mean of the two middle values"),
        AggregateFunction("mode", ORDERED, lambda t: (t[0], True), "most frequent value, the smallest of equally frequent ones"),
        AggregateFunction("first", ANY, lambda t: (t[0], True), "first value in row order that is not missing"),
        AggregateFunction("last", ANY, lambda t: (t[0], True), "last value in row order that is not missing"),
    )
}

QUANTILE = AggregateFunction(
    "quantile",
    frozenset({Type.INT, Type.FLOAT}),
    lambda t: (Type.FLOAT, True),
    "value below which a share of the values lies, between two values in a straight line as NumPy computes it",
)
"""The one aggregate with a number of its own, the share. It is no function of a window."""
