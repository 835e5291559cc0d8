"""What Person, Lineage, Requests, a case and Audit show and do with the documents of a session."""

import time

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtWidgets import QLabel

from lester_gui.errors import Refused, UserError
from lester_gui.ui.dialogs.lines import LinesSheet
from lester_gui.ui.dialogs.reveal import RevealSheet
from lester_gui.ui.dialogs.rows import MOST_HEIGHT, RowsSheet
from lester_gui.ui.dialogs.sheet import Sheet
from lester_gui.ui.screens import person_stages
from ui.driving import calls, press, words_of


# person -------------------------------------------------------------------------------------------------------------
@pytest.fixture
def person(window, settle, qtbot):
    window.go("person")
    screen = window.screens["person"]
    qtbot.keyClicks(screen.search, "670-18-6875")
    qtbot.keyClick(screen.search, Qt.Key.Key_Return)
    settle(window)
    settle(window)
    return screen


def test_a_person_is_found_and_their_value_is_not_kept(person):
    assert person.token() == "P-7F3K"
    assert person.search.text() == ""
    assert "ssn, exact match" in person.search.placeholderText()
    assert "Leaving this person out changes" in person._sentence.text()
    assert "1 person. Searched 2 of 2 sources" in person._found.text()


def test_stages_change_the_table(person, qtbot):
    assert person.stages.tabText(0) == "Sources"
    seen = []
    for i in range(6):
        person.stages.setCurrentIndex(i)
        seen.append(words_of(person.table)[0][0])
    assert seen == ["patients", "data", "complications", "income, scaled", "complications", "row 3"]


def test_nobody_is_told_with_what_was_searched(window, settle, qtbot):
    screen = window.screens["person"]
    window.go("person")
    screen.search.setText("Z-99999")
    screen.look_for("Z-99999")
    settle(window)
    assert screen._pages.currentIndex() == 2
    assert words_of(screen._nothing.table)[0][4] == "nothing found"
    assert screen.token() == ""


def test_an_ambiguous_value_lists_masked_candidates(window, settle):
    screen = window.screens["person"]
    window.go("person")
    screen.look_for("ambiguous")
    settle(window)
    rows = words_of(screen._candidates.table)
    assert [row[0] for row in rows] == ["P-7F3K", "P-22QX"]
    assert {row[3] for row in rows} == {"masked"}


def test_the_change_of_a_metric_is_that_on_the_rows_of_others(window, session, settle):
    """One's own test rows leave, which moves the share of right ones, and no decision."""
    trace = session.trace

    def own_rows_leave(*arguments, **options):
        found = trace(*arguments, **options)
        for pipeline in found["pipelines"]:
            if pipeline["influence"]:
                pipeline["influence"]["accuracy"] |= {"without": 0.75, "change": 0.0, "low": 0.0, "high": 0.0}
        return found

    session.trace = own_rows_leave
    window.go("person", {"token": "P-7F3K"})
    settle(window)
    settle(window)
    shown = [words.text() for words in window.screens["person"].influence.findChildren(QLabel)]
    assert "0.0000" in shown
    assert "No other test decision changes, so it stays as it is." in shown


def test_influence_that_fails_says_why(window, session, settle):
    trace = session.trace

    def fails(subject, influence=False, counterfactual=False, ctx=None):
        if influence:
            raise UserError("the model was not run yet", hint="run the pipeline")
        return trace(subject)

    session.trace = fails
    window.go("person", {"token": "P-7F3K"})
    settle(window)
    settle(window)
    assert window.screens["person"].influence._why.text() == "the model was not run yet run the pipeline"


