import csv
import json
from collections import defaultdict
from datetime import datetime

loans = defaultdict(list)
with open("loans.csv") as f:
    for row in csv.DictReader(f):
        loans[row["card_no"]].append(row)

people = []
with open("readers.csv") as f:
    for row in csv.DictReader(f):
        mine = loans.get(row["card_no"], [])
        overdue = 0
        for loan in mine:
            if loan["returned"] == "":
                overdue += 1
                continue
            due = datetime.strptime(loan["due"], "%Y-%m-%d")
            back = datetime.strptime(loan["returned"], "%Y-%m-%d")
            if back > due:
                overdue += 1
        people.append(
            {
                "card_no": row["card_no"],
                "year": int(row["birth_year"]) if row["birth_year"].isdigit() else None,
                "branch": row["branch"].strip().title(),
                "loans": len(mine),
                "overdue": overdue,
                "renewed": row["renewed"] == "y",
            }
        )

with open("people.json", "w") as f:
    json.dump(people, f)
