# same
import pandas as pd
from sklearn.linear_model import LogisticRegression
df = pd.read_csv('people.csv')
df['narrow'] = pd.to_datetime(df['signup']).dt.month
df = df.drop(columns=['name', 'signup', 'age'])
df = pd.get_dummies(df, columns=['city'], dtype=int)
X = df.drop(columns='member').select_dtypes(include=['int64'])
model = LogisticRegression(max_iter=50)
model.fit(X, df['member'])
