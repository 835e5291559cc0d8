import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv")

# where each row stands in an order
people["by_income"] = people["income"].values.argsort().argsort()
people["by_day"] = np.argsort(np.argsort(people["signup"].values, kind="stable")) / len(people)
people["by_member"] = np.lexsort((people["income"], people["member"])).argsort()

features = ["by_income", "by_day", "by_member", "income"]
X_train, X_test, y_train, y_test = train_test_split(
    people[features], people["member"].astype(int), test_size=0.25, random_state=3
)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
