"""Scripts as people write them about features and models: what reaches the model, and what it says, is the same in the plan."""

import importlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from lester_gui.ir.parse import parse
from lester_gui.ir.render import render
from lester_gui.ir.serialise import from_json, plan_hash, to_json

from .differential import original, rewritten
from .learning_scripts import FIT, HEAD, SPLIT, run_plan, write

XY = "X = df[['a', 'b', 'c']]\ny = df['risk']\n"
IMPORT = """
from sklearn.preprocessing import MinMaxScaler, MaxAbsScaler, RobustScaler, StandardScaler
from sklearn.preprocessing import OrdinalEncoder, LabelEncoder, OneHotEncoder, KBinsDiscretizer
from sklearn.preprocessing import PolynomialFeatures, Normalizer, PowerTransformer, QuantileTransformer
from sklearn.preprocessing import FunctionTransformer, SplineTransformer, Binarizer
from sklearn.pipeline import Pipeline, make_pipeline, FeatureUnion, make_union
from sklearn.compose import ColumnTransformer, make_column_transformer, make_column_selector
from sklearn.impute import SimpleImputer, KNNImputer, MissingIndicator
from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer, HashingVectorizer, TfidfTransformer
from sklearn.feature_selection import SelectKBest, SelectPercentile, VarianceThreshold, SelectFromModel
from sklearn.feature_selection import chi2, f_classif
from sklearn.decomposition import PCA, TruncatedSVD
from sklearn.model_selection import GridSearchCV, RandomizedSearchCV, KFold, StratifiedKFold
from sklearn.model_selection import cross_val_score
from sklearn.ensemble import RandomForestClassifier, VotingClassifier, StackingClassifier, BaggingClassifier
from sklearn.ensemble import AdaBoostClassifier, GradientBoostingClassifier
from sklearn.calibration import CalibratedClassifierCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier
"""

