"""The footprint per stage: what the tabs count and what their tables list."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from PySide6.QtCore import QCoreApplication

from lester_gui.ui.models import cells
from lester_gui.ui.models.records import Column, Record
from lester_gui.ui.states import influence_words
from lester_gui.ui.widgets.stage_tabs import Stage
from lester_gui.ui.words import listed, number, ranges, row_label

Trace = dict[str, Any]
Table = tuple[list[Column], list[Record]]


def _say(text: str, n: int = -1) -> str:
    return QCoreApplication.translate("Footprint", text, None, n)


def is_followed(trace: Trace) -> bool:
    """Whether the person's rows were followed through every pipeline that they may have gone into."""
    return not any(m["kind"] == "pipeline" for m in trace["not_searched"])


def stages(trace: Trace) -> list[Stage]:
    """Six stages with their counts."""
    counts = trace["stage_counts"]
    sources = [s for s in trace["sources"] if s["rows"]]
    views = [v for v in trace["views"] if v["rows"]]
    train = sum(p["train_rows"] for p in trace["pipelines"])
    test = sum(p["test_rows"] for p in trace["pipelines"])
    validation = sum(p["validation_rows"] for p in trace["pipelines"])
    dealt = (
        _of("%1 train, %2 validation, %3 test", train, validation, test) if validation else _of("%1 train, %2 test", train, test)
    )
    columns = sum(p["features_of"] for p in trace["pipelines"])
    changed = sum((p["influence"] or {}).get("changed_decisions", 0) for p in trace["pipelines"])
    own = sum((p["influence"] or {}).get("own_rows", p["test_rows"]) for p in trace["pipelines"])
    first = Stage(
        "source", _say("Sources"), number(counts["sources"]), _of("rows in %1 of %2", len(sources), len(trace["searched"]))
    )
    followed = [
        Stage("view", _say("Views"), number(counts["views"]), _of("rows in %1 of %2", len(views), len(trace["views"]))),
        Stage("split", _say("Train and test"), number(counts["split"]), dealt),
        Stage("feature", _say("Features"), number(counts["features"]), _of("of %1 columns", columns)),
        Stage("model", _say("Models"), number(counts["models"]), _of("of %1", len(trace["pipelines"]))),
        Stage("prediction", _say("Predictions"), number(counts["predictions"]), _of("%1 own, %2 of others change", own, changed)),
    ]
    if not trace["pipelines"] and not is_followed(trace):
        followed = [replace(s, count="–", of=_say("not known")) for s in followed]
    return [first, *followed]


def table(trace: Trace, stage: int) -> Table:
    """Columns and rows of a stage's table."""
    return (_sources, _views, _split, _features, _models, _predictions)[stage](trace)


def _sources(trace: Trace) -> Table:
    columns = [
        Column(_say("Source"), 210), Column(_say("Rows"), 60, True), Column(_say("Of"), 90, True), Column(_say("Where"), 190),
        Column(_say("Columns that were used")), Column(_say("How it counts"), 210),
    ]  # fmt: skip
    by_column = is_followed(trace) and all(p["features"] or not p["feature_cells"] for p in trace["pipelines"])
    unused = _say("none") if by_column else _say("not known")
    records = []
    for s in sorted(trace["sources"], key=lambda s: s["rows"] == 0):
        if s["rows"]:
            row = [cells.icon("source", s["source"]), cells.num(number(s["rows"])), cells.num(number(s["of"]), "ink3"),
                   cells.mono(ranges(s["row_ids"])), cells.text(listed(s["columns_used"], 5) or unused, "ink2"),
                   cells.line(s["kind"], influence_words(s["kind"]))]  # fmt: skip
        else:
            row = [cells.icon("source", s["source"], "ink3", "ink3"), cells.num("0", "ink3"), cells.num(number(s["of"]), "ink3"),
                   cells.text(_say("searched, nothing found"), "ink3"), cells.EMPTY, cells.EMPTY]  # fmt: skip
        records.append(Record(row, ("source", s["source"], s["row_ids"][0] if s["row_ids"] else None)))
    return columns, records


