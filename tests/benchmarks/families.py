"""Which families of idiom a script uses, by its syntax: so that a rate can be told by family also where nothing was rewritten."""

from __future__ import annotations

import ast
from collections.abc import Callable

Called = frozenset[str]  # names of functions and methods that the script calls

_BY_CALL: dict[str, frozenset[str]] = {
    "lines of a file": frozenset({"readlines", "splitlines", "next"}),
    "csv module": frozenset({"reader", "DictReader"}),
    "read_csv": frozenset({"read_csv", "read_table"}),
    "other readers": frozenset({"read_json", "read_parquet", "read_excel", "loads", "load", "read_fwf", "genfromtxt", "loadtxt"}),
    "merge, join": frozenset({"merge", "join", "merge_asof"}),
    "groupby": frozenset({"groupby", "pivot_table", "crosstab"}),
    "transform, window": frozenset({"transform", "cumsum", "cumcount", "shift", "rolling", "diff", "rank", "ngroup"}),
    "apply, map": frozenset({"apply", "map", "applymap", "transform"}),
    "query, isin, masks": frozenset({"query", "isin", "between", "mask", "where", "notna", "isna", "dropna"}),
    "fillna": frozenset({"fillna", "ffill", "bfill", "interpolate"}),
    "distinct": frozenset({"drop_duplicates", "duplicated", "unique"}),
    "concat": frozenset({"concat", "append_frame", "vstack"}),
    "melt, pivot, explode": frozenset({"melt", "pivot", "explode", "stack", "unstack"}),
    "sort, limit": frozenset({"sort_values", "sorted", "sort", "nlargest", "nsmallest", "head", "tail", "most_common"}),
    "counters and groups in dicts": frozenset({"Counter", "defaultdict", "setdefault"}),
    "dates": frozenset({"to_datetime", "strptime", "fromisoformat", "strftime", "Timedelta", "Timestamp"}),
    "regular expressions": frozenset({"sub", "findall", "match", "fullmatch", "extract", "search"}),
    "text features": frozenset({"CountVectorizer", "TfidfVectorizer", "HashingVectorizer"}),
    "dummies, cut": frozenset({"get_dummies", "cut", "qcut", "factorize"}),
    "scikit-learn pipeline": frozenset({"Pipeline", "make_pipeline", "ColumnTransformer", "make_column_transformer"}),
    "scaler, encoder": frozenset(
        {"StandardScaler", "MinMaxScaler", "RobustScaler", "OneHotEncoder", "OrdinalEncoder", "LabelEncoder"}
    ),
    "columns side by side": frozenset({"hstack", "column_stack", "concatenate", "c_"}),
    "train_test_split": frozenset({"train_test_split"}),
    "cross-validation, search": frozenset({"cross_val_score", "KFold", "StratifiedKFold", "GroupKFold", "GridSearchCV"}),
    "shuffle by hand": frozenset({"shuffle", "permutation", "default_rng", "RandomState"}),
    "records by iterrows": frozenset({"iterrows", "itertuples", "to_dict"}),
    "files written": frozenset({"to_csv", "dump", "save", "savez", "write", "writerow"}),
}


def _has(*kinds: type[ast.AST]) -> Callable[[ast.Module], bool]:
    return lambda tree: any(isinstance(n, kinds) for n in ast.walk(tree))


def _inside_loop(kind: type[ast.AST]) -> Callable[[ast.Module], bool]:
    def test(tree: ast.Module) -> bool:
        loops = (n for n in ast.walk(tree) if isinstance(n, ast.For | ast.While))
        return any(isinstance(inner, kind) for loop in loops for inner in ast.walk(loop) if inner is not loop)

    return test


_BY_SYNTAX: dict[str, Callable[[ast.Module], bool]] = {
    "loops": _has(ast.For),
    "while loops": _has(ast.While),
    "nested loops": _inside_loop(ast.For),
    "break": _has(ast.Break),
    "filter by continue": _has(ast.Continue),
    "try inside a loop": _inside_loop(ast.Try),
    "functions": _has(ast.FunctionDef),
    "classes": _has(ast.ClassDef),
    "comprehensions": _has(ast.ListComp, ast.DictComp, ast.SetComp),
    "lambdas": _has(ast.Lambda),
    "list filled in a loop": lambda tree: _inside_loop(ast.Attribute)(tree) and "append" in _called(tree),
    "dict filled in a loop": lambda tree: any(
        isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Subscript)
        for loop in ast.walk(tree)
        if isinstance(loop, ast.For)
        for n in ast.walk(loop)
    ),
}


def families(tree: ast.Module) -> list[str]:
    """Return the families that occur in a script."""
    called = _called(tree)
    found = [name for name, names in _BY_CALL.items() if names & called]
    return sorted(found + [name for name, test in _BY_SYNTAX.items() if test(tree)])


def _called(tree: ast.Module) -> Called:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            if isinstance(node.func, ast.Name):
                names.add(node.func.id)
            elif isinstance(node.func, ast.Attribute):
                names.add(node.func.attr)
    return frozenset(names)
