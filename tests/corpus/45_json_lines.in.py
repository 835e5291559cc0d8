"""A table of one JSON object per line beside one with commas; the last card of a person counts."""

import pandas as pd
from sklearn.linear_model import LogisticRegression


def load_cards(path):
    cards = pd.read_json(path, lines=True)
    cards["since"] = pd.to_datetime(cards["since"])
    return cards.drop_duplicates(subset="id", keep="last")


people = pd.read_csv("people.csv", parse_dates=["signup"])
cards = load_cards("cards.jsonl")
df = people.merge(cards, on="id", how="left")
df["limit"] = df["limit"].fillna(0)
df["has_card"] = df["card"].notna().astype(int)
df["year"] = df["since"].dt.year.fillna(1999)
X = df[["income", "limit", "has_card", "year"]]
y = df["member"]
model = LogisticRegression(max_iter=500).fit(X, y)
