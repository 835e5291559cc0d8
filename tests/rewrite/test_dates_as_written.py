"""Dates in any form: a column without a format is in that of its first date, as pandas has it, also on other files."""

from pathlib import Path

import pytest

from tests.reference.operators import EvaluationError
from tests.rewrite.differential import assert_same, original, planned, rewritten

SCRIPT = """import pandas as pd
from sklearn.tree import DecisionTreeClassifier
df = pd.read_csv("table.csv")
df["day"] = {parsed}
df["year"], df["month"], df["weekday"] = df["day"].dt.year, df["day"].dt.month, df["day"].dt.dayofweek
model = DecisionTreeClassifier(max_depth=2)
model.fit(df[["year", "month", "weekday"]], df["label"])
"""
PARSED = {
    "guessed": "pd.to_datetime(df['day'])",
    "guessed, others missing": "pd.to_datetime(df['day'], errors='coerce')",
    "guessed, day first": "pd.to_datetime(df['day'], dayfirst=True, errors='coerce')",
    "guessed after blanks went": "pd.to_datetime(df['day'].str.strip(), errors='coerce')",
    "each by itself": "pd.to_datetime(df['day'], format='mixed', errors='coerce')",
    "each by itself, day first": "pd.to_datetime(df['day'], format='mixed', dayfirst=True, errors='coerce')",
    "a conversion": "df['day'].astype('datetime64[us]')",
    "a format": "pd.to_datetime(df['day'], format='%d.%m.%Y', errors='coerce')",
}
WRITTEN = {
    "ISO": ["2024-03-14", "2024-01-05", "", "2023-12-31"],
    "with times": ["2024-03-14 10:20", "2024-01-05 08:00", "2024-02-01 23:59"],
    "American": ["03/14/2024", "01/05/2024", "", "12/31/2023"],
    "German": ["14.03.2024", "05.01.2024", "31.12.2023"],
    "either number may be the month": ["03/04/2024", "05/06/2024", "07/08/2024"],
    "in words": ["14 Mar 2024", "5 Jan 2024", "31 Dec 2023"],
}
MESSY = {
    "the first one is blank": ["", " ", "2024-03-14", "14.03.2024"],
    "several forms": ["14.03.2024", "2024-01-05", "01/02/2024", "5 Jan 2024"],
    "some are none": ["2024-03-14", "soon", "2024-01-05", "n/k"],
    "the first one is none": ["soon", "2024-03-14", "14.03.2024"],
    "blanks around": [" 2024-03-14", "2024-01-05 ", "2024-02-01"],
    "short years": ["3/4/24", "5/6/24", "2024-01-05"],
}


def write(folder: Path, days: list[str]) -> None:
    lines = [f"{days[i % len(days)]},{int(i % 5 > 2)}\n" for i in range(20)]
    (folder / "table.csv").write_text("day,label\n" + "".join(lines))


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("way", PARSED)
def test_dates_are_read_as_the_script_reads_them(way: str, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT.format(parsed=PARSED[way]))
    write(tmp_path, WRITTEN["ISO"])
    found = rewritten(tmp_path)
    assert found.plan is not None and not found.stops, found.stops
    stops = 0
    for days in (*WRITTEN.values(), *MESSY.values()):
        write(tmp_path, days)
        try:
            original(tmp_path, found.plan.model.estimator)
        except ValueError:  # it is no date, or no year has any
            stops += 1
            with pytest.raises(EvaluationError):
                planned(tmp_path, found.plan)
        else:
            assert_same(tmp_path, found.plan)
    assert stops < len(WRITTEN)
