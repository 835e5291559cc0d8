import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv")
visits = pd.read_csv("visits.csv").rename(columns={"person_id": "ID", "cost": "Income", "kind": "City"})
people["CITY"] = people["city"].fillna("Nowhere").str.upper()
people["Age"] = people["age"].fillna(people["age"].mean())
spent = visits.groupby("ID", as_index=False)["Income"].sum()
people = people.merge(spent, how="left", left_on="id", right_on="ID")
people["INCOME"] = people["Income"].fillna(0) + people["income"]
people = people[people["income"] > 15].merge(visits[["ID", "City"]].drop_duplicates("ID"), on="ID", how="left")
people["cIty"] = people["CITY"] + people["City"].fillna("")
people = people.drop(columns=["age", "City"])

X = pd.get_dummies(people[["Age", "income", "INCOME", "CITY"]], columns=["CITY"])
X_train, X_test, y_train, y_test = train_test_split(X, people["member"], random_state=1)
model = LogisticRegression(max_iter=50)
model.fit(X_train, y_train)