def test_where_a_pipeline_was_not_run_nothing_is_said_to_be_nought(window, session, settle):
    trace = session.trace

    def before_a_run(*given, **options):
        known = trace("P-7F3K")
        nought = dict.fromkeys(known["stage_counts"], 0) | {"sources": 2}
        missed = [{"path": "train.py", "kind": "pipeline", "reason": "it was not run yet"}]
        sources = [s | {"columns_used": []} for s in known["sources"]]
        return known | {"pipelines": [], "views": [], "sources": sources, "stage_counts": nought, "not_searched": missed}

    session.trace = before_a_run
    window.go("person", {"token": "P-7F3K"})
    settle(window)
    settle(window)
    screen = window.screens["person"]
    assert screen.influence._why.text() == "Not known yet: run the pipeline, or ask the script."
    first, *others = person_stages.stages(screen.trace)
    assert first.count == "2" and {(s.count, s.of) for s in others} == {("–", "not known")}
    assert {row[4] for row in words_of(screen.table) if row[1] != "0"} == {"not known"}


def test_alias_is_revealed_with_a_reason(person, session, window, qtbot, settle):
    press(qtbot, person, "Reveal…")
    qtbot.keyClicks(window.sheet.reason.edit, "identity check")
    press(qtbot, window.sheet, "Reveal for 30 seconds")
    settle(window)
    assert calls(session, "reveal_alias") == [("reveal_alias", "P-7F3K", "patients", "ssn", "identity check")]


# lineage ------------------------------------------------------------------------------------------------------------
@pytest.fixture
def lineage(window, settle):
    window.go("lineage", {"token": "P-7F3K"})
    settle(window)
    return window.screens["lineage"]


def test_graph_by_keys(lineage, window, qtbot, settle):
    graph = lineage.graph
    graph.setFocus()
    graph.set_current("s1")
    qtbot.keyClick(graph, Qt.Key.Key_Right)
    assert graph.current() == "v1"
    qtbot.keyClick(graph, Qt.Key.Key_Down)
    assert graph.current() == "v2"
    qtbot.keyClick(graph, Qt.Key.Key_Space)
    settle(window)
    assert "decisions about other people" in lineage._sentence.text()
    assert not graph.nodes["f1"].lit and graph.nodes["f0"].lit
    window.actions_table["back"].trigger()
    assert graph.nodes["f1"].lit


def test_rest_of_a_lane_unfolds_in_place(lineage):
    graph = lineage.graph
    assert "+feature" in graph.nodes
    before = graph.transform()
    graph.set_current("+feature")
    graph._open_current()
    assert "+feature" not in graph.nodes and "f5" in graph.nodes
    assert graph.transform() == before


def test_twin_table_says_the_same(lineage):
    touched = [edge for edge in lineage._graph_document["edges"] if edge["touched"]]
    assert lineage.table.records().rowCount() == len(touched)
    assert words_of(lineage.table)[0][:4] == ["patients", "1 of 887 rows", "data", "data"]


@pytest.mark.parametrize("suffix", ["svg", "png", "csv"])
def test_lineage_is_exported_with_its_links(lineage, tmp_path, suffix):
    target = tmp_path / f"lineage.{suffix}"
    lineage.export(target)
    assert target.stat().st_size > 200


# requests -----------------------------------------------------------------------------------------------------------
def test_cases_are_grouped_by_due_date(window, settle):
    window.go("requests")
    settle(window)
    rows = words_of(window.screens["requests"].table)
    assert rows[0][0] == "Next 7 days"
    assert rows[1][0:3] == ["LR-0031", "Erasure", "P-7F3K"]
    assert rows[1][4] == "1 day left"


def test_rectification_asks_for_values(window, session, qtbot, settle):
    window.actions_table["new_request"].trigger()
    settle(window)
    sheet = window.sheet
    sheet.right.setCurrentIndex(1)
    qtbot.keyClicks(sheet.subject.edit, "670-18-6875")
    press(qtbot, sheet, "File the case")
    assert sheet.values.error()
    qtbot.keyClicks(sheet.values.edit, "patients.income=42000; patients.county=county2")
    press(qtbot, sheet, "File the case")
    settle(window)
    filed = calls(session, "request")[0]
    assert filed[1:3] == ("rectification", ("patients.income=42000", "patients.county=county2"))
    assert window.shown() is window.screens["case"]


