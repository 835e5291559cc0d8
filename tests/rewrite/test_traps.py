"""Scripts that invite a wrong plan. Each must be rewritten to the same or stopped with a reason; never to something else."""

from pathlib import Path

import pytest

from lester_gui.rewrite.lift.stop import Reason
from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

HEAD = """import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
"""
LEARN = """
X_train, X_test, y_train, y_test = train_test_split(X, y, test_size=0.25, random_state=0)
model = LogisticRegression(max_iter=2000)
model.fit(X_train, y_train)
"""
ROWS = """
rows = []
for line in open('mails.txt'):
    mid, email, sent, title, text = line.strip().split(',')
"""
USE_ROWS = """
X = np.array([[len(r[0]), len(r[1])] for r in rows])
y = np.array(['late' in r[1] for r in rows])
"""
FRAME = "\ndf = pd.read_csv('people.csv')\n"
USE_FRAME = "\nX = df[['income', 'a']]\ny = df['member']\n"

# name → (script between head and the fit, the reason it stops for; None: it must be rewritten to the same)
TRAPS: dict[str, tuple[str, Reason | None]] = {
    # 1 aliasing
    "changed-after-append": (
        ROWS + "    row = [title, text]\n    rows.append(row)\n    row[0] = text\n" + USE_ROWS,
        Reason.ALIAS,
    ),
    "grown-after-append": (ROWS + "    row = [title]\n    rows.append(row)\n    row.append(text)\n" + USE_ROWS, Reason.ALIAS),
    "grown-before-append": (ROWS + "    row = [title]\n    row.append(text)\n    rows.append(row)\n" + USE_ROWS, None),
    "two-names-for-one-list": (ROWS + "    pass\nother = rows\nfor line in open('mails.txt'):\n    m, e, s, title, text = line.strip().split(',')\n    other.append((title, text))\n" + USE_ROWS, None),
    "two-names-for-one-frame": (FRAME + "twin = df\ntwin['a'] = df['income'] * 2\ndf['a'] = df['a'] + 1\n" + USE_FRAME, None),
    "copy-is-another-frame": (FRAME + "df['a'] = 1.0\ntwin = df.copy()\ntwin['a'] = 5.0\ndf['income'] = df['income'] + twin['a']\n" + USE_FRAME, None),
    "mutable-default": (
        "\ndef keep(value, kept=[]):\n    kept.append(value)\n    return len(kept)\n" + ROWS
        + "    rows.append((title, text, keep(title)))\n" + USE_ROWS,
        Reason.ALIAS,
    ),
    "helper-assigns-global": (
        "\ncount = 0\ndef step(t):\n    global count\n    count += 1\n    return count\n" + ROWS
        + "    rows.append((title, text * 1 if False else text, step(title)))\n"
        + "X = np.array([[len(r[0]), r[2]] for r in rows])\ny = np.array(['late' in r[1] for r in rows])\n",
        Reason.EFFECT,
    ),
    "helper-appends-to-global-list": (
        "\nrows = []\ndef note(title, text):\n    if 'card' in text:\n        rows.append((title, text))\n"
        + "for line in open('mails.txt'):\n    m, e, s, title, text = line.strip().split(',')\n    note(title, text)\n" + USE_ROWS,
        None,
    ),
    "late-binding": (
        "\nlimit = 5\ndef short(t):\n    return len(t) < limit\n" + ROWS + "    if short(title):\n        continue\n"
        + "    rows.append((title, text))\nlimit = 50\n" + USE_ROWS,
        None,
    ),
    "enclosing-scope": (
        "\nlimit = 50\ndef build():\n    limit = 9\n    def short(t):\n        return len(t) < limit\n    out = []\n"
        + "    for line in open('mails.txt'):\n        m, e, s, title, text = line.strip().split(',')\n        if short(title):\n"
        + "            continue\n        out.append((title, text))\n    return out\nrows = build()\n" + USE_ROWS,
        None,
    ),
    "default-is-evaluated-once": (
        "\nlimit = 9\ndef short(t, most=limit):\n    return len(t) < most\nlimit = 50\n" + ROWS
        + "    if short(title):\n        continue\n    rows.append((title, text))\n" + USE_ROWS,
        None,
    ),
    "bound-method-as-a-name": (ROWS.replace("rows = []", "rows = []\nkeep = rows.append") + "    keep((title, text))\n" + USE_ROWS, Reason.LEVEL),
    "carried-constant-is-changed": (
        "\nGOOD = {'thanks'}\ndef mood(text):\n    n = 0\n    for w in text.split():\n        if w in GOOD:\n            n += 1\n    return n\n"
        + "GOOD.add('late')\n" + ROWS + "    rows.append((title, text, mood(text)))\n"
        + "X = np.array([[len(r[0]), r[2]] for r in rows])\ny = np.array(['card' in r[1] for r in rows])\n",
        Reason.ALIAS,
    ),
    "carried-function-remembers": (
        "\nseen = []\ndef index_of(text):\n    if text not in seen:\n        seen.append(text)\n    return seen.index(text)\n"
        + ROWS + "    rows.append((title, text, index_of(title)))\n"
        + "X = np.array([[len(r[0]), r[2]] for r in rows])\ny = np.array(['card' in r[1] for r in rows])\n",
        Reason.EFFECT,
    ),
    # 2 key equality
    "two-keys-in-one-iteration": (
        "\nd = {}\nfor line in open('customers.txt'):\n    c, e, country, level = line.strip().split(',')\n"
        + "    d[e] = level\n    d[c] = country\n" + ROWS + "    if email in d:\n        rows.append((title, text + d[email]))\n" + USE_ROWS,
        Reason.LEVEL,
    ),
    "first-wins": (
        "\nd = {}\nfor line in open('customers.txt'):\n    c, e, country, level = line.strip().split(',')\n"
        + "    if e not in d:\n        d[e] = level + country\n" + ROWS + "    if email in d:\n        rows.append((d[email], text))\n" + USE_ROWS,
        None,
    ),
    "last-wins-within-the-filter": (
        "\nd = {}\nfor line in open('customers.txt'):\n    c, e, country, level = line.strip().split(',')\n"
        + "    if country == 'DE':\n        d[e] = c\n" + ROWS + "    if email in d:\n        rows.append((d[email] + title, text))\n" + USE_ROWS,
        None,
    ),
    # 3 levels
    "nested-loop-state": (
        "\ntotal = 0\n" + ROWS + "    for word in text.split():\n        total += len(word)\n    rows.append((title, text, total))\n"
        + "X = np.array([[len(r[0]), r[2]] for r in rows])\ny = np.array(['late' in r[1] for r in rows])\n",
        Reason.NO_RULE,
    ),
    # 4 deletion
    "deletion-from-dict": (
        "\nd = {}\nfor line in open('customers.txt'):\n    c, e, country, level = line.strip().split(',')\n    d[e] = level\n"
        + "    if country == 'NL':\n        d.pop(e)\n" + ROWS + "    if email in d:\n        rows.append((d[email], text))\n" + USE_ROWS,
        Reason.NO_RULE,
    ),
    "deletion-between-loops": (
        "\nd = {}\nfor line in open('customers.txt'):\n    c, e, country, level = line.strip().split(',')\n    d[e] = level\n"
        + "del d['m1@x.example']\n" + ROWS + "    if email in d:\n        rows.append((d[email], text))\n" + USE_ROWS,
        Reason.EFFECT,
    ),
    "list-changed-while-iterated": (
        ROWS + "    rows.append((title, text))\nfor r in rows:\n    if 'card' in r[0]:\n        rows.remove(r)\n" + USE_ROWS,
        Reason.NO_RULE,
    ),
    # 5 poisoning
    "stopped-callee-changes-a-list": (
        "\ndef spoil(rs):\n    rs.reverse()\n    while len(rs) > 40:\n        rs.pop()\n" + ROWS + "    rows.append((title, text))\nspoil(rows)\n" + USE_ROWS,
        Reason.EFFECT,
    ),
    "stopped-loop-fills-a-list": (
        ROWS + "    rows.append((title, text))\ni = 0\nwhile i < 3:\n    rows.append(rows[i])\n    i += 1\n" + USE_ROWS,
        Reason.RECURRENCE,
    ),
    # 6 exceptions and missing values
    "cast-behind-a-condition": (
        "\nrows = []\nfor line in open('people.csv'):\n    i, name, age, city, income, member, signup = line.strip().split(',')\n"
        + "    if age == '' or age == 'age':\n        continue\n    rows.append((int(age), float(income), member))\n"
        + "X = np.array([[r[0], r[1]] for r in rows])\ny = np.array([r[2] == 'True' for r in rows])\n",
        None,
    ),
    "cast-in-a-conditional-expression": (
        "\nrows = []\nf = open('people.csv')\nnext(f)\nfor line in f:\n    i, name, age, city, income, member, signup = line.strip().split(',')\n"
        + "    rows.append((int(age) if age != '' else -1, float(income), member))\n"
        + "X = np.array([[r[0], r[1]] for r in rows])\ny = np.array([r[2] == 'True' for r in rows])\n",
        None,
    ),
    "cast-behind-or": (
        "\nrows = []\nf = open('people.csv')\nnext(f)\nfor line in f:\n    i, name, age, city, income, member, signup = line.strip().split(',')\n"
        + "    if age == '' or int(age) > 60:\n        continue\n    rows.append((len(city), float(income), member))\n"
        + "X = np.array([[r[0], r[1]] for r in rows])\ny = np.array([r[2] == 'True' for r in rows])\n",
        None,
    ),
    "error-decides": (
        "\nrows = []\nfor line in open('people.csv'):\n    i, name, age, city, income, member, signup = line.strip().split(',')\n"
        + "    try:\n        rows.append((int(age), float(income), member))\n    except ValueError:\n        continue\n"
        + "X = np.array([[r[0], r[1]] for r in rows])\ny = np.array([r[2] == 'True' for r in rows])\n",
        Reason.SYNTAX,
    ),
    "missing-is-not-equal": (FRAME + "df['a'] = 1.0\ndf = df[df['age'] != 40]\n" + USE_FRAME, None),
    "missing-and-not": (FRAME + "df['a'] = 1.0\ndf = df[~(df['age'] > 40) | (df['city'] == 'Rome')]\n" + USE_FRAME, None),
    "missing-keys-match": (
        FRAME + "other = df[['city', 'income']].rename(columns={'income': 'a'}).drop_duplicates('city')\ndf = df.merge(other, on='city')\n"
        + USE_FRAME,
        None,
    ),
    "groups-without-key": (
        FRAME + "df['a'] = df.groupby('city')['income'].transform('mean')\ndf['a'] = df['a'].fillna(-1)\n" + USE_FRAME,
        None,
    ),
    "map-misses": (FRAME + "df['a'] = df['city'].map({'Oslo': 1.0, 'Rome': 2.0})\ndf['a'] = df['a'].fillna(9)\n" + USE_FRAME, None),
    # 7 order
    "column-order-of-a-set": (
        ROWS + "    rows.append((sent[0:4], text))\nyears = list(set(r[0] for r in rows))\nindex = {v: i for i, v in enumerate(years)}\n"
        + "X = np.zeros((len(rows), len(index)))\nfor i, r in enumerate(rows):\n    X[i, index[r[0]]] = 1\n"
        + "y = np.array(['late' in r[1] for r in rows])\n",
        Reason.SHAPE,
    ),
    "descending-stable-sort": (
        ROWS + "    rows.append((title, text))\nrows = sorted(rows, key=lambda r: len(r[0]), reverse=True)[:50]\n" + USE_ROWS,
        None,
    ),
    "dict-order-after-overwriting": (
        "\nd = {}\nfor line in open('mails.txt'):\n    m, e, s, title, text = line.strip().split(',')\n    d[e] = (title, text)\n"
        + "rows = list(d.values())\n" + USE_ROWS,
        None,
    ),
    # 8 effects
    "random-value-per-row": ("\nimport random\n" + ROWS + "    rows.append((title + str(random.random()), text))\n" + USE_ROWS, Reason.SHAPE),
    "append-mode": (
        "\nout = open('seen.tsv', 'a')\nfor line in open('mails.txt'):\n    m, e, s, title, text = line.strip().split(',')\n"
        + "    out.write(title + '\\t' + text + '\\n')\nout.close()\nrows = [tuple(l.rstrip('\\n').split('\\t')) for l in open('seen.tsv')]\n" + USE_ROWS,
        Reason.EFFECT,
    ),
    # 9, 10 and the rest of the table of folds
    "previous-row": (
        "\nbefore = ''\n" + ROWS + "    rows.append((title + before, text))\n    before = title\n" + USE_ROWS,
        Reason.RECURRENCE,
    ),
    "running-count": (
        "\nn = 0\n" + ROWS + "    n += 1\n    rows.append((title, text, n))\n"
        + "X = np.array([[len(r[0]), r[2]] for r in rows])\ny = np.array(['late' in r[1] for r in rows])\n",
        Reason.RECURRENCE,
    ),
    "total-after-the-loop": (
        "\nn = 0\nlongest = None\n" + ROWS + "    if 'card' in text:\n        n += len(text)\n    rows.append((title, text))\n"
        + "X = np.array([[len(r[0]), n] for r in rows])\ny = np.array(['late' in r[1] for r in rows])\n",
        None,
    ),
    "value-without-else": (
        ROWS + "    if 'card' in text:\n        kind = 'card'\n    rows.append((title + kind if len(rows) > 1000 else title, text))\n" + USE_ROWS,
        Reason.SHAPE,
    ),
    "break": (ROWS + "    if title.startswith('late'):\n        break\n    rows.append((title, text))\n" + USE_ROWS, Reason.NO_RULE),
    "lists-of-different-lengths": (
        "\na, b = [], []\nfor line in open('mails.txt'):\n    m, e, s, title, text = line.strip().split(',')\n    if 'card' in text:\n"
        + "        a.append(title)\n    if 'late' in text:\n        b.append(text)\nrows = list(zip(a, b))\n" + USE_ROWS,
        Reason.SHAPE,
    ),
    "two-appends-in-one-iteration": (
        ROWS + "    rows.append((title, text))\n    if 'card' in text:\n        rows.append((text, title))\n" + USE_ROWS,
        Reason.SHAPE,
    ),
    "either-append": (
        ROWS + "    if 'card' in text:\n        rows.append((title, text))\n    else:\n        rows.append((text, title))\n" + USE_ROWS,
        None,
    ),
    "seen-under-another-condition": (
        "\nseen = set()\n" + ROWS + "    if email in seen:\n        continue\n    if 'card' in text:\n        continue\n    seen.add(email)\n"
        + "    rows.append((title, text))\n" + USE_ROWS,
        Reason.RECURRENCE,
    ),
    "seen-and-added-at-once": (
        "\nseen = set()\n" + ROWS + "    if 'card' in text:\n        continue\n    if email in seen:\n        continue\n    seen.add(email)\n"
        + "    rows.append((title, text))\n" + USE_ROWS,
        None,
    ),
    "shadowed-builtin": ("\ndef len(x):\n    return 3\n" + ROWS + "    rows.append((title, text))\n" + USE_ROWS, None),
    "class-with-state": (
        "\nclass Counter:\n    def __init__(self):\n        self.n = 0\n    def next(self):\n        self.n += 1\n        return self.n\n"
        + "counter = Counter()\n" + ROWS + "    rows.append((title * counter.next(), text))\n" + USE_ROWS,
        Reason.SYNTAX,
    ),
    "line-numbers-of-kept-lines": (
        "\nn = 0\nfor line in open('mails.txt'):\n    n += 1\ny = np.zeros(n)\n" + ROWS + "    rows.append((title, text))\n"
        + "y = np.zeros(len(rows))\nfor i, line in enumerate(open('mails.txt')):\n    if line.startswith('n1'):\n        continue\n"
        + "    m, e, s, t, x = line.strip().split(',')\n    if 'late' in x:\n        y[i] = 1\n"
        + "X = np.array([[len(r[0]), len(r[1])] for r in rows])\n",
        Reason.SHAPE,
    ),
    "header-by-number": (
        "\nrows = []\nfor i, line in enumerate(open('people.csv')):\n    if i == 0:\n        continue\n"
        + "    k, name, age, city, income, member, signup = line.strip().split(',')\n    rows.append((city, name, float(income), member))\n"
        + "X = np.array([[len(r[0]), r[2]] for r in rows])\ny = np.array([r[3] == 'True' for r in rows])\n",
        None,
    ),
    # pandas
    "chained-assignment": (FRAME + "df['a'] = 1.0\ndf[df['income'] > 50]['a'] = 2.0\n" + USE_FRAME, None),
    "inplace-on-a-column": (FRAME + "df['a'] = df['age'].fillna(0)\ndf['age'].fillna(7, inplace=True)\n" + USE_FRAME, None),
    "index-alignment": (FRAME + "kept = df[df['income'] > 50]['income']\ndf['a'] = kept\ndf['a'] = df['a'].fillna(0)\n" + USE_FRAME, Reason.SHAPE),
    "column-changed-after-use": (
        FRAME + "s = df['income']\ndf['income'] = df['income'] * 0\ndf['a'] = s + 1\n" + USE_FRAME,
        None,
    ),
    "column-dropped-after-use": (
        FRAME + "y0 = df['member']\ndf = df.drop(columns=['member'])\ndf['a'] = 1.0\nX = df[['income', 'a']]\ny = y0\n",
        None,
    ),
    "filter-after-label": (
        FRAME + "df['a'] = 1.0\ny = df['member']\ndf = df[df['income'] > 30]\nX = df[['income', 'a']]\ny = df['member']\n",
        None,
    ),
    "x-and-y-of-different-rows": (
        FRAME + "df['a'] = 1.0\ny = df['member'][:40]\nX = df[df['income'] > 0][['income', 'a']][:40]\n",
        Reason.SHAPE,
    ),
    "unstable-default-sort": (FRAME + "df['a'] = 1.0\ndf = df.sort_values('id')\n" + USE_FRAME, None),
    "ddof-of-pandas": (FRAME + "df['a'] = (df['income'] - df['income'].mean()) / df['income'].std()\n" + USE_FRAME, None),
    "ddof-of-numpy": (FRAME + "v = df['income'].values\ndf['a'] = (v - np.mean(v)) / np.std(v)\n" + USE_FRAME, None),
    "outer-merge-order": (
        FRAME + "v = pd.read_csv('visits.csv')\ndf = df.merge(v, left_on='id', right_on='person_id', how='outer')\n"
        + "df['a'] = df['cost'].fillna(0)\nX = df[['income', 'a']].fillna(0)\ny = df['a'] > 12\n",
        None,
    ),
    "sample": (FRAME + "df['a'] = 1.0\ndf = df.sample(frac=0.5, random_state=1)\n" + USE_FRAME, Reason.NO_RULE),
    "eval": (FRAME + "df['a'] = 1.0\nexec('df = df[df.income > 50]')\n" + USE_FRAME, Reason.NO_RULE),
    "python-floor-and-modulo": (
        ROWS + "    rows.append((len(title) // 3, -len(text) // 4, -len(text) % 7, text))\n"
        + "X = np.array([[r[0], r[1], r[2]] for r in rows])\ny = np.array(['late' in r[3] for r in rows])\n",
        None,
    ),
}  # fmt: skip


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    corpus_data.write(tmp_path)
    return tmp_path


