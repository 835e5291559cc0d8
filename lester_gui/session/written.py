"""Files that a script wrote: does one hold the person, and in how many rows? Nothing is unpickled, no value leaves."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet

from lester_gui.ir.learning import ROWS_OF, TRAIN
from lester_gui.ir.plan import Plan
from lester_gui.maintenance.search import MIN_LENGTH
from lester_gui.session.indexing import NotSearched
from lester_gui.session.reach import Reached
from lester_gui.store.subjects import ROW_KEY, Alias, normalise

MODELS: Final = frozenset({".pkl", ".pickle", ".joblib", ".skops", ".onnx", ".h5", ".pt", ".pth"})
TEXTS: Final = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".ndjson", ".log", ".md", ""})
OUTPUTS: Final = "saved outputs"


@dataclass(frozen=True, slots=True)
class Holding:
    """A file that a script wrote.

    Attributes
    ----------
    path, content : str
        Relative to the project; what it holds (``model``, ``table``, …).
    rows : int
        Rows that hold the person; for a model file, the training rows of theirs behind it.
    how : str
        How that is known, in words.
    """

    path: str
    content: str
    rows: int
    how: str

    def to_json(self) -> dict[str, Any]:
        return {"path": self.path, "content": self.content, "rows": self.rows, "how": self.how}


class Unreadable(Exception):
    """A file cannot be searched; the text says why."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What names a person in a file. Personal data: never logged.

    Attributes
    ----------
    texts : frozenset of str
        Normalised values that mean the person wherever they stand.
    numbers : frozenset of (str, str)
        Column name in lower case and value: a plain number names somebody only in a column that means the same.
    """

    texts: frozenset[str]
    numbers: frozenset[tuple[str, str]]


def marks_of(connection: duckdb.DuckDBPyConnection, person: Iterable[Alias]) -> Marks:
    """Return what names a person, by their aliases and the key columns of the project."""
    known = [a for a in person if not a.domain.endswith(ROW_KEY)]
    rows = connection.execute(
        "SELECT DISTINCT domain, lower(column_name) FROM lester.subject_column WHERE list_contains(?, domain)",
        [sorted({a.domain for a in known if a.domain})],
    ).fetchall()
    return Marks(
        frozenset(a.value for a in known if not a.domain),
        frozenset((column, a.value) for a in known for domain, column in rows if domain == a.domain),
    )


def holdings(
    folder: Path, files: Sequence[tuple[str, str, str]], marks: Marks, reached: Reached | None, notebook: str = ""
) -> tuple[list[Holding], list[NotSearched]]:
    """Look into the files of one pipeline that are there.

    Parameters
    ----------
    files
        (path, content, variable) of each, as the plan or the scan names them.
    reached
        What the person touched in the pipeline's run, None without a run.
    notebook
        The script's path if it is a notebook: its saved outputs are searched.
    """
    out: list[Holding] = []
    left_out: list[NotSearched] = []
    for path, content, variable in files:
        file = folder / path
        if not file.is_file():
            continue
        try:
            out.append(_holding(file, path, content, variable, marks, reached))
        except Unreadable as problem:
            left_out.append(NotSearched(path, "file", str(problem)))
    if notebook and (folder / notebook).is_file():
        lines = _output_lines(folder / notebook)
        if lines:
            out.append(Holding(notebook, OUTPUTS, _matching(lines, marks, ()), "lines that name the person"))
    return out, left_out


def _holding(file: Path, path: str, content: str, variable: str, marks: Marks, reached: Reached | None) -> Holding:
    if content == "model" or file.suffix in MODELS:
        count = len(reached.sides[TRAIN]) if reached is not None else 0
        return Holding(path, "model", count, f"trained on {count} of this person's rows, if it was written from these sources")
    if file.suffix in (".npy", ".npz"):
        return _matrix(file, path, content, marks, reached)
    lines, header = _lines(file)
    named = _matching(lines, marks, header)
    traced = _traced(reached, variable, len(lines) - bool(header)) or _traced(reached, variable, len(lines))
    if traced > named:
        return Holding(path, content, traced, f"as many rows as {variable}, where {traced} are this person's")
    return Holding(path, content, named, "rows that name the person")


def _traced(reached: Reached | None, variable: str, rows: int) -> int:
    """Return the own rows of the view that was written, if the file has as many rows as the view."""
    if reached is None or not variable:
        return 0
    named = [len(reached.own[n]) for n, v in reached.views.items() if _base(n) == variable and v.rows == rows]
    return named[-1] if named else 0


def _base(view: str) -> str:
    stem, dash, number = view.rpartition("-")
    return stem if dash and number.isdigit() else view


def _matrix(file: Path, path: str, content: str, marks: Marks, reached: Reached | None) -> Holding:
    try:
        loaded = np.load(file, allow_pickle=False)
        arrays = [loaded[n] for n in loaded.files] if file.suffix == ".npz" else [loaded]
    except (ValueError, OSError, EOFError) as error:
        raise Unreadable("a matrix of Python objects or a damaged file; it is not opened") from error
    texts = [a for a in arrays if a.dtype.kind in "US"]
    if texts:
        lines = ["\t".join(map(str, np.atleast_1d(row))) for a in texts for row in np.atleast_1d(a)]
        return Holding(path, content, _matching(lines, marks, ()), "rows that name the person")
    if reached is not None:
        rows = {"all prepared": (sum(reached.of.values()), len(reached.own[reached.plan.prepared.name]))}
        rows |= {ROWS_OF[side]: (reached.of[side], len(own)) for side, own in reached.sides.items()}
        for name, (count, own) in rows.items():
            if any(a.ndim and a.shape[0] == count for a in arrays):
                return Holding(path, content, own, f"one row for each of the {name} rows, of which {own} are this person's")
    raise Unreadable("a matrix of numbers whose rows are not known")


def _lines(file: Path) -> tuple[list[str], tuple[str, ...]]:
    """Return the lines of a table, and its header if it seems to have one."""
    if file.suffix in (".parquet", ".feather", ".arrow"):
        try:
            table = pyarrow.parquet.read_table(file) if file.suffix == ".parquet" else pyarrow.feather.read_table(file)
        except (pa.ArrowException, OSError) as error:
            raise Unreadable("a damaged table") from error
        columns = [[("" if v is None else str(v)) for v in table.column(n).to_pylist()] for n in table.column_names]
        return ["\t".join(table.column_names), *("\t".join(r) for r in zip(*columns, strict=True))], tuple(table.column_names)
    if file.suffix not in TEXTS:
        raise Unreadable(f"{file.suffix[1:]} files are not searched yet")
    try:
        lines = file.read_text("utf-8", errors="replace").splitlines()
    except OSError as error:
        raise Unreadable(f"it cannot be read ({error.strerror})") from error
    first = tuple(_fields(lines[0])) if lines else ()
    return lines, first if file.suffix in (".csv", ".tsv") and all(f.strip() and not _is_number(f) for f in first) else ()


def _matching(lines: Sequence[str], marks: Marks, header: Sequence[str]) -> int:
    """Count the lines that name the person."""
    numbers = [(i, value) for i, name in enumerate(header) for column, value in marks.numbers if name.strip().lower() == column]
    long = sorted(v for v in marks.texts if len(v) >= MIN_LENGTH)
    # what stands within a longer address or number is somebody else's
    pattern = re.compile("|".join(rf"(?<![\w.+-]){re.escape(v)}(?![\w+-]|\.\w)" for v in long)) if long else None
    count = 0
    for line in lines:
        found = pattern is not None and pattern.search(normalise(line)) is not None
        if not found and (numbers or len(marks.texts) > len(long)):
            cells = [normalise(c) for c in _fields(line)]
            found = any(c in marks.texts for c in cells) or any(i < len(cells) and cells[i] == v for i, v in numbers)
        count += found
    return count


def _fields(line: str) -> list[str]:
    separator = "\t" if "\t" in line else ","
    try:
        return next(csv.reader(io.StringIO(line), delimiter=separator), [])
    except csv.Error:  # a field longer than the module reads
        return line.split(separator)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _output_lines(notebook: Path) -> list[str]:
    """Return the text lines of a notebook's saved outputs."""
    try:
        document = json.loads(notebook.read_text("utf-8", errors="replace"))
    except (OSError, ValueError, RecursionError):
        return []
    cells = document.get("cells", []) if isinstance(document, dict) else []
    outputs = [o for c in cells if isinstance(c, dict) for o in c.get("outputs", [])]
    return [line for text in _texts(outputs) for line in text.splitlines()]


def _texts(document: object) -> Iterator[str]:
    if isinstance(document, dict):
        for value in document.values():
            yield from _texts(value)
    elif isinstance(document, list):
        if document and all(isinstance(v, str) for v in document):
            yield "".join(document)
        else:
            for value in document:
                yield from _texts(value)
    elif isinstance(document, str):
        yield document


def written_by(plan: Plan) -> list[tuple[str, str, str]]:
    """Return (path, content, variable) of the files that a plan's script writes, each once."""
    return list({w.path: (w.path, w.content, w.variable) for w in plan.written}.values())