FEATURES = {
    "scalers by hand": """XY
SPLIT
sc = MinMaxScaler((0, 2))
sc.fit(X_train)
X_train = sc.transform(X_train)
X_test = sc.transform(X_test)
FIT
""",
    "fit_transform": """XY
SPLIT
sc = RobustScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.transform(X_test)
FIT
""",
    "pipeline of mixing steps": """XY
SPLIT
clf = make_pipeline(StandardScaler(), PolynomialFeatures(2, include_bias=False),
    SelectKBest(f_classif, k=4), LogisticRegression(max_iter=500))
clf.fit(X_train, y_train)
print(clf.score(X_test, y_test))
""",
    "text by its name alone": """X = df[['note', 'a', 'b', 'kind']]
y = df['risk']
SPLIT
pre = ColumnTransformer([('t', TfidfVectorizer(min_df=2), 'note'), ('n', MaxAbsScaler(), ['a', 'b'])], remainder=OneHotEncoder())
clf = Pipeline([('pre', pre), ('clf', LogisticRegression(max_iter=500))])
clf.fit(X_train, y_train)
print(clf.score(X_test, y_test))
""",
    "text alone": """X_train, X_test, y_train, y_test = train_test_split(df['note'], df['risk'], random_state=0)
vec = CountVectorizer(ngram_range=(1, 2), stop_words=['card'])
X_train = vec.fit_transform(X_train)
X_test = vec.transform(X_test)
FIT
""",
    "counts, then tf-idf": """clf = Pipeline([('v', CountVectorizer()), ('t', TfidfTransformer()), ('c', LogisticRegression())])
X_train, X_test, y_train, y_test = train_test_split(df['note'], df['risk'], random_state=0)
clf.fit(X_train, y_train)
print(clf.score(X_test, y_test))
""",
    "sparse blocks side by side": """from scipy.sparse import hstack, csr_matrix
train, test = train_test_split(df, random_state=1)
y_train, y_test = train['risk'], test['risk']
vec = TfidfVectorizer()
sc = StandardScaler()
X_train = hstack([vec.fit_transform(train['note']), csr_matrix(sc.fit_transform(train[['a', 'b']]))]).tocsr()
X_test = hstack([vec.transform(test['note']), csr_matrix(sc.transform(test[['a', 'b']]))]).tocsr()
FIT
""",
    "reduction of a column transformer": """X = df[['kind', 'city', 'a', 'b']]
y = df['risk']
SPLIT
pre = make_column_transformer((OneHotEncoder(handle_unknown='ignore'), ['kind', 'city']), (StandardScaler(), ['a', 'b']))
clf = make_pipeline(pre, TruncatedSVD(n_components=3, random_state=0), LogisticRegression())
clf.fit(X_train, y_train)
print(clf.score(X_test, y_test))
""",
    "union": """XY
SPLIT
u = FeatureUnion([('pca', PCA(n_components=2)), ('best', SelectKBest(k=1)), ('no', 'drop')])
X_train = u.fit_transform(X_train, y_train)
X_test = u.transform(X_test)
FIT
""",
    "imputers with indicators": """X = df[['age', 'a']]
y = df['risk']
SPLIT
clf = make_pipeline(make_union(SimpleImputer(strategy='median', add_indicator=True), MissingIndicator()),
    MinMaxScaler(), LogisticRegression())
clf.fit(X_train, y_train)
print(clf.score(X_test, y_test))
""",
    "neighbours impute": """X = df[['age', 'a', 'b']]
y = df['risk']
SPLIT
imp = KNNImputer(n_neighbors=3)
X_train = imp.fit_transform(X_train)
X_test = imp.transform(X_test)
FIT
""",
    "selectors of columns": """X = df.drop(columns=['risk', 'id', 'note', 'outcome'])
y = df['risk']
SPLIT
pre = ColumnTransformer([('n', make_pipeline(SimpleImputer(),
    QuantileTransformer(n_quantiles=10)), make_column_selector(dtype_include=np.number)),
    ('c', OrdinalEncoder(), make_column_selector(dtype_exclude=np.number))])
X_train = pre.fit_transform(X_train)
X_test = pre.transform(X_test)
FIT
""",
    "slices and masks": """XY
SPLIT
pre = ColumnTransformer([('s', Binarizer(threshold=4), slice(0, 1)), ('m', KBinsDiscretizer(n_bins=3), [False, True, False]),
    ('n', 'passthrough', slice('c', 'c'))],
    verbose_feature_names_out=False)
pre.set_output(transform='default')
clf = Pipeline([('p', pre), ('c', LogisticRegression())])
clf.fit(X_train, y_train)
print(clf.score(X_test, y_test))
""",
    "encoders put back": """for col in ['city', 'kind']:
    df[col] = LabelEncoder().fit_transform(df[col])
X = df[['city', 'kind', 'a']]
y = df['risk']
SPLIT
sc = StandardScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.transform(X_test)
FIT
""",
    "dummies, then a scaler": """X = pd.get_dummies(df[['city', 'a']])
y = df['risk']
SPLIT
sc = StandardScaler()
X_train = sc.fit_transform(X_train)
X_test = sc.transform(X_test)
FIT
""",
    "category codes and factors": """df['k'] = df['kind'].astype('category').cat.codes
df['f'] = pd.factorize(df['city'])[0]
X = df[['k', 'f', 'a']]
y = df['risk']
SPLIT
FIT
""",
    "scaled columns put back": """X = df[['a', 'b', 'kind']].copy()
y = df['risk']
SPLIT
X_train, X_test = X_train.copy(), X_test.copy()
sc = PowerTransformer()
X_train[['a', 'b']] = sc.fit_transform(X_train[['a', 'b']])
X_test[['a', 'b']] = sc.transform(X_test[['a', 'b']])
enc = OrdinalEncoder()
X_train[['kind']] = enc.fit_transform(X_train[['kind']])
X_test[['kind']] = enc.transform(X_test[['kind']])
FIT
""",
    "a frame around scaled columns": """XY
sc = StandardScaler()
X = pd.DataFrame(sc.fit_transform(X), columns=X.columns)
SPLIT
FIT
""",
    "labels numbered": """XY
le = LabelEncoder()
y = le.fit_transform(df['outcome'])
SPLIT
FIT
""",
    "labels numbered in place": """df['outcome'] = LabelEncoder().fit_transform(df['outcome'])
X = df[['a', 'b']]
y = df['outcome']
SPLIT
FIT
""",
    "labels numbered after the split": """XY
SPLIT
le = LabelEncoder()
y_train = le.fit_transform(y_train)
y_test = le.transform(y_test)
FIT
""",
    "labels factorised": """XY
y, names = pd.factorize(df['outcome'])
SPLIT
FIT
""",
    "stratified by numbers": """XY
y = LabelEncoder().fit_transform(df['outcome'])
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.3, random_state=1, stratify=y)
FIT
""",
    "no test rows": """XY
clf = make_pipeline(MinMaxScaler(), LogisticRegression())
clf.fit(X, y)
print(clf.predict(X)[:3])
""",
    "three arrays": """XY
ids = df['id']
X_train, X_test, y_train, y_test, i_train, i_test = train_test_split(X, y, ids, test_size=20, random_state=5)
FIT
""",
    "not shuffled": """XY
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, shuffle=False)
FIT
""",
    "row numbers split": """XY
train_idx, test_idx = train_test_split(np.arange(len(df)), test_size=0.25, random_state=7)
X_train, X_test = X.iloc[train_idx], X.iloc[test_idx]
y_train, y_test = y.iloc[train_idx], y.iloc[test_idx]
FIT
""",
}

