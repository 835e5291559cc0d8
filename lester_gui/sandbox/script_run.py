"""The result of running an original script: how it ended, and what it did on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from lester_gui.errors import UserError
from lester_gui.sandbox import record
from lester_gui.sandbox.copies import ChangedFile, WorkingCopy
from lester_gui.sandbox.forkserver import Ended
from lester_gui.sandbox.isolation import Isolation

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ScriptRun:
    """One run of an original script.

    Attributes
    ----------
    status : str
        ``finished``, ``raised``, ``timeout``, ``killed`` (by a signal, mostly for want of memory) or ``damaged`` (what it
        left behind cannot be read).
    raised : Raised or None
        What ended it; the message is not kept, it may hold personal values.
    seconds : float
    cpu_seconds : float
        What it took of processors: the same however busy the machine is. 0 if it did not leave a record.
    output : str
        Beginning and end of what it printed; may hold personal values, so it is shown and never stored or logged.
    assignments : tuple of Assignment
        In order of execution.
    final : dict
        The module's variables at the end.
    calls, splits, files : tuple
        What it did with estimators, `train_test_split` and files of the working copy.
    changed : tuple of ChangedFile
        What is different in the working copy.
    versions : dict
        Of Python and packages.
    isolation : Isolation
        What held it.
    """

    status: str
    raised: record.Raised | None
    seconds: float
    output: str = field(repr=False)
    assignments: tuple[record.Assignment, ...] = field(repr=False, default=())
    final: Mapping[str, record.Value] = field(repr=False, default_factory=dict)
    calls: tuple[record.Call, ...] = field(repr=False, default=())
    splits: tuple[record.SplitCall, ...] = field(repr=False, default=())
    files: tuple[record.FileUse, ...] = ()
    changed: tuple[ChangedFile, ...] = ()
    versions: Mapping[str, str] = field(default_factory=dict)
    isolation: Isolation = field(default_factory=lambda: Isolation(supported=False))
    cpu_seconds: float = 0.0

    def require_finished(self, script: str, interpreter: str = "") -> None:
        """Do nothing if the script came to its end.

        Raises
        ------
        UserError
            Saying what stopped it: a missing package by name, an exception by type and line, time or memory.
        """
        if self.status == "finished":
            return
        if self.raised is not None and self.raised.module:
            package = self.raised.module.partition(".")[0]
            where = interpreter or "Lester's own Python"
            raise UserError(
                f"{script} needs the package {package!r}, which {where} does not have",
                "Install it there, or set `python` in lester.toml to the interpreter of the project.",
            )
        if self.raised is not None:
            place = f" in line {self.raised.line}" if self.raised.line else ""
            raise UserError(f"{script} stopped with {self.raised.type}{place}", "Run it by itself to see why.")
        if self.status == "timeout":
            raise UserError(f"{script} did not end within {self.seconds:.0f} seconds", "Allow more time, or give it less data.")
        if self.status == "damaged":
            raise UserError(f"{script} left a record that cannot be read", "It may have touched Lester's own files.")
        raise UserError(f"{script} was ended by the system", "It may need more memory than a run is allowed.")


def read_script_run(ended: Ended, out: Path, copy: WorkingCopy, versions: Mapping[str, str], isolation: Isolation) -> ScriptRun:
    """Decode what a run left in `out`."""
    text = ended.output.decode("utf-8", "replace")
    common: Json = {"versions": versions, "isolation": isolation, "changed": copy.changed_files(), "output": text}
    if ended.timed_out:
        return ScriptRun("timeout", None, ended.seconds, **common)
    if not (out / "record.json").is_file() or (out / "record.json").is_symlink():
        return ScriptRun("killed", None, ended.seconds, **common)
    try:
        document = record.read_record(out, "record.json")
        decoder = record.Decoder(out)
        return ScriptRun(
            "finished" if document["exception"] is None else "raised",
            _raised(document["exception"]),
            float(document["seconds"]),
            assignments=tuple(_assignment(a, decoder) for a in document["assignments"]),
            final={str(k): decoder.value(v) for k, v in document["final"].items()},
            calls=tuple(_call(e, decoder) for e in document["events"] if e["kind"] != "split"),
            splits=tuple(_split(e, decoder) for e in document["events"] if e["kind"] == "split"),
            files=tuple(_file(f) for f in document["files"]),
            cpu_seconds=float(document["cpu"]),
            **common,
        )
    except (record.DamagedRecord, KeyError, TypeError, AttributeError):
        return ScriptRun("damaged", None, ended.seconds, **common)


def _raised(e: Json | None) -> record.Raised | None:
    return None if e is None else record.Raised(str(e["type"]), int(e["line"]), str(e["module"]), bool(e["metric"]))


def _assignment(a: Json, decoder: record.Decoder) -> record.Assignment:
    return record.Assignment(int(a["line"]), int(a["end_line"]), str(a["name"]), str(a["scope"]), decoder.value(a["value"]))


def _call(e: Json, decoder: record.Decoder) -> record.Call:
    return record.Call(
        kind=str(e["kind"]),
        line=int(e["line"]),
        depth=int(e["depth"]),
        estimator=str(e["estimator"]),
        object_no=int(e["object"]),
        inputs={str(k): decoder.value(v) for k, v in e["inputs"].items()},
        output=decoder.value(e["output"]) if "output" in e else None,
        params=dict(e.get("params", {})),
        state={str(k): decoder.value(v) for k, v in e.get("state", {}).items()},
        other_arguments=tuple(str(n) for n in e["other_arguments"]),
    )


def _split(e: Json, decoder: record.Decoder) -> record.SplitCall:
    train, test = (np.asarray(decoder.column(e[k]).to_numpy(zero_copy_only=False), dtype="int64") for k in ("train", "test"))
    return record.SplitCall(
        int(e["line"]), int(e["rows"]), train, test, dict(e["options"]), bool(e["wanted"]), bool(e["imposed"])
    )


def _file(f: Json) -> record.FileUse:
    return record.FileUse(str(f["path"]), str(f["access"]), int(f["line"]), str(f["function"]))
