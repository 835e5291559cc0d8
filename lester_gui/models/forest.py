"""Random forests, class *retrained*. Bootstraps are drawn from the number of rows, so no tree survives an erasure unchanged."""

from __future__ import annotations

from lester_gui.ir.learning import Model
from lester_gui.models import retrained
from lester_gui.models.trained import Array, Fitted

CLASSES = ("RandomForestClassifier", "RandomForestRegressor", "ExtraTreesClassifier", "ExtraTreesRegressor")


def train(model: Model, X: Array, y: Array, seed: int) -> Fitted:
    """Fit the forest. Each tree has its own seed, drawn before any is grown, so the number of threads changes no bit.

    Raises
    ------
    UserError
        If no row is left.
    """
    return retrained.train(model, X, y, seed)
