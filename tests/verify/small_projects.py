"""Two small projects with their right plans: frames with joins and a group mean, and line loops with a stale label."""

import random
from dataclasses import dataclass
from pathlib import Path

from lester_gui.discovery.scripts import load_script
from lester_gui.ir.expressions import col, lit, op
from lester_gui.ir.learning import Block, Encode, Label, Model, Split, Transformer
from lester_gui.ir.nodes import (
    Aggregate,
    Broadcast,
    Distinct,
    Filter,
    Join,
    JoinKind,
    Keep,
    Measure,
    Project,
    Read,
    Reader,
)
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Type
from lester_gui.verify.capture import Original

SHOP = """import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

customers = pd.read_csv('data/customers.csv')
orders = pd.read_csv('data/orders.csv')
customers = customers.drop_duplicates(subset=['customer'], keep='last')
orders = orders[orders['amount'] >= 20]
data = orders.merge(customers, on=['customer'])
means = data.groupby('country').agg(mean_amount=('amount', 'mean'))
data = data.merge(means, on=['country'])
data['label'] = data['amount'] > data['mean_amount']
train, test = train_test_split(data, test_size=0.25, random_state=5)
model = Pipeline([
    ('features', ColumnTransformer([
        ('numbers', StandardScaler(), ['amount', 'age']),
        ('categories', OneHotEncoder(handle_unknown='ignore'), ['country']),
    ])),
    ('learner', LogisticRegression(C=0.5)),
])
model.fit(train, train['label'])
print(model.score(test, test['label']))
"""

LETTERS = """import numpy as np
from sklearn.linear_model import LogisticRegression

people = {}
for line in open('people.txt'):
    name, land, level = line.strip().split(',')
    if land == 'XX':
        continue
    people[name] = (land, level == 'gold')

rows = []
for line in open('letters.txt'):
    name, day, text = line.strip().split(',')
    if day < '2023-01-01':
        continue
    if name not in people:
        continue
    land, gold = people[name]
    rows.append((name, text, land, gold, day))

late = []
for row in rows:
    late.append(1 if len(row[1]) > 20 or day >= '2024-06-01' else 0)

size = np.array([len(r[1]) for r in rows], dtype=float)
size = (size - size.mean()) / size.std()
lands = np.array([[float(r[2] == k) for k in ('AA', 'BB')] for r in rows])
X = np.hstack([size.reshape(-1, 1), lands])
y = np.array(late)
is_test = np.array([r[4] >= '2024-01-01' for r in rows])
model = LogisticRegression()
model.fit(X[~is_test], y[~is_test])
print(model.predict(X[is_test]).mean())
"""


@dataclass(frozen=True)
class Sample:
    """A project on disk, its script as verification wants it, and the right plan."""

    original: Original
    plan: Plan


