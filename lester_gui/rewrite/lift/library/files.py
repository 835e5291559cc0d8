"""Files and folders: paths that the text fixes, models and arrays that are written, folders that are made."""

from __future__ import annotations

import ast
import posixpath
from dataclasses import replace
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from lester_gui.rewrite.lift.domain import (
    Column1,
    Const,
    Entries,
    Estimator,
    Frame,
    Handle,
    Items,
    Matrix,
    Result,
    Rows,
    Value,
)
from lester_gui.rewrite.lift.library import stored
from lester_gui.rewrite.lift.library.pandas_io import normal
from lester_gui.rewrite.lift.library.table import Arguments, function, method
from lester_gui.rewrite.lift.listings import Listing
from lester_gui.rewrite.lift.stop import Stopped, no_rule

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter


def path_of(lift: Lifter, value: Value) -> str | None:
    """Return the path that a value names, None where only the run knows it."""
    content = lift.content(value)
    if isinstance(content, Const) and isinstance(content.value, str):
        return normal(content.value)
    if isinstance(content, Handle):
        return content.path
    if isinstance(content, Result):
        return None
    raise no_rule("a path that is computed from data")


def contents_of(lift: Lifter, value: Value) -> tuple[str, str]:
    """Return what kind of thing is written, for the list of artefacts, and its name."""
    content = lift.content(value)
    if isinstance(content, Estimator):
        return "model", ""
    if isinstance(content, Frame):
        return "table", ""
    if isinstance(content, Matrix | Column1):
        return "matrix", ""
    if isinstance(content, Rows):
        return "table", ""
    if isinstance(content, Result) and content.what in ("predict", "predict_proba"):
        return "predictions", ""
    return "unknown", ""


@function(
    "joblib.dump", "pickle.dump", "skops.io.dump", "dill.dump", "cloudpickle.dump", "sklearn.externals.joblib.dump", "json.dump"
)
def dump(lift: Lifter, args: Arguments) -> Value:
    """``joblib.dump(model, path)``."""
    content, _ = contents_of(lift, args.positional[0])
    target = args.given("filename", 1) or args.given("file", 1) or args.given("fp", 1)
    path = path_of(lift, target) if target is not None else None
    if path is not None:
        lift.wrote(path, content, written_name(args, 0))
        stored.dumped(lift, args, path, "json" if args.what.startswith("json") else "pickle")
    return Result("file")


@function("joblib.load", "pickle.load", "dill.load", "cloudpickle.load", "sklearn.externals.joblib.load", "pandas.read_pickle")
def load(lift: Lifter, args: Arguments) -> Value:
    """``joblib.load(path)``, ``pickle.load(f)``: what the script stored there itself."""
    found = stored.from_file(lift, args.positional[0], "pickle")
    if found is None:
        raise no_rule(f"{args.what} of a file that the script did not write itself")
    return found


@function("pandas.read_parquet", "pandas.read_feather")
def read_parquet(lift: Lifter, args: Arguments) -> Value:
    """``pd.read_parquet(path)`` of a table that the script wrote."""
    given = args.bind("path", ignored=("engine",), columns=None)
    found = stored.from_file(lift, given["path"], "parquet")
    if found is None or lift.content(given["columns"]) != Const(None):
        raise no_rule(f"{args.what} of a file that the script did not write itself")
    return found


@function("numpy.load")
def load_array(lift: Lifter, args: Arguments) -> Value:
    """``np.load(path)`` of an array that the script saved, ``np.load(path)["X"]`` of several."""
    given = args.bind("file", ignored=("mmap_mode", "allow_pickle", "fix_imports", "encoding"))
    path = path_of(lift, given["file"])
    form = "npz" if path is not None and path.endswith(".npz") else "npy"
    found = stored.from_file(lift, given["file"], form)
    if found is None:
        raise no_rule("numpy.load of a file that the script did not write itself")
    return found


@function("numpy.save", "numpy.savez", "numpy.savez_compressed", "numpy.savetxt")
def save(lift: Lifter, args: Arguments) -> Value:
    """``np.save(path, array)``; NumPy adds the suffix when it is missing."""
    path = path_of(lift, args.positional[0])
    if path is not None:
        suffix = {"save": ".npy", "savez": ".npz", "savez_compressed": ".npz"}.get(args.what.rsplit(".", 1)[-1], "")
        path = path if not suffix or path.endswith(suffix) else path + suffix
        content = contents_of(lift, args.positional[1])[0] if len(args.positional) > 1 else "unknown"
        lift.wrote(path, content if content == "predictions" else "matrix", written_name(args, 1))
        _save_arrays(lift, args, path)
    return Result("file")


def _save_arrays(lift: Lifter, args: Arguments, path: str) -> None:
    """Note which arrays a file holds; lists are made arrays."""
    from lester_gui.rewrite.lift.library.numpy import array

    what = args.what.rsplit(".", 1)[-1]
    options = {"fmt", "delimiter", "comments", "encoding", "newline", "footer", "header"} if what == "savetxt" else set()
    given = {f"arr_{n}": v for n, v in enumerate(args.positional[1:])} | {
        k: v for k, v in args.keywords.items() if k not in options
    }
    try:
        arrays = {n: lift.content(array(lift, Arguments("numpy.array", [v]))) for n, v in given.items()}
    except Stopped as stop:  # it matters only where the file is read again
        lift.files[path] = Const(stop.why)
        return
    if what == "savetxt":
        lift.files[path] = Const("an array as text that is written in a way that is not followed")
        exact = lift.const(args.keywords.get("fmt", Const("%.18e"))) == "%.18e"
        if exact and len(arrays) == 1 and not set(args.keywords) - {"fmt", "delimiter", "encoding"}:
            (only,) = arrays.values()
            wide = not isinstance(only, Matrix) or sum(len(b.features) for b in only.blocks) > 1
            if wide and isinstance(only, Matrix | Column1):
                stored.store(lift, path, "text", only, lift.text(args.keywords.get("delimiter", Const(" "))))
    elif what == "save":
        stored.store(lift, path, "npy", next(iter(arrays.values())))
    else:
        stored.store(lift, path, "npz", Entries(tuple((Const(n), v) for n, v in arrays.items())))


