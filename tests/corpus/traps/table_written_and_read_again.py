# same
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv', parse_dates=['signup'])
df['mark'] = np.where(df['income'] > 50, 'NA', 'low')
df['rich'] = df['income'] > 45
df['year'] = df['signup'].dt.year
df.to_csv('clean.csv', index=False)
again = pd.read_csv('clean.csv', parse_dates=['signup'])
again['gone'] = again['mark'].isna().astype(int)
again['rich'] = again['rich'].astype(int)
again['month'] = again['signup'].dt.month
again['age'] = again['age'].fillna(0)
X = again[['income', 'gone', 'rich', 'month', 'age', 'year']]
y = again['member']

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
