import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv")
people["age"] = people["age"].fillna(40)
income = people["income"].values

# what an array has no value for makes its totals NaN, and nothing is above or below NaN
people["above"] = np.where(income > income.mean() + income.std(), 1, 0)
people["near_top"] = (people["income"] > np.max(income) * 0.8).astype(int)
people["below"] = (people["income"] < np.median(people["income"])).astype(int)
by_name = people.groupby("name")["income"]
people["usual"] = by_name.transform(np.median)
people["spread"] = by_name.transform(lambda s: s.values.max() - np.median(s))

features = ["above", "near_top", "below", "usual", "spread", "age"]
X_train, X_test, y_train, y_test = train_test_split(
    people[features], people["member"].astype(int), test_size=0.25, random_state=3
)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
