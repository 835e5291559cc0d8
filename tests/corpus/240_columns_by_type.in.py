import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
df['month'] = pd.to_datetime(df['signup']).dt.month
for c in df.columns:
    if df[c].dtype == 'int64' or str(df[c].dtype) == 'float64':
        df[c] = df[c].fillna(df[c].median())
    elif pd.api.types.is_string_dtype(df[c]):
        df[c] = df[c].fillna('none')
texts = df.dtypes[df.dtypes == 'str'].index.tolist()
df = pd.get_dummies(df.drop(columns=[t for t in texts if t != 'city']), columns=['city'], dtype=int)
y = df['member'].astype(int)
X = df.drop(columns=['member', 'id']).select_dtypes(include=['int64', 'float64'])
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
