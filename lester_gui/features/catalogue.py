"""Which of scikit-learn's transformers can be fitted again as they are, and how: column by column or over all columns at once.

A transformer is listed only if fitting and transforming in one go gives what fitting and then transforming gives: X is made on
read from the state, so training rows cannot be encoded in another way than new ones. `NOT_LISTED` names those that are left
out for that. Two are not scikit-learn's but ours: `GroupStatistic`, for totals that scripts take of their training rows by hand,
and `WordColumns`, for words that they count by hand.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Entry:
    """How a transformer is fitted.

    Attributes
    ----------
    module : str
        Where scikit-learn has it.
    reads : str
        ``numbers`` (doubles, NaN where missing), ``cells`` (any values) or ``texts`` (one text per row).
    mixes : bool
        Whether a column it makes hangs on several columns, or on which other columns there are.
    learns : bool
        Whether it learns anything from the rows.
    supervised : bool
        Whether it looks at the labels.
    """

    module: str
    reads: str = "numbers"
    mixes: bool = False
    learns: bool = True
    supervised: bool = False


_PRE, _TEXT, _SELECT, _DECOMPOSE = (
    "sklearn.preprocessing",
    "sklearn.feature_extraction.text",
    "sklearn.feature_selection",
    "sklearn.decomposition",
)
_SELECTOR = Entry(_SELECT, mixes=True, supervised=True)

STATISTICS = (
    *("mean", "sum", "total", "min", "max", "median", "count", "size", "nunique"),
    *("std", "std0", "var", "var0", "quantile", "element"),
)
"""What `GroupStatistic` can take of a group."""
TRANSFORMERS: dict[str, Entry] = {
    "MinMaxScaler": Entry(_PRE),
    "MaxAbsScaler": Entry(_PRE),
    "RobustScaler": Entry(_PRE),
    "StandardScaler": Entry(_PRE),
    "Binarizer": Entry(_PRE, learns=False),
    "KBinsDiscretizer": Entry(_PRE),
    "QuantileTransformer": Entry(_PRE),
    "PowerTransformer": Entry(_PRE),
    "SplineTransformer": Entry(_PRE),
    "OrdinalEncoder": Entry(_PRE, reads="cells"),
    "OneHotEncoder": Entry(_PRE, reads="cells"),
    "GroupStatistic": Entry("lester_gui.features.group_statistic", reads="cells", mixes=True),
    "MissingIndicator": Entry("sklearn.impute", reads="cells", mixes=True),
    "SimpleImputer": Entry("sklearn.impute", reads="cells", mixes=True),
    "KNNImputer": Entry("sklearn.impute", mixes=True),
    "WordColumns": Entry("lester_gui.features.word_columns", reads="texts"),
    "CountVectorizer": Entry(_TEXT, reads="texts"),
    "TfidfVectorizer": Entry(_TEXT, reads="texts"),
    "HashingVectorizer": Entry(_TEXT, reads="texts", learns=False),
    "TfidfTransformer": Entry(_TEXT, mixes=True),
    "Normalizer": Entry(_PRE, mixes=True, learns=False),
    "PolynomialFeatures": Entry(_PRE, mixes=True, learns=False),
    "VarianceThreshold": Entry(_SELECT, mixes=True),
    "SelectKBest": _SELECTOR,
    "SelectPercentile": _SELECTOR,
    "SelectFpr": _SELECTOR,
    "SelectFdr": _SELECTOR,
    "SelectFwe": _SELECTOR,
    "GenericUnivariateSelect": _SELECTOR,
    "SelectFromModel": _SELECTOR,
    "RFE": _SELECTOR,
    "PCA": Entry(_DECOMPOSE, mixes=True),
    "TruncatedSVD": Entry(_DECOMPOSE, mixes=True),
    "KernelPCA": Entry(_DECOMPOSE, mixes=True),
    "FactorAnalysis": Entry(_DECOMPOSE, mixes=True),
    "FastICA": Entry(_DECOMPOSE, mixes=True),
}

NOT_LISTED = {
    "TargetEncoder": "encodes training rows by folds and other rows by all of them",
    "IterativeImputer": "fills training rows from the last round and other rows from all rounds",
    "NMF": "factors training rows in another way than other rows",
    "LatentDirichletAllocation": "factors training rows in another way than other rows",
    "FeatureHasher": "takes dicts or lists of words, which no column holds",
    "DictVectorizer": "takes dicts, which no column holds",
}


def entry(name: str) -> Entry | None:
    """Return how a transformer of scikit-learn is fitted, by its dotted or short name; None if it is not listed."""
    return TRANSFORMERS.get(name.rpartition(".")[2])


def dotted(short: str) -> str:
    """Return the public dotted name of a listed transformer."""
    return f"{TRANSFORMERS[short].module}.{short}"
