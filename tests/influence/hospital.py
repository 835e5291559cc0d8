"""The hospital script's preparation in pandas, with a recorded split, for comparisons with a rerun of the whole."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from lester_gui.influence.side import Side
from lester_gui.ir.learning import Block, Encode, Model, Transformer

FEATURES = ["smoker", "county", "race", "num_children", "income"]
ENCODE = Encode(
    blocks=(
        Block(
            "categories",
            ("smoker", "county", "race"),
            (
                Transformer("simple_imputer", (("strategy", "most_frequent"),)),
                Transformer("one_hot", (("handle_unknown", "ignore"),)),
            ),
        ),
        Block("numbers", ("num_children", "income"), (Transformer("standard_scaler"),)),
    )
)
MODEL = Model(estimator="sklearn.linear_model.LogisticRegression", params=(("max_iter", 1000),))


@dataclass
class Hospital:
    """The two tables and the split that the first run recorded, by patient id."""

    patients: pd.DataFrame
    histories: pd.DataFrame
    train_ids: list[int]
    test_ids: list[int]

    @classmethod
    def load(cls, folder: Path) -> "Hospital":
        patients, histories = (pd.read_csv(folder / "data" / f"{n}.csv") for n in ("patients", "histories"))
        data = prepare(patients, histories)
        train, test = train_test_split(data, test_size=0.25, random_state=42)
        return cls(patients, histories, train["id"].tolist(), test["id"].tolist())

    def without(self, ssn: str) -> "Hospital":
        return Hospital(
            self.patients[self.patients["ssn"] != ssn],
            self.histories[self.histories["ssn"] != ssn],
            self.train_ids,
            self.test_ids,
        )

    def side(self) -> Side:
        data = prepare(self.patients, self.histories)
        at = {key: i for i, key in enumerate(data["id"].tolist())}
        return Side(
            pa.Table.from_pandas(data[FEATURES], preserve_index=False),
            data["id"].to_numpy(np.int64),
            [at[k] for k in self.train_ids if k in at],
            [at[k] for k in self.test_ids if k in at],
            data["label"].to_numpy(),
        )

    def rerun(self) -> tuple[Pipeline, pd.DataFrame]:
        """Return the script's own pipeline, fitted with a fine tolerance, and its test rows."""
        data = prepare(self.patients, self.histories).set_index("id", drop=False)
        train, test = (data.loc[[k for k in ids if k in data.index]] for ids in (self.train_ids, self.test_ids))
        categories = Pipeline(
            [("impute", SimpleImputer(strategy="most_frequent")), ("encode", OneHotEncoder(handle_unknown="ignore"))]
        )
        features = ColumnTransformer([("categories", categories, FEATURES[:3]), ("numbers", StandardScaler(), FEATURES[3:])])
        learner = LogisticRegression(solver="newton-cholesky", tol=1e-13)
        return Pipeline([("features", features), ("learner", learner)]).fit(train, train["label"]), test


def prepare(patients: pd.DataFrame, histories: pd.DataFrame) -> pd.DataFrame:
    data = patients.merge(histories, on=["ssn"])
    means = data.groupby("age_group").agg(mean_complications=("complications", "mean"))
    data = data.merge(means, on=["age_group"])
    data["label"] = data["complications"] > 1.2 * data["mean_complications"]
    return data[data["county"].isin(["county2", "county3"])]
