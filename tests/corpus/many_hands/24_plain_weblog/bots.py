import re
import zlib
from collections import Counter, defaultdict

import numpy as np
from sklearn.metrics import classification_report
from sklearn.tree import DecisionTreeClassifier

LINE = re.compile(r'^(\S+) (\S+) \[(\d{4}-\d{2}-\d{2}) (\d{2}):(\d{2})\] "(GET|POST|HEAD) (\S+)" (\d{3}) (\d+|-)$')

hits = Counter()
errors = Counter()
night = Counter()
bytes_sent = defaultdict(int)
pages = defaultdict(set)
skipped = 0

with open("access.log") as log:
    for line in log:
        m = LINE.match(line.strip())
        if m is None:
            skipped += 1
            continue
        ip, user, day, hour, minute, method, path, status, size = m.groups()
        if user == "-":
            continue
        hits[user] += 1
        if int(status) >= 400:
            errors[user] += 1
        if int(hour) < 6 or int(hour) >= 23:
            night[user] += 1
        if size != "-":
            bytes_sent[user] += int(size)
        pages[user].add(path.split("?")[0])
print("skipped", skipped, "lines")

bots = set()
with open("known_bots.txt") as f:
    for line in f:
        line = line.split("#")[0].strip()
        if line:
            bots.add(line)

users = sorted(u for u in hits if hits[u] >= 2)
rows = []
for u in users:
    n = hits[u]
    rows.append([n, errors[u] / n, night[u] / n, bytes_sent[u] / n, len(pages[u]) / n])
X = np.array(rows)
y = np.array([int(u in bots) for u in users])

# stable split: by hash of the user name
is_test = np.array([zlib.crc32(u.encode("utf-8")) % 4 == 0 for u in users])
X_train, X_test = X[~is_test], X[is_test]
y_train, y_test = y[~is_test], y[is_test]

tree = DecisionTreeClassifier(max_depth=4, random_state=0)
tree.fit(X_train, y_train)
print(classification_report(y_test, tree.predict(X_test), zero_division=0))
