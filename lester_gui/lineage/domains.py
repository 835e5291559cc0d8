"""What the key columns of a project mean: columns that some plan joins name the same thing, whatever they are called.

Patient 17 is not doctor 17, but the ``patient_id`` of one table is the ``id`` of another where a plan joins them.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import duckdb

from lester_gui.ir.column_lineage import column_lineage
from lester_gui.ir.nodes import Join
from lester_gui.ir.plan import Plan
from lester_gui.ir.serialise import loads
from lester_gui.store import catalogue

Key = tuple[str, str]  # source, column


def domains(plans: Iterable[Plan]) -> dict[str, dict[str, str]]:
    """Return source → column → domain for the source columns that plans join under different names.

    The domain is named after the first of its columns by (source, column), so that it does not depend on the order of plans.
    """
    parent: dict[Key, Key] = {}

    def root(key: Key) -> Key:
        while parent.setdefault(key, key) != key:
            key = parent[key]
        return key

    for plan in plans:
        sources = {r.name: r.source for r in plan.reads}
        lineage = column_lineage(plan.prepared, *plan.kept)
        for node in plan.views:
            if not isinstance(node, Join):
                continue
            for left, right in node.on:
                found = [lineage[p.name].origins[c] for p, c in ((node.left, left), (node.right, right))]
                if all(len(f) == 1 for f in found):
                    a, b = sorted(root((sources[r], c)) for f in found for r, c in f)
                    parent[b] = a
    names: dict[Key, set[str]] = {}
    for key in parent:
        names.setdefault(root(key), set()).add(key[1].casefold())
    out: dict[str, dict[str, str]] = {}
    for source, column in parent:
        first = root((source, column))
        if len(names[first]) > 1:  # columns of one name have one domain anyway, also where no plan joins them
            out.setdefault(source, {})[column] = ".".join(first)
    return out


def project_domains(connection: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    """Return `domains` over the stored plans of a project."""
    return _domains_of(tuple(p.plan_json for p in catalogue.find(connection, catalogue.Pipeline) if p.plan_json))


@lru_cache(maxsize=4)
def _domains_of(plans: tuple[str, ...]) -> dict[str, dict[str, str]]:
    return domains(map(loads, plans))
