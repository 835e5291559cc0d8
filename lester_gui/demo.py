"""The whole journey on a copy of a sample project, without a window: for machines with no display, and as a smoke test."""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from lester_gui.errors import CheckFailed, UserError
from lester_gui.progress import Context, Part
from lester_gui.session import Session

SAMPLE, PIPELINE, SOURCE, KEY = "hospital", "complications", "patients", "ssn"


def run(out: Path | None, ctx: Context) -> dict[str, Any]:
    """Walk from an unopened folder to a checked certificate.

    Parameters
    ----------
    out : Path or None
        Where to leave project copy, certificate, evidence and pictures; a new folder when None.

    Returns
    -------
    dict
        ``status``, ``folder``, ``files`` and one entry of ``steps`` per step.

    Raises
    ------
    UserError
        If `out` exists and is not empty.
    CheckFailed
        If any comparison on the way says no.
    """
    folder = out if out is not None else Path(tempfile.mkdtemp(prefix="lester-demo-"))
    if folder.exists() and any(folder.iterdir()):
        raise UserError(f"The folder {folder.name!r} is not empty", "Name a new folder with --out.")
    folder.mkdir(parents=True, exist_ok=True)
    project = Path(Session.copy_sample(SAMPLE, folder / SAMPLE))
    steps: list[dict[str, str]] = []

    def step(name: str, fact: str) -> None:
        steps.append({"step": name, "fact": fact})
        ctx.advance(f"{name}: {fact}")

    subject, somebody_else = _two_persons(project)
    with Session.open(project, user="Demo requester") as session:
        found = session.scan(ctx=Part(ctx, 0, 0.05))
        step("Scan", f"{len(found['pipelines'])} pipeline, {len(found['sources'])} sources")
        rewritten = session.rewrite(PIPELINE, with_="rules", ctx=Part(ctx, 0.05, 0.4))
        _must(rewritten["status"] == "verified", "the rewrite")
        step("Rewrite", f"verified on {rewritten['inputs']} inputs")
        ran = session.run(PIPELINE, ctx=Part(ctx, 0.4, 0.5))
        step("Run", f"{ran['train_rows']} training rows, {ran['test_rows']} test rows, {ran['features']} features")
        traced = session.trace(subject, influence=True, ctx=Part(ctx, 0.5, 0.6))
        step("Person", traced["sentence"])
        case = session.request("erasure", subject, by="Demo requester")["case"]
        planned = session.plan(case, ctx=Part(ctx, 0.6, 0.65))
        step("Plan", f"{case}, {len(planned['actions'])} actions, nothing written yet")
        session.approve(case, by="Demo approver", reason="Demonstration")
        step("Approve", "by somebody else")
        applied = session.apply(case, ctx=Part(ctx, 0.65, 0.85))
        step("Apply and purge", f"{applied['status']} in {applied['seconds']:.1f} s")
        replayed = session.replay(PIPELINE, ctx=Part(ctx, 0.85, 0.9))
        _must(replayed["equal"], "the replay")
        step("Replay", "equal to a rerun from the remaining data")
        asked = session.ask_original(PIPELINE, ctx=Part(ctx, 0.9, 0.95))
        _must(asked["equal"], "asking the original script")
        step("Ask the original", "the untouched script gives the same")
        session.certificate(case, folder / "certificate.json")
        session.evidence(case, folder / "evidence.html")
        checked = Session.check_certificate(folder / "certificate.json")
        _must(checked["valid"], "the certificate")
        step("Certificate", "valid")
        waiting = session.request("erasure", somebody_else, by="Demo requester")
        session.plan(waiting["case"], ctx=Part(ctx, 0.95, 0.98))
        step("Next request", f"{waiting['case']} waits for approval")
    gone = files_with(project, subject)
    step("Search", "the erased number is in no file of the project" if not gone else f"still in {', '.join(gone)}")
    _must(not gone, "the search for the erased number")
    pictures = _pictures(project, folder / "screens", waiting["subject"])
    step("Pictures", f"{len(pictures)} screens")
    files = ["certificate.json", "evidence.html", *(p.relative_to(folder).as_posix() for p in pictures)]
    return {"status": "done", "folder": str(folder), "files": files, "steps": steps}


def files_with(project: Path, value: str) -> list[str]:
    """Return the files below `project` that hold `value` as plain bytes, relative to it."""
    wanted = value.encode()
    return sorted(p.relative_to(project).as_posix() for p in project.rglob("*") if p.is_file() and wanted in p.read_bytes())


def _two_persons(project: Path) -> tuple[str, str]:
    """Two persons whose rows reach the model: one to erase, one whose request is left waiting."""
    with (project / "data" / f"{SOURCE}.csv").open(encoding="utf-8", newline="") as text:
        rows = [r for r in csv.DictReader(text) if r["county"] == "county2"]
    return rows[len(rows) // 2][KEY], rows[len(rows) // 3][KEY]


def _must(good: bool, what: str) -> None:
    if not good:
        raise CheckFailed(f"The demonstration stopped: {what} did not come out equal", "Please report this.")


def _pictures(project: Path, out: Path, token: str) -> list[Path]:
    """Draw the screens in a process of their own, because a window toolkit wants the main thread and its own platform."""
    command = [sys.executable, "-m", "lester_gui.ui.screenshots", str(project), str(out), "--subject", token]
    if getattr(sys, "frozen", False):
        command = [sys.executable, "--screenshots", str(project), str(out), "--subject", token]
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=180, check=False, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    )
    if done.returncode:
        raise UserError(
            "The pictures of the screens could not be drawn", done.stderr.strip().splitlines()[-1] if done.stderr.strip() else ""
        )
    return sorted(out.rglob("*.png"))
