import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split


def totals(visits):
    by_person = visits.groupby("person_id")
    out = pd.DataFrame({"n_visits": by_person.size(), "mean_cost": by_person["cost"].mean(), "kinds": by_person["kind"].nunique()})
    labs = visits[visits["kind"] == "lab"]
    out["n_labs"] = labs.groupby("person_id").size()
    out["n_labs"] = out["n_labs"].fillna(0)
    return out.reset_index()


people = pd.read_csv("people.csv")
people["signup"] = pd.to_datetime(people["signup"], format="mixed", dayfirst=False, errors="coerce")
people["age"] = people["age"].pipe(pd.to_numeric, errors="coerce")
away = people["city"].isna()
people.loc[away, "name"] = "without city: " + people.loc[away, "name"]
people["away"] = people["name"].str.startswith("without").astype(int)

table = people.merge(totals(pd.read_csv("visits.csv")), left_on="id", right_on="person_id", how="left")
for column in ["n_visits", "mean_cost", "kinds", "n_labs"]:
    table[column] = table[column].fillna(0)
table["age"] = table["age"].fillna(table["age"].median())
table["year"] = table["signup"].dt.year
table = table.dropna(subset=["year"])

X = table[["age", "away", "year", "n_visits", "mean_cost", "kinds", "n_labs"]]
X_train, X_test, y_train, y_test = train_test_split(X, table["member"], test_size=0.25, random_state=4)
model = LogisticRegression(max_iter=1000)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
