"""Words of the rows of a table, counted by hand: which are columns, and what stands there for a row.

The words of a row become one text, a function of the row; the vocabulary and the columns are an encoder's state.
"""

from __future__ import annotations

import ast
from dataclasses import replace
from typing import TYPE_CHECKING

from lester_gui.features.unfitted import WORDS
from lester_gui.ir.expressions import Call, Column, Expr
from lester_gui.ir.learning import Transformer
from lester_gui.ir.nodes import Node, Project
from lester_gui.ir.options import Options, Unfitted
from lester_gui.ir.schema import Type
from lester_gui.rewrite.lift.blocks import scope_of
from lester_gui.rewrite.lift.domain import (
    Cell,
    Entries,
    Feature,
    Items,
    Iterated,
    MatrixBlock,
    Ref,
    Rows,
    Unknown,
    Value,
    Vocabulary,
)
from lester_gui.rewrite.lift.lazy_values import Lazy
from lester_gui.rewrite.lift.stop import Stopped, no_rule, shape
from lester_gui.rewrite.lift.wide_rows import WideRow
from lester_gui.rewrite.lift.word_values import WordCounts, WordList, WordRow
from lester_gui.rewrite.slicing import loaded, return_statements

if TYPE_CHECKING:
    from lester_gui.rewrite.lift.lifter import Lifter

IN_HAND, TAKEN = "words_in_hand", "words_taken"
END = "\x1f"
"""Follows each word of a row's text. A word that has it fails."""
JOINED = "''.join([word_ + '\\x1f' if '\\x1f' not in word_ else word_[len(word_)] for word_ in {}])"


def _joined(words: ast.expr) -> ast.expr:
    """Return the expression that puts words into one text."""
    made = ast.parse(JOINED.format("words_"), mode="eval").body
    for node in ast.walk(made):
        if isinstance(node, ast.comprehension):
            node.iter = words
    for node in ast.walk(made):
        if isinstance(node, ast.expr | ast.stmt):
            ast.copy_location(node, words)
    return made


def _text(lift: Lifter, words: ast.expr) -> Cell:
    """Return the words of the current row as one text.

    Raises
    ------
    Stopped
        If they are not computed of the row alone, or may be no list: a text has letters, and finds words within others.
    """
    from lester_gui.rewrite.lift.computed import as_function
    from lester_gui.rewrite.lift.expressions import evaluate

    lift.names[IN_HAND] = evaluate(lift, words)
    try:
        made = as_function(lift, _joined(_name(words)))
    finally:
        lift.names.pop(IN_HAND)
    if not isinstance(made, Cell) or made.type is not Type.STR:
        raise no_rule("words that are not computed of the row alone")
    if not _is_list(lift, made.expr):
        raise no_rule("words of what may be no list")
    return made


def _is_list(lift: Lifter, expr: Expr) -> bool:
    """Whether what a text of words is put together of is sure to be a list or set, and no text or dict."""
    if not isinstance(expr, Call):
        return False
    tree = ast.parse(lift.functions[expr.function].source)
    given = next(
        (n for n in ast.walk(tree.body[-1]) if isinstance(n, ast.comprehension) and ast.unparse(n.target) == "word_"), None
    )
    defined = {n.name: n for n in tree.body if isinstance(n, ast.FunctionDef)}
    return given is not None and _lists(given.iter, defined)


def _lists(node: ast.expr, defined: dict[str, ast.FunctionDef]) -> bool:
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Slice):
        return _lists(node.value, defined)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in defined:
        function = defined[node.func.id]
        others = {n: f for n, f in defined.items() if n != function.name}  # one that calls itself does not tell
        returns = [r.value for r in return_statements(function.body)]
        return bool(returns) and all(r is not None and _returns_list(r, function, others) for r in returns)
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):
            json = ast.unparse(node.func) == "json.loads"  # lists alone are kept as text
            return json or node.func.attr in ("split", "rsplit", "splitlines", "findall", "elements")
        return isinstance(node.func, ast.Name) and node.func.id in ("sorted", "list", "set", "frozenset", "tuple")
    return isinstance(node, ast.ListComp | ast.List | ast.Tuple | ast.Set | ast.SetComp)


def _returns_list(node: ast.expr, function: ast.FunctionDef, defined: dict[str, ast.FunctionDef]) -> bool:
    """Whether what a function returns is a list: as it stands, or under a name that only lists are given to."""
    if not isinstance(node, ast.Name):
        return _lists(node, defined)
    given = [n for n in ast.walk(function) if isinstance(n, ast.Name) and n.id == node.id and isinstance(n.ctx, ast.Store)]
    plain = [s for s in ast.walk(function) if isinstance(s, ast.Assign) and any(t in given for t in s.targets)]
    return bool(plain) and len(plain) == len(given) and all(_lists(s.value, defined) for s in plain)


