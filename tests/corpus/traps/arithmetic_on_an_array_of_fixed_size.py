# stops: no-rule
import numpy as np
from sklearn.linear_model import LogisticRegression

rows = []
labels = []
for line in open('mails.txt'):
    mid, email, sent, title, text = line.strip().split(',')
    counted = np.zeros(2)
    counted[0] = len(text)
    rows.append(counted + np.ones(2))
    labels.append('late' in text)
X = np.array(rows)
y = np.array(labels)
model = LogisticRegression(max_iter=2000)
model.fit(X, y)
