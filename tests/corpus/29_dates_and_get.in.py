from datetime import datetime
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
customers = dict()
for l in open('customers.txt', encoding='utf-8'):
    f = l.rstrip('\n').split(',')
    customers[f[1]] = {'id': f[0], 'country': f[2], 'premium': f[3] == 'premium'}
X, y = [], []
for l in open('mails.txt', encoding='utf-8'):
    f = l.rstrip('\n').split(',')
    when = datetime.strptime(f[2], '%Y-%m-%d')
    if when.year < 2022:
        continue
    c = customers.get(f[1])
    if c is None:
        continue
    X.append([when.month, when.weekday(), len(f[3]), 1 if c['premium'] else 0, 1 if c['country'] == 'DE' else 0])
    y.append('late' in f[4])
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=7)
model = LogisticRegression(max_iter=1000)
model.fit(X_train, y_train)
