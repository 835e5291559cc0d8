# -*- coding: utf-8 -*-
# overdue books - who brings them back late?
# originally written 2012 for the library stats evening, moved to python 3 later

import csv
import datetime
from sklearn.naive_bayes import GaussianNB

KINDS = ['adult', 'student', 'child', 'senior']

# read members
members = {}
f = open('data/members.txt', 'r')
for line in f.readlines():
    line = line.strip()
    if line == '':
        continue
    parts = line.split(';')
    try:
        since = int(parts[3])
    except ValueError:
        since = None
    members[parts[0]] = (parts[2].strip().lower(), since)
f.close()
print('members: %d' % len(members))

# read genres
genres = []
f = open('data/genres.csv')
f.readline()    # header
for line in f:
    g = line.strip().split(',')
    genres.append([g[0], g[1], int(g[2])])
f.close()

# read loans
f = open('data/loans.csv', 'r', newline='')
reader = csv.reader(f)
next(reader)
rows = []
already = set()
for r in reader:
    if r[0] in already:
        continue
    already.add(r[0])
    if not r[7].isdigit():    # still out or lost, no answer
        continue
    rows.append(r)
f.close()
print('loans: %d' % len(rows))

# average pages, needed for the gaps
known = [int(r[6]) for r in rows if r[6].isdigit()]
avg_pages = float(sum(known)) / len(known)

# features
X = []
y = []
late_before = {}      # card -> number of late returns so far
unknown_shelf = 0
for r in rows:
    card = r[1].strip()
    prefix = r[2].split('-')[0]
    for i in range(len(genres)):
        if genres[i][0] == prefix:
            genre_no = i
            limit = genres[i][2]
            break
    else:
        unknown_shelf += 1
        genre_no = len(genres)
        limit = 14

    if card in members:
        kind, since = members[card]
    else:
        kind, since = 'adult', None
    day, month, year = r[4].split('.')
    out = datetime.date(int(year), int(month), int(day))
    years = 5
    if since is not None:
        years = out.year - since
    pages = int(r[6]) if r[6].isdigit() else avg_pages
    renewals = int(r[5]) if r[5] != '' else 0

    row = [pages, renewals, limit, years, out.weekday(), late_before.get(card, 0), len(r[3].split())]
    for k in KINDS:
        row.append(int(kind == k))
    for n in range(len(genres) + 1):
        row.append(int(n == genre_no))
    X.append(row)
    late = int(int(r[7]) > limit)
    y.append(late)
    late_before[card] = late_before.get(card, 0) + late
print('unknown shelfmarks: %d, late: %d of %d' % (unknown_shelf, sum(y), len(y)))

# first three quarters of the file to learn from, rest to check
n = int(len(X) * 0.75)
model = GaussianNB(var_smoothing=1e-3)
model.fit(X[:n], y[:n])
guess = model.predict(X[n:])
right = 0
for i in range(len(guess)):
    if guess[i] == y[n + i]:
        right = right + 1
print('right: %d of %d (%.1f %%)' % (right, len(guess), 100.0 * right / len(guess)))