# -- all words of some rows --------------------------------------------------------------------------------------------


def of_comprehension(lift: Lifter, node: ast.ListComp | ast.SetComp | ast.GeneratorExp) -> WordCounts | None:
    """Return ``[w for r in rows for w in r.words]``; None for any other comprehension."""
    if len(node.generators) != 2 or lift.loops:
        return None
    outer, inner = node.generators
    own = {n.id for n in ast.walk(inner.target) if isinstance(n, ast.Name)}
    if not own or outer.is_async or inner.is_async or own & set(loaded([inner.iter])):
        return None
    words: ast.expr = inner.iter
    if inner.ifs or ast.dump(node.elt) != ast.dump(_loading(inner.target)):
        words = ast.copy_location(ast.ListComp(node.elt, [inner]), node)
    loop = ast.For(outer.target, outer.iter, [], [])
    from lester_gui.rewrite.lift.expressions.comprehension import scope

    with scope(lift, outer.target):
        return _through(lift, loop, words, outer.ifs, "set" if isinstance(node, ast.SetComp) else "list")


def _loading(target: ast.expr) -> ast.expr:
    return ast.Name(target.id, ast.Load()) if isinstance(target, ast.Name) else target


def _through(lift: Lifter, loop: ast.For, words: ast.expr, tests: list[ast.expr], kind: str) -> WordCounts:
    """Return the words of the rows that a loop goes through; its body comes before them, and tests choose rows."""
    from lester_gui.rewrite.lift.statements import execute

    made = f"words_of_line_{words.lineno}_{words.col_offset}"
    lift.names[made] = lift.new(Items(()))
    append = ast.Call(ast.Attribute(ast.Name(made, ast.Load()), "append", ast.Load()), [_joined(_name(words))], [])
    body: list[ast.stmt] = [ast.Assign([ast.Name(IN_HAND, ast.Store())], words), ast.Expr(append)]
    for test in reversed(tests):
        body = [ast.If(test, body, [])]
    whole = ast.For(loop.target, loop.iter, [*loop.body, *body], [])
    try:
        execute(lift, ast.fix_missing_locations(ast.copy_location(whole, words)))
        return _counted(lift, lift.known(lift.names[made]), kind)
    finally:
        lift.names.pop(made, None)
        lift.names.pop(IN_HAND, None)


def _name(node: ast.expr) -> ast.Name:
    return ast.copy_location(ast.Name(IN_HAND, ast.Load()), node)


def _counted(lift: Lifter, value: Value, kind: str) -> WordCounts:
    rows = lift.content(value)
    if not isinstance(rows, Rows) or not isinstance(rows.template, Cell) or rows.template.type is not Type.STR:
        raise no_rule("words of something else than the rows of a table")
    made = rows.template.expr
    if isinstance(made, Column) and isinstance(rows.node, Project):
        made = dict(rows.node.assigned).get(made.name, made)
    if not _is_list(lift, made):
        raise no_rule("words of what may be no list")
    return WordCounts(rows.node, rows.template, rows.part, kind)


def counting_loop(lift: Lifter, node: ast.For) -> bool:
    """Lift a loop over rows that puts the words of each into an empty Counter, set or list; False for any other loop."""
    found = _put(node.body[-1])
    before = node.body[:-1]
    if found is None or lift.loops or node.orelse or not all(isinstance(s, ast.Assign) for s in before):
        return False
    name, words, kind = found
    owner = lift.names.get(name)
    if kind == "set or counter":
        kind = "set" if isinstance(owner, Ref) and isinstance(lift.heap[owner.id], Items) else "counter"
        if isinstance(owner, Ref) and kind == "counter" and getattr(lift.heap[owner.id], "factory", "") != "Counter":
            return False
    if not isinstance(owner, Ref) or not _is_new(lift.heap[owner.id], kind) or name in loaded([*before, words, node.iter]):
        return False
    if owner.id in lift.shared or owner.id in lift.twice:
        return False
    from lester_gui.rewrite.lift.functions import stored_names

    state = lift.snapshot()
    try:
        counts = _through(lift, ast.For(node.target, node.iter, before, []), words, [], kind)
    except Stopped:
        lift.restore(state)
        return False
    for one in stored_names(node.body[-1:]):
        lift.names[one] = Unknown(f"{one} holds what an inner loop left in it", node.lineno)
    order = WordList(counts, "first_seen", numbered=True) if kind == "index" else counts
    lift.heap[owner.id] = order
    return True


