"""Look at what a run kept: which rows a person touched, where a cell comes from, and the graph of all of it."""
