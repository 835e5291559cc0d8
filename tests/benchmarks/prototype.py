"""The research prototype's way beside Lester's, on the same data: run once, then erase one person.

`python -m tests.benchmarks.prototype --rows N`. The prototype keeps one row-position column per source, projects with
``iterrows``, writes prepared rows as Parquet and X as one npy file, and erases by loading all of it, zeroing what the person had,
and writing it back; it fits no encoder again. Its model step is the same logistic regression, fitted on what it holds.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from sklearn.compose import ColumnTransformer
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from lester_gui.session import Session
from tests.benchmarks.commands import write_table
from tests.benchmarks.machine import machine, timed
from tests.benchmarks.prepared import FEW, PIPELINE
from tests.benchmarks.scale import SUBJECT, make_project

NUMBERS, WORDS = ["amount", "items", "age", "ratio"], ["region", "channel"]


class Prototype:
    """Its run and its erasure, over one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self) -> None:
        """Read with positions, filter, project row by row, join, encode, fit, write everything."""
        orders, customers = (self._read(name) for name in ("orders", "customers"))
        orders = orders.query("amount > 1").copy()
        mean = orders.groupby("customer_id")["amount"].mean()
        orders["mean_amount"] = [mean[row["customer_id"]] for _, row in orders.iterrows()]
        orders["ratio"] = [row["amount"] / row["mean_amount"] for _, row in orders.iterrows()]
        data = orders.merge(customers, on="customer_id")
        encode = ColumnTransformer([("n", StandardScaler(), NUMBERS), ("w", OneHotEncoder(sparse_output=False), WORDS)])
        X = encode.fit_transform(data)
        LogisticRegression(max_iter=200).fit(X, data["returned"])
        data.to_parquet(self.folder / "prepared.parquet")
        np.save(self.folder / "X.npy", X)

    def erase(self, person: str) -> None:
        """Load all, find the person's rows by position, zero and drop, fit again, write all."""
        customers = self._read("customers")
        positions = customers.index[customers["customer_id"] == person]
        data, X = pd.read_parquet(self.folder / "prepared.parquet"), np.load(self.folder / "X.npy")
        gone = data["__customers"].isin(positions).to_numpy()
        X[gone] = 0.0
        data, X = data[~gone], X[~gone]
        LogisticRegression(max_iter=200).fit(X, data["returned"])
        data.to_parquet(self.folder / "prepared.parquet")
        np.save(self.folder / "X.npy", X)

    def _read(self, name: str) -> pd.DataFrame:
        frame = pd.read_csv(self.folder / f"{name}.csv")
        frame[f"__{name}"] = np.arange(len(frame))
        return frame


def measured(rows: int) -> list[dict[str, Any]]:
    """Measure one size; return a row per step."""
    out = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        make_project(folder, FEW)
        with Session.open(folder, user="ines") as session:
            session.scan(write=True)
            session.rewrite(PIPELINE, "rules")
            make_project(folder, rows)
            ours = timed(lambda: session.run(PIPELINE))
            theirs = timed(Prototype(folder).run)
            out.append({"rows": rows, "step": "run", "lester": ours, "prototype": theirs})
            case = session.request("erasure", SUBJECT)["case"]
            plan = session.plan(case)
            session.approve(case, by="otto")
            actions: list[dict[str, Any]] = []
            whole = timed(lambda: actions.extend(session.apply(case, purge=False)["actions"]))
            theirs = timed(lambda: Prototype(folder).erase(SUBJECT))
            within = sum(float(a["seconds"] or 0) for a in actions if a["kind"] in ("view", "encoder", "model"))
            out.append({"rows": rows, "step": "erase: views, encoders, model", "lester": within, "prototype": theirs})
            out.append({"rows": rows, "step": "erase, with the replay that proves it", "lester": whole, "prototype": theirs})
            assert plan["actions"]
    return [row | {"prototype / lester": row["prototype"] / row["lester"]} for row in out]


def main() -> None:
    """Measure every size that is asked for."""
    parser = argparse.ArgumentParser(description="Time Lester beside the prototype's way.")
    parser.add_argument("--rows", type=int, nargs="+", default=[20_000, 100_000])
    rows = [row for size in parser.parse_args().rows for row in measured(size)]
    print(machine())
    print(f"written to {write_table('prototype', ('rows', 'step', 'lester', 'prototype', 'prototype / lester'), rows)}")


if __name__ == "__main__":
    main()
