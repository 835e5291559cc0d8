"""Run a script and its plan on the same files and compare what reaches the model. The plan runs in `tests/reference`."""

import contextlib
import importlib
import io
import os
import random
import sys
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.model_selection import GroupKFold, GroupShuffleSplit, KFold, StratifiedKFold, TimeSeriesSplit, train_test_split
from sklearn.preprocessing import OneHotEncoder

from lester_gui.discovery.scripts import load_script
from lester_gui.features.unfitted import build
from lester_gui.ir.learning import Split, Transformer
from lester_gui.ir.nodes import Opaque
from lester_gui.ir.plan import Plan
from lester_gui.rewrite.rules import Asked, Rewrite, rewrite
from lester_gui.runtime.read import observe_schema
from tests.reference.interpreter import interpret, labels, sides
from tests.reference.operators import evaluate
from tests.rewrite import corpus_data


@dataclass
class Fitted:
    """What a model was fitted on."""

    X: np.ndarray
    y: list[Any]


def rewritten(folder: Path, script: str = "script.py", **options: Any) -> Rewrite:
    """Rewrite a script of a folder by rules."""

    def observe(asked: Asked) -> Any:
        return observe_schema(folder / asked.path, asked.reader, asked.options, asked.names)

    return rewrite(load_script(folder, script), observe, "pipeline", **options)


@contextlib.contextmanager
def _inside(folder: Path) -> Iterator[None]:
    before, path, modules, arguments = os.getcwd(), list(sys.path), set(sys.modules), list(sys.argv)
    os.chdir(folder)
    sys.argv[:] = ["script.py"]  # without arguments, as Lester runs scripts
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        os.chdir(before)
        sys.argv[:] = arguments
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            if getattr(sys.modules[name], "__file__", None) and str(folder) in str(sys.modules[name].__file__):
                del sys.modules[name]


def original(folder: Path, estimator: str, script: str = "script.py") -> Fitted:
    """Run the script unchanged; return what its (last) model of this class was fitted on."""
    module, name = estimator.rsplit(".", 1)
    cls = getattr(importlib.import_module(module), name)
    seen: list[Fitted] = []
    fit = cls.fit

    def recording(self: Any, X: Any, y: Any = None, *args: Any, **kwargs: Any) -> Any:
        dense = X.toarray() if hasattr(X, "toarray") else _numbers_for_texts(X)
        seen.append(Fitted(np.asarray(dense, dtype=float), list(np.asarray(y).ravel())))
        return fit(self, X, y, *args, **kwargs)

    text = load_script(folder, script).text
    with _inside(folder), warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        cls.fit = recording
        try:
            exec(compile(text, script, "exec", dont_inherit=True), {"__name__": "__main__", "__file__": script})
        finally:
            cls.fit = fit
    return seen[-1]


def _numbers_for_texts(X: Any) -> Any:
    """Return what a model is given with each text as its number among its column's: plans have numbers where it encodes texts."""
    if not isinstance(X, pd.DataFrame):
        return X
    texts = X.select_dtypes(include="str").columns
    codes = {n: X[n].map({v: i for i, v in enumerate(sorted(X[n].dropna().unique()))}) for n in texts}
    return X.assign(**codes)


def planned(folder: Path, plan: Plan) -> Fitted:
    """Run the plan in the reference interpreter; return what its model would be fitted on."""
    reads = {r.source: (folder / r.source) for r in plan.reads}
    data = {source: _bytes(folder, source) for source in reads}
    with _inside(folder):
        functions = {}
        for f in plan.functions:
            names: dict[str, Any] = {}
            exec(f.source, names)
            functions[f.name] = _plain(names[f.name])
        opaque = {v.name: _opaque(v) for v in plan.views if isinstance(v, Opaque)}
        tables = interpret(plan, data, functions, None, opaque)
        prepared = tables[plan.prepared.name]
        y = labels(plan, prepared, functions)
        train = _train(plan, prepared, functions, y)
        if plan.label.codes:
            kinds = sorted(set(y)) if plan.label.codes == "sorted" else list(dict.fromkeys(y))
            y = [kinds.index(v) for v in y]
    blocks = []
    for block in plan.encode.blocks:
        columns = [[r.cells[c] for r in prepared] for c in block.columns]
        fitted_on = range(len(prepared)) if plan.encode.fit_on == "all" else train
        blocks.append(_encoded(list(zip(block.columns, columns, strict=True)), block.chain, list(fitted_on), functions, train))
    X = np.hstack([b for b in blocks if b.shape[1]]) if blocks else np.zeros((len(prepared), 0))
    return Fitted(X[train], [y[i] for i in train])


