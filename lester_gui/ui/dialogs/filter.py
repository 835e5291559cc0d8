"""One filter: a column, a comparison and a value. Masked columns are not offered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QComboBox

from lester_gui.ui.dialogs.sheet import Sheet
from lester_gui.ui.fonts import font
from lester_gui.ui.layout import col, label, row
from lester_gui.ui.widgets import Button, Field, Icon

OPERATORS = ("=", "!=", "<", "<=", ">", ">=", "contains", "missing")


def operator_words(op: str) -> str:
    """Comparison in words."""
    say = QCoreApplication.translate
    return {
        "=": say("Filter", "is"),
        "!=": say("Filter", "is not"),
        "<": say("Filter", "less than"),
        "<=": say("Filter", "at most"),
        ">": say("Filter", "more than"),
        ">=": say("Filter", "from"),
        "contains": say("Filter", "contains"),
        "missing": say("Filter", "is missing"),
    }[op]


def filter_words(column: str, op: str, value: Any) -> str:
    """Filter as its chip says it."""
    return f"{column} {operator_words(op)}" + ("" if op == "missing" else f" {value}")


class FilterSheet(Sheet):
    """Asks for a filter."""

    width_wanted = 560

    def __init__(self, fields: list[dict[str, Any]], add: Callable[[str, str, Any], None]) -> None:
        super().__init__(self.tr("Add a filter"))
        self._fields, self._add = {f["name"]: f["type"] for f in fields}, add
        self.column = _choice(list(self._fields), self.tr("Column"))
        self.op = _choice([operator_words(op) for op in OPERATORS], self.tr("Comparison"))
        self.value = Field(self.tr("Value"))
        self.op.currentIndexChanged.connect(lambda i: self.value.setEnabled(OPERATORS[i] != "missing"))
        cancel = Button(self.tr("Cancel"))
        cancel.clicked.connect(self.close_sheet)
        go = Button(self.tr("Add filter"), "primary", "filter")
        go.clicked.connect(self._go)
        column = col(label(self.tr("Column"), "smallstrong", "2"), self.column, None, gap=4)
        op = col(label(self.tr("Comparison"), "smallstrong", "2"), self.op, None, gap=4)
        self.set_content(
            col(
                row(Icon("filter", "accent", 20), label(self.tr("Add a filter"), "title"), None), 8,
                row((column, 1), (op, 1), (col(self.value, None, gap=0), 1), gap=12), 16, row(None, cancel, go), gap=4,
                    margins=(24, 20, 24, 20),
            ),
            self.column,
            go,
        )  # fmt: skip

    def _go(self) -> None:
        column, op = self.column.currentText(), OPERATORS[self.op.currentIndex()]
        try:
            value = None if op == "missing" else typed(self.value.text(), self._fields[column] if op != "contains" else "str")
        except ValueError:
            self.value.set_error(self.tr("This column holds numbers."))
            self.relayout()
            return
        self._add(column, op, value)
        self.close_sheet()


def typed(text: str, kind: str) -> Any:
    """Value of a column's type from what was typed; ValueError when it is none."""
    if kind == "int":
        return int(text.replace(",", ""))
    if kind == "float":
        return float(text.replace(",", ""))
    if kind == "bool":
        if text.lower() not in ("yes", "no", "true", "false"):
            raise ValueError(text)
        return text.lower() in ("yes", "true")
    return text


def _choice(items: list[str], says: str) -> QComboBox:
    made = QComboBox()
    made.setFont(font())
    made.addItems(items)
    made.setAccessibleName(says)
    return made
