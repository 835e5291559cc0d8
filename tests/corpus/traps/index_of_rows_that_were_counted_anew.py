# stops: shape
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
older = df[df['age'] > 30]
again = older.reset_index(drop=True)
rich = again[again['income'] > 40]
older = older.drop(rich.index, errors='ignore')
X = older[['income']]
y = older['member']

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
