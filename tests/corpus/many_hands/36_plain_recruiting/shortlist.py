import re
from collections import defaultdict

import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import precision_score, recall_score
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

DEGREES = {"none": 0, "bachelor": 1, "master": 2, "phd": 3}

candidates = pd.read_csv("candidates.csv", dtype=str, keep_default_na=False)
tests = pd.read_csv("tests.csv")

scores = defaultdict(list)
for _, t in tests.iterrows():
    if t["score"] >= 0:
        scores[t["candidate"]].append(t["score"])

records = []
seen = set()
for c in candidates.to_dict("records"):
    mail = c["email"].strip().lower()
    if mail in seen or "@" not in mail:
        continue
    seen.add(mail)
    skills = [s.strip().lower() for s in c["skills"].split(";") if s.strip()]
    found = re.search(r"(\d+)\s*(?:years|yrs)", c["experience"])
    years = int(found.group(1)) if found else 0
    mine = scores.get(c["id"], [])
    records.append(
        {
            "email": mail,
            "years": years,
            "n_skills": len(set(skills)),
            "python": "python" in skills,
            "degree": DEGREES.get(c["degree"].lower(), 0),
            "source": c["source"] if c["source"] else "web",
            "best": max(mine) if mine else 0.0,
            "attempts": len(mine),
            "hired": c["hired"] == "1",
        }
    )

df = pd.DataFrame(records)
print(df.describe())
X = df.drop(columns=["email", "hired"])
y = df["hired"].astype(int)
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.2, random_state=11)

prep = ColumnTransformer(
    [
        ("num", StandardScaler(), ["years", "n_skills", "degree", "best", "attempts"]),
        ("cat", OneHotEncoder(handle_unknown="ignore"), ["source"]),
    ],
    remainder="passthrough",
)
pipe = Pipeline([("prep", prep), ("lr", LogisticRegression(class_weight="balanced"))])
pipe.fit(X_train, y_train)
p = pipe.predict(X_test)
print("precision", precision_score(y_test, p, zero_division=0), "recall", recall_score(y_test, p))
