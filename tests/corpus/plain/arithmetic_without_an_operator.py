import math
X, y = [], []
with open('members.csv') as f:
    reader = csv.reader(f)
    next(reader)
    for r in reader:
        fee = float(r[3])
        X.append([math.sqrt(fee), math.log(fee + 1), math.floor(fee), round(fee), max(len(r[0]), len(r[2])), fee ** 1.5, len(r[0]) * fee // 3, fee % 7])
        y.append(1 if r[4][:1] in 'yY' and r[4] else 0)
