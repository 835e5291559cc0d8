"""A session that answers at once with documents of the described shapes, so that screens are tested without the core."""

from __future__ import annotations

import math
from copy import deepcopy
from datetime import timedelta
from pathlib import Path

from lester_gui.errors import Refused, UserError
from lester_gui.ir.notation import PlanTextError
from ui.fake_answers import FakeAnswers
from ui.fake_documents import ASKED, COLUMNS, FINDING, MASKED, NOW, PLAN, REPLAY, ROWS, SCRIPT, STEPS, TODAY, VIEWS


# fmt: off
class FakeSession(FakeAnswers):
    """Stands in for ``lester_gui.session.Session``; records what was asked of it in ``calls``."""

    def __init__(self, folder="/projects/hospital", user="j.lindqvist"):
        self.folder, self.user = Path(folder), user
        self.calls = []
        self.configured = True
        self.decisions = {}
        self.finding_decision = "kept"
        self.opinions = {}
        self._cases = {"LR-0031": _case("LR-0031", "erasure", "planned", 1, "next-7-days")}
        self.planned = {"LR-0031"}
        self.approved = {}
        self.applied = set()
        self.packages, self.answers, self.kept = {}, {}, {}

    # opening ------------------------------------------------------------------------------------------------------
    @classmethod
    def open(cls, folder, *, user=None):
        if not Path(folder).is_dir() and str(folder) != "/projects/hospital":
            raise UserError("there is no such folder", hint="choose the folder that holds the scripts")
        return cls(folder, user or "j.lindqvist")

    def close(self):
        self.calls.append(("close",))

    @staticmethod
    def sample_projects():
        return [{"name": "hospital", "title": "Hospital", "text": "887 made-up patients, 1 pipeline, nothing to set up",
                 "path": str(SCRIPT.parent)}]

    @staticmethod
    def copy_sample(name, to):
        target = Path(to) / name
        target.mkdir(parents=True, exist_ok=True)
        return str(target)

    @staticmethod
    def check_certificate(file, trust=None):
        return {"valid": True, "signer": "3f1c 90aa", "reasons": []}

    # project ------------------------------------------------------------------------------------------------------
    def scan(self, write=False, ctx=None):
        self.calls.append(("scan", write))
        self.configured = self.configured or write
        return {"project": "Hospital", "folder": str(self.folder), "configured": self.configured,
                "proposal": '[project]\nname = "Hospital"\n\n[sources.patients]\npath = "data/patients.csv"\n',
                "pipelines": [], "sources": [], "not_understood": [], "modules": []}

    def overview(self):
        return {
            "name": "Hospital", "folder": str(self.folder), "configured": self.configured,
            "figures": {"pipelines": 1, "verified": 1, "rows": 1774, "sources": 2, "persons": ROWS, "models_touched": 1,
                        "next_due": {"days": 1, "case": "LR-0031"}},
            "pipelines": [{
                "name": "complications", "script": "complications.py", "kind": "script", "status": "verified", "inputs": 14,
                "last_run": NOW.isoformat(), "train_rows": 443, "test_rows": 148,
                "open_cases": 0 if "LR-0031" in self.applied else 1, "next": "review",
                "description": "Logistic regression that predicts which patients have more complications than usual.",
                "findings": [FINDING],
                "files": [{"path": "out/model.pkl", "content": "model", "state": "written by the script"},
                          {"path": "out/predictions.csv", "content": "predictions", "state": "written by the script"}],
            }],
            "sources": [
                {"name": "patients", "path": "data/patients.csv", "rows": ROWS, "subject_keys": ["ssn"], "state": "unchanged",
                 "suggested": not self.configured, "note": ""},
                {"name": "histories", "path": "data/histories.csv", "rows": ROWS, "subject_keys": ["ssn"],
                 "suggested": not self.configured, "state": "changed", "note": "12 rows appended"},
            ],
            "not_understood": [{"path": "old/plots.py", "reason": "trains no model"}],
            "open_cases": 1,
            "isolation": "Scripts run isolated: no network, files read-only", "isolation_level": "full",
            "model_server": "Ollama on this computer, qwen2.5-coder 14B", "audit": {"entries": 42, "intact": True},
        }

    def rewrite(self, pipeline, with_="auto", model=None, ctx=None):
        self.calls.append(("rewrite", pipeline, with_))
        ctx.advance("Reading the script", 0.1)
        ctx.advance("Running the original", 0.6)
        return {"pipeline": pipeline, "status": "verified", "rewriter": "rules", "attempts": 0, "opaque_steps": 0,
                "user_function_columns": 0, "plan_hash": "4be190c377d2", "stages": {}, "findings": [FINDING], "inputs": 14,
                "seconds": 3.2, "stops": []}

    def review(self, pipeline):
        steps = []
        for i, (name, kind, stage, left, right) in enumerate(STEPS, start=1):
            steps.append({
                "number": i, "name": name, "kind": kind, "stage": stage, "original_lines": list(left),
                "plan_lines": list(right), "made_by": "rule", "made_by_text": f"rule pandas.{kind}",
                "decision": self.decisions.get(i), "decided_by": self.user if i in self.decisions else None,
                "evidence": {"rows_in": ROWS, "rows_out": ROWS if i != 5 else 591, "compared": f"{ROWS} rows, all equal",
                             "equal": True, "inputs_agree": 11, "inputs": 11, "counterexample": None},
                "findings": [self._finding()] if i == 3 else [], "second_opinion": self.opinions.get(i),
            })
        facts = {"prepare": "4 steps", "encode": "9 columns equal", "label": "591 labels equal", "split": "recorded",
                 "model": "predictions equal"}
        return {
            "pipeline": pipeline, "script": "complications.py", "original": SCRIPT.read_text(), "plan": PLAN,
            "sql": "CREATE TABLE data AS\nSELECT *\nFROM patients JOIN histories USING (ssn)", "status": "verified",
            "inputs": 14, "steps": steps, "accepted": sum(d == "accepted" for d in self.decisions.values()),
            "stages": [{"name": n, "status": "verified" if n != "prepare" else "finding", "fact": f} for n, f in facts.items()],
            "findings": [self._finding()], "undecided": int(self.finding_decision is None), "deviations": [], "stops": [],
            "counterexample": None, "message": "",
            "attempts": [{"number": 1, "model": "qwen2.5-coder:14b", "outcome": "3 of 14 inputs differ", "seconds": 12.0,
                          "messages": [{"role": "user", "content": "Rewrite the stage below."},
                                       {"role": "assistant", "content": "{…}"}]}],
        }

    def decide_step(self, pipeline, number, decision, reason="", by=""):
        self.calls.append(("decide_step", number, decision, reason))
        self.decisions[number] = decision
        return self.review(pipeline)

    def _finding(self):
        decided = self.finding_decision is not None
        return FINDING | {"number": 1, "effect": "Its test score is too good.", "step": 3, "needs_decision": True,
                          "decision": self.finding_decision, "decided_by": self.user if decided else None,
                          "reason": "agreed" if decided else "",
                          "alternative": {"title": "Mean of the training rows", "text": PLAN, "changed": 12, "of": 148,
                                          "counts": "12 of 148 test decisions would be others"}}

    def edit_plan(self, pipeline, text, ctx=None):
        self.calls.append(("edit_plan", text))
        if "nonsense" in text:
            raise PlanTextError("This is not a step of a plan", "a plan starts with read(…)", 5)
        return self.review(pipeline)

    def second_opinion(self, pipeline, number, model=None, ctx=None):
        self.opinions[number] = {"model": "qwen2.5-coder:14b", "agrees": number != 3, "text": "mean over the training rows only"}
        return self.review(pipeline)

    def models(self):
        return {"reachable": True, "models": ["qwen2.5-coder:14b"], "message": "1 model"}

    def show(self, pipeline):
        return {"text": PLAN, "plan": {}}

    def run(self, pipeline, ctx=None):
        self.calls.append(("run", pipeline))
        ctx.advance("data", 0.5)
        return {"run_id": 4, "pipeline": pipeline, "views": [{"name": n, "rows": r} for n, r, _k in VIEWS], "train_rows": 443,
                "test_rows": 148, "validation_rows": 0, "features": 9, "seconds": 0.8,
                "model": {"class": "LogisticRegression", "method": "solver", "metrics": {"accuracy": 0.7095},
                          "script_metrics": {"accuracy": 0.7095},
                          "distance_from_script": {"max_parameter_difference": 2.1e-5, "disagreement_on_test": 0, "note": ""}}}

    # data ---------------------------------------------------------------------------------------------------------
    def views(self, pipeline=None):
        return [{"pipeline": "complications", "run_id": 4, "run_at": NOW.isoformat(), "name": n, "rows": r, "columns": COLUMNS,
                 "kind": k} for n, r, k in VIEWS]

    def column_statistics(self, pipeline, view):
        bell = [math.exp(-(((i - 7) / 3.2) ** 2)) for i in range(16)]
        return {
            "ssn": None,
            "smoker": {"nulls": 3, "distinct": 2, "histogram": None, "top": [["False", 0.71], ["True", 0.29]], "min": None,
                       "max": None},
            "county": {"nulls": 0, "distinct": 2, "histogram": None, "top": [["county2", 0.52], ["county3", 0.48]],
                       "min": None, "max": None},
            "num_children": {"nulls": 0, "distinct": 5, "histogram": [9, 6, 4, 2, 1], "top": None, "min": 0, "max": 4},
            "race": {"nulls": 11, "distinct": 3, "histogram": None, "top": [["race1", 0.44], ["race2", 0.33], ["race3", 0.23]],
                     "min": None, "max": None},
            "income": {"nulls": 0, "distinct": 580, "histogram": bell, "top": None, "min": 8868.0, "max": 210000.0},
            "label": {"nulls": 0, "distinct": 2, "histogram": None, "top": [["no", 0.68], ["yes", 0.32]], "min": None,
                      "max": None},
        }

    def page(self, pipeline, view, start, count, sort=None, filters=None):
        self.calls.append(("page", view, start, count, sort, filters))
        of = {n: r for n, r, _k in VIEWS}[view]
        total = of if not filters else of // 2
        numbers = range(start, min(start + count, total))
        return {"rows": [[MASKED, ["False", "True"][n % 3 == 0], f"county{2 + n % 2}", n % 5, f"race{1 + n % 3}",
                          9000.0 + 211.5 * n, n % 3 == 1] for n in numbers],
                "row_nos": [(n + 1) * 1024 for n in numbers], "total": total, "of": of}

    def row_lineage(self, pipeline, view, row_no):
        return {
            "title": f"Row {row_no} of {view}", "person": "P-7F3K",
            "came_from": [{"source": "patients", "row": 12, "columns": ["ssn", "county", "race", "income"], "kind": "data"},
                          {"source": "histories", "row": 12, "columns": ["smoker", "complications"], "kind": "data"}],
            "kept_because": [{"view": "data-5", "text": "county is county2 or county3", "kind": "control"}],
            "depends_on": [{"view": "complications", "text": "mean of 301 rows of group3, 2.13", "kind": "state"}],
            "went_to": [{"text": "complications, train row 212", "kind": "data", "detail": "5 of 9 features"}],
            "pipeline": "complications", "prepared_row": row_no,
            "features": [{"name": "income, scaled", "value": 0.94}, {"name": "county is county2", "value": 1.0}],
        }

    def reveal(self, pipeline, view, row_no, column, reason):
        self.calls.append(("reveal", view, row_no, column, reason))
        return {"value": "shown-value", "seconds": 30}

    def reveal_alias(self, token, source, column, reason):
        self.calls.append(("reveal_alias", token, source, column, reason))
        return {"value": "shown-value", "seconds": 30}

    # person -------------------------------------------------------------------------------------------------------
    def trace(self, subject, influence=False, counterfactual=False, ctx=None):
        self.calls.append(("trace", "…", influence))
        if subject == "ambiguous":
            error = UserError("this value names 2 persons", hint="say which source and column is meant")
            error.candidates = [{"source": "patients", "column": "id", "masked": MASKED, "token": "P-7F3K"},
                                {"source": "histories", "column": "id", "masked": MASKED, "token": "P-22QX"}]
            raise error
        searched = [{"source": s, "columns": ["ssn"], "values": ROWS, "rows": 0, "indexed_at": NOW.isoformat()}
                    for s in ("patients", "histories")]
        if subject not in ("670-18-6875", "P-7F3K"):
            return {"subject": None, "found": False, "known_by": [], "searched": searched, "sources": [], "views": [],
                    "pipelines": [], "sentence": "", "stage_counts": {},
                    "not_searched": [{"path": "old/plots.py", "kind": "script", "reason": "trains no model"}]}
        for entry in searched:
            entry["rows"] = 1
        shift = {"edges": [-0.01 + i * 0.0005 for i in range(41)],
                 "counts": [0] * 12 + [1, 3, 6, 9, 14, 22, 30, 22, 14, 9, 6, 3, 1] + [0] * 15, "own": [0.0031],
                 "changed": [-0.0086, 0.0074]}
        return {
            "subject": "P-7F3K", "found": True, "known_by": [{"source": "patients", "column": "ssn"}], "searched": searched,
            "sources": [{"source": "patients", "rows": 1, "of": ROWS, "row_ids": [12],
                         "columns_used": ["ssn", "race", "county", "num_children", "income", "age_group"], "kind": "data"},
                        {"source": "histories", "rows": 1, "of": ROWS, "row_ids": [12],
                         "columns_used": ["smoker", "complications"], "kind": "data"},
                        {"source": "visits", "rows": 0, "of": 4120, "row_ids": [], "columns_used": [], "kind": "data"}],
            "views": [{"pipeline": "complications", "view": n, "rows": 1, "of": r,
                "kind": "state" if k == "aggregate" else "data"}
                      for n, r, k in VIEWS[2:]],
            "pipelines": [{
                "pipeline": "complications", "train_rows": 1, "test_rows": 0, "validation_rows": 0, "train_of": 443,
                "test_of": 148, "validation_of": 0,
                "features": [{"name": "income, scaled", "cells": 1}, {"name": "county is county2", "cells": 1},
                             {"name": "smoker is False", "cells": 1}],
                "feature_cells": 5, "features_of": 9, "models": ["complications"],
                "artefacts": [{"path": "out/model.pkl", "content": "model", "rows": 1},
                              {"path": "out/predictions.csv", "content": "predictions", "rows": 0}],
                "predictions": [{"row": 3, "before": False, "after": True}],
                "influence": {
                    "sentence": "Leaving this person out changes 2 of 148 test decisions.", "changed_decisions": 2,
                    "test_rows": 148, "own_rows": 0, "max_coefficient_change": 0.0021,
                    "coefficients": [{"feature": "income, scaled", "change": 0.0021},
                                     {"feature": "county is county2", "change": -0.0016},
                                     {"feature": "race is race1", "change": 0.0012}, {"feature": "smoker is True",
                                         "change": -0.0007}],
                    "probability_shift": shift, "metric_name": "accuracy",
                    "accuracy": {"now": 0.7095, "without": 0.7093, "change": -0.0002, "low": -0.0006, "high": 0.0002},
                    "values_of_others": [{"view": "complications", "text": "the mean of complications for group3"}],
                    "method": "exact refit",
                } if influence else None,
            }],
            "sentence": "2 rows in 2 sources reached 1 training row, 5 feature cells and 1 model.", "not_searched": [],
            "stage_counts": {"sources": 2, "views": 4, "split": 1, "features": 5, "models": 1, "predictions": 2},
        }

    def graph(self, token, pipeline=None):
        lanes = ["source", "view", "split", "feature", "model", "prediction"]
        nodes, edges = [], []

        def node(key, lane, title, fact, touched=True, rows=1, of=ROWS):
            nodes.append({"id": key, "lane": lane, "title": title, "fact": fact, "touched": touched, "rows": rows, "of": of})

        node("s1", "source", "patients", f"1 of {ROWS} rows")
        node("s2", "source", "histories", f"1 of {ROWS} rows")
        node("s3", "source", "visits", "0 of 4,120 rows", False, 0, 4120)
        node("v1", "view", "data", f"1 of {ROWS} rows")
        node("v2", "view", "complications", "1 of 3 rows")
        node("v3", "view", "data-2", f"1 of {ROWS} rows")
        node("v4", "view", "data-5", "1 of 591 rows")
        node("t1", "split", "train, complications", "1 of 443 rows")
        node("t2", "split", "test, complications", "0 of 148 rows", False, 0, 148)
        for i, name in enumerate(["income", "county", "smoker", "race", "num_children", "age"]):
            node(f"f{i}", "feature", name, "1 of 1 column", i < 3)
        node("m1", "model", "complications", "logistic regression")
        node("p1", "prediction", "Others’ decisions", "2 of 148 change")
        node("p2", "prediction", "Own prediction", "0 of 148", False)
        for a, b, k, on in [("s1", "v1", "data", True), ("s2", "v1", "data", True), ("v1", "v2", "data", True),
                            ("v1", "v3", "data", True), ("v2", "v3", "state", True), ("v3", "v4", "data", True),
                            ("v4", "t1", "data", True), ("v4", "t2", "data", False), ("t1", "f0", "data", True),
                            ("t1", "f1", "data", True), ("t1", "f2", "control", True), ("t1", "f3", "data", False),
                            ("t1", "f4", "data", False), ("f0", "m1", "data", True), ("f1", "m1", "data", True),
                            ("f2", "m1", "data", True), ("f3", "m1", "data", False), ("m1", "p1", "state", True),
                            ("m1", "p2", "state", False), ("s3", "v1", "data", False)]:
            edges.append({"from": a, "to": b, "kind": k, "touched": on})
        return {"lanes": lanes, "nodes": nodes, "edges": edges}

    def path(self, token, node_id):
        return {"nodes": ["s1", "s2", "v1", "v2", "v3", "v4", "t1", "f0", "m1", "p1"],
                "edges": [["s1", "v1"], ["s2", "v1"], ["v1", "v2"], ["v2", "v3"], ["v3", "v4"], ["v4", "t1"], ["t1", "f0"],
                          ["f0", "m1"], ["m1", "p1"]],
                "sentence": "How 2 decisions about other people depend on P-7F3K: 7 steps in between, among them a mean."}

    def feature_origin(self, pipeline, feature, row_no=None):
        return {"feature": feature, "chain": [
            {"kind": "feature", "name": feature, "column": feature, "row": 212, "value": MASKED},
            {"kind": "view", "name": "data-5", "column": "income", "row": 212, "value": MASKED},
            {"kind": "source", "name": "patients", "column": "income", "row": 12, "value": MASKED}]}

    # requests -----------------------------------------------------------------------------------------------------
    def users(self):
        return {"current": self.user}

    def request(self, right, subject, set=(), by="", received=None, reason=""):
        if subject == "nobody":
            raise UserError("nobody with this value in 2 of 2 sources", hint="search the person first")
        number = f"LR-{31 + len(self._cases):04d}"
        self._cases[number] = _case(number, right, "new", 30, "later")
        self.calls.append(("request", right, tuple(set), by, received))
        return deepcopy(self._cases[number])

    def cases(self):
        return deepcopy(list(self._cases.values()))

    def case(self, number):
        case = deepcopy(self._cases[number])
        done = number in self.applied
        case.update(
            timeline=[{"at": NOW.isoformat(), "text": "Case filed", "by": case["by"]}],
            plan=self.plan(number) if number in self.planned else None, approval=self.approved.get(number),
            execution={"plan_hash": "4be190c377d2aa01", "seconds": 1.4, "at": NOW.isoformat()} if done else None,
            replay={"equal": True, "pipelines": [REPLAY]} if done else None,
            purge={"status": "done", "sources": [{"path": "data/patients.csv", "lines": 1}], "others": [], "waiting": [],
                   "search": {"values": 2, "files": 31, "hits": []}, "not_removed": []} if done else None,
            ask_original={"equal": True, "pipelines": [ASKED]} if done else None,
            certificate={"path": "certificate.json", "complete": True} if done else None, corrections=[],
            access=self.packages.get(number), answer=self.answers.get(number),
        )
        return case

    def plan(self, number, keep_sources=None, ctx=None):
        if keep_sources is not None:
            self.kept[number] = keep_sources
        self.planned.add(number)
        self._cases[number].update(status="planned", status_text="Waits for approval", next_action="approve")
        rows = [("view", "data", 1, "delta", "bit", 0.02), ("view", "complications", 1, "delta", "bit", 0.01),
                ("split", "complications", 1, "recorded", "bit", 0.0), ("features", "9 columns", 591, "refit", "rounding", 0.05),
                ("model", "complications", 0, "two Newton steps", "solver", 0.4), ("file", "out/model.pkl", 0, "replaced",
                    "bit", 0.1)]
        return {
            "case": number, "right": self._cases[number]["right"], "plan_hash": "4be190c377d2aa01",
            "keep_sources": self.kept.get(number, False),
            "without_key": [{"source": "patients", "path": "data/patients.csv", "rows": 3, "of": 886, "keys": ["ssn"]},
                            {"source": "histories", "path": "data/histories.csv", "rows": 0, "of": 886, "keys": ["ssn"]}],
            "sentence": "Erases 2 source rows and everything made from them, brings 5 "
                "views and 1 model up to date in about 1 second.",
            "actions": [{"artefact": a, "kind": k, "rows": r, "cells": 0, "method": m, "guarantee": g, "seconds": s}
                        for k, a, r, m, g, s in rows],
            "full_rerun_seconds": 9.5, "seconds": 0.6, "apply_seconds": 14.6,
            "checks_seconds": {"replay": 9.0, "purge": 1.0, "ask_original": 4.0, "measured": False},
            "lines": [{"source": "patients", "line": 13, "masked": ",".join([MASKED] * 9)},
                      {"source": "histories", "line": 13, "masked": ",".join([MASKED] * 3)}],
            "others": [{"view": "complications", "key": "group3", "column": "mean_complications", "before": 2.13, "after": 2.12}],
            "counts": {"source_rows": 2, "view_rows": 4, "split_rows": 1, "views": 5, "files": 2},
            "models": [{"pipeline": "complications", "update": "two Newton steps", "seconds": 0.4}],
            "accuracy": [{"pipeline": "complications", "before": 0.7095, "after": 0.7093, "low": -0.0006, "high": 0.0002}],
            "proofs": [{"artefact": "5 views", "guarantee": "bit"}, {"artefact": "1 split", "guarantee": "bit"},
                       {"artefact": "9 features", "guarantee": "rounding"}, {"artefact": "complications", "guarantee": "solver"},
                       {"artefact": "2 written files", "guarantee": "replaced"}],
            "not_removed": [{"what": "git history", "why": "2 commits touch patients.csv", "found": False}], "stale": None,
        }

    def affected_rows(self, number, source="", start=0, count=20):
        source, corrects = source or "patients", self._cases[number]["right"] == "rectification"
        total = {"patients": 1, "histories": 45}[source]
        fields = [("ssn", "key", "6•••5", None), ("income", "changes" if corrects else "data", "1•••0", "5•••5"),
                  ("smoker", "control", "•••", None), ("note", "", "", None)]
        rows = [{"row_id": 12 + i, "line": 13 + i, "others": 0, "fields": [
            {"column": name, "role": role, "pipelines": ["complications"], "masked": masked,
             "new_masked": new if corrects else None}
            for name, role, masked, new in fields]} for i in range(start, min(total, start + count))]
        sources = [{"source": "patients", "path": "data/patients.csv", "rows": 1},
                   {"source": "histories", "path": "data/histories.csv", "rows": 45}]
        return {"case": number, "right": self._cases[number]["right"], "subject": "P-7F3K", "sources": sources, "source": source,
                "path": f"data/{source}.csv", "by_line": False, "start": start, "total": total, "page": count,
                "rows": rows}

    def reveal_affected(self, number, source, row_id, column, reason):
        if "159027" in reason:
            raise UserError("The reason contains a value of the person", hint="say why without numbers")
        self.calls.append(("reveal_affected", number, source, row_id, column, reason))
        return {"value": "159027.0", "new": "54321.5" if self._cases[number]["right"] == "rectification" else None, "seconds": 30}

    def approve(self, number, by, reason="", typed=None):
        if by == self._cases[number]["by"]:
            raise Refused("the case was filed by the same person", hint="somebody else has to approve")
        self.calls.append(("approve", number, by, reason, typed))
        self.approved[number] = {"by": by, "at": NOW.isoformat(), "reason": reason, "authenticated": False}
        return {"case": number, "plan_hash": "4be190c377d2aa01", "approved_by": by, "authenticated": False}

    def hold(self, number, reason, by):
        self._cases[number].update(status="hold", status_text="On hold", group="stopped")
        return self.case(number)

    def release(self, number, by):
        self._cases[number].update(status="planned", status_text="Waits for approval", group="later")
        return self.case(number)

    def apply(self, number, purge=True, ctx=None):
        for i, name in enumerate(("Stage", "Check", "Commit", "Replay", "Purge", "Ask the original", "Certificate")):
            ctx.advance(name, i / 7)
        self.applied.add(number)
        self._cases[number].update(status="done", status_text="Erased, certificate issued", group="done",
            next_action="certificate")
        return self._execution(number)

    def _execution(self, number):
        return {"case": number, "status": "purged", "seconds": 1.4,
                "actions": [{"artefact": "data", "kind": "view", "class": "bit", "difference": 0.0, "seconds": 0.02},
                            {"artefact": "complications", "kind": "model", "class": "solver", "difference": 1e-10,
                                "seconds": 0.4}],
                "replay": {"equal": True}, "purge": {"status": "done", "files": 2}, "ask_original": {"equal": True}}

    def purge_preview(self, number):
        return {"files": [{"path": "data/patients.csv", "lines": [{"number": 13, "masked": ",".join([MASKED] * 9)}],
                           "action": "remove 1 line"},
                          {"path": "data/histories.csv", "lines": [{"number": 13, "masked": ",".join([MASKED] * 3)}],
                           "action": "remove 1 line"}],
                "other_files": [{"path": "out/model.pkl", "action": "replace"}]}

    def purge(self, ctx=None):
        return {"status": "done", "files": 2}

    def replay(self, pipeline, ctx=None):
        return deepcopy(REPLAY)

    def ask_original(self, pipeline, ctx=None):
        return deepcopy(ASKED)

    def export(self, pipeline, name, out):
        self.calls.append(("export", name, str(out)))
        Path(out).write_text("x")
        return {"path": str(out)}

    def certificate(self, number, out):
        Path(out).write_text("{}")
        self.calls.append(("certificate", number))
        return {"path": str(out), "valid": True}

    def evidence(self, number, out_html):
        Path(out_html).write_text("<html></html>")
        return {"path": str(out_html)}

    # audit --------------------------------------------------------------------------------------------------------
    def audit(self):
        what = [("search", "Person searched", "P-7F3K, 2 sources"), ("reveal", "Value revealed, 30 seconds", "ssn of P-7F3K"),
                ("plan", "Plan made", "LR-0031, plan 4be1 90c3"), ("request", "Case filed", "LR-0031, erasure"),
                ("run", "Pipeline run", "complications, run 4, 0.8 s"), ("rewrite", "Rewrite verified",
                    "complications, 14 inputs")]
        entries = []
        for i in range(24):
            action, text, details = what[i % len(what)]
            at = NOW - timedelta(hours=3 * i)
            entries.append({"seq": 42 - i, "at": at.isoformat(), "actor": "j.lindqvist" if i % 3 else "Lester", "action": action,
                            "text": text, "details": {"about": details, "case": "LR-0031"}, "hash": f"{i:04x}a3{i:02x}77a2" * 4})
        return {"entries": entries[::-1], "count": 42, "head": entries[0]["hash"], "intact": True, "first_bad": None}

    def search(self, text):
        found = [{"kind": "pipeline", "title": "complications", "text": "pipeline", "target": "complications"},
                 {"kind": "case", "title": "LR-0031", "text": "erasure", "target": "LR-0031"},
                 {"kind": "view", "title": "data-5", "text": "591 rows", "target": "complications/data-5"}]
        if text == "670-18-6875":
            return [{"kind": "person", "title": "P-7F3K", "text": "known by patients.ssn", "target": "P-7F3K"}]
        return [entry for entry in found if text.lower() in entry["title"].lower()]


def _case(number, right, status, days, group):
    return {"case": number, "right": right, "status": status,
            "status_text": {"planned": "Waits for approval", "new": "New"}[status], "subject": "P-7F3K",
            "extended": False,
            "received": (TODAY - timedelta(days=30 - days)).isoformat(), "due": (TODAY + timedelta(days=days)).isoformat(),
            "days_left": days, "by": "j.lindqvist", "next_action": "approve" if status == "planned" else "plan", "group": group}
