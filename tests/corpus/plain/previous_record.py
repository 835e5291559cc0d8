X, y = [], []
prev = None
with open('events.csv') as f:
    for row in csv.DictReader(f):
        if prev is not None and prev['kind'] == row['kind']:
            same = int(prev['minutes'])
        else:
            same = -1
        X.append([same, int(row['minutes'])])
        y.append(row['kind'] == 'run')
        prev = row
