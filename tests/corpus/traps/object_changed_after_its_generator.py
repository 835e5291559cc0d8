# stops: shape
import numpy as np
from sklearn.linear_model import LogisticRegression


class Scale:
    def __init__(self, by):
        self.by = by

    def rows(self, path):
        for line in open(path):
            mid, email, sent, title, text = line.strip().split(",")
            yield [len(title) * self.by, len(text), "late" in text]


scale = Scale(2)
made = scale.rows("mails.txt")
scale.by = 30
rows = [r for r in made]
X = np.array([[r[0], r[1]] for r in rows])
y = np.array([r[2] for r in rows])
model = LogisticRegression(max_iter=2000).fit(X, y)
