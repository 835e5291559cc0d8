import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv")
visits = pd.read_csv("visits.csv")
people["spent"] = people["id"].map(visits.groupby("person_id")["cost"].sum())
long = people.melt(id_vars=["id", "city"], value_vars=["age", "income", "spent"], var_name="what", value_name="amount")
long = long.dropna(subset=["amount"])
long = long[long["what"].str.len() > 2]
summary = long.groupby("id", as_index=False).agg(highest=("amount", "max"), known=("amount", "count"))
plain = pd.melt(people[["id", "age"]], id_vars="id")
plain["is_age"] = (plain["variable"] == "age").astype(int)
people = people.merge(summary, on="id", how="left").merge(plain[["id", "is_age"]], on="id", how="left")
print(long.pivot_table(index="what", columns="city", values="amount"))

X = people[["highest", "known", "is_age", "income"]].fillna(0)
X_train, X_test, y_train, y_test = train_test_split(X, people["member"], random_state=1)
model = LogisticRegression(max_iter=50)
model.fit(X_train, y_train)
