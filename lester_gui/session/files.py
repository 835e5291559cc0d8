"""Write files for other programs: whole or not at all, readable by the person alone, never a pickle."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from lester_gui.errors import UserError
from lester_gui.ir.schema import Schema
from lester_gui.runtime.materialize import to_script_frame


def require_format(target: Path, known: Collection[str], what: str) -> None:
    """Refuse a suffix that `what` cannot be written as.

    Raises
    ------
    UserError
        Naming the suffixes that are known.
    """
    if target.suffix.lower() not in known:
        given = target.suffix or "A name without a suffix"
        raise UserError(f"{given} is no format for {what}", f"End the file's name in {' or '.join(known)}.")


@contextmanager
def written(target: Path) -> Iterator[Path]:
    """Give a draft beside `target` to fill, and put it in place when the block has ended well.

    Raises
    ------
    UserError
        If the place cannot be written or has no room. `target` is then as it was.
    """
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=".lester-export-", suffix=target.suffix)
        os.close(handle)
        draft = Path(name)
        try:
            yield draft
            with draft.open("rb") as file:
                os.fsync(file.fileno())
            os.replace(draft, target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else "the disk reports an error"
        raise UserError(f"{target.name} cannot be written: {reason}", "Choose another place, or make room.") from error


def save_table(draft: Path, suffix: str, table: pa.Table, schema: Schema | None = None) -> None:
    """Write a table as CSV (as pandas writes it), Parquet, or a numeric array.

    Parameters
    ----------
    schema
        Of a view: whole numbers, missing values and times then look as in the script's own frame.
    """
    if suffix.lower() == ".parquet":
        pq.write_table(table, draft)
        return
    if schema is None:  # whole numbers stay whole where some are missing
        frame = table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)
    else:
        frame = to_script_frame(table, schema)
    if suffix.lower() == ".csv":
        frame.to_csv(draft, index=False)
        return
    values = frame.to_numpy(dtype=np.float64) if frame.dtypes.nunique() > 1 else frame.to_numpy()
    _save_npy(draft, values)


def save_array(draft: Path, suffix: str, values: NDArray[Any], names: Sequence[str]) -> None:
    """Write an array, shape (rows,) or (rows, columns), with column names where the format has some."""
    if suffix.lower() == ".npy":
        _save_npy(draft, values)
        return
    frame = pd.DataFrame(values.reshape(len(values), -1), columns=list(names))
    if suffix.lower() == ".csv":
        frame.to_csv(draft, index=False)
    else:
        pq.write_table(pa.Table.from_pandas(frame, preserve_index=False), draft)


def _save_npy(draft: Path, values: NDArray[Any]) -> None:
    with draft.open("wb") as file:
        np.save(file, values, allow_pickle=False)
