"""Values that a script's text fixes: literals, simple names, joined paths. Enough to know which files it opens."""

from __future__ import annotations

import ast
import posixpath
from collections.abc import Mapping


def module_constants(tree: ast.AST) -> dict[str, object]:
    """Return names that are assigned exactly once, to a value the text fixes (argparse defaults included)."""
    assigned: dict[str, list[ast.expr]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            for target in node.targets:
                if isinstance(target, ast.Name):
                    assigned.setdefault(target.id, []).append(node.value)
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            assigned.setdefault(node.target.id, []).append(node.value)
        elif isinstance(node, ast.FunctionDef):
            arguments = node.args.args[len(node.args.args) - len(node.args.defaults) :]
            for argument, default in zip(arguments, node.args.defaults, strict=True):
                assigned.setdefault(argument.arg, []).append(default)
    known: dict[str, object] = {}
    for _ in range(3):  # a constant may be made of constants that stand further down
        for name, values in assigned.items():
            if len(values) == 1 and name not in known:
                value = fold(values[0], known)
                if value is not None:
                    known[name] = value
    known.update({f"args.{k}": v for k, v in _argparse_defaults(tree, known).items()})
    return known


def fold(node: ast.expr | None, known: Mapping[str, object]) -> object | None:
    """Return the value of an expression that the text fixes, else None."""
    if node is None:
        return None
    if isinstance(node, ast.Constant):
        return node.value
    if isinstance(node, ast.Name):
        return known.get(node.id)
    if isinstance(node, ast.Attribute):
        if isinstance(node.value, ast.Name) and f"{node.value.id}.{node.attr}" in known:
            return known[f"{node.value.id}.{node.attr}"]
        return _here(node, known)
    if isinstance(node, ast.List | ast.Tuple):
        items = [fold(e, known) for e in node.elts]
        return None if any(i is None for i in items) else items
    if isinstance(node, ast.JoinedStr):
        parts = [fold(v.value if isinstance(v, ast.FormattedValue) else v, known) for v in node.values]
        return None if any(p is None for p in parts) else "".join(str(p) for p in parts)
    if isinstance(node, ast.BinOp):
        return _binary(node, known)
    if isinstance(node, ast.Call):
        return _call(node, known)
    return None


def _binary(node: ast.BinOp, known: Mapping[str, object]) -> object | None:
    left, right = fold(node.left, known), fold(node.right, known)
    if isinstance(left, str) and isinstance(right, str):
        if isinstance(node.op, ast.Add):
            return left + right
        if isinstance(node.op, ast.Div):
            return posixpath.join(left, right)
    return None


def _call(node: ast.Call, known: Mapping[str, object]) -> object | None:
    name = ast.unparse(node.func)
    parts = [fold(a, known) for a in node.args]
    if name in ("Path", "pathlib.Path", "PurePath", "str", "os.fspath", "os.path.abspath", "os.path.realpath"):
        return parts[0] if parts else "."
    if name in ("os.path.join", "path.join", "join") and parts and all(isinstance(p, str) for p in parts):
        return posixpath.join(*(str(p) for p in parts))
    if name in ("os.path.dirname", "dirname") and parts and isinstance(parts[0], str):
        return posixpath.dirname(parts[0]) or "."
    if isinstance(node.func, ast.Attribute):
        base = fold(node.func.value, known)
        if node.func.attr in ("resolve", "absolute", "expanduser") and isinstance(base, str):
            return base
        if node.func.attr == "joinpath" and isinstance(base, str) and all(isinstance(p, str) for p in parts):
            return posixpath.join(base, *(str(p) for p in parts))
    return None


def _here(node: ast.Attribute, known: Mapping[str, object]) -> object | None:
    """``Path(__file__).parent`` is the script's folder; scripts run from the project folder."""
    if node.attr == "parent":
        if "__file__" in ast.unparse(node.value):
            return "."
        base = fold(node.value, known)
        return (posixpath.dirname(base) or ".") if isinstance(base, str) else None
    return None


def _argparse_defaults(tree: ast.AST, known: Mapping[str, object]) -> dict[str, object]:
    out: dict[str, object] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "add_argument" and node.args:
            flag = fold(node.args[-1], known)
            default = next((fold(k.value, known) for k in node.keywords if k.arg == "default"), None)
            if isinstance(flag, str) and default is not None:
                out[flag.lstrip("-").replace("-", "_")] = default
    return out
