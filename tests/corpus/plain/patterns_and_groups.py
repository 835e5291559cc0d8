import re
AGE = re.compile(r"""^\s*          # blanks
    (?P<sign>[+-])? (?P<age>\d+)   # a number
""", re.VERBOSE)
TOWN = re.compile("(oslo)|rome", re.I)
X, y = [], []
with open("members.csv") as f:
    for row in csv.DictReader(f):
        found = AGE.match(row["age"])
        if not found:
            continue
        date = re.fullmatch(r"(\d{4})-(\d\d)-\d\d", row["joined"])
        year, month = (int(date.group(1)), int(date.group(2))) if date else (0, 0)
        town = TOWN.search(row["town"])
        X.append([
            int(found.group("age")), int(found["sign"] is not None), year, month, int(town is None),
            len(town.group(1) or "") if town else 9, len(re.findall(r"\d", row["fee"])),
            float(re.sub(r"[^0-9.]", "", row["fee"])), int(bool(re.match("a|ye", row["active"]))),
        ])
        y.append(row["active"] == "yes")