def _views(trace: Trace) -> Table:
    columns = [Column(_say("View")), Column(_say("Rows"), 60, True), Column(_say("Of"), 90, True), Column(_say("Pipeline"), 190),
               Column(_say("How it counts"), 230)]  # fmt: skip
    records = [
        Record([cells.icon("view", v["view"]), cells.num(number(v["rows"])), cells.num(number(v["of"]), "ink3"),
                cells.text(v["pipeline"], "ink2"), cells.line(v["kind"],
                    influence_words(v["kind"])) if v["rows"] else cells.EMPTY],
               ("view", v["view"], v["pipeline"]))
        for v in trace["views"]
    ]  # fmt: skip
    return columns, records


def _split(trace: Trace) -> Table:
    columns, sides = [Column(_say("Pipeline"))], [("train", _say("Training rows")), ("test", _say("Test rows"))]
    if any(p["validation_of"] for p in trace["pipelines"]):
        sides.insert(1, ("validation", _say("Validation rows")))
    for _, title in sides:
        columns += [Column(title, 120, True), Column(_say("Of"), 100, True)]
    records = []
    for p in trace["pipelines"]:
        row = [cells.icon("split", p["pipeline"])]
        for side, _ in sides:
            row += [cells.num(number(p[f"{side}_rows"])), cells.num(number(p[f"{side}_of"]), "ink3")]
        records.append(Record(row, ("pipeline", p["pipeline"])))
    return columns, records


def _features(trace: Trace) -> Table:
    columns = [Column(_say("Feature")), Column(_say("Cells"), 90, True), Column(_say("Pipeline"), 220), Column("", 200)]
    records = [
        Record([cells.icon("feature", f["name"]), cells.num(number(f["cells"])), cells.text(p["pipeline"], "ink2"),
                cells.link(_say("Follow to its source"))], ("feature", f["name"], p["pipeline"], f.get("row_no")))
        for p in trace["pipelines"]
        for f in p["features"]
    ]  # fmt: skip
    records += [
        Record([cells.icon("feature", _of("%1 columns without names", p["features_of"])), cells.num(number(p["feature_cells"])),
                cells.text(p["pipeline"], "ink2"), cells.EMPTY], None)
        for p in trace["pipelines"]
        if p["feature_cells"] and not p["features"]
    ]  # fmt: skip
    return columns, records


def _models(trace: Trace) -> Table:
    columns = [
        Column(_say("Model or file")),
        Column(_say("Holds"), 220),
        Column(_say("Their rows"), 120, True),
        Column(_say("Pipeline"), 220),
    ]
    records = []
    for p in trace["pipelines"]:
        for model in p["models"]:
            row = [
                cells.icon("model", model),
                cells.text(_say("weights fitted on their rows"), "ink2"),
                cells.num(number(p["train_rows"])),
            ]
            records.append(Record([*row, cells.text(p["pipeline"], "ink2")], ("pipeline", p["pipeline"])))
        for a in p["artefacts"]:
            row = [cells.icon("file", a["path"]), cells.text(a["content"], "ink2"), cells.num(number(a["rows"]))]
            records.append(Record([*row, cells.text(p["pipeline"], "ink2")], ("pipeline", p["pipeline"])))
    return columns, records


def _predictions(trace: Trace) -> Table:
    columns = [
        Column(_say("Row")),
        Column(_say("Whose"), 140),
        Column(_say("Pipeline"), 220),
        Column(_say("Decision now"), 140),
        Column(_say("If left out"), 140),
    ]
    records = []
    for p in trace["pipelines"]:
        for c in p["predictions"]:
            side = f"{c['side']} " if c.get("side") else ""
            place = cells.icon("prediction", _say("%1row %2").replace("%1", side).replace("%2", row_label(c["row"])))
            whose = cells.text(_say("their own") if c.get("own") else _say("of others"), "ink2")
            now, then = cells.text(_value(c["before"])), cells.text(_value(c["after"]))
            records.append(Record([place, whose, cells.text(p["pipeline"], "ink2"), now, then], ("pipeline", p["pipeline"])))
    if not records:
        records = [Record([cells.text(_say("no decision about others changes"), "ink3")], None)]
    return columns, records


def _of(text: str, *values: int) -> str:
    words = _say(text)
    for i, value in enumerate(values, 1):
        words = words.replace(f"%{i}", number(value))
    return words


def _value(value: Any) -> str:
    return number(value) if isinstance(value, (int, float)) else str(value)
