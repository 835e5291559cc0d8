"""The score in words: rates by set, stage and family, what stopped the rest, seconds, and which wrong plans were accepted."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from statistics import median
from typing import Any

from lester_gui.verify.verdict import STAGES

Row = dict[str, Any]
GOAL = 20.0  # seconds for one rewrite with its verification, on two cores


def summary(rows: list[Row]) -> Row:
    """Return all figures, ready for JSON."""
    seconds = sorted(r["seconds"] for r in rows if "seconds" in r)
    planned = [r for r in rows if "steps" in r]
    return {
        "pipelines": len(rows),
        "overall": _rate(rows),
        "by_set": {name: _rate(group) for name, group in _grouped(rows, lambda r: [r["set"]])},
        "by_stage": {s: _share(rows, lambda r, s=s: r.get("stages", {}).get(s) == "equal") for s in STAGES},
        "by_family": {name: _rate(group) for name, group in _grouped(rows, lambda r: r["families"])},
        "by_node": {name: _rate(group) for name, group in _grouped(planned, lambda r: list(r["nodes"]))},
        "opaque": _ratio(sum(r["opaque_steps"] for r in planned), sum(r["steps"] for r in planned)),
        "user_function_columns": _ratio(sum(r["user_function_columns"] for r in planned), sum(r["columns"] for r in planned)),
        "attempts": sum(r.get("attempts", 0) for r in rows),
        "seconds": {
            "median": median(seconds) if seconds else 0.0,
            "p95": seconds[math.ceil(0.95 * len(seconds)) - 1] if seconds else 0.0,
            "max": seconds[-1] if seconds else 0.0,
            "above_goal": sum(s >= GOAL for s in seconds),
        },
        "lineage": dict(sum((Counter(r["lineage"]) for r in planned), Counter())),
        "stops": _stops(rows),
        "errors": dict(Counter(r["error"] for r in rows if r.get("error"))),
        "mutants": _mutants(rows),
    }


def lines(figures: Row) -> Iterator[str]:
    """Yield the figures as text."""
    yield f"verified: {_said(figures['overall'])} of pipelines without an opaque step"
    yield from ("  " + line for line in _table(figures["by_set"]))
    yield "stages equal: " + ", ".join(f"{s} {_said(rate)}" for s, rate in figures["by_stage"].items())
    yield "by family of idiom:"
    yield from ("  " + line for line in _table(figures["by_family"]))
    yield "by kind of step, where there is a plan:"
    yield from ("  " + line for line in _table(figures["by_node"]))
    yield f"opaque steps: {_said(figures['opaque'])}; columns by user functions: {_said(figures['user_function_columns'])}"
    s = figures["seconds"]
    yield f"seconds: median {s['median']:.1f}, p95 {s['p95']:.1f}, max {s['max']:.1f}; {s['above_goal']} not under {GOAL:.0f}"
    lineage = figures["lineage"]
    yield f"lineage checks: {', '.join(f'{n} {k}' for k, n in lineage.items()) or 'none'}"
    yield f"attempts by a model: {figures['attempts']}"
    yield "what stopped, by class of reason (stops; pipelines):"
    for reason, found in figures["stops"].items():
        yield f"  {reason}: {found['stops']}; {found['pipelines']}"
        yield from (f"      {n} x {why}" for why, n in found["why"].items())
    yield from (f"error: {message} ({n})" for message, n in figures["errors"].items())
    if figures["mutants"]:
        m = figures["mutants"]
        yield f"wrong plans offered: {m['offered']}, {m['seconds'] / m['offered']:.2f} s each; {_outcomes(m['outcomes'])}"
        yield f"false-accept rate: {m['false_accept_rate']:.2%}"
        yield from (f"  FALSE ACCEPT {f['program']}: {f['family']} in {f['place']} ({f['on']})" for f in m["false_accepts"])


def _rate(rows: Iterable[Row]) -> Row:
    return _share(list(rows), lambda r: r["status"] == "verified" and not r.get("opaque_steps"))


def _share(rows: list[Row], good: Any) -> Row:
    return _ratio(sum(bool(good(r)) for r in rows), len(rows))


def _ratio(part: int, whole: int) -> Row:
    return {"part": part, "of": whole, "share": part / whole if whole else 0.0}


def _said(rate: Row) -> str:
    return f"{rate['part']} of {rate['of']} ({rate['share']:.0%})"


def _outcomes(outcomes: dict[str, int]) -> str:
    return ", ".join(f"{n} {name}" for name, n in sorted(outcomes.items(), key=lambda item: -item[1]))


def _grouped(rows: list[Row], keys: Any) -> list[tuple[str, list[Row]]]:
    groups: defaultdict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for key in keys(row):
            groups[key].append(row)
    return sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))


def _table(rates: dict[str, Row]) -> Iterator[str]:
    width = max((len(name) for name in rates), default=0)
    for name, rate in rates.items():
        yield f"{name.ljust(width)}  {_said(rate)}"


def _stops(rows: list[Row]) -> Row:
    """Count stops of pipelines that are not verified, by class and wording; a wording's quoted names and numbers stay."""
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    touched: Counter[str] = Counter()
    for row in rows:
        if row["status"] == "verified" and not row.get("opaque_steps"):
            continue
        for stop in row["stops"]:
            found[stop["reason"]][_wording(stop["why"])] += 1
        touched.update({stop["reason"] for stop in row["stops"]})
    order = sorted(found, key=lambda reason: -touched[reason])
    return {
        reason: {"stops": found[reason].total(), "pipelines": touched[reason], "why": dict(found[reason].most_common(12))}
        for reason in order
    }


def _wording(why: str) -> str:
    """One wording for stops that follow from another line."""
    return "It needs a value that could not be lifted before" if why.startswith("It needs a value that") else why


def _mutants(rows: list[Row]) -> Row:
    offered = [r for r in rows if "mutants" in r]
    outcomes = sum((Counter(r["mutants"]["outcomes"]) for r in offered), Counter())
    if not outcomes:
        return {}
    false = [{"program": r["program"], **f} for r in offered for f in r["mutants"]["false_accepts"]]
    return {
        "offered": outcomes.total(),
        "outcomes": dict(outcomes),
        "seconds": sum(r["mutants"]["seconds"] for r in offered),
        "false_accept_rate": len(false) / outcomes.total(),
        "false_accepts": false,
    }
