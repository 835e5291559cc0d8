"""Values are numbered by percentiles of an array, which the data decide; percentiles of one array ascend."""

fees, ages, y = [], [], []
with open("members.csv", newline="") as f:
    for rec in csv.DictReader(f):
        fees.append(float(rec["fee"]))
        ages.append(len(rec["town"]))
        y.append(rec["active"] == "yes")
fees = np.array(fees)
ages = np.array(ages)
limits = np.percentile(fees, [25, 50, 75])
X = np.column_stack([np.digitize(fees, limits), np.searchsorted(limits, fees), np.searchsorted(limits, fees, side="right"),
                     np.digitize(ages, np.percentile(ages, [50, 90]), right=True)])
