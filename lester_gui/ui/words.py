"""Numbers, dates and plurals as the screens say them; one place, so that two screens never say it differently."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from PySide6.QtCore import QCoreApplication, QLocale, QTranslator

# %Ln is filled in with the number by Qt; this says the English singular. Other languages come as .qm files.
SINGULAR = {
    "%Ln rows": "%Ln row",
    "%Ln steps": "%Ln step",
    "%Ln steps, you can edit it": "%Ln step, you can edit it",
    "See %Ln attempts": "See %Ln attempt",
    "source rows": "source row",
    "views": "view",
    "written files": "written file",
    "%Ln inputs": "%Ln input",
    "%Ln cases": "%Ln case",
    "%Ln models": "%Ln model",
    "%Ln findings": "%Ln finding",
    "%Ln sources": "%Ln source",
    "%Ln views": "%Ln view",
    "%Ln pipelines": "%Ln pipeline",
    "%Ln persons": "%Ln person",
    "%Ln days": "%Ln day",
    "days": "day",
    "pipelines": "pipeline",
    "models": "model",
    "%Ln days left": "%Ln day left",
    "%Ln days past due": "%Ln day past due",
    "%Ln days early": "%Ln day early",
    "%Ln entries": "%Ln entry",
    "%Ln columns": "%Ln column",
    "%Ln values": "%Ln value",
    "%Ln files": "%Ln file",
    "%Ln artefacts": "%Ln artefact",
    "%Ln source files": "%Ln source file",
    "%Ln splits": "%Ln split",
    "%Ln encoders": "%Ln encoder",
    "%Ln feature blocks": "%Ln feature block",
    "%Ln prediction lists": "%Ln prediction list",
    "%Ln written files": "%Ln written file",
    "%Ln links": "%Ln link",
    "%Ln decisions": "%Ln decision",
    "%Ln feature cells": "%Ln feature cell",
    "%Ln training rows": "%Ln training row",
    "%Ln test rows": "%Ln test row",
    "%Ln files are not understood: %1": "%Ln file is not understood: %1",
    "See these and %Ln more rows…": "See these and %Ln more row…",
    "%Ln other fields stay as they are": "%Ln other field stays as it is",
    "%Ln more fields are not listed": "%Ln more field is not listed",
    "%Ln lines": "%Ln line",
    "Verified on %Ln inputs": "Verified on %Ln input",
    "Equal on %Ln inputs": "Equal on %Ln input",
    "Train and test share %Ln persons": "Train and test share %Ln person",
    "Review %Ln steps": "Review %Ln step",
    "%Ln places stopped the rules.": "%Ln place stopped the rules.",
}


class EnglishPlurals(QTranslator):
    """Gives the singular of texts that count."""

    def translate(self, context: str, source: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        return SINGULAR.get(source) if n == 1 else None

    def isEmpty(self) -> bool:
        return False


def install(app: QCoreApplication) -> EnglishPlurals:
    """Use British English numbers and plurals in this application."""
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom))
    made = EnglishPlurals(app)
    app.installTranslator(made)
    return made


def number(value: float | None, digits: int | None = None) -> str:
    """Whole numbers with thousands separators, others with `digits` or as many as they need; – when there is none."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return QCoreApplication.translate("words", "yes") if value else QCoreApplication.translate("words", "no")
    if isinstance(value, int):
        return f"{value:,}"
    if digits is None and abs(value) >= 1000:
        digits = 0 if value == int(value) else 2
    text = f"{value:,.{digits}f}" if digits is not None else f"{value:,.6g}"
    return text.replace("-", "−")


def signed(value: float | None, digits: int = 4) -> str:
    """Change with its sign: ``+0.0021``, ``−0.0002``, ``0.0000``."""
    if value is None:
        return "–"
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        if value != 0:
            return f"{value:+.1e}".replace("-", "−")
        return text
    return ("+" if value > 0 else "−") + text


def big(value: int) -> tuple[str, str]:
    """Large count as a figure and its unit: ``("1.29", "million")``, ``("887", "")``."""
    if value >= 1_000_000:
        return f"{value / 1_000_000:.2f}", QCoreApplication.translate("words", "million")
    return f"{value:,}", ""