def _is_new(content: Value, kind: str) -> bool:
    """Whether an object is empty, and of the kind that a loop fills."""
    if isinstance(content, Items):
        return not content.values and content.kind == kind
    if not isinstance(content, Entries) or content.items or content.made is not None:
        return False
    return content.factory == "" if kind == "index" else kind == "counter" and content.factory in ("Counter", "int", "")


def _put(node: ast.stmt) -> tuple[str, ast.expr, str] | None:
    """Return what a statement puts all words of a row into, the words, and the kind of the object; None for any other."""
    if isinstance(node, ast.Expr):
        call = _call(node.value, "update", "extend")
        if call is None:
            return None
        return (call[0], call[2], "list" if call[1] == "extend" else "set or counter")
    if not isinstance(node, ast.For) or node.orelse or len(node.body) != 1 or not isinstance(node.target, ast.Name):
        return None
    word, only = node.target.id, node.body[0]
    call = _call(only.value, "add", "append") if isinstance(only, ast.Expr) else None
    if call is not None and isinstance(call[2], ast.Name) and call[2].id == word:
        return call[0], node.iter, "set" if call[1] == "add" else "list"
    text = ast.unparse(only)
    target = only.target if isinstance(only, ast.AugAssign) else only.targets[0] if isinstance(only, ast.Assign) else None
    if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name):
        name = target.value.id
        counted = (f"{name}[{word}] += 1", f"{name}[{word}] = {name}.get({word}, 0) + 1")
        return (name, node.iter, "counter") if text in counted else None
    if isinstance(only, ast.If) and len(only.body) == 1 and isinstance(only.body[0], ast.Assign):
        target = only.body[0].targets[0]
        name = target.value.id if isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name) else ""
        if text == f"if {word} not in {name}:\n    {name}[{word}] = len({name})":
            return name, node.iter, "index"
    return None


def _call(node: ast.expr, *names: str) -> tuple[str, str, ast.expr] | None:
    """Return name, method and only argument of ``name.method(argument)``."""
    if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)):
        return None
    if node.func.attr not in names or len(node.args) != 1 or node.keywords:
        return None
    return node.func.value.id, node.func.attr, node.args[0]


# -- which are columns -------------------------------------------------------------------------------------------------


def in_order(lift: Lifter, value: Value, order: str) -> WordList:
    """Return ``sorted(words)`` or ``list(words)``.

    Raises
    ------
    Stopped
        If the order is that of a set, each comes with its count, or a list has words more than once.
    """
    if isinstance(value, WordList) and not value.pairs:
        return replace(value, order=order if order == "sorted" else value.order, numbered=False)
    if not isinstance(value, WordCounts) or value.kind == "list" or (order != "sorted" and value.kind == "set"):
        raise no_rule("words in this order")
    return WordList(value, order)


def comprehension(lift: Lifter, node: ast.ListComp | ast.GeneratorExp | ast.SetComp, words: WordList) -> Value:
    """Return ``[w for w, n in counts.items() if n >= 5]``, or a row of ``[text.count(w) for w in words]``.

    Raises
    ------
    Stopped
        If it is anything else.
    """
    generator = node.generators[0]
    if words.pairs and isinstance(generator.target, ast.Tuple) and all(isinstance(e, ast.Name) for e in generator.target.elts):
        word, count = (e.id for e in generator.target.elts if isinstance(e, ast.Name))
        if isinstance(node.elt, ast.Name) and node.elt.id == word and not isinstance(node, ast.SetComp):
            least = max([words.least, *(_least(lift, test, count) for test in generator.ifs)])
            return replace(words, pairs=False, least=least)
    row = None if generator.ifs or words.pairs or not lift.loops else _row(lift, node.elt, generator.target, words)
    if row is None or isinstance(node, ast.SetComp):
        raise no_rule("this comprehension over words")
    return lift.new(WideRow((row,)))


def _least(lift: Lifter, test: ast.expr, count: str) -> int:
    from lester_gui.rewrite.lift.expressions import evaluate

    if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.left, ast.Name) and test.left.id == count:
        limit = lift.const(evaluate(lift, test.comparators[0]))
        if type(limit) is int and isinstance(test.ops[0], ast.GtE | ast.Gt):
            return limit + isinstance(test.ops[0], ast.Gt)
    raise no_rule("this condition on how often a word is there")