@pytest.mark.parametrize("name", TRAPS)
def test_trap_is_the_same_or_stops_with_its_reason(folder: Path, name: str) -> None:
    body, reason = TRAPS[name]
    (folder / "script.py").write_text(HEAD + body + LEARN, encoding="utf-8")
    found = rewritten(folder)
    reasons = {s.reason for s in found.stops}
    assert Reason.INTERNAL not in reasons, found.stops
    if reason is None:
        assert found.plan is not None and not found.stops, found.stops
        assert_same(folder, found.plan)
        return
    assert reason in reasons, found.stops
    assert all(s.line > 0 and s.why for s in found.stops if s.variable or s.covered)
    if found.plan is not None:  # covered by an opaque step
        assert found.plan.opaque_steps
        assert_same(folder, found.plan)


def test_separate_splits_of_x_and_y_stop(folder: Path) -> None:
    (folder / "script.py").write_text(
        HEAD + FRAME + "X_train, X_test = train_test_split(df[['income']], random_state=1)\n"
        "y_train, y_test = train_test_split(df['member'], random_state=2)\nmodel = LogisticRegression()\nmodel.fit(X_train, y_train)\n",
        encoding="utf-8",
    )
    found = rewritten(folder)
    assert found.plan is None
    assert found.stops[-1].reason is Reason.SHAPE


