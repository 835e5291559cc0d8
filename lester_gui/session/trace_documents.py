"""What a trace found, as the document of the Person screen and of ``lester trace``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from lester_gui.influence.sentence import Reach
from lester_gui.ir.learning import TEST, TRAIN, VALIDATION
from lester_gui.lineage.footprint import CONTROL, DATA, STATE
from lester_gui.session import influencing
from lester_gui.session.indexing import PIPELINE, NotSearched, Searched
from lester_gui.session.influencing import Measured
from lester_gui.session.opened import Document
from lester_gui.session.reach import Reached
from lester_gui.session.written import Holding
from lester_gui.store.subjects import Subject, Unlinked

COARSE: Final = "coarse lineage, because a step is opaque: every row counts as touched"
SHARED: Final = (
    "An identifier stands beside those of many persons: its rows are here, what else these rows name was not followed."
)


def nobody(searched: Sequence[Searched], missed: Sequence[NotSearched]) -> Document:
    """Return the trace of a value that names nobody."""
    return {
        "subject": None,
        "found": False,
        "known_by": [],
        "searched": [_searched(s, 0) for s in searched],
        "sources": [],
        "views": [],
        "pipelines": [],
        "sentence": influencing.say(None, (), Reach(0, 0, len(searched))),
        "not_searched": [m.to_json() for m in missed],
        "unlinked": [],
        "stage_counts": dict.fromkeys(("sources", "views", "split", "features", "models", "predictions"), 0),
    }


def found(
    token: str,
    person: Subject,
    searched: Sequence[Searched],
    missed: Sequence[NotSearched],
    pipelines: Sequence[Document],
    views: Sequence[Document],
    reached: Sequence[Reached],
    measured: Sequence[Measured],
    unlinked: Sequence[Unlinked],
) -> Document:
    """Return the trace of a person."""
    used: dict[str, dict[str, str]] = {}
    for way in reached:
        for source, columns in way.used.items():
            for column, kind in columns.items():
                known = used.setdefault(source, {})
                known[column] = DATA if DATA in (kind, known.get(column)) else kind
    sources = [_source(s, person.rows.get(s.source, ()), used.get(s.source, {})) for s in searched]
    return {
        "subject": token,
        "found": True,
        "known_by": [{"source": k.source, "column": k.column, "rows": k.rows, "values": k.values} for k in person.named_in],
        "searched": [_searched(s, len(person.rows.get(s.source, ()))) for s in searched],
        "sources": sources,
        "views": list(views),
        "pipelines": list(pipelines),
        "sentence": _sentence(sources, searched, pipelines, measured, missed) + (f" {SHARED}" if person.is_shared else ""),
        "not_searched": [m.to_json() for m in missed],
        "unlinked": [
            {"source": u.source, "column": u.column, "reason": u.reason, "values": u.values, "rows": u.rows} for u in unlinked
        ],
        "stage_counts": {
            "sources": sum(s["rows"] for s in sources),
            "views": sum(v["rows"] for v in views),
            "split": sum(dealt_rows(p) for p in pipelines),
            "features": sum(_features(p) for p in pipelines),
            "models": sum(len(p["models"]) for p in pipelines),
            "predictions": sum(p["test_rows"] for p in pipelines),
        },
    }


def views(way: Reached) -> list[Document]:
    """Return how many rows of each view a person has a part in, their own first of all, and how."""
    out = []
    for name, touched in way.footprint.views.items():
        own = set(way.own[name])
        out.append(
            {
                "pipeline": way.plan.pipeline,
                "view": name,
                "rows": way.rows(name),
                "of": touched.rows,
                "kind": way.kind(name) or DATA,
                "own_rows": len(own),
                "state_rows": len(set(touched.numbers(STATE)) - own),
                "control_rows": len(set(touched.numbers(CONTROL)) - own),
            }
        )
    return out


def pipeline(way: Reached, files: Sequence[Holding], said: Mapping[int, str | None], status: str) -> Document:
    """Return what a person left in a pipeline's run; the influence is filled in by who measures it.

    Parameters
    ----------
    said
        Prepared row → prediction of the run's model.
    status
        How far the plan was verified.
    """
    cells = way.cells
    others = {side: set(way.footprint.sides[side].numbers()) - set(own) for side, own in way.sides.items()}
    labels = [c.column.label for c in cells]
    unique = len(set(labels)) == len(labels)
    coarse = way.is_coarse
    rows = {side: way.touched(side) if coarse else len(own) for side, own in way.sides.items()}
    return {
        "pipeline": way.plan.pipeline,
        "basis": COARSE if coarse else "run",
        "status": status,
        "train_rows": rows[TRAIN],
        "test_rows": rows[TEST],
        "validation_rows": rows.get(VALIDATION, 0),
        "train_of": way.of[TRAIN],
        "test_of": way.of[TEST],
        "validation_of": way.of.get(VALIDATION, 0),
        "others_touched": {side: len(numbers) for side, numbers in others.items()},
        "features": [
            {
                "name": c.column.label if unique else c.column.name,
                "column": c.column.name,
                "made_from": list(c.column.sources),
                "cells": c.cells,
                "row_no": c.row_no,
            }
            for c in cells
            if c.cells
        ],
        "feature_cells": sum(rows.values()) * len(cells) if coarse else sum(c.cells for c in cells),
        "features_of": len(cells),
        "models": [way.plan.pipeline] if way.touches_training else [],
        "model_class": way.plan.model.estimator.rpartition(".")[2],
        "artefacts": [f.to_json() for f in files],
        "predictions": [{"row": n, "side": TEST, "before": said.get(n), "after": None, "own": True} for n in way.sides[TEST]],
        "influence": None,
    }


def dealt_rows(pipeline: Document) -> int:
    """Return how many prepared rows of a pipeline are a person's, on whichever side."""
    return int(pipeline["train_rows"] + pipeline["validation_rows"] + pipeline["test_rows"])


