"""Read-only or editable code with line numbers and, behind the text, the bands of the steps."""

from __future__ import annotations

import io
import keyword
import re
import tokenize
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, QRectF, QSize, Signal
from PySide6.QtGui import (
    QFontMetricsF,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QSyntaxHighlighter,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
)
from PySide6.QtWidgets import QTextEdit, QWidget

from lester_gui.ui import painting, theme
from lester_gui.ui.fonts import font

LINE = 18  # height of a line in pixels
TOP = 8
NUMBERS = 50  # width of the line numbers
SIGNS = 30  # room for signs right of the code, so that none lies over it
_SQL = re.compile(r"(?P<str>'[^']*')|(?P<com>--.*)|(?P<num>\b\d+(?:\.\d+)?\b)|(?P<word>\b[A-Za-z_]+\b)(?P<call>\s*\()?")
_SQL_TEXT = """
select from where join left right inner outer on using group by order as and or not in is null case when then else end create
table view with over partition distinct union all having limit insert into asc desc cast between like
"""
_SQL_WORDS = frozenset(_SQL_TEXT.split())


@dataclass(frozen=True, slots=True)
class Band:
    """Lines of one step on one side: its number and, from 1, the first and last line."""

    number: int
    first: int
    last: int


def python_spans(text: str) -> dict[int, list[tuple[int, int, str]]]:
    """Colour roles per line (from 0) as (start, end, token), from Python's own tokenizer; partial where it stops."""
    spans: dict[int, list[tuple[int, int, str]]] = {}
    before: tokenize.TokenInfo | None = None
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            role = _python_role(token)
            if role:
                for line in range(token.start[0], token.end[0] + 1):
                    start = token.start[1] if line == token.start[0] else 0
                    end = token.end[1] if line == token.end[0] else 10_000
                    spans.setdefault(line - 1, []).append((start, end, role))
            is_call = token.type == tokenize.OP and token.string == "(" and before is not None
            if is_call and before and before.type == tokenize.NAME and not keyword.iskeyword(before.string):
                spans.setdefault(before.start[0] - 1, []).append((before.start[1], before.end[1], "syn_fn"))
            before = token
    except (tokenize.TokenError, SyntaxError):  # half-typed code is coloured as far as it reads
        return spans
    return spans


def _python_role(token: tokenize.TokenInfo) -> str:
    if token.type == tokenize.NAME:
        return "syn_kw" if keyword.iskeyword(token.string) else ""
    return {tokenize.STRING: "syn_str", tokenize.NUMBER: "syn_num", tokenize.COMMENT: "syn_com"}.get(token.type, "")


def sql_spans(text: str) -> dict[int, list[tuple[int, int, str]]]:
    """Colour roles per line of SQL."""
    spans: dict[int, list[tuple[int, int, str]]] = {}
    for i, line in enumerate(text.split("\n")):
        for match in _SQL.finditer(line):
            kind = match.lastgroup if match.lastgroup != "call" else "word"
            if kind == "word":
                word = match.group("word")
                role = "syn_kw" if word.lower() in _SQL_WORDS else "syn_fn" if match.group("call") else ""
                if role:
                    spans.setdefault(i, []).append((match.start("word"), match.end("word"), role))
            elif kind:
                spans.setdefault(i, []).append((match.start(), match.end(), f"syn_{kind}"))
    return spans


class _Highlighter(QSyntaxHighlighter):
    def __init__(self, document: QTextDocument, language: str) -> None:
        super().__init__(document)
        self._find = sql_spans if language == "sql" else python_spans
        self._text: str | None = None
        self._spans: dict[int, list[tuple[int, int, str]]] = {}

    def highlightBlock(self, text: str) -> None:
        whole = self.document().toPlainText()
        if whole != self._text:
            self._text = whole
            self._spans = self._find(whole)
        for start, end, role in self._spans.get(self.currentBlock().blockNumber(), []):
            form = QTextCharFormat()
            form.setForeground(theme.qcolour(role))
            self.setFormat(start, min(end, len(text)) - start, form)


