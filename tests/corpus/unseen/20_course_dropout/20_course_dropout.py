# Assignment 3 - predict who will NOT pass a module
import csv
import random
from collections import defaultdict

import numpy as np
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

students = {}
with open("data/students.csv") as f:
    for row in csv.DictReader(f):
        students[row["student_no"]] = row

# read submissions and add up per student and module
score_sum = defaultdict(float)
score_n = defaultdict(int)
last_week = {}
with open("data/submissions.csv") as f:
    for row in csv.DictReader(f):
        key = (row["student_no"], row["module"])
        try:
            s = float(row["score"])
        except ValueError:
            s = 0.0  # late or empty gives no points
        score_sum[key] += s
        score_n[key] += 1
        last_week[key] = int(row["week"])

# read enrolments
data = []
done = set()
skipped = 0
with open("data/enrolments.csv") as f:
    for row in csv.DictReader(f):
        key = (row["student_no"], row["module"])
        if key in done:
            continue  # double line
        done.add(key)
        # label
        result = row["result"].lower()
        if result == "passed":
            label = 0
        elif result in ("failed", "withdrawn", "no show"):
            label = 1
        else:
            skipped += 1
            continue
        # attendance is written like 85%
        attendance = None
        if row["attendance"] != "":
            attendance = int(row["attendance"].replace("%", ""))
        # student info, not all students are in the file
        grade, km, prog = None, None, "unknown"
        if row["student_no"] in students:
            st = students[row["student_no"]]
            prog = st["programme"].lower()
            if st["entry_grade"] != "?":
                grade = float(st["entry_grade"])
            try:
                km = float(st["commute_km"])
            except ValueError:
                pass

        avg = score_sum[key] / score_n[key] if score_n[key] > 0 else 0
        data.append([row["student_no"], prog, attendance, grade, km, int(row["attempt"]),
                     avg, score_n[key], last_week.get(key, 0), label])
print("rows:", len(data), "skipped:", skipped)

# split by student, so that the same student is not in both sets
ids = sorted(set(d[0] for d in data))
random.seed(42)
random.shuffle(ids)
train_ids = set(ids[: int(len(ids) * 0.7)])
train = [d for d in data if d[0] in train_ids]
test = [d for d in data if d[0] not in train_ids]

# fill missing values with the mean of the train set
for col in (2, 3, 4):
    known = [d[col] for d in train if d[col] is not None]
    m = sum(known) / len(known)
    for d in train + test:
        if d[col] is None:
            d[col] = m

def make_x(rows):
    numbers = np.array([d[2:9] for d in rows], dtype=float)
    progs = np.array([[float(d[1] == p) for p in ("cs", "ai", "econ")] for d in rows])
    return numbers, progs


train_num, train_prog = make_x(train)
test_num, test_prog = make_x(test)
mean, std = train_num.mean(axis=0), train_num.std(axis=0)
X_train = np.hstack([(train_num - mean) / std, train_prog])
X_test = np.hstack([(test_num - mean) / std, test_prog])
y_train = np.array([d[9] for d in train])
y_test = np.array([d[9] for d in test])

best_k, best_acc = None, 0
for k in [1, 3, 5, 7, 9, 15]:
    knn = KNeighborsClassifier(n_neighbors=k).fit(X_train, y_train)
    acc = knn.score(X_test, y_test)
    print("k =", k, "accuracy =", round(acc, 3))
    if acc > best_acc:
        best_k, best_acc = k, acc
print("best k:", best_k)
nb = GaussianNB().fit(X_train, y_train)
print("naive bayes:", round(nb.score(X_test, y_test), 3))