def _features(pipeline: Document) -> int:
    """Return how many columns of X hold cells of a person; of a script that was only watched, every row has all of them."""
    if pipeline["features"] or not pipeline["feature_cells"]:
        return sum(f["cells"] > 0 for f in pipeline["features"])
    return int(pipeline["features_of"])


def _sentence(
    sources: Sequence[Document],
    searched: Sequence[Searched],
    pipelines: Sequence[Document],
    measured: Sequence[Measured],
    missed: Sequence[NotSearched],
) -> str:
    not_followed = [m for m in missed if m.kind == PIPELINE]
    fine = [p for p in pipelines if p["basis"] != COARSE]
    unknown = [p for p in pipelines if p["basis"] == COARSE and dealt_rows(p)]
    total = Reach(
        rows=sum(s["rows"] for s in sources),
        sources=sum(s["rows"] > 0 for s in sources),
        searched=len(searched),
        train_rows=sum(p["train_rows"] for p in fine),
        test_rows=sum(p["test_rows"] for p in fine),
        validation_rows=sum(p["validation_rows"] for p in fine),
        cells=sum(p["feature_cells"] for p in fine),
        models=sum(len(p["models"]) for p in pipelines),
        somewhere=bool(unknown or not_followed),
    )
    shared = [v for m in measured for v in m.shared]
    said = influencing.say([m.influence for m in measured] or None, shared, total)
    for p in unknown:
        held = f", {p['validation_rows']:,} validation" if p["validation_rows"] else ""
        rows = f"{p['train_rows']:,} training{held} and {p['test_rows']:,} test rows of {p['pipeline']}"
        said += f" Which of the {rows} hold their data is not known, because a step is opaque: each of them may, and the model."
    for m in not_followed:
        said += f" Where their rows went in {m.path} is not known: {m.reason.rstrip('.')}."
    return said


def _source(entry: Searched, row_ids: Sequence[int], used: Mapping[str, str]) -> Document:
    feeding = [c for c, kind in used.items() if kind == DATA]
    return {
        "source": entry.source,
        "rows": len(row_ids),
        "of": entry.of,
        "row_ids": list(row_ids),
        "columns_used": list(used),
        "kind": DATA if feeding or not used else CONTROL,
    }


def _searched(entry: Searched, rows: int) -> dict[str, Any]:
    return {
        "source": entry.source,
        "columns": list(entry.columns),
        "values": entry.values,
        "rows": rows,
        "indexed_at": entry.indexed_at,
        "state": entry.state,
        "note": entry.note,
    }
