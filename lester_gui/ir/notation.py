"""What the readable face of a plan is made of: dialects, signs, names, quoting. Shared by `render` and `parse`.

A dialect says what the signs mean: `a == b` is ``pandas_eq`` in a pandas script and ``py_eq`` in a plain one. What differs
from the dialect is written by its name, so that nothing is lost between plan and text.
"""

from __future__ import annotations

import keyword
import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from lester_gui.ir.expressions import Apply, Call, Expr, walk
from lester_gui.ir.nodes import GroupOrder, Reader
from lester_gui.ir.operators import OPERATORS
from lester_gui.ir.options import Option, Options, Pairs, Reference, Unfitted
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import PlanError, Type


class Dialect(StrEnum):
    """Whose semantics the signs have."""

    PANDAS = "pandas"
    PYTHON = "python"


COMPARISONS = {"==": "eq", "!=": "ne", "<": "lt", "<=": "le", ">": "gt", ">=": "ge"}
_ARITHMETIC = {"+": "add", "-": "sub", "*": "mul"}
_WHOLE = {"//": "floordiv", "%": "mod"}
SIGNS: dict[Dialect, dict[str, str]] = {
    Dialect.PANDAS: {s: f"pandas_{n}" for s, n in (COMPARISONS | _WHOLE).items()} | _ARITHMETIC | {"/": "float_div"},
    Dialect.PYTHON: {s: f"py_{n}" for s, n in (COMPARISONS | _WHOLE).items()} | _ARITHMETIC | {"/": "py_div"},
}
DEFAULT_READER = {Dialect.PANDAS: Reader.PANDAS_CSV, Dialect.PYTHON: Reader.PYTHON_LINES}
DEFAULT_NULL_KEYS_MATCH = {Dialect.PANDAS: True, Dialect.PYTHON: False}
DEFAULT_ORDER = {Dialect.PANDAS: GroupOrder.SORTED, Dialect.PYTHON: GroupOrder.FIRST_SEEN}
DEFAULT_DROP_NULL_KEYS = {Dialect.PANDAS: True, Dialect.PYTHON: False}

EXPRESSION_CALLS = ("col", "literal", "missing", "float", "call")  # in expressions, besides operators and user functions
# how a split is written → its kind and method
SPLITS = {
    "sklearn_split": ("random", "sklearn"),
    "numpy_legacy_split": ("random", "numpy_legacy"),
    "numpy_generator_split": ("random", "numpy_generator"),
    "python_shuffle_split": ("random", "python_shuffle"),
    "numpy_choice_split": ("random", "numpy_choice"),
    "numpy_legacy_choice_split": ("random", "numpy_legacy_choice"),
    "python_sample_split": ("random", "python_sample"),
    "pandas_sample_split": ("random", "pandas_sample"),
    "numpy_legacy_uniform_split": ("random", "numpy_legacy_uniform"),
    "numpy_generator_uniform_split": ("random", "numpy_generator_uniform"),
    "kfold_split": ("random", "kfold"),
    "stratified_kfold_split": ("random", "stratified_kfold"),
    "group_kfold_split": ("random", "group_kfold"),
    "time_series_split": ("random", "time_series"),
    "random_split": ("random", ""),
    "every_split": ("positional", "every"),
    "positional_split": ("positional", ""),
    "expression_split": ("expression", ""),
    "no_split": ("none", ""),
}
LABEL_CODES = {"sorted_codes": "sorted", "first_seen_codes": "first_seen"}  # how labels are numbered
SPLIT_CONDITIONS = {"validation": "validates", "train": "trains"}  # of a split by expression, beside that of test rows
SPLIT_WORDS = {
    "test": "test_size",
    "train": "train_size",
    "cut": "cut",
    "seed": "seed",
    "shuffle": "shuffle",
    "stratify": "stratify",
    "method": "method",
    "groups": "groups",
    "in_order": "in_order",
    "every": "every",
    "offsets": "offsets",
    "folds": "folds",
    "first_fold": "first_fold",
    "whole": "whole",
}


class PlanTextError(PlanError):
    """A text that is not a plan. `plan_line` is the line of the text, 1-based; `line` stays None."""

    def __init__(self, message: str, hint: str = "", plan_line: int | None = None) -> None:
        super().__init__(message if plan_line is None else f"{message} (plan line {plan_line})", hint)
        self.plan_line = plan_line


