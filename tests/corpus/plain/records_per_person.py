people = {}
for line in open('events.csv').readlines()[1:]:
    k, month, kind, minutes = line.strip().split(',')
    if k not in people:
        people[k] = {'n': 0, 'sum': 0.0, 'max': 0, 'last': None, 'first': month}
    p = people[k]
    p['n'] += 1
    p['sum'] += float(minutes)
    if int(minutes) > p['max']:
        p['max'] = int(minutes)
    p['last'] = month
X, y = [], []
for line in open('members.csv').readlines()[1:]:
    parts = line.strip().split(',')
    p = people.get(parts[0])
    if p is None:
        continue
    X.append([p['n'], p['sum'] / p['n'], p['max'], int(p['last'][5:7]) - int(p['first'][5:7])])
    y.append(1 if parts[4] == 'yes' else 0)
