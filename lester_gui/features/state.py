"""The encoder's state: one immutable value per fit, from which X follows block by block. Rows can join it and leave it.

A chain is *decremental* when its statistics after a change are those of the rows that changed, added or subtracted: that is
so up to its last learning step, if everything before it works element by element (an imputer's gaps stay open, see `lanes`). Any
other chain is *refitted* on the remaining rows. Both give the bits of a fit from scratch.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from lester_gui.errors import UserError
from lester_gui.features import chain, refitted
from lester_gui.features.accumulators import accumulator_from_json
from lester_gui.features.chain import Statistics
from lester_gui.features.family import FunctionCaller, Given
from lester_gui.features.lanes import Lane, kind_of, lanes_of, width_of
from lester_gui.ir.learning import Block, Encode
from lester_gui.ir.serialise import block_from_json, block_to_json

TRAIN_MARK = "__train"
"""Column beside the prepared ones that tells training rows, where steps differ in what they are fitted on (`marked`)."""

Rows = Sequence[int] | NDArray[np.int64]
Remaining = Callable[[], pa.Table]


@dataclass(frozen=True, slots=True)
class BlockState:
    """What one block has learnt.

    Attributes
    ----------
    widths, kinds
        Per column of the block: elements per list (0 for scalars), and the kind of lane.
    statistics
        Per step of the chain, per lane; empty for a step that learns nothing.
    """

    block: Block
    widths: tuple[int, ...]
    kinds: tuple[str, ...]
    statistics: Statistics

    @property
    def is_decremental(self) -> bool:
        """Whether rows can leave without looking at those that remain."""
        return chain.is_decremental(self.block.chain)

    def to_json(self) -> dict[str, Any]:
        return {
            "block": block_to_json(self.block),
            "widths": list(self.widths),
            "kinds": list(self.kinds),
            "statistics": [[a.to_json() for a in step] for step in self.statistics],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> BlockState:
        if "block" not in data:
            raise UserError("The run's encoder state was stored by an earlier version of Lester", "Run the pipeline again.")
        statistics = tuple(tuple(accumulator_from_json(a) for a in step) for step in data["statistics"])
        return cls(block_from_json(data["block"]), tuple(data["widths"]), tuple(data["kinds"]), statistics)


@dataclass(frozen=True, slots=True)
class EncoderState:
    """The state of a whole encode stage, immutable.

    Attributes
    ----------
    encode : Encode
        The stage as the plan has it.
    rows : int
        How many rows it was fitted on.
    blocks : tuple of BlockState
        In the order of their columns in X.
    """

    encode: Encode
    rows: int
    blocks: tuple[BlockState, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the state as JSON values; `from_json` gives an equal state, bit for bit."""
        return {
            "fit_on": self.encode.fit_on,
            "variable": self.encode.variable,
            "dtype": self.encode.dtype,
            "rows": self.rows,
            "blocks": [b.to_json() for b in self.blocks],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> EncoderState:
        blocks = tuple(BlockState.from_json(b) for b in data["blocks"])
        encode = Encode(
            blocks=tuple(b.block for b in blocks), fit_on=data["fit_on"], variable=data["variable"], dtype=data["dtype"]
        )
        return cls(encode, data["rows"], blocks)

    def canonical(self) -> bytes:
        """Return the bytes that two equal states share."""
        return json.dumps(self.to_json(), sort_keys=True, separators=(",", ":"), ensure_ascii=True).encode()

    @property
    def hash(self) -> str:
        """SHA-256 of the canonical bytes, in hex."""
        return hashlib.sha256(self.canonical()).hexdigest()


@dataclass(frozen=True, slots=True)
class Maintained:
    """A state after rows left or joined, and how each block got there: ``kept``, ``decremental`` or ``refitted``."""

    state: EncoderState
    methods: tuple[tuple[str, str], ...]


def marked(encode: Encode, table: pa.Table, train: Rows) -> pa.Table:
    """Return prepared rows with a mark on training rows, where some steps are fitted on those alone."""
    if not encode.is_mixed:
        return table
    marks = np.zeros(table.num_rows, dtype=bool)
    marks[np.asarray(train, dtype=np.int64)] = True
    return table.append_column(TRAIN_MARK, pa.array(marks))


def _marks(table: pa.Table) -> NDArray[np.bool_] | None:
    if TRAIN_MARK not in table.column_names:
        return None
    return np.asarray(table.column(TRAIN_MARK).to_numpy(zero_copy_only=False), dtype=bool)


def _training(table: pa.Table | None) -> pa.Table | None:
    marks = None if table is None else _marks(table)
    return table if table is None or marks is None else table.filter(pa.array(marks))


def fit_rows(encode: Encode, train: Rows, row_count: int) -> NDArray[np.int64]:
    """Return the positions of the rows that the script fits its encoders on, in its order."""
    if encode.fit_on == "all":
        return np.arange(row_count, dtype=np.int64)
    return np.asarray(train, dtype=np.int64)


def fit(
    encode: Encode, table: pa.Table, rows: Rows, functions: FunctionCaller | None = None, y: NDArray[Any] | None = None
) -> EncoderState:
    """Fit every block on some rows of a prepared table.

    Parameters
    ----------
    encode : Encode
    table : pyarrow.Table
        The prepared view in row order, `marked` where the stage is mixed.
    rows : sequence of int
        Positions to fit on, in the script's order (see `fit_rows`).
    functions : callable, optional
        Calls user functions of the plan; needed only if a chain has one.
    y : ndarray, shape (rows of the table,), optional
        Labels, for transformers that look at them.

    Raises
    ------
    UserError
        If there are no rows, a parameter is not supported, or a column is not what a transformer needs.
    """
    for block in encode.blocks:
        chain.check(block.chain)
    if len(rows) == 0:
        raise UserError("No training row is left, so the encoders have nothing to learn from")
    positions = np.asarray(rows, dtype=np.int64)
    taken = table.take(pa.array(positions))
    given = Given(functions, None if y is None else y[positions], _marks(taken))
    return EncoderState(encode, len(rows), tuple(_fit_block(b, taken, given) for b in encode.blocks))


def looks_at_labels(encode: Encode) -> bool:
    """Whether an encoder is fitted with labels."""
    return any(chain.looks_at_labels(b.chain) for b in encode.blocks)


def update(
    state: EncoderState,
    removed: pa.Table | None,
    added: pa.Table | None,
    remaining: Remaining,
    functions: FunctionCaller | None = None,
    y: NDArray[Any] | None = None,
) -> Maintained:
    """Let rows leave and join; the result is the state of a fit on the remaining rows, bit for bit.

    Parameters
    ----------
    removed, added : pyarrow.Table or None
        The rows that leave and join those the state was fitted on; a changed row leaves as it was and joins as it is.
    remaining : callable
        Gives all rows to be fitted on afterwards, in the script's order; called only if a block has to be refitted.
    y : ndarray, shape (remaining rows,), optional
        The labels of these rows, for transformers that look at them.

    Raises
    ------
    UserError
        If no row remains.
    ValueError
        If a row leaves that was never there.
    """
    gone = 0 if removed is None else removed.num_rows
    come = 0 if added is None else added.num_rows
    labelled = y is not None and looks_at_labels(state.encode)
    if not gone and not come and not labelled:
        return Maintained(state, tuple((b.block.name, "kept") for b in state.blocks))
    count = state.rows - gone + come
    if count <= 0:
        raise UserError("No training row is left, so the encoders have nothing to learn from")
    blocks, methods, given = [], [], Given(functions, y)
    rest: pa.Table | None = None
    leaving, joining = ({"all": t, "train": _training(t)} for t in (removed, added))
    for b in state.blocks:
        if not gone and not come and not chain.looks_at_labels(b.block.chain):
            blocks.append(b)
            methods.append((b.block.name, "kept"))
        elif b.is_decremental:
            scope = chain.scope(b.block.chain)
            new = b if not leaving[scope] else _combine(b, _measure_block(b, leaving[scope], given), "minus")
            new = new if not joining[scope] else _combine(new, _measure_block(b, joining[scope], given), "plus")
            blocks.append(new)
            methods.append((b.block.name, "decremental" if any(b.statistics) else "kept"))
        else:
            if rest is None:
                rest = remaining()
                if rest.num_rows != count:
                    raise ValueError(
                        "the remaining rows are not those that were fitted, less those that left, plus those that joined"
                    )
                given = replace(given, train=_marks(rest))
            blocks.append(_fit_block(b.block, rest, given))
            methods.append((b.block.name, "refitted"))
    return Maintained(EncoderState(state.encode, count, tuple(blocks)), tuple(methods))


def decrement(
    state: EncoderState,
    removed: pa.Table,
    remaining: Remaining,
    functions: FunctionCaller | None = None,
    y: NDArray[Any] | None = None,
) -> Maintained:
    """Let rows leave (see `update`)."""
    return update(state, removed, None, remaining, functions, y)


def increment(state: EncoderState, added: pa.Table, remaining: Remaining, functions: FunctionCaller | None = None) -> Maintained:
    """Let rows join (see `update`)."""
    return update(state, None, added, remaining, functions)


def run_block(state: BlockState, table: pa.Table, functions: FunctionCaller | None = None) -> tuple[Lane, ...]:
    """Return the lanes of X that a fitted block makes of prepared rows, in column order, gaps filled."""
    widths = dict(zip(state.block.columns, state.widths, strict=True))
    return chain.run(state.block.chain, lanes_of(table, state.block.columns, widths), state.statistics, Given(functions))[0]


def fitted_values(state: BlockState) -> tuple[tuple[tuple[Lane, Any], ...], ...]:
    """Return per step of the chain the pairs of lane (without rows) and fitted values; empty for a step that learns nothing."""
    steps: list[tuple[tuple[Lane, Any], ...]] = []
    lanes = empty_lanes(state)
    for step, recorded in zip(state.block.chain, state.statistics, strict=True):
        family = chain.FAMILIES.get(step.kind)
        each = family is not None and family.stateful and bool(recorded) and not refitted.mixes(step)
        steps.append(tuple(chain.resolved(step, lanes, recorded)) if each else ())
        lanes, _ = chain.pass_step(step, lanes, recorded, Given())
    return tuple(steps)


def empty_lanes(state: BlockState) -> tuple[Lane, ...]:
    """Return the lanes that enter a block, without rows: enough to name what comes out."""
    lanes = []
    for name, width, kind in zip(state.block.columns, state.widths, state.kinds, strict=True):
        nothing = np.empty(0, dtype=np.float64 if kind in ("int", "float") else object)
        for i in range(width):
            lanes.append(Lane(name=f"{name}_{i}", label=f"{name} {i + 1}", sources=(name,), kind=kind, values=nothing))
        if not width:
            lanes.append(Lane(name=name, label=name, sources=(name,), kind=kind, values=nothing))
    return tuple(lanes)


def name_block(state: BlockState) -> tuple[Lane, ...]:
    """Return the lanes of X of a block without rows."""
    return chain.run(state.block.chain, empty_lanes(state), state.statistics, Given())[0]


def _fit_block(block: Block, table: pa.Table, given: Given) -> BlockState:
    widths = {c: width_of(table, c) for c in block.columns}
    kinds = tuple(kind_of(table.schema.field(c).type, c) for c in block.columns)
    _, statistics = chain.run(block.chain, lanes_of(table, block.columns, widths), None, given)
    return BlockState(block, tuple(widths.values()), kinds, statistics)


def _measure_block(state: BlockState, table: pa.Table, given: Given) -> Statistics:
    lanes = lanes_of(table, state.block.columns, dict(zip(state.block.columns, state.widths, strict=True)))
    return chain.measure(state.block.chain, lanes, state.statistics, given)


def _combine(state: BlockState, delta: Statistics, sign: str) -> BlockState:
    statistics = tuple(
        tuple(getattr(a, sign)(d) for a, d in zip(step, change, strict=True)) if change else step
        for step, change in zip(state.statistics, delta, strict=True)
    )
    return replace(state, statistics=statistics)
