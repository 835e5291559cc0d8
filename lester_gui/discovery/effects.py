"""What a script reads, writes and trains, from its text alone."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass

from lester_gui.discovery.constants import fold, module_constants
from lester_gui.discovery.scripts import Script, parse

READERS = {
    "read_csv",
    "read_table",
    "read_json",
    "read_parquet",
    "read_excel",
    "read_feather",
    "loadtxt",
    "genfromtxt",
    "scan_csv",
    "read_fwf",
    "read_ndjson",
    "fromfile",
}
LOADERS = {"load", "loads"}  # of joblib, pickle, numpy: artefacts of other scripts
TABLE_WRITERS = {"to_csv", "to_parquet", "to_json", "to_excel", "to_feather", "write_csv", "write_parquet", "savetxt"}
MATRIX_WRITERS = {"save", "savez", "savez_compressed"}
PREDICTORS = (
    "linear_model",
    "ensemble",
    "tree",
    "svm",
    "naive_bayes",
    "neighbors",
    "neural_network",
    "discriminant_analysis",
    "gaussian_process",
    "calibration",
    "multiclass",
    "multioutput",
    "semi_supervised",
    "dummy",
    "kernel_ridge",
)
CONTAINERS = {"Pipeline", "make_pipeline", "GridSearchCV", "RandomizedSearchCV", "HalvingGridSearchCV"}
TRANSFORMERS = (
    "preprocessing",
    "compose",
    "impute",
    "feature_extraction",
    "decomposition",
    "feature_selection",
    "random_projection",
    "kernel_approximation",
    "manifold",
    "model_selection",
)
PASSED = "passed to "  # marks what call sites pass for a parameter
OTHER_LIBRARIES = ("xgboost", "lightgbm", "catboost", "skorch", "torch", "keras", "tensorflow", "statsmodels")


@dataclass(frozen=True, slots=True)
class FileUse:
    """A file that a script opens: path relative to the project, line, and how (``read_csv``, ``open``, …)."""

    path: str
    line: int
    call: str
    content: str = "table"
    header: bool | None = None
    separator: str | None = None
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Fit:
    """A call of ``fit`` on an estimator that predicts: its class name as far as the text tells, and the line."""

    line: int
    estimator: str


@dataclass(frozen=True, slots=True)
class Effects:
    """All that a script reads, writes and trains. `unresolved` are lines whose path the text does not fix."""

    reads: tuple[FileUse, ...]
    writes: tuple[FileUse, ...]
    fits: tuple[Fit, ...]
    unresolved: tuple[int, ...]

    @property
    def sources(self) -> tuple[FileUse, ...]:
        """Files that are read and that this script does not write itself, each once."""
        written = {w.path for w in self.writes}
        return tuple({r.path: r for r in reversed(self.reads) if r.path not in written}.values())[::-1]


def effects_of(script: Script) -> Effects:
    """Find what `script` and its project modules read and write, and what the script trains.

    Raises
    ------
    UserError
        If the script has a syntax error.
    """
    reads: list[FileUse] = []
    writes: list[FileUse] = []
    unresolved: list[int] = []
    tree = script.tree
    constants = module_constants(tree)
    _files(tree, constants, reads, writes, unresolved)
    for path, text in script.modules:
        module = parse(text, path)
        _files(module, constants | module_constants(module), reads, writes, [])
    return Effects(tuple(reads), tuple(writes), tuple(_fits(tree)), tuple(unresolved))


def _files(
    tree: ast.Module, known: dict[str, object], reads: list[FileUse], writes: list[FileUse], unresolved: list[int]
) -> None:
    handles = _written_handles(tree)
    known = known | _passed(tree, known)
    for call in _calls(tree):
        name, root = _last(call.func), _root(call.func)
        keywords = {k.arg: k.value for k in call.keywords if k.arg}
        first = call.args[0] if call.args else keywords.get("filepath_or_buffer", keywords.get("path", keywords.get("fname")))
        if (
            name in READERS
            and first is not None
            and not (isinstance(first, ast.Name) and first.id in ("f", "fh", "file", "handle"))
        ):
            _add(reads, unresolved, first, known, call, name, "table", keywords, tree)
        elif name in TABLE_WRITERS and isinstance(call.func, ast.Attribute):
            target = first if root in ("np", "numpy") or name != "savetxt" else None
            if target is not None:
                _add(writes, unresolved, target, known, call, name, "table")
        elif name in MATRIX_WRITERS and root in ("np", "numpy") and first is not None:
            _add(writes, unresolved, first, known, call, name, "matrix")
        elif name == "dump" and root == "joblib" and len(call.args) > 1:
            _add(writes, unresolved, call.args[1], known, call, name, "model")
        elif name in ("open", "read_text", "read_bytes", "write_text", "write_bytes"):
            _open(call, name, keywords, known, reads, writes, unresolved, handles, tree)


def _open(
    call: ast.Call,
    name: str,
    keywords: dict[str, ast.expr],
    known: dict[str, object],
    reads: list[FileUse],
    writes: list[FileUse],
    unresolved: list[int],
    handles: dict[int, str],
    tree: ast.Module,
) -> None:
    method = isinstance(call.func, ast.Attribute) and _root(call.func) not in ("io", "codecs", "builtins", "gzip", "bz2", "lzma")
    path = (
        call.func.value
        if method and isinstance(call.func, ast.Attribute)
        else (call.args[0] if call.args else keywords.get("file"))
    )
    if path is None or (method and name == "open" and _last(path) in ("Image", "webbrowser")):
        return
    arguments = call.args if method else call.args[1:]
    mode = fold(arguments[0], known) if arguments else fold(keywords.get("mode"), known)
    text = mode if isinstance(mode, str) else "r"
    if name.startswith("write") or (name == "open" and any(m in text for m in "wax")):
        _add(writes, unresolved, path, known, call, name, handles.get(id(call), "table"))
    elif "b" not in text or name == "read_bytes":
        _add(reads, unresolved, path, known, call, name, "table", keywords, tree)


def _passed(tree: ast.Module, known: dict[str, object]) -> dict[str, object]:
    """``def load(path)`` opens what its callers pass: parameter name → the paths at the call sites."""
    out: dict[str, list[object]] = {}
    functions = {n.name: n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef)}
    for call in _calls(tree):
        function = functions.get(_last(call.func)) if isinstance(call.func, ast.Name) else None
        if function is None:
            continue
        names = [a.arg for a in function.args.args]
        given = dict(zip(names, call.args, strict=False)) | {k.arg: k.value for k in call.keywords if k.arg}
        for parameter, node in given.items():
            value = fold(node, known)
            if isinstance(value, str) and value not in out.setdefault(parameter, []):
                out[parameter].append(value)
    return {f"{PASSED}{k}": v for k, v in out.items() if v}


def _written_handles(tree: ast.Module) -> dict[int, str]:
    """``open`` calls whose handle pickle or json writes to: the id of the call → content."""
    out: dict[int, str] = {}
    names: dict[str, str] = {}
    for call in _calls(tree):
        if _last(call.func) == "dump" and len(call.args) > 1:
            content = "model" if _root(call.func) in ("pickle", "dill", "cloudpickle", "joblib") else "table"
            if isinstance(call.args[1], ast.Name):
                names[call.args[1].id] = content
            elif isinstance(call.args[1], ast.Call):
                out[id(call.args[1])] = content
    for node in ast.walk(tree):
        if isinstance(node, ast.With):
            for item in node.items:
                if isinstance(item.optional_vars, ast.Name) and item.optional_vars.id in names:
                    out[id(item.context_expr)] = names[item.optional_vars.id]
    return out


def _add(
    into: list[FileUse],
    unresolved: list[int],
    node: ast.expr,
    known: dict[str, object],
    call: ast.Call,
    name: str,
    content: str,
    keywords: dict[str, ast.expr] | None = None,
    tree: ast.Module | None = None,
) -> None:
    passed = known.get(f"{PASSED}{node.id}") if isinstance(node, ast.Name) else None
    values = passed if isinstance(passed, list) else [fold(node, known)]
    for value in values:
        if isinstance(value, str):
            into.append(_use(value, known, call, name, content, keywords or {}, tree))
        else:
            unresolved.append(call.lineno)


def _use(
    value: str,
    known: dict[str, object],
    call: ast.Call,
    name: str,
    content: str,
    keywords: dict[str, ast.expr],
    tree: ast.Module | None,
) -> FileUse:
    path = posixpath.normpath(value.replace("\\", "/"))
    header: bool | None = None
    separator: str | None = None
    names: tuple[str, ...] = ()
    if name in ("read_csv", "read_table"):
        given = fold(keywords.get("names"), known)
        names = tuple(str(g) for g in given) if isinstance(given, list) else ()
        header_given = keywords.get("header")
        header = not (isinstance(header_given, ast.Constant) and header_given.value is None) and (
            not names or header_given is not None
        )
        sep = fold(keywords.get("sep", keywords.get("delimiter")), known)
        separator = sep if isinstance(sep, str) else ("\t" if name == "read_table" else ",")
    elif tree is not None and name in ("open", "read_text"):
        separator, names = _unpacked(tree, call)
        header = not names and None
    return FileUse(path, call.lineno, name, content, header, separator, names)


def _unpacked(tree: ast.Module, call: ast.Call) -> tuple[str | None, tuple[str, ...]]:
    """``a, b = line.strip().split(",")`` in the loop over a file names its columns."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.For | ast.With):
            continue
        heads = [node.iter] if isinstance(node, ast.For) else [i.context_expr for i in node.items]
        if not any(c is call for h in heads for c in ast.walk(h)):
            continue
        for inner in ast.walk(node):
            if isinstance(inner, ast.Assign) and isinstance(inner.value, ast.Call) and _last(inner.value.func) == "split":
                sep = inner.value.args[0].value if inner.value.args and isinstance(inner.value.args[0], ast.Constant) else None
                target = inner.targets[0]
                if isinstance(target, ast.Tuple) and all(isinstance(e, ast.Name) for e in target.elts):
                    return (sep if isinstance(sep, str) else None), tuple(e.id for e in target.elts if isinstance(e, ast.Name))
                return (sep if isinstance(sep, str) else None), ()
    return None, ()


