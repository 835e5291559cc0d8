from collections import Counter, OrderedDict, defaultdict

import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv")

# pandas asks a dict that makes new values for every key, so nothing is missing
zones = defaultdict(lambda: 7, {"Oslo": 1, "Rome": 2})
people["zone"] = people["city"].map(zones)
weights = defaultdict(int)
weights["Lima"] = 3
people["weight"] = people["city"].map(weights)

rich = Counter(people[people["income"] > 60]["name"])
people["rich"] = people["name"].map(rich)
poor = defaultdict(int)
for name, income in zip(people["name"], people["income"]):
    if income < 40:
        poor[name] += 1
people["poor"] = people["name"].map(poor)

order = OrderedDict([("Rome", 1), ("Kyiv", 5)])
people["order"] = people["city"].map(order).fillna(0)

features = ["zone", "weight", "rich", "poor", "order", "income"]
X_train, X_test, y_train, y_test = train_test_split(
    people[features], people["member"].astype(int), test_size=0.25, random_state=3
)
model = LogisticRegression(max_iter=200)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
