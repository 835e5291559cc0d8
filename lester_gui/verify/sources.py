"""Source files as records that can be left out, moved and edited, and the few hundred that mutated runs begin with.

The records are chosen through the provenance of the full run: some rows of every view with all that they come from, so that joins
still match and every filter still keeps some rows and drops others.
"""

from __future__ import annotations

import csv
import io
import json
import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from lester_gui.errors import UserError
from lester_gui.ir.nodes import Node, Read
from lester_gui.ir.plan import Plan
from lester_gui.runtime import json_documents, json_fields, json_lines
from lester_gui.runtime.records import Dialect, dialect_of, split
from lester_gui.store.ordered import places
from lester_gui.verify.plan_result import Array, Edges, PlanResult

SAMPLE = 300  # records per source
MEMBERS = 5  # rows taken of a group
_NONE = np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True)
class SourceTable:
    """The records of one source file.

    Attributes
    ----------
    source : str
        Its name.
    path : str
        Relative to the project.
    read : Read
        How the plan reads it: columns, separator.
    dialect : Dialect
    preamble : bytes
        Header and skipped lines.
    records : sequence of bytes
        With their line ends.
    end : bytes
        What follows the last element of a JSON document.
    """

    source: str
    path: str
    read: Read
    dialect: Dialect = field(repr=False)
    preamble: bytes = field(repr=False)
    records: Sequence[bytes] = field(repr=False)
    end: bytes = field(repr=False, default=b"")

    @property
    def content(self) -> bytes:
        if self.dialect.document is not None:
            return json_documents.joined(self.preamble, [*self._elements, self.end])
        return self.preamble + b"".join(self.records)

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(f.name for f in self.read.columns)

    @property
    def separator(self) -> str:
        options = dict(self.read.options)
        found = self.dialect.delimiter or options.get("sep") or options.get("delimiter") or ","
        return str(found)

    def holds(self, value: str) -> bool:
        """Whether a field can hold a text: where nothing is quoted, it has no separator."""
        return self.read.reader.is_json or self.dialect.quote is not None or self.separator not in value

    def with_records(self, records: Iterable[bytes]) -> SourceTable:
        """Return the table with other records; every record ends in a line end."""
        if self.dialect.document is not None:
            return replace(self, records=tuple(r for r in records if r.strip()))
        return replace(self, records=tuple(_ended(r) for r in records))

    @property
    def _elements(self) -> list[bytes]:
        """The elements of a document; a key stands there once."""
        if not self._keyed:
            return list(self.records)
        return list({json_documents.object_of(r, True)[json_fields.KEY]: r for r in self.records}.values())

    def fields(self, record: bytes) -> list[str]:
        """Return a record's fields as text."""
        text = self.text(record)
        if self.read.reader.is_json:
            found = json_lines.texts_of(text)
            return [found.get(name) or "" for name in self.columns] if found else []
        if self.dialect.quote is None or self.dialect.quote not in text or len(self.separator) != 1:
            return text.split(self.separator)
        return next(csv.reader(io.StringIO(text, newline=""), delimiter=self.separator, quotechar=self.dialect.quote), [])

    def record(self, fields: Sequence[str], like: bytes) -> bytes:
        """Return fields as a record, quoted where the dialect needs it; what is no field is taken from the record `like`."""
        if self.read.reader.is_json:
            text = self.text(like)
            for path, old, new in zip(self.columns, self.fields(like), fields, strict=False):
                text = text if old == new else json_lines.with_field(text, path, new)
            return self.written(text)
        if self.dialect.quote is None or len(self.separator) != 1:
            return (self.separator.join(fields) + "\n").encode(self.dialect.encoding, "replace")
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=self.separator, quotechar=self.dialect.quote, lineterminator="\n").writerow(fields)
        return out.getvalue().encode(self.dialect.encoding, "replace")

    def without(self, record: bytes, column: str) -> bytes:
        """Return a record of JSON without the field that a column stands for."""
        path = json_fields.split_name(column)[0]
        if path == (json_fields.KEY,) or path == (json_fields.VALUE,):
            return record
        return self.written(json_lines.without_field(self.text(record), path))

    def text(self, record: bytes) -> str:
        """Return a record as text; the element of a document as one object."""
        if self.dialect.document is not None:
            return json_documents.object_text(record, self._keyed)
        return json_lines.without_comma(record.decode(self.dialect.encoding).rstrip("\r\n"), dict(self.read.options).get("cut"))

    def written(self, text: str) -> bytes:
        """Return the text of an object as a record."""
        if self.dialect.document is not None:
            return json_documents.record_of(json.loads(text), self._keyed)
        return (text + "\n").encode(self.dialect.encoding, "replace")

    @property
    def _keyed(self) -> bool:
        return bool(dict(self.read.options).get("keyed", False))

    def edited(self, number: int, column: int, value: str) -> SourceTable:
        """Return the table with one cell changed; ragged records stay."""
        fields = self.fields(self.records[number])
        if column >= len(fields):
            return self
        fields[column] = value
        records = list(self.records)
        records[number] = self.record(fields, records[number])
        return replace(self, records=tuple(records))

    def cells(self, column: int) -> list[str]:
        """Return the text of one column; records that are too short give nothing."""
        rows = (self.fields(r) for r in self.records)
        return [f[column] for f in rows if column < len(f)]


