"""Stages above the code, and beneath it what speaks for the step that is lit."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QLayout, QWidget

from lester_gui.ui import painting, states
from lester_gui.ui.desk import Desk
from lester_gui.ui.dialogs.finding import decision_chip
from lester_gui.ui.layout import clear, col, label, row, rule
from lester_gui.ui.widgets import Button, Chip, Painted
from lester_gui.ui.words import number


class StagesBar(Painted):
    """The five stages with their state and one fact each."""

    def __init__(self) -> None:
        super().__init__(self._paint_stages, None, 36)
        self._stages: list[tuple[str, str, str, str]] = []

    def show_stages(self, stages: list[dict[str, Any]]) -> None:
        """Show other stages."""
        self._stages = [(s["name"], s["fact"], *states.stage_state(s["status"], s.get("findings", 0))) for s in stages]
        words = [f"{name}: {fact}" for name, fact, *_rest in self._stages]
        self.setAccessibleName("; ".join(words))
        self.setToolTip("\n".join(words))
        self.update()

    def _paint_stages(self, painter: QPainter, rect: QRectF) -> None:
        x, middle = 0.0, rect.center().y()
        facts = [fact for _name, fact, *_rest in self._stages]
        names = sum(painting.text_width(name, "strong") + 64 for name, *_rest in self._stages) - 34  # nothing follows the last
        if names + sum(painting.text_width(fact, "small") for fact in facts) > rect.width():
            facts = [fact.split(",")[0] for fact in facts]  # the whole stands in the tooltip
        most = max(40.0, (rect.width() - names) / max(1, len(facts)))
        spare = sum(max(0.0, most - painting.text_width(fact, "small")) for fact in facts)
        for i, (name, _fact, icon, ink) in enumerate(self._stages):
            painting.icon(painter, icon, x, middle, 16, ink)
            wide = painting.text_width(name, "strong")
            painting.text(painter, QRectF(x + 22, 0, wide + 4, rect.height()), name, "strong")
            wanted = painting.text_width(facts[i], "small")
            more = min(wanted, most + spare)
            spare -= max(0.0, more - most)
            painting.text(painter, QRectF(x + 28 + wide, 0, more + 2, rect.height()), facts[i], "small", "ink3")
            x += wide + more + 46
            if i < len(self._stages) - 1:
                painting.icon(painter, "chevron", x - 6, middle, 12, "ink3")
                x += 18


class EvidenceStrip(QWidget):
    """What was compared for one step, and what may be decided about it."""

    accept_asked = Signal()
    reject_asked = Signal()
    edit_asked = Signal()
    opinion_asked = Signal()
    attempts_asked = Signal()
    finding_asked = Signal(int)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.setProperty("bg", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(146)
        self.setAccessibleName(self.tr("Evidence for the step"))
        self._title = label("", "heading")
        self._chips = row()
        self._facts = row(gap=12)
        self._reject = Button(self.tr("Reject…"), "quiet")
        self._opinion = Button(self.tr("Ask the model"), "quiet", "bulb")
        self._edit = Button(self.tr("Edit plan"), icon="pencil")
        self._accept = Button(self.tr("Accept step"), "primary", "check")
        self._reject.clicked.connect(self.reject_asked)
        self._opinion.clicked.connect(self.opinion_asked)
        self._edit.clicked.connect(self.edit_asked)
        self._accept.clicked.connect(self.accept_asked)
        head = row(
            self._title,
            self._chips,
            None,
            self._reject,
            self._opinion,
            self._edit,
            self._accept,
            label("Alt+Enter", "caption", "3"),
        )
        self.setLayout(col(head, (self._facts, 1), gap=12, margins=(24, 12, 24, 12)))

    def may_accept(self) -> bool:
        return self._accept.isEnabled()

    def set_asking(self, asking: bool) -> None:
        """The model is being asked for a second opinion."""
        if asking:
            self._opinion.set_off(self.tr("The model is being asked"))
        else:
            self._opinion.set_on()

    def show_step(self, step: dict[str, Any], review: dict[str, Any]) -> None:
        """Show another step."""
        tr, evidence = self.tr, step["evidence"]
        words = tr("Step %1, %2").replace("%1", str(step["number"])).replace("%2", step["stage"])
        self._title.setText(words)
        clear(self._chips)
        for chip in self._states(step, review):
            self._chips.addWidget(chip)
        clear(self._facts)
        facts = [(self._rows(evidence, step["kind"]), 3), (self._compared(evidence), 3), (self._inputs(evidence), 3)]
        if step["findings"]:
            facts.append((self._finding(step["findings"]), 4))
        if step.get("second_opinion"):
            facts.append((self._second(step["second_opinion"]), 3))
        facts.append((self._made_by(step, review), 3))
        for i, (fact, share) in enumerate(facts):
            if i:
                self._facts.addWidget(rule(vertical=True))
            self._facts.addLayout(fact, share)
        if step["decision"] == "accepted":
            self._accept.set_off(tr("This step is accepted"))
        elif any(f["needs_decision"] and not f["decision"] for f in step["findings"]):
            self._accept.set_off(tr("Decide on the finding of this step first"))
        elif evidence.get("equal") is False:
            self._accept.set_off(tr("The plan gives other results than the original here"))
        else:
            self._accept.set_on()

    def _states(self, step: dict[str, Any], review: dict[str, Any]) -> list[Chip]:
        tr, equal = self.tr, step["evidence"].get("equal")
        chips = []
        if equal:
            chips.append(Chip(tr("Equal on %Ln inputs", "", review["inputs"]), "ok", "check-circle"))
        elif equal is False:
            chips.append(Chip(tr("Differs"), "danger", "differs"))
        else:
            chips.append(Chip(tr("Not compared by itself"), "neutral", "dot"))
        if step["kind"] == "opaque":
            chips.append(Chip(tr("Opaque: coarse lineage"), "warn", "partial"))
        if step["findings"]:
            chips.append(Chip(tr("%Ln findings", "", len(step["findings"])), "warn", "alert"))
        if step["decision"]:
            by = step.get("decided_by") or ""
            words = (tr("Accepted by %1") if step["decision"] == "accepted" else tr("Rejected by %1")).replace("%1", by)
            chips.append(Chip(words, *(("accent", "check") if step["decision"] == "accepted" else ("danger", "hand"))))
        return chips

    def _finding(self, findings: list[dict[str, Any]]) -> QLayout:
        """The finding that waits for a decision, or the first one, with the way to decide."""
        tr = self.tr
        waiting = [f for f in findings if f["needs_decision"] and not f["decision"]]
        first = (waiting or findings)[0]
        made = col(label(tr("Finding"), "caption", "3"), gap=3)
        title = label(first["title"], "strong", "warn", wrap=True)
        title.setToolTip(f"{first['title']}. {first['text']} {first['effect']}".strip())
        made.addWidget(title)
        if first["decision"]:
            made.addLayout(row(decision_chip(first), None))
        words = tr("Decide…") if waiting else tr("See the finding")
        if len(findings) > 1:
            words = f"{words} ({tr('1 of %1').replace('%1', str(len(findings)))})"
        see = Button(words, "link")
        see.clicked.connect(lambda _on=False, n=first["number"]: self.finding_asked.emit(n))
        made.addLayout(row(see, None))  # alone, the button's greatest width would be the column's
        made.addStretch(1)
        return made

    def _rows(self, evidence: dict[str, Any], kind: str) -> QLayout:
        tr, before, after = self.tr, evidence.get("rows_in"), evidence.get("rows_out")
        if before is None or after is None:
            return _fact(tr("Rows"), "–", tr("this step has no rows of its own"))
        if kind == "read":
            return _fact(tr("Rows"), tr("%1 read").replace("%1", number(after)), tr("from the source file"))
        words = tr("%1 in, %2 out").replace("%1", number(before)).replace("%2", number(after))
        if before == after:
            sub = tr("no row lost or doubled")
        else:
            sub = (tr("%1 rows fewer") if after < before else tr("%1 rows more")).replace("%1", number(abs(before - after)))
        return _fact(tr("Rows"), words, sub)

    def _compared(self, evidence: dict[str, Any]) -> QLayout:
        sub = self.tr("plan against the original script") if evidence.get("equal") is not None else ""
        return _fact(self.tr("Compared"), evidence.get("compared") or "–", sub)

    def _inputs(self, evidence: dict[str, Any]) -> QLayout:
        tr = self.tr
        if not evidence.get("inputs"):
            return _fact(tr("Changed inputs"), "–", tr("none tried"))
        words = tr("%1 of %2 agree").replace("%1", str(evidence["inputs_agree"])).replace("%2", str(evidence["inputs"]))
        ink = "" if evidence["inputs_agree"] == evidence["inputs"] else "danger"
        return _fact(tr("Changed inputs"), words, evidence.get("counterexample") or tr("for example a missing key"), ink)

    def _second(self, opinion: dict[str, Any]) -> QLayout:
        tr = self.tr
        words = tr("The model agrees") if opinion["agrees"] else tr("The model differs")
        return _fact(tr("Second opinion"), words, f"{opinion['model']}: {opinion['text']}", "ok" if opinion["agrees"] else "warn")

    def _made_by(self, step: dict[str, Any], review: dict[str, Any]) -> QLayout:
        made = _fact(self.tr("Written by"), step["made_by_text"], "")
        if review["attempts"]:
            see = Button(self.tr("See %Ln attempts", "", len(review["attempts"])), "link")
            see.clicked.connect(self.attempts_asked)
            made.insertLayout(2, row(see, None))
        return made


def _fact(title: str, value: str, sub: str, ink: str = "") -> Any:
    strong = label(value, "strong", ink, wrap=True)
    rest = label(sub, "small", "2", wrap=True)
    rest.setToolTip(sub)
    return col(label(title, "caption", "3"), strong, rest, None, gap=3)
