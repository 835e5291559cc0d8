"""What library calls mean: tables of rules, one module per library. This is the part that grows."""

from __future__ import annotations

from importlib import import_module

MODULES = (
    "builtins",
    "text",
    "text_pieces",
    "regular_expressions",
    "dates",
    "files",
    "command_line",
    "collections",
    "lists",
    "mappings",
    "group_lists",
    "group_statistics",
    "side_dicts",
    "side_orders",
    "nested_dicts",
    "orders",
    "shuffled_rows",
    "numpy",
    "numpy_shapes",
    "numpy_items",
    "numpy_math",
    "numpy_rounding",
    "scipy_stats",
    "json_objects",
    "json_documents",
    "json_frames",
    "records_and_tuples",
    "numpy_steps",
    "numpy_later",
    "numpy_codes",
    "numpy_files",
    "numpy_records",
    "pandas_io",
    "pandas_frame",
    "pandas_cells",
    "pandas_apply",
    "pandas_arithmetic",
    "pandas_names",
    "pandas_rows",
    "pandas_places",
    "pandas_labels",
    "pandas_series",
    "pandas_map",
    "pandas_conditions",
    "pandas_convert",
    "pandas_text",
    "pandas_dates",
    "pandas_replace",
    "pandas_mixed",
    "pandas_sample",
    "pandas_reshape",
    "pandas_join",
    "pandas_asof",
    "pandas_query",
    "pandas_groups",
    "pandas_group_rows",
    "pandas_sides",
    "pandas_pivot",
    "pandas_counts",
    "pandas_elements",
    "pandas_windows",
    "pandas_rolling",
    "pandas_interpolate",
    "pandas_categories",
    "pandas_quantiles",
    "pandas_bins",
    "pandas_totals",
    "pandas_modes",
    "pandas_dtypes",
    "pandas_dummies",
    "words",
    "splitting",
    "sklearn_transformers",
    "sklearn",
    "sklearn_frames",
    "sklearn_splitters",
)


def load() -> None:
    """Register all rules, expressions and statements."""
    for name in MODULES:
        import_module(f"{__name__}.{name}")
    for name in ("basic", "operators", "call", "subscript", "comprehension"):
        import_module(f"lester_gui.rewrite.lift.expressions.{name}")
    for name in ("simple", "assign", "branch", "exceptions", "loop", "items"):
        import_module(f"lester_gui.rewrite.lift.statements.{name}")
