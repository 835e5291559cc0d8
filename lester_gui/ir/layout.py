"""Breaks calls over lines so that the rendered plan reads like code that a person laid out."""

from __future__ import annotations

from dataclasses import dataclass

WIDTH = 88
_INDENT = 4


@dataclass(frozen=True, slots=True)
class Invoke:
    """A call: what stands before the bracket, and the arguments."""

    head: str
    arguments: tuple[str | Chain, ...] = ()

    def flat(self) -> str:
        """Return the call on one line."""
        return f"{self.head}({', '.join(a if isinstance(a, str) else a.flat() for a in self.arguments)})"

    def lines(self, indent: int) -> list[str]:
        """Return the call laid out from column `indent` on; the first line has no indentation."""
        if indent + len(self.flat()) <= WIDTH or not self.arguments:
            return [self.flat()]
        inner = " " * (indent + _INDENT)
        together = inner + ", ".join(a if isinstance(a, str) else a.flat() for a in self.arguments)
        if len(together) <= WIDTH:
            return [f"{self.head}(", together, " " * indent + ")"]
        out = [f"{self.head}("]
        for argument in self.arguments:
            broken = [argument] if isinstance(argument, str) else argument.lines(indent + _INDENT)
            if isinstance(argument, str) and len(out) > 1 and len(out[-1]) + 1 + len(argument) < WIDTH and "=" not in argument:
                out[-1] += f" {argument},"  # short names fill the line
            else:
                out += [inner + broken[0], *broken[1:]]
                out[-1] += ","
        return [*out, " " * indent + ")"]


@dataclass(frozen=True, slots=True)
class Chain:
    """Calls one after the other, glued with dots, after an optional prefix such as ``name=``."""

    prefix: str
    calls: tuple[Invoke, ...]

    def flat(self) -> str:
        """Return the chain on one line."""
        return self.prefix + ".".join(call.flat() for call in self.calls)

    def lines(self, indent: int) -> list[str]:
        """Return the chain laid out; each call begins where the last one ended."""
        out = [self.prefix]
        for i, call in enumerate(self.calls):
            start = len(out[-1]) if len(out) == 1 else 0
            if i:
                out[-1] += "."
            broken = call.lines(indent) if len(call.flat()) + indent + start > WIDTH else [call.flat()]
            out = [*out[:-1], out[-1] + broken[0], *broken[1:]]
        return out
