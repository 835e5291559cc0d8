# same
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
rows = []
for city, group in df.groupby('city'):
    rich = group[group['income'] > 45]
    if len(group) < 2:
        continue
    rows.append({'city': city, 'n': len(group), 'rich': len(rich), 'sum': rich['income'].sum(), 'top': group['income'].max()})
cities = pd.DataFrame(rows)
df = df.merge(cities, on='city', how='left')
df[['income', 'n', 'rich', 'sum', 'top']] = df[['income', 'n', 'rich', 'sum', 'top']].fillna(0)
X = df[['income', 'n', 'rich', 'sum', 'top']]
y = df['member']

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
