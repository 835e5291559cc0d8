"""The model as the script fits it: its own solver, tolerance and seed. For verification, and for the distance to ours."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lester_gui.ir.learning import Model
from lester_gui.models import retrained
from lester_gui.models.equality import parameter_difference
from lester_gui.models.estimators import build
from lester_gui.models.trained import RETRAINED, Array, Fitted, Trained, seen


def fit_as_script(
    model: Model, X: Array, y: Array, *, features: Sequence[str], seed: int, split_keys: Array | None = None
) -> Trained:
    """Fit with the script's own settings.

    Parameters
    ----------
    model : Model
    X : ndarray, shape (n, features)
        In the script's dtype: an estimator may compute in single precision.
    y : ndarray, shape (n,)
    features, seed, split_keys
        As in `training.train`.

    Raises
    ------
    UserError
        If scikit-learn refuses the rows.
    """
    estimator = build(model, seed)
    notes = retrained.fit(estimator, X, np.asarray(y))
    fitted = Fitted(estimator=estimator, guarantee=RETRAINED, method="trained", notes=notes)
    return Trained(model=model, seed=seed, fitted=fitted, features=tuple(features), seen=seen(X, np.asarray(y), split_keys))


def distance_from_script(canonical: Trained, script: Trained, X_test: Array) -> dict[str, float]:
    """Return how far the canonical model is from the script's own.

    Returns
    -------
    dict
        ``max_parameter_difference``: largest absolute difference of fitted parameters (infinite if their shapes differ);
        ``disagreement_on_test``: share of test rows with another prediction (regression: the largest difference).
    """
    size, _ = parameter_difference(canonical.estimator, script.estimator, all_leaves=False)
    if len(X_test) == 0:
        disagreement = 0.0
    elif canonical.is_classifier:
        disagreement = float(np.mean(canonical.predict(X_test) != script.predict(X_test)))
    else:
        disagreement = float(np.abs(canonical.predict(X_test) - script.predict(X_test)).max())
    return {"max_parameter_difference": size, "disagreement_on_test": disagreement}
