"""The door of the rewriter: what it takes, what it gives, and what it makes of the sample projects."""

from pathlib import Path
from textwrap import dedent

import pytest

from lester_gui.discovery.scripts import Script, load_script
from lester_gui.errors import UserError
from lester_gui.ir.nodes import Broadcast, Join, Opaque, Take
from lester_gui.ir.schema import Schema
from lester_gui.ir.serialise import plan_hash
from lester_gui.rewrite.lift.stop import Reason
from lester_gui.rewrite.rules import Asked, Rewrite, Step, rewrite
from lester_gui.rewrite.slicing import pipelines, written_files
from lester_gui.runtime.read import observe_schema
from tests.rewrite import corpus_data
from tests.rewrite.differential import assert_same, rewritten

SAMPLES = Path(__file__).parent.parent.parent / "sample_pipelines"
LEARN = """
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
X_train, X_test, y_train, y_test = train_test_split(df[['income']], df['member'], random_state=0)
model = LogisticRegression()
model.fit(X_train, y_train)
"""


def sample(project: str, script: str, sources: dict[str, str] | None = None) -> Rewrite:
    folder = SAMPLES / project

    def observe(asked: Asked) -> Schema:
        return observe_schema(folder / asked.path, asked.reader, asked.options, asked.names)

    return rewrite(load_script(folder, script), observe, "pipeline", None, sources)


@pytest.mark.parametrize(
    ("project", "script", "functions"),
    [
        ("hospital", "complications.py", set()),
        ("bank_mails", "complaints.py", {"sentiment", "embed"}),
        ("bank_mails", "complaints_v1.py", {"predict_sentiment", "embed"}),
        ("census", "income.ipynb", set()),
    ],
)
def test_samples_are_rewritten_without_opaque_steps(project: str, script: str, functions: set[str]) -> None:
    found = sample(project, script, {"data/adult.data": "train", "data/adult.test": "test"})
    assert found.plan is not None and found.plan.opaque_steps == 0 and not found.stops
    assert {f.name for f in found.plan.functions} == functions


def test_the_script_that_is_kept_for_a_model_has_one_opaque_step() -> None:
    found = sample("bank_mails", "priority.py")
    assert found.plan is not None and found.plan.opaque_steps == 1
    (step,) = (v for v in found.plan.views if isinstance(v, Opaque))
    assert (step.output, step.variables, step.name) == ("threads", ("mails",), "threads")
    assert "while first < len(mails):" in step.source and "for email, title, sent, text in threads" not in step.source
    assert step.schema.names == ("email", "title", "sent", "text")
    (stop,) = found.stops
    assert (stop.line, stop.reason, stop.covered) == (28, Reason.RECURRENCE, True)


def test_a_stale_label_is_what_the_script_does_and_comes_with_the_row_wise_plan() -> None:
    found = sample("bank_mails", "complaints_v1.py")
    assert found.plan is not None
    (broadcast,) = (v for v in found.plan.views if isinstance(v, Broadcast))
    assert broadcast.position == "last" and {old for _, old in broadcast.values} == {"sentiment", "is_premium"}
    (finding,) = (f for f in found.findings if f.kind == "stale-variable")
    assert finding.line == 56 and finding.alternative is not None
    assert not any(isinstance(v, Broadcast) for v in finding.alternative.views)
    assert finding.alternative.encode == found.plan.encode
    assert finding.alternative.label.expr != found.plan.label.expr


def test_a_dict_is_a_join_in_which_the_last_entry_wins() -> None:
    found = sample("bank_mails", "complaints.py")
    assert found.plan is not None
    (join,) = (v for v in found.plan.views if isinstance(v, Join))
    assert join.take is Take.LAST and not join.null_keys_match
    kinds = {f.kind: f for f in found.findings}
    assert kinds["duplicate-join-keys"].line == 24 and "customers" in kinds["duplicate-join-keys"].text
    assert kinds["fitted-before-split"].line == 55


def test_categories_of_all_rows_are_not_called_statistics_of_all_rows(folder: Path) -> None:
    script = dedent(
        """
        import pandas as pd
        from sklearn.linear_model import LogisticRegression
        from sklearn.model_selection import train_test_split
        from sklearn.preprocessing import StandardScaler
        people = pd.read_csv("people.csv")
        X = pd.get_dummies(people[["id", "city"]], columns=["city"])
        X_train, X_test, y_train, y_test = train_test_split(X, people["member"], random_state=3)
        scaler = StandardScaler()
        X_train_s = scaler.fit_transform(X_train)
        X_test_s = scaler.transform(X_test)
        model = LogisticRegression().fit(X_train_s, y_train)
        print(model.score(X_test_s, y_test))
        """
    )
    for text, kind in ((script, "categories-before-split"), (_scaled_first(script), "fitted-before-split")):
        (folder / "script.py").write_text(text, encoding="utf-8")
        found = rewritten(folder)
        assert found.plan is not None
        assert [f.kind for f in found.findings if "before-split" in f.kind] == [kind]


def _scaled_first(script: str) -> str:
    """The same with the scaler fitted on all rows."""
    return script.replace("scaler.fit_transform(X_train)", "scaler.fit(X).transform(X_train)")


