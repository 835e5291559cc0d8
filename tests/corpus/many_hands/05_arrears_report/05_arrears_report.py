"""Retail Credit MI - early arrears scorecard (monthly run).

Performance window: April 2023.  Observation window: January - March 2023.
Bad = 30+ days past due in the performance month.
"""
import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

OBS_END = "2023-03"
PERF_MONTH = "2023-04"
HOLDOUT_FROM = pd.Timestamp("2022-01-01")


def load_accounts():
    accounts = pd.read_csv("data/accounts.csv", dtype={"ACCOUNT_NO": str, "SSN": str}, parse_dates=["OPEN_DATE"])
    accounts.columns = accounts.columns.str.lower()
    accounts = accounts.drop_duplicates(subset="account_no", keep="last")  # corrections come at the end of the file
    accounts["product"] = accounts["product"].str.strip().str.upper()
    accounts["ssn"] = accounts["ssn"].str.replace("-", "")
    branches = pd.read_csv("data/branches.csv")
    accounts = accounts.merge(branches, how="left", left_on="branch", right_on="BRANCH_CODE")
    accounts["region"] = accounts["REGION"].fillna("Unknown")
    return accounts.drop(columns=["BRANCH_CODE", "BRANCH_NAME", "REGION"])


def load_payments():
    pay = pd.read_csv("data/payments.csv", sep=";", dtype={"acct": str})
    pay = pay.drop_duplicates(["acct", "period"])
    pay["dpd"] = pay["dpd"].fillna(0)
    pay["shortfall"] = (pay["due"] - pay["paid"]).clip(lower=0)
    return pay


def behaviour(pay):
    obs = pay[pay["period"] <= OBS_END]
    return (
        obs.groupby("acct")
        .agg(
            max_dpd=("dpd", "max"),
            total_due=("due", "sum"),
            total_paid=("paid", "sum"),
            n_short=("shortfall", lambda s: (s > 0).sum()),
        )
        .assign(paid_ratio=lambda t: t["total_paid"] / t["total_due"])
        .reset_index()
    )


def main():
    accounts = load_accounts()
    pay = load_payments()

    outcome = pay.loc[pay["period"] == PERF_MONTH, ["acct", "dpd"]].rename(columns={"dpd": "perf_dpd"})
    base = accounts.merge(outcome, how="inner", left_on="account_no", right_on="acct")
    base = base.merge(behaviour(pay), how="left", on="acct")
    base["bad"] = np.where(base["perf_dpd"] >= 30, 1, 0)

    # customer level: number of accounts under the same SSN
    base["n_accounts"] = base.groupby("ssn")["account_no"].transform("nunique")
    base["income"] = base["income"].fillna(base.groupby("region")["income"].transform("median"))
    base["income_band"] = pd.cut(
        base["income"], bins=[0, 20000, 30000, 45000, np.inf], labels=["<20k", "20-30k", "30-45k", "45k+"]
    ).astype(str)
    base["risk_grade"] = np.select(
        [base["max_dpd"] >= 60, base["max_dpd"] >= 30, base["n_short"] > 0],
        ["C", "B", "B-"],
        default="A",
    )
    base["months_on_book"] = (pd.Timestamp("2023-03-31") - base["open_date"]).dt.days / 30.44

    print(pd.crosstab(base["risk_grade"], base["bad"]))
    print(base.groupby("region")["bad"].mean().round(3).to_string())

    numeric = ["limit", "months_on_book", "n_accounts", "paid_ratio", "max_dpd"]
    categorical = ["product", "region", "employment", "income_band", "risk_grade"]
    scorecard = Pipeline([
        ("prep", ColumnTransformer([
            ("num", Pipeline([("imp", SimpleImputer(strategy="median")), ("sc", StandardScaler())]), numeric),
            ("cat", Pipeline([
                ("imp", SimpleImputer(strategy="constant", fill_value="missing")),
                ("ohe", OneHotEncoder(handle_unknown="ignore")),
            ]), categorical),
        ])),
        ("lr", LogisticRegression(C=0.5, max_iter=500)),
    ])

    dev = base[base["open_date"] < HOLDOUT_FROM]
    oot = base[base["open_date"] >= HOLDOUT_FROM]
    scorecard.fit(dev[numeric + categorical], dev["bad"])
    for name, part in [("development", dev), ("out-of-time", oot)]:
        auc = roc_auc_score(part["bad"], scorecard.predict_proba(part[numeric + categorical])[:, 1])
        print(f"{name:12s} n={len(part):4d} bad rate={part['bad'].mean():.2%} gini={2 * auc - 1:.3f}")


if __name__ == "__main__":
    main()
