import math
X, y = [], []
for line in open('members.csv').readlines()[1:]:
    p = line.strip().split(',')
    try:
        v = float(p[1])
    except ValueError:
        v = float('nan')
    w = math.nan if p[2] == '' else float(len(p[2]))
    big = 1 if v > 40 else 0
    small = 0 if not v < 40 else 1
    X.append([big, small, -1.0 if math.isnan(v) else v, 1 if w is not None else 0, 2 if w != w else 3])
    y.append(1 if p[4] == 'yes' else 0)
