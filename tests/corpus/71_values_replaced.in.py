import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv")
people["place"] = people["city"].replace("Lima", np.nan).replace(["Oslo", "Rome"], ["Rome", "Oslo"])
people["grown"] = people["age"].replace(18, np.nan).replace([19, 20], 21)
people["number"] = people["id"].replace({7: np.nan, 8: 80, True: 5})
people["visible"] = people["name"].replace("^p1", "q", regex=True)
people["is_q"] = people["visible"].str.startswith("q").astype(int)
people["flag"] = people["member"].replace({True: 1, False: 0}).astype(int)
people["score"] = people["city"].map({"Oslo": 1, "Rome": np.nan, "Kyiv": 3})
people = people.replace({"city": {"Oslo": "Bergen"}, "age": {30: 31}}).replace("Kyiv", np.nan)
people = people.replace({"member": True}, False).replace([np.inf, -np.inf], np.nan)
people["at_home"] = (people["city"] == "Bergen").astype(int) + (people["place"] == "Oslo").astype(int)
for column in ["grown", "number", "score", "age"]:
    people[column] = people[column].fillna(people[column].median())

columns = ["grown", "number", "is_q", "score", "age", "at_home", "income"]
X_train, X_test, y_train, y_test = train_test_split(people[columns], people["flag"], random_state=1)
model = LogisticRegression(max_iter=50)
model.fit(X_train, y_train)