SCORE = "clf.fit(X_train, y_train)\nprint(clf.score(X_test, y_test), clf.predict(X_test)[:3])\n"
MODELS = {
    "grid search": """clf = GridSearchCV(SVC(), {'C': [0.1, 1, 10], 'kernel': ['rbf', 'linear']}, cv=3, n_jobs=-1)
""",
    "grid search of a pipeline": """pipe = Pipeline([('sc', StandardScaler()), ('clf', LogisticRegression())])
clf = GridSearchCV(pipe, param_grid={'clf__C': [0.1, 1.0], 'sc__with_mean': [True, False]},
    cv=StratifiedKFold(n_splits=3, shuffle=True, random_state=0))
""",
    "search of a pipeline with columns": """pre = ColumnTransformer([('s', MinMaxScaler(), ['b', 'a'])], remainder='passthrough')
clf = GridSearchCV(Pipeline([('p', pre), ('c', LogisticRegression())]), {'c__C': [0.1, 1.0]}, cv=2)
""",
    "random search": """from scipy.stats import loguniform
clf = RandomizedSearchCV(LogisticRegression(), {'C': loguniform(0.01, 10)}, n_iter=4, random_state=0, cv=3)
""",
    "search after encoders": """clf = make_pipeline(StandardScaler(), GridSearchCV(DecisionTreeClassifier(random_state=0),
    {'max_depth': [2, None]}, cv=3))
""",
    "calibrated": """clf = CalibratedClassifierCV(SVC(), cv=3)
""",
    "voting": """clf = VotingClassifier([('a', LogisticRegression()),
    ('b', RandomForestClassifier(n_estimators=5, random_state=1))],
    voting='soft', weights=[1, 2])
""",
    "stacking": """clf = StackingClassifier(estimators=[('t', DecisionTreeClassifier(max_depth=2, random_state=0)), ('s', SVC())],
    final_estimator=LogisticRegression(C=2.0), cv=3)
""",
    "bagging": """clf = BaggingClassifier(DecisionTreeClassifier(), n_estimators=4, random_state=2)
""",
    "boosting": """clf = AdaBoostClassifier(n_estimators=5, random_state=0)
""",
    "one against the rest": """clf = OneVsRestClassifier(LogisticRegression(C=0.5))
""",
    "weights of classes": """clf = LogisticRegression(class_weight={'yes': 2.0, 'no': 1.0}, max_iter=500)
""",
    "parameters of steps": """clf = Pipeline([('sc', StandardScaler()), ('clf', LogisticRegression())])
clf.set_params(clf__C=0.2, sc__with_std=False)
clf.set_params(clf__max_iter=300)
""",
    "folds around it": """scores = []
clf = LogisticRegression()
for tr, te in KFold(3, shuffle=True, random_state=0).split(X):
    clf.fit(X.iloc[tr], y.iloc[tr])
    scores.append(clf.score(X.iloc[te], y.iloc[te]))
print(np.mean(scores))
print(cross_val_score(clf, X, y, cv=3).mean())
""",
}
"""The words XY, SPLIT and FIT on lines of their own stand for what most scripts share."""


def spelt(text: str) -> str:
    """Return a script with what its short words stand for."""
    words = {"XY": XY, "SPLIT": SPLIT, "FIT": FIT}
    return "".join(words.get(line, line + "\n") for line in text.split("\n"))


def same(folder: Path, text: str) -> Any:
    """Rewrite a script, compare the plan with it, and return the rewrite."""
    write(folder)
    (folder / "script.py").write_text(text, encoding="utf-8")
    found = rewritten(folder)
    assert found.plan is not None and not found.plan.opaque_steps, [s.why for s in found.stops]
    plan = found.plan
    assert parse(render(plan).text, plan) == plan
    assert plan_hash(from_json(json.loads(json.dumps(to_json(plan))))) == plan_hash(plan)
    script = original(folder, plan.model.estimator)
    made = run_plan(folder, plan)
    assert made.stopped == ""
    np.testing.assert_allclose(made.X_train, script.X, rtol=1e-8, atol=1e-8)
    assert made.y_train.tolist() == script.y  # type: ignore[union-attr]
    return found


@pytest.mark.parametrize("what", FEATURES)
def test_what_reaches_the_model_is_the_same(tmp_path: Path, what: str) -> None:
    same(tmp_path, HEAD + IMPORT + spelt(FEATURES[what]))