@dataclass(frozen=True, slots=True)
class Signature:
    """What a user function returns."""

    type: Type
    nullable: bool


def quote(text: str) -> str:
    """Return a text as a Python literal, with double quotes where that needs no escape."""
    literal = repr(str(text))
    return f'"{literal[1:-1]}"' if literal[0] == "'" and '"' not in literal else literal


def is_plain(name: str) -> bool:
    """Whether a name survives as a Python identifier."""
    return name.isidentifier() and not keyword.iskeyword(name) and unicodedata.normalize("NFKC", name) == name


def option_text(value: Option) -> str:
    """Return an option's value as Python text."""
    if isinstance(value, tuple):
        return f"({', '.join(option_text(v) for v in value)}{',' if len(value) == 1 else ''})"
    if isinstance(value, Unfitted):
        return f"estimator({', '.join([quote(value.name), *option_arguments(value.params)])})"
    if isinstance(value, Reference):
        return f"function({quote(value.name)})"
    if isinstance(value, Pairs):
        return f"{{{', '.join(f'{option_text(k)}: {option_text(v)}' for k, v in value.items)}}}"
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value!r}")'
    return repr(value)


def type_text(kind: Type, nullable: bool = False) -> str:
    """Return a type as ``int``, or ``int?`` where a value may be missing."""
    return f"{kind}?" if nullable else str(kind)


def type_from_text(text: str) -> Signature | None:
    """Return what `type_text` wrote, or None."""
    name = text.removesuffix("?")
    return Signature(Type(name), text.endswith("?")) if name in set(Type) else None


def keywords(pairs: Iterable[tuple[str, str]]) -> list[str]:
    """Return ``name=text`` arguments; names that are no identifiers go into ``**{…}``."""
    return [f"{name}={text}" if is_plain(name) else f"**{{{quote(name)}: {text}}}" for name, text in pairs]


def option_arguments(options: Options) -> list[str]:
    """Return options as keyword arguments."""
    return keywords((name, option_text(value)) for name, value in options)


def stem(name: str) -> str:
    """Return a view's name without its version: ``merged-2`` → ``merged``."""
    match = re.fullmatch(r"(.+)-([2-9]|[1-9]\d+)", name, re.DOTALL)
    return match[1] if match else name


def variable_for(name: str) -> str:
    """Return an identifier that stands for a view or column in the text."""
    base = stem(name)
    if not is_plain(base):
        base = re.sub(r"[^0-9A-Za-z_]", "_", base)
        base = base if is_plain(base) else f"view_{base}"
    return "dialect_" if base == "dialect" else base


class ViewNames:
    """Gives steps without a name theirs: the variable, then with ``-2``, ``-3`` and so on."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def next(self, variable: str) -> str:
        """Return the next free version of `variable`, without taking it."""
        name, version = variable, 1
        while name in self._used:
            version += 1
            name = f"{variable}-{version}"
        return name

    def take(self, name: str) -> None:
        """Note that a view has this name."""
        self._used.add(name)


def dialect_of(plan: Plan) -> Dialect:
    """Return the dialect in which most of the plan's steps can be written with signs."""
    words = [e.operator for root in plan.expressions for e in walk(root) if isinstance(e, Apply)]
    pandas = sum(w.startswith("pandas_") or w == "float_div" for w in words)
    python = sum(w in SIGNS[Dialect.PYTHON].values() and w.startswith("py_") for w in words)
    pandas += sum(r.reader.infers for r in plan.reads)
    python += sum(not r.reader.infers for r in plan.reads)
    return Dialect.PANDAS if pandas >= python else Dialect.PYTHON


def signatures_of(expressions: Iterable[Expr]) -> dict[str, Signature]:
    """Return the user functions that can be called by their bare name: a plain, free name and one return type."""
    seen: dict[str, set[Signature]] = {}
    for root in expressions:
        for e in walk(root):
            if isinstance(e, Call):
                seen.setdefault(e.function, set()).add(Signature(e.type, e.nullable))
    return {name: next(iter(s)) for name, s in seen.items() if len(s) == 1 and is_free(name)}


def is_free(name: str) -> bool:
    """Whether a user function of this name can be told from the notation's own words."""
    return is_plain(name) and name not in OPERATORS and name not in EXPRESSION_CALLS


Functions = Mapping[str, Signature]
