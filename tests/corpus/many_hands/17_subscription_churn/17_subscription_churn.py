# 17_subscription_churn.py
# Translation of churn_explore.Rmd (dplyr / tidyr / ranger). Pipes became method chains,
# comments show the R line where it is not obvious.

import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import roc_auc_score


# janitor::clean_names()
def clean_names(df):
    return df.rename(columns=lambda c: c.strip().lower().replace(".", "_"))


def trim_lower(df, cols):
    out = df.copy()
    for col in cols:
        out[col] = out[col].str.strip().str.lower()
    return out


members = (
    pd.read_csv("data/members.csv", true_values=["TRUE"], false_values=["FALSE"])
    .pipe(clean_names)
    .pipe(trim_lower, cols=["plan", "sex", "region"])
    .sort_values(["customer_id", "tenure_m"])
    .drop_duplicates("customer_id", keep="last")          # slice_max(tenure_m)
    .assign(
        region=lambda d: d["region"].fillna("unknown"),
        sex=lambda d: d["sex"].fillna(d["sex"].mode()[0]),
        age=lambda d: d["age"].fillna(d["age"].median()),
    )
    .query("age >= 18")
)

# pivot_longer(starts_with("min_"), names_prefix = "min_")
usage = (
    pd.read_csv("data/usage_wide.csv")
    .pipe(clean_names)
    .melt(id_vars="customer_id", var_name="month", value_name="minutes")
    .assign(month=lambda d: d["month"].str.replace("min_2023_", "").astype(int))
    .dropna(subset=["minutes"])
    .sort_values(["customer_id", "month"])
)

# group_by(customer_id) %>% summarise(...)
usage_sum = (
    usage
    .assign(delta=lambda d: d.groupby("customer_id")["minutes"].diff())
    .groupby("customer_id", as_index=False)
    .agg(
        min_mean=("minutes", "mean"),
        min_sd=("minutes", "std"),
        min_last=("minutes", "last"),
        delta_mean=("delta", "mean"),
        idle_months=("minutes", lambda s: (s == 0).sum()),
    )
)

complaints = (
    pd.read_csv("data/complaints.csv", parse_dates=["opened"])
    .assign(topic=lambda d: d["topic"].str.lower().str.split(",").str[0])
    .query("opened < '2023-06-15'")
    .pivot_table(index="cust", columns="topic", values="opened", aggfunc="count", fill_value=0)
    .add_prefix("cmp_")
    .reset_index()
)

full = (
    members
    .merge(usage_sum, how="left", on="customer_id")
    .merge(complaints, how="left", left_on="customer_id", right_on="cust")
    .drop(columns="cust")
)
cmp_cols = [c for c in full.columns if c.startswith("cmp_")]
full[cmp_cols] = full[cmp_cols].fillna(0)
full = full.assign(
    no_usage=full["min_mean"].isna().astype(int),
    n_cmp=full[cmp_cols].sum(axis=1),
    # ntile(tenure_m, 4)
    tenure_q=pd.qcut(full["tenure_m"].rank(method="first"), 4, labels=False) + 1,
    price_per_hour=lambda d: d["price"] / (d["min_mean"].clip(lower=30) / 60),
)
num_cols = full.select_dtypes("number").columns
full[num_cols] = full[num_cols].fillna(full[num_cols].median())

print(full.groupby("plan")["churned"].agg(["size", "mean"]).round(3))

# as.integer(factor(x))
for fac in ["plan", "sex", "region"]:
    full[fac] = full[fac].astype("category").cat.codes

# set.seed(42); train <- sample_frac(full, 0.7); test <- anti_join(full, train)
train = full.sample(frac=0.7, random_state=42)
test = full.drop(index=train.index)

features = [c for c in full.columns if c not in ("customer_id", "churned")]
rf = RandomForestClassifier(n_estimators=120, min_samples_leaf=5, random_state=42)
rf.fit(train[features], train["churned"])
prob = rf.predict_proba(test[features])[:, 1]

imp = pd.Series(rf.feature_importances_, index=features).sort_values(ascending=False)
print(imp.head(5).round(3).to_string())
print("n train / test:", len(train), len(test))
print("AUC:", round(roc_auc_score(test["churned"], prob), 4))
print("Accuracy:", round(float(np.mean((prob > 0.5) == test["churned"])), 4))
