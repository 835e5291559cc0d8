import re
X, y = [], []
with open('members.csv') as f:
    for row in csv.DictReader(f):
        town = re.sub(r'[^a-z]', '', row['town'].lower())
        digits = sum(c.isdigit() for c in row['age'])
        X.append([len(town), digits, ord(row['id'][0]) - 64, sum(1 for c in row['joined'] if c == '-')])
        y.append(1 if re.search('^y', row['active'], re.I) else 0)
