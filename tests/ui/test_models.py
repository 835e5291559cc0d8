"""Models under Qt's own model tester, and the paged one on many rows."""

import pytest
from PySide6.QtCore import Qt

from lester_gui.ui.models import cells
from lester_gui.ui.models.pages import KEPT, MOST_ROWS, PAGE, PagedModel, Query
from lester_gui.ui.models.records import CELL, GROUP, KEY, Column, Record, RecordModel, group_record
from lester_gui.ui.views.table import RecordTable

FIELDS = [
    {"name": "ssn", "type": "str", "personal": True},
    {"name": "income", "type": "float", "personal": False},
    {"name": "label", "type": "bool", "personal": False},
]


class Source:
    """Answers at once, or when told."""

    def __init__(self, rows, at_once=True):
        self.rows, self.at_once, self.asked, self.waiting = rows, at_once, [], []

    def fetch(self, start, count, query, deliver):
        self.asked.append((start, query))
        total = self.rows if not query.filters else self.rows // 10
        numbers = range(start, min(total, start + count))
        page = {
            "rows": [["••••••", n * 1.5, n % 2 == 0] for n in numbers],
            "row_nos": [n * 1024 for n in numbers],
            "total": total,
            "of": self.rows,
        }
        if self.at_once:
            deliver(page)
        else:
            self.waiting.append((deliver, page))


def records(n):
    return [Record([cells.text(f"row {i}"), cells.num(str(i)), cells.chip("ok", "ok", "check")], i) for i in range(n)]


def test_record_model(lester_app, qtmodeltester):
    model = RecordModel([Column("a"), Column("b", 80, True), Column("c", 90)], [group_record(cells.group("Today")), *records(5)])
    qtmodeltester.check(model)
    assert model.row_of(3) == 4
    assert model.row_of("nobody") == -1
    index = model.index(1, 2)
    assert (index.data(), index.data(KEY), index.data(GROUP), index.data(CELL).tone) == ("ok", 0, False, "ok")
    model.set_records([])
    assert model.rowCount() == 0


def test_paged_model(lester_app, qtmodeltester):
    model = PagedModel(Source(600).fetch)
    model.show_view(FIELDS, 600)
    qtmodeltester.check(model)
    assert model.rowCount() == 600


def test_last_of_five_million_rows_is_read_lazily(lester_app):
    source = Source(5_000_000)
    model = PagedModel(source.fetch)
    model.show_view(FIELDS, 5_000_000)
    last = model.index(4_999_999, 2)
    assert last.data() is None, "the page is asked for, nothing waits"
    assert last.data() == "7,499,998.50"
    assert [start for start, _query in source.asked] == [0, 4_999_999 // PAGE * PAGE]


def test_row_count_is_guarded(lester_app):
    model = PagedModel(Source(2**40).fetch)
    model.show_view(FIELDS, 2**40)
    assert model.rowCount() == MOST_ROWS


def test_only_the_latest_pages_are_kept(lester_app):
    model = PagedModel(Source(PAGE * 200).fetch)
    model.show_view(FIELDS, PAGE * 200)
    for page in range(100):
        model.index(page * PAGE, 0).data()
    assert len(model._pages) == KEPT


def test_pages_of_an_older_query_are_dropped(lester_app):
    source = Source(1000, at_once=False)
    model = PagedModel(source.fetch)
    model.show_view(FIELDS, 1000)
    model.set_query(Query(sort=(("income", False),)))
    old, new = source.waiting
    old[0]({**old[1], "rows": [["x", -1.0, True]] * 256})
    assert model.index(0, 2).data() is None
    new[0](new[1])
    assert model.index(1, 2).data() == "1.5"


def test_filters_change_the_count(lester_app, qtbot):
    source = Source(1000)
    model = PagedModel(source.fetch)
    model.show_view(FIELDS, 1000)
    with qtbot.waitSignal(model.counted) as counted:
        model.set_query(Query(filters=(("income", ">", 10),)))
    assert counted.args == [100, 1000]
    assert model.rowCount() == 100
    assert model.query.as_arguments() == {"sort": None, "filters": [{"column": "income", "op": ">", "value": 10}]}


def test_personal_cells_stay_masked_until_revealed(lester_app):
    model = PagedModel(Source(10).fetch)
    model.show_view(FIELDS, 10)
    cell = model.index(2, 1)
    assert cell.data() == "masked"
    model.reveal(2048, "ssn", "670-18-6875")
    assert cell.data() == "670-18-6875"
    assert model.index(3, 1).data() == "masked"
    model.mask(2048, "ssn")
    assert cell.data() == "masked"
    model.reveal(2048, "ssn", "670-18-6875")
    model.set_query(Query(sort=(("income", True),)))
    assert model.index(2, 1).data() == "masked"


@pytest.fixture
def table(lester_app, qtbot):
    made = RecordTable(
        RecordModel([Column("a"), Column("b", 80, True), Column("c", 90)], [group_record(cells.group("One")), *records(3)]),
        says="Things",
    )
    qtbot.addWidget(made)
    made.resize(400, 200)
    made.show()
    made.setFocus()
    return made


def test_keys_of_a_table(table, qtbot):
    table.choose_first()
    assert table.key() == 0
    qtbot.keyClick(table, Qt.Key.Key_Down)
    assert table.key() == 1
    for _ in range(3):
        qtbot.keyClick(table, Qt.Key.Key_Up)
    assert table.key() == 0, "a heading cannot be chosen"
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == [0]
    with qtbot.waitSignal(table.lit):
        qtbot.keyClick(table, Qt.Key.Key_Space)
    assert table.choose(2)
    assert not table.choose("nobody")


def test_a_link_opens_on_click(lester_app, qtbot):
    model = RecordModel([Column("a"), Column("b", 100)], [Record([cells.text("x"), cells.link("Open")], "key")])
    table = RecordTable(model, says="Links")
    qtbot.addWidget(table)
    table.resize(300, 100)
    table.show()
    with qtbot.waitSignal(table.opened) as opened:
        qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=table.visualRect(model.index(0, 1)).center())
    assert opened.args == ["key"]


@pytest.mark.parametrize(
    ("value", "shown"), [("2024-06-21T00:00:00", "2024-06-21"), ("2024-06-21T09:05:30", "2024-06-21 09:05:30"), (None, "–")]
)
def test_times_are_written_for_people(lester_app, value, shown):
    page = {"rows": [[value]], "row_nos": [0], "total": 1, "of": 1}
    model = PagedModel(lambda start, count, query, deliver: deliver(page))
    model.show_view([{"name": "at", "type": "timestamp", "personal": False}], 1)
    model.index(0, 1).data()
    assert model.index(0, 1).data() == shown
