import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

people = pd.read_csv("people.csv").sort_values("signup", kind="stable").reset_index(drop=True)
income = people["income"].values

# the step from the row before, the row before itself, and the rows two further down
step = np.zeros(len(people))
step[1:] = income[1:] - income[:-1]
before = np.full(len(people), 50.0)
before[1:] = income[:-1]
coming = np.zeros(len(people))
coming[:-2] = income[2:]
change = np.concatenate([[0.0], income[1:] / income[:-1] - 1])
around = np.roll(income, 1)
of_series = np.diff(people["income"], prepend=0)

X = np.column_stack([income, step, before, coming, change, around, of_series])
y = people["member"].astype(int).values

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=200)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
