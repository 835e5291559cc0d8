"""Where one person's data went, and what leaving them out changes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, TypeVar

from lester_gui.discovery.scan import FoundPipeline
from lester_gui.errors import UserError
from lester_gui.ir.learning import TEST, Model
from lester_gui.ir.plan import Plan
from lester_gui.progress import Context, Part, silent
from lester_gui.runtime.ingest import snapshot_records
from lester_gui.session import counterfactual_documents, influencing, lineage, written
from lester_gui.session import trace_documents as documents
from lester_gui.session.counterfactual import Counterfactual, compare_runs
from lester_gui.session.indexing import PIPELINE, NotSearched, Searched, complete
from lester_gui.session.influencing import Measured
from lester_gui.session.opened import Document, one_at_a_time
from lester_gui.session.reach import Reached, reach, ways_through
from lester_gui.session.running import Running
from lester_gui.session.subject import AmbiguousSubject, find, parse, refuse_unknown_place
from lester_gui.store import catalogue, subjects
from lester_gui.store.catalogue import Run
from lester_gui.store.subjects import Subject
from lester_gui.verify.capture import Original

R = TypeVar("R")
REMEMBERED: Final = 32
"""Footprints and influences kept in memory; each belongs to one person and one state of the project."""
_WRITING: Final = ("run", "apply", "recover", "purge", "rewrite", "sources-read")
NOT_RUN: Final = "it is rewritten but was not run yet, so it has no views to look through"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who was found. The subject is personal data: never logged."""

    token: str
    subject: Subject = field(repr=False)

    def has_rows_in(self, sources: Sequence[str]) -> bool:
        return any(self.subject.rows.get(s) for s in sources)


@dataclass(slots=True)
class _Found:
    """What a trace has found so far."""

    pipelines: list[Document]
    views: list[Document]
    reached: list[Reached]
    measured: list[Measured]
    missed: list[NotSearched]


