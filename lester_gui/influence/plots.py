"""Two pictures of an influence. Plain matplotlib figures without pyplot or global settings; the caller gives colours and font."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from lester_gui.influence.leave_out import Influence

COLOURS = ("surface", "ink2", "ink3", "line", "band_line", "hist", "accent", "person")
"""The tokens that the plots read."""

_BINS = 43
_MARKED = 40  # beyond that many changed decisions single marks only make a wall
_SIZE = (7.8, 2.32)
_SMALL = 8.2


def influence_figure(influence: Influence, tokens: Mapping[str, str], font: str | None = None, top: int = 6) -> Figure:
    """Return prediction shifts beside coefficient changes.

    Parameters
    ----------
    influence : Influence
    tokens : mapping
        Colour by role, ``#rrggbb``; needs those in `COLOURS`. ``person`` marks this person's consequences and nothing else.
    font : str, optional
        A family that matplotlib knows.
    top : int
        How many coefficients to show.
    """
    if not influence.coefficients:
        return prediction_shift(influence, tokens, font)
    figure = Figure(figsize=_SIZE, facecolor=tokens["surface"])
    left, right = figure.subplots(1, 2, width_ratios=[1.28, 1])
    _draw_shifts(left, influence, tokens)
    _draw_coefficients(right, influence, tokens, top)
    figure.subplots_adjust(left=0.085, right=0.985, top=0.95, bottom=0.2, wspace=0.6)
    return _set_font(figure, font)


def prediction_shift(influence: Influence, tokens: Mapping[str, str], font: str | None = None) -> Figure:
    """Return a histogram of how predictions of other people move; each decision that changes is marked."""
    figure = Figure(figsize=_SIZE, facecolor=tokens["surface"])
    _draw_shifts(figure.subplots(), influence, tokens)
    figure.subplots_adjust(left=0.085, right=0.985, top=0.95, bottom=0.2)
    return _set_font(figure, font)


def coefficient_change(influence: Influence, tokens: Mapping[str, str], font: str | None = None, top: int = 6) -> Figure:
    """Return how far the coefficients that move most do so, as intervals from zero."""
    figure = Figure(figsize=_SIZE, facecolor=tokens["surface"])
    _draw_coefficients(figure.subplots(), influence, tokens, top)
    figure.subplots_adjust(left=0.3, right=0.97, top=0.95, bottom=0.2)
    return _set_font(figure, font)


def _draw_shifts(axes: Axes, influence: Influence, tokens: Mapping[str, str]) -> None:
    _plain(axes, tokens)
    known = ~np.isnan(influence.shifts)
    shifts = influence.shifts[known] * (100.0 if influence.is_probability else 1.0)
    changed = influence.decision_changed[known] if influence.is_decision else np.zeros(int(known.sum()), dtype=bool)
    limit = float(np.abs(shifts).max()) if len(shifts) else 0.0
    limit = 1.05 * limit if limit > 0 else 1.0
    counts, edges = np.histogram(shifts[~changed], np.linspace(-limit, limit, _BINS))
    axes.bar((edges[:-1] + edges[1:]) / 2, counts, width=(edges[1] - edges[0]) * 0.82, color=tokens["hist"])
    axes.set_yscale("symlog", linthresh=1)
    highest = max(int(counts.max()), 1)
    powers = [10**k for k in range(len(str(highest)))]
    axes.yaxis.set_major_locator(FixedLocator([float(p) for p in powers]))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda v, _: f"{v:,.0f}"))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.set_ylim(0, 9 * highest)
    axes.set_xlim(-limit, limit)
    axes.xaxis.set_major_locator(MaxNLocator(5, symmetric=True))
    axes.xaxis.set_major_formatter(FuncFormatter(_signed))
    axes.grid(axis="y", color=tokens["line"], lw=0.8)
    unit = "probability when left out, percentage points" if influence.is_probability else "prediction when left out"
    axes.set_xlabel(f"Change of {unit}", fontsize=_SMALL, color=tokens["ink3"], labelpad=6)
    axes.set_ylabel("Test predictions", fontsize=_SMALL, color=tokens["ink3"], labelpad=6)
    number = int(changed.sum())
    if not number:
        return
    height = max(2.0, highest**0.5)
    for x in shifts[changed][:_MARKED]:
        axes.plot([x, x], [0, height], color=tokens["person"], lw=1.6)
        axes.plot([x], [height], "D", color=tokens["person"], ms=4.6)
    words = "1 decision\nof others changes" if number == 1 else f"{number:,} decisions\nof others change"
    axes.text(0.98, 0.96, words, transform=axes.transAxes, fontsize=8.4, color=tokens["person"], ha="right", va="top")


def _draw_coefficients(axes: Axes, influence: Influence, tokens: Mapping[str, str], top: int) -> None:
    _plain(axes, tokens)
    shown = [c for c in influence.coefficients if c.change != 0.0][:top]
    axes.axvline(0, color=tokens["band_line"], lw=1)
    axes.set_xlabel("Change of coefficient when left out", fontsize=_SMALL, color=tokens["ink3"], labelpad=6)
    if not shown:
        axes.set_xticks([0], ["0"])
        axes.set_yticks([])
        words = "No coefficient changes" if influence.coefficients else "This model has no coefficients"
        axes.text(0.5, 0.5, words, transform=axes.transAxes, fontsize=_SMALL, color=tokens["ink2"], ha="center", va="bottom")
        return
    values, y = [c.change for c in shown], np.arange(len(shown))[::-1]
    axes.grid(axis="x", color=tokens["line"], lw=0.8)
    axes.hlines(y, 0, values, color=tokens["accent"], lw=2.2)
    axes.plot(values, y, "o", color=tokens["accent"], ms=5.5)
    names = [f"{c.label} ({c.owner})" if c.owner else c.label for c in shown]
    axes.set_yticks(y, [n if len(n) <= 28 else n[:27] + "…" for n in names], color=tokens["ink2"])
    limit = 1.25 * max(abs(v) for v in values)
    axes.set_xlim(-limit, limit)
    axes.set_ylim(-0.6, len(shown) - 0.4)
    axes.xaxis.set_major_locator(MaxNLocator(4, symmetric=True))
    axes.xaxis.set_major_formatter(FuncFormatter(_signed))


def _plain(axes: Axes, tokens: Mapping[str, str]) -> None:
    axes.set_facecolor(tokens["surface"])
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(tokens["band_line"])
    axes.tick_params(length=0, labelsize=_SMALL, labelcolor=tokens["ink2"], pad=5)
    axes.set_axisbelow(True)


def _signed(value: float, _position: int | None = None) -> str:
    """Write a tick with its sign, as few digits as tell it from zero."""
    if abs(value) < 1e-15:
        return "0"
    text = f"{abs(value):.3g}"
    return ("+" if value > 0 else "−") + text.replace("e-0", "e−").replace("e-", "e−")


def _set_font(figure: Figure, font: str | None) -> Figure:
    if font is not None:
        for text in figure.findobj(Text):
            text.set_fontfamily(font)
        for axes in figure.axes:
            for label in (*axes.get_xticklabels(), *axes.get_yticklabels()):
                label.set_fontfamily(font)
    return figure
