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
from lester_gui.features import function
from lester_gui.features.accumulators import Accumulator, Outputs, accumulator_from_json
from lester_gui.features.family import Family, FunctionCaller
from lester_gui.features.function import Function
from lester_gui.features.imputer import SimpleImputer
from lester_gui.features.lanes import Lane, kind_of, lanes_of, width_of
from lester_gui.features.one_hot import OneHot
from lester_gui.features.passthrough import Passthrough
from lester_gui.features.scaler import StandardScaler
from lester_gui.ir.learning import Block, Encode, Transformer

FAMILIES: dict[str, Family] = {
    "passthrough": Passthrough(),
    "standard_scaler": StandardScaler(),
    "one_hot": OneHot(),
    "simple_imputer": SimpleImputer(),
    "function": Function(),
}

Statistics = tuple[tuple[Accumulator, ...], ...]
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
        learning = [i for i, step in enumerate(self.block.chain) if FAMILIES[step.kind].stateful]
        if not learning:
            return True
        before = self.block.chain[: learning[-1]]
        if any(not FAMILIES[s.kind].keeps_open for s in before):
            return False
        imputed = False
        for step in before:
            if imputed and function.is_user_function(step):
                return False
            imputed = imputed or step.kind == "simple_imputer"
        return not any(s.get("categories") == "first_seen" for s in self.block.chain)

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.block.name,
            "columns": list(self.block.columns),
            "chain": [[s.kind, [[k, v] for k, v in s.params]] for s in self.block.chain],
            "widths": list(self.widths),
            "kinds": list(self.kinds),
            "statistics": [[a.to_json() for a in step] for step in self.statistics],
        }

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> BlockState:
        chain = tuple(Transformer(kind, tuple((k, _tuples(v)) for k, v in params)) for kind, params in data["chain"])
        statistics = tuple(tuple(accumulator_from_json(a) for a in step) for step in data["statistics"])
        block = Block(data["name"], tuple(data["columns"]), chain)
        return cls(block, tuple(data["widths"]), tuple(data["kinds"]), statistics)


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


def fit_rows(encode: Encode, train: Rows, row_count: int) -> NDArray[np.int64]:
    """Return the positions of the rows that the script fits its encoders on, in its order."""
    if encode.fit_on == "all":
        return np.arange(row_count, dtype=np.int64)
    return np.asarray(train, dtype=np.int64)


def fit(encode: Encode, table: pa.Table, rows: Rows, functions: FunctionCaller | None = None) -> EncoderState:
    """Fit every block on some rows of a prepared table.

    Parameters
    ----------
    encode : Encode
    table : pyarrow.Table
        The prepared view in row order.
    rows : sequence of int
        Positions to fit on, in the script's order (see `fit_rows`).
    functions : callable, optional
        Calls user functions of the plan; needed only if a chain has one.

    Raises
    ------
    UserError
        If there are no rows, a parameter is not supported, or a column is not what a transformer needs.
    """
    for block in encode.blocks:
        for step in block.chain:
            if step.kind not in FAMILIES:
                raise UserError(f"The transformer {step.kind!r} is not supported yet")
            FAMILIES[step.kind].check(step)
    if len(rows) == 0:
        raise UserError("No training row is left, so the encoders have nothing to learn from")
    taken = table.take(pa.array(np.asarray(rows, dtype=np.int64)))
    return EncoderState(encode, len(rows), tuple(_fit_block(b, taken, functions) for b in encode.blocks))


def update(
    state: EncoderState,
    removed: pa.Table | None,
    added: pa.Table | None,
    remaining: Remaining,
    functions: FunctionCaller | None = None,
) -> Maintained:
    """Let rows leave and join; the result is the state of a fit on the remaining rows, bit for bit.

    Parameters
    ----------
    removed, added : pyarrow.Table or None
        The rows that leave and join those the state was fitted on; a changed row leaves as it was and joins as it is.
    remaining : callable
        Gives all rows to be fitted on afterwards, in the script's order; called only if a block has to be refitted.

    Raises
    ------
    UserError
        If no row remains.
    ValueError
        If a row leaves that was never there.
    """
    gone = 0 if removed is None else removed.num_rows
    come = 0 if added is None else added.num_rows
    if not gone and not come:
        return Maintained(state, tuple((b.block.name, "kept") for b in state.blocks))
    count = state.rows - gone + come
    if count <= 0:
        raise UserError("No training row is left, so the encoders have nothing to learn from")
    blocks, methods = [], []
    rest: pa.Table | None = None
    for b in state.blocks:
        if b.is_decremental:
            new = b if not gone else _combine(b, _measure_block(b, removed, functions), "minus")
            new = new if not come else _combine(new, _measure_block(b, added, functions), "plus")
            blocks.append(new)
            methods.append((b.block.name, "decremental" if any(b.statistics) else "kept"))
        else:
            if rest is None:
                rest = remaining()
                if rest.num_rows != count:
                    raise ValueError(
                        "the remaining rows are not those that were fitted, less those that left, plus those that joined"
                    )
            blocks.append(_fit_block(b.block, rest, functions))
            methods.append((b.block.name, "refitted"))
    return Maintained(EncoderState(state.encode, count, tuple(blocks)), tuple(methods))


