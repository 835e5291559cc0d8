"""Give up rights: network, other people's files, other processes, endless time and memory.

Linux only, by plain system calls, since no package may be needed here. Every measure is tried alone and the ones that
hold are returned: a machine without user namespaces still gets Landlock and seccomp, and the other way round. This limits
accidents and simple misuse; it is not a boundary against determined malicious code or kernel bugs.

Sources: Linux `Documentation/userspace-api/landlock.rst` (ABI 1 to 7), `seccomp(2)`, `user_namespaces(7)`.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import resource
import signal
import struct
import sys
from collections.abc import Iterable

CLONE_NEWUSER, CLONE_NEWNET, CLONE_NEWPID, CLONE_NEWIPC = 0x10000000, 0x40000000, 0x20000000, 0x08000000
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_NO_NEW_PRIVS = 1, 4, 22, 24, 38
PR_SET_CHILD_SUBREAPER = 36
LANDLOCK_CREATE, LANDLOCK_ADD_RULE, LANDLOCK_RESTRICT = 444, 445, 446  # the same numbers on every architecture

EXECUTE, WRITE_FILE, READ_FILE, READ_DIR = 1, 2, 4, 8
TRUNCATE, IOCTL_DEV = 1 << 14, 1 << 15
FILE_RIGHTS = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV

# What a Python program needs of the system; the rest of /etc, /home, /root, /var, /run and /proc stays closed.
SYSTEM = (
    *("/usr", "/lib", "/lib32", "/lib64", "/bin", "/sbin", "/opt"),
    *("/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d", "/etc/alternatives", "/etc/localtime", "/etc/timezone"),
    *("/etc/passwd", "/etc/group", "/etc/nsswitch.conf", "/etc/mime.types", "/etc/fonts", "/etc/os-release"),
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys/kernel", "/proc/sys/vm", "/proc/filesystems"),
    *("/sys/devices/system", "/sys/fs/cgroup", "/dev/urandom", "/dev/random", "/dev/zero"),
)
DEVICES = ("/dev/null",)  # read and write


def libc() -> ctypes.CDLL:
    """Return the C library."""
    return ctypes.CDLL(None, use_errno=True)


def _check(result: int, what: str) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def die_with_parent() -> None:
    """Have the kernel kill this process when the thread that forked it ends."""
    if sys.platform == "linux":
        libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def adopt_orphans() -> None:
    """Make this process the parent of its descendants' orphans, so that none escapes by forking twice."""
    if sys.platform == "linux":
        libc().prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def enter_namespaces() -> tuple[str, ...]:
    """Leave the network, the process table and shared memory of the machine. The process must have one thread.

    Returns
    -------
    tuple of str
        What was left, of ``user``, ``net``, ``pid``, ``ipc``. With ``pid`` the *next* child is in the new table.
    """
    if sys.platform != "linux":
        return ()
    uid, gid = os.getuid(), os.getgid()
    bits = {"user": CLONE_NEWUSER, "net": CLONE_NEWNET, "pid": CLONE_NEWPID, "ipc": CLONE_NEWIPC}
    for wanted in (("user", "net", "pid", "ipc"), ("net", "pid", "ipc"), ("user", "net"), ("net",)):
        if libc().unshare(sum(bits[w] for w in wanted)) == 0:
            if "user" in wanted:
                _map_ids(uid, gid)
            return wanted
    return ()


def _map_ids(uid: int, gid: int) -> None:
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        try:
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
        except OSError:  # without a map we are `nobody` inside, which restricts more, not less
            return


def drop_capabilities() -> None:
    """Give up what root, or the first process of a user namespace, may do beyond an ordinary user."""
    if sys.platform != "linux":
        return
    c = libc()
    for capability in range(64):
        if c.prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) < 0:
            break
    header, data = struct.pack("=Ii", 0x20080522, 0), bytes(24)
    c.capset(header, data)


