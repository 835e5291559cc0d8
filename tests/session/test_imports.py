"""What opening a project must not wait for."""

import subprocess
import sys

SLOW = ("matplotlib", "ollama", "sklearn", "scipy.stats")


def test_the_door_to_the_core_opens_without_the_slow_libraries() -> None:
    look = f"import sys, lester_gui.session; print(*[name for name in {SLOW!r} if name in sys.modules])"
    seen = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert seen.stdout.split() == []
