"""Requests: grouped by how soon, one row per case; days left as words, icon and colour."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from PySide6.QtWidgets import QLineEdit, QStackedWidget, QWidget

from lester_gui.ui import states
from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.new_request import NewRequestSheet
from lester_gui.ui.layout import card, col, holder, label, row
from lester_gui.ui.models import cells
from lester_gui.ui.models.records import Column, Record, RecordModel, group_record
from lester_gui.ui.screen import Screen
from lester_gui.ui.views.table import RecordTable
from lester_gui.ui.widgets import Button, Empty, MenuButton, QuickField, Segmented
from lester_gui.ui.words import day

GROUPS = ("past-due", "next-7-days", "later", "stopped", "done")


class RequestsScreen(Screen):
    """All cases."""

    name = "requests"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title = self.tr("Requests")
        self.fact = day(date.today().isoformat())
        new = Button(self.tr("New request"), "primary", "plus")
        new.clicked.connect(lambda: self.ask_new())
        self.buttons = [new]
        self._cases: list[dict[str, Any]] = []
        self._right, self._state = "", ""
        self._build()
        desk.opened.connect(self._reset)
        desk.changed.connect(lambda what: self.load() if what == "cases" and desk.session is not None else None)

    def enter(self, new: bool = False, token: str = "", case: str = "", **_target: Any) -> None:
        if case:
            self.desk.go("case", case=case)
            return
        self.load()
        if new:
            self.ask_new(token)

    def panes(self) -> list[QWidget]:
        return [self.table]

    def find_field(self) -> QLineEdit:
        return self._find

    def set_narrow(self, narrow: bool) -> None:
        for column in (3, 6):  # the due date stands in words beside it, who filed it on the case itself
            self.table.setColumnHidden(column, narrow)
        self._counting.setVisible(not narrow)

    def load(self) -> None:
        """Read the cases again."""
        session = self.desk.session
        self.ask("cases", lambda _ctx: session.cases(), self._take)

    def ask_new(self, token: str = "") -> None:
        """Ask for a new case."""
        self.desk.sheet_wanted.emit(NewRequestSheet(self.desk, token, self._filed))

    # building -------------------------------------------------------------------------------------------------------
    def _build(self) -> None:
        tr = self.tr
        self._which = Segmented(
            [(tr("Open"), ""), (tr("Mine"), ""), (tr("To approve"), ""), (tr("All"), "")], 3, tr("Which cases")
        )
        self._which.chosen.connect(lambda _i: self._show())
        self._by_right = MenuButton(tr("Right"), icon="filter")
        self._by_right.drop_down().aboutToShow.connect(self._fill_rights)
        self._by_state = MenuButton(tr("State"), icon="filter")
        self._by_state.drop_down().aboutToShow.connect(self._fill_states)
        self._fact = label("", "body", "2")
        self._find = QuickField(tr("Find a case number"), width=210)
        self._find.textChanged.connect(lambda _t: self._show())
        bar = row(self._which, self._by_right, self._by_state, None, self._fact, self._find)
        columns = [Column(tr("Case"), 104), Column(tr("Right"), 140), Column(tr("Person"), 112), Column(tr("Due"), 120),
                   Column(tr("Days left"), 190), Column(tr("State")), Column(tr("Filed by"), 124), Column(tr("Next"),
                       144)]  # fmt: skip
        self.table = RecordTable(RecordModel(columns), 40, says=tr("Cases by due date"))
        self.table.opened.connect(lambda case: self.desk.go("case", case=case))
        opens = tr("Enter opens the case. A token such as P-7F3K stands for the person; it says nothing about them.")
        self._counting = label(
            tr("Due dates count calendar months from receipt; a Sunday or holiday moves to the next working day."), "small", "3"
        )
        keys = row(label(opens, "small", "3"), None, self._counting)
        body = holder(col(bar, (card(col(self.table, margins=(1, 2, 1, 6))), 1), keys, gap=12, margins=(24, 16, 24, 12)))
        new = Button(tr("New request"), "primary", "plus")
        new.clicked.connect(lambda: self.ask_new())
        empty = Empty(
            "requests", tr("No case yet"),
            tr("A request of a person becomes a case with a deadline: access, "
                "rectification, erasure, restriction or objection."), new,
        )  # fmt: skip
        self._pages = QStackedWidget()
        self._pages.addWidget(empty)
        self._pages.addWidget(body)
        self.setLayout(col((self._pages, 1), gap=0))

    # showing --------------------------------------------------------------------------------------------------------
    def _reset(self) -> None:
        self._cases = []
        self._which.set_index(3)
        self._find.clear()
        self._filter_right("")
        self._filter_state("")
        self._pages.setCurrentIndex(0)

    def _take(self, cases: list[dict[str, Any]]) -> None:
        self._cases = cases
        self._pages.setCurrentIndex(1 if cases else 0)
        opened = [c for c in cases if c["group"] != "done"]
        past = sum(c["group"] == "past-due" for c in opened)
        soon = sum(c["group"] == "next-7-days" for c in opened)
        words = self.tr("%1 open, %2 past due, %3 due within 7 days")
        for i, value in enumerate((len(opened), past, soon), 1):
            words = words.replace(f"%{i}", str(value))
        self._fact.setText(words)
        self._show()
        self.ready.emit()

    def _show(self) -> None:
        kept = self.table.key()
        names = dict(
            zip(
                GROUPS,
                (self.tr("Past due"), self.tr("Next 7 days"), self.tr("Later"), self.tr("Clock stopped"), self.tr("Done")),
                strict=True,
            )
        )
        records = []
        for group in GROUPS:
            cases = sorted((c for c in self._cases if c["group"] == group and self._is_shown(c)), key=lambda c: c["due"] or "")
            if cases:
                records.append(group_record(cells.group(names[group])))
                records += [self._record(c) for c in cases]
        if not records:
            records = [group_record(cells.group(self.tr("No case matches")))]
        self.table.records().set_records(records)
        if not self.table.choose(kept):
            self.table.choose_first()

    def _is_shown(self, case: dict[str, Any]) -> bool:
        tests: list[Callable[[dict[str, Any]], bool]] = [
            lambda c: c["group"] != "done",
            lambda c: c["by"] == self.desk.user,
            lambda c: c["next_action"] == "approve" and c["by"] != self.desk.user,
            lambda _c: True,
        ]
        wanted = self._find.text().strip().lower()
        return (
            tests[self._which.index()](case)
            and (not self._right or case["right"] == self._right)
            and (not self._state or case["status"] == self._state)
            and wanted in case["case"].lower()
        )

    def _record(self, c: dict[str, Any]) -> Record:
        right = cells.icon(states.RIGHT_ICONS.get(c["right"], "file"), states.right_name(c["right"]))
        due = cells.text(day(c["due"], short=True)) if c["group"] != "stopped" else cells.text(self.tr("not running"), "ink2")
        person = cells.text(c["subject"] or "–")
        return Record(
            [cells.strong(c["case"]), right, person, due, states.ink_cell(states.days_left(c["days_left"], c["group"])),
             states.chip_cell(states.case_state(c["status"], c["status_text"])), cells.text(c["by"], "ink2"),
             cells.link(states.next_action(c["next_action"]))],
            c["case"],
        )  # fmt: skip

    def _fill_rights(self) -> None:
        menu = self._by_right.drop_down()
        menu.clear()
        menu.addAction(self.tr("All rights"), lambda: self._filter_right(""))
        for right in states.RIGHTS:
            menu.addAction(states.right_name(right), lambda r=right: self._filter_right(r))

    def _fill_states(self) -> None:
        menu = self._by_state.drop_down()
        menu.clear()
        menu.addAction(self.tr("All states"), lambda: self._filter_state(""))
        for status in sorted({c["status"] for c in self._cases}):
            menu.addAction(states.case_state(status)[0], lambda s=status: self._filter_state(s))

    def _filter_right(self, right: str) -> None:
        self._right = right
        self._by_right.set_text(states.right_name(right) if right else self.tr("Right"))
        self._show()

    def _filter_state(self, status: str) -> None:
        self._state = status
        self._by_state.set_text(states.case_state(status)[0] if status else self.tr("State"))
        self._show()

    def _filed(self, case: dict[str, Any]) -> None:
        self.desk.changed.emit("cases")
        self.desk.go("case", case=case["case"])
