"""The row numbers that a script's own split deals to training, validation and test: what a first run computes and records."""

from __future__ import annotations

import random
import warnings
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from lester_gui.errors import UserError
from lester_gui.ir.learning import TEST, TRAIN, Split


def script_sides(split: Split, rows: Sequence[int], told: Sequence[Sequence[Any] | None], seed: int) -> dict[str, list[int]]:
    """Return the side → row numbers of rows, in the script's order, for a random or positional split.

    Parameters
    ----------
    rows
        The numbers of the rows that are dealt, in the order in which they come.
    told
        For each of `Split.chain` what it looks at, one per prepared row.
    seed
        Stands for the script's seed where it sets none.
    """
    return _sides(split, rows, told, seed, len(rows))


def _sides(
    split: Split, rows: Sequence[int], told: Sequence[Sequence[Any] | None], seed: int, whole: int
) -> dict[str, list[int]]:
    values = None if told[0] is None else [told[0][i] for i in rows]
    first, second = ([rows[i] for i in part] for part in script_split(split, len(rows), values, seed, whole))
    if split.again is None:
        return {TRAIN: first, TEST: second}
    inner = _sides(split.again, first if split.of == TRAIN else second, told[1:], seed, whole)
    if split.is_shuffle:
        return inner
    of_train, of_test = split.parts_again
    return {of_train: inner[TRAIN], of_test: inner[TEST]} | ({TEST: second} if split.of == TRAIN else {TRAIN: first})


def script_split(
    split: Split, count: int, values: Sequence[Any] | None, seed: int, whole: int = 0
) -> tuple[list[int], list[int]]:
    """Return the row numbers (from 0) of training and test rows, in the script's order, for a random or positional split.

    Parameters
    ----------
    values
        One per row: labels for a stratified split, groups for a split that deals groups.
    seed
        Stands for the script's seed where it sets none.
    whole
        How many rows there are, of which `count` are dealt again.
    """
    chosen = seed if split.seed is None else split.seed
    if split.method == "every":
        marked = set(split.offsets)
        test = [i for i in range(count) if i % split.every in marked]
        return [i for i in range(count) if i % split.every not in marked], test
    if split.in_order:
        train, test = script_split(replace(split, in_order=False), count, values, seed)
        return sorted(train), sorted(test)
    if split.method in ("numpy_legacy_uniform", "numpy_generator_uniform"):
        return _by_draws(split, count, chosen)
    if split.folds:
        return _one_fold(split, count, values, chosen)
    if split.by is not None:
        assert values is not None
        if split.groups == "sorted" and any(v is None or v != v for v in values):
            raise UserError("A row has no group to be dealt by", hint="The script would stop here as well.")
        kinds = sorted(set(values)) if split.groups == "sorted" else list(dict.fromkeys(values))
        of_groups, _ = script_split(replace(split, by=None, groups=""), len(kinds), None, seed)
        training = {kinds[i] for i in of_groups}
        return [i for i in range(count) if values[i] in training], [i for i in range(count) if values[i] not in training]
    if split.method == "sklearn":
        from sklearn.model_selection import train_test_split

        try:
            train, test = train_test_split(
                np.arange(count),
                test_size=split.test_size,
                train_size=split.train_size,
                random_state=chosen if split.shuffle else None,
                shuffle=split.shuffle,
                stratify=values if split.stratify else None,
            )
        except ValueError:
            raise UserError(
                f"{count} rows are too few for the script's split", hint="The script would stop here as well."
            ) from None
        return [int(i) for i in train], [int(i) for i in test]
    cut = _cut(split, count, whole if split.whole else count)
    order = _permutation(split, count, chosen, cut)
    first, second = order[:cut], order[cut:]
    return (first, second) if split.cut == "train_first" else (second, first)


def _one_fold(split: Split, count: int, values: Sequence[Any] | None, seed: int) -> tuple[list[int], list[int]]:
    """Return the rows outside and inside the last fold that scikit-learn cuts, or the first one."""
    from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold, TimeSeriesSplit

    shuffled: dict[str, Any] = {"shuffle": True, "random_state": seed} if split.shuffle else {}
    splitters: dict[str, Callable[[], Any]] = {
        "kfold": lambda: KFold(split.folds, **shuffled),
        "stratified_kfold": lambda: StratifiedKFold(split.folds, **shuffled),
        "group_kfold": lambda: GroupKFold(split.folds),
        "time_series": lambda: TimeSeriesSplit(split.folds),
    }
    given = np.asarray(values) if split.stratify else None
    groups = list(values) if split.by is not None and values is not None else None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # a class with fewer rows than folds is no error
            folds = list(splitters[split.method]().split(np.zeros((count, 1)), given, groups))
    except ValueError:
        raise UserError(f"{count} rows are too few for the script's folds", hint="The script would stop here as well.") from None
    train, test = folds[0 if split.first_fold else -1]
    return [int(i) for i in train], [int(i) for i in test]


def _by_draws(split: Split, count: int, seed: int) -> tuple[list[int], list[int]]:
    """Deal rows by one number each, between 0 and 1: those below the share are the first part."""
    legacy = split.method == "numpy_legacy_uniform"
    draws = np.random.RandomState(seed).random_sample(count) if legacy else np.random.default_rng(seed).random(count)
    share = split.train_size if split.cut == "train_first" else split.test_size
    if share is None:
        raise UserError("The plan does not say where the script cuts", hint="Rewrite the pipeline again.")
    first = [int(i) for i in np.flatnonzero(draws < share)]
    second = [int(i) for i in np.flatnonzero(~(draws < share))]
    return (first, second) if split.cut == "train_first" else (second, first)


def _permutation(split: Split, count: int, seed: int, cut: int) -> list[int]:
    if split.kind == "positional" or not split.shuffle:
        return list(range(count))
    if split.method == "numpy_legacy":
        return [int(i) for i in np.random.RandomState(seed).permutation(count)]
    if split.method == "numpy_generator":
        return [int(i) for i in np.random.default_rng(seed).permutation(count)]
    if split.method == "python_shuffle":
        order = list(range(count))
        random.Random(seed).shuffle(order)
        return order
    if split.method in ("numpy_choice", "numpy_legacy_choice", "python_sample", "pandas_sample"):
        if split.method in ("pandas_sample", "numpy_legacy_choice"):
            drawn = [int(i) for i in np.random.RandomState(seed).choice(count, cut, replace=False)]
        elif split.method == "numpy_choice":
            drawn = [int(i) for i in np.random.default_rng(seed).choice(count, cut, replace=False)]
        else:
            drawn = random.Random(seed).sample(range(count), cut)
        return [*drawn, *sorted(set(range(count)) - set(drawn))]
    raise UserError(
        f"A split by {split.method!r} is not supported yet", hint="Use train_test_split or a permutation with a seed."
    )


def _cut(split: Split, count: int, whole: int) -> int:
    """Return how many rows the first part has: what the script cuts off, or all others."""
    size = split.train_size if split.train_size is not None else split.test_size
    if size is None:
        raise UserError("The plan does not say where the script cuts", hint="Rewrite the pipeline again.")
    rounding = round if split.method in ("pandas_sample", "rounded") else int
    number = rounding(whole * size) if isinstance(size, float) else int(size)
    number = max(0, min(whole, number if number >= 0 else whole + number))
    given_is_first = (split.train_size is not None) == (split.cut == "train_first")
    return min(count, number if given_is_first else whole - number)
