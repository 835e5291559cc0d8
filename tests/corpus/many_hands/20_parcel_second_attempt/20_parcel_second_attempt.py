"""
Failed first attempts: can we tell at labelling time that nobody will be in?
Weekly one-off for the ops meeting.
"""
from pathlib import Path

import pandas as pd
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_score, recall_score, roc_auc_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

DATA = Path("data")


def load_drops():
    parts = []
    for path in sorted(DATA.glob("drops_*.csv")):
        df = pd.read_csv(path, parse_dates=["attempt_at", "labelled_at"])
        df["source"] = path.stem
        parts.append(df)
    drops = pd.concat(parts, ignore_index=True)
    drops["depot"] = drops["depot"].str.upper()
    drops = drops.drop_duplicates(["recipient_no", "attempt_at"], keep="first")
    # returned to sender before the van left -> not an attempt
    return drops[drops["outcome"].isin(["delivered", "failed"])]


def load_recipients():
    rec = pd.read_csv(DATA / "recipients.csv")
    rec["mail_domain"] = rec["email"].str.lower().str.split("@").str[1]
    rec["since"] = pd.to_datetime(rec["since"], dayfirst=True)
    rec["safe_place"] = rec["safe_place"].str.lower().fillna("none")
    rec["dwelling"] = rec["dwelling"].fillna(rec["dwelling"].mode()[0])
    return rec


def time_of_day(row):
    if row["weekday"] >= 5:
        return "weekend"
    if row["hour"] < 9:
        return "early"
    elif row["hour"] < 17:
        return "office"
    return "evening"


def add_history(df):
    """What this recipient did before, only earlier rows."""
    df = df.sort_values(["recipient_no", "attempt_at"])
    by_person = df.groupby("recipient_no")
    df["nth"] = by_person.cumcount()
    df["prev_failed"] = by_person["failed"].shift(1)
    df["fails_before"] = by_person["failed"].cumsum() - df["failed"]
    df["days_since"] = by_person["attempt_at"].diff().dt.days
    df["fail_rate"] = (df["fails_before"] / df["nth"]).where(df["nth"] > 0)
    df["kg_rank"] = by_person["kg"].rank(method="dense")
    df["kg_vs_own"] = df["kg"] - by_person["kg"].transform("mean")
    return df


def build():
    drops, rec = load_drops(), load_recipients()
    depots = pd.read_json(DATA / "depots.json")
    df = drops.merge(rec, on="recipient_no", how="left").merge(depots, on="depot", how="left")
    df["failed"] = df["outcome"].map({"failed": 1, "delivered": 0})
    df["hour"] = df["attempt_at"].dt.hour
    df["weekday"] = df["attempt_at"].dt.weekday
    df["lead_h"] = (df["attempt_at"] - df["labelled_at"]).dt.total_seconds() / 3600
    df["customer_years"] = (df["attempt_at"] - df["since"]).dt.days / 365
    df["age"] = df["attempt_at"].dt.year - df["birth_year"]
    df["slot"] = df.apply(time_of_day, axis=1)
    df["kg_band"] = pd.qcut(df["kg"], 4, labels=["xs", "s", "m", "l"])
    df["vehicle_code"] = df["vehicle"].astype("category").cat.codes     # -1 = depot unknown
    df = add_history(df)
    return pd.get_dummies(df, columns=["slot", "kg_band", "dwelling", "safe_place", "mail_domain"])


def main():
    df = build()
    drop = ["recipient_no", "depot", "attempt_at", "labelled_at", "outcome", "source", "email",
            "since", "birth_year", "depot_name", "vehicle", "failed"]
    split_at = df["attempt_at"].quantile(0.7).normalize()
    print("split at", split_at.date())
    train, test = df[df["attempt_at"] < split_at], df[df["attempt_at"] >= split_at]
    X_train, y_train = train.drop(columns=drop).astype(float), train["failed"]
    X_test, y_test = test.drop(columns=drop).astype(float), test["failed"]
    print(pd.crosstab(train["weekday"] >= 5, train["failed"], normalize="index").round(2))

    models = {
        "tree": make_pipeline(SimpleImputer(strategy="median"),
                              DecisionTreeClassifier(max_depth=4, min_samples_leaf=8, random_state=3)),
        "logit": make_pipeline(SimpleImputer(strategy="median"), StandardScaler(),
                               LogisticRegression(C=0.1, max_iter=1000)),
    }
    for name, model in models.items():
        model.fit(X_train, y_train)
        prob = model.predict_proba(X_test)[:, 1]
        flag = prob > 0.4
        print(f"{name:>6}: AUC {roc_auc_score(y_test, prob):.3f}  precision "
              f"{precision_score(y_test, flag):.3f}  recall {recall_score(y_test, flag):.3f}")


if __name__ == "__main__":
    main()
