import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

people = pd.read_csv("people.csv")
people["city"] = people["city"].fillna("none")

# how often a value occurs, looked up by its number, by a dict and by a Series
cities, city_codes, city_counts = np.unique(people["city"], return_inverse=True, return_counts=True)
people["code"] = city_codes
people["in_city"] = city_counts[city_codes]
names, name_counts = np.unique(people["name"], return_counts=True)
people["same_name"] = people["name"].map(dict(zip(names, name_counts)))
people["name_share"] = people["name"].map(pd.Series(name_counts, index=names) / len(people))
band = (people["income"] // 25).astype(int).values
people["in_band"] = np.bincount(band)[band]
print(dict(zip(cities, city_counts)), name_counts.max())

codes, levels = pd.factorize(people["member"].astype(str) + people["city"].str[:1], sort=True)
hot = np.eye(len(levels))[codes]
place = np.cumsum(people["income"].values) / np.arange(1, len(people) + 1)

X = np.hstack([people[["code", "in_city", "same_name", "name_share", "in_band", "income"]].values, place.reshape(-1, 1), hot])
y = people["member"].astype(int).values

# test rows are drawn, and what was not drawn is to train on
rng = np.random.RandomState(4)
test = rng.choice(len(people), size=12, replace=False)
train = np.setdiff1d(np.arange(len(people)), test)
model = LogisticRegression(max_iter=200)
model.fit(X[train], y[train])
print(model.score(X[test], y[test]))
