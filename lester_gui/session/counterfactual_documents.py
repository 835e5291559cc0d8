"""Counterfactual runs of an original script as parts of a trace, labelled as such."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from lester_gui.influence.sentence import Phrase, english
from lester_gui.session import influencing
from lester_gui.session.counterfactual import (
    LABEL,
    METHOD,
    Counterfactual,
    Differences,
    accuracy,
    differences,
    label_counts,
    own_predictions,
)
from lester_gui.session.opened import Document
from lester_gui.session.written import Holding

_WHERE = LABEL[0].upper() + LABEL[1:]


def pipeline(found: Counterfactual, name: str, files: Sequence[Holding], contents: Mapping[str, str]) -> Document:
    """Return footprint and influence of a person in a pipeline that has no run.

    Parameters
    ----------
    files
        What the person was looked for in; files that only the runs' copies have are added.
    contents
        Path → what the scan takes a written file for.
    """
    known = {f.path for f in files}
    copies = [
        {
            "path": path,
            "content": contents.get(path, "unknown"),
            "rows": max(0, before - after),
            "how": f"rows that are missing without them, {LABEL}",
        }
        for path, before, after in _tables(found)
        if path not in known
    ]
    return {
        "pipeline": name,
        "status": "not-rewritten",
        "features": [],
        **counts(found, name),
        "model_class": found.before.estimator.rpartition(".")[2],
        "artefacts": [f.to_json() for f in files] + copies,
        **beside(found, name, [f"column {i + 1}" for i in range(found.before.width)]),
    }


def counts(found: Counterfactual, name: str) -> Document:
    """Return the row counts of a pipeline's document as the script's runs show them."""
    return {
        "basis": LABEL,
        "train_rows": found.train_rows,
        "test_rows": found.test_rows,
        "validation_rows": 0,  # what a script keeps for validation cannot be told from what else it does with rows
        "train_of": found.before.train_rows,
        "test_of": found.before.test_rows,
        "validation_of": 0,
        "others_touched": {},
        "feature_cells": (found.train_rows + found.test_rows) * found.before.width,
        "features_of": found.before.width,
        "models": [name] if found.train_rows else [],
    }


def beside(found: Counterfactual, name: str, features: Sequence[str]) -> Document:
    """Return the parts of a pipeline's document that counterfactual runs fill.

    Parameters
    ----------
    features
        The columns of X in words; others are numbered.
    """
    seen = differences(found)
    return {
        "counterfactual": {
            "label": LABEL,
            "train_rows": found.train_rows,
            "test_rows": found.test_rows,
            "rows_into_fit": {"before": found.before.train_rows, "after": found.after.train_rows},
            "split_imposed": found.split_imposed,
            "labels": label_counts(seen.labels_before, seen.labels_after),
            "files": [{"path": p, "rows_before": a, "rows_after": b} for p, a, b in _tables(found)],
        },
        "predictions": _predictions(found, seen),
        "influence": _influence(found, seen, name, features),
    }


def _influence(found: Counterfactual, seen: Differences, name: str, features: Sequence[str]) -> Document:
    named = list(features) if len(features) == found.before.width else []
    coefficients = [
        {
            "feature": named[i % len(named)] if named else f"column {i + 1}",
            "change": after - before,
            "before": before,
            "after": after,
        }
        for i, before, after in seen.coefficients
    ]
    largest = max((abs(after - before) for _, before, after in seen.coefficients), default=0.0)
    sentence = _say(found, seen, name)
    return {
        "sentence": sentence,
        "changed_decisions": len(seen.changed),
        "test_rows": seen.compared,
        "own_rows": found.test_rows,
        "max_coefficient_change": largest,
        "coefficients": coefficients[: influencing.SHOWN_COEFFICIENTS],
        "probability_shift": influencing.shift_document(seen.shifts, seen.turned[: len(seen.shifts)], ()),
        "metric_name": "accuracy",
        "accuracy": accuracy(found),
        "values_of_others": [],
        "method": METHOD,
        "guarantee": LABEL,
    }


def _say(found: Counterfactual, seen: Differences, name: str) -> str:
    if not seen.compared:
        why = "the script predicts nothing that could be compared" if found.split_imposed else "the script deals its rows anew"
        return f"{_WHERE} of {name}: no decision was compared, {why}."
    changed = {"changed": len(seen.changed), "of": seen.compared}
    phrase = Phrase("decisions", changed) if seen.changed else Phrase("no_decision", {"of": seen.compared})
    said = english([phrase])
    return f"{_WHERE} of {name}: {said[0].lower()}{said[1:]}"


def _predictions(found: Counterfactual, seen: Differences) -> list[Document]:
    """Return own test predictions, and decisions about others that turn, by their place in the script's test set."""
    first, second = found.before.predictions, found.after.predictions
    own = [] if found.test is None else found.test.gone
    said = own_predictions(found)
    out: list[Document] = [
        {"row": i + 1, "side": "test", "before": str(p), "after": None, "own": True} for i, p in zip(own, said, strict=False)
    ]
    if first is None or second is None or found.test is None:
        return out
    for i in seen.changed[: influencing.SHOWN_DECISIONS]:
        place = found.test.place[i]
        assert place is not None
        out.append({"row": i + 1, "side": "test", "before": str(first[i]), "after": str(second[place]), "own": False})
    return out


def _tables(found: Counterfactual) -> list[tuple[str, int, int]]:
    """Return path and rows with and without the person of the tables that both runs wrote."""
    both = ((path, rows, found.after.files.get(path)) for path, rows in sorted(found.before.files.items()))
    return [(path, a, b) for path, a, b in both if a is not None and b is not None]
