X, y = [], []
seen = {}
with open('events.csv') as f:
    for row in csv.DictReader(f):
        k, m = row['id'], int(row['minutes'])
        r = {'best': 0}
        r = seen.setdefault(k, r)
        old = r['best']
        if m > r['best'] and row['kind'] != 'swim':
            r['best'] = m
        X.append([old, r['best'], seen[k]['best']])
        y.append(int(row['month'] > '2022-06'))