def test_other_features_for_the_test_rows_stop(folder: Path) -> None:
    (folder / "script.py").write_text(
        HEAD + FRAME + "from sklearn.preprocessing import StandardScaler\nX = df[['income']]\ny = df['member']\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)\nscaler = StandardScaler().fit(X_train)\n"
        "model = LogisticRegression()\nmodel.fit(scaler.transform(X_train), y_train)\nprint(model.score(X_test, y_test))\n",
        encoding="utf-8",
    )
    assert rewritten(folder).plan is None


def test_two_functions_of_one_name_stay_two(folder: Path) -> None:
    for name, sign in (("first.py", "+"), ("second.py", "-")):
        (folder / name).write_text(
            f"def mark(text):\n    n = 0\n    for w in text.split():\n        n = n {sign} len(w)\n    return n\n", encoding="utf-8"
        )
    (folder / "script.py").write_text(
        HEAD + "import first\nimport second\n" + ROWS + "    rows.append((first.mark(text), second.mark(title), text))\n"
        "X = np.array([[r[0], r[1]] for r in rows])\ny = np.array(['late' in r[2] for r in rows])\n" + LEARN,
        encoding="utf-8",
    )
    found = rewritten(folder)
    assert found.plan is not None and len(found.plan.functions) == 2
    assert_same(folder, found.plan)


def test_encoder_fitted_on_the_test_rows_stops(folder: Path) -> None:
    (folder / "script.py").write_text(
        HEAD + FRAME + "from sklearn.preprocessing import StandardScaler\nX = df[['income']]\ny = df['member']\n"
        "X_train, X_test, y_train, y_test = train_test_split(X, y, random_state=1)\nscaler = StandardScaler().fit(X_test)\n"
        "model = LogisticRegression()\nmodel.fit(scaler.transform(X_train), y_train)\n",
        encoding="utf-8",
    )
    assert rewritten(folder).plan is None
