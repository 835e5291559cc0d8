import bz2
import gzip
import json
import lzma
import pickle
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.feather
import pyarrow.parquet
import pytest

from lester_gui.maintenance.search import Needles, search
from lester_gui.progress import silent

VALUE = "670-18-6875"
NAME = "Zoë.Größe@example.org"


def _zip(path: Path, inner: bytes) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("schema.json", inner)


def _database(path: Path) -> None:
    con = duckdb.connect()
    con.execute(f"ATTACH '{path}' AS db")
    con.execute("CREATE TABLE db.t AS SELECT i AS n, repeat('x', 30) || ' ' || ? AS s FROM range(5000) r(i)", [VALUE])
    con.execute("CREATE TABLE db.nested AS SELECT [{'k': ?}] AS l", [VALUE])
    con.close()


def _notebook(path: Path) -> None:
    cell = {"cell_type": "code", "source": ["print(1)"], "outputs": [{"text": ["patient 670-18", "-6875\n"]}]}
    path.write_text(json.dumps({"cells": [cell]}))


WRITERS: dict[str, Callable[[Path], object]] = {
    "plain.csv": lambda p: p.write_text(f"ssn\n{VALUE}\n"),
    "quoted.txt": lambda p: p.write_text(f'"{VALUE}";'),
    "wide.txt": lambda p: p.write_bytes(f"a {VALUE}".encode("utf-16")),
    "text.npy": lambda p: np.save(p, np.array(["a", VALUE])),
    "text.npz": lambda p: np.savez_compressed(p, a=np.array(["a", VALUE])),
    "model.skops": lambda p: _zip(p, json.dumps({"categories": [VALUE]}).encode()),
    "model.pkl": lambda p: p.write_bytes(pickle.dumps({"x": [VALUE]})),
    "model.pkl.z": lambda p: p.write_bytes(zlib.compress(pickle.dumps({"x": [VALUE] * 100}))),
    "a.csv.gz": lambda p: p.write_bytes(gzip.compress(VALUE.encode())),
    "a.csv.bz2": lambda p: p.write_bytes(bz2.compress(VALUE.encode())),
    "a.csv.xz": lambda p: p.write_bytes(lzma.compress(VALUE.encode())),
    "table.parquet": lambda p: pa.parquet.write_table(pa.table({"s": [VALUE] * 1000}), p, compression="zstd"),
    "table.arrow": lambda p: pa.feather.write_feather(pa.table({"s": [VALUE] * 1000}), p, compression="zstd"),
    "data.duckdb": _database,
    "run.ipynb": _notebook,
}


@pytest.mark.parametrize("name", WRITERS)
def test_the_value_is_found_in(tmp_path: Path, name: str) -> None:
    path = tmp_path / "sub" / name
    path.parent.mkdir()
    WRITERS[name](path)
    report = search([tmp_path], [VALUE, "short"[:3]], silent())
    assert {h.path for h in report.hits} == {f"sub/{name}"}
    assert (report.values, report.too_short, report.files) == (1, 1, 1)
    assert not any(VALUE in h.place for h in report.hits)
    other = search([tmp_path], ["123-45-6789"], silent())
    assert other.hits == [] and other.not_searched == []


def test_where_in_a_database(tmp_path: Path) -> None:
    _database(tmp_path / "data.duckdb")
    assert [h.inside for h in search([tmp_path], [VALUE], silent()).hits] == ["nested.l", "t.s"]


def test_the_open_database_is_searched_through_its_connection(tmp_path: Path) -> None:
    file = tmp_path / "lester.duckdb"
    con = duckdb.connect()
    con.execute(f"ATTACH '{file}' AS lester")
    con.execute("CREATE TABLE lester.t AS SELECT ? AS s", [VALUE])
    report = search([tmp_path], [VALUE], silent(), (file, con))
    assert "lester.duckdb: t.s" in [h.place for h in report.hits]
    con.close()


@pytest.mark.parametrize("text", [NAME, NAME.upper(), NAME.casefold(), json.dumps(NAME)])
def test_case_and_escapes_do_not_hide(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(f'{{"a": {text if text.startswith(chr(34)) else json.dumps(text, ensure_ascii=False)}}}')
    assert len(search([tmp_path], [NAME], silent()).hits) == 1


def test_chance_is_no_hit() -> None:
    needles = Needles(["47110", "1234"])
    assert needles.values == ("47110",) and needles.too_short == 1
    assert not needles.in_bytes(b"1471102") and not needles.in_text("x47110") and needles.in_bytes(b",47110,")
    assert not Needles([]).in_bytes(b"anything") and not Needles([]).in_text("anything")


def test_file_names_are_searched_and_not_repeated(tmp_path: Path) -> None:
    (tmp_path / f"letter {VALUE}.txt").write_text("")
    report = search([tmp_path], [VALUE], silent())
    assert [h.place for h in report.hits] == [".: a file name"]


def test_what_cannot_be_searched_is_said(tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"PK\x05\x06" + b"\x00" * 18)
    (tmp_path / "bad.gz").write_bytes(b"\x1f\x8bnonsense")
    (tmp_path / "bad.duckdb").write_bytes(b"\x00" * 8 + b"DUCK" + b"\x00" * 100)
    (tmp_path / "bad.parquet").write_bytes(b"PAR1" + b"\x00" * 40 + b"PAR1")
    (tmp_path / "bad.feather").write_bytes(b"ARROW1" + b"\x00" * 40)
    (tmp_path / "deep.json").write_text("[" * 100_000 + "]" * 100_000)
    report = search([tmp_path], [VALUE], silent())
    assert {n for n, _ in report.not_searched} == {"bad.gz", "bad.duckdb", "bad.parquet", "bad.feather", "deep.json"}


def test_skipped_folders_are_left_out(tmp_path: Path) -> None:
    for folder in ("venv", "data"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.txt").write_text(VALUE)
    report = search([tmp_path], [VALUE], silent(), skip=[tmp_path / "venv"])
    assert [h.path for h in report.hits] == ["data/a.txt"]
