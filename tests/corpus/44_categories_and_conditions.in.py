import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv", dtype={"name": str, "income": np.float64}, na_values=["?"])
people["city_code"] = people["city"].astype("category").cat.codes
people["place"] = pd.Categorical(people["city"], categories=["Oslo", "Rome"])
people["known"] = people["place"].notna().astype(int)
people["band"] = pd.cut(people["income"], [0, 30, 60, np.inf], labels=["low", "mid", "high"])
people["band"] = people["band"].cat.add_categories("none").fillna("none")
people["band_n"] = people["band"].map({"low": 0, "mid": 1, "high": 2}).astype(int)
people["rounded"] = people["income"].round(1)
people["rich"] = people["income"].where(people["income"] > 50, 0)
people["poor"] = people["income"].mask(people["income"] > 50)
people["poor"] = people["poor"].fillna(people["age"]).fillna(people["income"])
people["number"] = pd.to_numeric(people["name"].str.replace("p", ""), errors="coerce")
people["either"] = people["age"].combine_first(people["income"])
print("%d rows, %.2f rich" % (len(people), (people["rich"] > 0).mean()))

columns = ["city_code", "known", "band_n", "rounded", "rich", "poor", "number", "either"]
X_train, X_test, y_train, y_test = train_test_split(people[columns], people["member"], random_state=1)
model = LogisticRegression(max_iter=50)
model.fit(X_train, y_train)
