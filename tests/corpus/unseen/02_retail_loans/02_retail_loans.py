"""Quarterly scorecard challenger for the retail loan book.

Usage: python 02_retail_loans.py [--data data] [--cutoff 2022-12-31]
"""
import argparse
from pathlib import Path

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, OrdinalEncoder, StandardScaler

NUMERIC = ["amount_app", "annual_income", "loan_to_income", "best_score", "n_reports", "max_open_lines"]
NOMINAL = ["purpose", "employment", "branch"]
BANDS = ["short", "medium", "long"]


def load_applications(folder):
    apps = pd.read_csv(folder / "applications.csv", thousands=",", dtype={"ssn": str})
    apps["applied_on"] = pd.to_datetime(apps["applied_on"], format="%d/%m/%Y")
    apps["branch"] = apps["branch"].str.strip()
    apps["purpose"] = apps["purpose"].str.lower()
    apps["employment"] = apps["employment"].fillna("not stated")
    return apps


def load_bureau(folder):
    """Latest report per person plus a summary over all reports."""
    bureau = pd.read_csv(folder / "bureau.csv", parse_dates=["report_date"])
    summary = bureau.groupby("ssn", as_index=False).agg(
        best_score=("score", "max"),
        n_reports=("report_date", "count"),
        max_open_lines=("open_lines", "max"),
    )
    latest = bureau.sort_values("report_date").drop_duplicates("ssn", keep="last")
    return summary.merge(latest[["ssn", "amount"]], on="ssn", how="inner")


def add_label(df, outcomes):
    df = df.merge(outcomes, left_on="app_no", right_on="application", how="inner")
    df = df[df["status"] != "Current"]              # outcome not known yet
    bad = df["status"].isin(["Charged Off", "Default"])
    return df.assign(bad=bad.astype(int)).drop(columns=["application", "status"])


def add_features(df):
    df["annual_income"] = df["annual_income"].fillna(df["annual_income"].median())
    df["loan_to_income"] = df["amount_app"] / df["annual_income"]
    df["n_reports"] = df["n_reports"].fillna(0)
    df["term_band"] = np.select(
        [df["term_months"] <= 12, df["term_months"] <= 36], ["short", "medium"], default="long"
    )
    return df


def build_model():
    numeric = Pipeline([("impute", SimpleImputer(strategy="median")), ("scale", StandardScaler())])
    prep = ColumnTransformer([
        ("num", numeric, NUMERIC),
        ("nom", OneHotEncoder(handle_unknown="ignore"), NOMINAL),
        ("ord", OrdinalEncoder(categories=[BANDS]), ["term_band"]),
    ])
    return Pipeline([("prep", prep), ("clf", LogisticRegression(max_iter=1000, class_weight="balanced"))])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--data", default="data", type=Path)
    parser.add_argument("--cutoff", default="2022-12-31")
    args = parser.parse_args()

    apps = load_applications(args.data)
    df = apps.merge(load_bureau(args.data), on="ssn", how="left", suffixes=("_app", "_bureau"))
    df = add_label(df, pd.read_csv(args.data / "outcomes.csv"))
    df = add_features(df)
    print(df.groupby(df["applied_on"].dt.year)["bad"].agg(["size", "mean"]).round(3))

    cutoff = pd.Timestamp(args.cutoff)
    train = df[df["applied_on"] <= cutoff]
    test = df[df["applied_on"] > cutoff]
    features = NUMERIC + NOMINAL + ["term_band"]

    model = build_model()
    model.fit(train[features], train["bad"])
    p_bad = model.predict_proba(test[features])[:, 1]
    auc = roc_auc_score(test["bad"], p_bad)
    print(f"development: {len(train)}  out-of-time: {len(test)}")
    print(f"AUC {auc:.3f}  Gini {2 * auc - 1:.3f}")


if __name__ == "__main__":
    main()
