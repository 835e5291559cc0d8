"""What a fitted estimator consists of, as arrays and scalars with paths. Fingerprints and comparisons both read models this way.

A stored file cannot be compared by its bytes: skops writes memory addresses and times into it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from typing import Any, Final

import numpy as np

from lester_gui.models.trained import Array, array_hash

_COUNTERS: Final = slice(7, 11)
"""In the state of a tree of neighbours: what it counted when it was asked, which is no part of the model."""
Leaf = Array | bool | int | float | str | None


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Yield (path, array or scalar) for everything that a fitted estimator holds, in a stable order.

    Raises
    ------
    TypeError
        For an object that shows no state, since leaving it out would make different models look equal.
    """
    if value is None or isinstance(value, bool | int | float | str):
        yield path, value
    elif isinstance(value, np.generic):
        yield path, np.asarray(value)
    elif isinstance(value, np.ndarray):
        yield from _array_leaves(value, path)
    elif isinstance(value, dict):
        yield f"{path}#", len(value)
        for key in sorted(value, key=str):
            yield from leaves(value[key], f"{path}[{key!r}]")
    elif isinstance(value, list | tuple):
        yield f"{path}#", len(value)
        for i, item in enumerate(value):
            yield from leaves(item, f"{path}[{i}]")
    elif isinstance(value, set | frozenset):
        yield from leaves(sorted(value, key=str), path)
    elif isinstance(value, bytes):
        yield path, value.hex()
    elif isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
        yield path, f"{value.__module__}.{value.__qualname__}"
    else:
        yield f"{path}:", f"{type(value).__module__}.{type(value).__qualname__}"
        yield from leaves(_state(value), path)


def fingerprint(estimator: Any) -> str:
    """Return the SHA-256 (hex) of everything that a fitted estimator holds: equal for equal models, in any process."""
    digest = hashlib.sha256()
    for path, leaf in leaves(estimator):
        content = array_hash(leaf) if isinstance(leaf, np.ndarray) else json.dumps(_text(leaf))
        digest.update(f"{path}={content}\n".encode())
    return digest.hexdigest()


def _array_leaves(value: Array, path: str) -> Iterator[tuple[str, Leaf]]:
    if value.dtype.names:  # field by field: the padding between fields is undefined
        for name in value.dtype.names:
            yield from _array_leaves(value[name], f"{path}.{name}")
    elif value.dtype == object and not all(isinstance(v, bool | int | float | str) for v in value.ravel().tolist()):
        yield from leaves(value.ravel().tolist(), path)
    else:
        yield path, value


def _state(value: Any) -> Any:
    from sklearn.neighbors import BallTree, KDTree

    if isinstance(value, KDTree | BallTree):
        state = value.__getstate__()
        return (*state[: _COUNTERS.start], *state[_COUNTERS.stop :])
    if isinstance(value, np.random.RandomState):
        return value.get_state()
    if isinstance(value, np.random.Generator):
        return value.bit_generator.state
    state = value.__getstate__() if hasattr(value, "__getstate__") else None
    if isinstance(state, dict | tuple) and state:
        return state
    reduced = value.__reduce__()
    if isinstance(reduced, tuple):
        return reduced[1:]
    raise TypeError(f"{type(value).__name__} shows no state to compare")


def _text(leaf: Any) -> str:
    return f"{type(leaf).__name__}:{leaf.hex() if isinstance(leaf, float) else leaf}"
