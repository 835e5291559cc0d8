# stops: shape
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv("people.csv")
wide = df.groupby("name").agg(a=("income", lambda s: s * 2)).reset_index()
df = df.merge(wide, on="name")

X_train, X_test, y_train, y_test = train_test_split(df[["income", "a"]], df["member"], test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
