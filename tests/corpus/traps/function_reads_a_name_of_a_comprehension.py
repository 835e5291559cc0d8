# stops: syntax
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
made = {}
for c in ['id', 'income']:
    made[c] = lambda table: table[c] * 2  # noqa: B023
X = pd.DataFrame({c: f(df) for c, f in made.items()})
y = df['member']

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