def _bytes(folder: Path, source: str) -> bytes:
    kinds = (".csv", ".txt", ".dat", ".tsv", ".data", ".test", ".jsonl", ".json", ".log")
    found = next(p for p in folder.rglob(f"{source}.*") if p.suffix in kinds)
    return found.read_bytes()


def _plain(function: Any) -> Any:
    def call(*args: Any) -> Any:
        out = function(*args)
        return [float(v) for v in out] if isinstance(out, np.ndarray) else out

    return call


def _opaque(node: Opaque) -> Any:
    def run(*parents: list[dict[str, Any]]) -> list[tuple[Any, ...]]:
        import pandas as pd

        names: dict[str, Any] = {}
        for variable, parent, rows in zip(node.variables, node.inputs, parents, strict=True):
            names[variable] = pd.DataFrame(rows, columns=list(parent.schema.names))
        exec(node.source, names)
        out = names[node.output]
        assert list(out.columns) == list(node.schema.names)
        return list(out.itertuples(index=False, name=None))

    return run


def _train(plan: Plan, prepared: list[Any], functions: dict[str, Any], y: list[Any]) -> list[int]:
    split, n = plan.split, len(prepared)
    if split.again is not None:
        dealt = _train(replace(plan, split=replace(split, again=None, of="", validation="train")), prepared, functions, y)
        if split.of == "test":
            return dealt
        again = split.again
        if again.whole:  # counted as the script does, so that the part can be dealt as if it were the whole
            assert isinstance(again.train_size, float)
            again = replace(again, whole=False, train_size=int(again.train_size * n))
        inner = _train(replace(plan, split=again), [prepared[i] for i in dealt], functions, [y[i] for i in dealt])
        return [dealt[i] for i in inner]
    if split.kind in ("none", "expression"):
        return [i for i, side in enumerate(sides(plan, prepared, functions)) if side == "train"]
    if split.method == "sklearn" and split.by is not None:
        owners = [evaluate(split.by, r.cells, plan.prepared.schema, dict(functions)) for r in prepared]
        dealer = GroupShuffleSplit(1, test_size=split.test_size, train_size=split.train_size, random_state=split.seed)
        return [int(i) for i in next(dealer.split(owners, groups=owners))[0]]
    if split.method == "sklearn":
        train, _ = train_test_split(
            np.arange(n),
            test_size=split.test_size,
            train_size=split.train_size,
            random_state=split.seed,
            shuffle=split.shuffle,
            stratify=y if split.stratify else None,
        )
        return [int(i) for i in train]
    if split.folds:
        groups = (
            None if split.by is None else [evaluate(split.by, r.cells, plan.prepared.schema, dict(functions)) for r in prepared]
        )
        options = {"shuffle": True, "random_state": split.seed} if split.shuffle else {}
        made = {"kfold": KFold, "stratified_kfold": StratifiedKFold, "group_kfold": GroupKFold, "time_series": TimeSeriesSplit}
        folds = list(made[split.method](split.folds, **options).split(np.zeros(n), y, groups))
        return [int(i) for i in folds[0 if split.first_fold else -1][0]]
    if split.method == "every":
        return [i for i in range(n) if i % split.every not in split.offsets]
    if split.in_order:
        return sorted(_train(replace(plan, split=replace(split, in_order=False)), prepared, functions, y))
    if split.method.endswith("_uniform"):
        legacy = split.method.startswith("numpy_legacy")
        draws = np.random.RandomState(split.seed).rand(n) if legacy else np.random.default_rng(split.seed).random(n)
        share = split.train_size if split.cut == "train_first" else split.test_size
        return [i for i in range(n) if (draws[i] < share) == (split.cut == "train_first")]
    if split.by is not None:
        schema = plan.prepared.schema
        owners = [evaluate(split.by, r.cells, schema, dict(functions)) for r in prepared]
        names = sorted(set(owners)) if split.groups == "sorted" else list(dict.fromkeys(owners))
        chosen = {names[i] for i in _dealt(split, len(names))}
        return [i for i in range(n) if owners[i] in chosen]
    return _dealt(split, n)