def numbered(lift: Lifter, node: ast.DictComp, content: Value) -> WordList | None:
    """Return ``{w: i for i, w in enumerate(words)}``; None for any other dict."""
    generator = node.generators[0]
    if not (isinstance(content, Iterated) and content.kind == "enumerate") or generator.ifs:
        return None
    words = lift.content(content.parts[0])
    if not isinstance(words, WordList) or lift.const(content.parts[1]) != 0:
        return None
    key, place = ast.unparse(node.key), ast.unparse(node.value)
    target = ast.unparse(generator.target).replace("(", "").replace(")", "").replace(" ", "").split(",")
    if not key.isidentifier() or not place.isidentifier() or target[:2] != [place, key] or len(target) != 2 + words.pairs:
        raise no_rule("this dict of words")
    return replace(words, pairs=False, numbered=True)


# -- what a row has ----------------------------------------------------------------------------------------------------


def _row(lift: Lifter, element: ast.expr, target: ast.expr, words: WordList) -> WordRow | None:
    """Return the row of an element such as ``words.count(w)`` or ``1 if w in words else 0``."""
    if not isinstance(target, ast.Name):
        return None
    word = target.id
    if isinstance(element, ast.Call) and isinstance(element.func, ast.Attribute) and element.args:
        first = element.args[0]
        of_word = isinstance(first, ast.Name) and first.id == word and word not in loaded([element.func.value])
        rest = [ast.unparse(a) for a in element.args[1:]]
        if of_word and element.func.attr == "count" and not rest and not element.keywords:
            return _of_words(lift, element.func.value, words, False, True)
        if of_word and element.func.attr == "get" and rest in (["0"], ["0.0"]) and not element.keywords:
            return _of_counts(lift, element.func.value, words)
        if not isinstance(element.func.value, ast.Name | ast.Call | ast.Attribute | ast.Subscript):
            return None
    if isinstance(element, ast.Subscript) and isinstance(element.slice, ast.Name) and element.slice.id == word:
        return _of_counts(lift, element.value, words)
    test = element
    if isinstance(element, ast.IfExp) and [ast.unparse(e) for e in (element.body, element.orelse)] in (
        ["1", "0"],
        ["1.0", "0.0"],
    ):
        test = element.test
    elif isinstance(element, ast.Call) and ast.unparse(element.func) in ("int", "float") and len(element.args) == 1:
        test = element.args[0]
    if not (isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.In)):
        return None
    if not (isinstance(test.left, ast.Name) and test.left.id == word) or word in loaded(test.comparators):
        return None
    return _of_words(lift, test.comparators[0], words, True, False)


def _of_words(lift: Lifter, node: ast.expr, words: WordList, binary: bool, listed: bool) -> WordRow:
    """Return the row of a list of words; where it is only asked whether a word is there, of a set of them, too."""
    from lester_gui.rewrite.lift.expressions import evaluate

    value = lift.content(evaluate(lift, node))
    inner = None if listed else _argument(value, ("set", "frozenset"))
    return WordRow(words, _text(lift, node) if inner is None else _of_lazy(lift, inner, node), binary)


def _of_counts(lift: Lifter, node: ast.expr, words: WordList) -> WordRow | None:
    """Return the row of a Counter of a row's words; None for any other object."""
    from lester_gui.rewrite.lift.expressions import evaluate

    inner = _argument(lift.content(evaluate(lift, node)), ("Counter", "collections.Counter"))
    return None if inner is None else WordRow(words, _of_lazy(lift, inner, node), False)


def _argument(value: Value, functions: tuple[str, ...]) -> Lazy | None:
    """Return the only argument of a call that was not computed yet."""
    call = ast.parse(value.text, mode="eval").body if isinstance(value, Lazy) else None
    if not isinstance(call, ast.Call) or ast.unparse(call.func) not in functions or len(call.args) != 1 or call.keywords:
        return None
    assert isinstance(value, Lazy)
    used = loaded([call.args[0]])
    return replace(value, text=ast.unparse(call.args[0]), needed=tuple(n for n in value.needed if n in used))


def _of_lazy(lift: Lifter, value: Lazy, node: ast.expr) -> Cell:
    before = lift.names.get(TAKEN)
    lift.names[TAKEN] = value
    try:
        return _text(lift, ast.copy_location(ast.Name(TAKEN, ast.Load()), node))
    finally:
        lift.names.pop(TAKEN)
        if before is not None:
            lift.names[TAKEN] = before


