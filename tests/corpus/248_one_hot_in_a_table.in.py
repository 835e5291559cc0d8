import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from sklearn.preprocessing import OneHotEncoder, StandardScaler
df = pd.read_csv('people.csv')
df['city'] = df['city'].fillna('none')
df = df[df['income'] > 15]
numbers = ['income', 'id']
scaler = StandardScaler()
scaled = pd.DataFrame(scaler.fit_transform(df[numbers]), columns=numbers, index=df.index)
encoder = OneHotEncoder(sparse_output=False, handle_unknown='ignore')
made = pd.DataFrame(encoder.fit_transform(df[['city', 'member']]), columns=encoder.get_feature_names_out(['city', 'member']), index=df.index)
X = pd.concat([scaled, made], axis=1)
y = (df['name'].str[-1].astype(int) > 4).astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
