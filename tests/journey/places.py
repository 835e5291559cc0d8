"""Where a value still stands: in files as they are, and in what is packed in them. Shares no code with the product's search."""

from __future__ import annotations

import gzip
import io
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

import duckdb


def places(values: Sequence[str], folders: Iterable[Path]) -> set[str]:
    """Return the files (and members or tables in them) of some folders that hold one of the values, in content or name.

    Parameters
    ----------
    values
        Looked for as UTF-8, as NumPy keeps text (UTF-32) and as UTF-16.
    """
    needles = [v.encode(e) for v in values for e in ("utf-8", "utf-16-le", "utf-32-le")]
    found: set[str] = set()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if any(v in path.name for v in values):
                found.add(name)
            if path.is_symlink() or not path.is_file():
                continue
            found |= set(_in_bytes(path.read_bytes(), name, needles))
            if path.suffix == ".duckdb":
                found |= set(_in_database(path, name, values))
    return found


def _in_bytes(content: bytes, name: str, needles: Sequence[bytes]) -> Iterable[str]:
    if any(n in content for n in needles):
        yield name
    if content.startswith(b"\x1f\x8b"):
        yield from _in_bytes(gzip.decompress(content), f"{name}:gz", needles)
    elif content.startswith(b"PK\x03\x04"):  # skops, npz
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from _in_bytes(archive.read(member), f"{name}:{member}", needles)


def _in_database(path: Path, name: str, values: Sequence[str]) -> Iterable[str]:
    with duckdb.connect() as connection:
        connection.execute(f"ATTACH '{path}' AS looked (READ_ONLY)")
        columns = connection.execute(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = 'looked' ORDER BY ALL"
        ).fetchall()
        for table, column in columns:
            tests = " OR ".join(["contains(CAST(x AS VARCHAR), ?)"] * len(values))
            row = connection.execute(f'SELECT count(*) FROM (SELECT "{column}" AS x FROM looked."{table}") WHERE {tests}', values)
            if row.fetchall() != [(0,)]:
                yield f"{name}:{table}.{column}"
