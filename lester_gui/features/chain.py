"""A chain of transformers at work on the columns of a block: learning from rows, and applying what was learnt.

Most steps work column by column. Three kinds take all columns at once: user functions, refitted transformers that mix columns,
and branches side by side, each of which is a chain again.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from lester_gui.errors import UserError
from lester_gui.features import function, refitted
from lester_gui.features.accumulators import Accumulator, Branches, Learnt, Outputs
from lester_gui.features.family import Family, Given
from lester_gui.features.function import Function
from lester_gui.features.imputer import SimpleImputer
from lester_gui.features.lanes import Lane
from lester_gui.features.one_hot import OneHot
from lester_gui.features.ordinal import Ordinal
from lester_gui.features.passthrough import Passthrough
from lester_gui.features.range_scalers import MaxAbsScaler, MinMaxScaler, RobustScaler
from lester_gui.features.refitted import Refitted
from lester_gui.features.scaler import StandardScaler
from lester_gui.ir.learning import Block, Transformer

FAMILIES: dict[str, Family] = {
    "passthrough": Passthrough(),
    "standard_scaler": StandardScaler(),
    "one_hot": OneHot(),
    "simple_imputer": SimpleImputer(),
    "function": Function(),
    "ordinal": Ordinal(),
    "min_max_scaler": MinMaxScaler(),
    "max_abs_scaler": MaxAbsScaler(),
    "robust_scaler": RobustScaler(),
    "refitted": Refitted(),
}
BESIDE = "beside"

Chain = tuple[Transformer, ...]
Lanes = tuple[Lane, ...]
Recorded = tuple[Accumulator, ...]
Statistics = tuple[Recorded, ...]


def check(chain: Chain) -> None:
    """Raise `UserError` for a transformer or a parameter that is not supported."""
    for step in chain:
        if step.kind == BESIDE:
            for branch in step.branches:
                check(branch.chain)
        elif step.kind not in FAMILIES:
            raise UserError(f"The transformer {step.kind!r} is not supported yet")
        else:
            FAMILIES[step.kind].check(step)


def learns(step: Transformer) -> bool:
    """Whether a step learns from rows."""
    if step.kind == BESIDE:
        return any(learns(inner) for branch in step.branches for inner in branch.chain)
    return refitted.learns(step) if step.kind == "refitted" else FAMILIES[step.kind].stateful


def scope(chain: Chain) -> str:
    """Return on which rows the steps of a chain are fitted: ``train`` or ``all`` where they say so, or ``mixed``."""
    found = set()
    for step in chain:
        if step.kind == BESIDE:
            found |= {scope(b.chain) for b in step.branches}
        elif learns(step):
            found.add(step.fit_on or "all")
    return found.pop() if len(found) == 1 else "mixed" if found else "all"


def is_decremental(chain: Chain) -> bool:
    """Whether rows can leave what a chain has learnt without a look at those that remain."""
    if scope(chain) == "mixed":
        return False
    learning = [i for i, step in enumerate(chain) if learns(step)]
    if not learning:
        return True
    if any(chain[i].kind in ("refitted", BESIDE) for i in learning):
        return False
    before = chain[: learning[-1]]
    if any(s.kind == BESIDE or not FAMILIES[s.kind].keeps_open for s in before):
        return False
    imputed = False
    for step in before:
        if imputed and function.is_user_function(step):
            return False
        imputed = imputed or step.kind == "simple_imputer"
    return not any(s.get("categories") == "first_seen" for s in chain)


def looks_at_labels(chain: Chain) -> bool:
    """Whether a step of a chain is fitted with labels."""
    return any(
        any(looks_at_labels(b.chain) for b in s.branches)
        if s.kind == BESIDE
        else s.kind == "refitted" and refitted.entry_of(s).supervised
        for s in chain
    )


def run(chain: Chain, lanes: Lanes, statistics: Statistics | None, given: Given) -> tuple[Lanes, Statistics]:
    """Return what leaves a chain, gaps filled, and its statistics; with none given, learn them.

    Raises
    ------
    UserError
        If a column is not what a transformer needs, or the rows cannot carry it.
    """
    learnt: list[Recorded] = []
    for i, step in enumerate(chain):
        lanes, now = pass_step(step, lanes, None if statistics is None else statistics[i], given)
        learnt.append(now)
    return tuple(x.closed() for x in lanes if not x.dropped), tuple(learnt)


def pass_step(step: Transformer, lanes: Lanes, recorded: Recorded | None, given: Given) -> tuple[Lanes, Recorded]:
    """Pass lanes through one step; with nothing recorded, learn it from them first."""
    if step.fit_on and recorded is None and learns(step):
        kept = given.of_training_rows()
        assert given.train is not None
        few = tuple(replace(x, values=x.values[given.train]) for x in lanes)
        recorded = pass_step(replace(step, fit_on=""), few, None, kept)[1]
    family = FAMILIES.get(step.kind)
    before = recorded[0] if recorded else None
    if step.kind == BESIDE:
        assert before is None or isinstance(before, Branches)
        return _beside(step, lanes, before, given)
    assert family is not None
    if function.is_user_function(step):
        assert before is None or isinstance(before, Outputs)
        out, outputs = function.call(step, tuple(x for x in lanes if not x.dropped), before, given.functions)
        return out, (outputs,)
    if refitted.mixes(step):
        assert before is None or isinstance(before, Learnt)
        out, state = refitted.run(step, lanes, before, given)
        return out, (state,) if refitted.learns(step) else ()
    if not learns(step):
        change = refitted.apply_stateless if step.kind == "refitted" else lambda s, x: family.apply(x, None, s)
        return tuple(y for x in lanes for y in ((x,) if x.dropped else change(step, x))), ()
    if recorded is None:
        if step.kind == "refitted":
            recorded = refitted.fit_lanes(step, lanes, given)
        else:
            recorded = tuple(family.measure(x, step) for x in lanes)
    fitted = iter(resolved(step, lanes, recorded))
    return tuple(y for x in lanes for y in ((x,) if x.dropped else family.apply(x, next(fitted)[1], step))), recorded


def resolved(step: Transformer, lanes: Lanes, recorded: Recorded) -> list[tuple[Lane, Any]]:
    """Return the lanes that are still there with their fitted values. Dropped lanes keep their statistics: rows may join."""
    live = [(x, a) for x, a in zip(lanes, recorded, strict=True) if not x.dropped]
    return [(x, FAMILIES[step.kind].resolve(a, x, step, i)) for i, (x, a) in enumerate(live)]


def measure(chain: Chain, lanes: Lanes, statistics: Statistics, given: Given) -> Statistics:
    """Return what rows add to the statistics of a decremental chain; nothing learnt so far is looked at."""
    learnt: list[Recorded] = []
    learning = [bool(s) and not isinstance(s[0], Outputs) for s in statistics]
    for i, step in enumerate(chain):
        if not any(learning[i:]):
            learnt.append(())
            continue
        family = FAMILIES[step.kind]
        if family.stateful:
            learnt.append(tuple(family.measure(x, step) for x in lanes))
        elif function.is_user_function(step):
            recorded = statistics[i][0]
            assert isinstance(recorded, Outputs)
            lanes, _ = function.call(step, lanes, recorded, given.functions)
            learnt.append(())
        else:
            lanes = tuple(y for x in lanes for y in family.apply(x, None, step))
            learnt.append(())
    return tuple(learnt)


def _beside(step: Transformer, lanes: Lanes, recorded: Branches | None, given: Given) -> tuple[Lanes, Recorded]:
    """Pass lanes through every branch; what comes out stands side by side under the branch's name."""
    out: list[Lane] = []
    learnt: list[Statistics] = []
    for i, branch in enumerate(step.branches):
        known = None if recorded is None else recorded.statistics[i]
        made, now = run(branch.chain, _taken(branch, lanes), known, given)
        prefix = f"{branch.name}__" if branch.name else ""
        out += [replace(x, name=prefix + x.name) for x in made]
        learnt.append(now)
    return tuple(out), (Branches(tuple(learnt)),)


def _taken(branch: Block, lanes: Lanes) -> Lanes:
    if not branch.columns:
        return tuple(x for x in lanes if not x.dropped)
    return tuple(x for name in branch.columns for x in lanes if x.sources == (name,))
