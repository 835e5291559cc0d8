"""Watch a script without changing what it does: variables, fits, predictions, splits, files.

The hooks are installed once, before the script's imports, in the process that all runs fork from; a `Recorder` is
active only during a run. A wrapper hands on arguments and results untouched and records copies of them.
"""

from __future__ import annotations

import builtins
import functools
import importlib
import inspect
import os
import sys
import threading
import types
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from . import codec

Json = dict[str, Any]

METHODS = ("fit", "fit_transform", "transform", "predict", "predict_proba", "score")
PRELOADED = (
    *("numpy", "pandas", "scipy.sparse", "joblib", "csv", "json", "pickle", "random", "re", "collections", "datetime"),
    *("sklearn.base", "sklearn.pipeline", "sklearn.compose", "sklearn.impute", "sklearn.preprocessing"),
    *("sklearn.model_selection", "sklearn.metrics", "sklearn.linear_model", "sklearn.ensemble", "sklearn.tree"),
    *("sklearn.neural_network", "sklearn.feature_extraction.text", "sklearn.naive_bayes", "sklearn.neighbors", "sklearn.svm"),
    # what these import when they are first used, which would be in every run: metrics on frames, printing, dates
    *("narwhals._pandas_like.dataframe", "narwhals._interchange.dataframe", "narwhals.stable.v2._namespace"),
    *("pyarrow.pandas_compat", "pandas.core.reshape.reshape", "pandas.io.formats.string", "_strptime"),
)

_active: Recorder | None = None


