# same
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

df = pd.read_csv('people.csv', parse_dates=['signup'])
df = pd.get_dummies(df[['income', 'city', 'signup', 'member']], columns=['city'])
train = df[df['signup'] < '2022-01-01']
test = df[df['signup'] >= '2022-01-01']
model = LogisticRegression(max_iter=2000)
model.fit(train.drop(columns=['signup', 'member']), train['member'])
print(model.score(test.drop(columns=['signup', 'member']), test['member']))
