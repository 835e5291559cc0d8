"""A plan with most of what scripts do, built by hand."""

from lester_gui.ir.expressions import Call, col, lit, op
from lester_gui.ir.learning import Block, Encode, Function, Label, Model, Split, Transformer, WrittenFile
from lester_gui.ir.nodes import Aggregate, Filter, Join, JoinKind, Measure, Project, Read, Reader, Select
from lester_gui.ir.plan import Plan
from lester_gui.ir.schema import Field, Type


def example_plan() -> Plan:
    """Return the plan of a script like the hospital's."""
    patients = Read(
        name="patients",
        source="patients",
        reader=Reader.PANDAS_CSV,
        inferred=True,
        lines=(18,),
        made_by="rule:read_csv",
        columns=(
            Field("ssn", Type.STR),
            Field("age", Type.INT),
            Field("county", Type.STR, True),
            Field("income", Type.FLOAT, True),
        ),
    )
    histories = Read(
        name="histories",
        source="histories",
        reader=Reader.PANDAS_CSV,
        options=(("sep", ";"), ("na_values", ("?", "-"))),
        inferred=True,
        lines=(19,),
        made_by="rule:read_csv",
        columns=(Field("ssn", Type.STR), Field("complications", Type.INT), Field("note", Type.STR)),
    )
    on_ssn = (("ssn", "ssn"),)
    data = Join(
        name="data",
        left=patients,
        right=histories,
        how=JoinKind.INNER,
        on=on_ssn,
        null_keys_match=True,
        lines=(22,),
        made_by="rule:merge",
    )
    mean = (Measure("mean", "mean", "complications"),)
    complications = Aggregate(name="complications", parent=data, by=("age",), measures=mean, lines=(23,), made_by="rule:groupby")
    merged = Join(
        name="data-2",
        left=data,
        right=complications,
        how=JoinKind.INNER,
        on=(("age", "age"),),
        null_keys_match=True,
        lines=(24,),
        made_by="rule:merge",
    )
    risky = op("pandas_gt", col("complications"), op("mul", lit(1.2), col("mean")))
    assigned = (("risky", risky), ("urgent", Call("is_urgent", (col("note"),), Type.BOOL)))
    labelled = Project(name="data-3", parent=merged, assigned=assigned, lines=(25, 26), made_by="model:test")
    columns = tuple((c, c) for c in ("ssn", "county", "income", "risky", "urgent"))
    selected = Select(name="data-4", parent=labelled, columns=columns, lines=(28,), made_by="rule:select")
    where = op("is_in", col("county"), lit("county2"), lit("county3"))
    return Plan(
        pipeline="complications",
        prepared=Filter(name="data-5", parent=selected, predicate=where, lines=(29,), made_by="rule:isin"),
        label=Label(expr=op("or", col("risky"), col("urgent")), variable="label", lines=(48,), made_by="rule:label"),
        split=Split(kind="random", method="sklearn", test_size=0.25, seed=42, lines=(41,), made_by="rule:split"),
        encode=Encode(
            blocks=(
                Block(
                    "categories",
                    ("county",),
                    (
                        Transformer("simple_imputer", (("strategy", "most_frequent"),)),
                        Transformer("one_hot", (("handle_unknown", "ignore"),)),
                    ),
                ),
                Block("numbers", ("income",), (Transformer("standard_scaler"),)),
            ),
            lines=(32, 33),
            made_by="rule:column_transformer",
        ),
        model=Model(
            estimator="sklearn.linear_model.LogisticRegression",
            params=(("max_iter", 1000),),
            lines=(43,),
            made_by="rule:estimator",
        ),
        functions=(Function("is_urgent", "def is_urgent(note):\n    return '!' in note\n"),),
        written=(WrittenFile("out/model.pkl", "model", line=52),),
    )
