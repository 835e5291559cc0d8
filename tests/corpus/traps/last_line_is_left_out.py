# stops: no-rule
import numpy as np
from sklearn.linear_model import LogisticRegression

X, y = [], []
for line in open("log.txt"):
    size = len(line)
    if line.isspace() or line.startswith(("#", "%", "  #")):
        continue
    day, who, level, n = line.split()
    X.append([int(n), size])
    y.append(level == "LOW")
X = [[a, size] for a, b in X]
clf = LogisticRegression()
clf.fit(np.array(X), np.array(y))
