"""What is done to a table only if something holds for it as a whole, and checks that end the script."""

import sys

import pandas as pd
from sklearn.linear_model import LogisticRegression

people = pd.read_csv("people.csv")
visits = pd.read_csv("visits.csv")
if people.empty or len(visits) == 0:
    print("nothing to learn from")
    sys.exit(1)
if not people["id"].is_unique and people["income"].isna().any():
    raise ValueError("broken table")

costs = visits.groupby("person_id")["cost"].sum()
people["spent"] = people["id"].map(costs)
if people["spent"].isna().any():
    people["spent"] = people["spent"].fillna(0)
else:
    people["spent"] = people["spent"] * 2

if (people["age"] > 200).any():
    print("ages in months?")
    people["age"] = people["age"] / 12
age = people["age"].median()
if people["age"].isna().sum() > 3:
    people["age"] = people["age"].fillna(age)
else:
    people["age"] = people["age"].fillna(0)

if visits["cost"].max() > 10:
    limit = 10
else:
    limit = visits["cost"].max()
people["over"] = (people["spent"] > limit).astype(int)
X = people[["spent", "age", "over", "income"]]
model = LogisticRegression(max_iter=500).fit(X, people["member"])
