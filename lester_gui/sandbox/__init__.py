"""Restricted child processes for code that Lester did not write: probed isolation, private copies, the fork server."""

from lester_gui.sandbox.copies import ChangedFile, WorkingCopy, sweep, working_copy
from lester_gui.sandbox.isolation import Isolation, probe
from lester_gui.sandbox.record import (
    Assignment,
    Call,
    FileUse,
    MatrixValue,
    Raised,
    ScalarValue,
    SplitCall,
    TableValue,
    Value,
)
from lester_gui.sandbox.runs import Capture, CarriedCodeFailed, Positions, Sandbox
from lester_gui.sandbox.script_run import ScriptRun

__all__ = [
    "Sandbox",
    "ScriptRun",
    "Capture",
    "Positions",
    "CarriedCodeFailed",
    "working_copy",
    "WorkingCopy",
    "ChangedFile",
    "sweep",
    "probe",
    "Isolation",
    "Assignment",
    "Call",
    "SplitCall",
    "FileUse",
    "Raised",
    "Value",
    "TableValue",
    "MatrixValue",
    "ScalarValue",
]
