# same
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

people = pd.read_csv("people.csv")
edge = np.percentile(people["id"], 40)
people["above"] = (people["id"] > edge).astype(int)
X = people[["above", "member"]].astype(int)
y = people["income"].fillna(0) > 30
model = LogisticRegression(max_iter=500)
model.fit(X, y)
