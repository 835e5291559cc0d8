import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
df['at'] = pd.to_datetime(df['signup'] + 'T08:30:00Z').dt.tz_localize(None)
df['day'] = pd.to_datetime(df['signup'], utc=True).dt.tz_convert(None)
cut = df['day'].quantile(0.6)
df['late'] = (df['day'] > cut).astype(int)
df['middle'] = (df['day'] - df['day'].quantile([0.25, 0.5]).iloc[1]).dt.days
df['month'] = pd.DatetimeIndex(df['signup']).month
df['hour'] = df['at'].dt.hour
X = df[['late', 'middle', 'month', 'hour', 'income']]
y = df['member'].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
