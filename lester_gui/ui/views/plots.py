"""Influence in pictures, with matplotlib and the same tokens: no box, hairline grid, plum only for the person."""

from __future__ import annotations

import itertools
from typing import Any

from matplotlib import font_manager, rcParams
from matplotlib.axes import Axes
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from lester_gui.ui import fonts, theme
from lester_gui.ui.layout import col
from lester_gui.ui.words import number, signed

SMALL = 8.2
_registered: list[str] = []


class Plot(QWidget):
    """Canvas that draws itself again when its data, its size or the theme changes.

    Subclasses implement :meth:`draw`.
    """

    def __init__(self, height: int, says: str) -> None:
        super().__init__()
        _register_fonts()
        self._figure = Figure(dpi=100)
        self._canvas = FigureCanvasQTAgg(self._figure)
        self._canvas.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFixedHeight(height)
        self.setMinimumWidth(120)
        self.setLayout(col(self._canvas, gap=0))
        self.setAccessibleName(says)
        theme.follow(self, "redraw")

    def redraw(self) -> None:
        """Draw again in the colours of the theme."""
        self._figure.clear()
        self._figure.set_facecolor(theme.colour("surface"))
        self.draw(self._figure)
        self._canvas.draw_idle()

    def draw(self, figure: Figure) -> None:
        raise NotImplementedError


class InfluencePlot(Plot):
    """Left: how test probabilities shift when the person is left out. Right: the coefficients that move most."""

    def __init__(self) -> None:
        super().__init__(232, "")
        self._influence: dict[str, Any] | None = None

    def show_influence(self, influence: dict[str, Any]) -> None:
        """Draw another influence."""
        self._influence = influence
        words = self.tr("Change of test probabilities and of coefficients when left out. %1")
        self.setAccessibleName(words.replace("%1", influence["sentence"]))
        self.redraw()

    def draw(self, figure: Figure) -> None:
        if self._influence is None:
            return
        coefficients = self._influence["coefficients"][:6]
        if coefficients:
            left, right = figure.subplots(1, 2, width_ratios=[1.28, 1])
            self._draw_coefficients(right, coefficients)
        else:
            left = figure.subplots(1, 1)
        self._draw_shift(left, self._influence["probability_shift"])
        longest = max((len(c["feature"]) for c in coefficients), default=0)
        space = min(0.78, 0.26 + 0.016 * min(longest, 24))
        figure.subplots_adjust(left=0.085, right=0.975, top=0.97, bottom=0.2, wspace=space)

    def _draw_shift(self, axes: Axes, shift: dict[str, Any]) -> None:
        style(axes)
        edges, counts = shift["edges"], shift["counts"]
        widths = [(b - a) * 0.82 for a, b in itertools.pairwise(edges)]
        middles = [(a + b) / 2 for a, b in itertools.pairwise(edges)]
        axes.bar(middles, counts, width=widths, color=theme.colour("hist"))
        most = max([*counts, 1])
        if most > 50:
            axes.set_yscale("symlog", linthresh=1)
            ticks = [10**k for k in range(6) if 10**k <= most]
            axes.set_yticks(ticks, [number(t) for t in ticks])
            axes.set_ylim(0, most * 6)
        else:
            axes.set_ylim(0, most * 1.3)
            axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
        axes.minorticks_off()
        reach = max([abs(edges[0]), abs(edges[-1]), *[abs(v) for v in shift["changed"] + shift["own"]]]) * 1.1 or 0.01
        axes.set_xlim(-reach, reach)
        ticks = [-reach / 1.1, -reach / 2.2, 0, reach / 2.2, reach / 1.1]
        digits = 1 if reach >= 0.01 else 2 if reach >= 0.001 else 4
        axes.set_xticks(ticks, ["0" if t == 0 else signed(t * 100, digits) for t in ticks])
        axes.set_xlabel(self.tr("Change of probability when left out, percentage points"), **_caption())
        axes.set_ylabel(self.tr("Test predictions"), **_caption())
        top = axes.get_ylim()[1]
        height = most**0.5 if most > 50 else top * 0.55
        for value in shift["changed"]:
            axes.plot([value, value], [0, height], color=theme.colour("person"), lw=1.6)
            axes.plot([value], [height], "D", color=theme.colour("person"), ms=4.6)
        for value in shift["own"]:
            axes.plot([value], [height * 0.25], "o", color=theme.colour("person"), ms=5, mfc=theme.colour("surface"))
        if shift["own"]:
            place = (shift["own"][0], height * 0.25)
            axes.annotate(
                self.tr("their own"), place, (6, 6), textcoords="offset points", fontsize=8, color=theme.colour("person_ink")
            )
        if shift["changed"]:
            self._annotate(axes, len(shift["changed"]), reach, top)

    def _annotate(self, axes: Axes, count: int, reach: float, top: float) -> None:
        words = self.tr("%Ln decisions", "", count) + "\n" + self.tr("of others change")
        place = (reach * 0.62, top * 0.25 if axes.get_yscale() == "symlog" else top * 0.86)
        axes.annotate(words, place, fontsize=8.4, color=theme.colour("person"), ha="center", va="center", linespacing=1.35)

    def _draw_coefficients(self, axes: Axes, coefficients: list[dict[str, Any]]) -> None:
        style(axes)
        axes.grid(False)
        axes.grid(axis="x", color=theme.colour("line"), lw=0.8)
        axes.axvline(0, color=theme.colour("band_line"), lw=1)
        values = [c["change"] for c in coefficients]
        places = list(range(len(values)))[::-1]
        axes.hlines(places, 0, values, color=theme.colour("accent"), lw=2.2)
        axes.plot(values, places, "o", color=theme.colour("accent"), ms=5.5)
        names = [c["feature"] if len(c["feature"]) <= 24 else c["feature"][:23] + "…" for c in coefficients]
        axes.set_yticks(places, names, color=theme.colour("ink2"))
        reach = max([abs(v) for v in values] + [1e-12]) * 1.3
        axes.set_xlim(-reach, reach)
        axes.set_ylim(-0.6, len(values) - 0.4)
        half = reach / 1.3
        digits = max(1, min(6, _digits(half)))
        if half < 1e-5:
            axes.set_xticks([-half, 0, half], [f"{-half:.0e}".replace("-", "−"), "0", f"{half:.0e}".replace("-", "−")])
        else:
            axes.set_xticks([-half, 0, half], [signed(-half, digits), "0", signed(half, digits)])
        axes.set_xlabel(self.tr("Change of coefficient when left out"), **_caption())


