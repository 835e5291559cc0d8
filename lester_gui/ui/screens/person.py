"""Person: search by any identifier, one sentence, the footprint per stage, and what leaving this person out changes."""

from __future__ import annotations

import html
import re
from typing import Any

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QLineEdit, QStackedWidget, QWidget

from lester_gui.errors import UserError
from lester_gui.ui import icons, theme
from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.origin import OriginSheet
from lester_gui.ui.dialogs.reveal import RevealSheet
from lester_gui.ui.fonts import font
from lester_gui.ui.layout import card, clear, col, holder, label, row, scroll
from lester_gui.ui.models.records import RecordModel
from lester_gui.ui.screen import Screen
from lester_gui.ui.screens import person_stages
from lester_gui.ui.screens.person_influence import InfluencePart
from lester_gui.ui.screens.person_nothing import CandidatesPage, NothingPage
from lester_gui.ui.views.table import RecordTable
from lester_gui.ui.widgets import Button, Empty, Icon, MaskedValue
from lester_gui.ui.widgets.stage_tabs import StageTabs
from lester_gui.ui.words import when

_FIGURES = re.compile(
    r"\d[\d,]*(?: of \d[\d,]*)?(?: (?:(?:training |validation |test )?rows?|models?|(?:test )?decisions?))\b|\d[\d,]* of \d[\d,]*"
)


