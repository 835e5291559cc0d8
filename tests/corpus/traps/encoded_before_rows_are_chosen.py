# same
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import LabelEncoder, StandardScaler
df = pd.read_csv('people.csv')
df['city'] = LabelEncoder().fit_transform(df['city'].fillna('none'))
df['income'] = StandardScaler().fit_transform(df[['income']])
df = df[(df['city'] != 1) & (df['income'] > -1)]
X = df[['city', 'income']]
model = LogisticRegression(max_iter=50)
model.fit(X, df['member'])
