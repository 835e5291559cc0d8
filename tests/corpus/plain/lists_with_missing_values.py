from collections import defaultdict
ages = defaultdict(list)
for row in csv.DictReader(open("members.csv")):
    age = int(row["age"]) if row["age"].strip().isdigit() else None
    ages[row["town"].strip().lower()].append((age, row["fee"]))
X, y = [], []
for row in csv.DictReader(open("members.csv")):
    same = ages[row["town"].strip().lower()]
    known = [age for age, _ in same if age is not None]
    X.append([len(same), sum(known) / len(known) if known else 0.0, max(float(fee) for _, fee in same)])
    y.append(row["active"] == "yes")
