"""How well this machine can lock scripts in, as tried, not as hoped; and one honest sentence about it."""

from __future__ import annotations

import functools
import json
import subprocess
import sys
from dataclasses import dataclass, field

from lester_gui.sandbox.command import worker_command, worker_environment


@dataclass(frozen=True, slots=True)
class Isolation:
    """What a restricted child process of this machine cannot do. Every flag was observed by trying.

    Attributes
    ----------
    supported : bool
        Whether scripts can be run here at all.
    landlock : int
        Landlock version in force, 0 for none.
    namespaces : tuple of str
        Namespaces that are left, of ``user``, ``net``, ``pid``, ``ipc``.
    seccomp : bool
        Whether sockets, ptrace and the like are filtered.
    writes_blocked, reads_blocked : bool
        Files outside the working copy.
    network_blocked : bool
    signals_blocked : bool
        Other processes cannot be signalled.
    limits : bool
        Memory is limited.
    """

    supported: bool
    landlock: int = 0
    namespaces: tuple[str, ...] = ()
    seccomp: bool = False
    writes_blocked: bool = False
    reads_blocked: bool = False
    network_blocked: bool = False
    signals_blocked: bool = False
    limits: bool = False
    reason: str = field(default="", compare=False)

    @property
    def level(self) -> str:
        """``full``, ``partial``, ``limits`` (time and memory only), ``none`` or ``unsupported``."""
        if not self.supported:
            return "unsupported"
        held = (self.writes_blocked and self.reads_blocked, self.network_blocked, self.signals_blocked)
        if all(held):
            return "full"
        if self.network_blocked or self.writes_blocked:
            return "partial"
        return "limits" if self.limits else "none"

    @property
    def sentence(self) -> str:
        """One sentence for the status bar."""
        if not self.supported:
            return f"Scripts cannot be run here: {self.reason}"
        if self.level == "full":
            return "Scripts run isolated: no network, files read-only"
        if self.network_blocked and self.writes_blocked:
            lacking = "they can read your other files" if not self.reads_blocked else "they can signal other programs"
            return f"Scripts run partly isolated: no network, files read-only, but {lacking}"
        if self.writes_blocked:
            return "Scripts run partly isolated: files read-only, but they can use the network"
        if self.network_blocked:
            return "Scripts run partly isolated: no network, but they can read and change your files"
        if self.limits:
            return "Scripts run without isolation: only their time and memory are limited"
        return "Scripts run without isolation: only their time is limited"

    @property
    def warning(self) -> str:
        """What to tell before a script is run."""
        return (
            "Running a script executes its code with your installed libraries. "
            f"On this computer: {self.sentence[0].lower()}{self.sentence[1:]}. "
            "This limits accidents and simple misuse; it is not a security boundary against determined malicious code or "
            "kernel bugs."
        )


@functools.lru_cache(maxsize=1)
def probe() -> Isolation:
    """Try in a child process what a restricted script could do on this machine. Takes about 0.1 s, once."""
    if sys.platform != "linux":
        return Isolation(supported=False, reason=f"isolated child processes are not supported yet on {sys.platform}")
    try:
        done = subprocess.run(
            worker_command(None, "probe"),
            env=worker_environment(),
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=60,
            check=True,
        )
        seen = json.loads(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        return Isolation(supported=False, reason=f"the restricted child process did not start ({type(error).__name__})")
    if seen.get("failed") or not seen["inside_works"]:
        return Isolation(supported=False, reason="the restricted child process cannot write its working copy")
    return Isolation(
        supported=True,
        landlock=int(seen["landlock"]),
        namespaces=tuple(str(n) for n in seen["namespaces"]),
        seccomp=bool(seen["seccomp"]),
        writes_blocked=bool(seen["write_blocked"]),
        reads_blocked=bool(seen["read_blocked"]),
        network_blocked=bool(seen["network_blocked"]),
        signals_blocked=bool(seen["signals_blocked"]),
        limits=bool(seen["limits"]),
    )
