"""The learning half of a plan: label, split, encoders and model, unfitted. Fitted values are state, never part of a plan."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from lester_gui.ir.expressions import Expr
from lester_gui.ir.nodes import Options
from lester_gui.ir.schema import PlanError


@dataclass(frozen=True, slots=True, kw_only=True)
class Label:
    """What the model learns, as an expression over the prepared view.

    Attributes
    ----------
    variable : str
        The script's name for y.
    codes : str
        ``sorted``: y is the number of each label among all labels in sorted order, as LabelEncoder gives it; ``first_seen``: in
        order of appearance, as ``pandas.factorize`` does; empty: the labels themselves. Which labels there are is not part of
        the plan.
    lines
        As in `Node`.
    """

    expr: Expr
    variable: str = "y"
    codes: str = ""
    lines: tuple[int, ...] = field(default=(), compare=False)
    made_by: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.codes not in ("", "sorted", "first_seen"):
            raise PlanError(f"Labels are numbered in sorted order or as first seen, not by {self.codes!r}")


TRAIN: Final = "train"
TEST: Final = "test"
VALIDATION: Final = "validation"
BOTH: Final = (TRAIN, TEST)
ROWS_OF: Final = {TRAIN: "training", TEST: "test", VALIDATION: "validation"}
"""What the rows of a side are called: training rows, test rows, validation rows."""

FOLDS = {
    "kfold": (False, False),
    "stratified_kfold": (True, False),
    "group_kfold": (False, True),
    "time_series": (False, False),
}
"""Ways to cut folds, and whether they look at labels and at groups."""


def is_shuffle(kind: str, method: str, train_size: float | int | None) -> bool:
    """Whether a split only puts rows into a random order: the part that is drawn are all of them."""
    return kind == "random" and method != "sklearn" and type(train_size) is float and train_size == 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """How prepared rows become training and test rows.

    Attributes
    ----------
    kind : str
        ``random`` and ``positional`` splits are recorded per row in the first faithful run; ``expression`` splits are
        evaluated for each row (`test`, `validates` and `trains` are its conditions); ``none`` trains on everything.
    method : str
        For ``random``: ``sklearn`` (train_test_split), ``numpy_legacy`` (RandomState permutation), ``numpy_generator``
        (default_rng permutation), ``python_shuffle`` (random.Random(seed).shuffle), ``numpy_choice`` and ``numpy_legacy_choice``
        (default_rng and RandomState choice without replacement), ``python_sample`` (random.Random(seed).sample),
        ``pandas_sample`` (DataFrame.sample, which rounds a share half to even): what these four draw is the first part, and the
        other rows stand in their own order;
        ``numpy_legacy_uniform`` and ``numpy_generator_uniform`` (one number per row; the first part are those below the share).
        ``kfold``, ``stratified_kfold``, ``group_kfold`` and ``time_series`` (scikit-learn's): the last of `folds` is the test,
        or the first one.
        For ``positional``: ``every``, see below, and ``rounded``, where a share is rounded half to even and not down.
    test_size, train_size : float or int or None
        As in scikit-learn; for hand-made splits the share or number of the part that the script cuts off.
    cut : str
        For hand-made splits: ``test_first`` or ``train_first``: which part the first rows of the permutation are.
    seed : int or None
        None: the script sets no seed; the recorded membership of the first run stands for it.
    test : Expr, optional
        For splits by expression: which rows are test rows.
    validates : Expr, optional
        Which are for validation. No row is chosen by two conditions.
    trains : Expr, optional
        Which are training rows, if there may be rows that are on no side. Otherwise they are those that no condition chooses.
    by : Expr, optional
        For random splits: what is dealt is not rows but distinct values of this expression (persons, groups); all rows of one
        value are on one side, in their own order. With ``sklearn``, as GroupShuffleSplit does.
    groups : str
        With `by`, the order in which the values are before they are shuffled: ``sorted`` or ``first_seen``.
    in_order : bool
        The rows of either side stand in their own order, not in that of the permutation.
    every : int
        For ``every``: test rows are those whose place, counted from 0, leaves one of `offsets` when divided by `every`.
    offsets : tuple of int
        Remainders, in ascending order.
    folds : int
        How many folds scikit-learn cuts; `seed` counts only where it shuffles.
    first_fold : bool
        Not the last fold is the test but the first one. That of ``time_series`` would leave rows out.
    whole : bool
        Of a split that deals a part again: `test_size` and `train_size` count or share out all rows, not only those of the part.
    again : Split, optional
        How the rows of one part are dealt again, in the order in which this split leaves them. Of training rows that are dealt
        again, the test rows are those of validation. After a shuffle (`is_shuffle`) it is simply the split of the shuffled rows.
    of : str
        The part that is dealt again: ``train`` or ``test``.
    validation : str
        Which part of test rows that are dealt again is for validation: the ``train`` rows of `again`, or its ``test`` rows.
    """

    kind: str
    method: str = ""
    test_size: float | int | None = None
    train_size: float | int | None = None
    cut: str = "train_first"
    seed: int | None = None
    shuffle: bool = True
    stratify: bool = False
    test: Expr | None = None
    validates: Expr | None = None
    trains: Expr | None = None
    by: Expr | None = None
    groups: str = ""
    in_order: bool = False
    every: int = 0
    offsets: tuple[int, ...] = ()
    folds: int = 0
    first_fold: bool = False
    whole: bool = False
    again: Split | None = None
    of: str = ""
    validation: str = TRAIN
    lines: tuple[int, ...] = field(default=(), compare=False)
    made_by: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        self._check_again()
        if self.kind not in ("random", "positional", "expression", "none"):
            raise PlanError(f"There is no split of kind {self.kind!r}")
        if (self.kind == "expression") != (self.test is not None):
            raise PlanError("A split by expression needs a condition, and no other split has one")
        if (self.validates is not None or self.trains is not None) and self.kind != "expression":
            raise PlanError("Only a split by expression chooses training or validation rows by a condition")
        if (self.by is None) != (not self.groups) or (self.by is not None and (self.kind != "random" or self.stratify)):
            raise PlanError("Only a random split that is not stratified deals groups, and it says in which order they are")
        if self.method == "rounded" and (self.kind != "positional" or not isinstance(self.train_size or self.test_size, float)):
            raise PlanError("Only a positional split by a share can be rounded")
        if self.groups not in ("", "sorted", "first_seen"):
            raise PlanError(f"Groups are not ordered by {self.groups!r}")
        if (self.method == "every") != bool(self.every) or bool(self.every) != bool(self.offsets):
            raise PlanError("A split by every so many rows needs the number and the remainders, and no other split has them")
        if self.every and (self.kind != "positional" or sorted({o % self.every for o in self.offsets}) != list(self.offsets)):
            raise PlanError("The remainders of a split by every so many rows are ascending, and below the number")

        if bool(self.folds) != (self.method in FOLDS) or (self.folds and (self.kind != "random" or self.folds < 2)):
            raise PlanError("A random split by folds needs their number, and no other split has it")
        if self.first_fold and (not self.folds or self.method == "time_series"):
            raise PlanError("Only a split by folds of all rows can test on the first one")
        if self.folds and (self.stratify, self.by is not None) != FOLDS[self.method]:
            raise PlanError("Folds hang on labels where they are stratified, on groups where they keep these together")

    def _check_again(self) -> None:
        if (self.again is None) != (not self.of) or self.of not in ("", TRAIN, TEST):
            raise PlanError("What is dealt again are the training or the test rows")
        if self.validation not in BOTH or (self.validation == TEST and (self.of != TEST or self.is_shuffle)):
            raise PlanError("Which rows are for validation is said only where test rows are dealt again")
        if self.whole and self.method:
            raise PlanError("Only a cut by place counts all rows")
        if self.again is None:
            return
        if not (self.is_recorded and self.again.is_recorded):
            raise PlanError("Only random and positional splits are dealt again, and in no other way")
        if self.is_shuffle and self.of != TRAIN:
            raise PlanError("A shuffle leaves no test rows that could be dealt again")
        if not self.is_shuffle and any(not s.is_shuffle and s.again is not None for s in self.again.chain):
            raise PlanError("Rows are dealt to training, validation and test, and to no more parts")

    @property
    def is_recorded(self) -> bool:
        """Whether the sides are recorded per row, because they hang on how many rows there are."""
        return self.kind in ("random", "positional")

    @property
    def is_shuffle(self) -> bool:
        """Whether all rows are training rows, in a random order."""
        return is_shuffle(self.kind, self.method, self.train_size)

    @property
    def chain(self) -> tuple[Split, ...]:
        """The split and those by which its parts are dealt again."""
        return (self, *(() if self.again is None else self.again.chain))

    @property
    def sides(self) -> tuple[str, ...]:
        """Names of the parts that rows are dealt to: ``train`` and ``test``, and ``validation`` where there is one."""
        parts = any(s.validates is not None or (s.again is not None and not s.is_shuffle) for s in self.chain)
        return (TRAIN, VALIDATION, TEST) if parts else BOTH

    @property
    def first_parts(self) -> tuple[str, ...]:
        """What the parts are called before any of them is dealt again."""
        return self.sides if self.validates is not None else BOTH

    @property
    def parts_again(self) -> tuple[str, str]:
        """What the training and the test rows of `again` are called in the whole."""
        if self.again is None or self.is_shuffle:
            return BOTH
        if self.of == TRAIN:
            return TRAIN, VALIDATION
        return (VALIDATION, TEST) if self.validation == TRAIN else (TEST, VALIDATION)

    @property
    def conditions(self) -> tuple[tuple[str, Expr], ...]:
        """The sides whose rows a condition chooses, with it."""
        found = ((TEST, self.test), (VALIDATION, self.validates), (TRAIN, self.trains))
        return tuple((side, e) for side, e in found if e is not None)

    @property
    def expressions(self) -> tuple[Expr, ...]:
        """What the split reads of the prepared view."""
        own = (*(e for _, e in self.conditions), *(() if self.by is None else (self.by,)))
        return own if self.again is None else (*own, *self.again.expressions)


@dataclass(frozen=True, slots=True)
class Transformer:
    """One unfitted transformer: its kind (`features` has one file per family) and parameters as (name, value) pairs.

    Kinds: ``passthrough``, ``standard_scaler`` (with_mean, with_std, ddof), ``one_hot`` (categories: ``auto`` sorted,
    ``first_seen``, or a tuple of literals; handle_unknown; drop; dtype), ``ordinal``, ``simple_imputer`` (strategy, fill_value),
    ``min_max_scaler``, ``max_abs_scaler``, ``robust_scaler``, ``function`` (function: name in the plan or a dotted NumPy name),
    ``refitted`` (transformer: any that `features.catalogue` lists, unfitted), and ``beside``: the columns pass each of the
    `branches`, whose results stand side by side.

    Attributes
    ----------
    branches : tuple of Block
        Of ``beside``. A branch without columns takes all that arrive; one with columns must stand first in its chain.
    fit_on : str
        ``train`` where it is fitted on the training rows although the stage as a whole sees all rows; empty: as the stage.
    """

    kind: str
    params: Options = ()
    branches: tuple[Block, ...] = ()
    fit_on: str = ""

    def __post_init__(self) -> None:
        if (self.kind == "beside") != bool(self.branches):
            raise PlanError("Branches belong to the step 'beside', and it has at least one")

    def get(self, name: str, default: object = None) -> object:
        """Return a parameter's value or `default`."""
        return dict(self.params).get(name, default)


@dataclass(frozen=True, slots=True)
class Block:
    """Columns of the prepared view and the chain of transformers they pass; X is the blocks side by side."""

    name: str
    columns: tuple[str, ...]
    chain: tuple[Transformer, ...]

    def __post_init__(self) -> None:
        for i, step in enumerate(self.chain):
            for branch in step.branches:
                if branch.columns and (i or not set(branch.columns) <= set(self.columns)):
                    raise PlanError(f"The branch {branch.name!r} names columns that do not reach it as they are")


@dataclass(frozen=True, slots=True, kw_only=True)
class Encode:
    """How prepared columns become X.

    `fit_on` is ``train``, or ``all`` where the script fits before it splits (leakage); single steps may still say ``train``.
    """

    blocks: tuple[Block, ...]
    fit_on: str = "train"
    variable: str = "X"
    dtype: str = "float64"
    lines: tuple[int, ...] = field(default=(), compare=False)
    made_by: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if self.fit_on not in ("train", "all"):
            raise PlanError(f"Encoders are fitted on train or all, not {self.fit_on!r}")
        for step in self.steps:
            if step.fit_on not in ("", "train") or (step.fit_on and self.fit_on != "all"):
                raise PlanError("A step may say that it is fitted on train, and only where the others are fitted on all rows")

    @property
    def is_mixed(self) -> bool:
        """Whether some steps are fitted on all rows and some on the training rows."""
        return any(step.fit_on for step in self.steps)

    @property
    def steps(self) -> tuple[Transformer, ...]:
        """All transformers, those of branches included."""
        out: list[Transformer] = []
        queue = list(self.blocks)
        while queue:
            for step in queue.pop(0).chain:
                out.append(step)
                queue += step.branches
        return tuple(out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """The estimator, by its dotted scikit-learn name, with the script's parameters."""

    estimator: str
    params: Options = ()
    variable: str = "model"
    lines: tuple[int, ...] = field(default=(), compare=False)
    made_by: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Function:
    """A user function carried verbatim from the script, with the helpers, imports and constants it uses.

    `source` defines `name`; `modules` are project modules (path relative to the project, text) that it imports.
    """

    name: str
    source: str
    modules: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file that the script writes: an artefact that may hold personal data.

    `content` is ``model``, ``predictions``, ``table``, ``matrix`` or ``unknown``; `variable` what is written, if known.
    """

    path: str
    content: str
    variable: str = ""
    line: int | None = field(default=None, compare=False)
