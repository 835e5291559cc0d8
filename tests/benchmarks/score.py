"""What a local model can do: the sample scripts and generated loops, verified: `make score MODEL=…`. Needs a running Ollama."""

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from lester_gui import settings
from lester_gui.errors import UserError
from lester_gui.progress import Progress
from lester_gui.resources import sample_projects
from lester_gui.rewrite.ollama.client import Server
from tests.benchmarks import riddles
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
    """Read the model's name, score it on samples and on generated loops, and say what it reached."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", required=True, help="as `ollama list` names it")
    model = parser.parse_args().model
    preferred = settings.load()
    progress = Progress(lambda label, _: print(label, file=sys.stderr) if "attempt" in label else None)
    try:
        Server(preferred.ollama_host).ready(model, progress)
    except UserError as error:
        sys.exit(str(error))
    name = model.replace("/", "_").replace(":", "_")
    loops = riddles.score_riddles(model, preferred, ctx=progress)
    loops_path = write_table(f"score-{name}-loops", riddles.COLUMNS, loops)
    rows = score(model)
    path = write_table(f"score-{name}", COLUMNS, rows)
    good = sum(row["status"] == "verified" and not row["opaque_steps"] for row in rows)
    print(f"Generated loops: {riddles.rates(loops)}; written to {loops_path}")
    print(f"Sample scripts: {good} of {len(rows)} verified without an opaque step; written to {path}")


if __name__ == "__main__":
    main()