def limit(memory: int, seconds: float, file_size: int, processes: int | None) -> None:
    """Set resource limits that the process cannot raise again.

    Parameters
    ----------
    memory
        Bytes that may be allocated beyond what the process has mapped already.
    seconds
        Processor time.
    file_size
        Bytes per written file.
    processes
        How many the user may have; None where that would count the user's other programs.
    """
    wanted = [
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, max(1, int(seconds))),
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_NOFILE, 1024),
    ]
    if sys.platform == "linux":  # macOS ignores RLIMIT_AS
        with open("/proc/self/statm") as file:
            mapped = int(file.read().split()[0]) * resource.getpagesize()
        wanted.append((resource.RLIMIT_AS, mapped + memory))
    if processes is not None:
        wanted.append((resource.RLIMIT_NPROC, processes))
    for kind, value in wanted:
        hard = resource.getrlimit(kind)[1]
        value = value if hard == resource.RLIM_INFINITY else min(value, hard)
        resource.setrlimit(kind, (value, value))


def landlock_abi() -> int:
    """Return the version of Landlock that the kernel offers, 0 for none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(libc().syscall(LANDLOCK_CREATE, None, 0, 1)))


def restrict_files(readable: Iterable[str], writable: Iterable[str]) -> int:
    """Close the file system but for these folders and files, and forbid TCP and signals to outside where the kernel can.

    Returns
    -------
    int
        The Landlock version in force, 0 if there is none.

    Raises
    ------
    OSError
        If the kernel has Landlock and refuses the rules.
    """
    abi = landlock_abi()
    if abi == 0:
        return 0
    c = libc()
    rights = (1 << 13) - 1
    for since, bit in ((2, 13), (3, 14), (5, 15)):
        rights |= (1 << bit) if abi >= since else 0
    parts = [rights] + ([3] if abi >= 4 else []) + ([3] if abi >= 6 else [])  # file rights; bind, connect; sockets, signals
    attributes = struct.pack(f"={len(parts)}Q", *parts)
    ruleset = _check(c.syscall(LANDLOCK_CREATE, attributes, len(attributes), 0), "landlock")
    read_only = EXECUTE | READ_FILE | READ_DIR
    for paths, allowed in ((readable, read_only), (SYSTEM, read_only), (DEVICES, READ_FILE | WRITE_FILE), (writable, rights)):
        for path in paths:
            try:
                handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
            except OSError:  # not on this machine: nothing to open
                continue
            mask = allowed & rights & (rights if os.path.isdir(path) else FILE_RIGHTS)
            _check(c.syscall(LANDLOCK_ADD_RULE, ruleset, 1, struct.pack("=Qi", mask, handle), 0), "landlock rule")
            os.close(handle)
    _check(c.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0), "no_new_privs")
    _check(c.syscall(LANDLOCK_RESTRICT, ruleset, 0), "landlock")
    os.close(ruleset)
    return abi


# socket, ptrace, bpf, io_uring_setup, mount, unshare, setns, keyctl, add_key, request_key, userfaultfd, perf_event_open,
# process_vm_readv, process_vm_writev. `socketpair` stays: it reaches nobody else.
_FORBIDDEN = {
    "x86_64": (0xC000003E, (41, 101, 321, 425, 165, 272, 308, 250, 248, 249, 323, 298, 310, 311)),
    "aarch64": (0xC00000B7, (198, 117, 280, 425, 40, 97, 268, 219, 217, 218, 282, 241, 270, 271)),
}


def forbid_calls() -> bool:
    """Forbid the system calls that open sockets, look into other processes or reach deep into the kernel.

    Returns
    -------
    bool
        Whether the filter is in force.
    """
    if sys.platform != "linux" or platform.machine() not in _FORBIDDEN:
        return False
    architecture, numbers = _FORBIDDEN[platform.machine()]
    load, equal, at_least, answer = 0x20, 0x15, 0x35, 0x06
    deny = 5 + len(numbers)  # place of the last instruction; the one before allows
    program = [
        (load, 0, 0, 4),
        (equal, 0, deny - 2, architecture),
        (load, 0, 0, 0),
        (at_least, deny - 4, 0, 0x40000000),  # the x32 numbers of x86-64 would slip past
        *((equal, deny - 5 - i, 0, number) for i, number in enumerate(numbers)),
        (answer, 0, 0, 0x7FFF0000),
        (answer, 0, 0, 0x00050000 | errno.EACCES),
    ]
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *instruction) for instruction in program))
    pointer = struct.pack("@HP", len(program), ctypes.addressof(code))
    c = libc()
    return bool(c.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 and c.prctl(PR_SET_SECCOMP, 2, pointer, 0, 0) == 0)
