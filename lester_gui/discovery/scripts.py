"""Scripts and notebooks as text. A notebook becomes one flat script in document order; every line knows its cell."""

from __future__ import annotations

import ast
import json
import tokenize
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from lester_gui.errors import UserError

MAX_SCRIPT_BYTES = 5_000_000
DATA_MAGICS = ("%run", "%%bash", "%%sh", "%%script", "%load", "%%writefile", "%store", "%sql", "%%sql", "%%R")


@dataclass(frozen=True, slots=True)
class Script:
    """One script or notebook, flattened.

    Attributes
    ----------
    path : str
        Relative to the project folder, with forward slashes.
    kind : str
        ``script`` or ``notebook``.
    text : str
        Python text; magics of a notebook are comments.
    origins : tuple of (int, int)
        For each line of `text`: cell number and line in that cell, 1-based; empty for a script.
    modules : tuple of (str, str)
        Project modules that it imports, directly or not: relative path and text.
    notes : tuple of str
        What a reader should know: out-of-order cells, magics that were left out.
    """

    path: str
    kind: str
    text: str
    origins: tuple[tuple[int, int], ...] = ()
    modules: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def tree(self) -> ast.Module:
        """The syntax tree.

        Raises
        ------
        UserError
            If the text is not Python; it names file and line.
        """
        return parse(self.text, self.path)

    def where(self, line: int) -> str:
        """Return the place of a line for a reader: ``line 12``, or ``cell 3, line 2`` in a notebook."""
        if self.origins and 1 <= line <= len(self.origins):
            cell, inner = self.origins[line - 1]
            return f"cell {cell}, line {inner}"
        return f"line {line}"


def parse(text: str, path: str) -> ast.Module:
    """Parse Python text.

    Raises
    ------
    UserError
        If it is not Python; it names file and line.
    """
    try:
        return ast.parse(text)
    except SyntaxError as error:
        raise UserError(
            f"{path} has a syntax error in line {error.lineno}", "Open the file, mend that line, and scan again."
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise UserError(f"{path} cannot be read as Python", "Check that it is a text file in Python 3.") from error


def load_script(folder: Path, path: str) -> Script:
    """Read a script or notebook below `folder`.

    Raises
    ------
    UserError
        If it is missing, too large, or neither Python nor a notebook.
    """
    file = folder / path
    if not file.is_file():
        raise UserError(f"The script {path} is not in the project folder", "Scan the folder again.")
    if file.stat().st_size > MAX_SCRIPT_BYTES:
        raise UserError(f"{path} is larger than 5 MB", "Clear its outputs or leave it out of the project.")
    raw = file.read_bytes()
    if file.suffix == ".ipynb":
        text, origins, notes = _flatten(raw, path)
        script = Script(path, "notebook", text, origins, (), notes)
    else:
        script = Script(path, "script", _decode(raw, path))
    return Script(script.path, script.kind, script.text, script.origins, _modules(folder, script), script.notes)


def _decode(raw: bytes, path: str) -> str:
    try:
        encoding, _ = tokenize.detect_encoding(BytesIO(raw).readline)
        return raw.decode(encoding)
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise UserError(f"{path} is not text in the encoding it declares", "Save the file as UTF-8.") from error


def _flatten(raw: bytes, path: str) -> tuple[str, tuple[tuple[int, int], ...], tuple[str, ...]]:
    try:
        notebook = json.loads(raw)
        cells = [c for c in notebook["cells"] if c["cell_type"] == "code"]
        sources = ["".join(c["source"]) if isinstance(c["source"], list) else str(c["source"]) for c in cells]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UserError(
            f"{path} is not a notebook in the format Jupyter writes (version 4)", "Save it again in Jupyter."
        ) from error
    lines: list[str] = []
    origins: list[tuple[int, int]] = []
    notes: list[str] = []
    for number, source in enumerate(sources, 1):
        whole_cell = source.lstrip().startswith("%%")
        for inner, line in enumerate(source.split("\n"), 1):
            bare = line.strip()
            if bare.startswith(("%", "!")) or whole_cell or bare.endswith("?"):
                if bare.startswith(DATA_MAGICS):
                    notes.append(f"Cell {number} uses {bare.split()[0]}, which Lester does not run.")
                lead = line[: len(line) - len(line.lstrip())]
                # an indented magic may be the only statement of its block
                line = f"{lead}pass  # {bare}" if lead and not whole_cell else f"# {bare}"
            lines.append(line)
            origins.append((number, inner))
        lines.append("")
        origins.append((number, source.count("\n") + 2))
    counts = [c.get("execution_count") for c in cells]
    ran = [c for c in counts if isinstance(c, int)]
    if ran != sorted(ran):
        late = next(
            i for i in range(1, len(counts)) if isinstance(counts[i], int) and counts[i] < max(c for c in counts[:i] if c)
        )
        notes.append(f"Cell {late + 1} was last run before a cell above it. Lester goes by the order in the document.")
    return "\n".join(lines) + "\n", tuple(origins), tuple(notes)


def _modules(folder: Path, script: Script) -> tuple[tuple[str, str], ...]:
    """Follow imports into the project, breadth first. Modules that do not parse are left to the message of the run."""
    found: dict[str, str] = {}
    queue = [(script.path, script.text)]
    while queue:
        path, text = queue.pop(0)
        here = (folder / path).parent
        for name, level in _imported(parse(text, path)):
            for base in dict.fromkeys((here, folder)) if level == 0 else (here.joinpath(*[".."] * (level - 1)),):
                stem = base.joinpath(*name.split(".")) if name else base
                for candidate in (stem.with_suffix(".py") if name else stem / "__init__.py", stem / "__init__.py"):
                    if not candidate.is_file() or not candidate.resolve().is_relative_to(folder.resolve()):
                        continue
                    relative = candidate.resolve().relative_to(folder.resolve()).as_posix()
                    if relative != script.path and relative not in found:
                        found[relative] = _decode(candidate.read_bytes(), relative)
                        queue.append((relative, found[relative]))
    return tuple(sorted(found.items()))


def _imported(tree: ast.Module) -> list[tuple[str, int]]:
    out: list[tuple[str, int]] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            out += [(a.name, 0) for a in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            out.append((base, node.level))
            out += [(f"{base}.{a.name}" if base else a.name, node.level) for a in node.names if a.name != "*"]
    return out
