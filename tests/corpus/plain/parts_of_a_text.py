import string
PUNCTUATION = str.maketrans("", "", string.punctuation)
SHORT = {"a", "bb"}


def named(text):
    out = {}
    for number, part in enumerate(text.split("-")):
        out["part%d" % number] = part
    return out


X, y = [], []
with open("members.csv") as f:
    for row in csv.DictReader(f):
        parts = named(row["joined"])
        letters = [c for c in row["town"].lower() if c not in " o"]
        words = row["town"].translate(PUNCTUATION).split()
        X.append([
            int(parts["part0"]) if "part1" in parts else 0, len(parts), len(letters), int("l" in letters), len(set(letters)),
            int(bool(words)), int(len(words) > 1),
        ])
        y.append(row["active"] == "yes")
