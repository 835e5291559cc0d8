import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

people = pd.read_csv("people.csv")
people["band"] = pd.cut(people["income"], [0, 30, 60, np.inf], labels=["low", "mid", "high"])
people["band_code"] = people["band"].cat.codes
people["place"] = people["city"].astype(pd.CategoricalDtype(["Rome", "Oslo", "Lima", "Kyiv", "Bonn"], ordered=True))
people = people.sort_values(["income", "id"]).reset_index(drop=True)
people["place_code"] = people["place"].cat.codes
people["kind"] = pd.Categorical(people["city"], categories=["Oslo", "Lima", "Rome", "Kyiv"]).codes
people["stage"] = pd.cut(people["age"], [0, 30, 50, 120], labels=["young", "middle", "old"])
people["stage"] = people["stage"].cat.add_categories("unknown").fillna("unknown")
y = people["member"].astype(int)

numbers = np.log1p(people[["income", "id"]]) * 2
codes = people[["band_code", "place_code", "kind"]]
X = pd.concat([numbers, codes, pd.get_dummies(people[["stage", "city"]], dtype=int)], axis=1)
late = people["signup"] >= "2022-01-01"
X_train, X_test = X[~late], X[late]
model = LogisticRegression(max_iter=50)
model.fit(X_train, y[~late])
print(model.score(X_test, y[late]), pd.crosstab(people["band"], people["member"]))
