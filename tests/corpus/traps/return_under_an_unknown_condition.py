# stops: no-rule
import pandas as pd
from sklearn.linear_model import LogisticRegression

df = pd.read_csv('people.csv')


def band(name):
    if hash(name) % 2 == 0:
        return 0
    return 3


df['band'] = df['name'].apply(band)
X = df[['income', 'band']]
y = df['member']

model = LogisticRegression(max_iter=2000)
model.fit(X, y)
