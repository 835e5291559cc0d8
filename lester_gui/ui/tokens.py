"""Design tokens: one source for the palette, the style sheet, delegates, the graph and matplotlib.

``tint`` grounds chips and rows, ``wash`` grounds panels; ``person`` is reserved for one data subject and nothing else.
"""

from __future__ import annotations

SPACE = {"xs": 4, "s": 8, "m": 12, "l": 16, "xl": 24}
RADIUS = {"s": 4, "m": 6, "l": 10, "xl": 14}
ROW = {"compact": 28, "table": 34, "list": 44}
CONTROL = 30

# role: (pixels at 100 %, weight, family)
TYPE: dict[str, tuple[int, int, str]] = {
    "caption": (11, 500, "ui"),
    "small": (12, 400, "ui"),
    "smallstrong": (12, 600, "ui"),
    "body": (13, 400, "ui"),
    "strong": (13, 600, "ui"),
    "heading": (15, 600, "ui"),
    "sentence": (17, 400, "ui"),
    "figure": (20, 600, "ui"),
    "title": (20, 600, "display"),
    "hero": (28, 600, "display"),
    "code": (12, 400, "mono"),
    "codesmall": (11, 400, "mono"),
}
FAMILY = {"ui": "Inter", "display": "Inter Display", "mono": "JetBrains Mono"}

LIGHT: dict[str, str] = {
    "window": "#F7F7F5", "rail": "#EFEFEC", "surface": "#FFFFFF", "raised": "#FFFFFF", "sunken": "#F3F3F0",
    "hover": "#F0F0ED", "pressed": "#E5E5E1", "line": "#E4E4E0", "line_control": "#8B8E95",
    "ink": "#1A1B1E", "ink2": "#4C4F56", "ink3": "#63666E", "disabled": "#A3A5AB",
    "accent": "#2F56C6", "accent_fill": "#2F56C6", "accent_hover": "#2749AC", "on_accent": "#FFFFFF",
    "accent_tint": "#E9EEFC", "accent_ink": "#2648A8", "accent_wash": "#F4F7FE",
    "person": "#A8246F", "person_tint": "#FBEAF3", "person_ink": "#8E1B5D", "person_wash": "#FDF5F9",
    "ok": "#1B7A45", "ok_tint": "#E5F4EA", "ok_ink": "#14633A", "ok_wash": "#F1F9F4",
    "warn": "#966000", "warn_tint": "#FBF1DA", "warn_ink": "#754A00", "warn_wash": "#FDF9EF",
    "danger": "#B8281C", "danger_fill": "#B8281C", "danger_tint": "#FCEAE7", "danger_ink": "#9A1F15",
    "danger_wash": "#FEF5F3", "neutral_tint": "#EDEDEA", "focus": "#2F56C6", "scrim": "#1A1B1E66",
    "syn_kw": "#7A2E9E", "syn_str": "#14633A", "syn_num": "#8A4B00", "syn_com": "#63666E", "syn_fn": "#2648A8",
    "band": "#F1F1EE", "band_line": "#CFCFCA", "hist": "#C3C9DA", "edge": "#B4B6BB", "shadow": "#1A1B1E22",
}  # fmt: skip
DARK: dict[str, str] = {
    "window": "#16171A", "rail": "#101113", "surface": "#1D1E22", "raised": "#26272C", "sunken": "#191A1D",
    "hover": "#26282D", "pressed": "#303238", "line": "#2D2F35", "line_control": "#737780",
    "ink": "#ECEDF0", "ink2": "#B5B8C0", "ink3": "#9296A0", "disabled": "#5E626B",
    "accent": "#8FA6F8", "accent_fill": "#4565D3", "accent_hover": "#5474E2", "on_accent": "#FFFFFF",
    "accent_tint": "#252D4A", "accent_ink": "#AFC0FF", "accent_wash": "#1D2233",
    "person": "#EE86C0", "person_tint": "#3B2032", "person_ink": "#F6ADD5", "person_wash": "#281D25",
    "ok": "#58C088", "ok_tint": "#17311F", "ok_ink": "#84D8A8", "ok_wash": "#18231C",
    "warn": "#DFAA48", "warn_tint": "#352910", "warn_ink": "#EDC479", "warn_wash": "#262117",
    "danger": "#FF8B7B", "danger_fill": "#C4382B", "danger_tint": "#3D1E1B", "danger_ink": "#FFAEA2",
    "danger_wash": "#291C1B", "neutral_tint": "#2B2D33", "focus": "#8FA6F8", "scrim": "#000000A0",
    "syn_kw": "#C99BE8", "syn_str": "#84D8A8", "syn_num": "#EDC479", "syn_com": "#9A9EA8", "syn_fn": "#AFC0FF",
    "band": "#27292F", "band_line": "#3D4047", "hist": "#475070", "edge": "#565A63", "shadow": "#00000066",
}  # fmt: skip
THEMES = {"light": LIGHT, "dark": DARK}

TONES = ("accent", "person", "ok", "warn", "danger")
_SYNTAX = ("syn_kw", "syn_str", "syn_num", "syn_com", "syn_fn")
_GROUNDS = ("window", "rail", "surface", "raised", "sunken", "hover", "accent_tint")

# (foreground, ground, least contrast): text 4.5 and control edges 3, WCAG 2.2 success criteria 1.4.3 and 1.4.11
PAIRS: list[tuple[str, str, float]] = (
    [(ink, ground, 4.5) for ink in ("ink", "ink2", "ink3") for ground in _GROUNDS]
    + [(f"{tone}_ink", f"{tone}_tint", 4.5) for tone in TONES]
    + [(tone, ground, 4.5) for tone in TONES for ground in ("surface", "window", "raised", "rail")]
    + [(ink, ground, 4.5) for ink in _SYNTAX for ground in ("surface", "accent_tint", "warn_tint")]
    + [(ink, f"{tone}_wash", 4.5) for tone in TONES for ink in ("ink", "ink2", "ink3", f"{tone}_ink")]
    + [
        ("on_accent", "accent_fill", 4.5),
        ("on_accent", "danger_fill", 4.5),
        ("ink2", "neutral_tint", 4.5),
        ("ink3", "person_tint", 4.5),
        ("ink2", "person_tint", 4.5),
    ]
    + [("line_control", ground, 3.0) for ground in ("surface", "window", "raised")]
    + [("focus", ground, 3.0) for ground in ("surface", "window", "raised", "rail", "sunken")]
)


def contrast(one: str, other: str) -> float:
    """Contrast ratio of two opaque ``#RRGGBB`` colours (WCAG 2.2, relative luminance)."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def failing_pairs() -> list[tuple[str, str, str, float, float]]:
    """Return the pairs below their limit, as (theme, foreground, ground, ratio, limit); empty when all pass."""
    return [
        (name, fore, ground, round(contrast(theme[fore], theme[ground]), 2), least)
        for name, theme in THEMES.items()
        for fore, ground, least in PAIRS
        if contrast(theme[fore], theme[ground]) < least
    ]


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [v / 12.92 if v <= 0.03928 else ((v + 0.055) / 1.055) ** 2.4 for v in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
