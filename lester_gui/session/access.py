"""Everything that a project holds about one person, as a package to hand over (Art. 15): a zip of JSON and CSV files.

It holds the person's values in clear, and nobody else's: a derived row that also carries data of another person stays out and is
counted. What Lester cannot know, such as recipients and storage periods, is named as missing, not left out.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pandas as pd

from lester_gui import __version__
from lester_gui.features import matrix
from lester_gui.features.column_map import column_map
from lester_gui.ir.learning import TEST, TRAIN, VALIDATION
from lester_gui.ir.render import render
from lester_gui.lineage.footprint import CONTROL, STATE
from lester_gui.lineage.rows import came_from
from lester_gui.maintenance import learned
from lester_gui.maintenance.learned import Worker
from lester_gui.progress import Context
from lester_gui.runtime.ingest import snapshot_records
from lester_gui.runtime.materialize import fetch_table, schema_of, to_script_frame
from lester_gui.session.reach import Reached
from lester_gui.store.catalogue import Snapshot

Document = dict[str, Any]
GROUP_OF_MANY: Final = 5  # a mean of fewer rows may tell a value of one of them
MISSING: Final = (
    {"what": "recipients", "why": "Lester keeps no register of recipients; add them from yours (Art. 15(1)(c))"},
    {"what": "storage periods", "why": "Lester keeps none; add them from your register of processing (Art. 15(1)(d))"},
    {"what": "where the data came from", "why": "the source files are named; add who delivered them (Art. 15(1)(g))"},
)


@dataclass(slots=True)
class Package:
    """The files of a package, by path inside it."""

    files: dict[str, bytes] = field(default_factory=dict, repr=False)
    rows: int = 0

    def write(self, path: Path) -> None:
        """Write the zip; readable by its owner alone."""
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as target:
            for name, content in sorted(self.files.items()):
                target.writestr(name, content)
        path.chmod(0o600)

    def add_frame(self, name: str, frame: pd.DataFrame) -> None:
        """Add a table."""
        text = io.StringIO()
        frame.to_csv(text, index=False)
        self.files[name] = text.getvalue().encode("utf-8")
        self.rows += len(frame)


@dataclass(frozen=True, slots=True)
class Holder:
    """Says whose source rows are.

    Attributes
    ----------
    own : mapping
        Source → row ids of the person.
    """

    connection: duckdb.DuckDBPyConnection
    own: Mapping[str, Sequence[int]]

    def others(self, source: str, row_ids: Sequence[int]) -> int:
        """How many of these rows name somebody else."""
        foreign = sorted(set(row_ids) - set(self.own.get(source, ())))
        if not foreign:
            return 0
        found = self.connection.execute(
            "SELECT count(DISTINCT row_id) FROM lester.subject_row WHERE source = ? AND row_id IN (SELECT unnest(?))",
            [source, foreign],
        ).fetchone()
        return int(found[0]) if found else 0

    def is_theirs(self, way: Reached, view: str, row_no: int) -> bool:
        """Whether a view's row holds no value of another person."""
        assert way.run.id is not None
        for found in came_from(self.connection, way.plan, way.run.id, view, row_no).sources:
            others = self.others(found.source, found.row_ids) if found.kind != CONTROL else 0
            if others and (found.kind != STATE or others < GROUP_OF_MANY):
                return False
        return True


def add_source(package: Package, connection: duckdb.DuckDBPyConnection, snapshot: Snapshot, row_ids: Sequence[int]) -> Document:
    """Add the person's lines of a source as they stand in the file, with its header."""
    records = snapshot_records(connection, snapshot)
    theirs = records.without(set(records.row_ids) - set(row_ids))
    name = f"sources/{snapshot.source}.txt"
    package.files[name] = theirs.content
    package.rows += len(theirs.records)
    return {"source": snapshot.source, "rows": len(theirs.records), "lines": list(theirs.lines), "file": name}


