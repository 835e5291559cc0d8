"""Symbolic execution of a script: its statements run once, on descriptions of tables instead of tables."""
