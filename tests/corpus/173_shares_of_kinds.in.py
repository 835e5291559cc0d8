"""Which share of a person's visits is of which kind."""

import pandas as pd
from sklearn.linear_model import LogisticRegression

people = pd.read_csv("people.csv")
visits = pd.read_csv("visits.csv")
visits["kind"] = visits["kind"].where(visits["cost"] > 5)
shares = pd.crosstab(visits["person_id"], visits["kind"], normalize="index")
people = people.merge(shares, left_on="id", right_index=True, how="left")
people["check"] = people["check"].fillna(0)
people["ward"] = people["ward"].fillna(0)
people["age"] = people["age"].fillna(people["age"].median())

y = people["check"] > 0.3
X = people[["ward", "age", "income"]].clip(lower=0)
model = LogisticRegression(max_iter=500).fit(X, y)
