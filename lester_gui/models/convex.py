"""The optimum of a regularised logistic loss, to the last bits: Newton's method on the true objective, with a certificate.

Objective (scikit-learn's): ``C * sum(s_i * loss_i) + 1/2 * |W|^2``, the intercept not penalised (liblinear: penalised). Works in
coordinates ``theta_j * max(1, rms(X_j))``, where the Hessian is well conditioned; a bound there is a bound in the original ones,
since no coordinate is stretched by less than one. Erasure bound: Guo et al., ICML 2020; here the step is polished to the optimum.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import scipy.linalg
from numpy.typing import NDArray
from scipy.special import expit, log_softmax, softmax

Vector = NDArray[np.float64]
Floating = TypeVar("Floating", np.float64, np.longdouble)

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
        penalty = np.ones(len(scale))
        if self.intercept:
            penalty[-1] = self.intercept_penalty
        penalty = penalty / scale**2
        theta = np.zeros((self.scores, len(scale))) if start is None else _centred(start * scale)
        iterations, smallest = 0, np.inf
        value, gradient = self._value_and_gradient(theta, scale, penalty)
        for _ in range(_STEPS):
            step = self._solve_step(theta, gradient, scale, penalty)
            iterations += 1
            theta, value, gradient, length = self._line_search(theta, value, gradient, step, scale, penalty)
            size = float(np.linalg.norm(step))
            if length == 0.0 or size <= 1e-13 * (1.0 + float(np.linalg.norm(theta))) or (size >= smallest and size < 1e-9):
                break
            smallest = min(smallest, size)
        hessian = self._hessian(theta, scale, penalty)
        eigenvalue = float(scipy.linalg.eigvalsh(hessian, subset_by_index=[0, 0])[0])
        theta, norm, polished = self._polish(theta, hessian, eigenvalue, scale, penalty)
        residual = norm / eigenvalue if eigenvalue > 0 else np.inf
        return Optimum(theta / scale, residual, eigenvalue, iterations + polished)

    def _scale(self) -> Vector:
        squares = np.zeros(self.X.shape[1])
        for rows in self._parts():
            squares += np.einsum("ij,ij->j", self.X[rows], self.X[rows])
        rms = np.sqrt(squares / len(self.X))
        return np.array(np.append(np.maximum(1.0, rms), [1.0] if self.intercept else []))

    def _parts(self) -> Iterator[slice]:
        """Yield the rows in parts: X is never copied as a whole, and each part stays in the processor's cache."""
        for at in range(0, len(self.X), _CHUNK):
            yield slice(at, at + _CHUNK)

    def _scores_of(self, rows: slice, theta: Vector, scale: Vector) -> Vector:
        raw = theta / scale
        width = self.X.shape[1]
        z = self.X[rows] @ raw[:, :width].T
        return np.asarray(z + raw[:, width] if self.intercept else z)

    def _value_and_gradient(self, theta: Vector, scale: Vector, penalty: Vector) -> tuple[float, Vector]:
        value, width = 0.0, self.X.shape[1]
        total = np.zeros_like(theta)
        for rows in self._parts():
            z, targets, weights = self._scores_of(rows, theta, scale), self.targets[rows], self.weights[rows]
            if self.scores == 1:
                losses = np.logaddexp(0.0, np.where(targets == 1, -z[:, 0], z[:, 0]))
            else:
                losses = -log_softmax(z, axis=1)[np.arange(len(z)), targets]
            value += float(weights @ losses)
            errors = weights[:, None] * self._errors(z, targets)
            total[:, :width] += errors.T @ self.X[rows]
            if self.intercept:
                total[:, width] += errors.sum(axis=0)
        return value + 0.5 * float(np.sum(penalty * theta * theta)), np.asarray(_centred(total) / scale + penalty * theta)

    def _errors(self, z: Vector, targets: NDArray[np.int64]) -> Vector:
        """Return predicted probability minus target, per row and score."""
        if self.scores == 1:
            # expit(-z) for the positives: 1 - p would lose the small ones
            return np.asarray(np.where(targets[:, None] == 1, -expit(-z), expit(z)))
        errors = softmax(z, axis=1)
        rows = np.arange(len(z))
        others = errors.copy()
        others[rows, targets] = 0.0
        errors[rows, targets] = -others.sum(axis=1)
        return np.asarray(errors)

    def _hessian(self, theta: Vector, scale: Vector, penalty: Vector) -> Vector:
        width = len(scale)
        out = np.zeros((self.scores * width, self.scores * width))
        for rows in self._parts():
            z, weights = self._scores_of(rows, theta, scale), self.weights[rows]
            if self.scores == 1:
                out += self._crossed(rows, weights * expit(z[:, 0]) * expit(-z[:, 0]))
                continue
            p = softmax(z, axis=1)
            for k in range(self.scores):
                for m in range(k, self.scores):
                    block = self._crossed(rows, weights * p[:, k] * ((1.0 if k == m else 0.0) - p[:, m]))
                    out[k * width : (k + 1) * width, m * width : (m + 1) * width] += block
                    if k != m:
                        out[m * width : (m + 1) * width, k * width : (k + 1) * width] += block.T
        every = np.tile(scale, self.scores)
        out = out / np.outer(every, every) + np.diag(np.tile(penalty, self.scores))
        if self.scores > 1:  # one number added to a column of every score changes no loss: the optimum sums to zero there
            together = np.add.outer(np.arange(width), np.arange(self.scores) * width)
            for at in together:
                out[np.ix_(at, at)] += max(1.0, float(np.mean(np.diag(out)[at])))
        return np.asarray(out)

    def _crossed(self, rows: slice, curvature: Vector) -> Vector:
        """Return the sum of the outer products of some rows, each with its intercept's one, times their curvature."""
        X = self.X[rows]
        weighted = X * curvature[:, None]
        inner = weighted.T @ X
        if not self.intercept:
            return np.asarray(inner)
        edge = weighted.sum(axis=0)
        return np.block([[inner, edge[:, None]], [edge[None, :], np.full((1, 1), curvature.sum())]])

    def _solve_step(self, theta: Vector, gradient: Vector, scale: Vector, penalty: Vector) -> Vector:
        hessian = self._hessian(theta, scale, penalty)
        damping = 0.0
        while True:
            try:
                factor = scipy.linalg.cho_factor(hessian + damping * np.eye(len(hessian)))
                return np.asarray(-scipy.linalg.cho_solve(factor, gradient.ravel()).reshape(theta.shape))
            except np.linalg.LinAlgError:
                damping = max(10 * damping, 1e-12 * float(np.trace(hessian)) / len(hessian))

    def _line_search(
        self, theta: Vector, value: float, gradient: Vector, step: Vector, scale: Vector, penalty: Vector
    ) -> tuple[Vector, float, Vector, float]:
        slope, norm, length = float(np.sum(gradient * step)), float(np.linalg.norm(gradient)), 1.0
        while length > 1e-10:
            new = theta + length * step
            new_value, new_gradient = self._value_and_gradient(new, scale, penalty)
            # Near the optimum the value no longer shows progress in doubles, the gradient does.
            if new_value <= value + 1e-4 * length * slope or (
                abs(new_value - value) <= 1e-12 * abs(value) and np.linalg.norm(new_gradient) < norm
            ):
                return new, new_value, new_gradient, length
            length /= 2
        return theta, value, gradient, 0.0

    def _polish(
        self, theta: Vector, hessian: Vector, eigenvalue: float, scale: Vector, penalty: Vector
    ) -> tuple[Vector, float, int]:
        """Take last steps with a gradient in extended precision, where the sums over rows no longer round away the remainder."""
        try:
            factor = scipy.linalg.cho_factor(hessian)
        except np.linalg.LinAlgError:  # flat to rounding: there is no bound, and the caller is told so
            return theta, np.inf, 0
        gradient = self._long_gradient(theta, scale, penalty)
        norm, taken = float(np.linalg.norm(gradient)), 0
        for _ in range(_POLISH):
            if norm <= _TARGET * 1e-2 * eigenvalue:
                break
            new = theta - scipy.linalg.cho_solve(factor, gradient.ravel()).reshape(theta.shape)
            new_gradient = self._long_gradient(new, scale, penalty)
            new_norm = float(np.linalg.norm(new_gradient))
            if new_norm >= norm:
                break
            theta, gradient, norm, taken = new, new_gradient, new_norm, taken + 1
        return theta, norm, taken

    def _long_gradient(self, theta: Vector, scale: Vector, penalty: Vector) -> Vector:
        total = np.zeros(theta.shape, dtype=np.longdouble)
        width = self.X.shape[1]
        raw = theta.astype(np.longdouble) / scale
        for rows in self._parts():
            part, targets = self.X[rows].astype(np.longdouble), self.targets[rows]
            z = part @ raw[:, :width].T
            if self.intercept:
                z += raw[:, width]
            if self.scores == 1:
                positive = (targets == 1)[:, None]
                signed = np.where(positive, -z, z)
                with np.errstate(over="ignore"):  # to infinity, whose inverse is the right zero
                    p = 1 / (1 + np.exp(-signed))
                errors = np.where(positive, -p, p)
            else:
                e = np.exp(z - z.max(axis=1, keepdims=True))
                errors = e / e.sum(axis=1, keepdims=True)
                errors[np.arange(len(part)), targets] -= 1
            errors *= self.weights[rows].astype(np.longdouble)[:, None]
            total[:, :width] += errors.T @ part
            if self.intercept:
                total[:, width] += errors.sum(axis=0)
        return np.asarray(_centred(total) / scale + penalty.astype(np.longdouble) * theta, dtype=np.float64)


def _centred(values: NDArray[Floating]) -> NDArray[Floating]:
    """Return what sums to zero over several scores, column by column; a single score as it is."""
    return values if len(values) == 1 else np.asarray(values - values.mean(axis=0))
