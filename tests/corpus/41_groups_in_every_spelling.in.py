import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv")
visits = pd.read_csv("visits.csv")

per_kind = visits.groupby("person_id").agg({"cost": ["mean", "max", "count"], "kind": "nunique"})
per_kind.columns = ["_".join(c) for c in per_kind.columns]
per_kind = per_kind.reset_index()
named = (
    visits.groupby("person_id", as_index=False)
    .agg(
        total=("cost", "sum"),
        dear=("cost", lambda s: (s > 20).sum()),
        spread=("cost", lambda s: s.max() - s.min()),
        share=("kind", lambda k: (k == "lab").mean()),
        visits=("visit_id", len),
    )
    .assign(per_visit=lambda t: t["total"] / t["visits"])
)
ratio = visits.groupby("person_id").apply(lambda g: g["cost"].sum() / len(g))
people = people.merge(per_kind, left_on="id", right_on="person_id", how="left").drop(columns="person_id")
people = people.merge(named, left_on="id", right_on="person_id", how="left")
people["ratio"] = people["id"].map(ratio)
by_city = people.groupby("city")
people["age"] = by_city["age"].transform(lambda s: s.fillna(s.median()))
people["age"] = people["age"].fillna(people["age"].mean())
people["income_z"] = people.groupby("city")["income"].transform(lambda x: (x - x.mean()) / x.std())
people["nth"] = people.groupby("city").cumcount() + 1
people["rank"] = people.groupby("city")["income"].rank(pct=True)
people = people.sort_values(["name", "id"])
g = people.groupby("name")
people["before"] = g["income"].shift(1)
people["so_far"] = g["income"].cumsum() - people["income"]
people["change"] = people.groupby("name")["income"].diff()
people["known"] = g["city"].ffill().notna().astype(int)
people["again"] = people.duplicated("name").astype(int)
people["member_rate"] = people["member"].groupby(people["city"]).transform("mean")
people = people.fillna(0)

columns = [c for c in people.columns if c not in ("id", "name", "city", "member", "signup", "person_id")]
X_train, X_test, y_train, y_test = train_test_split(people[columns], people["member"], random_state=1)
model = LogisticRegression(max_iter=50)
model.fit(X_train, y_train)
