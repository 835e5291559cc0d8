"""Single elements of columns as reference values, and counts and means in the order of their index."""

import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

people = pd.read_csv("people.csv", parse_dates=["signup"])
visits = pd.read_csv("visits.csv")

counts = people["city"].value_counts().sort_index()
first_city = counts.index[0]
means = visits.groupby("kind")["cost"].mean().sort_index(ascending=False)
lab = means["lab"]
last_kind = means.iloc[-1]

by_person = visits.groupby("person_id")["cost"].sum().sort_index()
people["spent"] = people["id"].map(by_person).fillna(0)
people["in_first_city"] = (people["city"] == first_city).astype(int)
people["same_as_first"] = (people["member"] == people["member"].iloc[0]).astype(int)
people["to_third"] = people["income"] - people.loc[2, "income"]
people["to_last"] = people["income"] - people["income"].values[-1]
people["above_lab"] = (people["spent"] > lab).astype(int)
people["above_last"] = (people["spent"] > last_kind).astype(int)
people["second_kind"] = people["spent"] / (1 + len(visits["kind"].unique()[1]))
row = people.iloc[1]
people["like_second"] = np.where(people["city"] == row["city"], 1, 0)
latest = people.sort_values(["signup", "id"])["income"][5:15].mean()
people["to_latest"] = people["income"] - latest
few = people["income"].iloc[-20:].max()
people["capped"] = people["income"].clip(upper=few)

table = people.set_index(["city", "id"]).sort_index(ascending=[True, False]).reset_index()
columns = ["in_first_city", "same_as_first", "to_third", "to_last", "above_lab", "above_last", "second_kind", "like_second"]
X = table[[*columns, "to_latest", "capped", "spent"]].clip(lower=-1000)
model = LogisticRegression(max_iter=500).fit(X, table["member"])
