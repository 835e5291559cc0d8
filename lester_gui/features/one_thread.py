"""Let the numerical libraries add on one thread, so that a sum has one order and a fit gives the same bits again.

To look for these libraries takes longer than many a transformer takes for its rows, so they are looked for again only when
something was imported since.
"""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager
from functools import lru_cache

from threadpoolctl import ThreadpoolController


def one_thread() -> AbstractContextManager[object]:
    """Return a context in which every numerical library that is loaded runs on one thread."""
    limiter: AbstractContextManager[object] = _libraries(len(sys.modules)).limit(limits=1)
    return limiter


@lru_cache(maxsize=1)
def _libraries(modules: int) -> ThreadpoolController:
    return ThreadpoolController()
