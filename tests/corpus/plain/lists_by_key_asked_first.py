X, y = [], []
minutes, kinds, months, days = {}, {}, {}, {}
for row in csv.DictReader(open("events.csv")):
    key = row["id"]
    if key not in minutes:
        minutes[key] = []
        kinds[key] = []
    if int(row["minutes"]) > 40:
        minutes[key].append(int(row["minutes"]))
    kinds[key].append(row["kind"])
    if key in months:
        months[key].append(row["month"])
    else:
        months[key] = [row["month"]]
    try:
        days[key].append(int(row["minutes"]))
    except KeyError:
        days[key] = [int(row["minutes"])]
for row in csv.DictReader(open("members.csv")):
    key = row["id"]
    if key not in minutes:
        continue
    long = minutes[key]
    X.append([len(long), sum(long) / len(long) if long else 0.0, len(kinds[key]), len(max(months[key])), max(days[key])])
    y.append(row["active"] == "yes")
