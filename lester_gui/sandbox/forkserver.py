"""The parent's side of the fork server: start it, hand it a job, read its output, stop it."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from lester_gui.errors import UserError
from lester_gui.progress import Cancelled, Context
from lester_gui.sandbox.command import worker_command, worker_environment

START_SECONDS = 120.0
KILL_SECONDS = 15.0
OUTPUT_HEAD, OUTPUT_TAIL = 32_768, 32_768
_POLL = 0.05


@dataclass(frozen=True, slots=True)
class Ended:
    """How a job ended.

    Attributes
    ----------
    status : int
        Exit status; above 128, or below 0, the process was ended by a signal.
    timed_out : bool
    output : bytes
        First and last part of what it printed. May hold personal values: shown to a person, never logged.
    dropped : int
        Bytes of output that were thrown away.
    seconds : float
    """

    status: int
    timed_out: bool
    output: bytes = field(repr=False)
    dropped: int
    seconds: float


class ForkServer:
    """A process with the usual packages imported, from which each job is forked.

    Parameters
    ----------
    interpreter
        None for Lester's own.
    hash_seed
        Seed of Python's text hashing, which decides the order of sets.
    """

    def __init__(self, interpreter: Path | None, hash_seed: int = 0) -> None:
        self.interpreter = interpreter
        self.hash_seed = hash_seed
        self.versions: dict[str, str] = {}
        self._busy = threading.RLock()  # one job at a time, whatever thread asks
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None
        self._errors: IO[bytes] | None = None

    def start(self) -> None:
        """Start the process; returns at once, its imports go on."""
        with self._busy:
            self._start()

    def _start(self) -> None:
        if self._process is not None and self._process.poll() is None:
            return
        self.close()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed in `close`
        try:
            self._process = subprocess.Popen(
                worker_command(self.interpreter, "serve", str(theirs.fileno())),
                env=worker_environment(self.hash_seed),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._errors,
                pass_fds=[theirs.fileno()],
            )
        except OSError as error:
            ours.close()
            self.close()
            raise UserError(
                f"The interpreter {self.interpreter} cannot be started ({error.strerror})",
                "Set `python` in lester.toml to the interpreter of the project.",
            ) from error
        finally:
            theirs.close()
        self._channel = ours
        self.versions = {}

    def wait_ready(self, ctx: Context) -> None:
        """Wait until the imports are done.

        Raises
        ------
        UserError
            If the interpreter does not come up.
        """
        with self._busy:
            self._wait_ready(ctx)

    def _wait_ready(self, ctx: Context) -> None:
        self._start()
        if self.versions:
            return
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            ctx.check_cancelled()
            message = self._receive(_POLL)
            if message is not None:
                self.versions = dict(message["ready"])
                return
            if self._process is None or self._process.poll() is not None:
                break
        self.close()
        raise UserError(
            f"The interpreter {self.interpreter or 'of Lester'} does not run scripts",
            "It must be Python 3.10 or later; set `python` in lester.toml.",
        )

    def run(self, job_file: Path, timeout: float, ctx: Context) -> Ended:
        """Fork, run a job to its end, and return how it ended; on cancel and timeout all its processes are killed."""
        with self._busy:
            return self._run(job_file, timeout, ctx)

    def _run(self, job_file: Path, timeout: float, ctx: Context) -> Ended:
        self.wait_ready(ctx)
        assert self._channel is not None
        read, write = os.pipe()
        os.set_blocking(read, False)
        output = _Output(read)
        try:
            socket.send_fds(self._channel, [json.dumps({"run": str(job_file)}).encode()], [write])
        except OSError as error:
            self.close()
            raise RuntimeError("the fork server has died") from error
        finally:
            os.close(write)
        try:
            return self._follow(output, read, timeout, ctx)
        finally:
            os.close(read)

    def _follow(self, output: _Output, read: int, timeout: float, ctx: Context) -> Ended:
        assert self._channel is not None
        started, timed_out = time.monotonic(), False
        unwanted: BaseException | None = None
        while True:
            seconds = time.monotonic() - started
            watched: list[Any] = [self._channel, read] if output.open else [self._channel]
            readable, _, _ = select.select(watched, [], [], _POLL)
            if read in readable:
                output.drain()
            message = self._receive(0) if self._channel in readable else None
            if message is not None and "ended" in message:
                if unwanted is not None:
                    raise unwanted
                output.drain()
                return Ended(int(message["ended"]), timed_out, output.text, output.dropped, seconds)
            if seconds > timeout + KILL_SECONDS:
                self.close()  # takes the run with it
                raise unwanted or RuntimeError("the fork server does not answer")
            if seconds > timeout and not timed_out:
                timed_out = True
                self._channel.sendall(json.dumps({"kill": True}).encode())
            if unwanted is None:
                try:
                    ctx.check_cancelled()
                except Cancelled as cancelled:
                    unwanted, timeout = cancelled, seconds

    def close(self) -> None:
        """End the process and everything it started."""
        if self._channel is not None:
            self._channel.close()
            self._channel = None
        if self._process is not None:
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.send_signal(signal.SIGKILL)
                self._process.wait()
            self._process = None
        if self._errors is not None:
            self._errors.close()
            self._errors = None

    def _receive(self, seconds: float) -> dict[str, Any] | None:
        assert self._channel is not None
        if not select.select([self._channel], [], [], seconds)[0]:
            return None
        data = self._channel.recv(65536)
        if data:
            return dict(json.loads(data))
        if not self.versions:
            if self._process is not None:
                self._process.wait(5)
            return None
        raise RuntimeError("the fork server has died")


class _Output:
    """Keeps the beginning and the end of what is printed."""

    def __init__(self, handle: int) -> None:
        self.open = True
        self.dropped = 0
        self._handle = handle
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._tail_size = 0

    def drain(self) -> None:
        for _ in range(64):
            try:
                data = os.read(self._handle, 65536)
            except BlockingIOError:
                return
            if not data:
                self.open = False
                return
            room = OUTPUT_HEAD - len(self._head)
            self._head += data[:room]
            if data[room:]:
                self._tail.append(data[room:])
                self._tail_size += len(data[room:])
            while self._tail_size > 2 * OUTPUT_TAIL and len(self._tail) > 1:
                gone = len(self._tail.popleft())
                self._tail_size -= gone
                self.dropped += gone

    @property
    def text(self) -> bytes:
        tail = b"".join(self._tail)
        return bytes(self._head) + tail[-OUTPUT_TAIL:]
