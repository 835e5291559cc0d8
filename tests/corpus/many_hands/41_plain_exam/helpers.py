import csv

POINTS = {"A": 4.0, "B": 3.0, "C": 2.0, "D": 1.0, "F": 0.0}


def rows(path, delimiter=","):
    with open(path, newline="") as f:
        return [dict(r) for r in csv.DictReader(f, delimiter=delimiter)]


def gpa(grades):
    points = [POINTS[g] for g in grades if g in POINTS]
    if not points:
        return 0.0, 0
    return sum(points) / len(points), len(points)
