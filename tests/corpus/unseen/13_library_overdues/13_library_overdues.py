# -*- coding: utf-8 -*-
# Which loans will come back more than a week late?
import csv
import datetime
import numpy as np
from sklearn.linear_model import LogisticRegression

THIS_YEAR = 2011
LATE_DAYS = 7


def to_date(s):
    return datetime.datetime.strptime(s.strip(), '%d/%m/%Y').date()


# --- branches: code|name|hours -------------------------------------------
branches = []
for line in open('data/branches.txt'):
    parts = line.rstrip('\n').split('|')
    branches.append((parts[0], parts[1], int(parts[2])))

# --- members, the last card on file is the current one --------------------
members = {}
f = open('data/members.csv')
reader = csv.reader(f)
next(reader)
for row in reader:
    members[row[0]] = row
f.close()
print('%d members' % len(members))

# --- loans ----------------------------------------------------------------
loans = []
seen = set()
no_member = 0
f = open('data/loans.csv')
reader = csv.reader(f)
header = next(reader)
for row in reader:
    loan_id, card, item, branch, issued, due, returned, renewals = row[:8]
    if loan_id in seen:
        continue
    seen.add(loan_id)
    if returned == '':
        continue                      # still out, we can't say
    if card not in members:
        no_member += 1
        continue
    days = (to_date(returned) - to_date(due)).days
    try:
        renewals = int(renewals)
    except ValueError:
        renewals = 0
    loans.append([card, item.strip().lower(), branch, to_date(issued), renewals, days])
f.close()
print('%d loans, %d without a member' % (len(loans), no_member))

# known ages, for the ones who left it blank
ages = []
for m in members.values():
    if m[2].isdigit():
        ages.append(THIS_YEAR - int(m[2]))
mean_age = sum(ages) / float(len(ages))

items = sorted(set([l[1] for l in loans]))
item_pos = dict((it, n) for n, it in enumerate(items))
cats = sorted(set([m[4].strip().lower() for m in members.values()]))
cat_pos = dict((c, n) for n, c in enumerate(cats))

X = []
y = []
for card, item, branch, issued, renewals, days in loans:
    m = members[card]
    if m[2].isdigit():
        age = THIS_YEAR - int(m[2])
    else:
        age = mean_age
    for code, name, hours in branches:
        if code == branch:
            open_hours = hours
            break
    else:
        open_hours = 10               # mobile library
    vec = [age / 10.0, renewals, open_hours / 10.0]
    one_hot = [0] * len(items)
    one_hot[item_pos[item]] = 1
    vec += one_hot
    one_hot = [0] * len(cats)
    one_hot[cat_pos[m[4].strip().lower()]] = 1
    vec += one_hot
    X.append(vec)
    y.append(int(days > LATE_DAYS))

# every fourth loan is kept back for testing
X_train, y_train, X_test, y_test = [], [], [], []
for i in range(len(X)):
    if i % 4 == 3:
        X_test.append(X[i])
        y_test.append(y[i])
    else:
        X_train.append(X[i])
        y_train.append(y[i])

clf = LogisticRegression(max_iter=1000)
clf.fit(np.array(X_train), np.array(y_train))
pred = clf.predict(np.array(X_test))
right = sum([1 for p, t in zip(pred, y_test) if p == t])
print('late loans: %d of %d' % (sum(y), len(y)))
print('accuracy: %.3f' % (right / float(len(y_test))))
