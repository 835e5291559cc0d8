"""Answers to requests that change no data: the access package, a documented decision, a longer deadline, a closed case."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from lester_gui.errors import UserError
from lester_gui.progress import Context, Part, silent
from lester_gui.requests import cases
from lester_gui.requests.cases import Right
from lester_gui.session import access
from lester_gui.session import case_documents as documents
from lester_gui.session.exports import Exports
from lester_gui.session.files import require_format, written
from lester_gui.session.inspecting import Inspecting
from lester_gui.session.opened import Document, one_at_a_time
from lester_gui.store import catalogue

GRANTED: Final = "granted"
REFUSED: Final = "refused"
EFFECT: Final = {
    Right.RESTRICTION: "Documented only. Not supported yet: leaving a restricted person out of runs. The next run still uses "
    "their rows; until then, run none of the pipelines that read them.",
    Right.OBJECTION: "Documented only. Not supported yet: stopping one purpose for one person. The next run still uses their "
    "rows; file an erasure if no ground to keep them is left.",
    Right.ACCESS: "The person is answered; nothing in the project changes.",
    Right.ERASURE: "Closed without execution: nothing was erased.",
    Right.RECTIFICATION: "Closed without execution: nothing was corrected.",
}


class Answering(Inspecting, Exports):
    """The use cases of cases that end without maintenance."""

    @one_at_a_time
    def access_package(self, case: str, out: Path | str, ctx: Context | None = None) -> Document:
        """Write everything that the project holds about the person of an access case.

        Parameters
        ----------
        out
            A ``.zip``: ``access.json`` (contents, purposes, logic, what was not searched), the person's lines of every source,
            their rows of every view, their features with labels and predictions. Unmasked.

        Raises
        ------
        UserError
            If the case asks for something else, is closed, or the file cannot be written. No half file stays.
        """
        ctx = ctx or silent()
        found = self._open_case(case)
        if found.right is not Right.ACCESS:
            raise UserError(f"The case {found.case} is no request for access", "File one for the same person.")
        target = self._target(Path(out))
        require_format(target, (".zip",), "an access package")
        traced = self.trace(found.subject, ctx=Part(ctx, 0.0, 0.4))
        person = self._known(found.subject)
        package = access.Package()
        sources = []
        for source, row_ids in person.subject.rows.items():
            snapshot = catalogue.latest_snapshot(self.connection, source)
            if snapshot is not None and row_ids:
                sources.append(access.add_source(package, self.connection, snapshot, row_ids))
        owner = access.Holder(self.connection, person.subject.rows)
        pipelines: list[Document] = []
        for pipeline in self.scanned().pipelines:
            part = Part(ctx, 0.4, 0.95)
            part.advance(f"Collecting from {pipeline.name}", 0.0)
            run = catalogue.latest_run(self.connection, pipeline.name)
            purpose = f"{pipeline.script} trains {pipeline.estimator} on {', '.join(pipeline.sources)}"
            if run is None:
                reason = "it was not run in Lester: only the sources above are included"
                pipelines.append({"pipeline": pipeline.name, "purpose": purpose, "not_included": reason})
                continue
            way = self._reach(run, person, part)
            worker = self.worker(way.plan, part)
            pipelines.append(access.add_pipeline(package, self.connection, way, owner, purpose, worker, part))
        contents = access.describe(found.subject, found.case, sources, pipelines, traced)
        package.files["access.json"] = access.contents(contents)
        with written(target) as draft:
            package.write(draft)
        withheld = sum(v["withheld"] for p in pipelines for v in p.get("views", ()))
        outcome = {"path": target.name, "rows": package.rows, "files": len(package.files), "withheld": withheld}
        self._record(found.case, "access", outcome)
        self.journal.record(
            self.connection, "export", self.actor(), case=found.case, subject=found.subject, artefact="access package",
            format="zip", rows=package.rows, files=len(package.files),
        )  # fmt: skip
        return outcome | {"case": found.case, "path": str(target)}

    @one_at_a_time
    def answer(self, case: str, decision: str, reason: str, by: str | None = None) -> Document:
        """Close a case with a documented decision, ``granted`` or ``refused``, without touching any data.

        The case then says what the decision changes, and what it does not change yet.

        Raises
        ------
        UserError
            If the decision is none, or has no reason.
        Refused
            If the case is done or closed.
        """
        if decision not in (GRANTED, REFUSED):
            raise UserError(f"There is no decision {decision!r}", f"A request is {GRANTED} or {REFUSED}.")
        found = self._open_case(case)
        if decision == GRANTED and found.right in cases.EXECUTABLE:
            raise UserError(
                f"A request for {found.right.value} is granted by carrying it out", "Plan it, have it approved and apply it."
            )
        if (
            decision == GRANTED
            and found.right is Right.ACCESS
            and "access" not in documents.outcomes(self.connection, found.case)
        ):
            raise UserError("The access package was not made yet", "Export it first, then close the case.")
        cases.close_case(self.connection, self.journal, found.case, reason, self.actor(by), self._values(found))
        effect = EFFECT[found.right] if decision == GRANTED else "Refused: nothing in the project changes."
        self._record(found.case, "answer", {"decision": decision, "reason": reason.strip(), "by": self.actor(by).name,
                                            "effect": effect})  # fmt: skip
        return self.case(found.case)

    @one_at_a_time
    def extend(self, case: str, reason: str, by: str | None = None) -> Document:
        """Extend a deadline by two months (Art. 12(3)); the person is told, with the reason.

        Raises
        ------
        UserError
            Without a reason.
        Refused
            If the case is closed or extended already, or the first month is over.
        """
        found = self._open_case(case)
        cases.extend(self.connection, self.journal, found.case, reason, self.actor(by), forbid=self._values(found))
        return self.case(found.case)
