"""A local language model proposes steps for what the rules left; evidence decides. Nothing that it writes is ever executed."""