def _fits(tree: ast.Module) -> Iterator[Fit]:
    imported: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            imported.update({a.asname or a.name: f"{node.module}.{a.name}" for a in node.names})
        elif isinstance(node, ast.Import):
            imported.update(
                {(a.asname or a.name.split(".")[0]): (a.name if a.asname else a.name.split(".")[0]) for a in node.names}
            )
    made: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call):
            called = _dotted(node.value.func, imported)
            if _last(node.value.func) in ("fit", "partial_fit") and isinstance(node.value.func, ast.Attribute):
                base = node.value.func.value
                called = _dotted(base.func, imported) if isinstance(base, ast.Call) else made.get(ast.unparse(base), "")
            for target in node.targets:
                made[ast.unparse(target)] = _predictor_within(node.value, called, imported)
    for call in _calls(tree):
        if (
            _last(call.func) not in ("fit", "partial_fit")
            or not isinstance(call.func, ast.Attribute)
            or not (call.args or call.keywords)
        ):
            continue
        base = call.func.value
        name = (
            _predictor_within(base, _dotted(base.func, imported), imported)
            if isinstance(base, ast.Call)
            else made.get(ast.unparse(base), "")
        )
        if _predicts(name, len(call.args) + len(call.keywords)):
            yield Fit(call.lineno, name.rsplit(".", 1)[-1] or "estimator")


