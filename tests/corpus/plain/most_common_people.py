from collections import Counter
c = Counter()
with open('events.csv') as f:
    for row in csv.DictReader(f):
        c[row['id']] += 1
top = [k for k, n in c.most_common(12)]
X, y = [], []
with open('members.csv') as f:
    for row in csv.DictReader(f):
        X.append([1 if row['id'] in top else 0, c[row['id']], float(row['fee'])])
        y.append(int(row['active'] == 'yes'))
