import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.preprocessing import StandardScaler
df = pd.read_csv('people.csv')
df['member'] = df['member'].map({True: 1, False: 0})
df['city'] = df['city'].replace({'Rome': 'Roma'})
train, test = train_test_split(df, test_size=.3, random_state=0)
train = train.copy(); test = test.copy()
mean_age = train['age'].mean()
for part in (train, test):
    part['age'] = part['age'].fillna(mean_age)
cols = ['age', 'income']
scaler = StandardScaler()
train[cols] = scaler.fit_transform(train[cols])
test[cols] = scaler.transform(test[cols])
clf = LogisticRegression(random_state=0)
clf.fit(train[cols], train['member'])
print(clf.score(test[cols], test['member']))