def _predictor_within(node: ast.expr, called: str, imported: dict[str, str]) -> str:
    """A Pipeline is called after the predictor at its end, where the text shows one."""
    if called.rsplit(".", 1)[-1] in CONTAINERS:
        inner = [
            n
            for c in ast.walk(node)
            if isinstance(c, ast.Call) and any(f".{p}." in (n := _dotted(c.func, imported)) for p in PREDICTORS)
        ]
        return inner[-1] if inner else called
    return called


def _predicts(name: str, arguments: int) -> bool:
    if any(f".{p}" in name for p in PREDICTORS) or name.startswith(OTHER_LIBRARIES) or name.rsplit(".", 1)[-1] in CONTAINERS:
        return True
    if any(f"sklearn.{t}" in name for t in TRANSFORMERS) or name.startswith(("matplotlib", "scipy")):
        return False
    return arguments >= 2


def _calls(tree: ast.AST) -> Iterator[ast.Call]:
    found = [n for n in ast.walk(tree) if isinstance(n, ast.Call)]
    yield from sorted(found, key=lambda n: (n.lineno, n.col_offset))


def _last(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _root(node: ast.expr) -> str:
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _dotted(node: ast.expr, imported: dict[str, str]) -> str:
    text = ast.unparse(node)
    head, _, rest = text.partition(".")
    full = imported.get(head, head)
    return f"{full}.{rest}" if rest else full
