"""Cases: file, plan, approve, apply, replay, purge, ask the original, and the evidence."""

from __future__ import annotations

import time
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from lester_gui.audit.chain import verify_chain
from lester_gui.audit.entries import ACTIONS
from lester_gui.audit.journal import entries, head
from lester_gui.errors import Refused, UserError
from lester_gui.maintenance import apply as application
from lester_gui.maintenance import pending, purge
from lester_gui.maintenance.ask_original import ask_original
from lester_gui.maintenance.plan import MaintenancePlan, Stale, make_plan, source_changes
from lester_gui.maintenance.replay import replay, snapshots_of
from lester_gui.maintenance.work import NewValue, Site, Work, runs, subject_of
from lester_gui.progress import Context, Part, silent
from lester_gui.requests import approvals, cases, certificate, deadlines, evidence, holds
from lester_gui.requests.cases import Case, Right, Status
from lester_gui.requests.signing import load_or_create, own_public_key, parse_trusted
from lester_gui.runtime.ingest import snapshot_records
from lester_gui.sandbox.copies import scratch_base
from lester_gui.session import case_documents as documents
from lester_gui.session import estimating
from lester_gui.session.opened import Document, one_at_a_time
from lester_gui.session.people import People, Person
from lester_gui.settings import settings_path
from lester_gui.store import subjects
from lester_gui.store.catalogue import Run
from lester_gui.verify.capture import Original


