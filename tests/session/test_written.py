"""Files that scripts wrote: rows that hold a person, counted without opening anything that runs code."""

import json
from pathlib import Path

import joblib
import numpy as np
import pandas as pd
import pytest

from lester_gui.session.written import OUTPUTS, Marks, holdings

ANN = Marks(frozenset({"ann@example.org", "ann"}), frozenset({("customer_id", "17")}))


def rows_in(folder: Path, path: str, content: str = "table", marks: Marks = ANN) -> int:
    ((found,), missed) = holdings(folder, [(path, content, "")], marks, None)
    assert missed == []
    assert (found.path, found.content) == (path, content)
    return found.rows


def test_lines_that_name_the_person_are_counted(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text(
        "email,text\nANN@example.org,x\njo.ann@example.org,x\nann@example.org.uk,x\nbob@example.org,as ann@example.org wrote\n"
    )
    assert rows_in(tmp_path, "a.csv") == 2


def test_short_names_and_numbers_need_a_cell_of_their_own(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text("name\tcustomer_id\tage\nAnn\t3\t17\nAnna\t17\t40\nBob\t170\t17\n")
    assert rows_in(tmp_path, "a.tsv") == 2
    (tmp_path / "b.tsv").write_text("Bob\t17\nBob\t17\n")
    assert rows_in(tmp_path, "b.tsv") == 0, "no header says what 17 is"


def test_tables_in_other_formats_are_read(tmp_path: Path) -> None:
    frame = pd.DataFrame({"customer_id": [17, 18], "email": ["x@example.org", "ann@example.org"]})
    frame.to_parquet(tmp_path / "a.parquet")
    assert rows_in(tmp_path, "a.parquet") == 2
    np.save(tmp_path / "a.npy", np.array([["ann@example.org", "a"], ["bob@example.org", "b"]]))
    assert rows_in(tmp_path, "a.npy", "matrix") == 1
    (tmp_path / "a.jsonl").write_text('{"mail": "ann@example.org"}\n{"mail": "bob@example.org"}\n')
    assert rows_in(tmp_path, "a.jsonl") == 1


def test_saved_outputs_of_a_notebook_are_searched(tmp_path: Path) -> None:
    outputs = [{"output_type": "stream", "text": ["   email\n", "0  ann@example.org\n", "1  bob@example.org\n"]}]
    document = {"cells": [{"cell_type": "code", "source": ["ann@example.org"], "outputs": outputs}]}
    (tmp_path / "a.ipynb").write_text(json.dumps(document))
    (found,), missed = holdings(tmp_path, [], ANN, None, "a.ipynb")
    assert (found.path, found.content, found.rows, missed) == ("a.ipynb", OUTPUTS, 1, [])
    (tmp_path / "b.ipynb").write_text("not a notebook")
    assert holdings(tmp_path, [], ANN, None, "b.ipynb") == ([], [])


def test_models_are_not_opened(tmp_path: Path) -> None:
    (tmp_path / "model.pkl").write_bytes(b"cos\nsystem\n(S'touch pwned'\ntR.")
    assert rows_in(tmp_path, "model.pkl", "model") == 0


@pytest.mark.parametrize("name", ["objects.npy", "numbers.npy", "broken.parquet", "sheet.xlsx"])
def test_what_cannot_be_searched_is_named(tmp_path: Path, name: str) -> None:
    contents = {"objects.npy": np.array([{"a": 1}], dtype=object), "numbers.npy": np.eye(3)}
    if name in contents:
        np.save(tmp_path / name, contents[name], allow_pickle=True)
    else:
        (tmp_path / name).write_bytes(b"PAR1 nothing")
    found, (missed,) = holdings(tmp_path, [(name, "matrix", "")], ANN, None)
    assert found == []
    assert (missed.path, missed.kind) == (name, "file")


def test_files_that_are_not_there_are_left_out(tmp_path: Path) -> None:
    joblib.dump([1], tmp_path / "other.pkl")
    assert holdings(tmp_path, [("gone.csv", "table", "")], ANN, None) == ([], [])
