X, y = [], []
first, low, last, n, tot = {}, {}, {}, {}, {}
top = None
with open('events.csv') as f:
    for row in csv.DictReader(f):
        k, m = row['id'], int(row['minutes'])
        X.append([len(first.get(k, '')), low.get(k, 99), last.get(k, -1), n.get(k, 0), tot.get(k, 0.5), top if top is not None else -5])
        y.append(int(row['month'] > '2022-06'))
        if m < 10:
            continue
        if row['kind'] == 'run':
            if k not in first:
                first[k] = row['month'] + row['kind']
            if k not in low or m < low[k]:
                low[k] = m
            last[k] = m
        if row['kind'] != 'row':
            n[k] = n.get(k, 0) + 1
            tot[k] = tot.get(k, 0.5) + m / 2
            if top is None or m > top:
                top = m
