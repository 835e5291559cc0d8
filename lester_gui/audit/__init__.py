"""The journal: what was done, by whom, in a chain of hashes that shows every later change. Tokens stand for persons."""
