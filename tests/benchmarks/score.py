"""How many of the sample scripts a local model rewrites, verified: `make score MODEL=…`. Needs a running Ollama."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from lester_gui.resources import sample_projects
from tests.benchmarks.commands import copy_of, lester, write_table

COLUMNS = ("pipeline", "status", "attempts", "opaque_steps", "seconds", "error")


def score(model: str) -> list[dict[str, Any]]:
    """Rewrite every pipeline of every sample with `model`; return one row per pipeline."""
    rows = []
    for project in sample_projects():
        with tempfile.TemporaryDirectory() as temporary:
            folder = copy_of(project, Path(temporary))
            for pipeline in lester("scan", str(folder)).document.get("pipelines", []):
                name = pipeline["name"]
                answer = lester("rewrite", str(folder), name, "--with", "ollama", "--model", model)
                kept = {key: answer.document.get(key, "") for key in ("status", "attempts", "opaque_steps")}
                rows.append({"pipeline": f"{project}/{name}", **kept, "seconds": answer.seconds, "error": answer.error})
                print(f"{project}/{name}: {kept['status'] or answer.error}", file=sys.stderr)
    return rows


def main() -> None:
    """Read the model's name, score it, and say how many rewrites were verified without an opaque step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="as `ollama list` names it")
    model = parser.parse_args().model
    rows = score(model)
    path = write_table(f"score-{model.replace('/', '_').replace(':', '_')}", COLUMNS, rows)
    good = sum(row["status"] == "verified" and not row["opaque_steps"] for row in rows)
    print(f"{good} of {len(rows)} verified without an opaque step; written to {path}")


if __name__ == "__main__":
    main()
