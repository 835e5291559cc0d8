import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score
from sklearn.preprocessing import StandardScaler

df = pd.read_csv('people.csv')
df = df[df['age'].notna()]
train = df[df['signup'] < '2022-01-01']
test = df[df['signup'] >= '2022-01-01']
scaler = StandardScaler().fit(train[['age', 'income']])
model = LogisticRegression()
model.fit(scaler.transform(train[['age', 'income']]), train['member'])
predictions = model.predict(scaler.transform(test[['age', 'income']]))
print(accuracy_score(test['member'], predictions))