class Recorder:
    """What one run of a script did.

    Parameters
    ----------
    script
        Path of the running script.
    root
        Folder of the working copy; only files below it are recorded.
    store
        Where values go.
    names
        Variables whose values are wanted; None for all.
    events
        Whether to record fits, predictions and transforms.
    impose
        Per call of `train_test_split`, in order, the wanted positions of training and test rows; None leaves a call alone.
    """

    def __init__(
        self,
        script: str,
        root: str,
        store: codec.Store,
        names: frozenset[str] | None = None,
        events: bool = True,
        impose: Sequence[Json | None] = (),
    ) -> None:
        self.script = script
        self.root = os.path.realpath(root)
        self.store = store
        self.names = names
        self.wants_events = events
        self.impose = list(impose)
        self.assignments: list[Json] = []
        self.events: list[Json] = []
        self.files: dict[tuple[str, str, int], Json] = {}
        self.splits = 0
        self.depth = 0
        self._busy = False
        self._thread = threading.get_ident()
        self._calls: dict[str, int] = {}
        self._objects: dict[int, int] = {}
        self._kept: list[object] = []  # keeps ids of recorded estimators unique
        self._inner: set[tuple[int, str]] = set()  # estimators and methods that count below a recorded call

    # --- variables ------------------------------------------------------------------------------------------------------

    def enter(self, scope: str) -> None:
        """Count a call of a function of the script."""
        self._calls[scope] = self._calls.get(scope, 0) + 1

    def record(self, frame: types.FrameType, first: int, last: int, names: tuple[str, ...], scope: str) -> None:
        """Record what variables of `frame` hold after the statement in lines `first` to `last`."""
        if scope and self._calls.get(scope, 0) != 1:
            return
        values = frame.f_locals if scope else frame.f_globals
        for name in names:
            if name in values and (self.names is None or name in self.names):
                value = values[name]
                if not isinstance(value, (types.ModuleType, types.FunctionType, type)):
                    entry = {"line": first, "end_line": last, "name": name, "scope": scope, "value": self._encode(value)}
                    self.assignments.append(entry)

    def final(self, variables: Json) -> Json:
        """Return what the module's variables hold at the end."""
        return {
            name: self._encode(value)
            for name, value in list(variables.items())
            if not name.startswith("__")
            and (self.names is None or name in self.names)
            and not isinstance(value, (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type))
        }

    def kept_assignments(self) -> list[Json]:
        """Return the assignments without those of functions that were called more than once."""
        return [a for a in self.assignments if not a["scope"] or self._calls.get(a["scope"]) == 1]

    def _encode(self, value: object) -> Json:
        busy, self._busy = self._busy, True
        try:
            return codec.encode(value, self.store)
        except Exception as error:  # an exotic value must not fail the script; the record says that it is not there
            return {"kind": "failed", "type": codec.type_name(value), "error": type(error).__name__}
        finally:
            self._busy = busy

    def _line(self) -> tuple[int, str]:
        """Return the script's line that is running and the name of the function it called."""
        frame: types.FrameType | None = sys._getframe(1)
        callee = ""
        while frame is not None:
            if frame.f_code.co_filename == self.script:
                return frame.f_lineno, callee
            if not frame.f_code.co_filename.startswith(os.path.dirname(__file__)):
                callee = frame.f_code.co_name
            frame = frame.f_back
        return 0, ""

    # --- estimators -----------------------------------------------------------------------------------------------------

    def around(self, method: str, bound: Callable[..., Any], estimator: Any, args: Any, kwargs: Any) -> Any:
        """Call an estimator's method and record it if it is the outermost one, or a pipeline's last step."""
        if threading.get_ident() != self._thread:  # the trees of a forest
            return bound(*args, **kwargs)
        wanted = self.wants_events and not self._busy and (self.depth == 0 or (id(estimator), method) in self._inner)
        if not wanted:
            self.depth += 1
            try:
                return bound(*args, **kwargs)
            finally:
                self.depth -= 1
        entry = self._begin(method, estimator, args, kwargs)
        inner, self._inner = self._inner, _below(method, estimator)
        self.depth += 1
        try:
            result = bound(*args, **kwargs)
        finally:
            self.depth -= 1
            self._inner = inner
        if method == "fit":
            entry["state"] = self._state(estimator)
        else:
            entry["output"] = self._encode(result)
        return result

    def _begin(self, method: str, estimator: Any, args: Any, kwargs: Any) -> Json:
        if id(estimator) not in self._objects:
            self._objects[id(estimator)] = len(self._objects)
            self._kept.append(estimator)
        names = dict(zip(("X", "y"), args, strict=False))
        names.update((k, v) for k, v in kwargs.items() if k in ("X", "y"))
        line, _ = self._line()
        entry: Json = {
            "kind": method,
            "line": line,
            "depth": self.depth,
            "estimator": codec.type_name(estimator),
            "object": self._objects[id(estimator)],
            "inputs": {k: self._encode(v) for k, v in names.items() if v is not None},
            "other_arguments": sorted(k for k in kwargs if k not in ("X", "y")) + ["*"] * max(0, len(args) - 2),
        }
        if method in ("fit", "fit_transform"):
            entry["params"] = self._params(estimator)
        self.events.append(entry)
        return entry

    def _params(self, estimator: Any) -> Json:
        try:
            params = estimator.get_params(deep=False)
        except Exception as error:  # a hand-written estimator without sklearn's conventions
            return {"": f"unreadable: {type(error).__name__}"}
        return {k: _plain(v) for k, v in params.items()}

    def _state(self, estimator: Any) -> Json:
        learned = {k: v for k, v in vars(estimator).items() if k.endswith("_") and not k.startswith("_")}
        encoded = {k: self._encode(v) for k, v in learned.items() if not isinstance(v, (list, dict))}
        return {k: v for k, v in encoded.items() if v["kind"] in ("matrix", "scalar", "table")}

    def judged(self, y_true: object, y_other: object) -> None:
        """Record that the script compared labels with predictions or scores: it shows whose labels the test rows have."""
        if not self.wants_events or self._busy or self.depth or threading.get_ident() != self._thread:
            return
        line, _ = self._line()
        inputs = {"y": self._encode(y_true), "predicted": self._encode(y_other)}
        self.events.append(
            {"kind": "metric", "line": line, "depth": 0, "estimator": "", "object": -1, "inputs": inputs, "other_arguments": []}
        )

    # --- splits and files -----------------------------------------------------------------------------------------------

    def split(self, original: Callable[..., Any], arrays: tuple[Any, ...], options: Json) -> Any:
        """Call `train_test_split`, with the recorded membership where one is imposed, and record positions."""
        number, self.splits = self.splits, self.splits + 1
        numpy = sys.modules["numpy"]
        indexing = importlib.import_module("sklearn.utils")._safe_indexing
        n = _length(arrays[0]) if arrays else 0
        parts = original(*arrays, numpy.arange(n), **options)  # the script's own call: same errors, same random state
        train, test = parts[-2], parts[-1]
        wanted = self.impose[number] if number < len(self.impose) else None
        imposed = wanted is not None and sorted([*wanted["train"], *wanted["test"]]) == list(range(n))
        if wanted is not None and imposed:
            train, test = (numpy.asarray(wanted[k], dtype="int64") for k in ("train", "test"))
            parts = [piece for a in arrays for piece in (indexing(a, train), indexing(a, test))]
        else:
            parts = parts[:-2]
        line, _ = self._line()
        self.events.append(
            {
                "kind": "split",
                "line": line,
                "rows": n,
                "train": codec.encode_list([int(i) for i in train], self.store),
                "test": codec.encode_list([int(i) for i in test], self.store),
                "options": {k: _plain(v) for k, v in options.items()},
                "wanted": wanted is not None,
                "imposed": imposed,
            }
        )
        return parts

    def opened(self, path: object, mode: object, flags: object) -> None:
        """Record that a file of the working copy was opened."""
        if self._busy or isinstance(path, int) or not isinstance(path, (str, bytes, os.PathLike)):
            return
        full = os.path.realpath(os.fsdecode(path))
        if not full.startswith(self.root + os.sep):
            return
        writes = (
            any(c in mode for c in "wax+") if isinstance(mode, str) else bool(int(str(flags or 0)) & (os.O_WRONLY | os.O_RDWR))
        )
        line, callee = self._line()
        key = (os.path.relpath(full, self.root), "write" if writes else "read", line)
        if line and key not in self.files and (writes or os.path.isfile(full)):
            self.files[key] = {"path": key[0], "access": key[1], "line": line, "function": callee}


