# stops: recurrence
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

df = pd.read_csv("people.csv")
x = np.zeros(len(df))
for i, income in enumerate(df["income"]):
    before = x[i - 1]
    x[i] = before * 0.5 + income
clf = LogisticRegression()
clf.fit(np.column_stack([x, df["income"]]), df["member"])