def _dealt(split: Split, n: int) -> list[int]:
    if split.method == "pandas_sample":
        drawn_size = split.train_size if split.train_size is not None else split.test_size
        share = {"frac": drawn_size} if isinstance(drawn_size, float) else {"n": drawn_size}
        table = pd.DataFrame({"i": range(n)})
        drawn = table.sample(**share, random_state=split.seed)
        return [int(i) for i in (drawn if split.cut == "train_first" else table.drop(drawn.index))["i"]]
    size = split.train_size if split.train_size is not None else split.test_size
    assert size is not None
    whole = round if split.method == "rounded" else int
    cut = whole(size * n) if isinstance(size, float) else size + n * (size < 0)
    if (split.train_size is None) == (split.cut == "train_first"):
        cut = n - cut
    order = list(range(n))
    if split.method == "python_shuffle":
        random.Random(split.seed).shuffle(order)
    elif split.method == "numpy_legacy":
        order = list(np.random.RandomState(split.seed).permutation(n))
    elif split.method == "numpy_generator":
        order = list(np.random.default_rng(split.seed).permutation(n))
    elif split.method == "numpy_choice":
        first = list(np.random.default_rng(split.seed).choice(n, cut, replace=False))
        order = first + [i for i in range(n) if i not in first]
    elif split.method == "numpy_legacy_choice":
        first = list(np.random.RandomState(split.seed).choice(n, cut, replace=False))
        order = first + [i for i in range(n) if i not in first]
    elif split.method == "python_sample":
        first = random.Random(split.seed).sample(range(n), cut)
        order = first + [i for i in range(n) if i not in first]
    first, second = order[:cut], order[cut:]
    return [int(i) for i in (first if split.cut == "train_first" else second)]


def _encoded(
    columns: list[tuple[str, list[Any]]],
    chain: tuple[Transformer, ...],
    fitted_on: list[int],
    functions: dict[str, Any],
    train: list[int],
) -> np.ndarray:
    parts: list[np.ndarray] = []
    for c in _passed(columns, chain, fitted_on, functions, train):
        rows = [[np.nan] if v is None else list(v) if isinstance(v, list | tuple) else [float(v)] for v in c]
        parts.append(np.array(rows, dtype=float))
    return np.hstack(parts) if parts else np.zeros((len(columns[0][1]), 0))


def _passed(
    columns: list[tuple[str, list[Any]]],
    chain: tuple[Transformer, ...],
    every: list[int],
    functions: dict[str, Any],
    train: list[int],
) -> list[list[Any]]:
    """Return columns after a chain of transformers, each fitted on all rows or, where it says so, on those to train on."""
    lanes = [values for _, values in columns]
    for t in chain:
        fitted_on = train if t.fit_on == "train" else every
        if t.kind == "beside":
            own = [([(c, dict(columns)[c]) for c in b.columns], b.chain) for b in t.branches]
            lanes = [lane for few, inner in own for lane in _passed(few, inner, every, functions, train)]
            continue
        if t.kind == "function" and "." not in str(t.get("function")):
            rows = [tuple(np.nan if v is None else v for v in row) for row in zip(*lanes, strict=True)]
            made = [functions[str(t.get("function"))](*row) for row in rows]
            wide = bool(made) and isinstance(made[0], list | tuple)
            lanes = [list(lane) for lane in zip(*made, strict=True)] if wide else [made]
            continue
        if t.kind == "refitted" and t.get("transformer").name.endswith(".WordColumns"):
            (texts,), made = lanes, build(t.get("transformer"), 0)
            made.fit([texts[i] for i in fitted_on])
            lanes = [list(lane) for lane in made.transform(texts).T]
            continue
        if t.kind == "refitted":
            lanes = [_group_statistic(lanes, t, fitted_on)]
            continue
        if t.kind == "one_hot":
            lanes = [list(lane) for c in lanes for lane in _one_hot(c, t, fitted_on).T]
            continue
        lanes = [_lane(c, t, fitted_on) for c in lanes]
    return lanes


