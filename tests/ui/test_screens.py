"""What Project, Rewrite and Data show and do with the documents of a session."""

import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from lester_gui.errors import UserError
from lester_gui.ui.dialogs.filter import OPERATORS, FilterSheet
from lester_gui.ui.dialogs.finding import FindingSheet
from lester_gui.ui.dialogs.origin import OriginSheet
from lester_gui.ui.dialogs.proposal import ProposalSheet
from lester_gui.ui.dialogs.reveal import RevealSheet
from lester_gui.ui.dialogs.step import AttemptsSheet, RejectSheet
from ui.driving import calls, press, words_of
from ui.fake_documents import FINDING


# project ------------------------------------------------------------------------------------------------------------
def test_project_lists_pipelines_and_sources(window, qtbot):
    screen = window.screens["project"]
    row = words_of(screen.pipelines)[0]
    assert row[0] == "complications, complications.py"
    assert row[1] == "Verified on 14 inputs"
    assert row[3:6] == ["443", "1 case", "Review rewrite"]
    assert words_of(screen.sources)[1] == ["histories", "data/histories.csv", "887", "ssn", "12 rows appended"]
    assert window.rail.item("requests").side() == "1"
    assert window.status.words("audit") == "Audit intact, 42 entries"


def test_subject_keys_are_to_be_checked(window, session, settle):
    screen = window.screens["project"]
    assert screen._keys.text().startswith("Which columns name a person stands in lester.toml: check it")
    session.configured = False
    window.desk.refresh()
    settle(window)
    assert screen._keys.text().startswith("Which columns name a person is proposed: check it")


def test_a_finding_about_no_line_names_the_script_alone(window, session, settle, monkeypatch):
    def places():
        return [w.text() for w in window.screens["project"].panel.findChildren(QLabel) if w.text().startswith("complications.py")]

    assert places() == [f"complications.py, line {FINDING['line']}"]
    monkeypatch.setitem(FINDING, "line", None)
    window.desk.set_session(session)
    settle(window)
    assert places() == ["complications.py"]


def test_run_shows_progress_then_metrics(window, session, qtbot, settle):
    press(qtbot, window.screens["project"].panel, "Run")
    settle(window)
    assert calls(session, "run") == [("run", "complications")]
    assert "443 training rows" in window.message()


def test_run_can_be_stopped(window, session, qtbot, settle):
    def slow(_pipeline, ctx):
        while True:
            ctx.advance("data", 0.5)
            time.sleep(0.01)

    session.run = slow
    screen = window.screens["project"]
    press(qtbot, screen.panel, "Run")
    qtbot.waitUntil(lambda: screen.panel._progress.isVisible())
    press(qtbot, screen.panel, "Cancel")
    settle(window)
    assert not screen.panel._progress.isVisible()
    assert window.message() == ""


def test_proposal_is_written_only_when_accepted(bare_window, qtbot, settle):
    from ui.fake_session import FakeSession

    session = FakeSession()
    session.configured = False
    bare_window.desk.set_session(session)
    settle(bare_window)
    settle(bare_window)
    press(qtbot, bare_window.screens["project"], "See the proposal…")
    assert isinstance(bare_window.sheet, ProposalSheet)
    assert calls(session, "scan") == [("scan", False)]
    press(qtbot, bare_window.sheet, "Write lester.toml")
    settle(bare_window)
    assert ("scan", True) in session.calls


def test_errors_are_told_with_their_hint(window, session, settle):
    def fails(_pipeline, ctx):
        raise UserError("data/patients.csv is gone", hint="put it back, then scan again")

    session.run = fails
    window.screens["project"].run("complications")
    settle(window)
    assert window.message() == "data/patients.csv is gone put it back, then scan again"


# rewrite ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def rewrite(window, settle):
    window.go("rewrite", {"pipeline": "complications"})
    settle(window)
    return window.screens["rewrite"]


def test_review_lights_the_step_with_a_finding(rewrite):
    assert rewrite.selected == 3
    assert rewrite.both.step_at(24) == 3
    assert rewrite.both.gutter.accessibleName() == "Step 3 of 8, complications"
    assert rewrite.both.original.toPlainText().startswith('"""Which patients')


def test_steps_are_moved_and_accepted_by_keys(rewrite, window, session, qtbot, settle):
    rewrite.both.gutter.setFocus()
    qtbot.keyClick(rewrite.both.gutter, Qt.Key.Key_Up)
    assert rewrite.selected == 2
    window.actions_table["accept_step"].trigger()
    settle(window)
    assert calls(session, "decide_step") == [("decide_step", 2, "accepted", "")]
    assert rewrite.selected == 3
    assert rewrite.fact == "complications, 1 of 8 steps accepted"


