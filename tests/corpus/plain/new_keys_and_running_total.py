X, y = [], []
last_kind = {}
seen = set()
total = 0
with open('events.csv') as f:
    for row in csv.DictReader(f):
        k = row['id']
        new = 0 if k in seen else 1
        seen.add(k)
        same = 1 if last_kind.get(k) == row['kind'] else 0
        X.append([new, same, total, int(row['minutes'])])
        y.append(row['kind'] == 'run')
        total += int(row['minutes'])
        last_kind[k] = row['kind']