class People(Running):
    """The use cases of the Person and Lineage screens."""

    def __init__(self, folder: Path, user: str | None = None) -> None:
        self._remembered: OrderedDict[Hashable, Any] = OrderedDict()
        self._remembered_state = -1
        self._remembered_at: int | None = None
        super().__init__(folder, user)

    @one_at_a_time
    def trace(self, subject: str, influence: bool = False, counterfactual: bool = False, ctx: Context | None = None) -> Document:
        """Search a person in all sources and follow their rows through the newest run of every pipeline.

        Parameters
        ----------
        subject
            ``VALUE``, ``SOURCE.COLUMN=VALUE`` or a token.
        influence
            Also refit every model without them and compare.
        counterfactual
            Also run the original scripts with and without them. Pipelines without a plan are looked at like that in any case.

        Raises
        ------
        AmbiguousSubject
            If a bare value names several persons.
        """
        ctx = ctx or silent()
        searched, left_out = complete(self, Part(ctx, 0.0, 0.1), self._once)
        person = self._identify(subject, searched, "influence" if influence else None)
        if person is None:
            refuse_unknown_place(subject, self.configuration)
        scanned = self.scanned()
        missed = [*left_out, *(NotSearched(path, "script", reason) for path, reason in scanned.not_understood)]
        if person is None:
            return documents.nobody(searched, missed)
        found = _Found([], [], [], [], missed)
        for number, pipeline in enumerate(scanned.pipelines):
            start, end = (0.1 + 0.9 * n / len(scanned.pipelines) for n in (number, number + 1))
            run = catalogue.latest_run(self.connection, pipeline.name)
            if run is not None:
                self._trace_run(found, pipeline, run, person, influence, counterfactual, Part(ctx, start, end))
            elif person.has_rows_in(pipeline.sources):
                self._trace_original(found, pipeline, person, counterfactual, Part(ctx, start, end))
        return documents.found(
            person.token,
            person.subject,
            searched,
            found.missed,
            found.pipelines,
            found.views,
            found.reached,
            found.measured,
            subjects.unlinked(self.connection),
        )

    @one_at_a_time
    def require_subject(self, subject: str, ctx: Context | None = None) -> Person:
        """Return the person that a request names.

        Raises
        ------
        UserError
            If there is nobody; `AmbiguousSubject` if there are several.
        """
        searched, _ = complete(self, ctx or silent(), self._once)
        person = self._identify(subject, searched, None)
        if person is None:
            refuse_unknown_place(subject, self.configuration)
            where = ", ".join(s.source for s in searched) or "no source"
            raise UserError(f"Nobody with this value was found in {where}", "Check the value, or search with lester trace.")
        return person

    @one_at_a_time
    def graph(self, token: str, pipeline: str | None = None) -> Document:
        """The picture of a person's way through the project, from sources to predictions.

        Parameters
        ----------
        pipeline
            Only this one. Pipelines without a run are drawn as far as a trace ran their scripts.

        Raises
        ------
        UserError
            If the token means nobody.
        """
        person = self._known(token)
        if pipeline is not None:
            self.configuration.pipeline(pipeline)
        return self._graph(person, pipeline)

    @one_at_a_time
    def path(self, token: str, node_id: str) -> Document:
        """The part of the graph through which a person reached a node, and one sentence about it."""
        return lineage.path(self.graph(token), node_id, token)

    @one_at_a_time
    def feature_origin(self, pipeline: str, feature: str, row_no: int | None = None) -> Document:
        """The chain from a column of X back to source cells; values stay masked.

        Parameters
        ----------
        feature
            A column of X by name or label, or a prepared column.
        row_no
            A prepared row; without one the chain names columns only.

        Raises
        ------
        UserError
            If there is no such feature or row.
        """
        run, plan = self.latest(pipeline)
        return lineage.feature_origin(self.connection, run, plan, feature, row_no)

    # --- one person -----------------------------------------------------------------------------------------------------

    def _identify(self, text: str, searched: Sequence[Searched], note: str | None) -> Person | None:
        """Find a person, give them a token, and journal that somebody searched."""
        query = parse(text, self.configuration)
        ambiguous: AmbiguousSubject | None = None
        person: Person | None = None
        with self.transaction() as connection:
            details: dict[str, Any] = {"sources": len(searched)}
            try:
                subject = find(connection, query)
            except AmbiguousSubject as error:
                ambiguous = error
                details["note"] = "several-persons"
            else:
                if subject is None:
                    details["note"] = "nothing-found"
                else:
                    person = Person(subjects.token_of(connection, subject), subject)
                    details |= {"subject": person.token, "rows": sum(len(r) for r in subject.rows.values())}
                    if note is not None:
                        details["note"] = note
            self.journal.append(connection, "search", self.actor(), **details)
        if ambiguous is not None:
            raise ambiguous
        return person

    def _known(self, token: str) -> Person:
        subject = subjects.of_token(self.connection, token) if self.has_store else None
        if subject is None:
            raise UserError(f"{token} stands for nobody in this project", "Search for the person again.")
        return Person(token, subject)

    # --- one pipeline ---------------------------------------------------------------------------------------------------

    def _trace_run(
        self,
        found: _Found,
        pipeline: FoundPipeline,
        run: Run,
        person: Person,
        influence: bool,
        counterfactual: bool,
        ctx: Context,
    ) -> None:
        ctx.advance(f"Following their rows through {pipeline.name}", 0.0)
        way = self._reach(run, person, ctx)
        found.reached.append(way)
        found.views += documents.views(way)
        files, missed = written.holdings(
            self.folder, self._files(pipeline, way.plan), self._marks(person), way, _notebook(pipeline)
        )
        found.missed += missed
        said = influencing.stored_predictions(self.connection, way.footprint.run, way.sides[TEST])
        record = catalogue.get(self.connection, catalogue.Pipeline, name=pipeline.name)
        document = documents.pipeline(way, files, said, "not-rewritten" if record is None else record.status)
        found.pipelines.append(document)
        concerned = person.has_rows_in(pipeline.sources)
        coarse = way.is_coarse and concerned
        try:
            if influence and not coarse:
                measured = self._measure(way, person, Part(ctx, 0.1, 0.5 if counterfactual else 1.0))
                found.measured.append(measured)
                document["influence"] = influencing.document(measured, way)
                document["predictions"] = influencing.predictions(measured)
                if not measured.influence.model_changed and not document["train_rows"]:
                    document["models"] = []  # they could have moved it, and did not
            if concerned and (counterfactual or (coarse and influence)):
                both = self._counterfactual(pipeline, way.plan.model, person, Part(ctx, 0.5, 1.0))
                document["refit"] = document["influence"]
                labels = [c.column.label for c in way.cells]
                document |= counterfactual_documents.beside(both, pipeline.name, labels)
                if coarse:
                    document |= counterfactual_documents.counts(both, pipeline.name)
        except UserError as error:
            found.missed.append(_problem(pipeline, error))

    def _trace_original(self, found: _Found, pipeline: FoundPipeline, person: Person, counterfactual: bool, ctx: Context) -> None:
        """Look at a pipeline that has no run through runs of its script; one that has a plan waits for its run."""
        record = catalogue.get(self.connection, catalogue.Pipeline, name=pipeline.name)
        if record is not None and record.plan_json is not None and not counterfactual:
            found.missed.append(NotSearched(pipeline.script, PIPELINE, NOT_RUN))
            return
        model = Model(estimator=f"script.{pipeline.estimator}", lines=(pipeline.fit_line,))
        try:
            both = self._counterfactual(pipeline, model, person, ctx)
        except UserError as error:
            found.missed.append(_problem(pipeline, error))
            return
        known = self._files(pipeline, None)
        contents = {path: content for path, content, _ in known}
        files, missed = written.holdings(self.folder, known, self._marks(person), None, _notebook(pipeline))
        found.missed += missed
        found.pipelines.append(counterfactual_documents.pipeline(both, pipeline.name, files, contents))

    def _reach(self, run: Run, person: Person, ctx: Context) -> Reached:
        ways = self._once(("ways", run.id), lambda: ways_through(self.connection, run, self.latest(run.pipeline)[1]))
        key = ("reach", run.id, person.token, str(person.subject.rows))
        return self._once(key, lambda: reach(self.connection, run, ways, person.subject.rows, ctx))

    def _measure(self, way: Reached, person: Person, ctx: Context) -> Measured:
        def compute() -> Measured:
            worker = self.worker(way.plan, ctx)
            keys = {s.name: s.subject_keys for s in self.configuration.sources}
            return influencing.measure(self.connection, self.store.artifacts, way, person.subject.rows, keys, worker, ctx)

        return self._once(("measured", way.run.id, person.token, str(person.subject.rows)), compute)

    def _counterfactual(self, pipeline: FoundPipeline, model: Model, person: Person, ctx: Context) -> Counterfactual:
        """Run the script of a pipeline with and without a person, on the snapshots."""

        def compute() -> Counterfactual:
            everybody: dict[str, bytes] = {}
            others: dict[str, bytes] = {}
            paths: dict[str, str] = {}
            for name in pipeline.sources:
                snapshot = catalogue.latest_snapshot(self.connection, name)
                if snapshot is None:
                    continue
                paths[name] = path = self.configuration.source(name).path
                records = snapshot_records(self.connection, snapshot)
                everybody[path] = records.content
                others[path] = records.without(set(person.subject.rows.get(name, ()))).content
            original = Original(self.folder, self.script_of(pipeline.name), paths, self.configuration.python)
            return compare_runs(original, self.sandbox, model, everybody, others, ctx)

        return self._once(self._counterfactual_key(pipeline, person), compute)

    def _counterfactual_key(self, pipeline: FoundPipeline, person: Person) -> tuple[Hashable, ...]:
        snapshots = tuple(s.id for n in pipeline.sources if (s := catalogue.latest_snapshot(self.connection, n)) is not None)
        return ("counterfactual", pipeline.name, self.file_hash(pipeline.script), snapshots, str(person.subject.rows))

    def _graph(self, person: Person, pipeline: str | None) -> Document:
        parts: list[lineage.Part] = []
        scripts: list[lineage.ScriptPart] = []
        for found in self.scanned().pipelines:
            if pipeline not in (None, found.name):
                continue
            run = catalogue.latest_run(self.connection, found.name)
            if run is None:
                both = self._recall(self._counterfactual_key(found, person))
                if both is not None:  # known since the trace; drawing a graph runs no script
                    rows = {s: (len(person.subject.rows.get(s, ())), self._rows_of(s)) for s in found.sources}
                    scripts.append((found.name, both, rows))
                continue
            way = self._reach(run, person, silent())
            measured = self._recall(("measured", run.id, person.token, str(person.subject.rows)))
            parts.append((way, None if measured is None else measured.influence))
        return lineage.graph(parts, scripts)

    def _rows_of(self, source: str) -> int:
        snapshot = catalogue.latest_snapshot(self.connection, source)
        return snapshot.rows if snapshot is not None else 0

    def _marks(self, person: Person) -> written.Marks:
        return written.marks_of(self.connection, person.subject.aliases)

    def _files(self, pipeline: FoundPipeline, plan: Plan | None) -> list[tuple[str, str, str]]:
        """Files that a script writes, as its plan, the last run and its text name them."""
        files = {w.path: (w.path, w.content, "") for w in pipeline.writes}
        for known in catalogue.find(self.connection, catalogue.Artefact, pipeline=pipeline.name):
            files[known.path] = (known.path, known.content, "")
        if plan is not None:
            files |= {f[0]: f for f in written.written_by(plan)}
        return list(files.values())

    # --- memory ---------------------------------------------------------------------------------------------------------

    def _once(self, key: tuple[Hashable, ...], find_out: Callable[[], R]) -> R:
        """Remember what was found for this state of the project."""
        if key not in self._current():
            self._remembered[key] = find_out()
            while len(self._remembered) > REMEMBERED:
                self._remembered.popitem(last=False)
        self._remembered.move_to_end(key)
        found: R = self._remembered[key]
        return found

    def _recall(self, key: tuple[Hashable, ...]) -> Any:
        return self._current().get(key)

    def _current(self) -> OrderedDict[Hashable, Any]:
        """What is remembered of the project as it is; after a run or an erasure everything else is forgotten."""
        written = self.journal.written
        if written is not None and written == self._remembered_at:
            return self._remembered  # nothing was done since
        self._remembered_at = written
        row = self.connection.execute(
            "SELECT coalesce(max(seq), 0) FROM lester.journal WHERE list_contains(?, action)", [list(_WRITING)]
        ).fetchone()
        state = int(row[0]) if row else 0
        if state != self._remembered_state:
            self._remembered.clear()
            self._remembered_state = state
        return self._remembered


def _notebook(pipeline: FoundPipeline) -> str:
    return pipeline.script if pipeline.kind == "notebook" else ""


def _problem(pipeline: FoundPipeline, error: UserError) -> NotSearched:
    return NotSearched(pipeline.script, PIPELINE, f"{error.message}. {error.hint}".strip())
