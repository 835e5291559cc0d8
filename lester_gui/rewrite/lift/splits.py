"""Splits as a script makes them, one after the other, and the one split of the plan that they amount to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lester_gui.ir.expressions import Expr
from lester_gui.ir.learning import TEST, TRAIN, Split, is_shuffle
from lester_gui.ir.nodes import Node
from lester_gui.rewrite.lift.domain import Column1, Const, Order, Part, Value
from lester_gui.rewrite.lift.stop import no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

CUTS = "cuts"
"""The hint that a script takes the rows between two cuts, given as fields of a split: rows are dealt to three parts.

The part before the first cut is then a part of that before the second."""


@dataclass(frozen=True, slots=True)
class SplitMade:
    """A split as the script makes it, over the rows of `node`, or over a side of an earlier split of them."""

    node: Node
    fields: dict[str, Any]
    by: Value | None
    lines: tuple[int, ...]
    made_by: str
    dealt: Column1 | None = None  # whose distinct values are dealt, where it is not rows
    of: Part | None = None

    @property
    def is_shuffle(self) -> bool:
        """Whether it only puts the rows into a random order."""
        return is_shuffle(self.fields["kind"], self.fields.get("method", ""), self.fields.get("train_size"))


@dataclass(frozen=True, slots=True)
class Chain:
    """The splits behind the training rows of a model, the first one first, and how the rows beside them are dealt again.

    Attributes
    ----------
    levels : tuple of (Part, SplitMade)
        The side that the training rows are on, split by split.
    beside : (int, SplitMade), optional
        The split of the other side of the last one.
    validation : str
        Which side of that split is for validation.
    """

    levels: tuple[tuple[Part, SplitMade], ...]
    beside: tuple[int, SplitMade] | None = None
    validation: str = TRAIN

    @property
    def all(self) -> dict[int, SplitMade]:
        """Every split, by its number."""
        out = {part.split: made for part, made in self.levels}
        return out | ({} if self.beside is None else {self.beside[0]: self.beside[1]})

    @property
    def scopes(self) -> dict[str, str]:
        """What encoders that are fitted on a side are fitted on in the plan: only the training rows of the model have a name."""
        return {scope(self.levels[-1][0]): TRAIN}

    def split(self, by: Expr | None) -> Split:
        """Return the split of the plan.

        Parameters
        ----------
        by
            What is dealt, if it is not rows.
        """
        again = None
        if self.beside is not None:
            again = Split(**self.beside[1].fields)
        of, validation = TEST, self.validation
        for part, made in reversed(self.levels):
            fields = made.fields if part.side == TRAIN else turned(made.fields)
            if by is not None:
                fields = {**fields, "by": by}
            dealt: dict[str, Any] = {} if again is None else {"again": again, "of": of, "validation": validation}
            again, of, validation = Split(**fields, **dealt), TRAIN, TRAIN
        assert again is not None
        lines = tuple(sorted({n for made in self.all.values() for n in made.lines}))
        return replace(again, lines=lines, made_by=self.levels[0][1].made_by)


class Splits:
    """The splits that a script makes, as far as the interpreter has come."""

    def __init__(self, lift: Lifter) -> None:
        self.lift = lift
        self.splits: dict[int, SplitMade] = {}

    def split(
        self, node: Node, by: Value | None = None, dealt: Column1 | None = None, of: Part | None = None, **fields: Any
    ) -> int:
        """Note a split, of a side of an earlier one where `of` says so, and return its number."""
        ident = self.lift.number()
        self.splits[ident] = SplitMade(node, fields, by, self.lift.lines, f"rule:{self.lift.family}", dealt, of)
        return ident

    def cut(
        self, node: Node, size: Value, side: str, order: Order | None = None, in_order: bool = False, of: Part | None = None
    ) -> Part:
        """Return the rows before (``train``) or after (``test``) a cut; which of the two trains shows when a model is fitted."""
        from lester_gui.rewrite.lift.sizes import share_of

        sized = share_of(self.lift, size, node, of)
        later = self._later_cut(sized) if side == TRAIN else None
        if later is not None:
            return self._before(node, sized, self._cut(node, later, TRAIN, order, in_order, of), TRAIN)
        return self._cut(node, sized, side, order, in_order, of)

    def _later_cut(self, sized: dict[str, Any]) -> dict[str, Any] | None:
        """Return the second of two cuts between which the script takes rows, if this is the first."""
        for hint in self.lift.hints:
            match hint:
                case (kind, first, tuple(second)) if kind == CUTS and first == tuple(sized.items()):
                    return dict(second)
        return None

    def between(self, node: Node, low: Value, high: Value, order: Order | None = None, of: Part | None = None) -> Part:
        """Return the rows between two cuts, where the rows before the first one and after the second one are parts as well."""
        from lester_gui.rewrite.lift.sizes import share_of

        first, second = share_of(self.lift, low, node, of), share_of(self.lift, high, node, of)
        self.lift.hints.setdefault((CUTS, tuple(first.items()), tuple(second.items())), "asked")
        return self._before(node, first, self._cut(node, second, TRAIN, order, False, of), TEST)

    def _before(self, node: Node, sized: dict[str, Any], outer: Part, side: str) -> Part:
        """Return the rows of the first part of a split that are before, or not before, a place that counts all rows."""
        if sized.get("method"):
            raise no_rule("two cuts, the first of them at a rounded share")
        return self._made(
            node, {"kind": "positional", "cut": "train_first", "shuffle": False, "whole": True, **sized}, side, None, outer
        )

    def _cut(self, node: Node, sized: dict[str, Any], side: str, order: Order | None, in_order: bool, of: Part | None) -> Part:
        fields: dict[str, Any] = {"kind": "positional" if order is None else "random", "cut": "train_first", **sized}
        if fields.get("method") and order is not None:
            raise no_rule("rows in a random order that are cut at a rounded share")
        groups = None
        if order is None:
            fields["shuffle"] = False
        else:
            fields |= {"method": order.method, "seed": order.seed}
            if in_order:
                fields["in_order"] = True
            if order.groups is not None:
                if order.groups.node is None or order.groups.cell is None or order.groups.order == "set":
                    raise no_rule("dealing these groups")
                groups = Column1(order.groups.node, order.groups.cell)
                fields["groups"] = order.groups.order
        return self._made(node, fields, side, groups, of)

    def _made(self, node: Node, fields: dict[str, Any], side: str, groups: Column1 | None, of: Part | None) -> Part:
        """Return a side of a split that is the script's already, or that is noted now."""
        for ident, known in self.splits.items():
            if (known.fields, known.dealt, known.of) == (fields, groups, of) and self.lift.align.same(known.node, node):
                return Part(ident, side)
        return Part(self.split(node, dealt=groups, of=of, **fields), side)

    def constant_cut(self, node: Node, low: Value, high: Value, of: Part | None = None) -> Part | None:
        """Return the side that ``[:800]`` or ``[800:]`` of an array is."""
        if low in (Const(None), Const(0)) and isinstance(high, Const) and isinstance(high.value, int) and high.value:
            return self.cut(node, high, TRAIN, of=of)
        if high == Const(None) and isinstance(low, Const) and isinstance(low.value, int) and low.value:
            return self.cut(node, low, TEST, of=of)
        return None


