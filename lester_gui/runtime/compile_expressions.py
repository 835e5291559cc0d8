"""Compile expressions to SQL that means exactly what the operators of `ir.operators` say.

One entry per operator. Missing values are NULL and a float NaN becomes one. Operators for which Python raises, raise: inside
``and``, ``or`` and ``if_else`` only where Python would have evaluated them, which DuckDB's CASE guarantees and its AND does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from lester_gui.errors import UserError
from lester_gui.ir.expressions import Apply, Call, Column, Expr, Literal, type_of
from lester_gui.ir.operators import OPERATORS, Typed, unify
from lester_gui.ir.schema import Schema, Type
from lester_gui.runtime.data_errors import MARK
from lester_gui.runtime.raising import can_raise

SQL_TYPE: Final[dict[Type, str]] = {
    Type.BOOL: "BOOLEAN",
    Type.INT: "BIGINT",
    Type.FLOAT: "DOUBLE",
    Type.STR: "VARCHAR",
    Type.DATE: "DATE",
    Type.TIMESTAMP: "TIMESTAMP",
    Type.DURATION: "BIGINT",
    Type.FLOATS: "DOUBLE[]",
    Type.STRS: "VARCHAR[]",
}
NAN: Final = "'nan'::DOUBLE"
DAY: Final = 86_400_000_000


def identifier(name: str) -> str:
    """Return a column or table name, quoted."""
    return '"' + name.replace('"', '""') + '"'


def text(value: str) -> str:
    """Return an SQL text literal."""
    if "\0" in value:
        return "(" + " || chr(0) || ".join(text(part) for part in value.split("\0")) + ")"
    return "'" + value.replace("'", "''") + "'"


@dataclass(frozen=True, slots=True)
class Scope:
    """What an expression's columns are called where it is evaluated.

    Attributes
    ----------
    schema : Schema
        The columns' types.
    calls : mapping
        Call of a user function → SQL of the column that holds its results.
    prefix : str
        Table alias with a dot, or nothing.
    parts : mapping
        Expression → SQL of the column that holds its values, so that it is not written out again.
    """

    schema: Schema
    calls: Mapping[Call, str] = field(default_factory=dict)
    prefix: str = ""
    parts: Mapping[Expr, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Argument:
    sql: str
    type: Type
    nullable: bool
    expr: Expr


def compile_expression(expr: Expr, scope: Scope) -> str:
    """Return the SQL of `expr`.

    Raises
    ------
    UserError
        If operands are of kinds that the script's language does not compare.
    """
    return _compiled(expr, scope).sql


def _compiled(expr: Expr, scope: Scope) -> _Argument:
    """Return the SQL of `expr` with its type: each part is looked at once, for some expressions have thousands."""
    if isinstance(expr, Column):
        return _Argument(scope.prefix + identifier(expr.name), *type_of(expr, scope.schema), expr)
    if isinstance(expr, Literal):
        return _Argument(_literal(expr), *type_of(expr, scope.schema), expr)
    if isinstance(expr, Call):
        return _Argument(scope.calls[expr], *type_of(expr, scope.schema), expr)
    if isinstance(expr, Apply):
        if scope.parts and expr in scope.parts:
            return _Argument(scope.parts[expr], *type_of(expr, scope.schema), expr)
        arguments = [_compiled(a, scope) for a in expr.arguments]
        result = OPERATORS[expr.operator].type_of(tuple((a.type, a.nullable) for a in arguments))
        return _Argument(f"({SQL_OPERATORS[expr.operator](arguments, result)})", *result, expr)
    raise TypeError(f"not an expression: {type(expr).__name__}")


def _literal(expr: Literal) -> str:
    assert expr.type is not None
    kind = SQL_TYPE[expr.type]
    value = expr.value
    if value is None or (isinstance(value, float) and value != value):
        return f"CAST(NULL AS {kind})"
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, str):
        return text(value) if expr.type is Type.STR else f"CAST({text(value)} AS {kind})"
    if expr.type is Type.INT and not -(2**63) <= int(value) < 2**63:
        raise UserError("Whole numbers of more than 63 bits are not supported yet", hint="Use a float in the script.")
    return f"CAST('{value!r}' AS {kind})"


def _number(a: _Argument, kind: Type) -> str:
    return a.sql if a.type is kind else f"CAST({a.sql} AS {SQL_TYPE[kind]})"


def _no_nan(sql: str) -> str:
    return f"nullif({sql}, {NAN})"


def _one_hot_at(args: list[_Argument], result: Typed) -> str:
    place, width = (_number(a, Type.INT) for a in args)
    return f"CAST(list_transform(range({width}), lambda i: CASE WHEN i = {place} THEN 1.0 ELSE 0.0 END) AS DOUBLE[])"


def _raise(what: str) -> str:
    return f"error({text(MARK + what)})"


def _arithmetic(sign: str) -> Callable[[list[_Argument], Typed], str]:
    def compiled(args: list[_Argument], result: Typed) -> str:
        sql = f" {sign} ".join(_number(a, result[0]) for a in args)
        return _no_nan(sql) if result[0] is Type.FLOAT else sql

    return compiled


def _sign(prefix: str) -> Callable[[list[_Argument], Typed], str]:
    return lambda args, result: f"{prefix}({_number(args[0], result[0])})"


def _float_div(args: list[_Argument], result: Typed) -> str:
    return _no_nan(f"{_number(args[0], Type.FLOAT)} / {_number(args[1], Type.FLOAT)}")


def _py_div(args: list[_Argument], result: Typed) -> str:
    a, b = args
    if Type.FLOAT in (a.type, b.type):
        quotient = _no_nan(f"{_number(a, Type.FLOAT)} / {_number(b, Type.FLOAT)}")
    else:
        x, y, exact = _number(a, Type.INT), _number(b, Type.INT), 2**53
        small = f"{x} BETWEEN -{exact} AND {exact} AND {y} BETWEEN -{exact} AND {exact}"
        quotient = f"CASE WHEN {small} THEN CAST({x} AS DOUBLE) / CAST({y} AS DOUBLE) ELSE lester_int_div({x}, {y}) END"
    return f"CASE WHEN {_number(b, Type.FLOAT)} = 0 THEN {_raise('division by zero')} ELSE {quotient} END"


def _floor(args: list[_Argument], when_negative: str, otherwise: str) -> str:
    a, b = _number(args[0], Type.INT), _number(args[1], Type.INT)
    below = f"{a} % {b} <> 0 AND ({a} % {b} < 0) <> ({b} < 0)"
    return (
        f"CASE WHEN {b} = 0 THEN {_raise('division by zero')} "
        f"WHEN {below} THEN {when_negative.format(a=a, b=b)} ELSE {otherwise.format(a=a, b=b)} END"
    )


def _py_floordiv(args: list[_Argument], result: Typed) -> str:
    if result[0] is not Type.FLOAT:
        return _floor(args, "{a} // {b} - 1", "{a} // {b}")
    a, b = (_number(arg, Type.FLOAT) for arg in args)
    whole = f"({a} - {a} % {b}) / {b} - CASE WHEN {_against(a, b)} THEN 1 ELSE 0 END"  # but for rounding, as CPython divides
    down = f"CASE WHEN {whole} - floor({whole}) > 0.5 THEN floor({whole}) + 1 ELSE floor({whole}) END"
    return f"CASE WHEN {b} = 0 THEN {_raise('division by zero')} ELSE {_no_nan(down)} END"


def _py_mod(args: list[_Argument], result: Typed) -> str:
    if result[0] is not Type.FLOAT:
        return _floor(args, "{a} % {b} + {b}", "{a} % {b}")
    a, b = (_number(arg, Type.FLOAT) for arg in args)
    nought = f"CASE WHEN {b} < 0 THEN CAST('-0.0' AS DOUBLE) ELSE CAST(0 AS DOUBLE) END"
    rest = f"CASE WHEN {a} % {b} = 0 THEN {nought} WHEN {_against(a, b)} THEN {a} % {b} + {b} ELSE {a} % {b} END"
    return f"CASE WHEN {b} = 0 THEN {_raise('division by zero')} ELSE {_no_nan(rest)} END"


def _against(a: str, b: str) -> str:
    """What fmod leaves of a, where its sign is not that of the divisor."""
    return f"{a} % {b} <> 0 AND ({a} % {b} < 0) <> ({b} < 0)"


def _sqrt(args: list[_Argument], result: Typed) -> str:
    x = _number(args[0], Type.FLOAT)
    return f"CASE WHEN {x} >= 0 THEN sqrt({x}) END"


def _function(name: str, *kinds: Type) -> Callable[[list[_Argument], Typed], str]:
    """Return the compiler of a plain function call with arguments of the given types (as they are when None is given)."""

    def compiled(args: list[_Argument], result: Typed) -> str:
        casts = [_number(a, kinds[i]) if i < len(kinds) else a.sql for i, a in enumerate(args)]
        return f"{name}({', '.join(casts)})"

    return compiled


def _py_round(args: list[_Argument], result: Typed) -> str:
    if args[0].type is Type.FLOAT:
        return f"lester_round_float({args[0].sql}, {args[1].sql})"
    return f"lester_round_int({_number(args[0], Type.INT)}, {args[1].sql})"


def _comparable(a: _Argument, b: _Argument) -> tuple[str, str] | None:
    """Return both sides in a common type, or None if values of these types are never equal."""
    if a.type is b.type:
        return a.sql, b.sql
    if a.type.is_number and b.type.is_number:
        kind = Type.FLOAT if Type.FLOAT in (a.type, b.type) else Type.INT
        return _number(a, kind), _number(b, kind)
    if {a.type, b.type} == {Type.DATE, Type.TIMESTAMP}:
        return f"CAST({a.sql} AS TIMESTAMP)", f"CAST({b.sql} AS TIMESTAMP)"
    return None


def _compare(sign: str, where_missing: str | None) -> Callable[[list[_Argument], Typed], str]:
    """Return the compiler of a comparison; `where_missing` is its value where an operand is missing."""

    def compiled(args: list[_Argument], result: Typed) -> str:
        a, b = args
        sides = _comparable(a, b)
        if sides is None:
            if sign not in ("=", "<>"):
                raise UserError(f"A {a.type} and a {b.type} have no order", hint="Convert one of them in the script.")
            return "FALSE" if sign == "=" else "TRUE"
        sql = f"{sides[0]} {sign} {sides[1]}"
        return sql if where_missing is None or not (a.nullable or b.nullable) else f"coalesce({sql}, {where_missing})"

    return compiled


def _py_equal(sign: str) -> Callable[[list[_Argument], Typed], str]:
    def compiled(args: list[_Argument], result: Typed) -> str:
        a, b = args
        sides = _comparable(a, b)
        if sides is None:
            both = f"({a.sql} IS NULL AND {b.sql} IS NULL)"
            return both if sign == "=" else f"NOT {both}"
        return f"{sides[0]} IS {'NOT ' if sign == '=' else ''}DISTINCT FROM {sides[1]}"

    return compiled


def _both(args: list[_Argument], result: Typed) -> str:
    if not any(can_raise(a.expr) for a in args[1:]):
        return " AND ".join(a.sql for a in args)
    sql = args[-1].sql
    for a in reversed(args[:-1]):
        sql = f"CASE WHEN {a.sql} THEN {sql} ELSE FALSE END"
    return sql


def _either(args: list[_Argument], result: Typed) -> str:
    if not any(can_raise(a.expr) for a in args[1:]):
        return " OR ".join(a.sql for a in args)
    sql = args[-1].sql
    for a in reversed(args[:-1]):
        sql = f"CASE WHEN {a.sql} THEN TRUE ELSE {sql} END"
    return sql


def _is_in(args: list[_Argument], result: Typed) -> str:
    tests = [s for s in (_comparable(args[0], b) for b in args[1:] if not _is_missing(b)) if s is not None]
    by_side: dict[str, list[str]] = {}
    for left, right in tests:
        by_side.setdefault(left, []).append(right)
    sql = " OR ".join(f"{left} IN ({', '.join(right)})" for left, right in by_side.items())
    return f"coalesce({sql}, FALSE)" if sql else "FALSE"


def _is_missing(a: _Argument) -> bool:
    return isinstance(a.expr, Literal) and (a.expr.value is None or a.expr.value != a.expr.value)


def _coalesce(args: list[_Argument], result: Typed) -> str:
    return f"coalesce({', '.join(_number(a, result[0]) for a in args)})"


def _if_else(args: list[_Argument], result: Typed) -> str:
    kind = unify((args[1].type, args[2].type))
    return f"CASE WHEN {args[0].sql} THEN {_number(args[1], kind)} ELSE {_number(args[2], kind)} END"


def _strip(name: str) -> Callable[[list[_Argument], Typed], str]:
    return lambda args, result: f"{name}{'_of' if len(args) > 1 else ''}({', '.join(a.sql for a in args)})"


def _replace(args: list[_Argument], result: Typed) -> str:
    old = args[1].expr
    plain = isinstance(old, Literal) and isinstance(old.value, str) and old.value != ""
    return f"{'replace' if plain else 'lester_replace'}({', '.join(a.sql for a in args)})"


def _slice_text(args: list[_Argument], result: Typed) -> str:
    text = args[0].sql
    start, stop = (_place(text, a) for a in args[1:])
    return f"substring({text}, {start} + 1, greatest({stop} - {start}, 0))"


def _letter(args: list[_Argument], result: Typed) -> str:
    text, place = args[0].sql, args[1].sql
    there = f"{place} < length({text}) AND {place} >= -length({text})"
    letter = f"substring({text}, CASE WHEN {place} < 0 THEN length({text}) + {place} ELSE {place} END + 1, 1)"
    return f"CASE WHEN {there} THEN {letter} ELSE {_raise('string index out of range')} END"


def _place(text: str, place: _Argument) -> str:
    """A place in a text, counted from its start."""
    value = place.expr.value if isinstance(place.expr, Literal) else None
    if isinstance(value, int) and value >= 0:
        return place.sql
    return f"CASE WHEN {place.sql} < 0 THEN greatest(length({text}) + {place.sql}, 0) ELSE {place.sql} END"


def _py_str(args: list[_Argument], result: Typed) -> str:
    a = args[0]
    if a.type is Type.BOOL:
        sql = f"CASE WHEN {a.sql} THEN 'True' WHEN NOT {a.sql} THEN 'False' END"
    elif a.type is Type.FLOAT:
        sql = f"lester_float_text({a.sql})"
    else:
        sql = f"CAST({a.sql} AS VARCHAR)"
    return f"coalesce({sql}, 'None')" if a.nullable or a.type is Type.FLOAT else sql


def _to_int(args: list[_Argument], result: Typed) -> str:
    a = args[0]
    return f"CAST(trunc({a.sql}) AS BIGINT)" if a.type is Type.FLOAT else _number(a, Type.INT)


def _date_text(args: list[_Argument], result: Typed) -> str:
    return f"lester_date_text(CAST({args[0].sql} AS TIMESTAMP), {args[1].sql})"


def _split_get(args: list[_Argument], result: Typed) -> str:
    return f"lester_split_get{'_of' if len(args) > 2 else ''}({', '.join(a.sql for a in args)})"


def _np_round(args: list[_Argument], result: Typed) -> str:
    return f"lester_np_round({args[0].sql}, {args[1].sql})" if result[0] is Type.FLOAT else _number(args[0], Type.INT)


def _of_time(function: str) -> Callable[[list[_Argument], Typed], str]:
    return lambda args, result: f"{function}(CAST({args[0].sql} AS TIMESTAMP))"


def _time_between(args: list[_Argument], result: Typed) -> str:
    a, b = (f"epoch_us(CAST({x.sql} AS TIMESTAMP))" for x in args)
    return f"{a} - {b}"


def _add_time(args: list[_Argument], result: Typed) -> str:
    return f"make_timestamp(epoch_us(CAST({args[0].sql} AS TIMESTAMP)) + {args[1].sql})"


def _days_between(args: list[_Argument], result: Typed) -> str:
    a, b = args
    if a.type is b.type is Type.DATE:
        return f"date_diff('day', {b.sql}, {a.sql})"
    gap = f"(epoch_us(CAST({a.sql} AS TIMESTAMP)) - epoch_us(CAST({b.sql} AS TIMESTAMP)))"
    return f"({gap} - (({gap} % {DAY}) + {DAY}) % {DAY}) // {DAY}"


SQL_OPERATORS: Final[dict[str, Callable[[list[_Argument], Typed], str]]] = {
    "add": _arithmetic("+"),
    "sub": _arithmetic("-"),
    "mul": _arithmetic("*"),
    "neg": _sign("-"),
    "abs": _sign("abs"),
    "float_div": _float_div,
    "py_div": _py_div,
    "py_floordiv": _py_floordiv,
    "py_mod": _py_mod,
    "pandas_floordiv": _py_floordiv,
    "pandas_mod": _py_mod,
    "sqrt": _sqrt,
    "log": _function("lester_log", Type.FLOAT),
    "log1p": _function("lester_log1p", Type.FLOAT),
    "sin": _function("lester_sin", Type.FLOAT),
    "cos": _function("lester_cos", Type.FLOAT),
    "exp": _function("lester_exp", Type.FLOAT),
    "py_round": _py_round,
    "np_round": _np_round,
    "pandas_eq": _compare("=", "FALSE"),
    "pandas_ne": _compare("<>", "TRUE"),
    "pandas_lt": _compare("<", "FALSE"),
    "pandas_le": _compare("<=", "FALSE"),
    "pandas_gt": _compare(">", "FALSE"),
    "pandas_ge": _compare(">=", "FALSE"),
    "py_eq": _py_equal("="),
    "py_ne": _py_equal("<>"),
    "py_lt": _compare("<", "FALSE"),
    "py_le": _compare("<=", "FALSE"),
    "py_gt": _compare(">", "FALSE"),
    "py_ge": _compare(">=", "FALSE"),
    "and": _both,
    "or": _either,
    "not": lambda args, result: f"NOT {args[0].sql}",
    "is_in": _is_in,
    "is_null": lambda args, result: f"{args[0].sql} IS NULL",
    "not_null": lambda args, result: f"{args[0].sql} IS NOT NULL",
    "whole_number": lambda args, result: args[0].sql,
    "present": lambda args, result: f"CASE WHEN {args[0].sql} IS NULL THEN {_raise('a value is missing')} ELSE {args[0].sql} END",
    "coalesce": _coalesce,
    "if_else": _if_else,
    "lower": _function("lester_lower"),
    "upper": _function("lester_upper"),
    "strip": _strip("lester_strip"),
    "lstrip": _strip("lester_lstrip"),
    "rstrip": _strip("lester_rstrip"),
    "str_len": _function("length"),
    "word_count": _function("lester_word_count"),
    "contains": _function("contains"),
    "startswith": _function("starts_with"),
    "endswith": _function("ends_with"),
    "replace": _replace,
    "concat_text": lambda args, result: " || ".join(a.sql for a in args),
    "slice_text": _slice_text,
    "letter": _letter,
    "split_item": _function("lester_split_item"),
    "word_item": _function("lester_word_item"),
    "py_split": _function("lester_split"),
    "py_split_words": _function("lester_split_words"),
    "split_get": _split_get,
    "count_text": _function("lester_count_text"),
    "regex_search": _function("lester_regex_search"),
    "regex_replace": _function("lester_regex_replace"),
    "regex_count": _function("lester_regex_count"),
    "regex_get": _function("lester_regex_get"),
    "to_number": _function("lester_to_number"),
    "py_int": _function("lester_py_int"),
    "py_float": _function("lester_py_float"),
    "float_or_nan": _function("lester_float_or_nan"),
    "py_str": _py_str,
    "to_float": lambda args, result: _number(args[0], Type.FLOAT),
    "to_int": _to_int,
    "parse_date": _function("lester_parse_date"),
    "make_date": lambda args, result: f"lester_make_date({', '.join(_number(a, Type.INT) for a in args)})",
    "one_hot_at": _one_hot_at,
    "parses_int": _function("lester_parses_int"),
    "parses_float": _function("lester_parses_float"),
    "parses_date": _function("lester_parses_date"),
    "parse_time": _function("lester_parse_time"),
    "try_time": _function("lester_try_time"),
    "time_format": _function("lester_time_format"),
    "date_text": _date_text,
    "year": _function("year"),
    "month": _function("month"),
    "day": _function("day"),
    "weekday": lambda args, result: f"isodow({args[0].sql}) - 1",
    "hour": _of_time("hour"),
    "minute": _of_time("minute"),
    "second": _of_time("second"),
    "quarter": _function("quarter"),
    "day_of_year": _function("dayofyear"),
    "iso_week": _function("week"),
    "days_in_month": lambda args, result: f"day(last_day({args[0].sql}))",
    "midnight": lambda args, result: f"CAST(CAST({args[0].sql} AS DATE) AS TIMESTAMP)",
    "to_date": lambda args, result: f"CAST({args[0].sql} AS DATE)",
    "days_between": _days_between,
    "time_between": _time_between,
    "add_time": _add_time,
    "days_in": lambda args, result: f"({args[0].sql} - (({args[0].sql} % {DAY}) + {DAY}) % {DAY}) // {DAY}",
    "seconds_part": lambda args, result: f"(({args[0].sql} % {DAY}) + {DAY}) % {DAY} // 1000000",
    "seconds_in": lambda args, result: f"CAST({args[0].sql} AS DOUBLE) / 1e6",
    "time_ratio": _float_div,
    "neg_time": lambda args, result: f"-({args[0].sql})",
    "duration_of": lambda args, result: f"{_number(args[0], Type.INT)} * {args[1].sql}",
}