def _write(folder: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def shop_files(customers: int = 120, orders: int = 400) -> dict[str, str]:
    """Return the files of the shop."""
    rng = random.Random(3)
    people = [(f"c{i:03d}", rng.choice(["DE", "FR", "UK"]), rng.randint(18, 80)) for i in range(customers)]
    people += [(c, rng.choice(["DE", "FR", "UK"]), a) for c, _, a in rng.sample(people, 8)]  # registered again
    bought = [(f"c{rng.randrange(customers + 20):03d}", rng.choice([20, 5, 19, 21, 40, 80, 100])) for _ in range(orders)]
    return {
        "shop.py": SHOP,
        "data/customers.csv": "customer,country,age\n" + "".join(f"{c},{n},{a}\n" for c, n, a in people),
        "data/orders.csv": "customer,amount\n" + "".join(f"{c},{a}\n" for c, a in bought),
    }


def shop(folder: Path) -> Sample:
    """Write the shop and return it with its plan."""
    _write(folder, shop_files())
    sources = {"customers": "data/customers.csv", "orders": "data/orders.csv"}
    return Sample(Original(folder, load_script(folder, "shop.py"), sources), shop_plan())


def shop_plan(
    keep: Keep = Keep.LAST,
    comparison: str = "pandas_ge",
    seed: int | None = 5,
    with_mean: str = "mean",
    label: str = "pandas_gt",
    ddof: int = 0,
    blocks: tuple[str, ...] = ("numbers", "categories"),
    how: JoinKind = JoinKind.INNER,
    params: tuple[tuple[str, float], ...] = (("C", 0.5),),
) -> Plan:
    """Return the shop's plan; other arguments than the defaults make it wrong."""
    customers = Read(
        name="customers",
        source="customers",
        reader=Reader.PANDAS_CSV,
        inferred=True,
        lines=(8,),
        columns=(Field("customer", Type.STR), Field("country", Type.STR), Field("age", Type.INT)),
    )
    orders = Read(
        name="orders",
        source="orders",
        reader=Reader.PANDAS_CSV,
        inferred=True,
        lines=(9,),
        columns=(Field("customer", Type.STR), Field("amount", Type.INT)),
    )
    once = Distinct(name="customers-2", parent=customers, subset=("customer",), keep=keep, lines=(10,))
    large = Filter(name="orders-2", parent=orders, predicate=op(comparison, col("amount"), lit(20)), lines=(11,))
    on = (("customer", "customer"),)
    data = Join(name="data", left=large, right=once, how=how, on=on, null_keys_match=True, lines=(12,))
    measures = (Measure("mean_amount", with_mean, "amount"),)
    means = Aggregate(name="means", parent=data, by=("country",), measures=measures, lines=(13,))
    country = (("country", "country"),)
    merged = Join(name="data-2", left=data, right=means, how=JoinKind.INNER, on=country, null_keys_match=True, lines=(14,))
    assigned = (("label", op(label, col("amount"), col("mean_amount"))),)
    labelled = Project(name="data-3", parent=merged, assigned=assigned, lines=(15,))
    made = {
        "numbers": Block("numbers", ("amount", "age"), (Transformer("standard_scaler", (("ddof", ddof),)),)),
        "categories": Block("categories", ("country",), (Transformer("one_hot", (("handle_unknown", "ignore"),)),)),
    }
    return Plan(
        pipeline="shop",
        prepared=labelled,
        label=Label(expr=col("label"), variable="label", lines=(24,)),
        split=Split(kind="random", method="sklearn", test_size=0.25, seed=seed, lines=(16,)),
        encode=Encode(blocks=tuple(made[b] for b in blocks), lines=(17,)),
        model=Model(estimator="sklearn.linear_model.LogisticRegression", params=params, lines=(24,)),
    )


def letters_files() -> dict[str, str]:
    """Return the files of the letters. The last letter's day lies before June 2024, and people appear twice."""
    rng = random.Random(4)
    people = [(f"n{i:02d}", rng.choice(["AA", "BB", "XX"]), rng.choice(["gold", "plain"])) for i in range(60)]
    people += [(n, rng.choice(["AA", "BB", "XX"]), rng.choice(["gold", "plain"])) for n, _, _ in rng.sample(people, 12)]
    lines = []
    for _ in range(300):
        day = f"202{rng.randint(2, 4)}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        lines.append((f"n{rng.randrange(70):02d}", day, " ".join(["word"] * rng.randint(1, 9))))
    lines.append((people[0][0], "2022-05-01", "the last one"))
    return {
        "letters.py": LETTERS,
        "people.txt": "".join(",".join(p) + "\n" for p in people),
        "letters.txt": "".join(",".join(r) + "\n" for r in lines),
    }


def letters(folder: Path) -> Sample:
    """Write the letters and return them with their plan."""
    _write(folder, letters_files())
    sources = {"people": "people.txt", "letters": "letters.txt"}
    return Sample(Original(folder, load_script(folder, "letters.py"), sources), letters_plan())


def letters_plan(
    stale: bool = True, keep: Keep = Keep.LAST, filter_first: bool = True, ddof: int = 0, test_from: str = "2024-01-01"
) -> Plan:
    """Return the letters' plan; other arguments than the defaults make it wrong."""

    def read(name: str, *columns: str) -> Read:
        fields = tuple(Field(c, Type.STR) for c in columns)
        return Read(name=f"{name}-file", source=name, reader=Reader.PYTHON_LINES, options=(("sep", ","),), columns=fields)

    people, mails = read("people", "name", "land", "level"), read("letters", "name", "day", "text")
    known = op("py_ne", col("land"), lit("XX"))
    if filter_first:
        some = Filter(name="people-lands", parent=people, predicate=known)
        once = Distinct(name="people-once", parent=some, subset=("name",), keep=keep)
    else:
        every = Distinct(name="people-once", parent=people, subset=("name",), keep=keep)
        once = Filter(name="people-lands", parent=every, predicate=known)  # type: ignore[assignment]
    gold = (("gold", op("py_eq", col("level"), lit("gold"))),)
    customers = Project(name="people", parent=once, assigned=gold, lines=(5, 6, 7, 9))
    recent = Filter(name="letters-recent", parent=mails, predicate=op("py_ge", col("day"), lit("2023-01-01")))
    joined = Join(name="rows", left=recent, right=customers, how=JoinKind.INNER, on=(("name", "name"),), lines=(12, 19))
    size = (("size", op("to_float", op("str_len", col("text")))),)
    sized = Project(name="rows-sized", parent=joined, assigned=size)
    last = Broadcast(name="rows-last", parent=sized, of=mails, values=(("last_day", "day"),), position="last")
    prepared = last if stale else sized
    day = col("last_day") if stale else col("day")
    positive = op("or", op("py_gt", op("str_len", col("text")), lit(20)), op("py_ge", day, lit("2024-06-01")))
    scale = Transformer("standard_scaler", (("ddof", ddof), ("zero_std", "divide")))
    lands = Transformer("one_hot", (("categories", ("AA", "BB")), ("handle_unknown", "ignore")))
    return Plan(
        pipeline="letters",
        prepared=prepared,
        label=Label(expr=op("if_else", positive, lit(1), lit(0)), variable="y", lines=(29,)),
        split=Split(kind="expression", test=op("py_ge", col("day"), lit(test_from)), lines=(30,)),
        encode=Encode(
            blocks=(Block("size", ("size",), (scale,)), Block("lands", ("land",), (lands,))), fit_on="all", lines=(28,)
        ),
        model=Model(estimator="sklearn.linear_model.LogisticRegression", lines=(32,)),
    )
