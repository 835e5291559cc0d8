import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

df = pd.read_csv('people.csv')
young = df[df['age'] < 40]
old = df[df['age'] >= 60].copy()
old['income'] = old['income'] + 1
both = pd.concat([young, old], ignore_index=True)
both = both.drop_duplicates(subset=['name'], keep='last')
both = both.drop_duplicates()
both = both.head(30)
both.loc[both['city'] == 'Rome', 'income'] = 0.0
both.loc[both['age'] > 70, 'flag'] = 1.0
both['flag'] = both['flag'].fillna(0)
both['income'] = both['income'].clip(5, 80)
print(both.shape, both.head())
train, test = train_test_split(both, test_size=0.25, random_state=2)
model = LogisticRegression()
model.fit(train[['age', 'income', 'flag']], train['member'])
print(model.score(test[['age', 'income', 'flag']], test['member']))
