X, y = [], []
with open('members.csv') as f:
    for row in csv.DictReader(f):
        try:
            age = float(row['age'])
        except ValueError:
            age = 30.0
        X.append([age, float(row['fee'])])
        y.append(row['active'].lower() == 'yes')
