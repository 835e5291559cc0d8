"""What library calls mean: tables of rules, one module per library. This is the part that grows."""

from __future__ import annotations

from importlib import import_module

MODULES = (
    "builtins",
    "text",
    "files",
    "collections",
    "numpy",
    "pandas_io",
    "pandas_frame",
    "pandas_series",
    "pandas_join",
    "splitting",
    "sklearn",
)


def load() -> None:
    """Register all rules, expressions and statements."""
    for name in MODULES:
        import_module(f"{__name__}.{name}")
    for name in ("basic", "operators", "call", "subscript", "comprehension"):
        import_module(f"lester_gui.rewrite.lift.expressions.{name}")
    for name in ("simple", "assign", "branch", "loop", "items"):
        import_module(f"lester_gui.rewrite.lift.statements.{name}")
