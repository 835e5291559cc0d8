"""Whether there is a language model, said in a moment, for the status bar and the preferences."""

from __future__ import annotations

import re
import time
from typing import Any

from lester_gui.errors import UserError
from lester_gui.progress import silent
from lester_gui.rewrite.ollama.client import Installed, Patience, Server
from lester_gui.rewrite.ollama.failures import NotRunning, TooSlow
from lester_gui.settings import Settings

STATUS_SECONDS = 0.3
LIST_SECONDS = 2.0


def server_status(settings: Settings) -> str:
    """Return one sentence about the server, after at most `STATUS_SECONDS`."""
    try:
        models = _models(settings, STATUS_SECONDS)
    except NotRunning:
        return "Ollama is not running: rules only"
    except TooSlow:
        return "Ollama does not answer: rules only"
    except UserError as error:
        return f"{error.message}: rules only"
    return f"Ollama on this computer, {_described(models, settings.ollama_model)}"


def list_models(settings: Settings) -> dict[str, Any]:
    """Return `reachable`, the `models` that run on this computer, and a `message` that says what to do when there are none."""
    try:
        models = _models(settings, LIST_SECONDS)
    except UserError as error:
        return {"reachable": False, "models": [], "message": str(error)}
    names = [m.name for m in models if not m.elsewhere]
    if not names:
        return {"reachable": True, "models": [], "message": "Ollama has no model yet: get one with `ollama pull qwen2.5-coder`"}
    return {"reachable": True, "models": names, "message": f"{len(names)} model{'s' if len(names) > 1 else ''}"}


def _models(settings: Settings, seconds: float) -> tuple[Installed, ...]:
    until = time.monotonic() + seconds
    server = Server(settings.ollama_host, Patience(connect=seconds, quick=seconds), resolve_seconds=seconds / 2)
    return server.models(silent(), max(0.0, until - time.monotonic()))


def _described(models: tuple[Installed, ...], chosen: str) -> str:
    here = [m for m in models if not m.elsewhere]
    if chosen:
        found = next((m for m in here if m.name in (chosen, f"{chosen}:latest")), None)
        return _title(found) if found else f"{chosen} is not installed: rules only"
    if not here:
        return "no model: rules only"
    return _title(here[0]) if len(here) == 1 else f"{len(here)} models, none chosen"


def _title(model: Installed) -> str:
    """Return a model's name as people say it: ``qwen2.5-coder 14B``."""
    name, _, tag = model.name.partition(":")
    said = re.match(r"([\d.]+)([bm])\b", tag, re.IGNORECASE)
    return f"{name} {said[0].upper() if said else model.size}".strip()
