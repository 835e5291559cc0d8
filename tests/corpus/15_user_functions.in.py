import re
import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split

GOOD = {'thanks', 'offer'}
TOKEN = re.compile(r'[a-z]+')

def tokens(text):
    return TOKEN.findall(text.lower())

def mood(text):
    score = 0
    for word in tokens(text):
        if word in GOOD:
            score += 1
        elif word == 'error':
            score -= 2
    return score

def embed(text, size=4):
    out = np.zeros(size)
    for i, word in enumerate(tokens(text)):
        out[i % size] += len(word)
    return out

vectors, y = [], []
for line in open('mails.txt'):
    _, email, sent, title, text = line.strip().split(',')
    vectors.append(embed(text))
    y.append(mood(text) > 0)
X_train, X_test, y_train, y_test = train_test_split(np.vstack(vectors), np.array(y), random_state=0)
model = LogisticRegression()
model.fit(X_train, y_train)
print(model.score(X_test, y_test))
