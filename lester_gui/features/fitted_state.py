"""What a fitted scikit-learn transformer has learnt, as JSON values: the same bytes for the same state, and never a pickle.

Reading it back makes objects of scikit-learn's own classes only, and fills their attributes.
"""

from __future__ import annotations

import base64
import importlib
from typing import Any

import numpy as np
import scipy.sparse

from lester_gui.errors import UserError

Json = Any
_FLEETING = ("_stop_words_id",)  # an address in memory, only there to warn once
_ARRAY_KINDS = "biuf"


def learnt(estimator: Any) -> Json:
    """Return what fitting added to an estimator.

    Raises
    ------
    UserError
        If it holds something that has no place in a stored state.
    """
    own = set(estimator.get_params(deep=False))
    return {k: _encode(v) for k, v in sorted(vars(estimator).items()) if k not in own and k not in _FLEETING}


def restore(estimator: Any, state: Json) -> Any:
    """Give an unfitted estimator what `learnt` returned for its like, and return it."""
    for name, value in state.items():
        setattr(estimator, name, _decode(value))
    return estimator


def _encode(value: Any) -> Json:
    if value is None or isinstance(value, bool | str):
        return value
    if isinstance(value, np.generic):
        return {"scalar": _encode(np.asarray(value))}
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return {"f": value.hex()}
    if isinstance(value, np.ndarray):
        return _encode_array(value)
    if isinstance(value, tuple | list):
        return {"tuple" if isinstance(value, tuple) else "list": [_encode(v) for v in value]}
    if isinstance(value, dict):
        return {"dict": [[_encode(k), _encode(v)] for k, v in value.items()]}
    if scipy.sparse.issparse(value):
        rows = scipy.sparse.csr_matrix(value)
        return {"csr": [_encode(rows.data), _encode(rows.indices), _encode(rows.indptr), list(rows.shape)]}
    if type(value).__module__.startswith("scipy.interpolate") and type(value).__name__ == "BSpline":
        return {"spline": [_encode(value.t), _encode(value.c), int(value.k), _encode(value.extrapolate)]}
    if isinstance(value, np.dtype):
        return {"dtype": value.str}
    if isinstance(value, type) and issubclass(value, np.generic):
        return {"type": np.dtype(value).str}
    if type(value).__module__.startswith("sklearn.") and _is_estimator(value):
        state = [[k, _encode(v)] for k, v in sorted(vars(value).items()) if k not in _FLEETING]
        return {"object": f"{type(value).__module__}.{type(value).__qualname__}", "state": state}
    raise UserError(f"An encoder that holds {type(value).__name__} is not supported yet: it cannot be stored safely")


def _encode_array(array: Any) -> Json:
    if array.dtype == object:
        return {"objects": [_encode(v) for v in array.ravel().tolist()], "shape": list(array.shape)}
    if array.dtype.kind == "U":
        return {"chars": array.ravel().tolist(), "shape": list(array.shape)}
    if array.dtype.kind not in _ARRAY_KINDS:
        raise UserError(f"An encoder that holds an array of {array.dtype} is not supported yet")
    little = np.ascontiguousarray(array, dtype=array.dtype.newbyteorder("<"))
    data = base64.b64encode(little.tobytes()).decode("ascii")
    return {"array": data, "dtype": little.dtype.str, "shape": list(array.shape)}


def _decode(value: Json) -> Any:
    if not isinstance(value, dict):
        return value
    (kind, content), *rest = value.items()
    more = dict(rest)
    match kind:
        case "scalar":
            return _decode(content)[()]
        case "f":
            return float.fromhex(content)
        case "array":
            flat = np.frombuffer(base64.b64decode(content), dtype=np.dtype(more["dtype"]))
            return flat.reshape(more["shape"]).copy()
        case "objects":
            out = np.empty(len(content), dtype=object)
            out[:] = [_decode(v) for v in content]
            return out.reshape(more["shape"])
        case "chars":
            return np.array(content, dtype=str).reshape(more["shape"])
        case "tuple":
            return tuple(_decode(v) for v in content)
        case "list":
            return [_decode(v) for v in content]
        case "dict":
            return {_decode(k): _decode(v) for k, v in content}
        case "csr":
            data, indices, indptr, shape = content
            return scipy.sparse.csr_matrix((_decode(data), _decode(indices), _decode(indptr)), shape=tuple(shape))
        case "spline":
            from scipy.interpolate import BSpline

            t, c, k, extrapolate = content
            return BSpline(_decode(t), _decode(c), k, _decode(extrapolate))
        case "dtype":
            return np.dtype(content)
        case "type":
            return np.dtype(content).type
        case "object":
            return _object(content, more["state"])
    raise UserError("A stored encoder state is not one that Lester wrote", "Run the pipeline again.")


def _object(name: str, state: Json) -> Any:
    module, _, short = name.rpartition(".")
    found = getattr(importlib.import_module(module), short, None) if module.startswith("sklearn.") else None
    if not (isinstance(found, type) and _is_estimator(found)):
        raise UserError("A stored encoder state is not one that Lester wrote", "Run the pipeline again.")
    made: Any = object.__new__(found)
    for key, value in state:
        setattr(made, key, _decode(value))
    return made


def _is_estimator(value: object) -> bool:
    from sklearn.base import BaseEstimator  # slow to import, and most commands need none of it

    return issubclass(value if isinstance(value, type) else type(value), BaseEstimator)
