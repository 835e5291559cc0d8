import pandas as pd
from sklearn.linear_model import LogisticRegression

df = pd.read_csv('people.csv')
df['age'] = df['age'].fillna(df['age'].mean())
cut = int(len(df) * 0.8)
train = df.iloc[:cut]
test = df.iloc[cut:]
model = LogisticRegression()
model.fit(train[['age', 'income']], train['member'])
print(model.score(test[['age', 'income']], test['member']))