def _ended(record: bytes) -> bytes:
    return record if record.endswith((b"\n", b"\r")) else record + b"\n"


def load(plan: Plan, folder: Path, paths: Mapping[str, str]) -> dict[str, SourceTable]:
    """Read the plan's source files as records, by source name.

    Raises
    ------
    UserError
        If a file is missing or cannot be split.
    """
    out: dict[str, SourceTable] = {}
    for read in plan.reads:
        if read.source in out:
            continue
        path = paths[read.source]
        try:
            content = (folder / path).read_bytes()
        except OSError as error:
            raise UserError(f"The source {path} cannot be read ({error.strerror})", "Scan the project again.") from error
        dialect = dialect_of(read)
        records = split(content, dialect, path)
        rows, end = records.records, b""
        if records.document:
            rows, end = rows[:-1], rows[-1]
        out[read.source] = SourceTable(read.source, path, read, dialect, records.preamble, rows, end)
    return out


def contents(tables: Mapping[str, SourceTable]) -> dict[str, bytes]:
    """Return what to put in the place of the source files, by path."""
    return {t.path: t.content for t in tables.values()}


# --- which records -----------------------------------------------------------------------------------------------------


def sample(
    plan: Plan, result: PlanResult, tables: Mapping[str, SourceTable], seed: int = 0, size: int = SAMPLE
) -> dict[str, SourceTable]:
    """Return tables of at most about `size` records each in which every view still has rows."""
    rng = random.Random(seed)
    wanted: dict[str, set[int]] = {name: set() for name in tables}
    walk = Ancestry(plan, result)
    share = max(6, size // max(1, 2 * len(plan.views)))
    for node in reversed(plan.views):
        view = result.views.get(node.name)
        if view is None or not view.table.num_rows:
            continue
        n = view.table.num_rows
        picked = {0, n - 1, *(rng.randrange(n) for _ in range(share))}
        for source, row in walk.sources(node.name, sorted(picked)):
            if len(wanted[source]) < size:
                wanted[source].add(row)
    out = {}
    for name, table in tables.items():
        n = len(table.records)
        if n <= size:
            out[name] = replace(table, records=tuple(table.records))
            continue
        chosen = {r - 1 for r in wanted[name] if 0 < r <= n} | {n - 1}
        while len(chosen) < size:
            chosen.add(rng.randrange(n))
        out[name] = table.with_records(table.records[i] for i in sorted(chosen))
    return out


class Ancestry:
    """Walks from rows of a view to the source records they come from."""

    def __init__(self, plan: Plan, result: PlanResult) -> None:
        self._nodes: dict[str, Node] = {n.name: n for n in plan.views}
        self._result = result
        self._edges: dict[str, Edges] = {}

    def sources(
        self, view: str, positions: Iterable[int], members: int = MEMBERS, only: Sequence[int] | None = None
    ) -> set[tuple[str, int]]:
        """Return (source, 1-based record) of rows of a view; of a group at most `members` rows count.

        With `only`, the rows themselves are followed through these of their occurrences.
        """
        out: set[tuple[str, int]] = set()
        seen: set[tuple[str, int]] = set()
        stack = [(view, int(p)) for p in positions]
        while stack:
            name, position = stack.pop()
            if (name, position) in seen:
                continue
            seen.add((name, position))
            occurrences = self._result.views[name].occurrences
            if only is not None and name == view:
                occurrences = tuple(o for i, o in enumerate(occurrences) if i in only)
            for occurrence in occurrences:
                number = occurrence.rows[position].as_py()
                origin = self._nodes[occurrence.origin]
                if number is None:
                    continue
                if isinstance(origin, Read):
                    out.add((origin.source, int(number)))
                    continue
                above = origin.parents[0].name
                parents = self._members(origin.name, int(number))[:members]
                stack.extend((above, p) for p in self.positions(above, parents).tolist() if p >= 0)
        return out

    def positions(self, view: str, numbers: Array) -> Array:
        """Return where rows of these numbers stand in a view, -1 for those that are not in it."""
        return places(numbers, self._result.views[view].row_no)

    def edges(self, view: str) -> Edges:
        """Return the edges of a view that begins new rows, by row."""
        if view not in self._edges:
            edges = self._result.edges.get(view, Edges(_NONE, _NONE))
            order = np.argsort(edges.row_no, kind="stable")
            self._edges[view] = Edges(edges.row_no[order], edges.parent_no[order])
        return self._edges[view]

    def _members(self, view: str, number: int) -> Array:
        edges = self.edges(view)
        first, last = np.searchsorted(edges.row_no, [number, number + 1])
        return edges.parent_no[first:last]
