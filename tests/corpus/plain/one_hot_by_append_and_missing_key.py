KINDS = ['swim', 'run', 'row']
ZONE = {'Oslo': 1, 'Rome': 2}
X, y = [], []
with open('members.csv') as f:
    reader = csv.reader(f)
    header = next(reader)
    for r in reader:
        row = []
        for k in ['Oslo', 'Rome', 'Lima']:
            if r[2].strip() == k:
                row.append(1)
            else:
                row.append(0)
        try:
            zone = ZONE[r[2].strip()]
        except KeyError:
            zone = 9
        row.append(zone)
        X.append(row)
        y.append(1 if r[4] == 'yes' else 0)
