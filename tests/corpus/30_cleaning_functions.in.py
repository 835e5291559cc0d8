import pandas as pd
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
def clean(df):
    df = df.copy()
    df.columns = df.columns.str.lower()
    df = df.drop_duplicates()
    df['age'] = pd.to_numeric(df['age'], errors='coerce')
    df.loc[df['age'].isnull(), 'age'] = df['age'].mean()
    df['city'] = df['city'].str.strip().str.title()
    df['is_capital'] = df['city'].apply(lambda c: c in ['Oslo', 'Rome'])
    return df
def features(df):
    out = pd.DataFrame()
    out['age'] = df['age']
    out['income'] = df['income']
    out['cap'] = df['is_capital'].astype(int)
    out['band'] = np.select([df['income'] < 30, df['income'] < 60], [0, 1], default=2)
    return out
raw = pd.read_csv('people.csv')
df = clean(raw)
X = features(df)
y = (df['member'] == True).values
X_tr, X_te, y_tr, y_te = train_test_split(X.values, y, test_size=0.25, random_state=5)
clf = LogisticRegression(C=1.0, max_iter=500)
clf.fit(X_tr, y_tr)
pd.DataFrame({'y': y_te, 'p': clf.predict(X_te)}).to_csv('pred.csv')
