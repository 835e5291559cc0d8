"""Which threads should be answered first? One row per thread: the newest mail of a sender under the same title."""
import os

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

from textmodels import embed, sentiment

levels = {}
with open('data/customers.csv') as f:
    for line in f:
        customer_id, email, name, country, level = line.strip().split(',')
        levels[email] = level

mails = []
with open('data/mails.csv') as f:
    for line in f:
        mail_id, email, sent, title, text = line.strip().split(',')
        if email not in levels:
            continue
        mails.append((email, title, sent, text))

# people write again under the same title until somebody answers: keep the last word of each thread
mails.sort(key=lambda mail: (mail[0], mail[1], mail[2]))
threads = []
first = 0
while first < len(mails):
    last = first
    while last + 1 < len(mails) and mails[last + 1][:2] == mails[first][:2]:
        last += 1
    threads.append(mails[last])
    first = last + 1

embeddings = []
lengths = []
labels = []
for email, title, sent, text in threads:
    embeddings.append(embed(text))
    lengths.append(len(text))
    labels.append(1 if sentiment(text) == 'negative' and levels[email] == 'premium' else 0)

lengths = np.array(lengths, dtype=float)
lengths = (lengths - lengths.mean()) / lengths.std()
X = np.hstack([np.array(embeddings), lengths.reshape(-1, 1)])
y = np.array(labels)

X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=3)
model = LogisticRegression(max_iter=1000)
model.fit(X_train, y_train)
print('threads', len(threads), 'accuracy', model.score(X_test, y_test))

os.makedirs('out', exist_ok=True)
np.save('out/priority_X.npy', X)
