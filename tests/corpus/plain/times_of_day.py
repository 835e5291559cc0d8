from datetime import datetime, timedelta
X, y = [], []
opening = datetime(2020, 1, 1, 8, 30)
with open("members.csv") as f:
    for row in csv.DictReader(f):
        try:
            moment = datetime.strptime(row["joined"] + " 17:15:30", "%Y-%m-%d %H:%M:%S")
        except ValueError:
            continue
        gap = moment - opening
        day = datetime.strptime(row["joined"], "%Y-%m-%d")
        X.append([
            moment.hour, moment.minute, gap.days, gap.seconds, gap.total_seconds() / 3600, int(gap > timedelta(days=400)),
            (moment - day).total_seconds(), (day - datetime(2019, 1, 1)).total_seconds(), day.toordinal(), moment.weekday(),
        ])
        y.append(row["active"] == "yes")
