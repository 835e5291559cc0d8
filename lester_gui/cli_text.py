"""Readable summaries of the command line's documents: a few lines each, no personal values."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

Document = dict[str, Any]

METHODS = {"delta": "only the rows concerned", "recomputed": "computed again", "kept": "stays as it is"}
GUARANTEES = {
    "bit": "identical (bit)",
    "rounding": "equal to rounding",
    "solver": "same optimum (solver)",
    "retrained": "trained again",
    "heuristic": "not removed (heuristic)",
}


def _plural(count: int, one: str, many: str = "") -> str:
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def _rows(rows: Iterable[Iterable[object]]) -> list[str]:
    table = [[str(c) for c in r] for r in rows]
    if not table:
        return []
    widths = [max(len(r[i]) for r in table) for i in range(len(table[0]))]
    return ["  " + "  ".join(c.ljust(w) for c, w in zip(r, widths, strict=True)).rstrip() for r in table]


PROPOSED = "Which columns name a person is proposed: check it, people are found and erased by these columns only."
DECLARED = "Which columns name a person stands in lester.toml: check it, people are found and erased by these columns only."


def scan(d: Document) -> str:
    """Pipelines, sources and the proposal."""
    lines = [f"{_plural(len(d['pipelines']), 'pipeline')} in {d['project']}"]
    lines += _rows((p["name"], p["script"], p["estimator"], p["status"], ", ".join(p["sources"])) for p in d["pipelines"])
    lines.append(_plural(len(d["sources"]), "source"))
    lines += _rows(
        (s["name"], s["path"], f"{s['rows']:,} rows", "person: " + (", ".join(s["subject_keys"]) or "none")) for s in d["sources"]
    )
    if d["sources"]:
        lines.append(f"  {PROPOSED if any(s['suggested'] for s in d['sources']) else DECLARED}")
    for item in d["not_understood"]:
        lines.append(f"Not a pipeline: {item['path']} ({item['reason']})")
    if d["written"]:
        lines.append("lester.toml was written")
    elif not d["configured"]:
        lines += ["", "Proposed lester.toml (accept it with --write):", ""] + ["  " + line for line in d["proposal"].splitlines()]
    return "\n".join(lines)


FOLLOWS = "It needs a value that could not be lifted"
STATUS = {"verified": "Verified", "partly-verified": "Partly verified", "differs": "Differs", "not-run": "Not run"}


def rewrite(d: Document) -> str:
    """Status, stages and findings of a rewrite."""
    head = (
        f"{STATUS.get(d['status'], d['status'])} on {_plural(d['inputs'], 'input')}"
        if d["status"] == "verified"
        else STATUS.get(d["status"], d["status"])
    )
    lines = [
        f"{d['pipeline']}: {head}, by {d['rewriter']}, {_plural(d['opaque_steps'], 'opaque step')}, "
        f"{_plural(d['user_function_columns'], 'column')} by user functions"
    ]
    lines += _rows((name, s["status"], s["compared"]) for name, s in d["stages"].items())
    lines += [f"  {d['message']}"] if d.get("message") else []
    lines += _stops(d.get("stops", []), planned=bool(d["plan_hash"]))
    lines += [f"Finding{f', line {line}' if (line := f['line']) else ''}: {f['title']}. {f['text']}" for f in d["findings"]]
    return "\n".join(lines)


def _stops(stops: list[Document], planned: bool) -> list[str]:
    """What the rules did not understand and what that means for the plan; what it does not need is named by its lines only.

    Each reason comes once; what only needs something that stopped before is counted.
    """
    needed = [s for s in stops if not s.get("beside")]
    first = [s for s in needed if not s["why"].startswith(FOLLOWS)]
    lines = [f"  {_stop(s, planned)}: {s['why']}" for s in first]
    later = len(needed) - len(first)
    if later:
        lines.append(f"  {_plural(later, 'later step')} that {'needs' if later == 1 else 'need'} what is made there")
    beside = sorted({s["line"] for s in stops if s.get("beside") and s["line"]})
    if beside:
        listed = ", ".join(str(n) for n in beside[:8]) + (f" and {len(beside) - 8} more" if len(beside) > 8 else "")
        which = f"Line {listed} of the script is" if len(beside) == 1 else f"Lines {listed} of the script are"
        lines.append(f"  {which} not in the plan: the model does not need {'it' if len(beside) == 1 else 'them'}")
    return lines


def _stop(stop: Document, planned: bool) -> str:
    line = f", line {stop['line']}" if stop["line"] else ""
    if stop["covered"]:
        return f"Kept as one opaque step{line}"
    return f"Not followed in detail{line}" if planned else f"Not understood{line}"


def run(d: Document) -> str:
    """Views, rows and the model of a run."""
    model = d["model"]
    lines = [f"Run {d['run_id']}: {sides(d)}, {d['features']} features"]
    lines += _rows((v["name"], f"{v['rows']:,} rows") for v in d["views"])
    lines.append(f"  {model['class']}: " + ", ".join(f"{k} {v:.4f}" for k, v in model["metrics"].items()))
    script = model.get("script_metrics") or {}
    if script:
        lines.append("  the script's own: " + ", ".join(f"{k} {v:.4f}" for k, v in script.items()))
    distance = model["distance_from_script"]
    lines.append(
        f"  distance from the script's model: {distance['max_parameter_difference']:.3g} in parameters, "
        f"{distance['disagreement_on_test']:.1%} of the test decisions"
    )
    return "\n".join(lines)


def sides(d: Document) -> str:
    """How many rows are on each side of the split; of validation rows only where there are some."""
    held = f"{d['validation_rows']:,} validation rows, " if d["validation_rows"] else ""
    return f"{d['train_rows']:,} training rows, {held}{d['test_rows']:,} test rows"


def trace(d: Document) -> str:
    """Where one person's data went."""
    if not d["found"]:
        where = ", ".join(f"{s['source']} ({', '.join(s['columns'])})" for s in d["searched"])
        return f"Nobody with this value. Searched: {where}"
    lines = [f"Person {d['subject']}", d["sentence"]]
    lines += _rows((s["source"], f"{s['rows']:,} of {_plural(s['of'], 'row')}", s["kind"]) for s in d["sources"])
    lines += _rows(
        (f"{v['pipeline']}: {v['view']}", f"{v['rows']:,} of {_plural(v['of'], 'row')}", v["kind"]) for v in d["views"]
    )
    for p in d["pipelines"]:
        models = ", ".join(p["models"]) or "none"
        lines.append(f"  {p['pipeline']}: {sides(p)}, models {models}")
        lines += [
            f"    file {a['path']}: {a['rows']} rows" if a.get("rows") is not None else f"    file {a['path']}"
            for a in p["artefacts"]
        ]
        if p.get("influence"):
            lines.append(f"    {p['influence']['sentence']}")
    return "\n".join(lines)


