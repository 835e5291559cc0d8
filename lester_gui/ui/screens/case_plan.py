"""The plan of a case: what will change, what it means, how it is proved; and up to where it can be cancelled."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QFrame, QLayout, QStackedWidget, QWidget

from lester_gui.ui import painting, states, theme
from lester_gui.ui.layout import card, clear, col, holder, label, row, rule, scroll
from lester_gui.ui.models import cells
from lester_gui.ui.models.records import Column, Record, RecordModel
from lester_gui.ui.screens import case_outcome
from lester_gui.ui.views.plots import IntervalPlot
from lester_gui.ui.views.table import RecordTable
from lester_gui.ui.widgets import Banner, Button, Empty, Icon, Painted, ProgressRow
from lester_gui.ui.words import number, seconds, short_hash

MOST_LINES = 4
FLOW = (
    ("stage", "view"), ("check", "check"), ("commit", "key"), ("replay", "refresh"), ("purge", "erase"), ("ask", "file"),
    ("certificate", "audit"),
)  # fmt: skip


class PlanTab(QWidget):
    """Plan of a case.

    Signals
    -------
    lines_asked
        Show every line that leaves the source files.
    plan_asked
        Make the plan.
    """

    lines_asked = Signal()
    plan_asked = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._progress = ProgressRow(self.tr("Planning"))
        self._lay = col(gap=12, margins=(24, 12, 24, 16))
        make = Button(self.tr("Make the plan"), "primary", "refresh")
        make.clicked.connect(self.plan_asked)
        self._empty = Empty(
            "rewrite", self.tr("No plan yet"),
            self.tr("The plan says for each artefact what will change, how, and what it "
                "must equal afterwards. Making it writes nothing."), make,
        )  # fmt: skip
        self._pages = QStackedWidget()
        self._pages.addWidget(self._empty)
        self._pages.addWidget(holder(col(None, row(None, (self._progress, 2), None), None)))
        self._pages.addWidget(scroll(holder(self._lay)))
        self.setLayout(col((self._pages, 1), gap=0))
        self._plan: dict[str, Any] | None = None
        self._test_rows = 0

    def set_running(self, running: bool) -> None:
        """The plan is being made."""
        if running:
            self._progress.set_state("runs", self.tr("begins"), 0.0)
            self._pages.setCurrentIndex(1)
        else:
            self._pages.setCurrentIndex(2 if self._plan else 0)

    def set_progress(self, words: str, fraction: float | None) -> None:
        self._progress.set_state("runs", words, fraction or 0.0)

    def show_plan(self, plan: dict[str, Any] | None, test_rows: int = 0) -> None:
        """Show another plan, or that there is none; `test_rows` of its pipelines are the whole that decisions count against."""
        self._plan, self._test_rows = plan, test_rows
        clear(self._lay)
        self._pages.setCurrentIndex(2 if plan else 0)
        if plan is None:
            return
        if plan["stale"]:
            again = Button(self.tr("Plan again"), "primary", "refresh")
            again.clicked.connect(self.plan_asked)
            self._lay.addWidget(Banner("warn", self.tr("The plan is stale"), plan["stale"]).add(again))
        if plan.get("keep_sources"):
            words = self.tr("The source files stay as they are and still hold the person. The certificate calls this incomplete.")
            self._lay.addWidget(Banner("warn", self.tr("Only Lester’s copy is erased"), words, "alert"))
        self._lay.addWidget(label(plan["sentence"], "body", wrap=True))
        self._lay.addLayout(row((self._what(plan), 1), (self._meaning(plan), 1), (self._proof(plan), 1), gap=12), 1)
        self._lay.addWidget(card(row((Flow(plan), 1), margins=(16, 4, 16, 4))))

    # panes ----------------------------------------------------------------------------------------------------------
    def _what(self, plan: dict[str, Any]) -> QFrame:
        tr, counts = self.tr, plan["counts"]
        items: list[Any] = []
        lines = plan["lines"]
        if lines:
            corrects = plan["right"] != "erasure"
            title = tr("Lines that change in the source files") if corrects else tr("Lines that leave the source files")
            if plan.get("keep_sources"):
                title = tr("Lines that Lester’s copy loses")
            items.append(label(title, "smallstrong", "2"))
            items.append(_lines(lines[:MOST_LINES], corrects))
            rest = len(lines) - MOST_LINES
            words = tr("See these and %Ln more rows…", "", rest) if rest > 0 else tr("See the rows…")
            more = Button(words, "link")
            more.clicked.connect(self.lines_asked)
            items += [row(more, None), 4]
        if plan["others"]:
            items.append(label(tr("Cells of other people that change"), "smallstrong", "2"))
            items += [_cell(c) for c in plan["others"][:4]]
            if len(plan["others"]) > 4:
                items.append(label(tr("and %1 more").replace("%1", number(len(plan["others"]) - 4)), "small", "3"))
            items.append(4)
        items.append(label(tr("Rows and files"), "smallstrong", "2"))
        rows = ((tr("Source rows"), "source_rows"), (tr("View rows"), "view_rows"), (tr("Rows of the split"), "split_rows"),
                (tr("Views brought up to date"), "views"), (tr("Written files replaced or removed"), "files"))  # fmt: skip
        items += [_pair(name, number(counts[key])) for name, key in rows]
        items += self._without_key(plan.get("without_key", []))
        if case_outcome.not_removed(plan):
            items += [rule(), label(tr("Not removed, because Lester cannot reach it"), "smallstrong", "2")]
            items += [
                row(Icon("alert", "warn"), (label(words, "body", wrap=True), 1)) for words in case_outcome.not_removed(plan)
            ]
        return _pane(tr("What will change"), tr("nothing is written yet"), items)

    def _without_key(self, sources: list[dict[str, Any]]) -> list[Any]:
        """Rows that stay because they name nobody, by source; that there are none is a fact, too."""
        found = [s for s in sources if s["rows"]]
        if sources and not found:
            return [_pair(self.tr("Rows that stay because they carry no key"), "0")]
        of = self.tr("%1 of %2")
        pairs = [_pair(s["path"], of.replace("%1", number(s["rows"])).replace("%2", number(s["of"]))) for s in found]
        title = label(self.tr("Rows that stay because they carry no key"), "smallstrong", "2")
        return [4, title, *pairs] if pairs else []

    def _meaning(self, plan: dict[str, Any]) -> QFrame:
        tr = self.tr
        columns = [Column(tr("Model"), 136), Column(tr("Update")), Column(tr("Time"), 68, True)]
        records = [
            Record(
                [cells.icon("model", m["pipeline"]), cells.text(m["update"], "ink2"), cells.num(seconds(m["seconds"]))],
                m["pipeline"],
            )
            for m in plan["models"]
        ] or [Record([cells.text(tr("no model changes"), "ink3"), cells.EMPTY, cells.EMPTY])]
        table = RecordTable(RecordModel(columns, records), 30, fit=True, says=tr("Models"), pad=0)
        items: list[Any] = [table, 4]
        measured = [a for a in plan["accuracy"] if a["low"] is not None and a["high"] is not None]
        if measured and all(a["low"] == a["high"] == 0 for a in measured):
            still = tr("It stays as it is: no test decision of the others changes.")
            if any(a["before"] != a["after"] for a in measured):
                still = tr("No test decision of the others changes: it moves only because the person’s own test rows leave.")
            items += [label(tr("Accuracy"), "smallstrong", "2"), label(still, "small", "2", wrap=True)]
        elif measured:
            items += [label(tr("Accuracy"), "smallstrong", "2"), self._intervals(measured)]
            clear_change = any(c["low"] > 0 or c["high"] < 0 for c in map(_change, measured))
            words = (
                tr("A change that the test set can tell from chance.")
                if clear_change
                else tr("No change that the test set could tell from chance.")
            )
            items += [label(words, "small", "2", wrap=True), 4]
        for a in plan["accuracy"]:
            items.append(_pair(a["pipeline"], f"{number(a['before'], 4)} → {number(a['after'], 4)}"))
        changed = plan["counts"].get("other_decisions", 0)
        whole = max(self._test_rows, changed)
        words = tr("%1, of %2 test rows").replace("%1", number(changed)).replace("%2", number(whole))
        items += [4, _pair(tr("Decisions of others that change"), words if whole else number(changed))]
        if changed and any(m["method"] == "retrained" for m in plan["models"]):
            drawn = tr("A model that is trained again draws its random samples anew: not every change is this person’s doing.")
            items.append(label(drawn, "small", "3", wrap=True))
        items += [4, label(tr("Time"), "smallstrong", "2"), self._cost(plan)]
        if plan.get("checks_seconds"):
            basis = tr("Checks are replay, purge and asking the scripts: measured in earlier cases.")
            if not plan["checks_seconds"]["measured"]:
                basis = tr("Checks are replay, purge and asking the scripts: estimated, no case was carried out here yet.")
            items.append(label(basis, "small", "3", wrap=True))
        return _pane(tr("What it means"), tr("estimated on this computer"), items)

    def _intervals(self, measured: list[dict[str, Any]]) -> QLayout:
        plot = IntervalPlot()
        points = [_change(a) for a in measured]
        plot.show_points(points, self.tr("change in points, 95 % interval"))
        names = [p["name"] for p in points]

        def draw(painter: QPainter, rect: QRectF) -> None:
            room = 64 / max(1, len(names))
            for i, name in enumerate(names):
                painting.text(painter, QRectF(0, i * room, rect.width() - 4, room), name, ink="ink2")

        return row(Painted(draw, 104, 108, ", ".join(names)), (plot, 1), gap=0)

    def _cost(self, plan: dict[str, Any]) -> QWidget:
        checks = plan.get("checks_seconds") or {}
        after = sum(checks.get(step, 0.0) for step in ("replay", "purge", "ask_original"))
        bars = [(self.tr("The change"), plan["seconds"], "accent"), (self.tr("Full rerun"), plan["full_rerun_seconds"], "edge")]
        if checks:
            bars.insert(1, (self.tr("Its checks"), after, "accent"))
        full = max(*(cost for _name, cost, _ink in bars), 1e-9)

        def draw(painter: QPainter, rect: QRectF) -> None:
            for i, (name, cost, ink) in enumerate(bars):
                y = i * 26.0
                painting.text(painter, QRectF(0, y, 80, 24), name, ink="ink2")
                wide = rect.width() - 84 - 88
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(theme.qcolour(ink))
                painter.drawRoundedRect(QRectF(84, y + 7, max(5.0, wide * cost / full), 10), 3, 3)
                painting.text(painter, QRectF(0, y, rect.width(), 24), seconds(cost), "strong", right=True)

        return Painted(draw, None, 26 * len(bars), "; ".join(f"{name}: {seconds(cost)}" for name, cost, _ink in bars))

    def _proof(self, plan: dict[str, Any]) -> QFrame:
        tr = self.tr
        columns = [Column(tr("Artefact")), Column(tr("Must equal a rerun"), 150)]
        records = [
            Record([cells.icon(icon, words), states.guarantee_cell(guarantee)], words)
            for icon, words, guarantee in case_outcome.proofs(plan)
        ]
        table = RecordTable(RecordModel(columns, records), 28, fit=True, says=tr("What each artefact must equal"), pad=0)
        steps = (
            (tr("Replay from an empty database"), tr("on the remaining rows")),
            (tr("Ask the original scripts"), tr("run isolated and compare five stages each")),
            (tr("Search every byte"), tr("of Lester’s files for the person’s identifiers")),
        )
        items: list[Any] = [table, 4, label(tr("Checks that run by themselves"), "smallstrong", "2")]
        items += [_step(str(i), title, sub) for i, (title, sub) in enumerate(steps, 1)]
        items += [
            rule(),
            label(tr("This plan is bound to"), "smallstrong", "2"),
            _pair(tr("Plan"), short_hash(plan["plan_hash"]), "code"),
        ]
        void = tr("A change to data, plan or program voids the approval.")
        items.append(row(Icon("lock", "ink3", 14), (label(void, "small", "2", wrap=True), 1)))
        return _pane(tr("How it is proved"), tr("after the commit"), items)


class Flow(Painted):
    """What happens after approval, and up to where it can be cancelled."""

    def __init__(self, plan: dict[str, Any] | None = None) -> None:
        super().__init__(self._paint_flow, None, 72)
        tr = self.tr
        self._names = [
            tr("Stage"),
            tr("Check"),
            tr("Commit"),
            tr("Replay"),
            tr("Purge"),
            tr("Ask the original"),
            tr("Certificate"),
        ]
        checks = (plan or {}).get("checks_seconds") or {}
        about = {step: tr("about %1").replace("%1", seconds(cost)) for step, cost in checks.items() if step != "measured"}
        self._subs = [
            tr("on a copy"),
            tr("counts and hashes"),
            tr("one moment"),
            about.get("replay", tr("from empty")),
            about.get("purge", tr("files and lines")),
            about.get("ask_original", tr("isolated")),
            tr("signed"),
        ]
        self.setAccessibleName(", ".join(self._names) + ". " + tr("It can be cancelled until the commit."))

    def _paint_flow(self, painter: QPainter, rect: QRectF) -> None:
        wide = rect.width() / len(FLOW)
        for i, (_key, icon) in enumerate(FLOW):
            x = i * wide
            painting.icon(painter, icon, x, 20, 16, "accent" if i < 2 else "ink2")
            painting.text(painter, QRectF(x + 24, 8, wide - 30, 22), self._names[i], "strong")
            painting.text(painter, QRectF(x + 24, 29, wide - 30, 18), self._subs[i], "small", "ink3")
            if i < len(FLOW) - 1:
                painting.icon(painter, "chevron", x + wide - 26, 20, 12, "ink3")
        x = 2 * wide - 10
        painter.setPen(QPen(theme.qcolour("warn"), 1.5, Qt.PenStyle.DashLine))
        painter.drawLine(QPointF(x, 4), QPointF(x, rect.height() - 4))
        words = QRectF(x - 208, rect.height() - 20, 200, 16)
        painting.text(painter, words, self.tr("until here you can cancel"), "caption", "warn", right=True)


def _change(a: dict[str, Any]) -> dict[str, Any]:
    """Change of a metric in points, with the interval of the change."""
    change = a.get("change", a["after"] - a["before"])
    return {"name": a["pipeline"], "change": change * 100, "low": a["low"] * 100, "high": a["high"] * 100}


def _pane(title: str, sub: str, items: list[Any]) -> QFrame:
    head = row(label(title, "heading"), None, label(sub, "small", "3"))
    return card(col(head, 4, *items, None, gap=8, margins=(16, 14, 16, 14)))


def _pair(name: str, value: str, role: str = "strong") -> QLayout:
    return row(label(name, "body", "2"), None, label(value, role))


def _cell(c: dict[str, Any]) -> QWidget:
    before, after = number(c["before"]), number(c["after"])

    def draw(painter: QPainter, rect: QRectF) -> None:
        wide = painting.text_width(after, "code")
        room = rect.width() - wide - 24 - painting.text_width(before, "code") - 8
        painting.text(painter, QRectF(0, 0, room * 0.62, 24), c["column"], "code")
        painting.text(painter, QRectF(room * 0.64, 0, room * 0.36, 24), str(c["key"]), "small", "ink3")
        painting.text(painter, QRectF(0, 0, rect.width() - wide - 24, 24), before, "code", "ink3", right=True)
        painting.icon(painter, "chevron", rect.width() - wide - 17, 12, 10, "ink3")
        painting.text(painter, QRectF(0, 0, rect.width(), 24), after, "code", right=True)

    says = f"{c['view']}, {c['key']}, {c['column']}: {before} → {after}"
    made = Painted(draw, None, 24, says)
    made.setToolTip(says)
    return made


def _step(no: str, title: str, sub: str) -> QLayout:
    def dot(painter: QPainter, _rect: QRectF) -> None:
        painter.setPen(QPen(theme.qcolour("line_control"), 1.2))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawEllipse(QRectF(1, 1, 20, 20))
        painting.text(painter, QRectF(1, 1, 20, 20), no, "small", "ink2", weight=600, centre=True)

    return row(Painted(dot, 22, 36), (col(label(title), label(sub, "small", "3", wrap=True), gap=1), 1), gap=10)


def _lines(lines: list[dict[str, Any]], corrects: bool) -> QWidget:
    """Lines that leave a file or change in it: a sign, the number, masked fields. Never the values."""
    sign, ground, ink = ("~", "accent_tint", "accent_ink") if corrects else ("−", "danger_tint", "danger_ink")

    def draw(painter: QPainter, rect: QRectF) -> None:
        for i, line in enumerate(lines):
            y = i * 23.0
            painter.fillRect(QRectF(0, y, rect.width(), 22), theme.qcolour(ground))
            painting.text(painter, QRectF(8, y, 12, 22), sign, "code", ink)
            painting.text(painter, QRectF(16, y, 46, 22), number(line["line"]), "codesmall", "ink2", right=True)
            wide = painting.text_width(line["source"], "codesmall")
            painting.text(painter, QRectF(74, y, wide + 2, 22), line["source"], "codesmall", "ink2")
            x = 74 + max(wide, 66) + 12
            for k in range(max(1, line["masked"].count(",") + 1)):
                if x + painting.DOTS * 7 + 14 > rect.width() - 8:
                    painting.text(painter, QRectF(x, y, 20, 22), "…", "codesmall", "ink2")
                    break
                if k:
                    painting.text(painter, QRectF(x, y, 8, 22), ",", "codesmall", "ink2")
                    x += 8
                x = painting.mask(painter, x, y + 11, lock=False, ink="ink2")

    says = "; ".join(f"{line['source']} {number(line['line'])}" for line in lines)
    return Painted(draw, None, 23 * len(lines) - 1, says)
