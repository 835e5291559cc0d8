"""Tables and arrays that a script keeps as pickle, Parquet and text, and loads again; letters and ends of texts."""

import pickle

import joblib
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression


def clean():
    raw = pd.read_csv("people.csv")
    raw["age"] = raw["age"].fillna(raw["age"].median())
    raw["decade"] = raw["age"] // 10
    raw.to_pickle("cache.pkl")
    raw[["age", "income"]].to_parquet("numbers.parquet")
    np.savetxt("digits.txt", raw[["age", "income"]].to_numpy(dtype=float), delimiter=",")


clean()
people = pd.read_pickle("cache.pkl")
numbers = pd.read_parquet("numbers.parquet")
digits = np.loadtxt("digits.txt", delimiter=",")
with open("y.pkl", "wb") as f:
    pickle.dump(people["member"].to_numpy(), f)
with open("y.pkl", "rb") as f:
    y = pickle.load(f)

tails = []
with open("customers.txt") as f:
    for line in f:
        fields = line.rstrip("\n").split(",")
        tails.append(fields[1][:-2])
print(len(tails))

X = np.column_stack([digits, people["decade"], numbers["income"] % 7.5])
joblib.dump(LogisticRegression(max_iter=900).fit(X, y), "model.joblib")
