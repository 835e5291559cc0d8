import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

CUTOFF = pd.Timestamp("2022-06-30")
people = pd.read_csv("people.csv", parse_dates=["signup"])
people["age"] = pd.to_numeric(people["age"]).fillna(people["age"].median())
people["days"] = (CUTOFF - people["signup"]).dt.days
people["years"] = (pd.to_datetime("2024-01-01") - people["signup"]) / pd.Timedelta(days=365)
people["month"] = people["signup"].dt.month
people["weekend"] = people["signup"].dt.dayofweek.isin([5, 6]).astype(int)
people["quarter"] = people.signup.dt.quarter
people["late"] = np.where(people["signup"] >= "2022-01-01", 1, 0)
people["first"] = people["signup"].dt.is_month_start.astype(int)
people["since_first"] = (people["signup"] - people["signup"].min()).dt.total_seconds() / 86400
people["fresh"] = ((CUTOFF + pd.Timedelta("30 days")) - people["signup"] < pd.Timedelta(400, unit="D")).astype(int)
people["period"] = people["signup"].dt.to_period("M").astype(str)
people["same_period"] = people.groupby("period")["id"].transform("count")
people = people[people["signup"].between("2019-03-01", "2023-11-30")]
people = people.query("signup != '2020-02-29'")

features = ["age", "days", "years", "month", "weekend", "quarter", "late", "first", "since_first", "fresh", "same_period"]
X_train, X_test, y_train, y_test = train_test_split(people[features], people["member"], random_state=1)
model = LogisticRegression(max_iter=50)
model.fit(X_train, y_train)
