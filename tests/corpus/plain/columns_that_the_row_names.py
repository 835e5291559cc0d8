"""An array is filled at columns that the row decides: the number of a kind behind other columns, a month, a place from the end."""

KINDS = ["swim", "run", "row"]
events = []
with open("events.csv", newline="") as f:
    events = list(csv.DictReader(f))
X = np.zeros((len(events), 2 + len(KINDS)))
M = np.zeros((len(events), 12), dtype=int)
y = np.zeros(len(events))
for i, e in enumerate(events):
    X[i, 0] = int(e["minutes"])
    if e["kind"] in KINDS[:2]:
        X[i, 2 + KINDS.index(e["kind"])] = 1
    month = int(e["month"][5:])
    M[i, month - 1] = int(e["minutes"])
    M[i, -1 - month % 2] = 3
    y[i] = int(e["minutes"]) > 40
X = np.hstack([X, M])
