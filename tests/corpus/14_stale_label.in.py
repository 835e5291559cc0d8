import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

texts = []
for line in open('mails.txt'):
    mid, email, sent, title, text = line.strip().split(',')
    early = sent < '2022-06-01'
    if 'card' in text:
        texts.append((text, title, email))

X = np.array([[len(t), t.count('e'), len(title)] for t, title, email in texts])
y = np.zeros(len(texts))
for i, (t, title, email) in enumerate(texts):
    if early and 'late' in t:
        y[i] = 1
    elif not early and 'thanks' in t:
        y[i] = 1
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=42)
model = LogisticRegression()
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
