"""The readable face of a plan: declarative Python with the script's own names, to stand beside the script.

`parse` reads it back. A step whose name follows from its variable (``merged``, ``merged-2``) is chained to the one before; any
other name is written, so that text and plan say the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any

from lester_gui.ir import notation as n
from lester_gui.ir.expression_text import column_text, expression_text
from lester_gui.ir.expressions import Expr
from lester_gui.ir.layout import Chain, Invoke
from lester_gui.ir.learning import Block, Encode, Split, Transformer
from lester_gui.ir.nodes import (
    Aggregate,
    Broadcast,
    Concat,
    Distinct,
    Explode,
    Filter,
    Join,
    JoinKind,
    Keep,
    Limit,
    Measure,
    Node,
    Opaque,
    Project,
    Read,
    Select,
    Sort,
    Take,
    Window,
    WindowColumn,
)
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Type
from lester_gui.ir.serialise import OP_OF

LEARNING = ("label", "split", "encode", "model")


@dataclass(frozen=True, slots=True)
class Step:
    """One statement of the rendered plan.

    Attributes
    ----------
    number : int
        From 1, in the order of the text.
    name : str
        The view it yields, or ``label``, ``split``, ``encode``, ``model``.
    kind : str
        The last operation, as in the JSON (``join``, ``filter``), or the learning part.
    plan_lines, script_lines : tuple of int
        Lines of the text and of the script, 1-based, sorted.
    made_by : str
        Who made its nodes, comma separated where they differ.
    views : tuple of str
        The views of the chain, in order; empty for learning parts.
    """

    number: int
    name: str
    kind: str
    plan_lines: tuple[int, ...]
    script_lines: tuple[int, ...]
    made_by: str
    views: tuple[str, ...] = ()

    @property
    def stage(self) -> str:
        """The stage it belongs to: prepare, encode, label, split or model."""
        return self.kind if self.kind in LEARNING else "prepare"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A rendered plan: its text, its steps, and per line of the text the view or learning part it belongs to ('' for none)."""

    text: str
    steps: tuple[Step, ...]
    line_names: tuple[str, ...]

    def step_at(self, plan_line: int) -> Step | None:
        """Return the step of a line of the text, 1-based."""
        return next((s for s in self.steps if plan_line in s.plan_lines), None)

    def step_of(self, name: str) -> Step | None:
        """Return the step that yields a view, or the learning part of that name."""
        return next((s for s in self.steps if name in s.views or (s.name == name and not s.views)), None)


def render(plan: Plan) -> Rendered:
    """Return `plan` as text that `parse.parse` reads back to the same plan."""
    return _Renderer(plan).run()


def with_names(rendered: Rendered) -> str:
    """Return the text with a comment behind each operation whose view has another name than its variable.

    A chain gives one variable a new value at each operation; runs, traces and exports call these views ``data``, ``data-2`` ….
    """
    lines = rendered.text.splitlines()
    for step in rendered.steps:
        numbers = [i - 1 for i in step.plan_lines]
        variable = lines[numbers[0]].partition(" = ")[0]
        for name in step.views:
            own = [i for i in numbers if rendered.line_names[i] == name]
            if name == variable or any(f"named({n.quote(name)})" in lines[i] for i in own):
                continue
            alone = len(step.views) == 1
            begins = [i for i in own if (" = " in lines[i] if alone else lines[i].startswith("    ."))]
            begins = begins or [i for i in own if lines[i].startswith("    ")] or own
            lines[begins[0]] += f"  # {name}"
    return "\n".join(lines) + "\n"


