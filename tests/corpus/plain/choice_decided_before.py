b = {}
X, y = [], []
with open('events.csv') as f:
    for row in csv.DictReader(f):
        k, m = row['id'], int(row['minutes'])
        if k not in b:
            b[k] = min(b[k], m) if k in b else m
        X.append([m, len(k)])
        y.append(int(row['kind'] == 'run'))
        b.setdefault(k, m)
