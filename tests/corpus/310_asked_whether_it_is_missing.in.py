import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split


def decade(age):
    if pd.isnull(age):
        return 'none'
    text = str(age)
    if text.startswith('1') or text.startswith('2'):
        return 'young'
    value = float(text)
    return 'middle' if 30 <= value < 60 else 'old'


def length(city):
    if not isinstance(city, str):
        return np.nan
    first, rest = city[0], city[1:]
    if first.startswith('O'):
        return len(rest) / 2
    return float(len(city.split('e')))


df = pd.read_csv('people.csv')
df['decade'] = df['age'].apply(decade)
df['length'] = df['city'].map(length).fillna(-1)
df['capital'] = df['city'].apply(lambda c: c.upper().count('O') if isinstance(c, str) else 0)
df['older'] = df.apply(lambda row: row['age'] - 40 if pd.notna(row['age']) and row['age'] > 40 else 0, axis=1)
df['round'] = df['name'].apply(lambda name: sum(1 for letter in name if letter in '0689') / len(name))
X = pd.get_dummies(df[['decade', 'length', 'capital', 'older', 'round']])
y = df['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
