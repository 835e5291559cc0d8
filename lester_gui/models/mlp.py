"""Multi-layer perceptrons, class *retrained*: the loss is not convex, so where training ends depends on where it began."""

from __future__ import annotations

from lester_gui.errors import UserError
from lester_gui.ir.learning import Model
from lester_gui.models import retrained
from lester_gui.models.estimators import parameters
from lester_gui.models.trained import Array, Fitted

CLASSES = ("MLPClassifier", "MLPRegressor")


def train(model: Model, X: Array, y: Array, seed: int) -> Fitted:
    """Fit the network from its seed. One class among the labels is allowed: the network learns a constant, as in the script.

    Raises
    ------
    UserError
        If no row is left, or the script asks to go on from an earlier fit.
    """
    if parameters(model).get("warm_start"):
        raise UserError("warm_start=True is not supported yet: what an earlier fit left behind would not be erased")
    return retrained.train(model, X, y, seed)