def _group_statistic(lanes: list[list[Any]], t: Transformer, fitted_on: list[int]) -> list[Any]:
    """Return a total of the rows that are fitted on, or of a row's group, as pandas computes it."""
    made: Any = t.get("transformer")
    assert made.name.endswith(".GroupStatistic")
    rows = pd.DataFrame(dict(enumerate(lanes)))
    keys, function, options = list(rows.columns[1:]), made.get("function"), {}
    if function == "quantile":
        options = {"q": made.get("share")}
    if function == "total":
        function, options = "sum", {"min_count": 1}
    if str(function).endswith("0"):
        function, options = str(function)[:-1], {"ddof": 0}
    fitted = rows.iloc[fitted_on]
    if function == "element":
        factor, before, divisor, after = made.get("place")
        known = sorted(fitted[0].dropna())
        return [float(known[(int(len(known) * factor) + before) // divisor + after])] * len(rows)
    if not keys:
        one = len(fitted) if function == "size" else getattr(fitted[0], str(function))(**options)
        return [float(one)] * len(rows)
    totals = getattr(fitted.groupby(keys)[0], str(function))(**options).to_dict()
    looked_up = (row[0] if len(keys) == 1 else tuple(row) for row in rows[keys].itertuples(index=False))
    return [float(totals.get(key, np.nan)) for key in looked_up]


def _lane(values: list[Any], t: Transformer, fitted_on: list[int]) -> list[Any]:
    if t.kind == "passthrough":
        return values
    if t.kind == "min_max_scaler":
        low, high = (f(values[i] for i in fitted_on) for f in (min, max))
        return [(v - low) / ((high - low) or 1.0) for v in values]
    if t.kind == "simple_imputer":
        known = [values[i] for i in fitted_on if values[i] is not None]
        strategy = t.get("strategy")
        if strategy == "most_frequent":
            fill: Any = min(set(known), key=lambda v: (-known.count(v), v))
        elif strategy == "constant":
            fill = t.get("fill_value")
        else:
            fill = float({"mean": np.mean, "median": np.median}[str(strategy)]([float(v) for v in known]))
        return [fill if v is None else v for v in values]
    if t.kind == "ordinal":
        return _numbered(values, t, fitted_on)
    numbers = [np.nan if v is None else float(v) for v in values]
    if t.kind == "function":
        return list(getattr(np, str(t.get("function")).removeprefix("numpy."))(np.array(numbers)))
    if t.kind == "robust_scaler":
        assert t.get("with_centering") and not t.get("with_scaling")
        centre = np.nanmedian([numbers[i] for i in fitted_on])
        return [v - centre for v in numbers]
    assert t.kind == "standard_scaler"
    base = np.array([numbers[i] for i in fitted_on])
    mean = np.nanmean(base) if t.get("with_mean") else 0.0
    std = np.nanstd(base, ddof=int(str(t.get("ddof")))) if t.get("with_std") else 1.0
    if std == 0 and t.get("zero_std", "one") == "one":
        std = 1.0
    return [(v - mean) / std for v in numbers]


def _numbered(values: list[Any], t: Transformer, fitted_on: list[int]) -> list[Any]:
    listed, gap, unknown = (t.get(name) for name in ("categories", "encoded_missing_value", "unknown_value"))
    known = [values[i] for i in fitted_on if values[i] is not None]
    in_order = dict.fromkeys(known) if listed == "first_seen" else sorted(set(known))
    seen = list(listed if isinstance(listed, tuple) else in_order)
    codes: dict[Any, Any] = {v: i for i, v in enumerate(seen)} | {None: len(seen) if gap == "last" else gap}
    numbers = [codes[v] if unknown is None else codes.get(v, unknown) for v in values]
    return [np.nan if n is None else float(n) for n in numbers]


def _one_hot(values: list[Any], t: Transformer, fitted_on: list[int]) -> np.ndarray:
    listed = t.get("categories")
    seen = list(dict.fromkeys(values[i] for i in fitted_on))
    categories: Any = "auto"
    if listed == "first_seen":
        categories = [seen]
    elif isinstance(listed, tuple):
        categories = [list(listed)]
    data = np.array([[np.nan if v is None else v] for v in values], dtype=object)
    if t.get("missing") == "none":  # get_dummies: a missing value is in no column
        there = [list(listed)] if isinstance(listed, tuple) else [sorted(v for v in seen if v is not None and v == v)]
        encoder = OneHotEncoder(categories=there, handle_unknown="ignore", drop=t.get("drop"), sparse_output=False)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # missing values are unknown to it, as they should be
            return np.asarray(encoder.fit(np.array([[v] for v in there[0]], dtype=object)).transform(data), dtype=float)
    handle = str(t.get("handle_unknown"))
    encoder = OneHotEncoder(categories=categories, handle_unknown=handle, drop=t.get("drop"), sparse_output=False)
    encoder.fit(data[fitted_on])
    return np.asarray(encoder.transform(data), dtype=float)


def assert_same(folder: Path, plan: Plan, script: str = "script.py") -> None:
    """Compare script and plan on the files of a folder."""
    expected, got = original(folder, plan.model.estimator, script), planned(folder, plan)
    assert expected.X.shape == got.X.shape
    np.testing.assert_allclose(got.X, expected.X, rtol=1e-9, atol=1e-9, equal_nan=True)
    assert [_scalar(v) for v in expected.y] == [_scalar(v) for v in got.y]


def same_plan(folder: Path, text: str, seed: int = 1) -> Plan:
    """Write the corpus's data and a script, and return its plan, which nothing stopped and which does what the script does."""
    corpus_data.write(folder, seed)
    (folder / "script.py").write_text(text, encoding="utf-8")
    found = rewritten(folder)
    assert found.plan is not None and not found.stops, found.stops
    assert_same(folder, found.plan)
    return found.plan


def _scalar(value: Any) -> Any:
    return value.item() if hasattr(value, "item") else value
