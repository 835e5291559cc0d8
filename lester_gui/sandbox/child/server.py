"""The fork server: imports the usual packages once, then forks per run and restricts the fork.

Messages are JSON datagrams on an inherited socket. From Lester: ``{"run": job file}`` with the write end of an output pipe,
``{"kill": true}``; to Lester: ``{"ready": versions, …}``, ``{"started": …}``, ``{"ended": status}``. One run at a time. When
Lester goes away the socket closes, and everything that was started here ends with it.
"""

from __future__ import annotations

import gc
import json
import os
import platform
import select
import signal
import site
import socket
import sys
import sysconfig
import tempfile
import time
from typing import Any

from . import functions, recorder, restrict, script

Json = dict[str, Any]


def main(arguments: list[str]) -> int:
    """Serve on a descriptor (``serve FD``) or try out what this machine can restrict (``probe``)."""
    if arguments[:1] == ["serve"]:
        return serve(socket.socket(fileno=int(arguments[1])))
    if arguments[:1] == ["probe"]:
        print(json.dumps(probe()))
        return 0
    print("usage: serve FD | probe", file=sys.stderr)
    return 2


def readable_folders() -> list[str]:
    """Return the folders that this interpreter and its packages need."""
    candidates = [sys.prefix, sys.base_prefix, sys.exec_prefix, os.path.dirname(os.path.realpath(sys.executable))]
    candidates += [*sys.path, *sysconfig.get_paths().values(), *site.getsitepackages(), getattr(sys, "_MEIPASS", "")]
    found = {os.path.realpath(c) for c in candidates if c and os.path.exists(c)}
    return sorted(f for f in found if f != os.path.realpath("/"))


def serve(channel: socket.socket) -> int:
    """Answer run requests until the socket closes."""
    os.set_inheritable(channel.fileno(), False)
    sys.path[:] = [p for p in sys.path if p]
    restrict.adopt_orphans()
    versions = recorder.install()
    gc.collect()
    gc.freeze()  # a fork's collector leaves the imported packages alone: their pages stay shared, and runs are quick
    wake_read, wake_write = os.pipe()
    os.set_blocking(wake_read, False)
    os.set_blocking(wake_write, False)
    signal.set_wakeup_fd(wake_write, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    _send(channel, {"ready": versions, "prefix": sys.prefix, "machine": platform.machine()})
    job = 0
    while True:
        watched: list[Any] = [channel, wake_read]
        ready, _, _ = select.select(watched, [], [])
        if wake_read in ready:
            os.read(wake_read, 4096)
            job = _reap(channel, job)
        if channel in ready:
            data, handles, _, _ = socket.recv_fds(channel, 65536, 1)
            if not data:
                _kill(job)
                return 0
            message = json.loads(data)
            if "run" in message:
                job = _fork(channel, message["run"], handles[0], (wake_read, wake_write))
                os.close(handles[0])
                _send(channel, {"started": job})
            elif "kill" in message:
                _kill(job)


def _send(channel: socket.socket, message: Json) -> None:
    try:
        channel.sendall(json.dumps(message).encode())
    except (BrokenPipeError, ConnectionResetError):  # Lester is gone; the next read says so and ends us
        return


def _kill(job: int) -> None:
    if job > 0:
        try:
            os.killpg(job, signal.SIGKILL)
        except ProcessLookupError:
            return


def _reap(channel: socket.socket, job: int) -> int:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            break
        if pid == 0:
            break
        if pid == job:
            _kill(job)  # what is left of its group
            _kill_strays()
            _send(channel, {"ended": os.waitstatus_to_exitcode(status)})
            job = 0
    return job


def _kill_strays() -> None:
    """Kill what left the run's process group: as their adoptive parent we are told of each, so none stays."""
    while True:
        strays = []
        for entry in os.listdir("/proc") if os.path.isdir("/proc/self") else []:
            if entry.isdigit():
                try:
                    with open(f"/proc/{entry}/stat", encoding="utf-8", errors="replace") as file:
                        fields = file.read().rpartition(")")[2].split()
                except OSError:  # ended meanwhile
                    continue
                if int(fields[1]) == os.getpid():
                    strays.append(int(entry))
        for pid in strays:
            try:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)
            except (ProcessLookupError, ChildProcessError):
                continue
        if not strays:
            return


