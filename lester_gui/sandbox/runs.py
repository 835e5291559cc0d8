"""Run scripts, functions and statements in restricted child processes. The only door to code that Lester did not write."""

from __future__ import annotations

import contextlib
import json
import secrets
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, TypeVar

import psutil
import pyarrow as pa

from lester_gui.errors import UserError
from lester_gui.progress import Context, silent
from lester_gui.sandbox import record
from lester_gui.sandbox.command import FIXED
from lester_gui.sandbox.copies import WorkingCopy, private_folder, remove_tree
from lester_gui.sandbox.forkserver import ForkServer
from lester_gui.sandbox.isolation import Isolation, probe
from lester_gui.sandbox.script_run import ScriptRun, read_script_run

Json = dict[str, Any]
T = TypeVar("T")

_MACHINE = psutil.virtual_memory().total
MEMORY = max(4 << 30, _MACHINE // 2)  # bytes beyond the imported packages
FILE_SIZE = 2 << 30
BUDGET = max(2 << 30, _MACHINE // 4)  # bytes of captured values, on disk


@dataclass(frozen=True, slots=True)
class Capture:
    """What to record of a run: values of which variables (None for all), and the calls of estimators."""

    names: frozenset[str] | None = None
    events: bool = True


@dataclass(frozen=True, slots=True)
class Positions:
    """A split to impose: positions of rows in the input, in output order.

    A call of `train_test_split` deals its input to two sides; what several calls amount to may have `validation` rows, too.
    """

    train: tuple[int, ...]
    test: tuple[int, ...]
    validation: tuple[int, ...] = ()


class CarriedCodeFailed(UserError):
    """A user function or carried statements raised.

    Attributes
    ----------
    exception_type : str
        Qualified type, as the script would have raised it.
    row : int or None
        0-based row of the arguments on which a function raised.
    """

    def __init__(self, what: str, exception_type: str, row: int | None) -> None:
        place = "" if row is None else f" on row {row + 1}"
        super().__init__(f"{what} stopped with {exception_type}{place}", "The script does the same on such a value.")
        self.exception_type = exception_type
        self.row = row


class Sandbox:
    """Runs code of one project in restricted child processes that are forked from a prepared one.

    Parameters
    ----------
    interpreter
        The project's; None for Lester's own.
    scratch
        Where private folders lie; by default below the user's temporary folder.
    """

    def __init__(self, interpreter: Path | None = None, *, scratch: Path | None = None) -> None:
        self.interpreter = interpreter
        self.scratch = scratch
        self._servers: dict[int, ForkServer] = {}

    @property
    def isolation(self) -> Isolation:
        """What holds a run on this machine."""
        return probe()

    def versions(self, ctx: Context | None = None) -> dict[str, str]:
        """Return the versions of the interpreter and its packages."""
        server = self._server(0)
        server.wait_ready(ctx or silent())
        return dict(server.versions)

    def warm_up(self, hash_seed: int = 0) -> None:
        """Start importing in the background."""
        self._server(hash_seed).start()

    def close(self) -> None:
        """End the prepared processes."""
        for server in self._servers.values():
            server.close()
        self._servers.clear()

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def run_script(
        self,
        copy: WorkingCopy,
        script: str,
        *,
        source: str | None = None,
        arguments: Sequence[str] = (),
        cwd: str = "",
        timeout: float = 300.0,
        memory: int = MEMORY,
        env: Mapping[str, str] | None = None,
        capture: Capture | None = None,
        impose_split: Sequence[Positions | None] = (),
        seed: int = 0,
        hash_seed: int = 0,
        ctx: Context | None = None,
    ) -> ScriptRun:
        """Run a script unchanged in a working copy and return what it did.

        Parameters
        ----------
        copy
            From `copies.working_copy`; the script may write there and nowhere else.
        script
            Path relative to the project.
        source
            Text to run in its place, for notebooks; line numbers are those of this text.
        arguments
            Command-line arguments.
        cwd
            Working directory relative to the project.
        timeout
            Seconds.
        memory
            Bytes beyond what the imported packages take.
        env
            Environment variables in addition to the fixed ones.
        capture
            What to record; everything by default.
        impose_split
            Per call of `train_test_split`, in order: the membership it shall give.
        seed
            Of `random` and NumPy's global generator, set before the script begins.
        hash_seed
            Of text hashing.
        ctx
            Progress and cancel.

        Raises
        ------
        UserError
            If scripts cannot be run on this machine or the interpreter does not start. A script that raises is a result.
        """
        ctx = ctx or silent()
        isolation = self._require_support()
        capture = capture or Capture()
        path = copy.root / script
        with _room(copy.folder) as room:
            text = path.read_text(encoding="utf-8") if source is None else source
            job = self._job(room, copy.root, timeout, memory, env)
            job |= {
                "kind": "script",
                "script": script,
                "source": _write(room / "source.py", text),
                "argv": list(arguments),
                "cwd": str(copy.root / cwd),
                "seed": seed,
                "names": None if capture.names is None else sorted(capture.names),
                "events": capture.events,
                "impose": [None if p is None else {"train": list(p.train), "test": list(p.test)} for p in impose_split],
            }
            server = self._server(hash_seed)
            ended = server.run(_write_job(room, job), timeout, ctx)
            return read_script_run(ended, room / "out", copy, dict(server.versions), isolation)

    def run_function(
        self,
        name: str,
        source: str,
        arguments: pa.Table,
        *,
        modules: Sequence[tuple[str, str]] = (),
        missing: str = "none",
        timeout: float = 600.0,
        memory: int = MEMORY,
        ctx: Context | None = None,
    ) -> pa.Array:
        """Call a carried function once per row and return its results, in order.

        Parameters
        ----------
        name
            The function, which `source` defines.
        source
            Its text with the helpers, imports and constants it uses.
        arguments
            One column per positional argument.
        modules
            Project modules it imports, as (path relative to the project, text).
        missing
            What it gets for a missing value: ``none`` for None, ``nan`` for a float NaN, as pandas gives.

        Returns
        -------
        pyarrow.Array
            Typed by the values; (tag, text) structs where they have no common type, see `record.cells`.

        Raises
        ------
        CarriedCodeFailed
            If it raised, with type and row.
        UserError
            If it took too long or a package is missing.
        """

        def describe(room: Path) -> Json:
            columns = record.encode_table(arguments, room / "in")
            return {"kind": "function", "name": name, "columns": columns, "rows": arguments.num_rows, "missing": missing}

        decode = record.Decoder.column
        return self._carried(f"The function {name!r}", source, modules, describe, decode, timeout, memory, ctx)

    def run_statements(
        self,
        source: str,
        inputs: Mapping[str, pa.Table],
        output: str,
        *,
        shapes: Mapping[str, str] | None = None,
        modules: Sequence[tuple[str, str]] = (),
        timeout: float = 600.0,
        memory: int = MEMORY,
        ctx: Context | None = None,
    ) -> record.Value:
        """Run carried statements over whole tables and return the variable `output`.

        Parameters
        ----------
        source
            The statements.
        inputs
            Tables by variable name.
        shapes
            Per variable ``frame`` (a pandas frame, the default), ``rows`` (a list of tuples) or ``array`` (NumPy).
        modules
            Project modules, as in `run_function`.

        Raises
        ------
        CarriedCodeFailed
            If they raised, with the type.
        UserError
            If they took too long or a package is missing.
        """
        shapes = shapes or {}

        def describe(room: Path) -> Json:
            tables = {
                name: {
                    "shape": shapes.get(name, "frame"),
                    "rows": table.num_rows,
                    "columns": record.encode_table(table, room / "in"),
                }
                for name, table in inputs.items()
            }
            return {"kind": "statements", "inputs": tables, "output": output}

        return self._carried("A carried step", source, modules, describe, record.Decoder.value, timeout, memory, ctx)

    # --- jobs -----------------------------------------------------------------------------------------------------------

    def _carried(
        self,
        what: str,
        source: str,
        modules: Sequence[tuple[str, str]],
        describe: Callable[[Path], Json],
        decode: Callable[[record.Decoder, Json], T],
        timeout: float,
        memory: int,
        ctx: Context | None,
    ) -> T:
        self._require_support()
        with private_folder(self.scratch) as folder, _room(folder) as room:
            root = folder / "work"
            root.mkdir()
            _write_modules(root, modules)
            job = self._job(room, root, timeout, memory, None)
            job |= {"source": _write(room / "source.py", source), "in": str(room / "in"), "cwd": str(root)}
            job |= describe(room)
            ended = self._server(0).run(_write_job(room, job), timeout, ctx or silent())
            if ended.timed_out:
                raise UserError(f"{what} did not end within {timeout:.0f} seconds", "Allow more time.")
            try:
                result = record.read_record(room / "out", "result.json")
                raised, row = result["exception"], result["row"]
                if raised is None:
                    return decode(record.Decoder(room / "out"), result["value"])
                kind, module = str(raised["type"]), str(raised["module"])
            except (record.DamagedRecord, KeyError, TypeError) as error:
                hint = "It may need more memory than a run is allowed."
                raise UserError(f"{what} was ended by the system", hint) from error
            if module:
                hint = "Install it there, or set `python` in lester.toml."
                raise UserError(f"{what} needs the package {module.partition('.')[0]!r}", hint)
            raise CarriedCodeFailed(what, kind, row if isinstance(row, int) else None)

    def _server(self, hash_seed: int) -> ForkServer:
        if hash_seed not in self._servers:
            self._servers[hash_seed] = ForkServer(self.interpreter, hash_seed)
        return self._servers[hash_seed]

    def _require_support(self) -> Isolation:
        isolation = self.isolation
        if not isolation.supported:
            raise UserError("Scripts cannot be run on this computer", isolation.reason)
        return isolation

    def _job(self, room: Path, root: Path, timeout: float, memory: int, env: Mapping[str, str] | None) -> Json:
        home, temporary = room / "home", room / "tmp"
        environment = {
            **FIXED,
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "HOME": str(home),
            "TMPDIR": str(temporary),
            "MPLCONFIGDIR": str(temporary),
            "JOBLIB_TEMP_FOLDER": str(temporary),
            **(env or {}),
        }
        return {
            "root": str(root),
            "out": str(room / "out"),
            "writable": [str(root), str(room / "out"), str(home), str(temporary)],
            "readable": [],
            "env": environment,
            "memory": memory,
            "seconds": 2 * timeout + 10,
            "file_size": FILE_SIZE,
            "budget": BUDGET,
        }


@contextlib.contextmanager
def _room(folder: Path) -> Iterator[Path]:
    """Make the folder for one job: what goes in, what comes out, a home and a place for temporary files."""
    room = folder / secrets.token_hex(4)
    for name in ("in", "out", "home", "tmp"):
        (room / name).mkdir(parents=True)
    try:
        yield room
    finally:
        remove_tree(room)


def _write(path: Path, text: str) -> str:
    path.write_text(text, encoding="utf-8")
    return str(path)


def _write_job(room: Path, job: Json) -> Path:
    path = room / "job.json"
    path.write_text(json.dumps(job), encoding="utf-8")
    return path


def _write_modules(root: Path, modules: Sequence[tuple[str, str]]) -> None:
    for path, text in modules:
        place = (root / path).resolve()
        if not place.is_relative_to(root.resolve()):
            raise UserError(f"The module {path} lies outside the project", "Move it into the project's folder.")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
