"""A list of JSON objects as a data frame, and a document that pandas reads; numbers that are null or not there are missing."""

import json

import pandas as pd
from sklearn.linear_model import LogisticRegression


def members(path):
    found = []
    for line in open(path):
        try:
            found.append(json.loads(line))
        except ValueError:
            pass
    return found


shops = pd.read_json("shops.json")
df = pd.DataFrame(members("persons.jsonl")).drop_duplicates("id", keep="last")
df["shop"] = df["id"] % 3
df = df.merge(shops, on="shop", how="left")
df["status"] = df["status"].str.lower()
df["age"] = df["age"].fillna(df["age"].median())
df["weight"] = df["weight"].fillna(0)
df["has_note"] = df["note"].notna().astype(int)
model = LogisticRegression(max_iter=500).fit(df[["age", "weight", "has_note", "floor"]], df["status"])
