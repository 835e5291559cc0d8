"""The learning half of a plan with one mistake: label, split, encoders, order of columns, model."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from lester_gui.ir.expressions import op
from lester_gui.ir.learning import FOLDS, Block, Encode, Split, Transformer
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Schema
from tests.verify.expression_mutants import made, variants

Part = tuple[str, str, dict[str, Any]]  # family, stage, the plan's field that changes

_STRATEGIES = ("mean", "median", "most_frequent", "constant")
_FUNCTIONS = ("numpy.log", "numpy.log1p", "numpy.sqrt", "numpy.exp", "numpy.abs")
_ESTIMATORS = ("LogisticRegression", "Ridge", "LinearRegression", "RidgeClassifier")


def other_names(schema: Schema, name: str, *also: str) -> list[str]:
    """Names of other columns of the type of `name`, and those given."""
    if name not in schema:
        return list(also)
    kind = schema.field(name).type
    return [f.name for f in schema if f.type is kind and f.name != name] + list(also)


def learning_variants(plan: Plan) -> Iterator[Part]:
    """Yield every change of the learning half."""
    schema = plan.prepared.schema
    for family, expr in variants(plan.label.expr, schema):
        yield f"label: {family}", "label", {"label": replace(plan.label, expr=expr)}
    for codes in ("", "sorted", "first_seen"):
        if codes != plan.label.codes:
            yield "numbering of labels", "label", {"label": replace(plan.label, codes=codes)}
    yield from ((family, "split", {"split": split}) for family, split in _splits(plan.split, schema))
    yield from ((family, "encode", {"encode": encode}) for family, encode in _encodes(plan.encode, schema))
    yield from _models(plan)


def _splits(split: Split, schema: Schema) -> Iterator[tuple[str, Split]]:
    if split.test is not None:
        yield "split negated", replace(split, test=op("not", split.test))
        for family, test in variants(split.test, schema):
            yield f"split: {family}", replace(split, test=test)
        yield "split dropped", Split(kind="none")
        yield from _other_conditions(split, schema)
        return
    for family, changed in _other_splits(split):
        yield from ((family, other) for other in made(replace, split, **changed))
    if split.again is not None:
        yield "dealt once", replace(split, again=None, of="", validation="train")
        for changed in ({"of": "test" if split.of == "train" else "train"}, {"validation": "test"}, {"validation": "train"}):
            yield from (("dealt again", other) for other in made(replace, split, **changed))
        for family, again in _splits(split.again, schema):
            yield from ((f"{family}, dealt again", other) for other in made(replace, split, again=again))
    if split.kind != "none":
        yield "test rows leak", Split(kind="none")


def _other_conditions(split: Split, schema: Schema) -> Iterator[tuple[str, Split]]:
    for name in ("validates", "trains"):
        condition = getattr(split, name)
        if condition is None:
            continue
        yield f"{name} dropped", replace(split, **{name: None})
        yield f"{name} and test exchanged", replace(split, **{name: split.test, "test": condition})
        for family, other in variants(condition, schema):
            yield f"split, {name}: {family}", replace(split, **{name: other})


def _other_splits(split: Split) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in ("test_size", "train_size"):
        size = getattr(split, name)
        if size is not None:
            steps: tuple[float, ...] = (1, -1) if isinstance(size, int) else (0.05, -0.05)
            for step in steps:
                yield "split size", {name: type(size)(size + step)}
    for step in (1, -1):
        yield "number of folds", {"folds": split.folds + step}
    if split.kind == "random":
        if split.seed is not None:
            yield "random state", {"seed": split.seed + 1}
            yield "random state", {"seed": None}
        yield "shuffle", {"shuffle": not split.shuffle}
        for method in ("sklearn", "numpy_legacy", "numpy_generator", "python_shuffle", *FOLDS):
            if method != split.method:
                yield "method of the split", {"method": method}
        yield "split by place", {"kind": "positional", "method": "", "seed": None, "shuffle": False}
    yield "stratify", {"stratify": not split.stratify}
    if split.kind != "none":
        yield "cut", {"cut": "test_first" if split.cut == "train_first" else "train_first"}


def _encodes(encode: Encode, schema: Schema) -> Iterator[tuple[str, Encode]]:
    yield "fitted on", replace(encode, fit_on="all" if encode.fit_on == "train" else "train")
    blocks = encode.blocks
    for i in range(len(blocks) - 1):
        yield "order of blocks", replace(encode, blocks=(*blocks[:i], blocks[i + 1], blocks[i], *blocks[i + 2 :]))
    for i, block in enumerate(blocks):
        if len(blocks) > 1:
            yield "block dropped", replace(encode, blocks=(*blocks[:i], *blocks[i + 1 :]))
        for family, other in _block_variants(block, schema):
            yield family, replace(encode, blocks=(*blocks[:i], other, *blocks[i + 1 :]))


def _block_variants(block: Block, schema: Schema) -> Iterator[tuple[str, Block]]:
    for family, changed in _other_blocks(block, schema):
        yield from ((family, other) for other in made(replace, block, **changed))


def _other_blocks(block: Block, schema: Schema) -> Iterator[tuple[str, dict[str, Any]]]:
    columns = block.columns
    for j in range(len(columns) - 1):
        yield "order of X", {"columns": (*columns[:j], columns[j + 1], columns[j], *columns[j + 2 :])}
    for j, column in enumerate(columns):
        if len(columns) > 1:
            yield "column dropped", {"columns": (*columns[:j], *columns[j + 1 :])}
        for other in other_names(schema, column):
            if other not in columns:
                yield "column of the same type", {"columns": (*columns[:j], other, *columns[j + 1 :])}
    for j, transformer in enumerate(block.chain):
        before, after = block.chain[:j], block.chain[j + 1 :]
        if len(block.chain) > 1:
            yield "transformer dropped", {"chain": (*before, *after)}
        others = list(_transformers(transformer))
        if transformer.fit_on:
            others.append(("fitted on", replace(transformer, fit_on="")))
        for k, branch in enumerate(transformer.branches):
            for family, other_branch in _block_variants(branch, schema):
                branches = (*transformer.branches[:k], other_branch, *transformer.branches[k + 1 :])
                others += [(family, t) for t in made(replace, transformer, branches=branches)]
        yield from ((family, {"chain": (*before, t, *after)}) for family, t in others)


def _transformers(t: Transformer) -> Iterator[tuple[str, Transformer]]:
    def given(**values: object) -> Transformer:
        return replace(t, params=tuple({**dict(t.params), **values}.items()))

    if t.kind == "standard_scaler":
        yield "ddof", given(ddof=1 - int(str(t.get("ddof", 0))))
        yield "with_mean", given(with_mean=not t.get("with_mean", True))
        yield "with_std", given(with_std=not t.get("with_std", True))
        yield "zero_std", given(zero_std="divide" if t.get("zero_std", "one") == "one" else "one")
        yield "transformer", Transformer("passthrough")
    elif t.kind == "one_hot":
        categories = t.get("categories", "auto")
        for other in ("auto", "first_seen"):
            if categories != other:
                yield "categories", given(categories=other)
        if isinstance(categories, tuple):
            yield "categories", given(categories=categories[::-1])
            yield "categories", given(categories=categories[:-1])
        handled = t.get("handle_unknown", "error")
        yield "unknown categories", given(handle_unknown="error" if handled == "ignore" else "ignore")
        for drop in (None, "first", "if_binary"):
            if t.get("drop") != drop:
                yield "dropped category", given(drop=drop)
    elif t.kind == "simple_imputer":
        for strategy in _STRATEGIES:
            if strategy != t.get("strategy", "mean"):
                yield "strategy", given(strategy=strategy, **({"fill_value": 0} if strategy == "constant" else {}))
        fill = t.get("fill_value")
        if isinstance(fill, int | float):
            yield "fill value", given(fill_value=fill + 1)
        elif isinstance(fill, str):
            yield "fill value", given(fill_value=fill + "x")
    elif t.kind == "function":
        for function in _FUNCTIONS:
            if function != t.get("function"):
                yield "function", given(function=function)
    else:
        yield from _settings(t)


def _settings(t: Transformer) -> Iterator[tuple[str, Transformer]]:
    """Change or drop each parameter of a transformer of another kind."""
    for i, (name, value) in enumerate(t.params):
        rest = (*t.params[:i], *t.params[i + 1 :])
        yield f"{t.kind}: setting dropped", replace(t, params=rest)
        if isinstance(value, bool):
            yield f"{t.kind}: setting", replace(t, params=(*rest, (name, not value)))
        elif isinstance(value, int | float):
            yield f"{t.kind}: setting", replace(t, params=(*rest, (name, value + 1)))


def _models(plan: Plan) -> Iterator[Part]:
    model = plan.model
    module, _, name = model.estimator.rpartition(".")
    if module == "sklearn.linear_model":
        for other in _ESTIMATORS:
            if other != name:
                yield "estimator", "model", {"model": replace(model, estimator=f"{module}.{other}")}
    params = dict(model.params)
    for key, value in params.items():
        rest = {k: v for k, v in params.items() if k != key}
        yield "parameter dropped", "model", {"model": replace(model, params=tuple(rest.items()))}
        if isinstance(value, bool):
            yield "parameter", "model", {"model": replace(model, params=tuple({**params, key: not value}.items()))}
        elif isinstance(value, int | float):
            yield "parameter", "model", {"model": replace(model, params=tuple({**params, key: value * 2 + 1}.items()))}
    for key, value in (("C", 7.0), ("alpha", 7.0), ("fit_intercept", False), ("random_state", 11), ("class_weight", "balanced")):
        if key not in params:
            yield "penalty added", "model", {"model": replace(model, params=(*model.params, (key, value)))}
