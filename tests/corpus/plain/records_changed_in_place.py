members = []
with open('members.csv') as f:
    for row in csv.DictReader(f):
        try:
            age = float(row['age'])
        except ValueError:
            age = None
        row['town'] = row['town'].strip().lower()
        row['n'] = len(row['id'])
        members.append({'age': age, 'town': row['town'], 'fee': float(row['fee']), 'y': row['active'] == 'yes', 'n': row['n']})
known = [m['age'] for m in members if m['age'] is not None]
mean_age = sum(known) / len(known)
for m in members:
    if m['age'] is None:
        m['age'] = mean_age
    m['key'] = '%s-%d' % (m['town'], m['n'])
for i, m in enumerate(members):
    m['place'] = i
    m['third'] = 1 if i % 3 == 0 else 0
X = [[m['age'], m['fee'], len(m['key']), m['place'], m['third']] for m in members]
y = [int(m['y']) for m in members]
