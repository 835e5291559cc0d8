"""Hand a result over: views, matrices and the model as files, and predictions for new rows."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lester_gui.discovery.configuration import FILE_NAME
from lester_gui.errors import UserError
from lester_gui.features import matrix
from lester_gui.features.column_map import column_map
from lester_gui.ir.plan import Plan
from lester_gui.maintenance import learned
from lester_gui.maintenance.learned import Worker
from lester_gui.models import storage
from lester_gui.progress import Context, silent
from lester_gui.runtime.materialize import fetch_table, schema_of, views_of
from lester_gui.session import scoring
from lester_gui.session.files import require_format, save_array, save_table, written
from lester_gui.session.opened import Document, one_at_a_time
from lester_gui.session.running import Running
from lester_gui.store.catalogue import Run
from lester_gui.store.connection import FOLDER

MODEL: Final = "model"


class Exports(Running):
    """The use cases that write files for other programs. They hold values of persons, unmasked."""

    @one_at_a_time
    def export(self, pipeline: str, name: str, out: Path | str, ctx: Context | None = None) -> Document:
        """Write a view, a matrix or the model of the newest run to a file.

        Parameters
        ----------
        name
            A view; ``X_train``, ``y_train``, ``X_test``, ``y_test``, ``X_validation`` or ``y_validation``, as the model sees
            them, in the script's row and column order; or ``model``.
        out
            The file. Its suffix says the format: ``.skops`` for the model, else ``.npy`` (numbers only), ``.parquet``, ``.csv``.

        Raises
        ------
        UserError
            If the pipeline was not run, the name or suffix is unknown, or the file cannot be written. No half file stays.
        """
        run, plan = self.latest(pipeline)
        target = self._target(Path(out))
        if name == MODEL:
            shape = self._export_model(run, target)
        elif name in _matrices(plan):
            shape = self._export_matrix(run, plan, name, target, ctx or silent())
        else:
            shape = self._export_view(run, plan, name, target)
        details: Document = {"rows": shape[0]} if shape else {}
        form = target.suffix[1:].lower()
        self.journal.record(
            self.connection, "export", self.actor(), pipeline=pipeline, artefact=name, run=f"run-{run.id}", format=form, **details
        )
        return {"name": name, "path": str(target), "shape": list(shape), "format": form}

    @one_at_a_time
    def score(self, pipeline: str, in_: Path | str, out: Path | str, ctx: Context | None = None) -> Document:
        """Predict for new raw rows with what the newest run has learnt.

        The plan's steps run on the new rows alone: an average over a group is the average of the new rows of the group. Encoder
        state (means, categories) and model are those of the run. Nothing of the new rows is kept.

        Parameters
        ----------
        in_
            A folder with files named like the sources' files, or one file where one source is enough.
        out
            ``.csv`` or ``.parquet``: one row per new row that reaches the model, with the numbers of its source rows (data
            lines, from 1), the prediction, and probabilities where the model gives some.

        Raises
        ------
        UserError
            If a file is missing or cannot be read as the script does, or no row reaches the model.
        """
        ctx = ctx or silent()
        run, plan = self.latest(pipeline)
        target = self._target(Path(out))
        require_format(target, (".csv", ".parquet"), "predictions")
        assert run.id is not None
        paths = {s.name: s.path for s in self.configuration.sources}
        given = scoring.files_of(plan, paths, Path(in_))
        found = scoring.predict(
            plan,
            given,
            learned.load_encoder(self.connection, run.id),
            learned.load_model(self.connection, run.id, self.store.artifacts),
            self._worker(plan, ctx),
            ctx,
        )
        with written(target) as draft:
            save_table(draft, target.suffix, found.table)
        self.journal.record(
            self.connection, "score", self.actor(), pipeline=pipeline, run=f"run-{run.id}", rows=found.table.num_rows
        )
        note = (
            "Views, with their averages and other aggregates, were computed on the new rows alone; encoder state and model "
            f"come from run {run.id}."
        )
        return {"rows": found.table.num_rows, "path": str(target), "note": " ".join([note, *found.notes]), "read": found.read}

    def _export_model(self, run: Run, target: Path) -> tuple[int, ...]:
        require_format(target, (".skops",), "a model")
        assert run.id is not None
        trained = learned.load_model(self.connection, run.id, self.store.artifacts)
        with written(target) as draft:
            draft.write_bytes(storage.estimator_file(trained))
        return ()

    def _export_matrix(self, run: Run, plan: Plan, name: str, target: Path, ctx: Context) -> tuple[int, ...]:
        require_format(target, (".npy", ".parquet", ".csv"), "a matrix")
        assert run.id is not None
        worker = self._worker(plan, ctx)
        rows = learned.prepare(self.connection, plan, run.id, worker)
        side = name.partition("_")[2]
        chosen = rows.sides[side]
        if name.startswith("y"):
            names, values = [plan.label.variable], rows.y[chosen]
        else:
            encoder = learned.load_encoder(self.connection, run.id)
            names = list(column_map(encoder).names)
            values = matrix.transform(encoder, rows.table, chosen, worker.call_block)
        if target.suffix.lower() == ".npy" and values.dtype == object:
            raise UserError(f"{name} holds text, which .npy cannot hold safely", "Export it as .parquet or .csv.")
        with written(target) as draft:
            save_array(draft, target.suffix, values, names)
        return tuple(int(n) for n in values.shape)

    def _export_view(self, run: Run, plan: Plan, name: str, target: Path) -> tuple[int, ...]:
        require_format(target, (".npy", ".parquet", ".csv"), "a view")
        assert run.id is not None
        views = views_of(self.connection, run.id)
        if name not in views:
            known = ", ".join([*views, *_matrices(plan), MODEL])
            raise UserError(f"There is nothing called {name!r} to export", f"Choose one of {known}.")
        schema = schema_of(views[name])
        table = fetch_table(self.connection, run.id, name)
        if target.suffix.lower() == ".npy":
            text = next((f.name for f in schema if not f.type.is_number), None)
            if text is not None:
                raise UserError(f"The column {text} is not numeric, so {name} is no .npy", "Export it as .parquet or .csv.")
        with written(target) as draft:
            save_table(draft, target.suffix, table, schema)
        return (table.num_rows, len(schema))

    def _worker(self, plan: Plan, ctx: Context) -> Worker:
        """What runs the code that a plan carries; the script need not be there if it carries none."""
        return self.worker(plan, ctx) if plan.functions or plan.opaque_steps else Worker()

    def _target(self, out: Path) -> Path:
        """Return where to write, and refuse the places whose loss would hurt."""
        target = out.resolve()
        if target.is_dir():
            raise UserError(f"{out.name} is a folder", "Give the name of a file.")
        if not target.parent.is_dir():
            raise UserError(f"There is no folder for {out.name}", "Make it first, or choose another place.")
        configuration = self.configuration
        own = [s.path for s in configuration.sources] + [p.script for p in configuration.pipelines] + [FILE_NAME]
        if target in {(self.folder / path).resolve() for path in own}:
            raise UserError(f"{out.name} is a file that the project needs", "Choose another name.")
        if (self.folder / FOLDER).resolve() in target.parents:
            raise UserError("Exports do not go into .lester, where Lester keeps its own files", "Choose another place.")
        return target


def _matrices(plan: Plan) -> list[str]:
    """Return the names of X and y of each side of a plan's split."""
    return [f"{name}_{side}" for side in plan.split.sides for name in "Xy"]