def decrement(
    state: EncoderState, removed: pa.Table, remaining: Remaining, functions: FunctionCaller | None = None
) -> Maintained:
    """Let rows leave (see `update`)."""
    return update(state, removed, None, remaining, functions)


def increment(state: EncoderState, added: pa.Table, remaining: Remaining, functions: FunctionCaller | None = None) -> Maintained:
    """Let rows join (see `update`)."""
    return update(state, None, added, remaining, functions)


def run_block(state: BlockState, table: pa.Table, functions: FunctionCaller | None = None) -> tuple[Lane, ...]:
    """Return the lanes of X that a fitted block makes of prepared rows, in column order, gaps filled."""
    widths = dict(zip(state.block.columns, state.widths, strict=True))
    return _run(state.block, lanes_of(table, state.block.columns, widths), state.statistics, functions)[0]


def fitted_values(state: BlockState) -> tuple[tuple[tuple[Lane, Any], ...], ...]:
    """Return per step of the chain the pairs of lane (without rows) and fitted values; empty for a step that learns nothing."""
    steps: list[tuple[tuple[Lane, Any], ...]] = []
    lanes = empty_lanes(state)
    for step, recorded in zip(state.block.chain, state.statistics, strict=True):
        family = FAMILIES[step.kind]
        steps.append(tuple(_resolved(step, lanes, recorded)) if family.stateful else ())
        lanes, _ = _step(step, lanes, recorded, None)
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
    return _run(state.block, empty_lanes(state), state.statistics, None)[0]


def _fit_block(block: Block, table: pa.Table, functions: FunctionCaller | None) -> BlockState:
    widths = {c: width_of(table, c) for c in block.columns}
    kinds = tuple(kind_of(table.schema.field(c).type, c) for c in block.columns)
    _, statistics = _run(block, lanes_of(table, block.columns, widths), None, functions)
    return BlockState(block, tuple(widths.values()), kinds, statistics)


def _run(
    block: Block, lanes: tuple[Lane, ...], statistics: Statistics | None, functions: FunctionCaller | None
) -> tuple[tuple[Lane, ...], Statistics]:
    learnt: list[tuple[Accumulator, ...]] = []
    for i, step in enumerate(block.chain):
        lanes, now = _step(step, lanes, None if statistics is None else statistics[i], functions)
        learnt.append(now)
    return tuple(x.closed() for x in lanes if not x.dropped), tuple(learnt)


def _step(
    step: Transformer,
    lanes: tuple[Lane, ...],
    recorded: tuple[Accumulator, ...] | None,
    functions: FunctionCaller | None,
) -> tuple[tuple[Lane, ...], tuple[Accumulator, ...]]:
    """Pass lanes through one step; with nothing recorded, learn it from them first."""
    family = FAMILIES[step.kind]
    if function.is_user_function(step):
        before = recorded[0] if recorded else None
        assert before is None or isinstance(before, Outputs)
        out, outputs = function.call(step, tuple(x for x in lanes if not x.dropped), before, functions)
        return out, (outputs,)
    if not family.stateful:
        return tuple(y for x in lanes for y in ((x,) if x.dropped else family.apply(x, None, step))), ()
    if recorded is None:
        recorded = tuple(family.measure(x, step) for x in lanes)
    fitted = iter(_resolved(step, lanes, recorded))
    return tuple(y for x in lanes for y in ((x,) if x.dropped else family.apply(x, next(fitted)[1], step))), recorded


def _resolved(step: Transformer, lanes: tuple[Lane, ...], recorded: tuple[Accumulator, ...]) -> list[tuple[Lane, Any]]:
    """Return the lanes that are still there with their fitted values. Dropped lanes keep their statistics: rows may join."""
    live = [(x, a) for x, a in zip(lanes, recorded, strict=True) if not x.dropped]
    return [(x, FAMILIES[step.kind].resolve(a, x, step, i)) for i, (x, a) in enumerate(live)]


def _measure_block(state: BlockState, table: pa.Table, functions: FunctionCaller | None) -> Statistics:
    """Return what rows add to the statistics of a decremental block; nothing learnt so far is looked at."""
    lanes = lanes_of(table, state.block.columns, dict(zip(state.block.columns, state.widths, strict=True)))
    learnt: list[tuple[Accumulator, ...]] = []
    learning = [bool(s) and not isinstance(s[0], Outputs) for s in state.statistics]
    for i, step in enumerate(state.block.chain):
        family = FAMILIES[step.kind]
        if not any(learning[i:]):
            learnt.append(())
        elif family.stateful:
            learnt.append(tuple(family.measure(x, step) for x in lanes))
        elif function.is_user_function(step):
            recorded = state.statistics[i][0]
            assert isinstance(recorded, Outputs)
            lanes, _ = function.call(step, lanes, recorded, functions)
            learnt.append(())
        else:
            lanes = tuple(y for x in lanes for y in family.apply(x, None, step))
            learnt.append(())
    return tuple(learnt)


def _combine(state: BlockState, delta: Statistics, sign: str) -> BlockState:
    statistics = tuple(
        tuple(getattr(a, sign)(d) for a, d in zip(step, change, strict=True)) if change else step
        for step, change in zip(state.statistics, delta, strict=True)
    )
    return replace(state, statistics=statistics)


def _tuples(value: object) -> Any:
    return tuple(_tuples(v) for v in value) if isinstance(value, list) else value
