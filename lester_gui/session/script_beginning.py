"""The beginning of a script as one step, where the rules gave no plan: found by looking at what it holds in one run.

The script is cut after the first statement after which all that the rules lost is tables again. What runs up to there is one
opaque step with the lineage "every input row"; from there on the rules lift the script, so that its encoders, split and model are
steps of their own.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pyarrow as pa

from lester_gui.discovery.scripts import Script
from lester_gui.errors import UserError
from lester_gui.ir.nodes import Opaque, Read
from lester_gui.ir.schema import Field
from lester_gui.progress import Context
from lester_gui.rewrite.lift.beginning import Beginning, Handed, Held, Place, cut_after, fields_of, indent_of
from lester_gui.rewrite.rules import Rewrite
from lester_gui.runtime.read import ARROW
from lester_gui.sandbox import Capture, Sandbox, ScriptRun, TableValue, working_copy
from lester_gui.sandbox.copies import private_folder
from lester_gui.sandbox.record import ScalarValue
from lester_gui.verify.capture import TIMEOUT, Original

OUTPUT = "_lester_handed_over"
SEEN = "_lester_seen"
MOST_PLACES = 40
MOST_LIFTS = 8
"""How often the rules are asked again."""
FOLLOWING = ("expression", "none")
"""Splits that are computed again. Others are recorded per row, and what the beginning hands over has nothing to tell a row by but
its cells: a mean in one of them would deal it anew. Then a later place hands over the sides themselves."""
IMPORT = "import lester_hand_over as _lester"
Lift = Callable[[Beginning], Rewrite]
Shape = dict[str, Any]


def lifted_from(
    found: Rewrite, original: Original, reads: Mapping[str, Callable[[], Read]], lift: Lift, sandbox: Sandbox, ctx: Context
) -> Rewrite | None:
    """Return what the rules make of a script whose beginning runs as it is, or None where that is no plan either.

    Parameters
    ----------
    found
        What they make of the script alone.
    reads
        Path of a source → how it is read.
    lift
        Asks the rules again.
    """
    places = sorted(_distinct(found.places)[:MOST_PLACES], key=lambda p: p.end_line)
    if not places:
        return None
    run = _looked_at(original, places, sandbox, ctx)
    seen = {a.name: json.loads(str(a.value.value)) for a in run.assignments if isinstance(a.value, ScalarValue)}
    opened = _opened(run, original.script)
    if any(path not in reads for path in opened):
        return None  # the step would not find its files
    paths = tuple((path, reads[path]()) for path in opened)
    tried = reached = 0
    for place in places:
        ways = _ways(original.script, place, seen.get(_seen(place))) if place.end_line >= reached else []
        for handed in ways[: MOST_LIFTS - tried]:
            tried += 1
            ctx.advance(f"Taking up the script after line {place.end_line}")
            made = lift(Beginning(place, paths, handed))
            if made.plan is not None and made.plan.opaque_steps and made.plan.split.kind in FOLLOWING:
                return made
            # a place before the one where the rules stop this time would bring them no further
            stops = [s.line for s in made.stops if not s.covered and s.line > place.end_line]
            reached = max(reached, min(stops, default=0))
    return None


def run_beginning(
    node: Opaque, files: Mapping[str, bytes], sandbox: Sandbox, modules: Sequence[tuple[str, str]], ctx: Context
) -> pa.Table:
    """Run the beginning of a script on the given files alone, and return what it hands over.

    Raises
    ------
    UserError
        If it does not come to its end, or hands over something else than when it was rewritten.
    """
    given = {path: text.encode() for path, text in modules} | dict(files)
    capture = Capture(names=frozenset({node.output}), events=False)
    with private_folder(sandbox.scratch) as empty, working_copy(empty, replace=given, scratch=sandbox.scratch) as copy:
        run = sandbox.run_script(copy, node.script, source=node.source, capture=capture, timeout=TIMEOUT, ctx=ctx)
    if run.raised is not None and run.raised.type.endswith(".OtherShape"):
        raise UserError(
            f"The beginning of {node.script} hands over something else than when it was rewritten", "Rewrite the pipeline again."
        )
    run.require_finished(node.script)
    made = next((a.value for a in run.assignments if a.name == node.output and isinstance(a.value, TableValue)), None)
    if made is None:
        raise UserError(f"The beginning of {node.script} did not reach its end", "Rewrite the pipeline again.")
    table = made.table
    try:
        return pa.table({f.name: table.column(i).cast(ARROW[f.type]) for i, f in enumerate(node.columns)})
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise UserError(
            f"The beginning of {node.script} gave values of another type than when it was rewritten",
            "Rewrite the pipeline again.",
        ) from None


# --- looking -----------------------------------------------------------------------------------------------------------


def _distinct(places: Sequence[Place]) -> list[Place]:
    return list({(p.line, p.scope): p for p in places}.values())


def _seen(place: Place) -> str:
    return f"{SEEN}_{place.end_line}"


def _looked_at(original: Original, places: Sequence[Place], sandbox: Sandbox, ctx: Context) -> ScriptRun:
    """Run the script once, with a look at what its variables hold after each place."""
    script = original.script
    lines = script.text.split("\n")
    for place in sorted(places, key=lambda p: -p.end_line):
        indent = indent_of(lines[place.line - 1])
        held = _taken((*place.unknown, *place.known))
        lines[place.end_line : place.end_line] = [indent + IMPORT, f"{indent}{_seen(place)} = _lester.shapes({held})"]
    capture = Capture(names=frozenset(_seen(p) for p in places), events=False)
    with working_copy(original.folder, scratch=sandbox.scratch) as copy:
        run = sandbox.run_script(copy, script.path, source="\n".join(lines), capture=capture, timeout=TIMEOUT, ctx=ctx)
    run.require_finished(script.path)
    return run


def _taken(names: Sequence[str]) -> str:
    """Return an expression for the values of variables, those that are not set left out."""
    return f"{{k: v for k, v in {{**globals(), **locals()}}.items() if k in {tuple(names)!r}}}"


def _opened(run: ScriptRun, script: Script) -> list[str]:
    """Return the files that a script reads and neither wrote before nor carries as code."""
    written = {f.path for f in run.files if f.access == "write"}
    carried = {path for path, _ in script.modules} | {script.path}
    return [p for p in dict.fromkeys(f.path for f in run.files if f.access == "read") if p not in written | carried]


def _ways(script: Script, place: Place, seen: Shape | None) -> list[tuple[Handed, ...]]:
    """Return which tables a place could hand over: those that the rules lost, or also those that go with them row by row."""
    if seen is None:
        return []
    shared = {name for pair in seen["shared"] for name in pair}  # a change through one name would be missed through the other
    tables = {n: s for n, s in seen["held"].items() if s["kind"] != "other" and n not in shared}
    unknown = {n: s for n, s in tables.items() if n in place.unknown}
    rows = {s["rows"] for s in unknown.values()}
    beside = {n: s for n, s in tables.items() if n in place.read_later and s["rows"] in rows}
    if not unknown:
        return []
    ways = [unknown, unknown | beside] if beside else [unknown]
    return [_handed(script, place, w) for w in ways]


def _handed(script: Script, place: Place, tables: Mapping[str, Shape]) -> tuple[Handed, ...]:
    """Return tables as a place hands them over, those with one number of rows together."""
    together: dict[int, dict[str, Shape]] = {}
    for name, shape in tables.items():
        together.setdefault(shape["rows"], {})[name] = {k: v for k, v in shape.items() if k != "rows"}
    return tuple(_handed_together(script, place, group) for group in together.values())


def _handed_together(script: Script, place: Place, group: Mapping[str, Shape]) -> Handed:
    fields: dict[str, tuple[Field, ...]] = fields_of({n: s["columns"] for n, s in group.items()})
    columns = [f.name for own in fields.values() for f in own]
    beside = _taken([n for n in (*place.unknown, *place.known) if n not in group])
    values = "{" + ", ".join(f"{n!r}: {n}" for n in group) + "}"
    closing = [
        IMPORT,
        f"{OUTPUT} = _lester.table({values}, {json.dumps(dict(group))!r}, {columns!r}, {beside})",
    ]
    held = tuple(
        Held(n, s["kind"], s.get("element", ""), bool(s.get("ranged")), tuple(str(c) for c, _ in s["columns"]), fields[n])
        for n, s in group.items()
    )
    return Handed(cut_after(script.text, place, closing), OUTPUT, held)
