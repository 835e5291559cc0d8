"""scikit-learn: texts for a model that encodes them itself, as a search over a whole pipeline does in each of its folds.

X is a matrix of numbers, so each such text stands in it as its number among the training rows' texts in sorted order, a missing
one as a missing number, one that no training row has as -1. Encoders of categories make the same columns of these numbers as of
the texts: they look at which are equal, at their order, and at which they have not seen.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from lester_gui.ir.expressions import Literal
from lester_gui.ir.learning import Transformer
from lester_gui.ir.nodes import Option, Options
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift import blocks, cells
from lester_gui.rewrite.lift.domain import Cell, Const, Entries, Estimator, Feature, Items, Matrix, MatrixBlock, Tup, Value
from lester_gui.rewrite.lift.library.sklearn_options import is_nan, option_of
from lester_gui.rewrite.lift.stop import Stopped, no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

ENCODERS = ("OneHotEncoder", "OrdinalEncoder", "TargetEncoder")
TUNED = ("drop", "min_frequency", "max_categories", "handle_unknown", "smooth")
"""Parameters of encoders that a search may try."""
UNKNOWN = -1


def refused(what: str) -> Stopped:
    """Return the stop for a model that does something else with a text than encode it as a category."""
    return no_rule(f"a model that encodes text by itself, with {what}")


@dataclass
class Codes:
    """How the texts of a matrix are numbered for a model: by place, what stands for a gap, and categories that are listed."""

    lift: Lifter
    texts: frozenset[int]
    tuned: tuple[tuple[str, ...], ...]
    fills: dict[int, str] = field(default_factory=dict)
    listed: dict[int, tuple[Option, ...]] = field(default_factory=dict)
    seen: set[int] = field(default_factory=set)

    def model(self, value: Value, places: tuple[int, ...], path: tuple[str, ...]) -> Value:
        """Return an estimator that takes numbers where it took texts; `places` are the columns that reach it."""
        content = self.lift.content(value)
        if not self.texts & set(places) or content == Const("drop"):
            return value
        if not isinstance(content, Estimator):
            raise refused("a text that is passed on as it is")
        short = content.name.rsplit(".", 1)[-1]
        if short == "ColumnTransformer":
            return self.lift.new(self.column_transformer(content, places, path))
        if short == "Pipeline":
            return self.lift.new(self.pipeline(content, places, path))
        if short == "FeatureUnion":
            raise refused("a FeatureUnion")
        if short in ENCODERS:
            return self.lift.new(self.encoder(content, short, places, path))
        inner = content.get("estimator")
        if path or not short.endswith("SearchCV") or inner is None:
            raise refused(short)
        return self.lift.new(_with(content, "estimator", self.model(inner, places, path)))

    def column_transformer(self, content: Estimator, places: tuple[int, ...], path: tuple[str, ...]) -> Estimator:
        """Return a ColumnTransformer; its columns are places already."""
        entries: list[Value] = []
        used: set[int] = set()
        for name, (inner, at) in self.named(content, "transformers", 3):
            chosen = tuple(places[i] for i in self.lift.const(at))
            used |= set(chosen)
            entries.append(Tup((Const(name), self.model(inner, chosen, (*path, name)), at)))
        rest = content.get("remainder")
        if rest is not None and self.lift.content(rest) != Const("drop") and self.texts & (set(places) - used):
            raise refused("texts in the remainder")
        if path and path in self.tuned:
            raise refused("encoders that a search replaces")
        return _with(content, "transformers", Items(tuple(entries)))

    def pipeline(self, content: Estimator, places: tuple[int, ...], path: tuple[str, ...]) -> Estimator:
        """Return a pipeline: imputers, then what makes numbers of categories; what follows sees no texts."""
        steps: list[Value] = []
        done = False
        for name, (inner,) in self.named(content, "steps", 2):
            step = self.lift.content(inner)
            short = step.name.rsplit(".", 1)[-1] if isinstance(step, Estimator) else ""
            if done or step in (Const("passthrough"), Const(None)):
                made = inner
            elif isinstance(step, Estimator) and short == "SimpleImputer":
                made = self.imputer(step, places, (*path, name), inner)
            else:
                made, done = self.model(inner, places, (*path, name)), True
            steps.append(Tup((Const(name), made)))
        if not done:
            raise refused("a text that is passed on as it is")
        return _with(content, "steps", Items(tuple(steps)))

    def imputer(self, step: Estimator, places: tuple[int, ...], path: tuple[str, ...], value: Value) -> Value:
        """Return an imputer: the most frequent text has the most frequent number; a text of the script's fills gaps before."""
        given = {k: option_of(self.lift, v, f"the parameter {k} of SimpleImputer") for k, v in step.params}
        missing = given.get("missing_values", float("nan"))
        if not set(places) <= self.texts or not is_nan(missing) or given.get("add_indicator") or self.is_tuned(path):
            raise refused("this SimpleImputer")
        if given.get("strategy") == "most_frequent":
            for place in places:
                self.listed.setdefault(place, ())
            return value
        fill = given.get("fill_value")
        fill = "missing_value" if fill is None else fill
        if given.get("strategy") != "constant" or not isinstance(fill, str) or set(places) & set(self.fills):
            raise refused("this SimpleImputer")
        self.fills |= dict.fromkeys(places, fill)
        return Const("passthrough")

    def encoder(self, content: Estimator, short: str, places: tuple[int, ...], path: tuple[str, ...]) -> Estimator:
        """Return an encoder of numbers; categories that the script lists are numbered in its order."""
        if self.is_tuned(path) or set(places) & self.seen:
            raise refused("encoders that a search replaces, or a text that two encoders are given")
        self.seen |= set(places)
        given = content.get("categories")
        lists = "auto" if given is None else option_of(self.lift, given, f"the parameter categories of {short}")
        if not isinstance(self.lift.content(content.get("drop") or Const(None)), Const):
            raise refused("categories to drop by name")
        if lists == "auto":
            return content
        if not isinstance(lists, tuple) or len(lists) != len(places) or not set(places) <= self.texts:
            raise refused("these lists of categories")
        numbers = []
        for place, values in zip(places, lists, strict=True):
            if not isinstance(values, tuple) or not all(isinstance(v, str) for v in values) or place in self.listed:
                raise refused("listed categories of which the most frequent fills gaps, or that are no texts")
            self.listed[place] = values
            numbers.append(Items(tuple(Const(float(i)) for i in range(len(values)))))
        return _with(content, "categories", Items(tuple(numbers)))

    def is_tuned(self, path: tuple[str, ...]) -> bool:
        """Whether a search tries other values of something that sees texts, but for harmless ones."""
        for key in self.tuned:
            if path[: len(key)] == key or (key[: len(path)] == path and key[len(path) :] not in {(t,) for t in TUNED}):
                return True
        return False

    def named(self, content: Estimator, what: str, width: int) -> list[tuple[str, tuple[Value, ...]]]:
        """Return the entries of a pipeline or ColumnTransformer."""
        listed = self.lift.content(content.get(what) or Const(None))
        entries = [self.lift.content(v) for v in listed.values] if isinstance(listed, Items | Tup) else []
        if not entries or not all(isinstance(e, Tup) and len(e.items) == width for e in entries):
            raise refused("steps that are not known")
        return [(self.lift.text(e.items[0]), e.items[1:]) for e in entries if isinstance(e, Tup)]


