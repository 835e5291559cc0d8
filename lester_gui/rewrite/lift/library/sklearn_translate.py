"""scikit-learn: single transformers as steps of a plan, every parameter that matters spelled out."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.features import catalogue
from lester_gui.ir.learning import Transformer
from lester_gui.ir.nodes import Option, Options
from lester_gui.ir.options import Unfitted
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift.domain import Const, Estimator, Matrix, Module, UserFunction
from lester_gui.rewrite.lift.library.sklearn_names import ARRAY_FUNCTIONS
from lester_gui.rewrite.lift.library.sklearn_options import is_nan, option_of, public_name
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

KEPT_EXACTLY = {"MinMaxScaler": "min_max_scaler", "MaxAbsScaler": "max_abs_scaler", "RobustScaler": "robust_scaler"}
"""Those whose parameters a plan's own step takes as they are."""
_IGNORED = {"copy", "verbose", "dtype", "sparse", "sparse_output", "n_jobs"}  # X is dense and of the stage's own type
_GROUPING = ("min_frequency", "max_categories")


class Parameters:
    """The parameters that a script gives a transformer."""

    def __init__(self, lift: Lifter, content: Estimator) -> None:
        self.short = content.name.rsplit(".", 1)[-1]
        self._lift = lift
        self._values = {k: v for k, v in content.params if k not in _IGNORED}

    def given(self, name: str, default: Option) -> Option:
        """Return one parameter as an option."""
        value = self._values.get(name)
        return default if value is None else option_of(self._lift, value, f"the parameter {name} of {self.short}")

    def has(self, *names: str) -> bool:
        """Whether the script gives one of these another value than None."""
        return any(self.given(n, None) is not None for n in names)

    def only(self, *known: str) -> None:
        """Stop at a parameter that is not known."""
        for name in self._values:
            if name not in known:
                raise no_rule(f"the option {name} of {self.short}")

    def all(self) -> Options:
        """Return all parameters in order of their names."""
        return tuple((name, self.given(name, None)) for name in sorted(self._values))


def translate(lift: Lifter, content: Estimator, matrix: Matrix) -> Transformer:
    """Return a scikit-learn transformer as a step.

    Raises
    ------
    Stopped
        If a plan cannot carry it; the reason names it.
    """
    p = Parameters(lift, content)
    if p.short == "FunctionTransformer":
        p.only("func", "validate", "feature_names_out", "inverse_func", "check_inverse", "accept_sparse", "kw_args")
        return function_transformer(lift, content, matrix)
    if not content.name.startswith("sklearn."):
        raise no_rule(f"the transformer {p.short}")
    if p.short == "StandardScaler":
        p.only("with_mean", "with_std")
        flags = (("with_mean", bool(p.given("with_mean", True))), ("with_std", bool(p.given("with_std", True))))
        return Transformer("standard_scaler", (("ddof", 0), *flags))
    if p.short in KEPT_EXACTLY:
        return Transformer(KEPT_EXACTLY[p.short], p.all())
    plain = not p.has(*_GROUPING)
    if p.short == "OneHotEncoder" and plain and p.given("handle_unknown", "error") in ("error", "ignore"):
        return one_hot(p, matrix)
    if p.short == "OrdinalEncoder" and plain:
        return ordinal(p, matrix)
    if p.short == "SimpleImputer":
        return imputer(p, matrix)
    return refitted(p, content, matrix)


def refitted(p: Parameters, content: Estimator, matrix: Matrix) -> Transformer:
    """Return a transformer that is fitted again whenever its rows change."""
    entry = catalogue.entry(p.short)
    if entry is None:
        why = catalogue.NOT_LISTED.get(p.short)
        raise no_rule(f"the transformer {p.short}" + (f", which {why}" if why else ""))
    types = {f.cell.type for b in matrix.blocks for f in b.features}
    if entry.reads == "texts" and not (matrix.flat and types == {Type.STR}):
        raise no_rule(f"{p.short} of anything but one column of text, given by its name alone")
    made = Unfitted(public_name(content.name), p.all())
    missing = p.given("missing_values", float("nan"))
    if missing is not None and not is_nan(missing):
        raise no_rule(f"{p.short} with missing_values")
    made = replace(made, params=tuple((k, v) for k, v in made.params if k != "missing_values"))
    step = Transformer("refitted", (("transformer", made),))
    if _by_position(made.params):
        one_block(matrix, p.short)
    return step


