# stops: shape
import pandas as pd
from sklearn.linear_model import LogisticRegression
df = pd.read_csv('people.csv')
df = pd.get_dummies(df, columns=['city'])
df = df[df['income'] > 30]
X = df.drop(columns=['name', 'age', 'member', 'signup'])
model = LogisticRegression(max_iter=50)
model.fit(X, df['member'])