def test_unknown_person_stays_in_the_sheet(window, qtbot, settle):
    window.actions_table["new_request"].trigger()
    settle(window)
    sheet = window.sheet
    qtbot.keyClicks(sheet.subject.edit, "nobody")
    press(qtbot, sheet, "File the case")
    settle(window)
    assert window.sheet is sheet
    assert "nobody with this value" in sheet._message.accessibleName()


@pytest.fixture
def case(window, settle):
    window.go("case", {"case": "LR-0031"})
    settle(window)
    return window.screens["case"]


def fill(qtbot, sheet, by="a.moreau"):
    qtbot.keyClicks(sheet.reason.edit, "consent withdrawn")
    qtbot.keyClicks(sheet.typed.edit, "LR-0031")
    sheet.by.edit.clear()
    qtbot.keyClicks(sheet.by.edit, by)
    sheet.read.setChecked(True)


def test_case_opens_at_what_is_to_be_done(case, window):
    assert case.tabs.currentIndex() == 1
    assert window.header.title() == "LR-0031"
    assert case._do.text().strip() == "Approve…"


def test_lines_of_a_purge_are_shown_after_the_approval(case, window, session, qtbot, settle):
    session.applied.add("LR-0031")
    case.load()
    settle(window)
    press(qtbot, case, "See the rows…")
    settle(window)
    assert isinstance(window.sheet, LinesSheet)
    rows = words_of(window.sheet.table)
    assert rows[0][0] == "data/patients.csv: remove 1 line"
    assert "•" in rows[1][1]


@pytest.fixture
def rows_sheet(case, window, qtbot, settle):
    press(qtbot, case, "See the rows…")
    settle(window)
    assert isinstance(window.sheet, RowsSheet)
    return window.sheet


def test_rows_are_shown_masked_before_anything_is_done(rows_sheet):
    rows = words_of(rows_sheet.table)
    assert rows[0][0] == "Row 12, line 13 of data/patients.csv"
    assert rows[1:] == [
        ["ssn", "6•••5", "names the person"],
        ["income", "1•••0", "feeds the model of complications"],
        ["smoker", "•••", "chooses rows in complications"],
        ["note", "empty", ""],
    ]
    assert rows_sheet._where.text() == "1 row"
    assert not rows_sheet.before.isVisible()


def test_rows_come_by_source_and_page(rows_sheet, window, qtbot, settle):
    press(qtbot, rows_sheet, "data/histories.csv  45")
    settle(window)
    assert rows_sheet._where.text() == "Rows 1 to 20 of 45"
    assert rows_sheet.table.height() == MOST_HEIGHT
    assert rows_sheet._card.height() > MOST_HEIGHT + 100, "the sheet grew with its table"
    assert not rows_sheet.before.isEnabled()
    press(qtbot, rows_sheet, "Later rows")
    settle(window)
    press(qtbot, rows_sheet, "Later rows")
    settle(window)
    assert rows_sheet._where.text() == "Rows 41 to 45 of 45"
    assert rows_sheet.before.isEnabled() and not rows_sheet.after.isEnabled()
    assert words_of(rows_sheet.table)[0][0] == "Row 52, line 53 of data/histories.csv"


def reveal(qtbot, sheet, window, settle, reason):
    sheet.table.choose((12, "income"))
    qtbot.keyClick(sheet.table, Qt.Key.Key_Return)
    (above,) = [child for child in window.findChildren(RevealSheet) if child.isVisible()]
    assert above.field.currentText() == "income"
    qtbot.keyClicks(above.reason.edit, reason)
    press(qtbot, above, "Reveal for 30 seconds")
    settle(window)


def test_one_value_is_revealed_with_a_reason_until_nobody_looks(rows_sheet, window, session, qtbot, settle):
    reveal(qtbot, rows_sheet, window, settle, "compare with the letter")
    assert calls(session, "reveal_affected") == [
        ("reveal_affected", "LR-0031", "patients", 12, "income", "compare with the letter")
    ]
    assert [row[1] for row in words_of(rows_sheet.table)[1:3]] == ["6•••5", "159027.0"]
    assert window.sheet is rows_sheet, "the question was above the rows, which stayed"
    QCoreApplication.sendEvent(window, QEvent(QEvent.Type.WindowDeactivate))
    assert [row[1] for row in words_of(rows_sheet.table)[1:3]] == ["6•••5", "1•••0"]


