state = {}
X, y = [], []
with open('events.csv') as f:
    for row in csv.DictReader(f):
        k = row['id']
        s = state.setdefault(k, {'n': 0, 'long': 0, 'prev': 0})
        X.append([s['n'], s['long'], s['prev'], s['long'] / s['n'] if s['n'] else -1.0])
        y.append(row['kind'] == 'run')
        s['n'] += 1
        s['long'] += int(int(row['minutes']) > 40)
        s['prev'] = int(row['minutes'])
