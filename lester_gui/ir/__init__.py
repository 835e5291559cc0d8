"""The plan: a typed, immutable DAG that says what a script does, from sources to model."""
