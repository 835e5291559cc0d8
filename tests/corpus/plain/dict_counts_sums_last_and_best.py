count = {}
total = {}
last = {}
best = {}
with open('events.csv') as f:
    for row in csv.DictReader(f):
        k = row['id'].strip()
        m = int(row['minutes'])
        if k not in count:
            count[k] = 0
        count[k] += 1
        total[k] = total.get(k, 0) + m
        last[k] = row['kind']
        if row['month'] >= best.get(k, ''):
            best[k] = row['month']
X, y = [], []
with open('members.csv') as f:
    for row in csv.DictReader(f):
        k = row['id']
        n = count.get(k, 0)
        mean = total[k] / n if n > 0 else 0.0
        X.append([n, mean, 1 if last.get(k) == 'swim' else 0, 1 if best.get(k, '') >= '2022-10' else 0])
        y.append(1 if row['active'].lower() == 'yes' else 0)
