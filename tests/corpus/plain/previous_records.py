X, y = [], []
prev = None
last = {}
with open('events.csv') as f:
    for i, row in enumerate(csv.DictReader(f)):
        if row['kind'] == 'row':
            continue
        month = int(row['month'][5:])
        before = last.get(row['id'])
        if before is None:
            gap, same = -1, 0
        else:
            gap, same = month - before['month'], int(before['kind'] == row['kind'])
        step = 0 if prev is None else month - prev[0] + prev[1]
        X.append([gap, same, step, i])
        y.append(int(row['minutes']) > 40)
        last[row['id']] = {'month': month, 'kind': row['kind']}
        prev = (month, int(row['minutes']))
