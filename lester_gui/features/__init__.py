"""Encoder state: how prepared columns become X, kept so that one row can leave without a refit and X is never stored."""
