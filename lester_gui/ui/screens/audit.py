"""Audit: integrity first, then the journal by day, then one entry with its place in the chain."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QGuiApplication, QPainter, QPen
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QWidget

from lester_gui.ui import painting, theme
from lester_gui.ui.desk import Desk
from lester_gui.ui.layout import card, clear, col, holder, label, row, rule
from lester_gui.ui.models import cells
from lester_gui.ui.models.records import Column, Record, RecordModel, group_record
from lester_gui.ui.screen import Screen
from lester_gui.ui.views.side import SideSplit
from lester_gui.ui.views.table import RecordTable
from lester_gui.ui.widgets import Banner, Button, Empty, Icon, Painted, QuickField, Segmented
from lester_gui.ui.words import day_heading, moment, number, short_hash

ICONS = {
    "search": "search", "trace": "search", "reveal": "eye", "plan": "check", "request": "requests", "approve": "check",
        "refuse": "hand",
    "run": "play", "rewrite": "rewrite", "edit": "pencil", "export": "export", "replay": "refresh", "ask": "check-circle",
        "apply": "erase",
    "purge": "erase", "certificate": "audit", "block": "lock", "scan": "refresh", "hold": "pause", "accept": "check",
}  # fmt: skip
ABOUT = ("case", "subject", "pipeline", "view", "column", "source", "run", "status", "note")
HASHES = ("plan_hash", "snapshot", "hash", "head")  # shown by their first characters; the copied entry holds them whole
GROUPS: tuple[tuple[str, ...], ...] = (
    (),
    ("request", "plan", "approve", "apply", "purge", "certificate", "hold", "release", "refuse", "case"),
    ("reveal", "export", "certificate", "evidence", "search", "trace"),
    ("run", "rewrite", "replay", "ask", "scan", "verify", "score"),
)


class AuditScreen(Screen):
    """The journal."""

    name = "audit"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title = self.tr("Audit")
        self._journal: dict[str, Any] = {"entries": []}
        self._build()
        desk.opened.connect(self._reset)

    def enter(self, **_target: Any) -> None:
        self.load()

    def panes(self) -> list[QWidget]:
        return [self.table, self._side]

    def find_field(self) -> QLineEdit:
        return self._find

    def set_narrow(self, narrow: bool) -> None:
        self._split.set_narrow(narrow)

    def go_back(self) -> bool:
        return self._split.close_drawer()

    def load(self) -> None:
        """Read the journal and check its chain."""
        session = self.desk.session
        self.ask("audit", lambda _ctx: session.audit(), self._take, name=self.tr("Checking the journal"))

    def _build(self) -> None:
        tr = self.tr
        self._banner_place = col(gap=0)
        self._which = Segmented(
            [(tr("Everything"), ""), (tr("Cases"), ""), (tr("Reveals and exports"), ""), (tr("Runs"), "")], 0, tr("Which entries")
        )
        self._which.chosen.connect(lambda _i: self._show())
        self._find = QuickField(tr("Find case, pipeline or entry"), width=220)
        self._find.textChanged.connect(lambda _t: self._show())
        columns = [Column(tr("Time"), 84), Column(tr("Entry"), 60, True), Column(tr("What happened"), 246),
            Column(tr("About")), Column(tr("Who"), 140),
                   Column(tr("Hash"), 96)]  # fmt: skip
        self.table = RecordTable(RecordModel(columns), 32, says=tr("Journal"))
        self.table.chosen.connect(self._choose)
        self.table.opened.connect(self._open)
        self._entry = col(gap=6, margins=(16, 16, 16, 16))
        self._side = card(self._entry)
        place = holder(col((self._side, 1), margins=(0, 0, 24, 16)))
        left = holder(col((card(col(self.table, margins=(1, 2, 1, 4))), 1), margins=(24, 0, 12, 16)))
        self._split = SideSplit(left, place, 316)
        place.setProperty("bg", "window")
        self._split.set_borderless()
        top = holder(col(self._banner_place, row(self._which, None, self._find), gap=12, margins=(24, 16, 24, 12)))
        page = holder(col(top, (self._split, 1), gap=0))
        self._pages = QStackedWidget()
        self._pages.addWidget(
            Empty("audit", tr("The journal is empty"), tr("Every search, run, plan, approval and reveal will stand here."))
        )
        self._pages.addWidget(page)
        self.setLayout(col((self._pages, 1), gap=0))

    def _reset(self) -> None:
        self._journal = {"entries": []}
        self._which.set_index(0)
        self._find.clear()
        self._pages.setCurrentIndex(0)

    def _take(self, journal: dict[str, Any]) -> None:
        newest_first = sorted(journal["entries"], key=lambda e: e["seq"], reverse=True)
        self._journal = journal | {"entries": newest_first}
        self._pages.setCurrentIndex(1 if journal["entries"] else 0)
        self._show_banner()
        self._show()
        self.ready.emit()
        if self.desk.overview:  # the status bar says the same number
            self.desk.overview["audit"] = {"entries": journal["count"], "intact": journal["intact"]}
            self.desk.overview_changed.emit(self.desk.overview)

    def _show_banner(self) -> None:
        tr, journal = self.tr, self._journal
        clear(self._banner_place)
        if journal["intact"]:
            words = tr("%1, no gap, every hash follows. Checked at %2.").replace("%1", tr("%Ln entries", "", journal["count"]))
            banner = Banner(
                "ok", tr("The journal is intact"), words.replace("%2", f"{datetime.now():%H:%M}"), "audit", large=True
            )
        else:
            title = tr("Entry %1 does not follow from the one before").replace("%1", number(journal["first_bad"]))
            banner = Banner(
                "danger",
                title,
                tr("The journal was changed outside Lester. Keep a copy of it before anything else."),
                "alert",
                large=True,
            )
        again = Button(tr("Check again"), icon="refresh")
        again.clicked.connect(self.load)
        head = label(tr("Head  %1").replace("%1", short_hash(journal["head"], 4)), "codesmall", "2", selectable=True)
        banner.add_item(head)
        self._banner_place.addWidget(banner.add(again))

    def _show(self) -> None:
        kept = self.table.key()
        records: list[Record] = []
        heading = ""
        for entry in self._journal["entries"]:
            if not self._is_shown(entry):
                continue
            title = day_heading(entry["at"])
            if title != heading:
                heading = title
                records.append(group_record(cells.group(heading)))
            records.append(self._record(entry))
        if not records:
            records = [group_record(cells.group(self.tr("No entry matches")))]
        self.table.records().set_records(records)
        if not self.table.choose(kept):
            self.table.choose_first()

    def _is_shown(self, entry: dict[str, Any]) -> bool:
        group = GROUPS[self._which.index()]
        wanted = self._find.text().strip().lower()
        words = f"{entry['seq']} {entry['text']} {entry['actor']} {_about(entry)}".lower()
        return (not group or any(part in entry["action"] for part in group)) and wanted in words

    def _record(self, e: dict[str, Any]) -> Record:
        at = moment(e["at"])
        return Record(
            [cells.mono(f"{at:%H:%M:%S}" if at else ""), cells.num(number(e["seq"]), "ink2"), cells.icon(_icon(e["action"]),
                e["text"]),
             cells.text(_about(e), "ink2"), cells.text(e["actor"], "ink2"), cells.mono(short_hash(e["hash"], 2), "ink3")],
            e["seq"],
        )  # fmt: skip

    def _choose(self, seq: int | None) -> None:
        entries = self._journal["entries"]
        entry = next((e for e in entries if e["seq"] == seq), None)
        if entry is None:
            return
        tr = self.tr
        clear(self._entry)
        at = moment(entry["at"])
        moment_words = f"{day_heading(entry['at'])}, {at:%H:%M:%S}" if at else ""
        self._entry.addWidget(label(entry["text"], "heading", wrap=True))
        self._entry.addWidget(
            label(tr("Entry %1, %2").replace("%1", number(entry["seq"])).replace("%2", moment_words), "small", "3", wrap=True)
        )
        self._entry.addSpacing(4)
        for name, value in [(tr("Who"), entry["actor"]), *_details(entry)]:
            self._entry.addLayout(row(label(name, "body", "3"), (_right(value), 1)))
        note = tr(
            "Values of persons are never written here. When a person is erased, their token can no longer be linked to anyone."
        )
        self._entry.addSpacing(4)
        self._entry.addLayout(row(Icon("lock", "ink3", 14), (label(note, "small", "2", wrap=True), 1)))
        self._entry.addSpacing(8)
        self._entry.addWidget(rule())
        self._entry.addSpacing(8)
        self._entry.addWidget(label(tr("Place in the chain"), "smallstrong", "2"))
        self._entry.addWidget(_chain(entries, entry, tr("hash includes the entry above"), tr("Entry %1")))
        self._entry.addStretch(1)
        buttons = []
        case = entry["details"].get("case")
        if case:
            open_case = Button(tr("Open case"))
            open_case.clicked.connect(lambda: self.desk.go("case", case=case))
            buttons.append(open_case)
        copy = Button(tr("Copy entry"), "quiet")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(json.dumps(entry, indent=2, ensure_ascii=False)))
        self._entry.addLayout(row(*buttons, copy, None))

    def _open(self, seq: int) -> None:
        entry = next(e for e in self._journal["entries"] if e["seq"] == seq)
        self._split.open_drawer()
        if entry["details"].get("case"):
            self.desk.go("case", case=entry["details"]["case"])


def _icon(action: str) -> str:
    return next((icon for part, icon in ICONS.items() if part in action), "dot")


def _about(entry: dict[str, Any]) -> str:
    """What an entry is about: case, person, pipeline, then small facts; hashes stay in the side panel."""
    details = entry["details"]
    if "about" in details:
        return str(details["about"])
    parts = [_code_words(details[key]) for key in ABOUT if details.get(key)]
    for key, value in details.items():
        if key not in ABOUT and isinstance(value, bool):
            parts.append(key if value else f"not {key}")
        elif key not in ABOUT and isinstance(value, int):
            parts.append(f"{number(value)} {key.replace('_', ' ')}")
    return ", ".join(parts[:4])


def _details(entry: dict[str, Any]) -> list[tuple[str, str]]:
    return [
        (key.replace("_", " ").capitalize(), short_hash(str(value), 4) if key in HASHES else _code_words(value))
        for key, value in entry["details"].items()
        if isinstance(value, (str, int, float)) and key != "about"
    ][:8]  # fmt: skip


def _code_words(value: Any) -> str:
    """A code of the journal in words; names, tokens and hashes as they are."""
    words = {
        "nothing-found": QCoreApplication.translate("Audit", "nothing found"),
        "several-persons": QCoreApplication.translate("Audit", "names several persons"),
        "influence": QCoreApplication.translate("Audit", "with influence"),
        "kept": QCoreApplication.translate("Audit", "kept as the script does"),
        "deviates": QCoreApplication.translate("Audit", "deviates on purpose"),
    }
    return words.get(str(value), str(value))


def _right(value: str) -> Any:
    made = label(value, "body", wrap=True)
    made.setAlignment(Qt.AlignmentFlag.AlignRight)
    made.setToolTip(value)
    return made


def _chain(entries: list[dict[str, Any]], entry: dict[str, Any], link: str, name: str) -> QWidget:
    by_seq = {e["seq"]: e for e in entries}
    around = [by_seq[s] for s in (entry["seq"] - 1, entry["seq"], entry["seq"] + 1) if s in by_seq]

    def draw(painter: QPainter, rect: QRectF) -> None:
        for i, e in enumerate(around):
            y, on = i * 68.0, e is entry
            box = QRectF(1, y + 1, rect.width() - 2, 48)
            painter.setPen(QPen(theme.qcolour("accent" if on else "line"), 1.5 if on else 1))
            painter.setBrush(theme.qcolour("accent_tint" if on else "surface"))
            painter.drawRoundedRect(box, 6, 6)
            title = name.replace("%1", number(e["seq"]))
            painting.text(painter, box.adjusted(12, 4, -90, -24), title, "smallstrong", "accent_ink" if on else "ink")
            painting.text(painter, box.adjusted(12, 22, -12, -4), e["text"], "small", "ink2")
            painting.text(painter, box.adjusted(0, 4, -12, -24), short_hash(e["hash"], 2), "codesmall", "ink2", right=True)
            if i < len(around) - 1:
                painter.setPen(QPen(theme.qcolour("line_control"), 1.5))
                painter.drawLine(QPointF(24, y + 50), QPointF(24, y + 68))
                painting.icon(painter, "link", 30, y + 59, 12, "ink3")
                painting.text(painter, QRectF(48, y + 50, 240, 18), link, "caption", "ink3", weight=400)

    return Painted(
        draw, None, 68 * len(around) - 16, "; ".join(f"{name.replace('%1', str(e['seq']))}: {e['text']}" for e in around)
    )