def _with(content: Estimator, name: str, value: Value) -> Estimator:
    return replace(content, params=tuple((dict(content.params) | {name: value}).items()))


def numbered(lift: Lifter, model: Estimator, matrix: Matrix, scope: str) -> tuple[Estimator, Matrix]:
    """Return a model, whose columns are places already, and its matrix with numbers in the place of texts.

    Raises
    ------
    Stopped
        If the model does more with a text than encode it as a category.
    """
    features = [f for b in matrix.blocks for f in b.features]
    texts = frozenset(i for i, f in enumerate(features) if f.cell.type is Type.STR)
    if any(b.chain for b in matrix.blocks) or any(f.cell.type in (Type.DATE, Type.TIMESTAMP) for f in features):
        raise refused("columns that were encoded before, or points in time")
    codes = Codes(lift, texts, _tuned(lift, model))
    made = lift.content(codes.model(lift.new(model), tuple(range(len(features))), ()))
    assert isinstance(made, Estimator)
    out = [_block(lift, codes, i, f, scope) for i, f in enumerate(features)]
    return made, replace(matrix, blocks=blocks.grouped(matrix.blocks[0].name, out), framed=False, flat=False)


def _block(lift: Lifter, codes: Codes, place: int, feature: Feature, scope: str) -> MatrixBlock:
    if place not in codes.texts:
        return MatrixBlock("columns", (feature,))
    if place in codes.fills and feature.cell.nullable:
        feature = replace(feature, cell=cells.make("coalesce", feature.cell, Cell(Literal(codes.fills[place]), Type.STR)))
    params: Options = (
        ("categories", codes.listed.get(place) or "auto"),
        ("handle_unknown", "use_encoded_value"),
        ("unknown_value", UNKNOWN),
    )
    return MatrixBlock("columns", (feature,), (Transformer("ordinal", params),), scope, lift.lines)


def _tuned(lift: Lifter, model: Estimator) -> tuple[tuple[str, ...], ...]:
    """Return the paths of parameters that a search tries."""
    out: list[tuple[str, ...]] = []
    for name in ("param_grid", "param_distributions"):
        given = model.get(name)
        content = lift.content(given) if given is not None else None
        for grid in content.values if isinstance(content, Items | Tup) else (content,):
            inner = lift.content(grid) if grid is not None else None
            if isinstance(inner, Entries):
                out += [tuple(lift.text(k).split("__")) for k, _ in inner.items]
            elif inner is not None:
                raise refused("a grid that is not known")
    return tuple(out)
