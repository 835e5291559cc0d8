# predicts which bookings are cancelled
import csv
from collections import defaultdict
from datetime import datetime

import numpy as np
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score, recall_score

ROOMS = {'S': 1, 'D': 2, 'F': 4}


def parse(row):
    try:
        nights = int(row['nights'])
    except ValueError:
        return None
    booked = datetime.strptime(row['booked'], '%Y-%m-%d')
    arrival = datetime.strptime(row['arrival'], '%Y-%m-%d')
    lead = (arrival - booked).days
    if lead < 0 or nights <= 0:
        return None
    return row['guest'], lead, nights, arrival, row['room'], row['status'] == 'cancelled'


bookings = []
dropped = 0
with open('bookings.csv') as f:
    for row in csv.DictReader(f):
        rec = parse(row)
        if rec is None:
            dropped += 1
            continue
        bookings.append(rec)
print(len(bookings), 'bookings,', dropped, 'dropped')
bookings.sort(key=lambda r: r[3])

country = {}
with open('guests.csv') as f:
    for row in csv.DictReader(f):
        country[row['guest']] = row['country'] or 'XX'

previous = defaultdict(int)
previous_cancelled = defaultdict(int)
X, y = [], []
for guest, lead, nights, arrival, room, cancelled in bookings:
    before = previous[guest]
    share = previous_cancelled[guest] / before if before else 0.0
    X.append([lead, nights, arrival.month, arrival.weekday() >= 4, ROOMS.get(room, 1), before, share,
              country.get(guest, 'XX') == 'DE'])
    y.append(int(cancelled))
    previous[guest] += 1
    if cancelled:
        previous_cancelled[guest] += 1

X = np.array(X, dtype=float)
y = np.array(y)
n = int(len(X) * 0.7)
model = RandomForestClassifier(n_estimators=50, random_state=0)
model.fit(X[:n], y[:n])
pred = model.predict(X[n:])
print(accuracy_score(y[n:], pred), recall_score(y[n:], pred))
with open('predictions.txt', 'w') as out:
    for (guest, *_), p in zip(bookings[n:], pred):
        out.write(f'{guest}\t{p}\n')
