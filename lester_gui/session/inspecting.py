"""See the rows that a case takes out or corrects before it is approved: masked, a page at a time, one value with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from lester_gui.errors import UserError
from lester_gui.maintenance import affected, pending, purge
from lester_gui.maintenance.affected import AffectedField, AffectedRow
from lester_gui.maintenance.plan import MaintenancePlan
from lester_gui.maintenance.work import ERASURE, Work, runs
from lester_gui.requests import cases
from lester_gui.requests.cases import Case, Right, Status
from lester_gui.session import case_documents as documents
from lester_gui.session.casework import Casework
from lester_gui.session.masking import REVEALED_SECONDS, require_reason
from lester_gui.session.opened import Document, one_at_a_time
from lester_gui.session.reach import used_columns
from lester_gui.store import subjects

PAGE: Final = 20
"""Rows that are shown at once; more would invite to scroll over people instead of checking rows."""
MOST_FIELDS: Final = 60
"""Fields of a row that are shown: those that name the person or change first, then in the order of the file."""


class Inspecting(Casework):
    """The use cases of whoever decides on a case."""

    @one_at_a_time
    def affected_rows(self, case: str, source: str = "", start: int = 0, count: int = PAGE) -> Document:
        """Show the rows of a source that a case touches, every value masked; of a correction also the new value, masked.

        Parameters
        ----------
        source
            The first one that the case touches when left out.
        start, count
            The page: at most `PAGE` rows.

        Raises
        ------
        UserError
            If the case changes no data or is carried out already, or touches no such source.
        """
        if start < 0 or not 1 <= count <= PAGE:
            raise UserError(f"A page begins at row 0 or later and has 1 to {PAGE} rows", "Ask for fewer rows.")
        found, work = self._deciding(case)
        touched = affected.row_ids(self.connection, work)
        chosen = self._chosen(touched, source)
        rows = affected.rows(self.connection, work, chosen, touched[chosen], start, count)
        roles = self._roles(chosen)
        erases = work.right == ERASURE
        return {
            "case": found.case,
            "right": found.right.value,
            "subject": found.subject,
            "sources": [{"source": s, "path": self.configuration.source(s).path, "rows": len(ids)} for s, ids in touched.items()],
            "source": chosen,
            "path": self.configuration.source(chosen).path,
            "by_line": subjects.ROW_KEY in self.configuration.source(chosen).subject_keys,
            "start": start,
            "total": len(touched[chosen]),
            "page": count,
            "rows": [_row(r, roles, erases) for r in rows],
        }

    @one_at_a_time
    def reveal_affected(self, case: str, source: str, row_id: int, column: str, reason: str) -> Document:
        """Show one masked value of such a row for a short time, and what it is corrected to, as `reveal` shows a cell.

        Raises
        ------
        UserError
            Without a reason, if the reason repeats a value of the person, or if the case touches no such field.
        """
        why = require_reason(reason)
        found, work = self._deciding(case)
        touched = affected.row_ids(self.connection, work)
        ids = touched[self._chosen(touched, source)]
        rows = affected.rows(self.connection, work, source, [i for i in ids if i == row_id], 0, 1)
        fields = {f.column: f for f in rows[0].fields} if rows else {}
        if column not in fields:
            raise UserError(f"The case {found.case} touches no such field of {source}", "Look at its rows again.")
        wanted = fields[column]
        keys = {f.old for name, f in fields.items() if self._roles(source).get(name, {}).get("role") == "key"}
        forbidden = {*work.values(), *keys, wanted.old, wanted.new or ""}
        self.journal.record(
            self.connection, "reveal", self.actor(), forbid=forbidden, reason=why,
            case=found.case, source=source, column=column, row=row_id, subject=found.subject,
        )  # fmt: skip
        return {"value": wanted.old, "new": wanted.new, "seconds": REVEALED_SECONDS}

    @one_at_a_time
    def purge_preview(self, case: str) -> Document:
        """Exactly the lines and files that a purge takes out, masked."""
        found = cases.get_case(self.connection, case)
        if found.status is Status.APPLIED:
            return {
                "files": purge.preview(self.connection),
                "other_files": [{"path": f.path} for f in pending.files(self.connection)],
            }
        plan = documents.newest_plan(self.connection, found.case)
        if plan is None:
            raise UserError(f"The case {found.case} has no plan yet", f"lester plan PROJECT {found.case}")
        return {"files": self._lines_by_file(plan), "other_files": _files_of(plan)}

    def _deciding(self, case: str) -> tuple[Case, Work]:
        found = self._open_case(case)
        if found.right not in cases.EXECUTABLE:
            raise UserError(f"A request for {found.right.value} changes no rows", "It is answered: lester answer PROJECT CASE.")
        return found, self._work(found)

    def _lines_by_file(self, plan: MaintenancePlan) -> list[Document]:
        """The lines of a plan by source file, before it is applied."""
        action = "removed" if plan.document["right"] == Right.ERASURE.value else "corrected"
        out: dict[str, list[Document]] = {}
        for line in plan.document["lines"]:
            out.setdefault(line["source"], []).append({"number": line["line"], "masked": line["masked"], "action": action})
        return [{"path": self.configuration.source(s).path, "source": s, "lines": lines} for s, lines in out.items()]

    @staticmethod
    def _chosen(touched: Mapping[str, tuple[int, ...]], source: str) -> str:
        if not touched:
            raise UserError("The person has no row in any source", "There is nothing to erase; close the case.")
        if source and source not in touched:
            raise UserError(f"The case touches no row of {source}", f"It touches rows of {', '.join(touched)}.")
        return source or next(iter(touched))

    def _roles(self, source: str) -> dict[str, Document]:
        """Column → why it matters: ``key`` names the person, ``data`` feeds a model, ``control`` chooses rows; and for whom."""
        out: dict[str, Document] = {}
        for run, plan in runs(self.connection):
            for column, kind in used_columns(plan).get(source, {}).items():
                known = out.setdefault(column, {"role": kind, "pipelines": []})
                known["role"] = "data" if "data" in (kind, known["role"]) else kind
                known["pipelines"].append(run.pipeline)
        for column in self.configuration.source(source).subject_keys:
            out.setdefault(column, {"pipelines": []})["role"] = "key"
        return out


def _row(row: AffectedRow, roles: Mapping[str, Document], erases: bool) -> Document:
    """Return a row with its fields masked; of a correction only those that name the person or change."""

    def matters(f: AffectedField) -> int:
        role = roles.get(f.column, {}).get("role")
        return 0 if role == "key" else 1 if f.new is not None else 2

    fields = sorted((f for f in row.fields if erases or matters(f) < 2), key=matters)
    shown = [_field(f, roles.get(f.column, {})) for f in fields[:MOST_FIELDS]]
    return {"row_id": row.row_id, "line": row.line, "fields": shown, "others": len(row.fields) - len(shown)}


def _field(f: AffectedField, role: Document) -> Document:
    return {
        "column": f.column,
        "role": "changes" if f.new is not None else role.get("role", ""),
        "pipelines": list(role.get("pipelines", ())),
        "masked": _masked(f.old),
        "new_masked": None if f.new is None else _masked(f.new),
    }


def _masked(value: str) -> str:
    """A hint as search gives it for persons; nothing where there is nothing."""
    return subjects.mask(value.strip()) if value.strip() else ""


def _files_of(plan: MaintenancePlan) -> list[Document]:
    return [{"path": a["artefact"], "action": a["method"]} for a in plan.actions if a["kind"] == "file"]
