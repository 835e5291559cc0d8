import random
members = []
for row in csv.DictReader(open("members.csv")):
    members.append((float(row["fee"]), row["town"], row["active"]))
random.seed(5)
random.shuffle(members)
pairs = [([fee, len(town)], town, active == "yes") for fee, town, active in members]
cut = int(len(pairs) * 0.7)
train, test = pairs[:cut], pairs[cut:]
towns = sorted(set(town for _, town, _ in train))
X = []
for values, town, _ in train:
    X.append(values + [1 if town == t else 0 for t in towns])
y = [label for _, _, label in train]
X_test = [values + [1 if town == t else 0 for t in towns] for values, town, _ in test]
