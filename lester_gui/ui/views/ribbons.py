"""Original and plan side by side, joined by ribbons; one step is lit on both sides at once."""

from __future__ import annotations

import itertools
from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from lester_gui.ui import theme
from lester_gui.ui.fonts import font
from lester_gui.ui.layout import row
from lester_gui.ui.views.code import Band, CodePane

GUTTER = 72


class Gutter(QWidget):
    """The ribbons between two panes; up and down move from step to step.

    Signals
    -------
    chosen
        Number of the step.
    """

    chosen = Signal(int)

    def __init__(self, left: CodePane, right: CodePane) -> None:
        super().__init__()
        self._left, self._right = left, right
        self._steps: list[tuple[int, str]] = []
        self._selected = 0
        self.setFixedWidth(GUTTER)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        left.moved.connect(self.update)
        right.moved.connect(self.update)
        theme.follow(self)

    def set_steps(self, steps: list[tuple[int, str]]) -> None:
        """Show other steps, each (number, name)."""
        self._steps = steps
        self.update()

    def select(self, number: int) -> None:
        """Light one ribbon."""
        self._selected = number
        name = dict(self._steps).get(number, "")
        words = self.tr("Step %1 of %2, %3").replace("%1", str(number)).replace("%2", str(len(self._steps))).replace("%3", name)
        self.setAccessibleName(words)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        numbers = [number for number, _name in self._steps]
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
        if step is None or not numbers:
            super().keyPressEvent(event)
            return
        at = numbers.index(self._selected) if self._selected in numbers else -1
        self.chosen.emit(numbers[min(len(numbers) - 1, max(0, at + step))])

    def mousePressEvent(self, event: QMouseEvent) -> None:
        for number, centre in self._centres():
            if (centre - event.position()).manhattanLength() < 18:
                self.chosen.emit(number)
                return

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), theme.qcolour("surface"))
        painter.setClipRect(self.rect())
        order = [n for n, _name in self._steps if n != self._selected] + [self._selected]
        for number in order:
            self._paint_ribbon(painter, number)
        for number, centre in self._centres():  # after all ribbons, so that none covers a number
            on = number == self._selected
            painter.setPen(QPen(theme.qcolour("accent" if on else "line_control"), 1.2))
            painter.setBrush(theme.qcolour("accent_fill" if on else "surface"))
            painter.drawEllipse(centre, 10, 10)
            if on and self.hasFocus():
                painter.setPen(QPen(theme.qcolour("focus"), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawEllipse(centre, 13, 13)
            painter.setFont(font("caption", 600))
            painter.setPen(theme.qcolour("on_accent" if on else "ink2"))
            box = QRectF(centre.x() - 10, centre.y() - 10, 20, 20)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, str(number))
        painter.end()

    def _paint_ribbon(self, painter: QPainter, number: int) -> None:
        left, right = self._left.edges(number), self._right.edges(number)
        if left is None or right is None:
            return
        middle, width, on = self.width() / 2, float(self.width()), number == self._selected
        path = QPainterPath(QPointF(0, left[0]))
        path.cubicTo(middle, left[0], middle, right[0], width, right[0])
        path.lineTo(width, right[1])
        path.cubicTo(middle, right[1], middle, left[1], 0, left[1])
        path.closeSubpath()
        painter.fillPath(path, theme.qcolour("accent_tint" if on else "band"))
        if on:
            painter.setPen(QPen(theme.qcolour("accent"), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for a, b, shift in ((left[0], right[0], 0.5), (left[1], right[1], -0.5)):
                line = QPainterPath(QPointF(0, a + shift))
                line.cubicTo(middle, a + shift, middle, b + shift, width, b + shift)
                painter.drawPath(line)

    def _centres(self) -> list[tuple[int, QPointF]]:
        found = []
        for number, _name in self._steps:
            left, right = self._left.edges(number), self._right.edges(number)
            sides = [s for s in (left, right) if s is not None]
            if sides:
                y = sum(sum(s) / 2 for s in sides) / len(sides)
                found.append((number, QPointF(self.width() / 2, y)))
        found.sort(key=lambda entry: entry[1].y())
        for (_above, one), (_below, other) in itertools.pairwise(found):
            other.setY(max(other.y(), one.y() + 23))  # where ribbons cross, their numbers stand one below the other
        return found


class SideBySide(QWidget):
    """Two panes and the gutter between them.

    Signals
    -------
    chosen
        Number of the step that was chosen by click or key.
    """

    chosen = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.original = CodePane(self.tr("The original script, never changed"))
        self.plan = CodePane(self.tr("The plan"), bar_left=False)
        self.gutter = Gutter(self.original, self.plan)
        self.gutter.chosen.connect(self.chosen)
        self.original.line_clicked.connect(lambda line: self._clicked(line, "original_lines"))
        self.plan.line_clicked.connect(lambda line: self._clicked(line, "plan_lines"))
        self._steps: list[dict[str, Any]] = []
        self.setLayout(row((self.original, 1), self.gutter, (self.plan, 1), gap=0))

    def show_review(self, review: dict[str, Any], signs: dict[int, tuple[str, str]]) -> None:
        """Show script and plan; `signs` gives (icon, ink) per step."""
        self._steps = review["steps"]
        if self.original.toPlainText() != review["original"].rstrip("\n"):
            self.original.set_code(review["original"])
            self.original.scroll_to(min((min(s["original_lines"]) for s in self._steps if s["original_lines"]), default=1))
        if self.plan.toPlainText() != review["plan"].rstrip("\n"):
            self.plan.set_code(review["plan"])
        found = {f["line"]: ("alert", "warn") for s in self._steps for f in s["findings"] if f.get("line")}
        self.original.set_bands(_bands(self._steps, "original_lines"), found)
        firsts = {min(s["plan_lines"]): signs[s["number"]] for s in self._steps if s["plan_lines"]}
        self.plan.set_bands(_bands(self._steps, "plan_lines"), firsts)
        self.gutter.set_steps([(s["number"], s["name"]) for s in self._steps])

    def select(self, number: int) -> None:
        """Light a step."""
        for part in (self.original, self.plan, self.gutter):
            part.select(number)

    def set_plan_only(self, only: bool) -> None:
        """Hide or show the original."""
        self.original.setVisible(not only)
        self.gutter.setVisible(not only)

    def step_at(self, line: int, side: str = "original_lines") -> int | None:
        """Number of the step that a line belongs to."""
        return next((s["number"] for s in self._steps if line in s[side]), None)

    def _clicked(self, line: int, side: str) -> None:
        number = self.step_at(line, side)
        if number is not None:
            self.chosen.emit(number)


def _bands(steps: list[dict[str, Any]], side: str) -> list[Band]:
    return [Band(s["number"], min(s[side]), max(s[side])) for s in steps if s[side]]