def _fork(channel: socket.socket, job_file: str, output: int, wake: tuple[int, int]) -> int:
    pid = os.fork()
    if pid:
        return pid
    code = 70
    try:
        os.setsid()
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        restrict.die_with_parent()
        channel.close()
        for handle in wake:
            os.close(handle)
        with open(os.devnull) as nothing:
            os.dup2(nothing.fileno(), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.close(output)
        with open(job_file, encoding="utf-8") as file:
            job = json.load(file)
        code = _restricted(job)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        finally:
            os._exit(code)


def _restricted(job: Json) -> int:
    """Enter namespaces, restrict, run; with a process table of our own the run is its first process."""
    namespaces = restrict.enter_namespaces()
    if "pid" in namespaces:
        inner = os.fork()
        if inner:
            os.closerange(0, 3)
            status = os.waitstatus_to_exitcode(os.waitpid(inner, 0)[1])
            os._exit(status if status >= 0 else 128 - status)
        restrict.die_with_parent()
    readable = [*readable_folders(), *job["readable"], *([job["in"]] if "in" in job else []), job["source"]]
    _environment(job)
    os.chdir(job["cwd"])
    restrict.limit(int(job["memory"]), float(job["seconds"]), int(job["file_size"]), 256 if "user" in namespaces else None)
    restrict.drop_capabilities()
    restrict.restrict_files(readable, job["writable"])
    restrict.forbid_calls()
    return script.run(job) if job["kind"] == "script" else functions.run(job)


def _environment(job: Json) -> None:
    os.environ.clear()
    os.environ.update(job["env"])
    tempfile.tempdir = None
    if hasattr(time, "tzset"):
        time.tzset()


# --- what does this machine hold? --------------------------------------------------------------------------------------


def probe() -> Json:
    """Restrict a child of this process and try what must not work.

    Returns
    -------
    dict
        Mechanisms (``landlock``, ``namespaces``, ``seccomp``) and effects (``write_blocked``, ``read_blocked``,
        ``network_blocked``, ``signals_blocked``, ``limits``), each as observed.
    """
    with tempfile.TemporaryDirectory() as outside, tempfile.TemporaryDirectory() as inside:
        secret = os.path.join(outside, "secret")
        with open(secret, "w") as file:
            file.write("-")
        read, write = os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                os.write(write, json.dumps(_probe_child(outside, inside, secret, os.getppid(), write)).encode())
            finally:
                os._exit(0)
        os.close(write)
        with os.fdopen(read, "rb") as pipe:
            data = pipe.read()
        os.waitpid(pid, 0)
    return dict(json.loads(data)) if data else {"failed": True}


def _probe_child(outside: str, inside: str, secret: str, parent: int, write: int) -> Json:
    namespaces = restrict.enter_namespaces()
    if "pid" in namespaces:
        inner = os.fork()
        if inner:
            os.waitpid(inner, 0)
            os._exit(0)
    restrict.limit(1 << 30, 10, 1 << 20, None)
    restrict.drop_capabilities()
    landlock = restrict.restrict_files(readable_folders(), [inside])
    seccomp = restrict.forbid_calls()

    def fails(what: Any) -> bool:
        try:
            what()
        except (OSError, MemoryError):
            return True
        return False

    def connect() -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as s:
            s.connect(("192.0.2.1", 9))  # sends nothing: a route is enough for a datagram socket

    return {
        "landlock": landlock,
        "namespaces": list(namespaces),
        "seccomp": seccomp,
        "write_blocked": fails(lambda: open(os.path.join(outside, "new"), "w").close()),
        "read_blocked": fails(lambda: open(secret).close()),
        "network_blocked": fails(connect) and (seccomp or "net" in namespaces),
        "signals_blocked": fails(lambda: os.kill(parent, 0)),
        "limits": fails(lambda: bytearray(2 << 30)),
        "inside_works": not fails(lambda: open(os.path.join(inside, "new"), "w").close()),
    }
