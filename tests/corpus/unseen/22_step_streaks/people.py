import csv

DEFAULT_GOAL = 8000


def read_people(path):
    people = {}
    with open(path, newline="") as fh:
        for rec in csv.DictReader(fh):
            people[rec["user"]] = {
                "age": int(rec["age"]) if rec["age"] else None,
                "goal": int(rec["goal"] or DEFAULT_GOAL),
                "female": 1 if rec["sex"] == "F" else 0,
            }
    return people
