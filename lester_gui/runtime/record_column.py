"""The records of a file as one column, bytes and the places where they end: ten million of them are two buffers, not objects."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import overload

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

_AT_ONCE = 1 << 16


class RecordColumn(Sequence[bytes]):
    """Records in the order of a file, a sequence of bytes over an Arrow column.

    Parameters
    ----------
    array : pyarrow.LargeBinaryArray
        One value per record, none missing.
    """

    __slots__ = ("array",)

    def __init__(self, array: pa.LargeBinaryArray) -> None:
        self.array = array

    @staticmethod
    def cut(content: bytes, ends: NDArray[np.int64]) -> RecordColumn:
        """Return the records of a content that has one end right behind each; nothing is copied."""
        offsets = np.concatenate([np.zeros(1, np.int64), ends.astype(np.int64)])
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(content)]
        return RecordColumn(pa.Array.from_buffers(pa.large_binary(), len(ends), buffers))

    @staticmethod
    def of(column: pa.ChunkedArray) -> RecordColumn:
        """Return the records that a query yields as binary values."""
        return RecordColumn(column.cast(pa.large_binary()).combine_chunks())

    @property
    def offsets(self) -> NDArray[np.int64]:
        """Where each record begins in the column's bytes, and where the last one ends."""
        held = np.frombuffer(self.array.buffers()[1], dtype=np.int64)
        return held[self.array.offset : self.array.offset + len(self.array) + 1]

    def joined(self) -> bytes:
        """Return all records, one behind the other."""
        if not len(self.array):
            return b""
        first, last = int(self.offsets[0]), int(self.offsets[-1])
        return bytes(memoryview(self.array.buffers()[2])[first:last])

    def first_bytes(self) -> NDArray[np.int16]:
        """Return the first byte of each record, -1 where it is empty."""
        starts, ends = self.offsets[:-1], self.offsets[1:]
        out = np.full(len(starts), -1, dtype=np.int16)
        filled = ends > starts
        if filled.any():
            out[filled] = np.frombuffer(self.array.buffers()[2], dtype=np.uint8)[starts[filled]]
        return out

    def __len__(self) -> int:
        return len(self.array)

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self.array), _AT_ONCE):
            yield from self.array[start : start + _AT_ONCE].to_pylist()

    @overload
    def __getitem__(self, place: int) -> bytes: ...

    @overload
    def __getitem__(self, place: slice) -> Sequence[bytes]: ...

    def __getitem__(self, place: int | slice) -> bytes | Sequence[bytes]:
        found = self.array[place]
        if isinstance(place, slice):
            return RecordColumn(found)
        return bytes(found.as_py())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, RecordColumn):
            return bool(self.array.equals(other.array))
        return isinstance(other, list | tuple) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]  # it compares by content, like a list
