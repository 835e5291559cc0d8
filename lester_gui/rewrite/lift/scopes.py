"""On which rows each step of a chain is fitted, once the split is known: the training rows, or all rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from lester_gui.features import chain
from lester_gui.ir.learning import Transformer

Steps = tuple[Transformer, ...]


def scoped(steps: Steps, default: str, scopes: Mapping[str, str]) -> Steps:
    """Return a chain in which every step that learns says on what, in the words of the plan."""
    out = []
    for t in steps:
        if t.branches:
            t = replace(t, branches=tuple(replace(b, chain=scoped(b.chain, default, scopes)) for b in t.branches))
        elif chain.learns(t):
            said = t.fit_on or default
            t = replace(t, fit_on=scopes.get(said, said))
        out.append(t)
    return tuple(out)


def scopes_in(steps: Steps) -> Iterator[str]:
    """Yield what the steps of a chain are fitted on."""
    for t in steps:
        for b in t.branches:
            yield from scopes_in(b.chain)
        if t.fit_on:
            yield t.fit_on


def kinds_fitted_on(steps: Steps, scope: str) -> Iterator[str]:
    """Yield the kinds of the steps of a chain that are fitted on `scope`."""
    for t in steps:
        for b in t.branches:
            yield from kinds_fitted_on(b.chain, scope)
        if t.fit_on == scope:
            yield t.kind


def short_of_scope(steps: Steps, mixed: bool) -> Steps:
    """Return a chain that says no more than it has to: only ``train``, and only where other steps are fitted on all rows."""
    out = []
    for t in steps:
        if t.branches:
            t = replace(t, branches=tuple(replace(b, chain=short_of_scope(b.chain, mixed)) for b in t.branches))
        out.append(replace(t, fit_on="train" if mixed and t.fit_on == "train" else ""))
    return tuple(out)
