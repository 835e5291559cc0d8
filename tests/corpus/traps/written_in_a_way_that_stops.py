# stops: no-rule
"""A file that lies in the folder is written anew by statements that no rule covers: what is read is not the old file."""
import pandas as pd
from sklearn.linear_model import LogisticRegression

df = pd.read_csv("visits.csv")
df.sort_values("cost", key=lambda s: s.sample(frac=1.0, random_state=1)).to_csv("people.csv", index=False)
again = pd.read_csv("people.csv")
clf = LogisticRegression(max_iter=500).fit(again[["cost"]], again["kind"])
