X, y = [], []
with open('members.csv') as f:
    reader = csv.reader(f)
    header = next(reader)
    for r in reader:
        try:
            age = float(r[1])
            if age > 70:
                raise ValueError('too old')
            rate = 100 / (age - 40)
        except ValueError:
            rate = -1.0
        except ZeroDivisionError:
            rate = 0.0
        X.append([rate, float(r[3])])
        y.append(1 if r[4] == 'yes' else 0)