def test_a_reason_with_a_value_is_refused_in_the_sheet(rows_sheet, window, session, qtbot, settle):
    reveal(qtbot, rows_sheet, window, settle, "is it 159027?")
    assert calls(session, "reveal_affected") == []
    assert "contains a value of the person" in rows_sheet._note.text()


def test_a_correction_shows_old_and_new(window, session, settle, qtbot):
    session._cases["LR-0031"]["right"] = "rectification"
    window.go("case", {"case": "LR-0031"})
    settle(window)
    press(qtbot, window.screens["case"], "See the rows…")
    settle(window)
    sheet = window.sheet
    assert sheet.accessibleName() == "Rows that are corrected"
    assert [row[1:] for row in words_of(sheet.table)[1:3]] == [
        ["6•••5", "stays", "names the person"], ["1•••0", "5•••5", "is corrected"],
    ]  # fmt: skip
    reveal(qtbot, sheet, window, settle, "compare with the payslip")
    assert words_of(sheet.table)[2][1:3] == ["159027.0", "54321.5"]


def test_an_approver_sees_the_rows_and_keeps_what_was_typed(case, window, qtbot, settle):
    case.approve()
    sheet = window.sheet
    qtbot.keyClicks(sheet.reason.edit, "consent withdrawn")
    press(qtbot, sheet, "See the rows…")
    settle(window)
    (above,) = [child for child in window.findChildren(RowsSheet) if child.isVisible()]
    qtbot.keyClick(above.table, Qt.Key.Key_Escape)
    settle(window)
    assert window.sheet is sheet and sheet.reason.text() == "consent withdrawn"
    assert sheet.isAncestorOf(window.focusWidget())
    case.approve()  # closes one that is open, with what lies above it
    press(qtbot, window.sheet, "See the rows…")
    settle(window)
    window.sheet.close_sheet()
    settle(window)
    assert not [child for child in window.findChildren(Sheet) if child.isVisible()]


def test_rows_without_a_key_are_counted_in_the_plan(case):
    texts = [found.text() for found in case.plan_tab.findChildren(QLabel)]
    at = texts.index("Rows that stay because they carry no key")
    assert texts[at + 1 : at + 3] == ["data/patients.csv", "3 of 886"]
    assert "data/histories.csv" not in texts[at:]


def test_approval_has_every_guard(case, window, session, qtbot):
    case.approve()
    sheet = window.sheet
    assert not sheet.go.isEnabled()
    fill(qtbot, sheet, "J.Lindqvist")
    assert "same person" in sheet.missing()
    sheet.by.edit.setText("a.moreau")
    assert sheet.go.isEnabled()
    sheet.typed.edit.setText("LR-9")
    assert sheet.typed.error()
    sheet.typed.edit.setText("LR-0031")
    sheet.reason.edit.setFocus()
    qtbot.keyClick(sheet.reason.edit, Qt.Key.Key_Return)
    assert window.sheet is None, "Enter presses Cancel, the default"
    assert calls(session, "approve") == []


def test_approval_locks_both_buttons_and_applies(case, window, session, qtbot, settle):
    case.approve()
    sheet = window.sheet
    fill(qtbot, sheet)
    qtbot.mouseClick(sheet.go, Qt.MouseButton.LeftButton)
    assert not sheet.go.isEnabled() and not sheet.cancel.isEnabled()
    settle(window)
    settle(window)
    assert calls(session, "approve")[0][1:3] == ("LR-0031", "a.moreau")
    assert session.applied == {"LR-0031"}
    assert "LR-0031 is applied" in window.message()
    assert case._do.text().strip() == "Export certificate…"
    case.tabs.setCurrentIndex(3)
    assert any("Applied in" in w.accessibleName() for w in case.execution_tab.findChildren(type(window._banner)))