def request(d: Document) -> str:
    """The filed case."""
    return f"Case {d['case']}: {d['right']} for person {d['subject']}, due {d['due']}"


def plan(d: Document) -> str:
    """What a case will do."""
    lines = [f"Case {d['case']}, plan {d['plan_hash'][:12]}", d.get("sentence", "")]
    actions = [
        (
            a["artefact"],
            a["kind"],
            _plural(a["rows"], "row"),
            METHODS.get(a["method"], a["method"]),
            GUARANTEES.get(a["guarantee"], a["guarantee"]),
            f"{a['seconds']:.2f} s",
        )
        for a in d["actions"]
    ]
    lines += _rows([("ARTEFACT", "KIND", "TOUCHED", "HOW", "EQUALS A RERUN", "TIME"), *actions])
    lines += [f"The run of {a['artefact']} goes, and its model with it: {a['why']}." for a in d["actions"] if a["kind"] == "run"]
    lines.append(_cost(d))
    lines += _without_key(d.get("without_key", []))
    lines += [f"Not removed: {n['what']}: {n['why']}." for n in d.get("not_removed", [])]
    lines.append(f"See the rows, masked, before you approve: lester rows PROJECT {d['case']}")
    return "\n".join(line for line in lines if line)


def _cost(d: Document) -> str:
    """What applying will take, the checks included, beside a full rerun without any."""
    checks = d["checks_seconds"]
    basis = "measured at earlier cases" if checks["measured"] else "estimated, as no case was carried out here yet"
    return (
        f"Applying takes about {d['apply_seconds']:.1f} s: the change {d['seconds']:.1f} s; then, {basis}, replay "
        f"{checks['replay']:.1f} s, purge {checks['purge']:.1f} s, asking the original scripts {checks['ask_original']:.1f} s. "
        f"A full rerun would take about {d['full_rerun_seconds']:.1f} s, without checks. Nothing was written."
    )


