X, y = [], []
ages = {}
with open("members.csv") as f:
    for row in csv.DictReader(f):
        ages[row["id"]] = (float(row["age"]) if row["age"].isdigit() else np.nan, row["town"].strip().lower())
for key, (age, town) in ages.items():
    X.append([len(key), -1.0 if np.isnan(age) else age])
    y.append(town == "rome")