class _Renderer:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.dialect = n.dialect_of(plan)
        self.functions = n.signatures_of(plan.expressions)
        self._bound: dict[str, Node] = {}  # what each variable stands for at this point of the text
        self._names = n.ViewNames()
        self._lines: list[str] = []
        self._line_names: list[str] = []
        self._steps: list[Step] = []

    def run(self) -> Rendered:
        self._put("", f"dialect = {n.quote(self.dialect)}")
        for name, signature in self.functions.items():
            self._put("", f"{name} = user_function({n.quote(n.type_text(signature.type, signature.nullable))})")
        for chain in chains(self.plan):
            self._relational(chain)
        if self.plan.kept:
            self._gap()
            self._put("", Invoke("keep", tuple(self.ref(k) for k in self.plan.kept)).flat())
        self._learning()
        return Rendered("\n".join(self._lines) + "\n", tuple(self._steps), tuple(self._line_names))

    # text of parts, for the renderers of the nodes

    def expr(self, expr: Expr) -> str:
        return expression_text(expr, self.dialect, self.functions)

    def ref(self, node: Node) -> str:
        """Return how the text names a view here."""
        for variable, bound in self._bound.items():
            if bound is node:
                return variable
        return f"view({n.quote(node.name)})"

    # statements

    def _put(self, name: str, *lines: str) -> None:
        self._lines += lines
        self._line_names += [name] * len(lines)

    def _gap(self) -> None:
        if self._lines:
            self._put("", "")

    def _relational(self, chain: list[Node]) -> None:
        self._gap()
        first = len(self._lines) + 1
        last = chain[-1]
        variable = n.variable_for(last.name)
        linked = not isinstance(chain[0], Read | Concat | Opaque)
        links: list[tuple[Node, tuple[Invoke, ...]]] = []
        for node in chain:
            derived = self._names.next(variable) == node.name
            named = () if derived else (Invoke("named", (n.quote(node.name),)),)
            self._names.take(node.name)
            links.append((node, (RENDERERS[type(node)](node, self), *named)))
            if isinstance(node, Opaque):
                self._put(node.name, f"# not understood: {' '.join(node.reason.split())}")
        root = f"{self.ref(chain[0].parents[0])}." if linked else ""
        if len(chain) == 1:
            self._put(last.name, *Chain(f"{variable} = {root}", links[0][1]).lines(0))
        else:
            self._put(chain[0].name, f"{variable} = (")
            if linked:
                self._put(chain[0].name, f"    {root[:-1]}")
            for i, (node, calls) in enumerate(links):
                broken = Chain("." if linked or i else "", calls).lines(4)
                self._put(node.name, "    " + broken[0], *broken[1:])
            self._put(last.name, ")")
        self._bound[variable] = last
        self._steps.append(
            Step(
                len(self._steps) + 1,
                last.name,
                OP_OF[type(last)],
                tuple(range(first, len(self._lines) + 1)),
                tuple(sorted({line for node in chain for line in node.lines})),
                ", ".join(dict.fromkeys(node.made_by for node in chain if node.made_by)),
                tuple(node.name for node in chain),
            )
        )

    def _part(self, name: str, part: Any, *statement: str) -> None:
        self._gap()
        first = len(self._lines) + 1
        self._put(name, *statement)
        lines = tuple(range(first, len(self._lines) + 1))
        self._steps.append(Step(len(self._steps) + 1, name, name, lines, tuple(sorted(part.lines)), part.made_by))

    def _learning(self) -> None:
        label, split, encode, model = (getattr(self.plan, name) for name in LEARNING)
        (written,) = n.keywords([(label.variable, self.expr(label.expr))])
        codes = [n.quote(word) for word, meaning in n.LABEL_CODES.items() if meaning == label.codes]
        root = self.ref(self.plan.prepared)
        self._part("label", label, *Chain(f"labelled = {root}.", (Invoke("label", (*codes, written)),)).lines(0))
        self._part("split", split, *self._splits(split))
        self._part("encode", encode, *self._assign(encode.variable, self._encode(encode)))
        module, _, name = model.estimator.rpartition(".")
        if module and all(n.is_plain(part) for part in model.estimator.split(".")) and name not in ROOTS:
            statement = [f"from {module} import {name}"]
            call = Invoke(name, tuple(n.option_arguments(model.params)))
        else:
            statement = []
            call = Invoke("estimator", (n.quote(model.estimator), *n.option_arguments(model.params)))
        self._part("model", model, *statement, *self._assign(model.variable, call))

    def _assign(self, name: str, call: Invoke) -> list[str]:
        if n.is_plain(name) and name != "dialect":
            return Chain(f"{name} = ", (call,)).lines(0)
        return Chain(f"{n.variable_for(name)} = ", (call, Invoke("named", (n.quote(name),)))).lines(0)

    def _splits(self, split: Split) -> list[str]:
        """A line for the split, and one for every part that is dealt again."""
        out, dealt, names = [], "labelled", split.first_parts
        for one in split.chain:
            out += Chain(f"{', '.join(names)} = {dealt}.", (Invoke("split", (self._split(one),)),)).lines(0)
            names, dealt = one.parts_again, one.of
        return out

    def _split(self, split: Split) -> Chain:
        exact = [w for w, meaning in n.SPLITS.items() if meaning == (split.kind, split.method)]
        word = exact[0] if exact else next(w for w, (kind, _) in reversed(n.SPLITS.items()) if kind == split.kind)
        method = n.SPLITS[word][1]
        default = {f.name: f.default for f in fields(Split)} | {"method": method}
        arguments = [self.expr(e) for e in (split.test, split.by) if e is not None]
        for side, condition in split.conditions:
            if side in n.SPLIT_CONDITIONS:
                arguments.append(f"{side}={self.expr(condition)}")
        for key, attribute in n.SPLIT_WORDS.items():
            value = getattr(split, attribute)
            if repr(value) != repr(default[attribute]):
                arguments.append(f"{key}={n.option_text(value)}")
        return Chain("", (Invoke(word, tuple(arguments)),))

    def _encode(self, encode: Encode) -> Invoke:
        blocks = _blocks(encode.blocks)
        dtype = () if encode.dtype == "float64" else (f"dtype={n.quote(encode.dtype)}",)
        return Invoke("encode", ("train" if encode.fit_on == "train" else "labelled", *blocks, *dtype))


