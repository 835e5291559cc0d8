# stops: shape
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
from sklearn.preprocessing import StandardScaler
X = pd.get_dummies(df[['income', 'city']])
X = pd.DataFrame(StandardScaler().fit_transform(X))
X = X[[0, 1]]
y = df['member']
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
