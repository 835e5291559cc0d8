# stops: no-rule
"""An array that is saved as text with two digits comes back rounded."""
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

df = pd.read_csv("people.csv")
np.savetxt("x.txt", df[["income", "id"]].to_numpy(dtype=float), fmt="%.1f", delimiter=",")
X = np.loadtxt("x.txt", delimiter=",")
clf = LogisticRegression(max_iter=500).fit(X, df["member"])
