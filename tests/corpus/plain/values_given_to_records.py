"""A dict is read in the arguments of a named tuple and of a dataclass: what is taken out of it are values, so it stays as it is."""

from collections import namedtuple
from dataclasses import dataclass

Event = namedtuple("Event", "who minutes fee")


@dataclass
class Member:
    key: str
    events: int


fees, count = {}, {}
with open("members.csv", newline="") as f:
    for rec in csv.DictReader(f):
        fees[rec["id"]] = float(rec["fee"])
events = []
with open("events.csv", newline="") as f:
    for rec in csv.DictReader(f):
        events.append(Event(rec["id"], int(rec["minutes"]), fees.get(rec["id"], 0.0)))
for e in events:
    count[e.who] = count.get(e.who, 0) + 1
members = [Member(key, count.get(key, 0)) for key in fees]
X = [[e.minutes, e.fee, count[e.who]] for e in events]
y = [int(e.fee > 20) for e in events]
print(len(members))
