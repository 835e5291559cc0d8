"""What a figure was measured on, and how variants are timed beside each other on a machine that others use too."""

import os
import platform
import time
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import psutil

Steps = Mapping[str, Callable[[], Any]]


def machine() -> str:
    """Return cores, load, memory and versions in one line."""
    memory = psutil.virtual_memory()
    versions = ", ".join(f"{m.__name__} {m.__version__}" for m in (duckdb, pd, np))
    load = f"load {os.getloadavg()[0]:.1f}"
    size = f"{memory.total / 2**30:.0f} GB, {memory.available / 2**30:.0f} GB free"
    return f"{os.cpu_count()} cores, {load}, {size}; Python {platform.python_version()}, {versions}"


def timed(use: Callable[[], Any]) -> float:
    """Return the seconds of a call."""
    started = time.perf_counter()
    use()
    return time.perf_counter() - started


def side_by_side(variants: Steps, repeats: int = 3) -> dict[str, float]:
    """Return the median seconds of each variant, in turns, so that what else the machine does meets all alike."""
    seconds: dict[str, list[float]] = {name: [] for name in variants}
    for _ in range(repeats):
        for name, use in variants.items():
            seconds[name].append(timed(use))
    return {name: median(found) for name, found in seconds.items()}


def spread(seconds: Sequence[float]) -> dict[str, float]:
    """Return p50 and p95 in milliseconds."""
    p50, p95 = np.percentile(np.array(seconds) * 1000, [50, 95])
    return {"p50 ms": float(p50), "p95 ms": float(p95)}
