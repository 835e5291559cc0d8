"""Sheets that inform: keys and words, a bug, a certificate that somebody else issued."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QGridLayout, QPlainTextEdit

from lester_gui import __version__
from lester_gui.errors import UserError
from lester_gui.ui.actions import TABLE, Actions
from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.sheet import Sheet
from lester_gui.ui.fonts import font
from lester_gui.ui.layout import col, label, row
from lester_gui.ui.opening import Opening
from lester_gui.ui.widgets import Banner, Button, Icon


class HelpSheet(Sheet):
    """Every key, and the words that Lester uses."""

    width_wanted = 620

    def __init__(self, actions: Actions) -> None:
        super().__init__(self.tr("Help"))
        grid = QGridLayout()
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        keys = [(actions.key(spec.id), actions[spec.id].text()) for spec in TABLE if spec.key]
        keys += [
            (self.tr("Enter"), self.tr("Open the row")),
            (self.tr("Space"), self.tr("Light the path of the row")),
            (self.tr("Tab, arrows"), self.tr("Move; Tab leaves a table")),
        ]
        half = (len(keys) + 1) // 2
        for i, (key, words) in enumerate(keys):
            grid.addWidget(label(key, "smallstrong", "2"), i % half, 2 * (i // half))
            grid.addWidget(label(words), i % half, 2 * (i // half) + 1)
        close = Button(self.tr("Close"), "primary")
        close.clicked.connect(self.close_sheet)
        text = self.tr(
            "A pipeline is a script that trains a model; its plan says the same declaratively. A footprint is everything "
            "one person touched; influence is what leaving them out changes. Plum always marks one person. Lines: solid "
            "for data, dashed for a filter or join, dotted for an average or weight."
        )
        self.set_content(
            col(
                row(
                    Icon("help", "accent", 20),
                    label(self.tr("Keys and words"), "title"),
                    None,
                    label(f"Lester {__version__}", "small", "3"),
                ),
                8,
                grid,
                8,
                label(text, "body", "2", wrap=True),
                12,
                row(None, close),
                gap=4,
                margins=(24, 20, 24, 20),
            ),
            close,
            close,
        )


class CrashSheet(Sheet):
    """A bug: what was reported, without personal values, and a way to keep the report."""

    def __init__(self, report: str) -> None:
        super().__init__(self.tr("Lester made a mistake"))
        text = QPlainTextEdit(report)
        text.setReadOnly(True)
        text.setFont(font("codesmall"))
        text.setFixedHeight(240)
        text.setProperty("kind", "field")
        text.setAccessibleName(self.tr("Report of the error"))
        text.setTabChangesFocus(True)
        copy = Button(self.tr("Copy report"), icon="file")
        copy.clicked.connect(lambda: QGuiApplication.clipboard().setText(report))
        leave = Button(self.tr("Quit"))
        leave.clicked.connect(QApplication.quit)
        go_on = Button(self.tr("Go on"), "primary")
        go_on.clicked.connect(self.close_sheet)
        body = self.tr(
            "This is a bug in Lester, not something you did. The last action was stopped; nothing was half written. "
            "The report below names places in the code only: texts, addresses and numbers were taken out. Nothing is sent."
        )
        self.set_content(
            col(
                row(Icon("alert", "danger", 22), label(self.tr("Lester made a mistake"), "title"), None),
                4,
                label(body, "body", "2", wrap=True),
                8,
                text,
                12,
                row(copy, None, leave, go_on),
                gap=4,
                margins=(24, 20, 24, 20),
            ),
            go_on,
            go_on,
        )


class CertificateSheet(Sheet):
    """Check a certificate without opening a project."""

    width_wanted = 560

    def __init__(self, desk: Desk, opening: Opening) -> None:
        super().__init__(self.tr("Check a certificate"))
        self._opening = opening
        self._answer = Banner("accent", self.tr("No file chosen"), self.tr("A certificate is a .json file."), "file")
        choose = Button(self.tr("Choose a file…"), "primary", "folder-open")
        choose.clicked.connect(self._choose)
        close = Button(self.tr("Close"))
        close.clicked.connect(self.close_sheet)
        self._lay = col(
            row(Icon("audit", "accent", 22), label(self.tr("Check a certificate"), "title"), None),
            4,
            label(self.tr("Lester checks the signature and that nothing in the file was changed since."), "body", "2", wrap=True),
            8,
            self._answer,
            12,
            row(None, close, choose),
            gap=4,
            margins=(24, 20, 24, 20),
        )
        self.set_content(self._lay, choose, choose)

    def check(self, file: Path) -> None:
        """Check a file and show the answer."""
        self._opening.check_certificate(file, self._show, self._fail)

    def _choose(self) -> None:
        chosen, _kind = QFileDialog.getOpenFileName(self, self.tr("Choose a certificate"), str(Path.home()), "*.json")
        if chosen:
            self.check(Path(chosen))

    def _show(self, answer: dict[str, Any]) -> None:
        if answer["valid"]:
            self._put(
                Banner(
                    "ok",
                    self.tr("The certificate is valid"),
                    self.tr("Signed by %1").replace("%1", str(answer["signer"])),
                    "audit",
                )
            )
        else:
            self._put(Banner("danger", self.tr("The certificate is not valid"), "; ".join(answer["reasons"])))

    def _fail(self, error: UserError) -> None:
        self._put(Banner("danger", error.message, error.hint))

    def _put(self, banner: Banner) -> None:
        self._lay.replaceWidget(self._answer, banner)
        self._answer.deleteLater()
        self._answer = banner
        self.relayout()
        banner.setFocus(Qt.FocusReason.OtherFocusReason)
