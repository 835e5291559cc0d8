X, y = [], []
bad = 0
with open('members.csv') as f:
    for row in csv.DictReader(f):
        try:
            age = int(row['age'])
            fee = float(row['fee'])
        except (ValueError, TypeError):
            bad += 1
            continue
        X.append([age, fee])
        y.append(row['active'].lower() == 'yes')
print(bad)
