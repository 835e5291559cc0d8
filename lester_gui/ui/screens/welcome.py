"""Welcome: three ways to begin on the left, recent projects on the right, one promise below."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from lester_gui import __version__
from lester_gui.ui import painting, theme
from lester_gui.ui.actions import Actions
from lester_gui.ui.desk import Desk
from lester_gui.ui.layout import card, col, holder, label, row, rule
from lester_gui.ui.messages import Message
from lester_gui.ui.models import cells
from lester_gui.ui.models.records import Column, Record, RecordModel
from lester_gui.ui.opening import Opening
from lester_gui.ui.views.table import RecordTable
from lester_gui.ui.widgets import Banner, Button, Empty, Icon, Painted, QuickField


class StartCard(QAbstractButton):
    """One way to begin: icon, title, one sentence and its key."""

    def __init__(self, icon: str, title: str, sub: str, key: str) -> None:
        super().__init__()
        self._icon, self._sub, self._key = icon, sub, key
        self.setText(title)
        self.setAccessibleName(title)
        self.setAccessibleDescription(sub)
        self.setFixedHeight(58)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.follow(self)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        focus = self.hasFocus()
        painter.setPen(QPen(theme.qcolour("focus" if focus else "line"), 2 if focus else 1))
        painter.setBrush(theme.qcolour("hover" if self.underMouse() else "surface"))
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 10, 10)
        painting.icon(painter, self._icon, 17, rect.center().y(), 20, "accent")
        painting.text(painter, QRectF(49, 10, rect.width() - 120, 20), self.text(), "strong")
        painting.text(painter, QRectF(49, 30, rect.width() - 120, 18), self._sub, "small", "ink3")
        painting.text(painter, rect.adjusted(0, 0, -17, 0), self._key, "caption", "ink3", right=True)
        painter.end()


class DropPlace(QWidget):
    """Dashed place for a folder.

    Signals
    -------
    dropped
        Path of the folder.
    """

    dropped = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAcceptDrops(True)
        self.setFixedHeight(124)
        self.setAccessibleName(self.tr("Drop a project folder here"))
        self._over = False
        theme.follow(self)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        urls = event.mimeData().urls()
        if len(urls) == 1 and Path(urls[0].toLocalFile()).is_dir():
            event.acceptProposedAction()
            self._over = True
            self.update()

    def dragLeaveEvent(self, event: Any) -> None:
        self._over = False
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        self._over = False
        self.update()
        self.dropped.emit(event.mimeData().urls()[0].toLocalFile())

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        rect = QRectF(self.rect())
        painter.setPen(QPen(theme.qcolour("accent" if self._over else "line_control"), 1, Qt.PenStyle.DashLine))
        painter.setBrush(theme.qcolour("accent_wash" if self._over else "window"))
        painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), 10, 10)
        painting.icon(painter, "folder-open", rect.center().x() - 12, 38, 24, "ink3")
        words, promise = (
            self.tr("Drop a project folder here"),
            self.tr("Opening only reads. Rewriting and tracing may run scripts, isolated"),
        )
        painting.text(painter, QRectF(0, 58, rect.width(), 20), words, ink="ink2", weight=500, centre=True)
        painting.text(painter, QRectF(0, 80, rect.width(), 18), promise, "small", "ink3", centre=True)
        painter.end()


class Welcome(QWidget):
    """The page before a project is open."""

    def __init__(self, desk: Desk, opening: Opening, actions: Actions) -> None:
        super().__init__()
        self._desk, self._opening = desk, opening
        self._message = Banner("accent", "")
        self._message.hide()
        self._right_lay: QVBoxLayout = col()
        self.setProperty("bg", "window")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        foot = holder(
            row(
                label(f"Lester {__version__}", "small", "3"),
                None,
                Icon("lock", "ink3", 14),
                label(self.tr("Nothing leaves this computer"), "small", "3"),
                gap=6,
                margins=(24, 0, 24, 0),
            ),
            "rail",
        )
        foot.setFixedHeight(28)
        body = row(self._left(actions), rule(vertical=True), (self._right(actions), 1), gap=0)
        self.setLayout(col((body, 1), rule(), foot, gap=0))

    def enter(self) -> None:
        """Show which projects were opened lately."""
        self._fill("")

    def say(self, message: Message) -> None:
        """Say something above the list of projects."""
        self._message.setProperty("tone", message.tone)
        new = Banner(message.tone, message.text, message.hint)
        self._right_lay.replaceWidget(self._message, new)
        self._message.deleteLater()
        self._message = new
        new.show()

    def message(self) -> str:
        """What is said, or nothing."""
        return self._message.accessibleName() if self._message.isVisibleTo(self) else ""

    def _left(self, actions: Actions) -> QWidget:
        def draw(painter: QPainter, rect: QRectF) -> None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.qcolour("accent_fill"))
            painter.drawRoundedRect(rect, 14, 14)
            painting.mark(painter, rect.adjusted(11, 11, -11, -11))

        sample = next((s for s in self._opening.samples() if s["name"] == "hospital"), None)
        about = self.tr("Made-up patients, one script, nothing to set up")
        if sample is None:
            about = self.tr("The sample is not part of this installation")
        starts = [
            StartCard(
                "folder-open",
                actions["open_folder"].text(),
                self.tr("Python scripts and notebooks that train models"),
                actions.key("open_folder"),
            ),
            StartCard("play", actions["open_sample"].text(), about, actions.key("open_sample")),
            StartCard(
                "audit",
                actions["check_certificate"].text(),
                self.tr("Verify someone’s evidence without opening a project"),
                actions.key("check_certificate"),
            ),
        ]
        for start, name in zip(starts, ("open_folder", "open_sample", "check_certificate"), strict=True):
            start.clicked.connect(actions[name].trigger)
        self.first = starts[0]
        drop = DropPlace()
        drop.dropped.connect(self._opening.open)
        promise = self.tr("Everything stays on this computer. Lester sends nothing.")
        idea = self.tr("Find where a person’s data went, see what it changed, and remove it everywhere.")
        left = holder(
            col(
                row(Painted(draw, 48, 48), 4, label("Lester", "hero"), None, gap=12),
                12,
                label(idea, "sentence", "2", wrap=True),
                20,
                *starts,
                8,
                drop,
                None,
                row(Icon("lock", "ink3", 14), label(promise, "small", "3"), None),
                margins=(64, 88, 56, 40),
            ),
            "surface",
        )
        left.setFixedWidth(540)
        return left

    def _right(self, actions: Actions) -> QWidget:
        self._find = QuickField(self.tr("Find a project"), width=220, quiet=False)
        self._find.textChanged.connect(self._fill)
        self._model = RecordModel([Column(self.tr("Project")), Column(self.tr("State"), 220), Column(self.tr("Opened"), 116)])
        self.recent = RecordTable(self._model, 56, fit=True, says=self.tr("Recent projects"), header=False)
        self.recent.opened.connect(self._open)
        self._list = card(col(self.recent, margins=(1, 6, 1, 6)))
        self._empty = card(
            col(Empty("project", self.tr("No project yet"), self.tr("Open a folder with scripts, or try the sample hospital.")))
        )
        self._empty.setFixedHeight(200)
        start = Button(self.tr("Try the sample"))
        start.clicked.connect(actions["open_sample"].trigger)
        tour = Banner(
            "accent",
            self.tr("First time here?"),
            self.tr("Follow one made-up patient from the source row to the prediction. About two minutes."),
            "help",
        ).add(start)
        self._right_lay = col(
            row(label(self.tr("Recent projects"), "heading"), None, self._find),
            4,
            self._message,
            self._list,
            self._empty,
            None,
            tour,
            margins=(40, 88, 64, 40),
        )
        return holder(self._right_lay)

    def _fill(self, wanted: str) -> None:
        records = []
        for name in self._desk.settings.last_projects:
            folder = Path(name)
            if wanted.lower() not in name.lower():
                continue
            shown = name.replace(str(Path.home()), "~", 1)
            if not folder.is_dir():
                cell = cells.icon2("project", folder.name, self.tr("folder not found: moved or renamed?"), "ink3")
                records.append(Record([cell, cells.link(self.tr("Forget it")), cells.EMPTY], ("forget", name)))
                continue
            known = (folder / ".lester").is_dir()
            state = (
                cells.chip(self.tr("Opened before"), "ok", "check-circle")
                if known
                else cells.chip(self.tr("New"), "neutral", "dot")
            )
            records.append(
                Record([cells.icon2("project", folder.name, shown), state, cells.link(self.tr("Open"))], ("open", name))
            )
        self._model.set_records(records)
        has_any = bool(self._desk.settings.last_projects)
        self._list.setVisible(bool(records))
        self._empty.setVisible(not records)
        self._find.setVisible(has_any)

    def _open(self, key: tuple[str, str]) -> None:
        what, folder = key
        if what == "open":
            self._opening.open(folder)
        else:
            self._opening.forget(folder)
            self._fill(self._find.text())
