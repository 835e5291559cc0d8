"""Models on disk: skops files with an explicit list of trusted types, and a JSON record beside them. Never a pickle."""

from __future__ import annotations

import importlib
from dataclasses import asdict
from types import ModuleType
from typing import Any

from lester_gui.errors import UserError
from lester_gui.ir.learning import Model
from lester_gui.ir.serialise import options_from_json, options_to_json
from lester_gui.models.leaves import fingerprint
from lester_gui.models.ridge import FittedRidge, Gram
from lester_gui.models.trained import Fitted, Seen, Trained

TRUSTED = (
    "sklearn._loss.loss.HalfTweedieLossIdentity",
    "sklearn.calibration._CalibratedClassifier",
    "sklearn.calibration._SigmoidCalibration",
    "sklearn.ensemble._hist_gradient_boosting.predictor.TreePredictor",
    "sklearn.feature_selection._univariate_selection.chi2",
    "sklearn.feature_selection._univariate_selection.f_classif",
    "sklearn.feature_selection._univariate_selection.f_regression",
    "numpy.dtype",
    "sklearn.metrics._classification.accuracy_score",
    "sklearn.metrics._classification.balanced_accuracy_score",
    "sklearn.metrics._classification.f1_score",
    "sklearn.metrics._classification.log_loss",
    "sklearn.metrics._classification.precision_score",
    "sklearn.metrics._classification.recall_score",
    "sklearn.metrics._dist_metrics.EuclideanDistance64",
    "sklearn.metrics._ranking.average_precision_score",
    "sklearn.metrics._ranking.roc_auc_score",
    "sklearn.metrics._regression.mean_absolute_error",
    "sklearn.metrics._regression.mean_squared_error",
    "sklearn.metrics._regression.r2_score",
    "sklearn.metrics._regression.root_mean_squared_error",
    "sklearn.metrics._scorer._PassthroughScorer",
    "sklearn.metrics._scorer._Scorer",
    "sklearn.model_selection._split.KFold",
    "sklearn.model_selection._split.RepeatedKFold",
    "sklearn.model_selection._split.RepeatedStratifiedKFold",
    "sklearn.model_selection._split.ShuffleSplit",
    "sklearn.model_selection._split.StratifiedKFold",
    "sklearn.model_selection._split.StratifiedShuffleSplit",
    "sklearn.neighbors._kd_tree.KDTree",
    "sklearn.neural_network._stochastic_optimizers.AdamOptimizer",
    "sklearn.neural_network._stochastic_optimizers.SGDOptimizer",
    "sklearn.tree._tree.Tree",
    "sklearn.utils._bunch.Bunch",
)
"""What skops may build besides the types it trusts itself: types of numbers, and what is scikit-learn's own."""


def dumps(trained: Trained) -> tuple[bytes, dict[str, Any]]:
    """Return a model as a skops file and its record as JSON values.

    Raises
    ------
    UserError
        If the model holds an object that skops must not build without being asked.
    """
    content: dict[str, Any] = {"estimator": trained.estimator}
    fitted = trained.fitted
    if isinstance(fitted, FittedRidge):
        g = fitted.gram
        content["gram"] = {"shift": g.shift, "sums": g.sums, "products": g.products, "rows": g.rows}
    data: bytes = _skops().dumps(content)
    _require_trusted(data)
    record = {
        "estimator": trained.model.estimator,
        "params": options_to_json(trained.model.params),
        "variable": trained.model.variable,
        "seed": trained.seed,
        "features": list(trained.features),
        "seen": asdict(trained.seen),
        "versions": trained.versions,
        "guarantee": fitted.guarantee,
        "method": fitted.method,
        "residual": fitted.residual,
        "smallest_eigenvalue": fitted.smallest_eigenvalue,
        "move": fitted.move,
        "iterations": fitted.iterations,
        "notes": list(fitted.notes),
        "fingerprint": fingerprint(trained.estimator),
    }
    return data, record


def loads(data: bytes, record: dict[str, Any]) -> Trained:
    """Return the model of a skops file and its record.

    Raises
    ------
    UserError
        If the file holds types that are not trusted, or another model than the record says.
    """
    _require_trusted(data)
    content = _skops().loads(data, trusted=list(TRUSTED))
    estimator = content["estimator"]
    if fingerprint(estimator) != record["fingerprint"]:
        raise UserError("A stored model is not the one its record describes", "Run the pipeline again.")
    common: dict[str, Any] = {
        "estimator": estimator,
        "notes": tuple(record["notes"]),
        **{k: record[k] for k in ("guarantee", "method", "residual", "smallest_eigenvalue", "move", "iterations")},
    }
    fitted = FittedRidge(**common, gram=Gram(**content["gram"])) if "gram" in content else Fitted(**common)
    if not isinstance(record["params"], dict):
        raise UserError("The run's model was stored by an earlier version of Lester", "Run the pipeline again.")
    params = options_from_json(record["params"])
    return Trained(
        model=Model(estimator=record["estimator"], params=params, variable=record["variable"]),
        seed=record["seed"],
        fitted=fitted,
        features=tuple(record["features"]),
        seen=Seen(**record["seen"]),
        versions=dict(record["versions"]),
    )


def estimator_file(trained: Trained) -> bytes:
    """Return the bare estimator as a skops file, for others to load."""
    return bytes(_skops().dumps(trained.estimator))


def _skops() -> ModuleType:
    """Return `skops.io` when it is needed: it imports all of scikit-learn, and most commands store no model."""
    return importlib.import_module("skops.io")


def _require_trusted(data: bytes) -> None:
    foreign = sorted(set(_skops().get_untrusted_types(data=data)) - set(TRUSTED))
    if foreign:
        raise UserError(f"A model that holds {foreign[0]} is not supported yet: it cannot be stored safely")