def test_refusal_of_the_core_stays_in_the_sheet(case, window, session, qtbot, settle):
    def refuse(*_a, **_k):
        raise Refused("the plan is stale: 12 rows were appended", hint="plan again")

    session.approve = refuse
    case.approve()
    sheet = window.sheet
    fill(qtbot, sheet)
    qtbot.mouseClick(sheet.go, Qt.MouseButton.LeftButton)
    settle(window)
    assert window.sheet is sheet
    assert "stale" in sheet._message.accessibleName()
    assert sheet.cancel.isEnabled()


def test_apply_cannot_be_cancelled_past_the_commit(case, window, session, qtbot, settle):
    done = session.apply

    def slow(number, purge=True, ctx=None):
        ctx.advance("Commit", 0.4)
        time.sleep(0.4)
        return done(number, purge, ctx)

    session.apply = slow
    case.apply()
    progress = case.execution_tab._progress
    qtbot.waitUntil(lambda: not progress._cancel.isEnabled(), timeout=3000)
    assert "no longer" in progress._cancel.toolTip()
    settle(window)
    assert session.applied == {"LR-0031"}


def test_cancel_before_the_commit_changes_nothing(case, window, session, qtbot, settle):
    def slow(_number, purge=True, ctx=None):
        while True:
            ctx.advance("Stage", 0.1)
            time.sleep(0.01)

    session.apply = slow
    case.apply()
    progress = case.execution_tab._progress
    qtbot.waitUntil(lambda: "Stage" in progress.words(), timeout=3000)
    qtbot.mouseClick(progress._cancel, Qt.MouseButton.LeftButton)
    settle(window)
    settle(window)
    assert session.applied == set()


def test_evidence_is_checked_again_and_the_certificate_written(case, window, session, qtbot, settle, tmp_path):
    session.applied.add("LR-0031")
    case.load()
    settle(window)
    case.tabs.setCurrentIndex(4)
    press(qtbot, case.evidence_tab, "Run again")
    settle(window)
    texts = [label.text() for label in case.evidence_tab.findChildren(type(case.findChild(type(window.header._title))))]
    assert "Equal, just now" in texts
    case.write_certificate(tmp_path / "certificate.json")
    settle(window)
    assert (tmp_path / "certificate.json").exists()


def test_a_stale_plan_says_so_and_cannot_be_approved(case, window, session, settle):
    plan = session.plan("LR-0031")
    plan["stale"] = "12 rows were appended to histories at 10:41"
    session.plan = lambda _number, ctx=None: plan
    case.load()
    settle(window)
    assert not case._do.isEnabled()
    assert case._do.toolTip() == "The plan is stale: plan again"


def test_hold_and_release(case, window, session, qtbot, settle):
    press(qtbot, window, "Hold…")
    qtbot.keyClicks(window.sheet.reason.edit, "legal claim")
    press(qtbot, window.sheet, "Put on hold")
    settle(window)
    settle(window)
    assert case.case["group"] == "stopped"
    press(qtbot, window, "Release hold")
    settle(window)
    settle(window)
    assert case.case["group"] == "later"


# audit --------------------------------------------------------------------------------------------------------------
def test_journal_by_day_with_chain(window, settle, qtbot):
    window.go("audit")
    settle(window)
    screen = window.screens["audit"]
    rows = words_of(screen.table)
    assert rows[0][0].startswith("Today")
    assert rows[1][2] == "Person searched"
    screen._which._group.button(2).click()
    kinds = {row[2] for row in words_of(screen.table) if row[2]}
    assert kinds <= {"Person searched", "Value revealed, 30 seconds"}


def test_a_broken_chain_names_the_entry(window, session, settle):
    journal = session.audit()
    journal.update(intact=False, first_bad=40)
    session.audit = lambda: journal
    window.go("audit")
    settle(window)
    texts = [w.accessibleName() for w in window.screens["audit"].findChildren(type(window._banner)) if w.isVisible()]
    assert any("Entry 40 does not follow" in text for text in texts)