def _without_key(sources: list[Document]) -> list[str]:
    """How many rows of each source stay because they name nobody."""
    found = [s for s in sources if s["rows"]]
    if sources and not found:
        return ["Every row of every source carries a key of a person: none stays for want of one."]
    return [
        f"Without a key, so they stay: {s['rows']:,} of {_plural(s['of'], 'row')} of {s['path']} "
        f"({'no value in ' + ', '.join(s['keys']) if s['keys'] else 'no column names a person'})"
        for s in found
    ]


ROLES = {"key": "names the person", "changes": "changes", "data": "feeds the model of {}", "control": "chooses rows in {}"}


def rows(d: Document) -> str:
    """The rows that a case touches, masked, one page of each source."""
    corrects = d["right"] != "erasure"
    lines = [f"Case {d['case']}, {d['right']} for person {d['subject']}. Every value is masked."]
    for page in d["pages"]:
        shown, total = page["rows"], page["total"]
        first, last = page["start"] + 1, page["start"] + len(shown)
        which = f"rows {first:,} to {last:,} of {total:,}" if len(shown) < total else _plural(total, "row")
        what = ("is" if total == 1 else "are") + " corrected" if corrects else "leaves" if total == 1 else "leave"
        lines.append(f"{page['path']}: {which}, which {what}" if shown else f"{page['path']}: no more rows, it has {total:,}")
        if not shown:
            continue
        if page["by_line"]:
            lines.append("  No column names a person here: a row is a person.")
        table = [("ROW", "LINE", "COLUMN", "VALUE", *(("NEW VALUE",) if corrects else ()), "WHY IT MATTERS")]
        for row in shown:
            places = [(f"{row['row_id']}", f"{row['line']}")] + [("", "")] * len(row["fields"])
            for place, f in zip(places, row["fields"], strict=False):
                new = ("" if f["new_masked"] is None else f["new_masked"] or "(empty)",) if corrects else ()
                table.append((*place, f["column"], f["masked"] or "(empty)", *new, _role(f)))
            if row["others"] and not corrects:
                table.append(("", "", f"and {_plural(row['others'], 'more field')}", "", ""))
        lines += _rows(table)
        if last < total:
            lines.append(f"  More: lester rows PROJECT {d['case']} --source {page['source']} --page {d['page'] + 1}")
    if corrects:
        lines.append("Other fields of these rows stay as they are.")
    return "\n".join(lines)


def _role(f: Document) -> str:
    names = f["pipelines"]
    where = ", ".join(names[:2]) + (f" and {len(names) - 2} more" if len(names) > 2 else "")
    return ROLES.get(f["role"], "").format(where)


def access(d: Document) -> str:
    """The package that was written."""
    held = f"; {_plural(d['withheld'], 'row')} withheld that hold data of others too" if d["withheld"] else ""
    return f"Case {d['case']}: {_plural(d['rows'], 'row')} in {_plural(d['files'], 'file')} written to {d['path']}{held}"


def answer(d: Document) -> str:
    """The decision and what it changes."""
    return f"Case {d['case']}: {d['answer']['decision']}. {d['answer']['effect']}"


def extend(d: Document) -> str:
    """The new deadline."""
    return f"Case {d['case']}: now due {d['due']}. Tell the person, with the reason, within the first month."


