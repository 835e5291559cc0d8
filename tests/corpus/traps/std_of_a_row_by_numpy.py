# stops: shape
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
df = pd.read_csv('people.csv')
df['spread'] = df[['id', 'income']].apply(np.std, axis=1)
X = df[['spread', 'income']]
model = LogisticRegression(max_iter=50)
model.fit(X, df['member'])
