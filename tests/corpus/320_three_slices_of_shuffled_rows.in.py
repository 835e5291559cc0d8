import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

people = pd.read_csv("people.csv").fillna({"income": 30.0})
people = people.sample(frac=1, random_state=42).reset_index(drop=True)
people["older"] = np.where(people["age"] > 40, 1, 0)
n = len(people)
train, held, test = people[: int(0.6 * n)], people[int(0.6 * n) : int(0.8 * n)], people[int(0.8 * n) :]
features = ["older", "income"]
model = LogisticRegression()
model.fit(train[features], train["member"])
print(model.score(held[features], held["member"]), model.score(test[features], test["member"]))
