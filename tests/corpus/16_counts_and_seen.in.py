from collections import defaultdict
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

per_sender = {}
chars = defaultdict(int)
for line in open('mails.txt'):
    mid, email, sent, title, text = line.strip().split(',')
    per_sender[email] = per_sender.get(email, 0) + 1
    if 'error' in text:
        chars[email] += len(text)

seen = set()
people = []
for line in open('customers.txt'):
    cid, email, country, level = line.strip().split(',')
    if country == 'NL':
        continue
    if email in seen:
        continue
    seen.add(email)
    people.append((email, country, level))

X = np.array([[per_sender.get(email, 0), chars.get(email, 0), len(email)] for email, country, level in people])
y = np.array([level == 'premium' for email, country, level in people])
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.4, random_state=6)
model = LogisticRegression(max_iter=500)
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