def filling_loop(lift: Lifter, node: ast.For) -> bool:
    """Lift a loop through a row's words that adds to their places, ``row[places[w]] += 1``; False for any other loop."""
    body, unknown, among = node.body, "error", ""
    if not lift.loops or node.orelse or len(body) != 1 or not isinstance(node.target, ast.Name):
        return False
    word = node.target.id
    if isinstance(body[0], ast.If) and not body[0].orelse and len(body[0].body) == 1:
        among = ast.unparse(body[0].test).removeprefix(f"{word} in ")
        if not among.isidentifier():
            return False
        unknown, body = "ignore", body[0].body
    target: ast.expr | None = body[0].target if isinstance(body[0], ast.AugAssign) else None
    if isinstance(body[0], ast.Assign) and len(body[0].targets) == 1:
        target = body[0].targets[0]
    if not (isinstance(target, ast.Subscript) and isinstance(target.value, ast.Name)):
        return False
    place = target.slice
    if not (isinstance(place, ast.Subscript) and isinstance(place.value, ast.Name) and ast.unparse(place.slice) == word):
        return False
    row, given = lift.names.get(target.value.id), body[0].value  # type: ignore[attr-defined]
    content = lift.heap.get(row.id) if isinstance(row, Ref) else None
    numbers = _list_named(lift, place.value.id)
    own = content.parts[0] if isinstance(content, WideRow) and len(content.parts) == 1 else None
    if (
        numbers is None
        or not numbers.numbered
        or not isinstance(row, Ref)
        or not isinstance(own, WordRow)
        or own.cell is not None
    ):
        return False
    if among and _list_named(lift, among) not in (numbers, own.words):
        return False
    one = isinstance(given, ast.Constant) and type(given.value) in (int, float) and given.value == 1
    if not one or (isinstance(body[0], ast.AugAssign) and not isinstance(body[0].op, ast.Add)):
        return False
    if replace(numbers, numbered=False) != own.words or row.id in lift.shared or lift.homes[row.id] != len(lift.loops):
        return False
    try:
        made = replace(own, cell=_text(lift, node.iter), binary=isinstance(body[0], ast.Assign), unknown=unknown)
    except Stopped:
        return False
    assert isinstance(content, WideRow)
    lift.heap[row.id] = replace(content, parts=(made,))
    lift.names[word] = Unknown(f"{word} holds what an inner loop left in it", node.lineno)
    return True


def _list_named(lift: Lifter, name: str) -> WordList | None:
    value = lift.names.get(name) or lift.modules[lift.activations[-1].module].get(name)
    content = lift.heap.get(value.id) if isinstance(value, Ref) else value
    return content if isinstance(content, WordList) else None


# -- as columns --------------------------------------------------------------------------------------------------------


def block(lift: Lifter, node: Node, row: WordRow) -> MatrixBlock:
    """Return the columns of a row of words.

    Raises
    ------
    Stopped
        If the words come from other rows, or from something else in them.
    """
    counts = row.words.counts
    from lester_gui.rewrite.lift.arrays import is_of

    if row.cell is None:
        raise no_rule("a row of zeros as columns")
    by_row_order = row.words.order != "sorted" or row.words.limit is not None  # which of equally common words comes first
    part = counts.part
    while part is not None and by_row_order:
        made = lift.learner.splits[part.split]
        if made.fields["kind"] == "random":
            raise no_rule("words in the order in which shuffled rows have them")
        part = made.of
    if not lift.align.same(node, counts.node):
        raise shape("Columns are made for the words of other rows than those that are encoded")
    if not is_of(lift, row.cell, node, Vocabulary("sorted", counts.node, counts.cell)):
        raise shape("Columns are made for words of something else than what is encoded")
    params: Options = (
        ("binary", row.binary),
        ("ended", True),
        ("least", row.words.least),
        ("limit", row.words.limit),
        ("order", row.words.order),
        ("separator", END),
        ("unknown", row.unknown),
    )
    step = Transformer("refitted", (("transformer", Unfitted(WORDS, params)),))
    feature = Feature(row.cell, lift.called_cell(row.cell) or "words")
    return MatrixBlock("words", (feature,), (step,), scope_of(lift, counts.node, counts.part), lift.lines)


def is_block(block: MatrixBlock) -> bool:
    """Whether a block holds numbers of words, which are the same as whole numbers and as floats."""
    step = block.chain[0].get("transformer") if len(block.chain) == 1 else None
    return isinstance(step, Unfitted) and step.name == WORDS
