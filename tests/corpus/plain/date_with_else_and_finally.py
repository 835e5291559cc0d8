from datetime import datetime
X, y = [], []
with open('members.csv') as f:
    reader = csv.reader(f)
    next(reader)
    for r in reader:
        try:
            d = datetime.strptime(r[5], '%Y-%m-%d')
            year = d.year
        except Exception:
            year = 2000
        else:
            year = year - 1
        finally:
            pass
        X.append([year, len(r[2])])
        y.append(1 if r[4] == 'yes' else 0)