def _plain(value: Any) -> Any:
    """Return a parameter as JSON; what is not plain as ``{"type": name}``."""
    if isinstance(value, (bool, int, float, str, type(None))):
        return value
    if type(value) in (list, tuple) and all(isinstance(v, (bool, int, float, str, type(None))) for v in value):
        return list(value)
    return {"type": codec.type_name(value)}


def _length(value: Any) -> int:
    shape = getattr(value, "shape", None)
    return int(shape[0]) if shape is not None else len(value)


def _below(method: str, estimator: Any) -> set[tuple[int, str]]:
    """Return what counts within a call: a pipeline's last step, which sees the encoded matrix, and a score's predictions."""
    steps = getattr(estimator, "steps", None)
    out = {(id(estimator), "predict")} if method == "score" else set()
    if type(estimator).__name__ == "Pipeline" and steps:
        out |= {(id(steps[-1][1]), m) for m in METHODS}
    return out


# --- hooks, installed once ---------------------------------------------------------------------------------------------


class _Recorded:
    """Stands for a method in its class; the bound method is wrapped while a recorder is active."""

    def __init__(self, inner: Any, name: str) -> None:
        self.inner = inner
        self.name = name

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        bound = self.inner.__get__(instance, owner)  # may raise AttributeError, as `available_if` wants
        if instance is None or _active is None:
            return bound
        recorder, name = _active, self.name

        @functools.wraps(bound)
        def method(*args: Any, **kwargs: Any) -> Any:
            return recorder.around(name, bound, instance, args, kwargs)

        return method


def _wrap_class(cls: type) -> None:
    for name in METHODS:
        inner = cls.__dict__.get(name)
        if inner is not None and not isinstance(inner, _Recorded) and hasattr(inner, "__get__"):
            setattr(cls, name, _Recorded(inner, name))


def _estimator_classes() -> Iterator[type]:
    base = sys.modules["sklearn.base"]
    stack, seen = [base.BaseEstimator], set()
    while stack:
        cls = stack.pop()
        if cls in seen:
            continue
        seen.add(cls)
        stack.extend(cls.__subclasses__())
        yield from (c for c in cls.__mro__ if c is not object and c.__module__ != "builtins")


def install() -> dict[str, str]:
    """Import what scripts commonly use, wrap it, and return the versions found."""
    for name in PRELOADED:
        try:
            importlib.import_module(name)
        except ImportError:  # the script says so itself if it needs it
            continue
    versions = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in ("numpy", "pandas", "sklearn", "scipy", "joblib"):
        if name in sys.modules:
            versions[name] = str(getattr(sys.modules[name], "__version__", "unknown"))
    setattr(builtins, "__lester_record__", _record)  # noqa: B010
    setattr(builtins, "__lester_enter__", _enter)  # noqa: B010
    sys.addaudithook(_audit)
    if "sklearn.base" in sys.modules:
        for cls in _estimator_classes():
            _wrap_class(cls)
        _watch_new_classes()
    if "sklearn.model_selection" in sys.modules:
        _wrap_split()
    if "sklearn.metrics" in sys.modules:
        _wrap_metrics()
    return versions


def _watch_new_classes() -> None:
    build = builtins.__build_class__
    base = sys.modules["sklearn.base"].BaseEstimator

    @functools.wraps(build)
    def build_class(*args: Any, **kwargs: Any) -> Any:
        cls = build(*args, **kwargs)
        if isinstance(cls, type) and issubclass(cls, base):
            _wrap_class(cls)
        return cls

    builtins.__build_class__ = build_class


def _wrap_split() -> None:
    selection = sys.modules["sklearn.model_selection"]
    original = selection.train_test_split

    @functools.wraps(original)
    def train_test_split(*arrays: Any, **options: Any) -> Any:
        if _active is None or not arrays:
            return original(*arrays, **options)
        return _active.split(original, arrays, options)

    selection.__dict__["train_test_split"] = train_test_split
    sys.modules["sklearn.model_selection._split"].__dict__["train_test_split"] = train_test_split


def _wrap_metrics() -> None:
    metrics = sys.modules["sklearn.metrics"]
    for name in metrics.__all__:
        function = getattr(metrics, name)
        if isinstance(function, types.FunctionType) and tuple(inspect.signature(function).parameters)[:1] == ("y_true",):
            setattr(metrics, name, _judging(function))


def _judging(function: Callable[..., Any]) -> Callable[..., Any]:
    second = tuple(inspect.signature(function).parameters)[1]

    @functools.wraps(function)
    def metric(*args: Any, **kwargs: Any) -> Any:
        given = dict(zip(("y_true", second), args, strict=False)) | kwargs
        if _active is not None and "y_true" in given and second in given:
            _active.judged(given["y_true"], given[second])
        return function(*args, **kwargs)

    return metric


def _record(first: int, last: int, names: tuple[str, ...], scope: str) -> None:
    if _active is not None:
        _active.record(sys._getframe(1), first, last, names, scope)


def _enter(scope: str) -> None:
    if _active is not None:
        _active.enter(scope)


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if _active is not None and event == "open":
        _active.opened(*arguments)


def activate(recorder: Recorder | None) -> None:
    """Make a recorder the one that the hooks report to, or none."""
    global _active
    _active = recorder