def test_accept_all(rewrite, window, session, qtbot, settle):
    press(qtbot, window, "Accept all 8")
    settle(window)
    assert len(session.decisions) == 8
    assert not rewrite._all.isEnabled()


def test_rejection_needs_a_reason(rewrite, window, session, qtbot, settle):
    press(qtbot, rewrite, "Reject…")
    sheet = window.sheet
    assert isinstance(sheet, RejectSheet)
    press(qtbot, sheet, "Reject step")
    assert sheet._reason.error()
    qtbot.keyClicks(sheet._reason.edit, "wrong mean")
    press(qtbot, sheet, "Reject step")
    settle(window)
    assert session.decisions == {3: "rejected"}


def test_second_opinion_is_evidence(rewrite, window, qtbot, settle):
    press(qtbot, rewrite, "Ask the model")
    settle(window)
    texts = [label.text() for label in rewrite.evidence.findChildren(type(rewrite._script))]
    assert "The model differs" in texts
    press(qtbot, rewrite, "See 1 attempt")
    assert isinstance(window.sheet, AttemptsSheet)


def test_edit_is_checked_before_it_is_kept(rewrite, window, session, qtbot, settle):
    press(qtbot, rewrite, "Edit plan")
    assert rewrite.is_editing()
    rewrite.both.plan.setPlainText("nonsense")
    press(qtbot, rewrite, "Check and keep")
    settle(window)
    assert rewrite.is_editing(), "what does not parse is not kept"
    assert "not a step of a plan (plan line 5)" in rewrite.edit_bar.words()
    assert rewrite.both.plan.accessibleDescription(), "the line is marked beside the text"
    window.actions_table["back"].trigger()
    assert not rewrite.is_editing()
    assert rewrite.both.plan.toPlainText().startswith("patients = read")


def test_a_finding_waits_for_a_decision_with_a_reason(window, session, qtbot, settle):
    session.finding_decision = None
    window.go("rewrite", {"pipeline": "complications"})
    settle(window)
    screen = window.screens["rewrite"]
    assert not screen.evidence.may_accept() and not screen._all.isEnabled()
    window.actions_table["accept_step"].trigger()
    settle(window)
    assert not calls(session, "decide_step")
    press(qtbot, window, "1 to decide")
    press(qtbot, window.sheet, "Decide…")
    sheet = window.sheet
    assert isinstance(sheet, FindingSheet)
    qtbot.keyClick(sheet.reason.edit, Qt.Key.Key_Return)
    assert sheet.reason.error(), "no decision without a reason"
    qtbot.keyClicks(sheet.reason.edit, "agreed with the owner")
    qtbot.keyClick(sheet.reason.edit, Qt.Key.Key_Return)
    settle(window)
    assert calls(session, "decide_finding") == [("decide_finding", 1, "kept", "agreed with the owner")]
    assert screen.evidence.may_accept()


def test_another_reading_is_adopted_on_purpose(rewrite, window, session, qtbot, settle):
    rewrite.ask_finding(1)
    sheet = window.sheet
    qtbot.keyClicks(sheet.reason.edit, "train only")
    press(qtbot, sheet, "Adopt the other reading")
    settle(window)
    assert calls(session, "decide_finding") == [("decide_finding", 1, "deviates", "train only")]
    assert rewrite.difference.isVisible()
    assert "on purpose" in rewrite.difference.words() and "12 of 148 differ" in rewrite.difference.words()


def test_checks_run_again_without_rewriting(rewrite, session, window, settle):
    rewrite._again.drop_down().actions()[0].trigger()
    settle(window)
    assert calls(session, "check_again") == [("check_again", "complications")]
    assert not calls(session, "rewrite")


def test_a_script_that_stopped_the_rules_says_where(window, session, qtbot, settle, qtmodeltester):
    whole = session.review("complications")
    stop = {"line": 24, "reason": "recurrence", "title": "A value depends on its own previous value", "why": "A while loop",
            "covered": False, "step": None}  # fmt: skip
    stops = [stop, stop | {"line": 33, "title": "No rule knows this call", "why": "mystery()"}]
    session.review = lambda pipeline: whole | {"plan": "", "steps": [], "stages": [], "stops": stops, "accepted": 0}
    window.go("rewrite", {"pipeline": "complications", "line": 33})
    settle(window)
    screen = window.screens["rewrite"]
    page = screen._stops_page
    qtmodeltester.check(page.table.records())
    assert page.isVisible() and words_of(page.table)[1] == ["33", "No rule knows this call"]
    assert page.table.key() == 2, "the line that was asked for is lit"
    page.code.line_clicked.emit(24)
    assert page._why.text() == "A while loop"
    press(qtbot, page, "Rewrite again")
    settle(window)
    assert calls(session, "rewrite") == [("rewrite", "complications", "rules")]


