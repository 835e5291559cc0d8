# same
import numpy as np
from sklearn.linear_model import LogisticRegression

rows = []
labels = []
for line in open('mails.txt'):
    mid, email, sent, title, text = line.strip().split(',')
    rows.append([text.startswith(('e', 'a'), 1), title.endswith('d', 0, 4), text.startswith('late')])
    labels.append('late' in text)

X = np.array(rows)
y = np.array(labels)
model = LogisticRegression(max_iter=2000)
model.fit(X, y)