def approve(d: Document) -> str:
    """The approval."""
    return f"Case {d['case']}: plan {d['plan_hash'][:12]} approved by {d['approved_by']}" + (
        "" if d["authenticated"] else " (not authenticated)"
    )


def apply(d: Document) -> str:
    """What was done, with the measured differences."""
    lines = [f"Case {d['case']}: {d['status']} in {d['seconds']:.1f} s"]
    lines += _rows(
        (
            a["artefact"],
            METHODS.get(a["method"], a["method"]),
            GUARANTEES.get(a["class"], a["class"]),
            "" if a.get("difference") is None else f"difference {a['difference']:.3g}",
        )
        for a in d["actions"]
    )
    for name in ("replay", "ask_original"):
        if d.get(name):
            lines.append(f"  {name.replace('_', ' ')}: {_equality(d[name])}")
    if d.get("purge"):
        lines.append(f"  purge: {d['purge']['status']}, {_plural(len(d['purge']['files']), 'file')}")
        lines += [f"Not removed: {n['what']}: {n['why']}." for n in d["purge"]["not_removed"]]
    else:
        lines.append("  purge: put off, finish it with lester purge")
    return "\n".join(lines)


def _equality(check: Document) -> str:
    if not check["pipelines"]:
        return "no run is left to compare"
    return "equal" if check["equal"] else "NOT equal" if check.get("compared", True) else "nothing could be compared"


def purge(d: Document) -> str:
    """The purged files."""
    return "\n".join([f"Purge: {d['status']}", *_rows((f["path"], f["action"]) for f in d["files"])])


def replay(d: Document) -> str:
    """Equality per artefact."""
    head = "Equal to a rerun on the remaining data" if d["equal"] else "NOT equal to a rerun on the remaining data"
    return "\n".join([head, *_rows((a["name"], a["class"], f"{a['max_difference']:.3g}") for a in d["artefacts"])])


SNAPSHOTS = "snapshots"


def ask_original(d: Document) -> str:
    """Equality per stage."""
    head = "The untouched script gives the same" if d["equal"] else "The untouched script gives something else"
    if not d["compared"]:
        head = "The untouched script gives nothing that could be compared"
    elif d.get("files") == SNAPSHOTS:
        head += " on the rows that Lester holds; the files themselves were not read"
    lines = [head, *_rows((n, s["status"], s["compared"]) for n, s in d["stages"].items())]
    return "\n".join(lines + [f"Not compared: {n}" for n in d["not_compared"]])


def export(d: Document) -> str:
    """The written file."""
    return f"{d['name']}: {' × '.join(f'{n:,}' for n in d['shape']) or 'written'}, in {d['path']}"


def score(d: Document) -> str:
    """The written predictions."""
    return f"{_plural(d['rows'], 'prediction')} in {d['path']}"


def certificate(d: Document) -> str:
    """Where the certificate lies."""
    return f"Certificate of case {d['case']} in {d['path']}"


def check_certificate(d: Document) -> str:
    """Validity, signer, reasons and what a reader of a valid one should know."""
    head = "Valid: unchanged since it was signed" if d["valid"] else "NOT valid"
    key = f", with the key of {d['signer']}" if d["signer"] else ""
    return "\n".join([f"{head}{key}", *(f"  {r}" for r in (*d["reasons"], *d.get("remarks", ())))])


def audit(d: Document) -> str:
    """The journal."""
    head = f"{_plural(d['count'], 'entry', 'entries')}, " + (
        "the chain is intact" if d["intact"] else f"the chain breaks at entry {d['first_bad']}"
    )
    listed = ((e["seq"], e["at"], e["actor"], e["details"].get("case", ""), e["text"]) for e in d["entries"])
    return "\n".join([head, *_rows(listed)])


def demo(d: Document) -> str:
    """What the demonstration left behind."""
    return "\n".join(
        [
            f"The journey is complete: {d['status']}.",
            f"Certificate and pictures are in {d['folder']}:",
            *(f"  {f}" for f in d["files"]),
        ]
    )