class CodePane(QTextEdit):
    """One side of the review.

    Signals
    -------
    line_clicked
        Number of the line, from 1.
    moved
        The text was scrolled or laid out again, so what is drawn beside it must be drawn again.
    """

    line_clicked = Signal(int)
    moved = Signal()

    def __init__(self, says: str, language: str = "python", bar_left: bool = True) -> None:
        super().__init__()
        self._bands: list[Band] = []
        self._signs: dict[int, tuple[str, str]] = {}
        self._selected = 0
        self._fault = 0
        self._bar_left = bar_left
        self.setAccessibleName(says)
        self.setFont(font("code"))
        self.setReadOnly(True)
        self.setTabChangesFocus(True)
        self.setAcceptRichText(False)
        self.setLineWrapMode(QTextEdit.LineWrapMode.NoWrap)
        self.setFrameShape(QTextEdit.Shape.NoFrame)
        self.setProperty("kind", "code")
        self.document().setDocumentMargin(0)
        self.setViewportMargins(NUMBERS, TOP, 0, 0)
        self._highlighter = _Highlighter(self.document(), language)
        self._numbers = _Numbers(self)
        self.verticalScrollBar().valueChanged.connect(self._changed)
        self.horizontalScrollBar().valueChanged.connect(self._changed)
        theme.follow(self, "_rehighlight")

    def set_code(self, text: str) -> None:
        """Show other code."""
        self.setPlainText(text.rstrip("\n"))
        form = QTextBlockFormat()
        form.setLineHeight(LINE, QTextBlockFormat.LineHeightTypes.FixedHeight.value)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(form)
        self.document().clearUndoRedoStacks()
        self._changed()

    def set_bands(self, bands: list[Band], signs: dict[int, tuple[str, str]]) -> None:
        """Show which lines belong to which step; `signs` are (icon, ink) at the right end of a line."""
        self._bands, self._signs = bands, signs
        self._make_room()
        self._changed()

    def set_fault(self, line: int | None, why: str = "") -> None:
        """Mark a line that cannot be read, and bring it into sight; None takes the mark away."""
        self._fault = line or 0
        self.setToolTip(why if line else "")
        self.setAccessibleDescription(why if line else "")
        self._make_room()
        if line:
            cursor = QTextCursor(self.document().findBlockByNumber(line - 1))
            self.setTextCursor(cursor)
            self.ensureCursorVisible()
        self._changed()

    def select(self, number: int) -> None:
        """Light the band of a step and scroll to it."""
        self._selected = number
        band = next((b for b in self._bands if b.number == number), None)
        if band is not None:
            bar = self.verticalScrollBar()
            top, bottom = (band.first - 1) * LINE, band.last * LINE
            if top < bar.value() or bottom > bar.value() + self.viewport().height():
                bar.setValue(max(0, top - self.viewport().height() // 3))
        self._changed()

    def scroll_to(self, line: int) -> None:
        """Bring a line to the top, with one line above it."""
        self.verticalScrollBar().setValue(max(0, (line - 2) * LINE))

    def edges(self, number: int) -> tuple[float, float] | None:
        """Top and bottom of a step's band in this widget's coordinates; None when it has no lines here."""
        band = next((b for b in self._bands if b.number == number), None)
        if band is None:
            return None
        offset = TOP - self.verticalScrollBar().value()
        return (band.first - 1) * LINE + offset + 1, band.last * LINE + offset - 1

    def event(self, event: QEvent) -> bool:
        done = super().event(event)
        if event.type() == QEvent.Type.Paint:  # the bands go on beneath the scroll bar, to the ribbons
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            self.paint_bands(painter, self.width(), 0)
            self._paint_signs(painter)
            painter.end()
        return done

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), theme.qcolour("surface"))
        painter.translate(-NUMBERS, -TOP)
        self.paint_bands(painter, self.width(), NUMBERS)
        painter.end()
        super().paintEvent(event)

    def _paint_signs(self, painter: QPainter) -> None:
        """Signs stand in a margin of their own, right of the code."""
        x = self.viewport().geometry().right() + 9
        scrolled = self.verticalScrollBar().value()
        signs = self._signs | ({self._fault: ("alert", "danger")} if self._fault else {})
        for line, (icon, ink) in signs.items():
            middle = TOP + (line - 1) * LINE + LINE / 2 - scrolled
            painting.icon(painter, icon, x, middle, 15, ink)

    def _make_room(self) -> None:
        self.setViewportMargins(NUMBERS, TOP, SIGNS if self._signs or self._fault else 0, 0)

    def paint_bands(self, painter: QPainter, width: float, _offset: float) -> None:
        """Draw the bands in this widget's coordinates; the numbers draw theirs with it too."""
        for band in self._bands:
            edges = self.edges(band.number)
            if edges is None:
                continue
            on = band.number == self._selected
            rect = QRectF(0, edges[0], width, edges[1] - edges[0])
            painter.fillRect(rect, theme.qcolour("accent_tint" if on else "band"))
            x = 0.0 if self._bar_left else width - 3
            painter.fillRect(QRectF(x, rect.y(), 3, rect.height()), theme.qcolour("accent" if on else "band_line"))
            if on:
                for y in (rect.top(), rect.bottom() - 1):
                    painter.fillRect(QRectF(0, y, width, 1), theme.qcolour("accent"))
        if self._fault:
            y = TOP + (self._fault - 1) * LINE - self.verticalScrollBar().value()
            painter.fillRect(QRectF(0, y, width, LINE), theme.qcolour("danger_tint"))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if not self.textCursor().hasSelection():
            self.line_clicked.emit(self.cursorForPosition(event.position().toPoint()).blockNumber() + 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._numbers.setGeometry(QRect(0, 0, NUMBERS, self.height()))
        self.moved.emit()

    def _changed(self) -> None:
        self.update()
        self.viewport().update()
        self._numbers.update()
        self.moved.emit()

    def _rehighlight(self) -> None:
        self._highlighter.rehighlight()
        self._changed()


class _Numbers(QWidget):
    """Line numbers; the bands run on beneath them."""

    def __init__(self, pane: CodePane) -> None:
        super().__init__(pane)
        self._pane = pane

    def sizeHint(self) -> QSize:
        return QSize(NUMBERS, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.qcolour("surface"))
        self._pane.paint_bands(painter, self._pane.width(), 0)
        painter.setFont(font("codesmall"))
        painter.setPen(theme.qcolour("ink3"))
        ascent = QFontMetricsF(font("codesmall")).ascent()
        scrolled = self._pane.verticalScrollBar().value()
        first = max(0, (scrolled - TOP) // LINE)
        last = min(self._pane.document().blockCount(), first + self.height() // LINE + 3)
        for i in range(int(first), last):
            y = TOP + i * LINE - scrolled
            width = QFontMetricsF(font("codesmall")).horizontalAdvance(str(i + 1))
            painter.drawText(QPointF(36 - width, y + (LINE - 4 + ascent) / 2 + 1), str(i + 1))
        painter.end()
