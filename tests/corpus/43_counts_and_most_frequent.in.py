import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv")
visits = pd.read_csv("visits.csv")

counts = people["city"].value_counts()
rare = counts[counts < 12].index
people["rare"] = people["city"].isin(rare).astype(int)
people["top"] = people["city"].isin(counts.index[:2]).astype(int)
people["city_count"] = people["city"].map(counts).fillna(0)
people["share"] = people["city"].map(people["city"].value_counts(normalize=True)).fillna(0)
people["city"] = people["city"].fillna(people["city"].mode()[0])
people["best"] = (people["city"] == people["city"].value_counts().idxmax()).astype(int)
people["age"] = people["age"].fillna(people["age"].mode().iloc[0])
spent = visits.groupby("person_id")["cost"].sum().to_dict()
people["spent"] = people["id"].map(spent).fillna(0)
kinds = visits["kind"].value_counts().head(2).index
people["visited"] = people["id"].isin(visits[visits["kind"].isin(kinds)]["person_id"]).astype(int)

both = people.merge(visits, left_on="id", right_on="person_id", how="outer", indicator=True)
both = both[both["_merge"] != "right_only"].copy()
both["seen"] = (both["_merge"] == "both").astype(int)
both["cost"] = both["cost"].fillna(0)
both.drop(columns=["_merge", "kind", "visit_id", "person_id"], inplace=True)

columns = ["rare", "top", "city_count", "share", "best", "age", "spent", "visited", "seen", "cost", "income"]
X_train, X_test, y_train, y_test = train_test_split(both[columns], both["member"], random_state=1)
model = LogisticRegression(max_iter=50)
model.fit(X_train, y_train)
