# stops: no-rule
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
rows = []
for city, group in df.groupby('city'):
    rows.append({'city': city, 'first': group.sort_values('age')['income'].iloc[0]})
df = df.merge(pd.DataFrame(rows), on='city', how='left').fillna({'first': 0, 'income': 0})
X = df[['income', 'first']]
y = df['member']

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
