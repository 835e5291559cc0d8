X, y = [], []
so_far = {}
late = {}
prev = None
n = 0
with open('events.csv') as f:
    for row in csv.DictReader(f):
        k = row['id']
        m = int(row['minutes'])
        if m < 3:
            continue
        n += 1
        gap = m - prev if prev is not None else 0
        X.append([so_far.get(k, 0), late.get(k, 0), gap, m])
        long = 1 if m > 45 else 0
        y.append(long)
        so_far[k] = so_far.get(k, 0) + 1
        late[k] = late.get(k, 0) + long
        prev = m