def test_fields_are_called_as_the_script_calls_them() -> None:
    found = sample("census", "income.ipynb", {"data/adult.data": "train", "data/adult.test": "test"})
    assert found.plan is not None
    for read, source in zip(found.plan.reads, ("train", "test"), strict=True):
        assert read.source == source
        assert read.schema.names[:3] == ("age", "workclass", "fnlwgt") and len(read.schema) == 15
        assert dict(read.options) == {"sep": ", ", "skip_blank": True, "skip_prefix": "|", "strip": "both"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    corpus_data.write(tmp_path)
    return tmp_path


def write(folder: Path, text: str) -> None:
    (folder / "script.py").write_text("import pandas as pd\n" + text, encoding="utf-8")


def test_the_call_of_fit_is_chosen_by_its_line(folder: Path) -> None:
    again = "other = LogisticRegression(C=0.1)\nother.fit(X_train, y_train)\n"
    write(folder, "df = pd.read_csv('people.csv')" + LEARN + again)
    script = load_script(folder, "script.py")
    assert [name for name, _ in pipelines(script)] == ["script", "script-2"]
    first, second = (rewritten(folder, fit_line=line).plan for _, line in pipelines(script))
    assert first is not None and second is not None
    assert (first.model.variable, second.model.variable) == ("model", "other")
    assert dict(second.model.params) == {"C": 0.1}
    assert plan_hash(first) != plan_hash(second)


def test_a_line_without_a_fit_gives_no_plan(folder: Path) -> None:
    write(folder, "df = pd.read_csv('people.csv')" + LEARN)
    found = rewritten(folder, fit_line=2)
    assert found.plan is None and found.stops[-1].reason is Reason.NO_RULE


def test_what_the_plan_does_not_need_stands_beside_it(folder: Path) -> None:
    write(folder, "df = pd.read_csv('people.csv')\nspread = df.rolling(3)\n" + LEARN)
    found = rewritten(folder)
    assert found.plan is not None
    assert [(s.line, s.beside, s.covered) for s in found.stops] == [(3, True, False)]


def test_a_step_that_yields_a_frame_is_asked_about(folder: Path) -> None:
    write(
        folder,
        "df = pd.read_csv('people.csv')\ndf = df[['income', 'member']]\ndf = df.sample(frac=0.5, random_state=1)\n" + LEARN,
    )
    asked: list[Step] = []

    def observe_step(step: Step) -> Schema:
        asked.append(step)
        return step.inputs[0].schema

    found = rewritten(folder, observe_step=observe_step)
    assert found.plan is not None and found.plan.opaque_steps == 1
    assert asked[0].source == "df = df.sample(frac=0.5, random_state=1)\n"
    assert [(s.line, s.covered) for s in found.stops] == [(4, True)]
    assert_same(folder, found.plan)


def test_a_stop_names_its_root_once(folder: Path) -> None:
    write(folder, "df = pd.read_csv('people.csv')\ndf = df.sample(frac=0.5)\ndf = df.dropna()\n" + LEARN)
    found = rewritten(folder)
    assert found.plan is None
    assert "sample" in found.stops[0].why and found.stops[0].line == 3
    assert "line 3" in found.stops[1].why


def test_a_missing_file_is_said_by_the_caller(folder: Path) -> None:
    write(folder, "df = pd.read_csv('nobody.csv')" + LEARN)
    found = rewritten(folder)
    assert found.plan is None and found.stops[0].line == 2


def test_a_syntax_error_is_said_at_once(folder: Path) -> None:
    with pytest.raises(UserError, match="syntax error in line 1"):
        rewrite(Script("a.py", "script", "df = ("), lambda asked: Schema(()), "a")


def test_notebook_lines_are_named_by_cell() -> None:
    script = load_script(SAMPLES / "census", "income.ipynb")
    found = sample("census", "income.ipynb")
    assert found.plan is not None
    assert script.where(found.plan.model.lines[-1]).startswith("cell ")


def test_written_files_are_listed(folder: Path) -> None:
    write(
        folder,
        "df = pd.read_csv('people.csv')" + LEARN + "df.to_csv('out/all.csv')\nimport joblib\njoblib.dump(model, 'out/m.pkl')\n",
    )
    found = rewritten(folder)
    assert found.plan is not None
    assert [(w.path, w.content) for w in found.plan.written] == [("out/all.csv", "table"), ("out/m.pkl", "model")]
    assert set(written_files(load_script(folder, "script.py"))) == {"out/all.csv", "out/m.pkl"}


def test_a_fault_of_the_rewriter_is_a_stop(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from lester_gui.rewrite.lift.library import load
    from lester_gui.rewrite.lift.library.table import METHODS

    load()

    def broken(*_: object) -> object:
        raise KeyError("secret value")

    monkeypatch.setitem(METHODS, ("frame", "dropna"), broken)
    write(folder, "df = pd.read_csv('people.csv')\ndf = df.dropna()\n" + LEARN)
    found = rewritten(folder)
    assert found.stops[0].reason is Reason.INTERNAL and found.stops[0].line == 3
    assert "secret" not in found.stops[0].why