def written_name(args: Arguments, place: int) -> str:
    """Return the variable that is written, if it is one."""
    if args.node is not None and place < len(args.node.args):
        node = args.node.args[place]
        if isinstance(node, ast.Name):
            return node.id
    return ""


@function(
    "os.makedirs",
    "os.mkdir",
    "os.remove",
    "os.unlink",
    "os.chdir",
    "os.system",
    "os.environ.setdefault",
    "os.path.exists",
    "os.path.isfile",
    "os.path.isdir",
    "os.getcwd",
    "os.environ.get",
    "os.getenv",
    "time.time",
    "time.perf_counter",
    "time.sleep",
    "datetime.datetime.now",
    "datetime.date.today",
    "random.random",
    "platform.platform",
    "os.path.getsize",
    "os.rename",
    "os.replace",
)
def outside(lift: Lifter, args: Arguments) -> Value:
    """Folders, time and the machine: results that no plan may need."""
    if args.what.endswith(("chdir", "system", "os.rename", "os.replace")):
        raise no_rule(args.what)
    return Result(args.what)


@function("os.listdir")
def listed(lift: Lifter, args: Arguments) -> Value:
    """``os.listdir("data")``: the project's sources in a folder, where a script puts them into order; else a result."""
    folder = lift.content(args.bind("path", path=".")["path"])
    if isinstance(folder, Result):
        return Result(args.what)
    where = normal(lift.text(folder))
    prefix = "" if where in (".", "") else f"{where}/"
    names = [p.removeprefix(prefix) for p in lift.sources if p.startswith(prefix)]
    return Listing(args.what, tuple(sorted(n for n in names if "/" not in n)))


@function("glob.glob", "glob.iglob")
def matching(lift: Lifter, args: Arguments) -> Value:
    """``glob.glob("data/*.csv")``: the project's sources that match, in no order; a script that reads them has to sort them."""
    pattern = lift.content(args.bind("pathname")["pathname"])
    if isinstance(pattern, Result):
        return Result(args.what)
    return found_files(lift, lift.text(pattern))


def found_files(lift: Lifter, pattern: str) -> Value:
    """Return the paths of the project's sources that a pattern matches.

    Raises
    ------
    Stopped
        If the pattern goes into folders below, or nothing that the project knows matches.
    """
    wanted = normal(pattern)
    if "**" in wanted:
        raise no_rule("a search through folders")
    depth = wanted.count("/")
    names = [p for p in lift.sources if p.count("/") == depth and PurePosixPath(p).match(wanted)]
    if not names:
        raise no_rule("a search for files that finds none of the project's sources")
    return lift.new(Items(tuple(Const(n) for n in sorted(names)), "files"))


@function(
    "os.path.join",
    "os.path.normpath",
    "os.path.dirname",
    "os.path.abspath",
    "os.path.realpath",
    "os.path.basename",
    "os.fspath",
    "pathlib.Path",
    "pathlib.PurePath",
    "pathlib.PosixPath",
)
def join_path(lift: Lifter, args: Arguments) -> Value:
    """Paths as text; the script's own folder is the project's."""
    parts = [lift.content(v) for v in args.positional]
    if any(isinstance(p, Result) for p in parts):
        return Result("path")
    texts = [str(lift.const(p)) for p in parts]
    what = args.what.rsplit(".", 1)[-1]
    if what == "dirname":
        return Const(posixpath.dirname(texts[0]) or ".")
    if what == "basename":
        return Const(posixpath.basename(texts[0]))
    return Const(posixpath.normpath(posixpath.join(*texts)) if texts else ".")


@method(
    "text",
    "mkdir",
    "exists",
    "resolve",
    "absolute",
    "joinpath",
    "open",
    "read_text",
    "with_suffix",
    "as_posix",
    "unlink",
    "is_file",
    "glob",
    "iterdir",
)
def path_method(lift: Lifter, content: Value, args: Arguments) -> Value:
    """Methods of ``pathlib.Path``, which is text here."""
    from lester_gui.rewrite.lift.texts import open_file

    what = args.what.rsplit(".", 1)[-1]
    base = lift.text(content)
    if what in ("mkdir", "exists", "unlink", "is_file"):
        return Result(what)
    if what == "glob":
        return found_files(lift, posixpath.join(base, lift.text(args.positional[0])))
    if what == "iterdir":
        found = listed(lift, Arguments(what, [Const(base)]))
        return replace(found, names=tuple(posixpath.join(base, n) for n in found.names)) if isinstance(found, Listing) else found
    if what == "joinpath":
        return Const(posixpath.join(base, *(lift.text(v) for v in args.positional)))
    if what == "open":
        return open_file(lift, Arguments("open", [Const(base), *args.positional], args.keywords))
    if what == "with_suffix":
        return Const(posixpath.splitext(base)[0] + lift.text(args.positional[0]))
    if what == "read_text":
        opened = lift.content(open_file(lift, Arguments("open", [Const(base)], args.keywords)))
        assert isinstance(opened, Handle)
        return replace(opened, options=(*opened.options, ("whole", True)))
    return Const(posixpath.normpath(base))