class Casework(People):
    """The use cases of the Requests screen."""

    @one_at_a_time
    def request(
        self,
        right: str,
        subject: str,
        set: Sequence[str] = (),
        by: str | None = None,
        received: str | None = None,
        reason: str = "",
    ) -> Document:
        """File a request of a person.

        Raises
        ------
        UserError
            If the person is unknown or the value names several, the date is no date, or a correction names no column.
        """
        person = self.require_subject(subject)
        corrections = [cases.parse_correction(text, self._has_column) for text in set]
        self._refuse_others_keys(person, corrections)
        try:
            day = date.fromisoformat(received) if received else None
        except ValueError as error:
            raise UserError("The day of receipt is not a date", "Write it as 2027-01-31.") from error
        filed = cases.file_case(
            self.connection, self.journal, Right(right), person.token, self.actor(by), day, corrections
        )  # fmt: skip
        return self.case(filed.case)

    def _refuse_others_keys(self, person: Person, corrections: Sequence[cases.Correction]) -> None:
        """Refuse to give somebody a key that another person has: the two would be one from then on, and be erased together."""
        for correction in corrections:
            if correction.column not in self.configuration.source(correction.source).subject_keys:
                continue
            found = subjects.search(self.connection, correction.value, correction.source, correction.column)
            if any(other.rows != person.subject.rows for other in found):
                raise Refused(
                    f"The new value of {correction.source}.{correction.column} is another person's",
                    "With it the two would be one. Where they are, mend the file: the next look at it takes that over.",
                )

    @one_at_a_time
    def cases(self) -> list[Document]:
        """All cases, by due date."""
        if not self.has_store:
            return []
        return [self._row(c) for c in sorted(cases.list_cases(self.connection), key=lambda c: (not c.is_open, c.due, c.case))]

    @one_at_a_time
    def case(self, case: str) -> Document:
        """One case with its plan, approval and what was done."""
        found = cases.get_case(self.connection, case)
        plan = documents.newest_plan(self.connection, found.case)
        approval = approvals.approval_of(self.connection, found.case)
        done = documents.outcomes(self.connection, found.case)
        shown = None if plan is None else plan.document | {"stale": self._stale(found)}
        return self._row(found) | {
            "plan": shown,
            "approval": None
            if approval is None
            else {
                "by": approval.approved_by,
                "at": approval.approved_at,
                "reason": approval.reason,
                "authenticated": approval.authenticated,
            },
            "execution": done.get("apply"),
            "replay": done.get("replay"),
            "purge": done.get("purge"),
            "ask_original": done.get("ask-original"),
            "certificate": done.get("certificate"),
            "access": done.get("access"),
            "answer": done.get("answer"),
            "corrections": [
                {"source": c.source, "column": c.column, "row_id": c.row_id}
                for c in cases.corrections_of(self.connection, found.case)
            ],
            "timeline": self._timeline(found.case),
        }

    @one_at_a_time
    def plan(self, case: str, keep_sources: bool = False, ctx: Context | None = None) -> Document:
        """Say what a case will do to each artefact. Rehearsed and rolled back: nothing of it is written.

        Parameters
        ----------
        keep_sources
            Erase Lester's copy only and leave the source files as they are; the certificate then calls the erasure incomplete.

        Raises
        ------
        UserError
            If the right is one that changes no data, or a correction is to leave the files as they were.
        """
        found = self._open_case(case)
        if found.right not in cases.EXECUTABLE:
            raise UserError(f"A request for {found.right.value} has no plan", "It is answered: lester answer PROJECT CASE.")
        if keep_sources and found.right is not Right.ERASURE:
            raise UserError("Only an erasure can leave the source files as they are", "Plan the correction without that choice.")
        checks = estimating.checks(self.connection, [r for r, _ in self.ran()], self.store.database)
        plan = make_plan(self.connection, self.site(), self._work(found, keep_sources), ctx or silent(), checks)
        with self.transaction() as connection:
            documents.keep_plan(connection, plan)
            cases.set_status(connection, found.case, Status.PLANNED)
            self.journal.append(
                connection, "plan", self.actor(), case=found.case, plan_hash=plan.plan_hash, actions=len(plan.actions)
            )
        return plan.document

    @one_at_a_time
    def approve(self, case: str, by: str | None = None, reason: str = "", typed: str | None = None) -> Document:
        """Approve the newest plan of a case, as somebody other than the requester.

        Raises
        ------
        Refused
            If the approver is the requester, or the plan is stale: what would be done now is something else.
        """
        found = self._open_case(case)
        stale = self._stale(found)
        if stale is not None:
            raise Stale([stale])
        plan_hash = approvals.newest_plan_hash(self.connection, found.case) or ""
        forbid = self._values(found)
        given = approvals.approve(self.connection, self.journal, found.case, plan_hash, self.actor(by), reason, typed, forbid)
        return {
            "case": given.case,
            "plan_hash": given.plan_hash,
            "approved_by": given.approved_by,
            "authenticated": given.authenticated,
        }

    @one_at_a_time
    def hold(self, case: str, reason: str, by: str | None = None) -> Document:
        """Put a case on hold: it can be planned, not approved or applied."""
        found = self._open_case(case)
        holds.hold(self.connection, self.journal, found.case, reason, self.actor(by), self._values(found))
        return self.case(found.case)

    @one_at_a_time
    def release(self, case: str, by: str | None = None) -> Document:
        """Lift the hold of a case."""
        found = self._open_case(case)
        holds.release(self.connection, self.journal, found.case, self.actor(by))
        return self.case(found.case)

    @one_at_a_time
    def apply(self, case: str, purge: bool = True, ctx: Context | None = None) -> Document:
        """Carry out an approved plan as one commit; then replay, purge and ask the original, each recorded.

        Raises
        ------
        Refused
            If the plan is stale, the approver is the requester, or the case is on hold.
        """
        ctx = ctx or silent()
        found = self._open_case(case)
        approval = approvals.approval_of(self.connection, found.case)
        plan = documents.newest_plan(self.connection, found.case)
        if plan is None or approval is None:
            raise UserError(
                f"The newest plan of {found.case} is not approved", f"lester approve PROJECT {found.case} --by SOMEBODY-ELSE"
            )
        authorisation = application.Authorisation(found.filed_by, approval.approved_by, approval.plan_hash, bool(found.holds))

        def within(connection: duckdb.DuckDBPyConnection, now: MaintenancePlan) -> None:
            cases.set_status(connection, found.case, Status.APPLIED)
            subject, count = found.subject, len(now.actions)
            documents.keep_outcome(connection, found.case, "apply", {"plan_hash": now.plan_hash, "seconds": _since(started)})
            self.journal.append(
                connection, "apply", self.actor(), case=found.case, plan_hash=now.plan_hash, subject=subject, actions=count
            )

        started = time.perf_counter()
        pipelines = documents.remaining_pipelines(plan)
        try:
            application.apply(
                self.connection, self.journal, self.site(), self._work(found), plan, authorisation, Part(ctx, 0.0, 0.4), within
            )  # fmt: skip
        except Refused:
            self.journal.record(self.connection, "apply-refused", self.actor(), case=found.case, plan_hash=plan.plan_hash)
            raise
        ctx.advance("Committed: what follows goes on by itself", 0.4)
        self._sweep_artifacts()
        replays = self._replay_all(found.case, pipelines, Part(ctx, 0.4, 0.6))
        purged = asked = None
        if purge:
            purged = self._purge(Part(ctx, 0.6, 0.8))
            asked = self.ask_about(found.case, pipelines, Part(ctx, 0.8, 1.0))
            self._complete_evidence(Part(ctx, 0.99, 1.0))
        status = cases.get_case(self.connection, found.case).status
        return {
            "case": found.case,
            "status": status.value,
            "seconds": _since(started),
            "actions": documents.with_differences(plan.actions, replays["pipelines"]),
            "replay": replays,
            "purge": purged,
            "ask_original": asked,
        }

    @one_at_a_time
    def purge(self, ctx: Context | None = None) -> Document:
        """Finish every purge that an apply left, and replay and ask the originals where that was not done."""
        ctx = ctx or silent()
        waiting = pending.purges(self.connection) if self.has_store else []
        document = self._purge(Part(ctx, 0.0, 0.6)) if waiting else {"status": "nothing to purge", "files": []}
        if self.has_store:
            self._complete_evidence(Part(ctx, 0.6, 1.0), {w.case for w in waiting})
        return document

    @one_at_a_time
    def replay(self, pipeline: str, ctx: Context | None = None) -> Document:
        """Run a pipeline again from its remaining raw text in an empty database and compare every artefact in its class."""
        run, _ = self.latest(pipeline)
        document = self._replay(run, ctx or silent())
        self.journal.record(self.connection, "replay", self.actor(), pipeline=pipeline, equal=bool(document["equal"]))
        return document

    @one_at_a_time
    def ask_original(self, pipeline: str, ctx: Context | None = None) -> Document:
        """Run the untouched script on the files as they are and compare it with what Lester holds."""
        run, _ = self.latest(pipeline)
        document = self._ask(run, ctx or silent())
        self.journal.record(self.connection, "ask-original", self.actor(), pipeline=pipeline, equal=bool(document["equal"]))
        return document

    @one_at_a_time
    def certificate(self, case: str, out: Path | str) -> Document:
        """Write the signed evidence of an applied case."""
        found, signed = self._signed(case)
        certificate.write(signed, Path(out))
        self._record(found.case, "certificate", {"path": Path(out).name, "complete": signed["complete"]})
        self.journal.record(self.connection, "certificate", self.actor(), case=found.case)
        return {
            "case": found.case,
            "path": str(out),
            "complete": signed["complete"],
            "incomplete_because": signed["incomplete_because"],
        }

    @one_at_a_time
    def evidence(self, case: str, out: Path | str) -> Document:
        """Write the evidence of an applied case as a page to read and print."""
        found, signed = self._signed(case)
        evidence.write(signed, Path(out))
        self.journal.record(self.connection, "evidence", self.actor(), case=found.case)
        return {"case": found.case, "path": str(out)}

    @staticmethod
    def check_certificate(file: Path | str, trust: Path | str | None = None) -> Document:
        """Check a certificate without its project; without `trust`, the own key of whoever checks is trusted."""
        own = own_public_key()
        trusted = [parse_trusted(str(trust))] if trust else [own] if own else []
        found = certificate.check_certificate(Path(file), trusted)
        return {"valid": found.valid, "signer": found.signer, "reasons": list(found.reasons), "remarks": list(found.remarks)}

    @one_at_a_time
    def audit(self) -> Document:
        """The journal and the state of its chain."""
        if not self.has_store:
            return {"entries": [], "count": 0, "head": "", "intact": True, "first_bad": None, "reasons": []}
        chain = verify_chain(self.connection, self.journal.mirror_path)
        listed = [
            {
                "seq": e.seq,
                "at": e.at,
                "actor": e.actor,
                "os_user": e.os_user,
                "action": e.action,
                "text": ACTIONS.get(e.action, e.action),
                "details": e.details,
                "hash": e.hash,
                "previous": e.previous,
            }
            for e in entries(self.connection)
        ]
        return {
            "entries": listed,
            "count": len(listed),
            "head": head(self.connection)[1],
            "intact": chain.intact,
            "first_bad": chain.first_bad,
            "reasons": list(chain.reasons),
        }

    # --- parts ----------------------------------------------------------------------------------------------------------

    def site(self) -> Site:
        """The project as maintenance needs it."""
        scripts = {p.name: p.script for p in self.configuration.pipelines}
        return Site(self.folder, self.store.artifacts, self.worker, scripts)

    def ask_about(self, case: str, pipelines: Sequence[str], ctx: Context) -> Document:
        """Ask every original of a case and record the answers."""
        answers = []
        for number, pipeline in enumerate(pipelines):
            run, _ = self.latest(pipeline)
            part = Part(ctx, number / len(pipelines), (number + 1) / len(pipelines))
            began = time.perf_counter()
            answers.append({"pipeline": pipeline} | self._ask(run, part) | {"seconds": _since(began)})
        compared = [a for a in answers if a["compared"]]
        document = {"equal": all(a["equal"] for a in answers), "compared": bool(compared), "pipelines": answers}
        self._record(case, "ask-original", document)
        self.journal.record(self.connection, "ask-original", self.actor(), case=case, equal=bool(document["equal"]))
        return document

    def _ask(self, run: Run, ctx: Context) -> Document:
        _, plan = self.latest(run.pipeline)
        script = self.script_of(run.pipeline)
        used = {r.source for r in plan.reads}
        sources = {s.name: s.path for s in self.configuration.sources if s.name in used}
        original = Original(self.folder, script, sources, self.configuration.python)
        worker = self.worker(plan, ctx)
        changed = source_changes(self.connection, self.folder)
        apart = pending.purges(self.connection) or changed or self._kept_sources()
        replace = self._remaining(run) if apart else None
        answer = ask_original(self.connection, run, plan, original, self.sandbox, worker, ctx, replace).to_json()
        answer["files"] = "as they are" if replace is None else "snapshots"
        if replace is not None:
            answer["not_compared"].append("the source files themselves: they differ from Lester's snapshots, whose text was used")
        return answer

    def _kept_sources(self) -> bool:
        """Whether an erasure left the source files as they were, so that they hold more than Lester does."""
        done = [c.case for c in cases.list_cases(self.connection) if c.status in (Status.APPLIED, Status.DONE)]
        plans = [documents.newest_plan(self.connection, case) for case in done]
        return any(p is not None and p.document["keep_sources"] for p in plans)

    def _remaining(self, run: Run) -> dict[str, bytes]:
        """The sources as Lester's snapshots hold them, for scripts that are asked before the files are purged."""
        return {
            self.configuration.source(name).path: snapshot_records(self.connection, s).content
            for name, s in snapshots_of(self.connection, run).items()
        }

    def _replay(self, run: Run, ctx: Context) -> Document:
        _, plan = self.latest(run.pipeline)
        return replay(self.connection, run, self.store.artifacts, self.worker(plan, ctx), ctx).to_json()

    def _replay_all(self, case: str, pipelines: Sequence[str], ctx: Context) -> Document:
        reports = []
        for number, pipeline in enumerate(pipelines):
            part = Part(ctx, number / len(pipelines), (number + 1) / len(pipelines))
            began = time.perf_counter()
            reports.append(self._replay(self.latest(pipeline)[0], part) | {"seconds": _since(began)})
        document = {"equal": all(r["equal"] for r in reports), "pipelines": reports}
        self._record(case, "replay", document)
        self.journal.record(self.connection, "replay", self.actor(), case=case, equal=bool(document["equal"]))
        return document

    def _purge(self, ctx: Context) -> Document:
        began = time.perf_counter()

        def finished(connection: duckdb.DuckDBPyConnection, done: pending.PendingPurge, report: purge.PurgeReport) -> None:
            cases.set_status(connection, done.case, Status.DONE)
            cases.forget_corrections(connection, done.case)
            documents.keep_outcome(connection, done.case, "purge", report.to_json() | {"seconds": _since(began)})
            count = len(report.sources) + len(report.others)
            self.journal.append(connection, "purge", self.actor(), case=done.case, files=count, status=report.status)

        scripts = [p.script for p in self.configuration.pipelines]
        outside = [f for f in (settings_path().parent, scratch_base()) if f.is_dir()]
        report = purge.purge(self.store, self.journal, scripts, outside, ctx, finished).to_json()
        files = [{"path": s["path"], "action": f"{s['lines']} lines taken out"} for s in report["sources"]]
        return report | {"files": [*files, *report["others"]]}

    def _complete_evidence(self, ctx: Context, again: Collection[str] = ()) -> None:
        """Replay, and ask the originals, for cases that have no answer yet: another case purged them, or a process was stopped.

        Parameters
        ----------
        again
            Cases whose originals are asked even if they were asked before.
        """
        for case in cases.list_cases(self.connection):
            plan = documents.newest_plan(self.connection, case.case)
            if plan is None or case.status not in (Status.APPLIED, Status.DONE):
                continue
            known = documents.outcomes(self.connection, case.case)
            left = {r.pipeline for r, _ in self.ran()}
            pipelines = [p for p in documents.remaining_pipelines(plan) if p in left]
            if "replay" not in known:
                self._replay_all(case.case, pipelines, Part(ctx, 0.0, 0.3))
            if case.case in again or (case.status is Status.DONE and "ask-original" not in known):
                self.ask_about(case.case, pipelines, Part(ctx, 0.3, 1.0))

    def _record(self, case: str, step: str, document: Document) -> None:
        with self.transaction() as connection:
            documents.keep_outcome(connection, case, step, document)

    def _signed(self, case: str) -> tuple[Case, Document]:
        found = cases.get_case(self.connection, case)
        plan = documents.newest_plan(self.connection, found.case)
        approval = approvals.approval_of(self.connection, found.case)
        if plan is None or approval is None or found.status not in (Status.APPLIED, Status.DONE, Status.CLOSED):
            waits = cases.next_action(found)
            hint = f"It waits for: {waits}." if waits else "It is closed: what it was answered with is its evidence."
            raise UserError(f"The case {found.case} is not applied, so there is nothing to certify", hint)
        document = documents.certificate_document(self.connection, self.configuration.name, found, plan, approval)
        return found, certificate.sign(document, load_or_create(self.actor().name))

    def _open_case(self, case: str) -> Case:
        found = cases.get_case(self.connection, case)
        if found.status in (Status.APPLIED, Status.DONE, Status.CLOSED):
            raise UserError(
                f"The case {found.case} is {cases.STATUS_TEXT[found.status].lower()}",
                "File a new request if there is more to do.",
            )
        return found

    def _work(self, case: Case, keep_sources: bool | None = None) -> Work:
        """The case for maintenance; how it treats the source files is what its newest plan says, unless a new one is made."""
        if keep_sources is None:
            plan = documents.newest_plan(self.connection, case.case)
            keep_sources = bool(plan and plan.document["keep_sources"])
        corrections = [NewValue(c.source, c.column, c.value, c.row_id) for c in cases.corrections_of(self.connection, case.case)]
        subject = subject_of(self.connection, case.subject)
        return Work(case.case, case.right.value, case.subject, subject, tuple(corrections), keep_sources)

    def _values(self, case: Case) -> tuple[str, ...]:
        return self._work(case).values()

    def _has_column(self, source: str, column: str) -> bool:
        return any(r.source == source and column in r.schema for _, plan in runs(self.connection) for r in plan.reads)

    def _stale(self, case: Case) -> str | None:
        if case.status not in (Status.PLANNED, Status.APPROVED):
            return None
        changed = source_changes(self.connection, self.folder)
        return "; ".join(changed) if changed else None

    def _row(self, case: Case) -> Document:
        left = deadlines.days_left(case.due, datetime.now(UTC).date())
        group = "done" if not case.is_open else "stopped" if case.holds else deadlines.group(case.due, datetime.now(UTC).date())
        return {
            "case": case.case,
            "right": case.right.value,
            "status": case.status.value,
            "status_text": "On hold" if case.holds else cases.STATUS_TEXT[case.status],
            "subject": case.subject,
            "received": case.received.isoformat(),
            "due": case.due.isoformat(),
            "days_left": left,
            "by": case.filed_by,
            "extended": case.extended,
            "next_action": cases.next_action(case),
            "group": group,
        }

    def _timeline(self, case: str) -> list[Document]:
        return [
            {"at": e.at, "text": ACTIONS.get(e.action, e.action), "by": e.actor}
            for e in entries(self.connection)
            if e.details.get("case") == case
        ]


def _since(began: float) -> float:
    return round(time.perf_counter() - began, 3)
