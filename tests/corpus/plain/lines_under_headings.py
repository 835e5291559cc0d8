"""Lines of two fields or more under headings; a heading counts for the lines below it."""

X, y = [], []
heading, count = "none", 0
for line in open("notes.txt"):
    line = line.rstrip()
    if line.startswith("k") and line.endswith("a"):
        heading = line[3:-1]
        count += 1
        continue
    if line.count(";") != 2:
        continue
    key, number, word = line.split(";")
    X.append([int(number), len(heading), count, len(word)])
    y.append(key[-1] in "135")
