"""Answers that were accepted before. They hold steps, names of columns and constants of the script: no personal values.

A stored answer saves asking; it never saves checking.
"""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Protocol

from lester_gui.rewrite.ollama.client import Model
from lester_gui.rewrite.ollama.prompts import prompt_version
from lester_gui.rewrite.ollama.schema import answer_schema
from lester_gui.rewrite.ollama.stage import Stage


class Answers(Protocol):
    """Where accepted answers are kept."""

    def get(self, key: str) -> str | None:
        """Return the answer under `key`, if there is one."""

    def put(self, key: str, answer: str) -> None:
        """Keep an answer."""


class FileAnswers:
    """One file per answer in a folder below `.lester/`, readable only by its owner."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def get(self, key: str) -> str | None:
        try:
            return (self._folder / f"{key}.json").read_text(encoding="utf-8")
        except FileNotFoundError:
            return None

    def put(self, key: str, answer: str) -> None:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = self._folder / f"{key}.new"
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(answer)
        draft.replace(self._folder / f"{key}.json")


def answer_key(stage: Stage, model: Model, data: str) -> str:
    """Return the key of an answer: what was asked, by which prompts, of which model on which server, over which data.

    Parameters
    ----------
    data : str
        Fingerprint of the snapshots; may be empty.
    """
    asked = {
        "code": [(line.text.rstrip(), line.marked) for line in stage.code if line.text.strip()],
        "schema": answer_schema(stage),
        "tables": [[name, [(f.name, f.type, f.nullable) for f in node.schema]] for name, node in stage.inputs],
        "required": [(f.name, f.type) for f in stage.columns],
        "prompts": prompt_version(),
        "model": [model.name, model.digest, model.server],
        "data": data,
    }
    return hashlib.sha256(json.dumps(asked, sort_keys=True).encode()).hexdigest()
