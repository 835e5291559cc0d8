def num(s, default=-1.0):
    try:
        return float(s)
    except ValueError:
        return default
X, y = [], []
for line in open('members.csv').readlines()[1:]:
    parts = line.strip().split(',')
    X.append([num(parts[1]), num(parts[3], 0.0), 1 if num(parts[1]) > 40 else 0])
    y.append(1 if parts[4] == 'yes' else 0)
