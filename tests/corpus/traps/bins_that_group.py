# stops: shape
import pandas as pd
from sklearn.linear_model import LogisticRegression
df = pd.read_csv('people.csv')
df['band'] = pd.qcut(df['income'], 4)
df['mean'] = df.groupby('band', observed=True)['id'].transform('mean')
X = df[['mean', 'income']]
model = LogisticRegression(max_iter=50)
model.fit(X, df['member'])
