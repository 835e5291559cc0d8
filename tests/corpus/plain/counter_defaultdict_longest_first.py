from collections import Counter, defaultdict
visits = Counter()
minutes = defaultdict(float)
longest = defaultdict(int)
first = {}
with open('events.csv') as f:
    reader = csv.reader(f)
    next(reader)
    for r in reader:
        visits[r[0]] += 1
        if r[2] != 'row':
            minutes[r[0]] += float(r[3])
        longest[r[0]] = max(longest[r[0]], int(r[3]))
        first.setdefault(r[0], r[1])
X, y = [], []
with open('members.csv') as f:
    for row in csv.DictReader(f):
        k = row['id']
        X.append([visits[k], minutes[k], longest[k], int(first.get(k, '2000-00')[5:])])
        y.append(1 if row['active'].lower() == 'yes' else 0)
