import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split


df = pd.read_csv('people.csv', parse_dates=['signup'])
df = df[df['income'] > 15]
df['earned'] = df.sort_values(['signup', 'id']).groupby('city')['income'].cumsum() - df['income']
df['nth'] = df.sort_values(['signup', 'id']).groupby('name').cumcount()
late = df.sort_values(['signup', 'id'], ascending=[False, True])
late['half'] = late['income'] / 2
df['next_half'] = late.groupby('city')['half'].shift(1)
df['lately'] = late.groupby('name')['income'].transform(lambda s: s.rolling(2, min_periods=1).mean())
df['days'] = df.sort_values(['signup', 'id']).groupby('city')['signup'].diff().dt.days
df['fresh'] = df.sort_values('id', ascending=False)['age'].ffill()
df = df.fillna({'earned': 0, 'next_half': 0, 'days': -1, 'fresh': 0})
X = df[['earned', 'nth', 'next_half', 'lately', 'days', 'fresh']]
y = df['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
