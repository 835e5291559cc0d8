"""Which supporters are about to lapse?  Compares a handful of linear-ish models.

Volunteer project for the charity; extracts come from the CRM on the first of the month.
"""
import zlib

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression, RidgeClassifier, SGDClassifier
from sklearn.metrics import balanced_accuracy_score
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import (KBinsDiscretizer, LabelEncoder, MinMaxScaler, OneHotEncoder,
                                   OrdinalEncoder, PolynomialFeatures)

from prep import gift_totals, read_donors

THIS_YEAR = 2023
BANDS = ["bronze", "silver", "gold", "patron"]
NO_GIFTS = {"n_gifts": 0, "total": 0.0, "biggest": 0.0, "last_year": 2019, "channel": "none"}


def in_test(donor_id):
    # stable across months: the same supporter is always on the same side
    return zlib.crc32(donor_id.encode()) % 10 < 3


totals = gift_totals("data/gifts.tsv")
records = []
for rec in read_donors("data/donors.csv"):
    rec.update(totals.get(rec["donor"], NO_GIFTS))
    records.append(rec)

df = pd.DataFrame(records)
df["years"] = THIS_YEAR - df["first_year"]
df["silent"] = THIS_YEAR - df["last_year"]
df["mean_gift"] = (df["total"] / df["n_gifts"]).fillna(0)
df["above_region"] = (df["total"] > df.groupby("region")["total"].transform("mean")).astype(int)
print(df.groupby("band").agg(donors=("donor", "nunique"), raised=("total", "sum"),
                             lapsed=("status", lambda s: (s == "lapsed").mean())).round(2))

test_mask = df["donor"].apply(in_test)
labels = LabelEncoder().fit(df["status"])            # kept = 0, lapsed = 1
X = df.drop(columns=["donor", "status", "first_year", "last_year"])
X_train, X_test = X[~test_mask], X[test_mask]
y_train = labels.transform(df.loc[~test_mask, "status"])
y_test = labels.transform(df.loc[test_mask, "status"])


def features():
    amounts = make_pipeline(SimpleImputer(strategy="mean"), MinMaxScaler(),
                            PolynomialFeatures(degree=2, interaction_only=True, include_bias=False))
    binned = make_pipeline(
        SimpleImputer(strategy="median"),
        KBinsDiscretizer(n_bins=4, encode="onehot-dense", strategy="uniform"))
    return ColumnTransformer([
        ("amounts", amounts, ["n_gifts", "mean_gift", "biggest", "silent"]),
        ("binned", binned, ["income", "km", "years"]),
        ("band", OrdinalEncoder(categories=[BANDS]), ["band"]),
        ("names", OneHotEncoder(handle_unknown="ignore", sparse_output=False), ["region", "channel"]),
        ("flags", "passthrough", ["newsletter", "above_region"]),
    ])


candidates = {
    "ridge": RidgeClassifier(alpha=2.0),
    "logreg": LogisticRegression(max_iter=1000, class_weight="balanced"),
    "sgd": SGDClassifier(loss="log_loss", alpha=0.01, random_state=5),
    "mlp": MLPClassifier(hidden_layer_sizes=(8,), solver="lbfgs", alpha=1.0, max_iter=300, random_state=5),
}
cv = StratifiedKFold(3, shuffle=True, random_state=5)
best_name, best_score = None, 0
for name, clf in candidates.items():
    pipe = Pipeline([("features", features()), ("select", SelectKBest(f_classif, k=12)), ("clf", clf)])
    score = cross_val_score(pipe, X_train, y_train, cv=cv, scoring="balanced_accuracy").mean()
    pipe.fit(X_train, y_train)
    held_out = balanced_accuracy_score(y_test, pipe.predict(X_test))
    print(f"{name:<7} cv {score:.3f}   test {held_out:.3f}")
    if score > best_score:
        best_name, best_score = name, score
print("chosen:", best_name, "| train", len(X_train), "test", len(X_test))
