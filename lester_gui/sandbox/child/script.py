"""Run an original script under the recorder and leave `record.json` and buffers behind."""

from __future__ import annotations

import gc
import json
import os
import random
import sys
import time
import traceback
import types
from typing import Any

from . import codec, hand_over, recorder
from .instrument import instrument

Json = dict[str, Any]


def run(job: Json) -> int:
    """Run the job's script as ``__main__``, as the interpreter would.

    Returns
    -------
    int
        0 if the script came to its end, 1 if it raised.
    """
    path = os.path.join(job["root"], job["script"])
    store = codec.Store(job["out"], int(job["budget"]))
    names = None if job["names"] is None else frozenset(job["names"])
    watch = recorder.Recorder(path, job["root"], store, names, bool(job["events"]), job["impose"])
    _prepare(job, path)
    main = types.ModuleType("__main__")
    main.__dict__.update(__file__=path, __builtins__=__builtins__, __cached__=None)
    sys.modules["__main__"] = main
    sys.modules["lester_hand_over"] = hand_over
    with open(job["source"], encoding="utf-8") as file:
        source = file.read()
    exception: Json | None = None
    started, worked = time.monotonic(), time.process_time()
    try:
        code = compile(instrument(source, path), path, "exec", dont_inherit=True)
        recorder.activate(watch)
        exec(code, main.__dict__)
    except SystemExit as stop:
        exception = None if stop.code in (None, 0) else {"type": "SystemExit", "line": _line(stop, path), "module": ""}
    except BaseException as error:
        recorder.activate(None)
        traceback.print_exc()
        exception = describe(error, path)
    seconds, cpu = time.monotonic() - started, time.process_time() - worked
    recorder.activate(None)
    record = {
        "exception": exception,
        "seconds": seconds,
        "cpu": cpu,
        "assignments": watch.kept_assignments(),
        "events": watch.events,
        "files": list(watch.files.values()),
        "final": watch.final(main.__dict__),
    }
    _finish(main)
    with open(os.path.join(job["out"], "record.json"), "w", encoding="utf-8") as file:
        json.dump(record, file)
    return 0 if exception is None else 1


def _prepare(job: Json, path: str) -> None:
    sys.argv = [path, *job["argv"]]
    sys.path[:] = [os.path.dirname(path), *(p for p in sys.path if p)]
    random.seed(job["seed"])
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed(job["seed"] % 2**32)


def _finish(main: types.ModuleType) -> None:
    """Let files that the script left open be written, as at the end of an interpreter."""
    import atexit

    atexit._run_exitfuncs()
    main.__dict__.clear()
    gc.collect()


def describe(error: BaseException, path: str) -> Json:
    """Return type, script line, whether a metric refused its input, and the name of a missing package.

    Not the message: it may hold personal values.
    """
    module = getattr(error, "name", "") if isinstance(error, ModuleNotFoundError) else ""
    return {"type": codec.type_name(error), "line": _line(error, path), "module": module or "", "metric": _in_metric(error)}


def _in_metric(error: BaseException) -> bool:
    """Whether an exception came out of one of scikit-learn's metrics that the script, or an estimator's `score`, called.

    Distances between rows lie in the same package, and estimators use them; scorers call the estimator, which may refuse as well.
    """
    frames = [(e.filename.replace("\\", "/"), e.name) for e in traceback.extract_tb(error.__traceback__)]
    called = [f for f, name in frames if "/sklearn/" in f and "/sklearn/utils/" not in f and name != "score"]
    return bool(called) and "/sklearn/metrics/" in called[0] and not called[0].endswith(("/pairwise.py", "/_scorer.py"))


def _line(error: BaseException, path: str) -> int:
    if isinstance(error, SyntaxError) and error.filename == path:
        return error.lineno or 0
    lines = [entry.lineno for entry in traceback.extract_tb(error.__traceback__) if entry.filename == path]
    return int(lines[-1] or 0) if lines else 0
