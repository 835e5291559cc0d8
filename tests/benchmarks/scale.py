"""How the cost of a run and of an erasure grows with the data: `make bench`, or `python -m tests.benchmarks.scale --rows N`.

Orders and customers are joined, a mean per customer is joined back, numbers are imputed and scaled, words one-hot encoded, and a
logistic regression is trained; then one customer is erased. Beside each size stands the script itself. Wall clock, one process
per command; the seconds of views and encoders are those that the erasure measures within its own transaction.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tests.benchmarks.commands import lester, write_table

SIZES = (100_000, 1_000_000)
SUBJECT = "C00000007"
SCRIPT = """import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

customers = pd.read_csv("customers.csv")
orders = pd.read_csv("orders.csv")
orders = orders[orders["amount"] > 1]
mean = orders.groupby("customer_id", as_index=False).agg(mean_amount=("amount", "mean"))
data = orders.merge(customers, on="customer_id").merge(mean, on="customer_id")
data["ratio"] = data["amount"] / data["mean_amount"]
train, test = train_test_split(data, test_size=0.2, random_state=0)
numbers = ["amount", "items", "age", "income", "ratio"]
prepare = ColumnTransformer([
    ("numbers", Pipeline([("impute", SimpleImputer()), ("scale", StandardScaler())]), numbers),
    ("words", OneHotEncoder(handle_unknown="ignore"), ["region", "channel"]),
])
X_train = prepare.fit_transform(train)
X_test = prepare.transform(test)
model = LogisticRegression(max_iter=200)
model.fit(X_train, train["returned"])
print(model.score(X_test, test["returned"]))
"""


def make_project(folder: Path, rows: int) -> None:
    """Write the script and its two tables, the same for the same number of rows."""
    rng = np.random.default_rng(0)
    people = max(10, rows // 10)
    names = pd.Series([f"C{i:08d}" for i in range(people)])
    customers = pd.DataFrame(
        {
            "customer_id": names,
            "region": rng.choice(["north", "south", "east", "west"], people),
            "age": rng.integers(18, 90, people),
            "income": np.round(rng.lognormal(10, 0.5, people), 2),
        }
    )
    customers.loc[rng.random(people) < 0.02, "income"] = np.nan
    customers.to_csv(folder / "customers.csv", index=False)
    orders = pd.DataFrame(
        {
            "order_id": np.arange(rows),
            "customer_id": names.to_numpy()[rng.integers(0, people, rows)],
            "amount": np.round(rng.gamma(2, 30, rows), 2),
            "items": rng.integers(1, 9, rows),
            "channel": rng.choice(["web", "shop", "phone"], rows),
            "returned": (rng.random(rows) < 0.3).astype(int),
        }
    )
    orders.to_csv(folder / "orders.csv", index=False)
    (folder / "returns.py").write_text(SCRIPT, encoding="utf-8")


def measured(rows: int) -> list[dict[str, Any]]:
    """Walk from the scan to the purge at one size; return a row per step."""
    out: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make_project(folder, rows)
        started = time.perf_counter()
        subprocess.run([sys.executable, "returns.py"], cwd=folder, check=True, stdout=subprocess.DEVNULL)
        script = time.perf_counter() - started
        out.append({"rows": rows, "step": "the script itself", "seconds": script, "of the script": 1.0})

        def step(*arguments: str) -> dict[str, Any]:
            command, *rest = arguments
            answer = lester(command, temporary, *rest)
            if answer.exit_code:
                raise SystemExit(f"{command} failed at {rows:,} rows: {answer.error or answer.exit_code}")
            out.append({"rows": rows, "step": command, "seconds": answer.seconds, "of the script": answer.seconds / script})
            return answer.document

        step("scan", "--write")
        step("rewrite", "returns", "--with", "rules")
        step("run", "returns")
        step("trace", SUBJECT)
        step("trace", SUBJECT, "--influence")
        case = step("request", "--right", "erasure", "--subject", SUBJECT, "--by", "anna")["case"]
        step("plan", case)
        step("approve", case, "--by", "ben")
        for action in step("apply", case)["actions"]:
            if action["kind"] in ("view", "encoder"):
                name, seconds = f"  {action['kind']} {action['artefact']}", float(action["seconds"] or 0.0)
                out.append({"rows": rows, "step": name, "seconds": seconds, "of the script": seconds / script})
    return out


def main() -> None:
    """Measure every size that is asked for."""
    parser = argparse.ArgumentParser(description="Time a run and an erasure at several sizes.")
    parser.add_argument("--rows", type=int, nargs="+", default=list(SIZES))
    rows = [row for size in parser.parse_args().rows for row in measured(size)]
    print(f"written to {write_table('scale', ('rows', 'step', 'seconds', 'of the script'), rows)}")


if __name__ == "__main__":
    main()
