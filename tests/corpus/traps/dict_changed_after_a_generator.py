# stops: shape
import numpy as np
from sklearn.linear_model import LogisticRegression


def rows(path, weights):
    for line in open(path):
        mid, email, sent, title, text = line.strip().split(",")
        yield [len(title) * weights["title"], len(text), "late" in text]


weights = {"title": 2}
made = rows("mails.txt", weights)
weights["title"] = 30
table = [r for r in made]
X = np.array([[r[0], r[1]] for r in table])
y = np.array([r[2] for r in table])
model = LogisticRegression(max_iter=2000).fit(X, y)