def seconds(value: float | None) -> str:
    """Duration: ``0.4 s``, ``12 s``, ``11 min 40 s``, ``2 h 5 min``."""
    if value is None:
        return "–"
    if value < 0.05:
        return "< 0.1 s"
    if value < 10:
        return f"{value:.1f} s"
    if value < 60:
        return f"{value:.0f} s"
    minutes, rest = divmod(round(value), 60)
    if minutes < 60:
        return f"{minutes} min {rest} s" if rest else f"{minutes} min"
    hours, minutes = divmod(minutes, 60)
    return f"{hours} h {minutes} min"


def moment(iso: str | None) -> datetime | None:
    """ISO text as a local time."""
    if not iso:
        return None
    made = datetime.fromisoformat(iso)
    return made.astimezone() if made.tzinfo else made


def day(iso: str | None, short: bool = False) -> str:
    """``19 February 2027``, or ``19 Feb 2027`` when short."""
    if not iso:
        return "–"
    made = date.fromisoformat(iso[:10])
    return f"{made.day} {made:%b} {made.year}" if short else f"{made.day} {made:%B} {made.year}"


def when(iso: str | None, now: datetime | None = None) -> str:
    """``today, 08:15``, ``yesterday``, ``9 February``, or ``9 February 2026``; ``never`` when there is none."""
    made = moment(iso)
    if made is None:
        return QCoreApplication.translate("words", "never")
    today = (now or datetime.now(made.tzinfo)).date()
    if made.date() == today:
        return QCoreApplication.translate("words", "today, %1").replace("%1", f"{made:%H:%M}")
    if made.date() == today - timedelta(days=1):
        return QCoreApplication.translate("words", "yesterday")
    year = "" if made.year == today.year else f" {made.year}"
    return f"{made.day} {made:%B}{year}"


def day_heading(iso: str, now: datetime | None = None) -> str:
    """Heading of a day in a list: ``Today, 18 February 2027``, ``Yesterday``, ``16 February 2027``."""
    made = moment(iso)
    if made is None:
        return ""
    today = (now or datetime.now(made.tzinfo)).date()
    if made.date() == today:
        return QCoreApplication.translate("words", "Today, %1").replace("%1", day(made.date().isoformat()))
    if made.date() == today - timedelta(days=1):
        return QCoreApplication.translate("words", "Yesterday")
    return day(made.date().isoformat())


def short_hash(value: str | None, groups: int = 3) -> str:
    """First characters of a hash in groups of four."""
    if not value:
        return "–"
    return " ".join(value[i : i + 4] for i in range(0, 4 * groups, 4))


def listed(items: list[str], most: int = 4) -> str:
    """``a, b, c``, or ``a, b, c and 3 more``."""
    if len(items) <= most:
        return ", ".join(items)
    rest = QCoreApplication.translate("words", "and %1 more").replace("%1", f"{len(items) - most:,}")
    return f"{', '.join(items[:most])} {rest}"


def row_label(row_no: int) -> str:
    """Number of a view's row as people count it: its order key leaves gaps of 1,024."""
    return number(row_no // 1024 if row_no and row_no % 1024 == 0 else row_no)


def ranges(numbers: list[int], most: int = 3) -> str:
    """Row numbers in few words: ``row 611``, ``rows 3, 9 and 12``, ``rows 18,204 and 3 more``."""
    if not numbers:
        return "–"
    if len(numbers) == 1:
        return QCoreApplication.translate("words", "row %1").replace("%1", f"{numbers[0]:,}")
    if len(numbers) <= most:
        shown = ", ".join(f"{n:,}" for n in numbers[:-1]) + f" and {numbers[-1]:,}"
    else:
        shown = QCoreApplication.translate("words", "%1 and %2 more")
        shown = shown.replace("%1", f"{numbers[0]:,}").replace("%2", f"{len(numbers) - 1:,}")
    return QCoreApplication.translate("words", "rows %1").replace("%1", shown)
