X, y = [], []
short = 0
for line in open("notes.txt"):
    fields = line.strip().split(";")
    if len(fields) < 4:
        short += 1
        continue
    note = fields[4] if len(fields) > 4 else "none"
    X.append([int(fields[1]), len(fields), len(fields[-1])])
    y.append(note == "a" or fields[3] == "a")
print(short)