def chains(plan: Plan) -> list[list[Node]]:
    """Return the plan's views as chains: a node continues its first parent's when nobody else reads that and names agree."""
    uses = Counter(id(p) for node in plan.views for p in node.parents)
    uses.update(id(node) for node in (plan.prepared, *plan.kept))
    open_chains: dict[int, list[Node]] = {}
    for node in plan.views:
        parent = None if isinstance(node, Read | Concat | Opaque) else node.parents[0]
        if parent is not None and uses[id(parent)] == 1 and n.stem(parent.name) == n.stem(node.name):
            open_chains[id(node)] = [*open_chains.pop(id(parent)), node]
        else:
            open_chains[id(node)] = [node]
    return list(open_chains.values())


def _blocks(blocks: tuple[Block, ...]) -> tuple[Chain, ...]:
    names = [b.name for b in blocks]
    plain = all(n.is_plain(name) and name != "dtype" for name in names) and len(set(names)) == len(names)
    return tuple(_block(b, plain) for b in blocks)


def _block(block: Block, plain: bool) -> Chain:
    calls = (Invoke("columns", tuple(column_text(name) for name in block.columns)), *(_transformer(t) for t in block.chain))
    if plain:
        return Chain(f"{block.name}=", calls)
    return Chain("", (Invoke("block", (n.quote(block.name), Chain("", calls))),))


def _transformer(transformer: Transformer) -> Invoke:
    if transformer.branches:
        return Invoke("beside", _blocks(transformer.branches))
    own = (("fit_on", transformer.fit_on),) if transformer.fit_on else ()
    arguments = n.option_arguments((*transformer.params, *own))
    if n.is_plain(transformer.kind) and transformer.kind != "transformer":
        return Invoke(transformer.kind, tuple(arguments))
    return Invoke("transformer", (n.quote(transformer.kind), *arguments))


def _read(node: Read, r: _Renderer) -> Invoke:
    arguments = [n.quote(node.source)]
    if node.options or node.reader is not n.DEFAULT_READER[r.dialect]:
        arguments.append(Invoke(str(node.reader), tuple(n.option_arguments(node.options))).flat())
    if not node.inferred:
        arguments.append(f"columns={_columns(node.columns)}")
    return Invoke("read", tuple(arguments))


def _columns(columns: tuple[Field, ...]) -> str:
    if all(f.type is Type.STR and not f.nullable for f in columns):
        return f"[{', '.join(n.quote(f.name) for f in columns)}]"
    return f"{{{', '.join(f'{n.quote(f.name)}: {n.quote(n.type_text(f.type, f.nullable))}' for f in columns)}}}"


def _filter(node: Filter, r: _Renderer) -> Invoke:
    return Invoke("filter", (r.expr(node.predicate),))


def _project(node: Project, r: _Renderer) -> Invoke:
    return Invoke("project", tuple(n.keywords((name, r.expr(expr)) for name, expr in node.assigned)))


def _select(node: Select, r: _Renderer) -> Invoke:
    same = next((i for i, (new, old) in enumerate(node.columns) if new != old), len(node.columns))
    positional = [column_text(old) for _, old in node.columns[:same]]
    return Invoke("select", (*positional, *n.keywords((new, column_text(old)) for new, old in node.columns[same:])))


def _join(node: Join, r: _Renderer) -> Invoke:
    arguments = [r.ref(node.right)]
    if node.on and all(a == b for a, b in node.on):
        keys = [column_text(a) for a, _ in node.on]
        arguments.append(f"by={_listed(keys)}")
    elif node.on:
        arguments.append(" and ".join(f"{column_text(a)} == {column_text(b)}" for a, b in node.on))
    if node.how is not JoinKind.INNER:
        arguments.append(f"how={n.quote(node.how)}")
    if node.take is not Take.ALL:
        arguments.append(f"take={n.quote(node.take)}")
    if node.suffixes != ("_x", "_y"):
        arguments.append(f"suffixes={n.option_text(node.suffixes)}")
    if node.null_keys_match is not n.DEFAULT_NULL_KEYS_MATCH[r.dialect]:
        arguments.append(f"null_keys_match={node.null_keys_match}")
    return Invoke("join", tuple(arguments))


