X, y = [], []
with open("members.csv") as f:
    for row in csv.DictReader(f):
        age = float(row["age"]) if row["age"].isdigit() else np.nan
        ratio = age / float(row["fee"])
        share = float(row["fee"]) / age
        X.append([-1.0 if np.isnan(ratio) else ratio, 0.0 if np.isnan(share) else share])
        y.append(row["active"] == "yes")
