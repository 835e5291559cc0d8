#!/usr/bin/env python
"""Train the no-show model from the appointment export.

usage: 02_clinic_noshow.py [--appointments FILE] [--clinics FILE] [--cutoff YYYY-MM-DD]
"""
import argparse
import json
from datetime import datetime

import numpy as np
from sklearn.ensemble import GradientBoostingClassifier
from sklearn.metrics import average_precision_score, roc_auc_score

from appointments import read_appointments

DEPARTMENTS = {"medicine": 0, "surgery": 1, "therapy": 2}
DEFAULT_DISTANCE_KM = 5.0


class PatientHistory:
    """What we knew about a patient before the current appointment."""

    def __init__(self):
        self.visits = 0
        self.no_shows = 0
        self.last_start = None

    def features(self, start):
        rate = self.no_shows / self.visits if self.visits else -1.0
        gap = (start - self.last_start).days if self.last_start else 999
        return [self.visits, self.no_shows, rate, gap]

    def update(self, appt):
        self.visits += 1
        self.no_shows += appt.no_show
        self.last_start = appt.start


def load_clinics(path):
    with open(path, encoding="utf-8") as fh:
        doc = json.load(fh)
    clinics = {}
    for code, c in doc["clinics"].items():
        distance = c["site"]["distance_km"]
        clinics[code] = {
            "distance": DEFAULT_DISTANCE_KM if distance is None else distance,
            "parking": int(c["site"]["parking"]),
            "department": c["department"],
        }
    return clinics


def build_dataset(appointments, clinics):
    history = {}
    rows, labels, starts = [], [], []
    for appt in sorted(appointments, key=lambda a: (a.start, a.id)):
        if appt.status == "cancelled":
            continue
        clinic = clinics.get(appt.clinic)
        if clinic is None:
            continue  # retired clinic code
        state = history.setdefault(appt.patient_number, PatientHistory())
        dept = [0, 0, 0]
        dept[DEPARTMENTS[clinic["department"]]] = 1
        age = appt.start.year - appt.birth_year if appt.birth_year else -1
        rows.append(
            [
                age,
                int(appt.has_phone),
                appt.lead_days if appt.lead_days is not None else 0,
                appt.start.hour,
                appt.start.weekday(),
                appt.reminders_delivered,
                appt.reminders_sent - appt.reminders_delivered,
                clinic["distance"],
                clinic["parking"],
            ]
            + dept
            + state.features(appt.start)
        )
        labels.append(appt.no_show)
        starts.append(appt.start)
        state.update(appt)
    return np.array(rows, dtype=float), np.array(labels), starts


def main(argv=None):
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--appointments", default="data/appointments.jsonl")
    parser.add_argument("--clinics", default="data/clinics.json")
    parser.add_argument("--cutoff", default="2023-08-01")
    args = parser.parse_args(argv)

    clinics = load_clinics(args.clinics)
    X, y, starts = build_dataset(read_appointments(args.appointments), clinics)
    cutoff = datetime.fromisoformat(args.cutoff)
    is_train = np.array([s < cutoff for s in starts])

    model = GradientBoostingClassifier(n_estimators=60, max_depth=2, random_state=7)
    model.fit(X[is_train], y[is_train])
    scores = model.predict_proba(X[~is_train])[:, 1]
    print(f"train={is_train.sum()} test={(~is_train).sum()} base rate={y.mean():.3f}")
    print(f"roc auc={roc_auc_score(y[~is_train], scores):.3f}")
    print(f"avg precision={average_precision_score(y[~is_train], scores):.3f}")


if __name__ == "__main__":
    main()
