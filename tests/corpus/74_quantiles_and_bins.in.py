import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv")
low, high = people["income"].quantile(0.05), people["income"].quantile(0.95)
people["clipped"] = people["income"].clip(lower=low, upper=high)
q1, q3 = people["age"].quantile([0.25, 0.75])
iqr = q3 - q1
people["far"] = ((people["age"] < q1 - 0.5 * iqr) | (people["age"] > q3 + 0.5 * iqr)).astype(int)
people = people[people["income"] <= np.percentile(people["id"], 90) + 30]
people["quarter"] = pd.qcut(people["income"], 4, labels=False)
people["third"] = pd.qcut(people["age"], 3, labels=["young", "middle", "old"])
people["third"] = people["third"].cat.codes
people["fifth"] = pd.qcut(people["age"], [0, 0.2, 0.5, 1], labels=False, duplicates="drop").fillna(-1)

columns = ["clipped", "far", "quarter", "third", "fifth"]
X_train, X_test, y_train, y_test = train_test_split(people[columns], people["member"], random_state=1)
model = LogisticRegression(max_iter=50)
model.fit(X_train, y_train)
