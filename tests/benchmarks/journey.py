"""How long each step of an erasure takes, on every sample project: `make bench`. Wall clock, one process per command."""

import tempfile
from pathlib import Path
from typing import Any

from tests.benchmarks.commands import copy_of, lester, write_table

JOURNEYS = (
    ("hospital", "complications", "670-18-6875"),
    ("bank_mails", "complaints", "customers.customer_id=000001"),
    ("bank_mails", "complaints_v1", "customers.customer_id=000004"),
    ("census", "income", "train.#row=17"),
)


def journey(project: str, pipeline: str, subject: str) -> list[dict[str, Any]]:
    """Walk from the scan to the comparison with the original; return one row per command, stopping at a failure."""
    rows = []

    def step(*arguments: str) -> dict[str, Any]:
        answer = lester(*arguments)
        rows.append(
            {
                "pipeline": f"{project}/{pipeline}",
                "command": arguments[0],
                "seconds": answer.seconds,
                "exit": answer.exit_code,
                "error": answer.error,
            }
        )
        if answer.exit_code:
            raise RuntimeError(arguments[0])
        return answer.document

    with tempfile.TemporaryDirectory() as temporary:
        folder = str(copy_of(project, Path(temporary)))
        try:
            step("scan", folder)
            step("rewrite", folder, pipeline, "--with", "rules")
            step("run", folder, pipeline)
            step("trace", folder, subject, "--influence")
            case = step("request", folder, "--right", "erasure", "--subject", subject, "--by", "anna")["case"]
            step("plan", folder, case)
            step("approve", folder, case, "--by", "ben")
            step("apply", folder, case)
            step("replay", folder, pipeline)
            step("ask-original", folder, pipeline)
        except RuntimeError as stopped:
            print(f"{project}/{pipeline}: {stopped} failed, the journey ends here")
    return rows


def main() -> None:
    """Time all journeys."""
    rows = [row for arguments in JOURNEYS for row in journey(*arguments)]
    path = write_table("journey", ("pipeline", "command", "seconds", "exit", "error"), rows)
    print(f"written to {path}")


if __name__ == "__main__":
    main()
