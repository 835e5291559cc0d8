import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split


from sklearn.preprocessing import StandardScaler
df = pd.read_csv('people.csv')
df['age'] = df['age'].fillna(df['age'].median())
X = pd.get_dummies(df[['age', 'income', 'city']], drop_first=True)
names = X.columns.values
scaler = StandardScaler()
scaler.fit(X)
X = pd.DataFrame(scaler.transform(X))
X.columns = names
y = df['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