def chain_of(splits: Mapping[int, SplitMade], part: Part, tested: list[Part]) -> Chain:
    """Return the splits behind the training rows of a model.

    Parameters
    ----------
    splits
        All that the script makes.
    part
        The training rows.
    tested
        The sides that the model is asked about, in order.

    Raises
    ------
    Stopped
        If rows are dealt to more than three parts.
    """
    levels: list[tuple[Part, SplitMade]] = []
    at: Part | None = part
    while at is not None:
        levels.append((at, splits[at.split]))
        at = splits[at.split].of
    levels.reverse()
    beside = other_side(part)
    asked = [p for p in tested if p.split in splits and splits[p.split].of == beside]
    others = {n: made for n, made in splits.items() if made.of == beside}
    if asked:
        others = {asked[-1].split: splits[asked[-1].split]}
    elif any(p == beside for p in tested):
        others = {}
    parts = sum(not made.is_shuffle for _, made in levels) + bool(others)
    if len(others) > 1 or parts > 2:
        raise no_rule("rows that are dealt to more parts than training, validation and test")
    if len(levels) + len(others) > 1 and any(made.dealt is not None for made in (*(m for _, m in levels), *others.values())):
        raise no_rule("groups that are dealt again")
    if not others:
        return Chain(tuple(levels))
    return Chain(tuple(levels), next(iter(others.items())), other_side(asked[-1]).side if asked else TRAIN)


def turned(fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the fields of a hand-made split whose second part is the one that trains."""
    out = dict(fields)
    if out["kind"] == "random" and out["method"] == "sklearn":
        raise no_rule("a model that is trained on the test side of train_test_split")
    if out.get("method") == "every":
        return out | {"offsets": tuple(i for i in range(out["every"]) if i not in out["offsets"])}
    out["cut"] = "test_first"
    old, new = ("train_size", "test_size") if "train_size" in out else ("test_size", "train_size")
    out[new] = out.pop(old)
    return out


def other_side(part: Part) -> Part:
    """Return the other side of a split."""
    return Part(part.split, TEST if part.side == TRAIN else TRAIN)


def scope(part: Part) -> str:
    """Return what an encoder that is fitted on one side says."""
    return f"{part.side}:{part.split}"


def rows_of(splits: Mapping[int, SplitMade], part: Part | None) -> Part | None:
    """Return the side that a table is, whatever order its rows are in: of a shuffled table none."""
    while part is not None and splits[part.split].is_shuffle:
        part = splits[part.split].of
    return part
