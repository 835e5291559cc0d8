# stops: shape
import glob

import pandas as pd
from sklearn.linear_model import LogisticRegression

frames = [pd.read_csv(p) for p in glob.glob("p*ople.csv")]
df = pd.concat(frames).drop_duplicates("name")
model = LogisticRegression(max_iter=500).fit(df[["income"]], df["member"])
