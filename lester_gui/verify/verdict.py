"""The outcome of a verification. Counts, names and row numbers; never a personal value, so it can be stored and shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

STAGES = ("prepare", "encode", "label", "split", "model")
VERIFIED, PARTLY, DIFFERS, NOT_RUN = "verified", "partly-verified", "differs", "not-run"


@dataclass(frozen=True, slots=True)
class StageResult:
    """How one stage compares, over all inputs.

    Attributes
    ----------
    status : str
        ``equal``, ``permuted`` (X has the same columns in another order), ``differs``, ``not-compared`` or ``excluded``
        (the script itself gives another result each time).
    compared : int
        Values of the script that were compared with the plan's on the given data: views, matrices, vectors.
    fact : str
        One line for the screen.
    """

    status: str
    compared: int = 0
    fact: str = ""


@dataclass(frozen=True, slots=True)
class StepEvidence:
    """What is known of one step of the plan.

    Attributes
    ----------
    view : str
    kind : str
        Class of the node.
    status : str
        ``equal``, ``order`` (same rows in another order), ``differs``, ``not-compared`` or ``excluded``.
    rows_in, rows_out : int
        On the given data.
    variable, line
        What it was compared with; empty and None if with nothing.
    inputs_agree, inputs : int
        On how many inputs it agreed, of how many on which both sides had it.
    fact : str
        One line for the screen.
    rows : tuple of int
        First differing rows, 0-based, on the given data.
    counterexample : str or None
        Name of the input on which it first differed.
    unchecked : tuple of str
        Columns of the view that the script's variable does not show, so that only what they lead to was compared.
    """

    view: str
    kind: str
    status: str
    rows_in: int = 0
    rows_out: int = 0
    variable: str = ""
    line: int | None = None
    inputs_agree: int = 0
    inputs: int = 0
    fact: str = ""
    rows: tuple[int, ...] = ()
    counterexample: str | None = None
    unchecked: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Finding:
    """Something a reader should know; `kind` is a code, `line` the script's."""

    kind: str
    title: str
    text: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Counterexample:
    """A small input on which script and plan differ.

    Attributes
    ----------
    input : str
        What was done to the data.
    stage : str
    view : str
        First view that differs; empty for later stages.
    operator : str
        Class of that node, or of what the stage holds.
    line : int or None
        Script line.
    fact : str
        What differs, in numbers.
    columns : tuple of str
    rows : tuple of int
        First differing rows, 0-based.
    source_rows : mapping
        Source → how many data rows the input has.
    sources : mapping
        Source path → content. May be personal: never stored, never sent.
    """

    input: str
    stage: str
    view: str
    operator: str
    line: int | None
    fact: str
    columns: tuple[str, ...] = ()
    rows: tuple[int, ...] = ()
    source_rows: Mapping[str, int] = field(default_factory=dict)
    sources: Mapping[str, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class LineageResult:
    """How predicted lineage compares with reruns without a source row.

    `tried` rows were left out one at a time; `agree` predicted exactly which rows stay; `promoted` let another row in, which
    the plan itself reproduced; `wrong` did not; `not_compared` had nothing to compare with.
    """

    tried: int = 0
    agree: int = 0
    promoted: int = 0
    wrong: int = 0
    not_compared: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a plan does what its script does, as far as was tried. Never "proved".

    Attributes
    ----------
    status : str
        ``verified`` on `inputs` inputs, ``partly-verified``, ``differs`` or ``not-run``.
    inputs : int
        Inputs on which script and plan agree, the given data included.
    inputs_tried : int
    stages : mapping
        `STAGES` → result.
    steps : tuple of StepEvidence
        One per node, in plan order.
    findings : tuple of Finding
    counterexample : Counterexample or None
    lineage : LineageResult
    excluded : tuple of str
        What was left out because the script gives another value each time.
    seconds : float
    script_seconds : float or None
        That two runs of the script on its own files took.
    versions : mapping
        Of the interpreter that ran the script.
    isolation : str
        What held it.
    """

    status: str
    inputs: int = 0
    inputs_tried: int = 0
    stages: Mapping[str, StageResult] = field(default_factory=dict)
    steps: tuple[StepEvidence, ...] = ()
    findings: tuple[Finding, ...] = ()
    counterexample: Counterexample | None = None
    lineage: LineageResult = field(default_factory=LineageResult)
    excluded: tuple[str, ...] = ()
    seconds: float = 0.0
    script_seconds: float | None = None
    versions: Mapping[str, str] = field(default_factory=dict)
    isolation: str = ""

    @property
    def verified(self) -> bool:
        return self.status == VERIFIED

    def step(self, view: str) -> StepEvidence | None:
        """Return the evidence for a view."""
        return next((s for s in self.steps if s.view == view), None)

    def to_json(self) -> dict[str, Any]:
        """Return the verdict as JSON, without the counterexample's data."""
        document = asdict(self)
        if document["counterexample"] is not None:
            del document["counterexample"]["sources"]
        return document

    @staticmethod
    def from_json(document: Mapping[str, Any]) -> Verdict:
        """Return a stored verdict."""
        d = dict(document)
        d["stages"] = {k: StageResult(**v) for k, v in d["stages"].items()}
        d["steps"] = tuple(
            StepEvidence(**{**s, "rows": tuple(s["rows"]), "unchecked": tuple(s.get("unchecked", ()))}) for s in d["steps"]
        )
        d["findings"] = tuple(Finding(**f) for f in d["findings"])
        if d["counterexample"] is not None:
            c = d["counterexample"]
            d["counterexample"] = Counterexample(**{**c, "columns": tuple(c["columns"]), "rows": tuple(c["rows"])})
        d["lineage"] = LineageResult(**d["lineage"])
        d["excluded"] = tuple(d["excluded"])
        return Verdict(**d)
