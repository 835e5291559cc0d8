import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler

limit = 25
df = pd.read_csv('people.csv')
df = df.dropna(subset=['age', 'city'])
df = df.query("income > @limit and city != 'Rome'")
df['signup'] = pd.to_datetime(df['signup'], format='%Y-%m-%d')
df['year'] = df['signup'].dt.year
df['month'] = df['signup'].dt.month
df['initial'] = df['city'].str.lower().str[0:1]
df['city_length'] = df['city'].str.len()
df['has_o'] = df['city'].str.contains('o')
df = df.sort_values(['age', 'id'], ascending=[False, True]).reset_index(drop=True)
train, test = train_test_split(df, test_size=12, shuffle=False)
scaler = StandardScaler()
X_train = scaler.fit_transform(train[['age', 'year', 'month', 'city_length']])
X_test = scaler.transform(test[['age', 'year', 'month', 'city_length']])
model = LogisticRegression()
model.fit(X_train, train['has_o'])
print(model.score(X_test, test['has_o']))
