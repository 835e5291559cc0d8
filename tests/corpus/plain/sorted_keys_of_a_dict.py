people = {}
with open('members.csv') as f:
    for row in csv.DictReader(f):
        people[row['id']] = (float(row['fee']), row['active'])
ids = sorted(people)
X, y = [], []
for p in ids:
    fee, active = people[p]
    X.append([fee, len(p)])
    y.append(int(active == 'yes'))
