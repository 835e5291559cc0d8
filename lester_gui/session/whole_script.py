"""A whole script as one step: what is left where neither rules nor a model understand how it learns.

The script runs on its sources as they are, in the restricted worker, and its recorder yields the rows of X that the model was
fitted on and asked about. So every script that trains a model can be run, searched and maintained, if only as a whole: the
lineage is "every input row", and maintenance is to run it again.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa

from lester_gui.discovery.scripts import Script
from lester_gui.errors import UserError
from lester_gui.ir.expressions import Apply, Column, Literal
from lester_gui.ir.learning import Block, Encode, Label, Model, Split, Transformer, WrittenFile
from lester_gui.ir.nodes import FIT, Opaque, Option, Options, Read
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Type
from lester_gui.progress import Context
from lester_gui.runtime.read import ARROW
from lester_gui.sandbox import Capture, Sandbox, ScriptRun, working_copy
from lester_gui.sandbox.copies import private_folder
from lester_gui.session.written import MODELS
from lester_gui.verify.capture import TIMEOUT, Learning, learning_of
from lester_gui.verify.parameters import defaults_of

X, Y, SIDE = "x", "y", "side"
TRAIN, TEST = "train", "test"
VIEW = "seen_by_the_model"
OWN_MODEL = (
    "Let the script fit an estimator of scikit-learn on the same X and y, in place of its own model or beside it: then its data "
    "are followed, and files that it writes are listed."
)
_LABELS: Sequence[tuple[type | tuple[type, ...], Type]] = (
    (bool, Type.BOOL),
    (int, Type.INT),
    ((int, float), Type.FLOAT),
    (str, Type.STR),
)


def plan_of_script(
    script: Script, pipeline: str, fit_line: int, reads: Mapping[str, Callable[[], Read]], run: ScriptRun, reason: str
) -> Plan:
    """Return the plan that runs a script as one step.

    Parameters
    ----------
    fit_line
        The line of the call of ``fit`` that makes the pipeline's model.
    reads
        Path of a source → how it is read.
    run
        A run of the script on its sources, with calls of estimators captured.
    reason
        Why the rules stopped.

    Raises
    ------
    UserError
        If the script does not finish, fits nothing that can be seen, or reads files that are no sources.
    """
    run.require_finished(script.path)
    learning = learning_of(run, Model(estimator="", lines=(fit_line,)))
    if learning is None or learning.X_train is None or learning.y_train is None:
        where = f" in line {fit_line}" if fit_line else ""
        raise UserError(
            f"What {script.path} fits{where} is no model of scikit-learn, and no other can be trained again", OWN_MODEL
        )
    opened = tuple(dict.fromkeys(f.path for f in run.files if f.access == "read"))
    written = {f.path for f in run.files if f.access == "write"}
    carried = {path for path, _ in script.modules} | {script.path}
    paths = [p for p in opened if p not in written | carried]
    unknown = [p for p in paths if p not in reads]
    if unknown:
        raise UserError(
            f"{script.path} reads {unknown[0]}, which is no source of the project", "Name it under [sources] in lester.toml."
        )
    node = Opaque(
        name=VIEW,
        inputs=tuple(reads[p]() for p in paths),
        variables=tuple(paths),
        source=script.text,
        output=FIT,
        columns=(Field(X, Type.FLOATS), Field(Y, _label_type(learning)), Field(SIDE, Type.STR)),
        reason=reason,
        script=script.path,
        lines=(fit_line,),
    )
    tested = _is_tested(learning)
    return Plan(
        pipeline=pipeline,
        prepared=node,
        label=Label(expr=Column(Y), variable=f"{VIEW}_{Y}"),
        split=Split(kind="expression", test=Apply("py_eq", (Column(SIDE), Literal(TEST)))) if tested else Split(kind="none"),
        encode=Encode(blocks=(Block(X, (X,), (Transformer("passthrough"),)),)),
        model=Model(estimator=_public_name(learning.estimator), params=_own_parameters(learning), lines=(learning.line,)),
        written=tuple(WrittenFile(path, _content(path)) for path in sorted(written - set(paths))),
    )


def run(
    node: Opaque, files: Mapping[str, bytes], sandbox: Sandbox, modules: Sequence[tuple[str, str]], ctx: Context
) -> ScriptRun:
    """Run the script of a step on the given files alone."""
    given = {path: text.encode() for path, text in modules} | dict(files)
    with private_folder(sandbox.scratch) as empty, working_copy(empty, replace=given, scratch=sandbox.scratch) as copy:
        capture = Capture(names=frozenset())
        found = sandbox.run_script(copy, node.script, source=node.source, capture=capture, timeout=TIMEOUT, ctx=ctx)
    found.require_finished(node.script)
    return found


def seen_rows(run: ScriptRun, model: Model, node: Opaque) -> pa.Table:
    """Return the rows that a script's model was fitted on, and those that it was asked about, as the step's columns.

    Raises
    ------
    UserError
        If the script fitted no such model, or its labels are of another type than when it was rewritten.
    """
    learning = learning_of(run, model)
    if learning is None or learning.X_train is None or learning.y_train is None:
        raise UserError(f"{node.script} fitted no model on these data", "Rewrite the pipeline again.")
    rows, labels, sides = [learning.X_train], list(learning.y_train), [TRAIN] * len(learning.X_train)
    if _is_tested(learning):
        assert learning.X_test is not None and learning.y_test is not None
        rows.append(learning.X_test)
        labels += learning.y_test
        sides += [TEST] * len(learning.X_test)
    kind = node.schema.field(Y).type
    try:
        y = pa.array(labels, ARROW[kind])
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        raise UserError(f"The labels of {node.script} are no longer {kind}", "Rewrite the pipeline again.") from None
    x = pa.array([row.tolist() for part in rows for row in np.asarray(part, dtype="float64")], ARROW[Type.FLOATS])
    return pa.table({X: x, Y: y, SIDE: pa.array(sides, pa.string())})


def _content(path: str) -> str:
    """Return what a file holds that a script was seen to write, as far as its name tells."""
    suffix = Path(path).suffix
    return "model" if suffix in MODELS else "matrix" if suffix in (".npy", ".npz") else "unknown"


def _is_tested(learning: Learning) -> bool:
    return learning.X_test is not None and learning.y_test is not None and len(learning.X_test) == len(learning.y_test)


def _label_type(learning: Learning) -> Type:
    labels = learning.y_train or []
    for kinds, found in _LABELS:
        if labels and all(isinstance(v, kinds) for v in labels):
            return found
    raise UserError("The labels of the script's model are of no type that a plan can hold")


def _public_name(estimator: str) -> str:
    """``sklearn.linear_model._logistic.LogisticRegression`` → ``sklearn.linear_model.LogisticRegression``."""
    parts = estimator.split(".")
    name = parts[-1]
    for length in range(2, len(parts)):
        module = ".".join(parts[:length])
        if parts[0] == "sklearn" and hasattr(importlib.import_module(module), name):
            return f"{module}.{name}"
    return estimator


def _own_parameters(learning: Learning) -> Options:
    """Return the parameters that differ from the estimator's defaults."""
    name = _public_name(learning.estimator)
    defaults = defaults_of(name)
    if not defaults and name.startswith("__main__."):
        raise UserError(f"{name.rpartition('.')[2]} is a class of the script, and cannot be trained again outside it", OWN_MODEL)
    if not defaults:
        raise UserError(f"The model {name} is not supported yet", "Lester trains models of scikit-learn.")
    changed = ((key, value) for key, value in sorted(learning.params.items()) if defaults.get(key) != value)
    return tuple((key, _option(value, key)) for key, value in changed)


def _option(value: object, name: str) -> Option:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, list | tuple):
        return tuple(_option(v, name) for v in value)
    raise UserError(f"The parameter {name} of the script's model is not supported yet")