@pytest.mark.parametrize("what", MODELS)
def test_models_say_the_same(tmp_path: Path, what: str) -> None:
    saved = "np.save('said.npy', clf.predict(X_test).astype(str))\n"
    found = same(tmp_path, HEAD + IMPORT + XY + SPLIT + MODELS[what] + SCORE + saved)
    said = np.load(tmp_path / "said.npy").tolist()
    made = run_plan(tmp_path, found.plan)
    assert made.predictions.tolist() == said  # type: ignore[union-attr]
    module, _, name = found.plan.model.estimator.rpartition(".")
    assert hasattr(importlib.import_module(module), name)


REFUSED = {
    "sample_weight": "XY\nSPLIT\nclf = LogisticRegression()\nclf.fit(X_train, y_train, sample_weight=X_train['a'])\n",
    "TargetEncoder, which encodes training rows by folds": """X = df[['kind']]
y = df['risk']
SPLIT
from sklearn.preprocessing import TargetEncoder
clf = make_pipeline(TargetEncoder(), LogisticRegression())
clf.fit(X_train, y_train)
""",
    "transformer_weights": """XY
SPLIT
u = FeatureUnion([('p', PCA(n_components=1)), ('s', StandardScaler())], transformer_weights={'p': 2.0})
clf = make_pipeline(u, LogisticRegression())
clf.fit(X_train, y_train)
""",
    "An encoder is fitted with other labels than the model": """XY
X = SelectKBest(k=1).fit_transform(X, df['outcome'])
SPLIT
FIT
""",
    "one column of text, given by its name alone": """X = df[['note', 'kind']]
y = df['risk']
SPLIT
clf = make_pipeline(CountVectorizer(), LogisticRegression())
clf.fit(X_train, y_train)
""",
    "fitted on one column and used on another": """XY
le = LabelEncoder().fit(df['kind'])
y = le.transform(df['city'])
SPLIT
FIT
""",
    "a model that encodes text by itself": """X = df[['kind', 'a']]
y = df['risk']
SPLIT
pre = ColumnTransformer([('k', OneHotEncoder(), ['kind'])], remainder='passthrough')
clf = GridSearchCV(Pipeline([('p', pre), ('c', LogisticRegression())]), {'p__k': [OneHotEncoder(), OrdinalEncoder()]}, cv=2)
clf.fit(X_train, y_train)
""",
    "listed categories of which the most frequent": """X = df[['kind', 'a']]
y = df['risk']
SPLIT
kinds = Pipeline([('i', SimpleImputer(strategy='most_frequent')), ('o', OrdinalEncoder(categories=[['b', 'a', 'c']]))])
pre = ColumnTransformer([('k', kinds, ['kind'])], remainder='passthrough')
clf = GridSearchCV(Pipeline([('p', pre), ('c', LogisticRegression())]), {'c__C': [0.1, 1.0]}, cv=2)
clf.fit(X_train, y_train)
""",
    "a text that is passed on as it is": """X = df[['kind', 'a']]
y = df['risk']
SPLIT
pre = ColumnTransformer([('k', 'passthrough', ['kind'])], remainder='passthrough')
clf = GridSearchCV(Pipeline([('p', pre), ('e', OneHotEncoder()), ('c', LogisticRegression())]), {'c__C': [0.1, 1.0]}, cv=2)
clf.fit(X_train, y_train)
""",
    "texts in the remainder": """X = df[['kind', 'city', 'a']]
y = df['risk']
SPLIT
pre = ColumnTransformer([('k', OneHotEncoder(), ['kind'])], remainder='passthrough')
clf = GridSearchCV(Pipeline([('p', pre), ('c', LogisticRegression())]), {'c__C': [0.1, 1.0]}, cv=2)
clf.fit(X_train, y_train)
""",
    "before it is fitted": """XY
SPLIT
clf = LogisticRegression()
for tr, te in KFold(3).split(X_train):
    clf.fit(X_train.iloc[tr], y_train.iloc[tr])
print(clf.score(X_test, y_test))
""",
}


@pytest.mark.parametrize("reason", REFUSED)
def test_what_no_plan_can_say_is_a_stop_with_its_reason(tmp_path: Path, reason: str) -> None:
    write(tmp_path)
    (tmp_path / "script.py").write_text(HEAD + IMPORT + spelt(REFUSED[reason]), encoding="utf-8")
    found = rewritten(tmp_path)
    assert found.plan is None
    assert any(reason in s.why for s in found.stops), [s.why for s in found.stops]