def add_pipeline(
    package: Package,
    connection: duckdb.DuckDBPyConnection,
    way: Reached,
    owner: Holder,
    purpose: str,
    worker: Worker,
    ctx: Context,
) -> Document:
    """Add what a pipeline's newest run holds: rows of views, features, predictions; and the logic in words."""
    name = way.plan.pipeline
    assert way.run.id is not None
    theirs: dict[str, list[int]] = {}
    views = []
    for view, numbers in way.own.items():
        ctx.check_cancelled()
        kept = [n for n in numbers if owner.is_theirs(way, view, n)]
        theirs[view] = kept
        if kept:
            table = fetch_table(connection, way.run.id, view, rows=kept)
            package.add_frame(f"{name}/views/{view}.csv", to_script_frame(table, schema_of(way.views[view])))
        views.append({"view": view, "rows": len(kept), "withheld": len(numbers) - len(kept)})
    prepared = set(theirs[way.plan.prepared.name])
    features = _add_features(package, connection, way, prepared, worker)
    package.files[f"{name}/plan.txt"] = render(way.plan).text.encode("utf-8")
    return {
        "pipeline": name,
        "purpose": purpose,
        "views": views,
        "training_rows": len(way.sides[TRAIN]),
        "test_rows": len(way.sides[TEST]),
        "validation_rows": len(way.sides.get(VALIDATION, ())),
        "features": features,
        "logic": {
            "model": way.plan.model.estimator,
            "options": {k: str(v) for k, v in way.plan.model.params},
            "label": way.plan.label.variable,
            "procedure": f"{name}/plan.txt",
        },
    }


def _add_features(
    package: Package, connection: duckdb.DuckDBPyConnection, way: Reached, prepared: set[int], worker: Worker
) -> Document:
    """Add the person's rows of X with label, side and, for test rows, the prediction."""
    run = way.run.id
    assert run is not None
    rows = learned.prepare(connection, way.plan, run, worker)
    encoder = learned.load_encoder(connection, run)
    chosen = [(side, int(i)) for side, places in rows.sides.items() for i in places if int(rows.row_nos[i]) in prepared]
    names = list(column_map(encoder).names)
    if chosen:
        places = np.array([i for _, i in chosen], dtype=np.int64)
        values = matrix.transform(encoder, rows.table, places, worker.call_block)
        dense = values.toarray() if hasattr(values, "toarray") else values
        frame = pd.DataFrame(np.asarray(dense).reshape(len(places), -1), columns=names)
        said = dict(connection.execute(
            "SELECT row_no, predicted FROM lester.prediction WHERE run = ? AND role = ?", [run, learned.CANONICAL]
        ).fetchall())  # fmt: skip
        frame.insert(0, "side", [side for side, _ in chosen])
        frame[f"label: {way.plan.label.variable}"] = list(rows.y[places])
        frame["prediction"] = [said.get(int(rows.row_nos[i])) for i in places]
        package.add_frame(f"{way.plan.pipeline}/features.csv", frame)
    return {"columns": len(names), "rows": len(chosen), "file": f"{way.plan.pipeline}/features.csv" if chosen else None}


def describe(token: str, case: str, sources: list[Document], pipelines: list[Document], traced: Document) -> Document:
    """Return the package's table of contents."""
    return {
        "case": case,
        "subject": token,
        "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "made_with": f"Lester {__version__}",
        "sources": sources,
        "pipelines": pipelines,
        "written_files": [a | {"pipeline": p["pipeline"]} for p in traced["pipelines"] for a in p["artefacts"]],
        "not_searched": traced["not_searched"],
        "to_be_added": list(MISSING),
        "note": "Rows that also hold data of another person are counted as withheld (Art. 15(4)). Check before you send it.",
    }


def contents(document: Document) -> bytes:
    """Return the table of contents as JSON."""
    return json.dumps(document, indent=2, ensure_ascii=False, default=str).encode("utf-8")
