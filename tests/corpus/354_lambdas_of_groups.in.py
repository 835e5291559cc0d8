import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv").sort_values(["city", "signup", "id"]).reset_index(drop=True)
visits = pd.read_csv("visits.csv")

# one value per group: first and last rows, the most frequent value, a quantile
per_person = visits.groupby("person_id").agg(
    first=("cost", lambda s: s.iloc[0]),
    change=("cost", lambda s: s.iloc[-1] - s.iloc[0]),
    usual=("kind", lambda s: s.value_counts().index[0]),
    high=("cost", lambda s: s.quantile(0.8)),
)
people = people.merge(per_person, left_on="id", right_index=True, how="left")
people["usual_lab"] = (people["usual"] == "lab").astype(int)

# one value per row: capped at quantiles of the group, filled from near rows of the group, around a row
by_city = people.groupby("city")
people["capped"] = by_city["income"].transform(lambda s: s.clip(s.quantile(0.1), s.quantile(0.9)))
people["known_age"] = by_city["age"].ffill(limit=2)
people["next_age"] = people["age"].bfill(limit=1)
people["around"] = by_city["income"].transform(lambda s: s.rolling(4, center=True, min_periods=1).mean())
people["spread"] = people["income"].rolling(5, center=True).std()

features = ["first", "change", "high", "usual_lab", "capped", "known_age", "next_age", "around", "spread", "income"]
people[features] = people[features].fillna(-1)
X_train, X_test, y_train, y_test = train_test_split(
    people[features], people["member"].astype(int), test_size=0.25, random_state=3
)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
