# same
"""An array is saved before it is changed in place: what is loaded is what was saved."""
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

df = pd.read_csv("people.csv")
income = df["income"].to_numpy(dtype=float)
np.save("income.npy", income)
income = income * 0.0
weights = [1.0, 2.0]
np.save("weights.npy", weights)
weights.append(5.0)
loaded = np.load("income.npy")
X = np.column_stack([loaded, loaded * np.load("weights.npy")[1], income])
clf = LogisticRegression(max_iter=500).fit(X, df["member"])
