# stops: shape
import pandas as pd
from sklearn.linear_model import LogisticRegression
df = pd.read_csv('people.csv')
df['long'] = pd.cut(df['income'], 5).astype(str).str.len()
X = df[['long', 'income']]
model = LogisticRegression(max_iter=50)
model.fit(X, df['member'])