def _measure(measure: Measure) -> str:
    inner = "" if measure.column is None else column_text(measure.column)
    share = "" if measure.share is None else f", {measure.share!r}"
    return f"{measure.function}({inner}{share})"


def _aggregate(node: Aggregate, r: _Renderer) -> Invoke:
    own = ("by", "order", "drop_null_keys")
    by = [column_text(name) for name in node.by]
    after = [] if not by else [f"by={_listed(by)}"]
    if node.order is not n.DEFAULT_ORDER[r.dialect]:
        after.append(f"order={n.quote(node.order)}")
    if node.drop_null_keys is not n.DEFAULT_DROP_NULL_KEYS[r.dialect]:
        after.append(f"drop_null_keys={node.drop_null_keys}")
    if any(m.name in own for m in node.measures):
        return Invoke("aggregate", (*(f"measure({n.quote(m.name)}, {_measure(m)})" for m in node.measures), *after))
    return Invoke("aggregate", (*after, *n.keywords((m.name, _measure(m)) for m in node.measures)))


def _distinct(node: Distinct, r: _Renderer) -> Invoke:
    keep = [] if node.keep is Keep.FIRST else [f"keep={n.quote(node.keep)}"]
    return Invoke("distinct", (*(column_text(name) for name in node.subset), *keep))


def _concat(node: Concat, r: _Renderer) -> Invoke:
    return Invoke("concat", tuple(r.ref(i) for i in node.inputs))


def _sort(node: Sort, r: _Renderer) -> Invoke:
    return Invoke("sort", _ordered(node.by))


def _ordered(by: tuple[tuple[str, bool], ...]) -> tuple[str, ...]:
    return tuple(column_text(name) if up else f"descending({column_text(name)})" for name, up in by)


def _limit(node: Limit, r: _Renderer) -> Invoke:
    return Invoke("limit", (str(node.count), *([f"offset={node.offset}"] if node.offset else [])))


def _broadcast(node: Broadcast, r: _Renderer) -> Invoke:
    row = f"{node.position}_row({r.ref(node.of)})"
    return Invoke("broadcast", (row, *n.keywords((new, column_text(old)) for new, old in node.values)))


def _window(node: Window, r: _Renderer) -> Invoke:
    own = ("by", "order", "drop_null_keys")
    before = [] if not node.by else [f"by={_listed([column_text(name) for name in node.by])}"]
    if node.order:
        before.append(f"order={_listed(list(_ordered(node.order)))}")
    if node.drop_null_keys is not n.DEFAULT_DROP_NULL_KEYS[r.dialect]:
        before.append(f"drop_null_keys={node.drop_null_keys}")
    if any(c.name in own for c in node.columns):
        return Invoke("window", (*(f"column({n.quote(c.name)}, {_window_column(c)})" for c in node.columns), *before))
    return Invoke("window", (*before, *n.keywords((c.name, _window_column(c)) for c in node.columns)))


def _window_column(c: WindowColumn) -> str:
    arguments = [] if c.column is None else [column_text(c.column)]
    arguments += [f"offset={c.offset}"] if c.offset != 1 else []
    arguments += [] if c.ascending else ["ascending=False"]
    arguments += ["pct=True"] if c.pct else []
    return f"{c.function}({', '.join(arguments)})"


def _listed(texts: list[str]) -> str:
    return texts[0] if len(texts) == 1 else f"[{', '.join(texts)}]"


def _explode(node: Explode, r: _Renderer) -> Invoke:
    return Invoke("explode", (column_text(node.column), *([] if node.keep_empty else ["keep_empty=False"])))


def _opaque(node: Opaque, r: _Renderer) -> Invoke:
    inputs = n.keywords((variable, r.ref(i)) for variable, i in zip(node.variables, node.inputs, strict=True))
    return Invoke("opaque", (n.quote(node.name), *inputs))


# names that begin a statement's right side and so cannot be an estimator's bare name
ROOTS = ("read", "concat", "opaque", "view", "encode", "estimator", "user_function", "keep")
RENDERERS: dict[type[Node], Callable[[Any, _Renderer], Invoke]] = {
    Read: _read,
    Filter: _filter,
    Project: _project,
    Select: _select,
    Join: _join,
    Aggregate: _aggregate,
    Distinct: _distinct,
    Concat: _concat,
    Sort: _sort,
    Limit: _limit,
    Broadcast: _broadcast,
    Window: _window,
    Explode: _explode,
    Opaque: _opaque,
}
