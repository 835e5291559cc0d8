"""Predict response to checkpoint blockade (CR/PR vs SD/PD) from expression and mutations."""
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.feature_selection import SelectKBest, f_classif
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score, confusion_matrix
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import FunctionTransformer, OneHotEncoder, StandardScaler

import cohort

DRIVERS = ["TP53", "EGFR", "KRAS", "BRAF"]
SEED = 1234

clin = cohort.load_clinical("data/clinical.tsv")
expr = cohort.load_expression("data/expression.tsv")
mut = cohort.load_mutations("data/mutations.tsv", DRIVERS)
print("clinical", clin.shape, "expression", expr.shape, "mutations", mut.shape)

# only evaluable patients with an RNA sample
clin = clin.loc[clin["best_response"] != "NE"]
data = clin.merge(expr, on="patient_no", how="inner")
# no row in the mutation table = wild type
data = data.merge(mut, on="patient_no", how="left")
mut_cols = [c for c in data.columns if c.startswith("mut_")]
data[mut_cols] = data[mut_cols].fillna(0).astype(int)

data["mut_burden"] = data[mut_cols].sum(axis=1)
data["late_stage"] = data["stage"].isin(["III", "IV"]).astype(int)
data["responder"] = data["best_response"].map({"CR": 1, "PR": 1, "SD": 0, "PD": 0})
print(pd.crosstab(data["stage"], data["responder"]))

expr_cols = data.filter(like="expr_").columns.tolist()
# housekeeping genes carry no signal
expr_cols = [c for c in expr_cols if c not in ("expr_GAPDH", "expr_ACTB")]
clin_cols = ["age", "sex", "smoking"]

X = data[clin_cols + expr_cols + mut_cols + ["mut_burden", "late_stage"]]
y = data["responder"]
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, stratify=y, random_state=SEED)

log_expr = make_pipeline(
    SimpleImputer(strategy="mean"),
    FunctionTransformer(np.log1p),
    StandardScaler(),
)
categorical = make_pipeline(
    SimpleImputer(strategy="most_frequent"),
    OneHotEncoder(drop="if_binary"),
)
pre = ColumnTransformer(
    [
        ("expr", log_expr, expr_cols),
        ("age", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), ["age"]),
        ("cat", categorical, ["sex", "smoking"]),
    ],
    remainder="passthrough",
)
pipe = Pipeline([
    ("pre", pre),
    ("select", SelectKBest(f_classif)),
    ("lr", LogisticRegression(C=0.5, max_iter=1000, random_state=SEED)),
])
grid = GridSearchCV(
    pipe,
    {"select__k": [5, 8, "all"]},
    cv=3,
    scoring="balanced_accuracy",
)
grid.fit(X_train, y_train)

pred = grid.predict(X_test)
print("best:", grid.best_params_, "cv: %.3f" % grid.best_score_)
print("balanced accuracy on held-out patients: %.3f" % balanced_accuracy_score(y_test, pred))
print(confusion_matrix(y_test, pred))
