"""Plans with a step that rules left, and an oracle: the script's own statements, executed, beside the reference interpreter."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from lester_gui.errors import UserError
from lester_gui.ir.expressions import Literal
from lester_gui.ir.learning import Encode, Function, Label, Model, Split
from lester_gui.ir.nodes import Node, Opaque, Project, Read, Reader
from lester_gui.ir.plan import Plan, topological
from lester_gui.ir.schema import Field
from lester_gui.rewrite.ollama.oracle import Counterexample, Oracle, Table
from tests.reference.interpreter import interpret
from tests.reference.operators import EvaluationError

Cells = Sequence[tuple[Any, ...]]
STEP = "made"


@dataclass(frozen=True)
class Case:
    """A step that rules left.

    Attributes
    ----------
    script : str
        The whole script; lines from `first` on are the step.
    tables : mapping of str to fields
        What the step reads, by variable.
    rows : mapping of str to rows
        The data.
    output : str
        The variable that the step assigns.
    """

    script: str
    first: int
    tables: Mapping[str, tuple[Field, ...]]
    rows: Mapping[str, Cells]
    output: str
    columns: tuple[Field, ...]
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    calls: tuple[tuple[str, Any], ...] = ()  # columns made before the step, with user functions

    @property
    def lines(self) -> tuple[int, ...]:
        return tuple(range(self.first, len(self.script.splitlines()) + 1))

    @property
    def source(self) -> str:
        return "\n".join(self.script.splitlines()[self.first - 1 :])

    def run_original(self, tables: Mapping[str, Cells]) -> list[tuple[Any, ...]]:
        """Execute the script's statements on lists of tuples."""
        names: dict[str, Any] = {**self.functions, **{name: [tuple(r) for r in rows] for name, rows in tables.items()}}
        constants = "\n".join(self.script.splitlines()[: self.first - 1])
        exec(constants + "\n" + self.source, names)
        return [tuple(row) for row in names[self.output]]


def plan_of(case: Case) -> Plan:
    """Return the plan that rules would have made of the case."""
    reads: list[Node] = [
        Read(name=name, source=name, reader=Reader.PYTHON_LINES, columns=fields, made_by="rule:read")
        for name, fields in case.tables.items()
    ]
    if case.calls:
        reads[0] = Project(name=reads[0].name + "-2", parent=reads[0], assigned=case.calls, made_by="rule:loops")
    step = Opaque(
        name=STEP,
        inputs=tuple(reads),
        variables=tuple(case.tables),
        source=case.source,
        output=case.output,
        columns=case.columns,
        reason="no rule",
        lines=case.lines,
    )
    return small_plan(step, tuple(Function(name, f"def {name}(): …") for name in case.functions))


def small_plan(prepared: Node, functions: tuple[Function, ...] = ()) -> Plan:
    """Return a plan whose learning half does nothing of interest."""
    return Plan(
        pipeline="case",
        prepared=prepared,
        label=Label(expr=Literal(1)),
        split=Split(kind="none"),
        encode=Encode(blocks=()),
        model=Model(estimator="sklearn.dummy.DummyClassifier"),
        functions=functions,
    )


def yields(node: Node, tables: Mapping[str, Table], case: Case) -> Table | str:
    """Return what the steps between `tables` (by view) and `node` yield, by the reference interpreter."""
    given: dict[int, Node] = {}
    for n in topological(node):
        if n.name in tables:
            given[id(n)] = Opaque(
                name=n.name, inputs=(), variables=(), source="", output="", columns=n.schema.fields, reason="given"
            )
        else:
            given[id(n)] = n.with_parents(*(given[id(p)] for p in n.parents)) if n.parents else n
    opaque = {name: lambda *_, rows=table.rows: [tuple(r) for r in rows] for name, table in tables.items()}
    try:
        rows = interpret(small_plan(given[id(node)]), {}, case.functions, opaque=opaque)[node.name]
    except EvaluationError:
        return "EvaluationError"
    return Table(node.schema.names, tuple(tuple(r.cells.values()) for r in rows))


@dataclass
class Judge:
    """The oracle of a case, which counts what it was asked."""

    case: Case
    checks: int = 0
    rechecks: int = 0
    difference: str = "the rows differ"

    @dataclass(frozen=True)
    class Verdict:
        equal: bool
        difference: str

    def __post_init__(self) -> None:
        self.plan = plan_of(self.case)
        self.views = {variable: node.name for variable, node in zip(self.case.tables, self.plan.view(STEP).parents, strict=True)}

    @property
    def oracle(self) -> Oracle:
        samples = {view: table.rows[:50] for view, table in self.everything.items()}
        return Oracle(self.check, self.counterexample, self.recheck, samples)

    @property
    def everything(self) -> dict[str, Table]:
        """All rows of the tables that the step reads."""
        out = {}
        for variable, view in self.views.items():
            read = Table(tuple(f.name for f in self.case.tables[variable]), tuple(self.case.rows[variable]))
            made = yields(self.plan.view(view), {variable: read}, self.case)
            assert isinstance(made, Table)
            out[view] = made
        return out

    def check(self, plan: Plan) -> Verdict:
        self.checks += 1
        found = self._compare(plan, self.everything)
        if found is None:
            return self.Verdict(True, "")
        if isinstance(found.got, str):
            raise UserError("A step stops on the data")
        assert isinstance(found.expected, Table)
        shape = f"{len(found.expected.rows)} rows expected, {len(found.got.rows)} found"
        return self.Verdict(False, f"{self.difference} in the view {STEP}: {shape}")

    def counterexample(self, plan: Plan) -> Counterexample | None:
        return self._compare(plan, self.everything)

    def recheck(self, plan: Plan, tables: Mapping[str, Table]) -> Counterexample | None:
        self.rechecks += 1
        return self._compare(plan, tables)

    def _compare(self, plan: Plan, tables: Mapping[str, Table]) -> Counterexample | None:
        by_variable = {variable: tables[view].rows for variable, view in self.views.items()}
        names = tuple(f.name for f in self.case.columns)
        expected = Table(names, tuple(self.case.run_original(by_variable)))
        got = yields(plan.view(STEP), tables, self.case)
        return None if got == expected else Counterexample(tables, expected, got)


def column(name: str) -> dict[str, str]:
    return {"column": name}


def apply(op: str, *args: Any) -> dict[str, Any]:
    return {"op": op, "args": list(args)}


def literal(value: Any) -> dict[str, Any]:
    return {"literal": value}