def test_modes(rewrite, qtbot):
    rewrite._mode._group.button(2).click()
    assert "CREATE TABLE" in rewrite.sql.toPlainText()
    assert rewrite.sql.isVisible()
    rewrite._mode._group.button(1).click()
    assert not rewrite.both.original.isVisible()


def test_a_pipeline_without_rewrite_offers_one(window, session, qtbot, settle):
    overview = session.overview()
    overview["pipelines"][0]["status"] = "not-rewritten"
    session.overview = lambda: overview
    window.desk.refresh()
    settle(window)
    window.go("rewrite", {"pipeline": "complications"})
    settle(window)
    screen = window.screens["rewrite"]
    press(qtbot, screen, "With rules only")
    settle(window)
    assert calls(session, "rewrite") == [("rewrite", "complications", "rules")]
    assert screen.review["pipeline"] == "complications"


# data ---------------------------------------------------------------------------------------------------------------
@pytest.fixture
def data(window, settle, qtbot):
    window.go("data", {"pipeline": "complications"})
    settle(window, 150)
    screen = window.screens["data"]
    # the first page selects a row, and only then is the story of that row read
    qtbot.waitUntil(lambda: bool(screen.panel.findChildren(QPushButton)), timeout=10_000)
    settle(window)
    return screen


def test_newest_view_is_shown_with_lineage_of_its_first_row(data):
    assert data.view["name"] == "data-5"
    assert data._foot.text().startswith("Rows 1 to")
    assert data.panel.findChildren(QPushButton)


def test_sorting_is_done_by_the_session(data, session, window, settle, qtbot):
    data.table.sort_asked.emit(5)
    settle(window)
    assert calls(session, "page")[-1][4] == [["income", True]]
    assert data._order.text() == "sorted by income, ascending"
    data.table.sort_asked.emit(0)
    settle(window)
    assert "masked" in window.message(), "sorting by a personal column would tell who comes first"


def test_filter_is_added_and_taken_away(data, session, window, settle, qtbot):
    press(qtbot, data, "Add filter")
    sheet = window.sheet
    assert isinstance(sheet, FilterSheet)
    assert sheet.column.findText("ssn") < 0
    sheet.column.setCurrentText("income")
    sheet.op.setCurrentIndex(OPERATORS.index(">="))
    sheet.value.edit.setText("lots")
    press(qtbot, sheet, "Add filter")
    assert sheet.value.error()
    sheet.value.edit.setText("20,000")
    press(qtbot, sheet, "Add filter")
    settle(window)
    assert calls(session, "page")[-1][5] == [{"column": "income", "op": ">=", "value": 20000.0}]
    assert "shown by the filter" in data._foot.text()
    press(qtbot, data, "income from 20000.0")
    settle(window)
    assert data.model.query.filters == ()


def test_reveal_needs_a_reason_and_ends(data, session, window, settle, qtbot):
    press(qtbot, data.panel, "Reveal…")
    sheet = window.sheet
    assert isinstance(sheet, RevealSheet)
    press(qtbot, sheet, "Reveal for 30 seconds")
    assert sheet.reason.error()
    qtbot.keyClicks(sheet.reason.edit, "compare with the request")
    press(qtbot, sheet, "Reveal for 30 seconds")
    settle(window)
    assert calls(session, "reveal") == [("reveal", "data-5", 1024, "ssn", "compare with the request")]
    assert data.model.index(0, 1).data() == "shown-value"
    data.leave()
    assert data.model.index(0, 1).data() == "masked"


def test_a_feature_is_followed_to_its_source_cell(data, window, settle, qtbot):
    press(qtbot, data.panel, "income, scaled")
    settle(window)
    sheet = window.sheet
    assert isinstance(sheet, OriginSheet)
    rows = words_of(sheet.table)
    assert rows[-1] == ["Source cell", "patients", "income", "12", "masked"]
    sheet.table.opened.emit(sheet.table.key())
    settle(window)
    assert window.shown() is data
    assert data.view["name"] == "patients"
