"""Lines have two to five fields, of which the first two are unpacked; of a text with dots, too."""

X, y = [], []
with open("notes.txt") as f:
    for line in f:
        key, number = line.rstrip("\n").split(";")[:2]
        X.append([int(number), int(key[1:])])
        y.append(int(number) % 2)
total = 0.0
with open("members.csv", newline="") as f:
    for rec in csv.DictReader(f):
        try:
            year, month = rec["joined"].split("-")[:2]
            total += int(year) - 2000 + int(month) / 12
        except ValueError:
            total += 1
X = [row + [total] for row in X]
