"""The optimum of a regularised logistic loss, to the last bits: Newton's method on the true objective, with a certificate.

Objective (scikit-learn's): ``C * sum(s_i * loss_i) + 1/2 * |W|^2``, the intercept not penalised (liblinear: penalised). Works in
coordinates ``theta_j * max(1, rms(X_j))``, where the Hessian is well conditioned; a bound there is a bound in the original ones,
since no coordinate is stretched by less than one. Erasure bound: Guo et al., ICML 2020; here the step is polished to the optimum.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy.special import expit, log_softmax, softmax

Vector = NDArray[np.float64]

_STEPS = 100
_POLISH = 4
_TARGET = 1e-12
_CHUNK = 8192


@dataclass(frozen=True, slots=True)
class Optimum:
    """Parameters (one row per score, intercept last) and how near the optimum they are."""

    theta: Vector
    residual: float
    smallest_eigenvalue: float
    iterations: int


@dataclass(frozen=True, slots=True)
class LogisticProblem:
    """A binary (targets 0 and 1, one score) or multinomial (targets 0 … K-1, K scores) problem.

    Attributes
    ----------
    X : ndarray, shape (n, d)
    targets : ndarray of int, shape (n,)
    classes : int
    weights : ndarray, shape (n,)
        ``C`` times the sample weights.
    intercept : bool
    intercept_penalty : float
        Factor of ``1/2 * b^2``; 0 except for liblinear.
    """

    X: Vector
    targets: NDArray[np.int64]
    classes: int
    weights: Vector
    intercept: bool
    intercept_penalty: float = 0.0

    @property
    def scores(self) -> int:
        return 1 if self.classes == 2 else self.classes

    def solve(self, start: Vector | None = None) -> Optimum:
        """Return the optimum.

        Parameters
        ----------
        start : ndarray, shape (scores, d + intercept), optional
            Where to begin; zeros if not given. One step at least is always taken.
        """
        scale = self._scale()
        design = (np.column_stack([self.X, np.ones(len(self.X))]) if self.intercept else self.X) / scale
        penalty = np.ones(design.shape[1])
        if self.intercept:
            penalty[-1] = self.intercept_penalty
        penalty = penalty / scale**2
        theta = np.zeros((self.scores, design.shape[1])) if start is None else start * scale
        iterations, smallest = 0, np.inf
        value, gradient = self._value(theta, design, penalty), self._gradient(theta, design, penalty)
        for _ in range(_STEPS):
            step = self._solve_step(theta, gradient, design, penalty)
            iterations += 1
            theta, value, gradient, length = self._line_search(theta, value, gradient, step, design, penalty)
            size = float(np.linalg.norm(step))
            if length == 0.0 or size <= 1e-13 * (1.0 + float(np.linalg.norm(theta))) or (size >= smallest and size < 1e-9):
                break
            smallest = min(smallest, size)
        hessian = self._hessian(theta, design, penalty)
        eigenvalue = float(scipy.linalg.eigvalsh(hessian, subset_by_index=[0, 0])[0])
        theta, norm, polished = self._polish(theta, hessian, eigenvalue, design, penalty)
        residual = norm / eigenvalue if eigenvalue > 0 else np.inf
        return Optimum(theta / scale, residual, eigenvalue, iterations + polished)

    def _scale(self) -> Vector:
        rms = np.sqrt(np.mean(self.X * self.X, axis=0))
        return np.array(np.append(np.maximum(1.0, rms), [1.0] if self.intercept else []))

    def _value(self, theta: Vector, design: Vector, penalty: Vector) -> float:
        z = design @ theta.T
        if self.scores == 1:
            losses = np.logaddexp(0.0, np.where(self.targets == 1, -z[:, 0], z[:, 0]))
        else:
            losses = -log_softmax(z, axis=1)[np.arange(len(z)), self.targets]
        return float(self.weights @ losses + 0.5 * np.sum(penalty * theta * theta))

    def _gradient(self, theta: Vector, design: Vector, penalty: Vector) -> Vector:
        return np.asarray((self.weights[:, None] * self._errors(design @ theta.T)).T @ design + penalty * theta)

    def _errors(self, z: Vector) -> Vector:
        """Return predicted probability minus target, per row and score."""
        if self.scores == 1:
            # expit(-z) for the positives: 1 - p would lose the small ones
            return np.asarray(np.where(self.targets[:, None] == 1, -expit(-z), expit(z)))
        errors = softmax(z, axis=1)
        rows = np.arange(len(z))
        others = errors.copy()
        others[rows, self.targets] = 0.0
        errors[rows, self.targets] = -others.sum(axis=1)
        return np.asarray(errors)

    def _hessian(self, theta: Vector, design: Vector, penalty: Vector) -> Vector:
        z = design @ theta.T
        width = design.shape[1]
        if self.scores == 1:
            curvature = self.weights * expit(z[:, 0]) * expit(-z[:, 0])
            return np.asarray((design * curvature[:, None]).T @ design + np.diag(penalty))
        p = softmax(z, axis=1)
        out = np.empty((self.scores * width, self.scores * width))
        for k in range(self.scores):
            for m in range(k, self.scores):
                curvature = self.weights * p[:, k] * ((1.0 if k == m else 0.0) - p[:, m])
                block = (design * curvature[:, None]).T @ design
                if k == m:
                    block += np.diag(penalty)
                out[k * width : (k + 1) * width, m * width : (m + 1) * width] = block
                out[m * width : (m + 1) * width, k * width : (k + 1) * width] = block.T
        if self.intercept and not self.intercept_penalty:
            # Adding one number to all intercepts changes nothing; the optimum with sum zero is meant, and starts there.
            at = np.arange(self.scores) * width + width - 1
            out[np.ix_(at, at)] += max(1.0, float(np.mean(np.diag(out)[at])))
        return out

    def _solve_step(self, theta: Vector, gradient: Vector, design: Vector, penalty: Vector) -> Vector:
        hessian = self._hessian(theta, design, penalty)
        damping = 0.0
        while True:
            try:
                factor = scipy.linalg.cho_factor(hessian + damping * np.eye(len(hessian)))
                return np.asarray(-scipy.linalg.cho_solve(factor, gradient.ravel()).reshape(theta.shape))
            except np.linalg.LinAlgError:
                damping = max(10 * damping, 1e-12 * float(np.trace(hessian)) / len(hessian))

    def _line_search(
        self, theta: Vector, value: float, gradient: Vector, step: Vector, design: Vector, penalty: Vector
    ) -> tuple[Vector, float, Vector, float]:
        slope, norm, length = float(np.sum(gradient * step)), float(np.linalg.norm(gradient)), 1.0
        while length > 1e-10:
            new = theta + length * step
            new_value, new_gradient = self._value(new, design, penalty), self._gradient(new, design, penalty)
            # Near the optimum the value no longer shows progress in doubles, the gradient does.
            if new_value <= value + 1e-4 * length * slope or (
                abs(new_value - value) <= 1e-12 * abs(value) and np.linalg.norm(new_gradient) < norm
            ):
                return new, new_value, new_gradient, length
            length /= 2
        return theta, value, gradient, 0.0

    def _polish(
        self, theta: Vector, hessian: Vector, eigenvalue: float, design: Vector, penalty: Vector
    ) -> tuple[Vector, float, int]:
        """Take last steps with a gradient in extended precision, where the sums over rows no longer round away the remainder."""
        try:
            factor = scipy.linalg.cho_factor(hessian)
        except np.linalg.LinAlgError:  # flat to rounding: there is no bound, and the caller is told so
            return theta, np.inf, 0
        gradient = self._long_gradient(theta, design, penalty)
        norm, taken = float(np.linalg.norm(gradient)), 0
        for _ in range(_POLISH):
            if norm <= _TARGET * 1e-2 * eigenvalue:
                break
            new = theta - scipy.linalg.cho_solve(factor, gradient.ravel()).reshape(theta.shape)
            new_gradient = self._long_gradient(new, design, penalty)
            new_norm = float(np.linalg.norm(new_gradient))
            if new_norm >= norm:
                break
            theta, gradient, norm, taken = new, new_gradient, new_norm, taken + 1
        return theta, norm, taken

    def _long_gradient(self, theta: Vector, design: Vector, penalty: Vector) -> Vector:
        total = penalty.astype(np.longdouble) * theta
        wide = theta.astype(np.longdouble).T
        for at in range(0, len(design), _CHUNK):
            rows = slice(at, at + _CHUNK)
            part = design[rows].astype(np.longdouble)
            z = part @ wide
            if self.scores == 1:
                positive = (self.targets[rows] == 1)[:, None]
                signed = np.where(positive, -z, z)
                with np.errstate(over="ignore"):  # to infinity, whose inverse is the right zero
                    p = 1 / (1 + np.exp(-signed))
                errors = np.where(positive, -p, p)
            else:
                e = np.exp(z - z.max(axis=1, keepdims=True))
                errors = e / e.sum(axis=1, keepdims=True)
                errors[np.arange(len(part)), self.targets[rows]] -= 1
            total = total + (self.weights[rows].astype(np.longdouble)[:, None] * errors).T @ part
        return np.asarray(total, dtype=np.float64)
