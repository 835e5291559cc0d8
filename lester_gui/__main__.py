"""Entry point: nothing opens the window, ``--worker`` is the restricted child of a frozen application, else commands."""

from __future__ import annotations

import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Run what the arguments ask for; return the exit code."""
    arguments = list(sys.argv[1:] if argv is None else argv)
    if arguments[:1] == ["--worker"]:
        return _work(arguments[1:])
    if arguments[:1] == ["--screenshots"]:
        from lester_gui.ui import screenshots

        return screenshots.main(arguments[1:])
    if not arguments or arguments[:1] == ["--check"]:
        from lester_gui import app

        return app.main(arguments)
    from lester_gui import cli

    return cli.main(arguments)


def _work(arguments: list[str]) -> int:
    """Hand over to the child of the sandbox. Nothing else of Lester is loaded into it."""
    if arguments[:1] != ["sandbox"]:
        sys.stderr.write("There is no such worker\n")
        return 2
    from lester_gui.sandbox.child import server

    return int(server.main(arguments[1:]) or 0)


if __name__ == "__main__":
    sys.exit(main())