class IntervalPlot(Plot):
    """One row per pipeline: estimated change of its metric with a 95 % interval, against zero."""

    def __init__(self) -> None:
        super().__init__(108, "")
        self._points: list[dict[str, Any]] = []
        self._unit = ""

    def show_points(self, points: list[dict[str, Any]], unit: str) -> None:
        """Draw other points, each with ``change``, ``low`` and ``high`` in points of the metric."""
        self._points, self._unit = points, unit
        self.setAccessibleName(
            "; ".join(f"{p['name']}: {signed(p['change'])} ({signed(p['low'])} – {signed(p['high'])})" for p in points)
        )
        self.redraw()

    def draw(self, figure: Figure) -> None:
        axes = figure.subplots(1, 1)
        style(axes)
        axes.grid(False)
        axes.axvline(0, color=theme.colour("line_control"), lw=1)
        for i, point in enumerate(self._points[::-1]):
            axes.plot([point["low"], point["high"]], [i, i], color=theme.colour("accent"), lw=2, solid_capstyle="round")
            axes.plot([point["change"]], [i], "o", color=theme.colour("accent"), ms=6)
        axes.set_yticks([])
        axes.set_ylim(-0.6, max(1, len(self._points)) - 0.4)
        reach = max([max(abs(p["low"]), abs(p["high"])) for p in self._points] + [1e-6]) * 1.2
        digits = max(1, min(6, _digits(reach)))
        axes.set_xlim(-reach, reach)
        axes.set_xticks([-reach / 1.2, 0, reach / 1.2], [signed(-reach / 1.2, digits), "0", signed(reach / 1.2, digits)])
        axes.set_xlabel(self._unit, fontsize=SMALL, color=theme.colour("ink3"), labelpad=4)
        figure.subplots_adjust(left=0.1, right=0.9, top=0.98, bottom=0.44)


def style(axes: Axes) -> None:
    """No box, hairline grid, small ticks without marks."""
    axes.set_facecolor(theme.colour("surface"))
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(theme.colour("band_line"))
    axes.tick_params(which="both", length=0, pad=5, labelsize=SMALL, colors=theme.colour("ink3"))
    axes.grid(axis="y", color=theme.colour("line"), lw=0.8)
    axes.set_axisbelow(True)


def _caption() -> dict[str, Any]:
    return {"fontsize": SMALL, "color": theme.colour("ink3"), "labelpad": 6}


def _digits(value: float) -> int:
    """Decimals that show a value of this size with two figures."""
    digits = 1
    while value < 1 and digits < 8:
        value *= 10
        digits += 1
    return digits


def _register_fonts() -> None:
    if not _registered:
        for path in fonts.paths():
            font_manager.fontManager.addfont(str(path))
            _registered.append(path.name)
        rcParams["font.family"] = ["Inter", "DejaVu Sans"]
        rcParams["axes.unicode_minus"] = True
