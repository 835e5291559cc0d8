import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv")
s = people[["id", "city", "signup"]].copy()
s["part"] = s["signup"].fillna("").str.split("-")
s = s.explode("part")
s["early"] = s["part"].isin(["01", "02", "03"])
people["early"] = people["id"].map(s.groupby("id")["early"].sum())
people["parts"] = people["id"].map(s.groupby("id")["part"].nunique())
top = s["part"].value_counts().head(3).index
common = s[s["part"].isin(top)].groupby("id").size()
people["common"] = people["id"].map(common).fillna(0)

X_train, X_test, y_train, y_test = train_test_split(people[["early", "parts", "common"]], people["member"], random_state=1)
model = LogisticRegression(max_iter=50)
model.fit(X_train, y_train)
