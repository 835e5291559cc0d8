"""Lester: messy machine-learning scripts as verified plans, and one person erased or corrected everywhere."""

__version__ = "0.1.0"
