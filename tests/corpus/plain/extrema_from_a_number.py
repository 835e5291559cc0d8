longest = 0
lowest = 1e9
top = 10**6
with open('events.csv') as f:
    for row in csv.DictReader(f):
        m = int(row['minutes'])
        if row['kind'] == 'swim':
            longest = max(longest, m)
        if m < lowest:
            lowest = m
        top = max(m, top)
X, y = [], []
with open('members.csv') as f:
    for row in csv.DictReader(f):
        fee = float(row['fee'])
        X.append([fee / longest, fee - lowest, top / 10**6])
        y.append(int(row['active'] == 'yes'))
