"""How the child process is started: under the project's interpreter, or Lester's own when frozen.

The child's files are loaded as a package of their own, since that interpreter need not have Lester. The environment is
built from nothing: no tokens, no proxies, no PYTHONPATH.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

CHILD = Path(__file__).resolve().parent / "child"
_BOOT = (
    "import importlib, sys, types; package = types.ModuleType('lester_child'); package.__path__ = [sys.argv[1]]; "
    "sys.modules['lester_child'] = package; sys.exit(importlib.import_module('lester_child.server').main(sys.argv[2:]))"
)
_KEPT = ("PATH", "HOME", "LD_LIBRARY_PATH", "SYSTEMROOT")


def worker_command(interpreter: Path | None, *arguments: str) -> list[str]:
    """Return the command line of the child.

    Parameters
    ----------
    interpreter
        None for Lester's own. When frozen by PyInstaller that is the application itself, entered by ``--worker``.
    """
    if interpreter is None and getattr(sys, "frozen", False):
        return [sys.executable, "--worker", "sandbox", *arguments]
    return [str(interpreter or sys.executable), "-B", "-c", _BOOT, str(CHILD), *arguments]


def worker_environment(hash_seed: int = 0) -> dict[str, str]:
    """Return the environment of the child: one thread per library, a fixed hash seed, nothing personal."""
    kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
    return {**kept, **FIXED, "PYTHONHASHSEED": str(hash_seed)}


# Runs are compared, so whatever may vary from run to run is fixed.
FIXED = {
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONIOENCODING": "utf-8:backslashreplace",
    "PYTHONUTF8": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "JOBLIB_MULTIPROCESSING": "0",
    "MPLBACKEND": "Agg",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
}
