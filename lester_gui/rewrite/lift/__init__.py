"""Symbolic execution of a script: its statements run once, on descriptions of tables instead of tables.

``Lifter`` (lifter, tables, objects) executes; ``statements`` and ``expressions`` say what the language does,
``library`` what calls mean. A loop over rows runs its body once on a symbolic row (``loops``, ``effects``); when it
is over, ``finished`` turns what the body did into nodes, with ``folds`` telling sums from recurrences and ``stages``
making joins, filters and broadcasts. ``learning`` puts the plan's second half together, after ``recognise`` has given
hand-made encoders their names. What no rule covers raises ``Stopped``; ``opaque`` goes on after it.

To add a rule: a function with ``@function``, ``@method`` or ``@attribute`` in a module of ``library`` that refuses
every option it does not know (``Arguments.bind`` does), a pair in ``tests/corpus``, and a trap in
``tests/corpus/traps`` for what it must not do.
"""