def _by_position(params: Options) -> bool:
    return any(k in ("categories", "drop", "n_bins") and isinstance(v, tuple) for k, v in params)


def one_block(matrix: Matrix, short: str) -> None:
    """Stop where parameters count columns and the matrix has blocks of different origin."""
    if len(matrix.blocks) != 1:
        raise no_rule(f"{short} with a parameter per column, on columns that were encoded before")


def imputer(p: Parameters, matrix: Matrix) -> Transformer:
    """Return SimpleImputer; with an indicator, or keeping empty columns, it is fitted again as a whole."""
    p.only("strategy", "fill_value", "missing_values", "add_indicator", "keep_empty_features")
    missing = p.given("missing_values", float("nan"))
    if missing is not None and not is_nan(missing):
        raise no_rule("SimpleImputer with missing_values")
    strategy, fill = p.given("strategy", "mean"), p.given("fill_value", None)
    if strategy == "constant" and fill is None:
        fill = "missing_value" if any(f.cell.type is Type.STR for b in matrix.blocks for f in b.features) else 0
    params: Options = (("fill_value", fill), ("strategy", strategy))
    if p.given("keep_empty_features", False):
        params = (*params, ("keep_empty_features", True))
    if p.given("add_indicator", False):
        made = Unfitted("sklearn.impute.SimpleImputer", tuple(sorted((*params, ("add_indicator", True)))))
        return Transformer("refitted", (("transformer", made),))
    return Transformer("simple_imputer", params)


def one_hot(p: Parameters, matrix: Matrix) -> Transformer:
    """Return OneHotEncoder's parameters."""
    p.only("categories", "handle_unknown", "drop", "feature_name_combiner", *_GROUPING)
    handle, drop = p.given("handle_unknown", "error"), p.given("drop", None)
    if isinstance(drop, tuple):
        one_block(matrix, p.short)
    params: Options = (("categories", _categories(p, matrix)), ("drop", drop), ("handle_unknown", handle))
    return Transformer("one_hot", params)


def ordinal(p: Parameters, matrix: Matrix) -> Transformer:
    """Return OrdinalEncoder's parameters."""
    p.only("categories", "handle_unknown", "unknown_value", "encoded_missing_value", *_GROUPING)
    params: list[tuple[str, Option]] = [("categories", _categories(p, matrix))]
    for name in ("encoded_missing_value", "handle_unknown", "unknown_value"):
        if p.has(name):
            params.append((name, p.given(name, None)))
    return Transformer("ordinal", tuple(params))


def _categories(p: Parameters, matrix: Matrix) -> Option:
    lists = p.given("categories", "auto")
    if lists == "auto":
        return "auto"
    width = sum(len(b.features) for b in matrix.blocks)
    if not isinstance(lists, tuple) or len(lists) != width or not all(isinstance(c, tuple) and c for c in lists):
        raise no_rule(f"{p.short} with lists of categories for another number of columns")
    one_block(matrix, p.short)
    return lists[0] if width == 1 else lists


def function_transformer(lift: Lifter, content: Estimator, matrix: Matrix) -> Transformer:
    """Return a FunctionTransformer of a NumPy function or of a function of the script."""
    func = content.get("func")
    target = lift.content(func) if func is not None else Const(None)
    if target == Const(None):
        return Transformer("passthrough")
    if content.get("kw_args") is not None:
        raise no_rule("FunctionTransformer with kw_args")
    if isinstance(target, Module) and target.name in {f"numpy.{n}" for n in ARRAY_FUNCTIONS}:
        return Transformer("function", (("function", target.name),))
    if isinstance(target, UserFunction):
        from lester_gui.rewrite.lift.carried import carry_transformer

        features = [f for b in matrix.blocks for f in b.features]
        of_texts = matrix.flat and len(features) == 1 and features[0].cell.type is Type.STR
        return Transformer("function", (("function", carry_transformer(lift, target, of_texts)),))
    raise no_rule("FunctionTransformer of this function")
