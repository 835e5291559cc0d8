import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

people = pd.read_csv("people.csv", parse_dates=["signup"])
people = people.dropna(subset=["age", "income"])
people = pd.get_dummies(people, columns=["city"])
numbers = ["age", "income"] + [c for c in people.columns if c.startswith("city_")]

cut, later = pd.Timestamp("2021-01-01"), pd.Timestamp("2022-01-01")
train = people[people["signup"] < cut]
valid = people[(people["signup"] >= cut) & (people["signup"] < later)]
test = people[people["signup"] >= later]

model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=500))
model.fit(train[numbers], train["member"])
print("validation", model.score(valid[numbers], valid["member"]))
print("test", model.score(test[numbers], test["member"]))