class SearchField(QLineEdit):
    """Where an identifier is typed; the eye shows or hides it. It is emptied once the person is found."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "search")
        self.setFont(font())
        self.setFixedHeight(40)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self._mark, self._eye = QAction(self), QAction(self)
        self.addAction(self._mark, QLineEdit.ActionPosition.LeadingPosition)
        self.addAction(self._eye, QLineEdit.ActionPosition.TrailingPosition)
        self._eye.setToolTip(self.tr("Show or hide what is typed"))
        self._eye.triggered.connect(self._toggle)
        self.setAccessibleName(self.tr("Identifier of a person: an address, a number, a row"))
        self.set_hint("")
        self._tint()
        theme.follow(self, "_tint")

    def set_hint(self, found_by: str) -> None:
        """Say by what the person was found, or what may be typed."""
        usual = self.tr("An exact value that names a person: ssn, e-mail, customer number, or a row like patients.#row=12")
        self.setPlaceholderText(f"••••••   {found_by}" if found_by else usual)

    def show_text(self) -> None:
        """Show what was typed: nobody was found by it."""
        self.setEchoMode(QLineEdit.EchoMode.Normal)

    def hide_text(self) -> None:
        self.setEchoMode(QLineEdit.EchoMode.Password)

    def _toggle(self) -> None:
        hidden = self.echoMode() == QLineEdit.EchoMode.Password
        self.setEchoMode(QLineEdit.EchoMode.Normal if hidden else QLineEdit.EchoMode.Password)

    def _tint(self) -> None:
        self._mark.setIcon(icons.icon("search", theme.colour("ink2")))
        self._eye.setIcon(icons.icon("eye", theme.colour("ink3")))


class PersonScreen(Screen):
    """One person."""

    name = "person"

    def __init__(self, desk: Desk) -> None:
        super().__init__(desk)
        self.title = self.tr("Person")
        self.trace: dict[str, Any] = {}
        self._subject = ""
        self._request = Button(self.tr("New request"), "primary", "plus")
        self._request.clicked.connect(lambda: desk.go("requests", new=True, token=self.token()))
        self.buttons = [self._request]
        self._build()
        desk.opened.connect(self._reset)

    def enter(self, token: str = "", **_target: Any) -> None:
        if token and token != self.token():
            self.look_for(token)
        elif not self.trace:
            self.search.setFocus()

    def leave(self) -> None:
        for value in self.findChildren(MaskedValue):
            value.hide_value()

    def token(self) -> str:
        """Token of the person that is shown, or nothing."""
        return self.trace.get("subject") or ""

    def panes(self) -> list[QWidget]:
        return [self.search, self.stages, self.table, self.influence]

    def find_field(self) -> QLineEdit:
        return self.search

    # building -------------------------------------------------------------------------------------------------------
    def _build(self) -> None:
        tr = self.tr
        self.search = SearchField()
        self.search.returnPressed.connect(lambda: self.look_for(self.search.text()))
        find = Button(tr("Find"), "primary")
        find.clicked.connect(lambda: self.look_for(self.search.text()))
        self._found_icon, self._found = Icon("check-circle", "ok"), label("", "small", "2")
        self._found_icon.hide()
        self._found.hide()
        top = row((self.search, 1), find, self._found_icon, self._found, gap=12, margins=(24, 16, 24, 0))
        self._sentence = label("", "sentence", wrap=True, rich=True)
        self._name = label("", "heading", "person_ink")
        self._aliases = row()
        reveal = Button(tr("Reveal…"), "quiet", "eye")
        reveal.clicked.connect(self._ask_reveal)
        self._reveal = reveal
        person = card(
            col(row(Icon("person", "person_ink", 18), self._name, 8, label(tr("known by"), "small", "2"), self._aliases,
                None, reveal),
                self._sentence, gap=12, margins=(16, 12, 16, 16)),
            tone="person",
        )  # fmt: skip
        self.stages = StageTabs(tr("Stages of the footprint"))
        self.stages.currentChanged.connect(self._show_stage)
        self._table_place = col(margins=(1, 2, 1, 1))
        self.table: QWidget = QWidget()
        self.influence = InfluencePart()
        self.influence.again_asked.connect(self._measure)
        self.influence.stop_asked.connect(self._stop_measuring)
        self.influence.graph_asked.connect(lambda: self.desk.go("lineage", token=self.token()))
        self._not_searched = label("", "small", "3", wrap=True)
        content = col(
            person, card(row((self.stages, 1), margins=(1, 1, 1, 1))), card(self._table_place), self.influence,
                self._not_searched, None,
            gap=12, margins=(24, 0, 24, 16),
        )  # fmt: skip
        self._nothing = NothingPage()
        self._nothing.read_again.connect(self._read_again)
        self._nothing.record.connect(lambda: self.desk.go("requests", new=True))
        self._candidates = CandidatesPage()
        self._candidates.chosen.connect(self.look_for)
        empty = Empty(
            "person", tr("Whose data are you looking for?"),
            tr("Type a value that names the person. Lester searches every source and run by "
                "exact match, so that a search for one person never shows another. Where a pipeline has no plan, its script "
                "is run, isolated, with and without them."),
        )  # fmt: skip
        self._pages = QStackedWidget()
        for page in (empty, scroll(holder(content)), scroll(self._nothing), scroll(self._candidates)):
            self._pages.addWidget(page)
        self.setLayout(col(top, (self._pages, 1), gap=12))

    # searching ------------------------------------------------------------------------------------------------------
    def look_for(self, subject: str) -> None:
        """Search a person by an identifier or a token."""
        subject = subject.strip()
        if not subject:
            self.search.setFocus()
            return
        self._subject = subject
        self._found_icon.set_icon("refresh", "accent")
        self._found_icon.show()
        self._say_found(self.tr("Searching…"))
        session = self.desk.session
        self.ask(
            "trace", lambda ctx: session.trace(subject, ctx=ctx), self._take, self._not_found, name=self.tr("Searching a person")
        )

    def _take(self, trace: dict[str, Any]) -> None:
        self.trace = trace
        searched = trace["searched"]
        if not trace["found"]:
            self.trace = {}
            self.search.show_text()
            self._found_icon.hide()
            self._say_found("")
            self._nothing.show_search(trace)
            self._pages.setCurrentIndex(2)
            self.set_fact("")
            return
        self._subject = trace["subject"]  # the typed value is not kept
        self.search.hide_text()
        self.search.clear()
        first = trace["known_by"][0] if trace["known_by"] else None
        self.search.set_hint(self.tr("%1, exact match").replace("%1", first["column"]) if first else "")
        indexed = when(max((s["indexed_at"] or "" for s in searched), default=None))
        words = self.tr("1 person. Searched %1 of %2 sources, indexed %3.")
        for i, value in enumerate((len(searched), len(searched) + len(trace["not_searched"]), indexed), 1):
            words = words.replace(f"%{i}", str(value))
        self._say_found(words)
        self._found_icon.set_icon("check-circle", "ok")
        self._pages.setCurrentIndex(1)
        self._show(trace)
        self._measure(False)

    def _say_found(self, words: str) -> None:
        self._found.setText(words)
        self._found.setVisible(bool(words))

    def _not_found(self, error: UserError) -> None:
        self._found_icon.hide()
        self._say_found("")
        candidates = getattr(error, "candidates", None)
        if candidates:
            self._candidates.show_candidates(error, candidates)
            self._pages.setCurrentIndex(3)
        else:
            self.desk.messages.error(error)

    def _read_again(self) -> None:
        session = self.desk.session
        self.ask(
            "scan",
            lambda ctx: session.scan(ctx=ctx),
            lambda _scan: self.look_for(self._subject),
            name=self.tr("Reading the sources again"),
        )

    # influence ------------------------------------------------------------------------------------------------------
    def _measure(self, counterfactual: bool) -> None:
        session, subject = self.desk.session, self.token()
        if not any(p["models"] for p in self.trace["pipelines"]) and not counterfactual:
            self.influence.show_trace(self.trace)
            return
        self.influence.set_running()
        task = self.ask(
            "influence", lambda ctx: session.trace(subject, influence=True, counterfactual=counterfactual, ctx=ctx),
                self._take_influence,
            lambda error: self.influence.set_nothing(f"{error.message} {error.hint}".strip()),
            name=self.tr("Leaving this person out"),
        )  # fmt: skip
        task.progressed.connect(lambda step: self.influence.set_progress(step.label, step.fraction))

    def _stop_measuring(self) -> None:
        task = self._tasks.get("influence")
        if task is not None:
            task.cancel()
            self.influence.set_nothing(self.tr("Stopped: the influence was not computed."))

    def _take_influence(self, trace: dict[str, Any]) -> None:
        if trace["subject"] == self.token():
            self.trace = trace
            self._show(trace)
            self.influence.show_trace(trace)

    # showing --------------------------------------------------------------------------------------------------------
    def _show(self, trace: dict[str, Any]) -> None:
        self._name.setText(self.tr("Person %1").replace("%1", trace["subject"]))
        self._sentence.setText(sentence(trace))
        shown = [(v.property("source"), v.property("column")) for v in self.findChildren(MaskedValue)]
        known_by = list({k["column"]: k for k in reversed(trace["known_by"])}.values())[::-1]
        wanted = [(k["source"], k["column"]) for k in known_by]
        if shown != wanted:
            self._show_aliases(known_by)
        self._reveal.setEnabled(bool(wanted))
        self.stages.set_stages(person_stages.stages(trace))
        self._show_stage(self.stages.currentIndex())
        missed = trace["not_searched"]
        words = self.tr("Not searched: %1").replace("%1", "; ".join(f"{m['path']} ({m['reason']})" for m in missed))
        self._not_searched.setText(words if missed else "")
        self._not_searched.setVisible(bool(missed))

    def _show_aliases(self, known_by: list[dict[str, Any]]) -> None:
        clear(self._aliases)
        for alias in known_by[:4]:
            name = label(alias["column"], "codesmall", "2")
            places = [f"{k['source']}.{k['column']}" for k in self.trace["known_by"] if k["column"] == alias["column"]]
            name.setToolTip(", ".join(places))
            value = MaskedValue(f"{alias['source']}.{alias['column']}")
            value.setProperty("source", alias["source"])
            value.setProperty("column", alias["column"])
            self._aliases.addLayout(row(name, value, gap=6))

    def _show_stage(self, stage: int) -> None:
        if not self.trace or stage < 0:
            return
        columns, records = person_stages.table(self.trace, stage)
        clear(self._table_place)
        model = RecordModel(columns, records)
        fits = len(records) <= 8
        self.table = RecordTable(model, 32, fit=fits, says=self.stages.tabText(stage))
        if not fits:
            self.table.setFixedHeight(32 * 8 + 30)
        self.table.opened.connect(self._open)
        self._table_place.addWidget(self.table)

    def _open(self, key: tuple[Any, ...] | None) -> None:
        if key is None:
            return
        if key[0] == "source":
            self.desk.go("data", source=key[1], row_no=key[2])
        elif key[0] == "view":
            self.desk.go("data", view=key[1], pipeline=key[2])
        elif key[0] == "feature":
            self.desk.sheet_wanted.emit(OriginSheet(self.desk, key[2], key[1], key[3]))
        else:
            self.desk.go("rewrite", pipeline=key[1])

    def _ask_reveal(self) -> None:
        values = {f"{v.property('source')}.{v.property('column')}": v for v in self.findChildren(MaskedValue)}
        session, token = self.desk.session, self.token()

        def go(name: str, reason: str) -> None:
            value = values[name]
            source, column = value.property("source"), value.property("column")
            self.desk.ask(
                lambda _ctx: session.reveal_alias(token, source, column, reason), lambda found: value.reveal(str(found["value"]))
            )

        self.desk.sheet_wanted.emit(RevealSheet(list(values), next(iter(values)), go))

    def _reset(self) -> None:
        self.trace, self._subject = {}, ""
        self.search.clear()
        self.search.hide_text()
        self.search.set_hint("")
        self.stages.setCurrentIndex(0)
        self._say_found("")
        self._found_icon.hide()
        self._pages.setCurrentIndex(0)


def sentence(trace: dict[str, Any]) -> str:
    """The one sentence, with its figures strong, as rich text."""
    parts = [trace["sentence"]]
    for pipeline in trace["pipelines"]:
        influence = pipeline["influence"]
        if influence and influence["sentence"] not in trace["sentence"]:
            parts.append(influence["sentence"])
    text = html.escape(" ".join(part for part in parts if part))
    strong = _FIGURES.sub(lambda match: f"<span style='font-weight:600'>{match.group(0)}</span>", text)
    return f"<span style='line-height:150%'>{strong}</span>"
