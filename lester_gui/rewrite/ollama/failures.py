"""What can go wrong between Lester and Ollama, as messages with a way out."""

from __future__ import annotations

import json
import re

import httpx
import ollama
import pydantic

from lester_gui.errors import UserError

FAILURES = (
    ollama.ResponseError,
    ConnectionError,  # when not streaming
    httpx.HTTPError,  # when streaming
    TimeoutError,
    json.JSONDecodeError,
    UnicodeDecodeError,
    pydantic.ValidationError,
)
"""What the `ollama` client raises when it is not our mistake."""

# Wordings of several versions: https://github.com/ollama/ollama server/routes.go, llm/server.go
_MEMORY = re.compile(r"out[- ]of[- ]memory|requires more system memory|unable to allocate|cudaMalloc failed", re.I)
_CRASHED = re.compile(r"model runner has unexpectedly stopped|llama.?(server|runner).*(terminated|stopped|exited)", re.I)
_CONTEXT = re.compile(r"context (size|length|window)|exceeds? the (available )?context|input length|prompt is too long", re.I)
_RULES = "What the rules found is kept."


class ContextOverflow(UserError):
    """The prompt does not fit the model's context."""


class NotRunning(UserError):
    """Nothing answers at the address."""


class TooSlow(UserError):
    """The server accepted and did not answer in time."""


def explain(error: Exception, model: str, address: str, during_answer: bool = False) -> UserError:
    """Return the message for an error of the client.

    Parameters
    ----------
    error : Exception
        One of `FAILURES`.
    model : str
        The model that was asked; may be empty.
    address : str
        The server's address, for the message.
    during_answer : bool
        Whether part of the answer had arrived.
    """
    if isinstance(error, ollama.ResponseError):
        return _refused(error, model)
    if isinstance(error, httpx.TimeoutException | TimeoutError) and not isinstance(error, httpx.ConnectTimeout):
        return TooSlow(f"Ollama took too long to answer as {_name(model)}", f"{_RULES} Try again, or choose a smaller model.")
    if during_answer or isinstance(error, httpx.ReadError | httpx.RemoteProtocolError):
        return UserError("Ollama stopped in the middle of an answer", f"{_RULES} Look at Ollama's log, then try again.")
    if isinstance(error, ConnectionError | httpx.ConnectError | httpx.ConnectTimeout):
        return NotRunning(f"Ollama is not running at {address}", f"Start it with `ollama serve` and try again. {_RULES}")
    return not_ollama(address)


def not_ollama(address: str) -> UserError:
    """Return the message for a server that speaks something else."""
    return UserError(f"What answers at {address} is not Ollama as Lester knows it", "Check the address in the preferences.")


def _refused(error: ollama.ResponseError, model: str) -> UserError:
    text, code = " ".join(str(error.error).split())[:200], error.status_code
    if _MEMORY.search(text):
        return UserError(
            f"There is not enough memory for {_name(model)}", f"{_RULES} Close other programs, or choose a smaller model."
        )
    if _CRASHED.search(text):
        return UserError(f"Ollama could not keep {_name(model)} running", f"{_RULES} Look at Ollama's log, or choose another.")
    if _CONTEXT.search(text):
        return ContextOverflow(f"The question does not fit the context of {_name(model)}", f"{_RULES} Choose a larger model.")
    if code == 404 and "not found" in text:
        return UserError(f"The model {_name(model)} is not installed", f"Get it with `ollama pull {model}`, or choose another.")
    if code in (401, 403):
        return UserError("Ollama asks for a sign-in, so this model runs elsewhere", "Choose a model that runs on this computer.")
    if code == 503:
        return UserError("Ollama is busy with other questions", f"{_RULES} Wait for them, then try again.")
    if 300 <= code < 400:
        return UserError("The address of the Ollama server leads elsewhere, which is not followed", "Check the preferences.")
    if "does not support chat" in text or "does not support generate" in text:
        return UserError(f"{_name(model)} cannot answer questions", "Choose a model for chat or code.")
    if code == -1:
        return UserError(f"Ollama stopped in the middle of an answer: {text}", f"{_RULES} Look at Ollama's log, then try again.")
    return UserError(f"Ollama refused the question ({code}): {text}", f"{_RULES} Look at Ollama's log, then try again.")


def _name(model: str) -> str:
    return model or "the model"
