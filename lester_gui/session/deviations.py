"""What a script does that its author may not have meant: said with its effect counted, beside the plan that would not do it.

The plan does what the script does. Another reading is only ever adopted by a person who gives a reason; until then it is a
document beside the finding.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pyarrow as pa

from lester_gui.discovery.configuration import Configuration
from lester_gui.errors import UserError
from lester_gui.ir.nodes import Join, JoinKind, Node, Take
from lester_gui.ir.plan import Plan
from lester_gui.ir.render import render
from lester_gui.ir.serialise import to_json
from lester_gui.maintenance.learned import Worker
from lester_gui.progress import Context
from lester_gui.rewrite.findings import Finding
from lester_gui.rewrite.lift.scopes import short_of_scope
from lester_gui.runtime.compile_sql import key_condition
from lester_gui.session import row_by_row
from lester_gui.session.execution import executor
from lester_gui.session.opened import Document
from lester_gui.store import connection as stores
from lester_gui.store.registered import registered
from lester_gui.verify.plan_result import PlanResult

EARLY, DOUBLED, DROPPED = "fitted-before-split", "duplicate-join-keys", "dropped-rows"


@dataclass(slots=True)
class Counter:
    """Counts effects on the files as they are.

    Parameters
    ----------
    plan
        What the script does.
    workers
        Gives what runs the code that a plan carries.
    ran
        What the plan makes of the files, where it ran already.
    """

    plan: Plan
    folder: Path
    configuration: Configuration
    workers: Callable[[Plan, Context], Worker]
    ctx: Context
    ran: PlanResult | None = None

    def told(self, findings: Sequence[Finding]) -> list[Document]:
        """Return the findings as documents, those about rows without a partner among them, by line.

        Each has ``kind``, ``title``, ``text``, ``line`` and ``effect``; where another reading exists ``alternative`` holds it as
        ``text`` and ``plan``, and what it would change as ``changed`` of ``of`` and in the words of ``counts``.
        """
        said = [self._counted(f) for f in findings]
        if self._runs():
            said += list(self._dropped())
        return sorted(said, key=lambda f: f["line"] or 0)

    def _counted(self, finding: Finding) -> Document:
        document: Document = {
            "kind": finding.kind,
            "title": finding.title,
            "text": finding.text,
            "line": finding.line,
            "effect": finding.effect,
        }
        try:
            if finding.alternative is not None:
                return self._row_by_row(document, finding.alternative)
            if finding.kind == EARLY and self.plan.encode.fit_on == "all":
                return self._on_training_rows(document)
            if finding.kind == DOUBLED:
                return self._doubled(document)
        except UserError as error:
            return document | {"text": f"{document['text']} The effect could not be counted: {error.message}."}
        return document

    def _row_by_row(self, document: Document, alternative: Plan) -> Document:
        changed, labels = row_by_row.changed_labels(
            self.plan, alternative, self.folder, self.configuration, self.workers, self.ctx
        )
        counted = f"Row by row, {changed:,} of {labels:,} labels would be others."
        other = _reading(alternative, "Every row its own values", changed, labels, "labels")
        other |= {"labels": labels, "labels_changed": changed}
        return document | {"text": f"{document['text']} {counted}", "alternative": other}

    def _on_training_rows(self, document: Document) -> Document:
        """Fit on the training rows alone, and count the test decisions that would be others."""
        encode = self.plan.encode
        blocks = tuple(replace(b, chain=short_of_scope(b.chain, mixed=False)) for b in encode.blocks)
        alternative = replace(self.plan, encode=replace(encode, fit_on="train", blocks=blocks))
        before, after = self._result(), self._run(alternative)
        if before.predictions is None or after.predictions is None or len(before.predictions) != len(after.predictions):
            return document
        changed, of = int(np.sum(before.predictions != after.predictions)), len(before.predictions)
        counted = f"Fitted on the training rows alone, {changed:,} of {of:,} test decisions would be others."
        other = _reading(alternative, "Encoders fitted on the training rows", changed, of, "test decisions")
        return document | {"text": f"{document['text']} {counted}", "alternative": other}

    def _doubled(self, document: Document) -> Document:
        """Count the entries that never count because another one has the same key."""
        taking = [n for n in self.plan.views if isinstance(n, Join) and n.take is not Take.ALL]
        joins = [n for n in taking if document["line"] in _lines_of(n.right)] or taking
        if len(joins) != 1:  # which of them the finding means is not known
            return document
        view = self._result().views.get(joins[0].right.name)
        if view is None:
            return document
        entries = view.table.select([right for _, right in joins[0].on])
        of = entries.num_rows
        hidden = of - _count("SELECT count(*) FROM (SELECT DISTINCT * FROM entries)", entries=entries)
        counted = f"{hidden:,} of {of:,} entries share a key with another one and never count."
        return document | {"text": f"{document['text']} {counted}", "counted": {"rows": hidden, "of": of}}

    def _dropped(self) -> Iterator[Document]:
        """Joins that leave out rows without a partner."""
        for node in self.plan.views:
            if not isinstance(node, Join) or node.how is not JoinKind.INNER:
                continue
            left, right = (self._result().views.get(p.name) for p in node.parents)
            if left is None or right is None:
                continue
            partners = f"SELECT count(*) FROM l ANTI JOIN r ON {key_condition(node)}"
            lost, of = _count(partners, l=left.table, r=right.table), left.table.num_rows
            if lost:
                yield {
                    "kind": DROPPED,
                    "title": f"{lost:,} of {of:,} rows have no partner and are left out",
                    "text": f"{node.name} joins {node.left.name} with {node.right.name}; rows without a partner do not go on.",
                    "line": node.line,
                    "effect": "The people in these rows are neither trained on nor tested on.",
                    "counted": {"rows": lost, "of": of},
                }

    # --- running --------------------------------------------------------------------------------------------------------

    def _result(self) -> PlanResult:
        if self.ran is None:
            self.ran = self._run(self.plan)
        return self.ran

    def _runs(self) -> bool:
        """Whether the plan runs on the data; where it stops, the verdict says so and there is nothing to count."""
        try:
            return self._result() is not None
        except UserError:
            return False

    def _run(self, plan: Plan) -> PlanResult:
        with executor(self.configuration, self.workers) as execute:
            return execute(plan, self.folder, None, self.ctx)


def _count(sql: str, **tables: pa.Table) -> int:
    with closing(stores.open_memory()) as connection, registered(connection, **tables):
        return int(connection.execute(sql).fetchall()[0][0])


def _reading(plan: Plan, title: str, changed: int, of: int, what: str) -> Document:
    return {
        "title": title,
        "text": render(plan).text,
        "plan": to_json(plan),
        "changed": changed,
        "of": of,
        "counts": f"{changed:,} of {of:,} {what} would be others",
    }


def _lines_of(node: Node) -> set[int]:
    return {*node.lines, *(line for p in node.parents for line in _lines_of(p))}
