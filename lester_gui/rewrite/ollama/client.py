"""The Ollama server on this computer, through the official client: one event loop per call, so that cancelling reaches the
server at once instead of at the next word of the answer.

Facts about the API: https://github.com/ollama/ollama/blob/main/docs/api.md. `/api/tags` and `/api/show` are read as JSON, because
the client drops the fields that say that a model runs elsewhere.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Coroutine, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import httpx
import ollama

from lester_gui.errors import UserError
from lester_gui.progress import Cancelled, Context
from lester_gui.rewrite.ollama.address import base_url
from lester_gui.rewrite.ollama.failures import FAILURES, ContextOverflow, explain, not_ollama

T = TypeVar("T")

POLL_SECONDS = 0.1  # how late a cancel may be noticed
MAX_ANSWER = 400_000  # characters; a model that repeats itself for ever is stopped
OLDEST = (0, 5, 0)  # structured output
CLOUD = re.compile(r"(:|-)cloud$")


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds.

    Attributes
    ----------
    connect : float
        For the server to accept.
    quick : float
        For questions about the server and its models.
    silence : float
        Between two pieces of an answer. The first comes only after loading the model and reading the prompt.
    total : float
        For one answer.
    """

    connect: float = 3.0
    quick: float = 10.0
    silence: float = 600.0
    total: float = 1800.0


@dataclass(frozen=True, slots=True)
class Installed:
    """A model in Ollama's list. `size` is its number of parameters as Ollama words it ("14.8B")."""

    name: str
    digest: str = ""
    size: str = ""
    elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Model:
    """A model that is ready to be asked, with what its evidence must name."""

    name: str
    digest: str
    server: str
    context: int | None
    thinks: bool


@dataclass(frozen=True, slots=True)
class Request:
    """One question: two messages, the schema of the answer, and options. All that is sent is in here."""

    model: str
    messages: tuple[tuple[str, str], ...]  # (role, content)
    schema: dict[str, Any]
    num_ctx: int
    num_predict: int
    temperature: float = 0.0
    seed: int = 0
    thinks: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. Token counts are None where the server gave none."""

    text: str
    reason: str  # stop, length, …
    prompt_tokens: int | None
    answer_tokens: int | None
    seconds: float


def is_cloud_name(model: str) -> bool:
    """Whether a model's name says that Ollama serves it from the cloud."""
    return CLOUD.search(model.strip().lower()) is not None


def refuse_cloud(model: str, described: dict[str, Any] | None = None) -> None:
    """Raise unless the model runs on this computer, by its name and by what Ollama says of it.

    Raises
    ------
    UserError
        If it runs elsewhere.
    """
    elsewhere = described is not None and (described.get("remote_host") or described.get("remote_model"))
    if is_cloud_name(model) or elsewhere:
        raise UserError(
            f"The model {model} runs elsewhere, and scripts are not sent out", "Choose a model that runs on this computer."
        )


class Server:
    """One Ollama server.

    Parameters
    ----------
    host : str
        As in the settings; must be this computer.
    patience : Patience
        How long to wait.

    Raises
    ------
    UserError
        From the constructor if `host` is another computer; from each method if the server does not do what was asked.
    """

    def __init__(self, host: str, patience: Patience | None = None, resolve_seconds: float = 3.0) -> None:
        self.address = base_url(host, resolve_seconds)
        self.patience = patience or Patience()
        self._verify = self.address.startswith("https:")  # reading all certificates takes longer than asking over http

    # -- questions about the server ------------------------------------------------------------------------------------

    def version(self, ctx: Context) -> str:
        """Return the server's version."""
        return self._run(ctx, self._version)

    def models(self, ctx: Context, seconds: float | None = None) -> tuple[Installed, ...]:
        """Return the installed models, in Ollama's order, within `seconds` in all."""

        async def listed() -> tuple[Installed, ...]:
            async with asyncio.timeout(seconds):
                return await self._models()

        return self._run(ctx, listed)

    def show(self, model: str, ctx: Context) -> dict[str, Any]:
        """Return what Ollama says of a model: `capabilities`, `model_info`, `details`."""
        return self._run(ctx, lambda: self._show(model), model)

    def ready(self, model: str, ctx: Context) -> Model:
        """Return a model with its digest and context length, after checking that it may and can be asked.

        Raises
        ------
        UserError
            If it is not installed, runs elsewhere, cannot chat, or the server is too old for structured answers.
        """
        refuse_cloud(model)
        version = self.version(ctx)
        if _numbers(version) < OLDEST and _numbers(version) != (0, 0, 0):
            raise UserError(f"Ollama {version} is too old for structured answers", "Install Ollama 0.5 or newer.")
        installed = {m.name: m for m in self.models(ctx)}
        found = installed.get(model) or installed.get(f"{model}:latest")
        if found is None:
            choice = [n for n in installed if not installed[n].elsewhere]
            others = f"choose one of {', '.join(choice)}" if choice else "choose another"
            raise UserError(f"The model {model} is not installed", f"Get it with `ollama pull {model}`, or {others}.")
        described = self.show(found.name, ctx)
        refuse_cloud(found.name, described | ({"remote_host": "elsewhere"} if found.elsewhere else {}))
        capabilities = described.get("capabilities") or ["completion"]
        if "completion" not in capabilities:
            raise UserError(f"{found.name} cannot answer questions", "Choose a model for chat or code.")
        return Model(found.name, found.digest, version, _context_length(described), "thinking" in capabilities)

    # -- work ----------------------------------------------------------------------------------------------------------

    def pull(self, model: str, ctx: Context) -> None:
        """Let Ollama download a model. It resumes where an earlier attempt stopped."""
        refuse_cloud(model)
        self._run(ctx, lambda: self._pull(model, ctx), model)

    def preload(self, model: str, num_ctx: int, ctx: Context) -> None:
        """Load a model with a context of `num_ctx` tokens, and check that it got it.

        Raises
        ------
        UserError
            Also if Ollama gave the model a smaller context than asked for: it would silently cut the prompt.
        """
        self._run(ctx, lambda: self._preload(model, num_ctx), model)

    def chat(self, request: Request, ctx: Context) -> Reply:
        """Ask one question and return the whole answer.

        Raises
        ------
        UserError
            If the server does not answer, or cut the prompt.
        Cancelled
            Within `POLL_SECONDS` of the person's wish; the connection is closed, which stops the server.
        """
        refuse_cloud(request.model)
        return self._run(ctx, lambda: self._chat(request, ctx), request.model)

    # -- inside the loop -----------------------------------------------------------------------------------------------

    async def _version(self) -> str:
        body = await self._json("GET", "/api/version")
        if not isinstance(body.get("version"), str):
            raise not_ollama(self.address)
        return cast(str, body["version"])

    async def _models(self) -> tuple[Installed, ...]:
        listed = (await self._json("GET", "/api/tags")).get("models") or []
        return tuple(
            Installed(
                name=m.get("model") or m["name"],
                digest=m.get("digest") or "",
                size=(m.get("details") or {}).get("parameter_size") or "",
                elsewhere=bool(m.get("remote_host") or m.get("remote_model") or is_cloud_name(m.get("model") or m["name"])),
            )
            for m in listed
            if isinstance(m, dict) and (m.get("model") or m.get("name"))
        )

    async def _show(self, model: str) -> dict[str, Any]:
        return await self._json("POST", "/api/show", {"model": model})

    async def _json(self, method: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        timeout = httpx.Timeout(self.patience.quick, connect=self.patience.connect)
        async with httpx.AsyncClient(base_url=self.address, trust_env=False, verify=self._verify, timeout=timeout) as client:
            response = await client.request(method, path, json=body)
        if response.status_code != 200:
            raise ollama.ResponseError(response.text, response.status_code)
        value = response.json()
        if not isinstance(value, dict):
            raise not_ollama(self.address)
        return value

    def _client(self) -> ollama.AsyncClient:
        # No proxy of the environment and no redirect may carry a prompt off this computer.
        timeout = httpx.Timeout(self.patience.silence, connect=self.patience.connect)
        return ollama.AsyncClient(self.address, trust_env=False, follow_redirects=False, verify=self._verify, timeout=timeout)

    async def _pull(self, model: str, ctx: Context) -> None:
        layers: dict[str, tuple[int, int]] = {}
        status = ""
        async with self._client() as client, aclosing(cast(Any, await client.pull(model, stream=True))) as parts:
            async for part in parts:
                status = part.status or status
                if part.digest and part.total:
                    layers[part.digest] = (part.completed or 0, part.total)
                total = sum(t for _, t in layers.values())
                ctx.advance(f"Getting {model}", sum(c for c, _ in layers.values()) / total if total else None)
        if status != "success":
            raise UserError(f"Ollama did not finish getting {model}", "Try again: it goes on where it stopped.")

    async def _preload(self, model: str, num_ctx: int) -> None:
        async with self._client() as client:
            await client.chat(model=model, messages=[], options={"num_ctx": num_ctx})
        for running in (await self._json("GET", "/api/ps")).get("models") or []:
            given = running.get("context_length")
            if model in (running.get("model"), running.get("name")) and isinstance(given, int) and 0 < given < num_ctx:
                raise ContextOverflow(
                    f"Ollama gave {model} room for {given} tokens, and the question needs {num_ctx}",
                    "What the rules found is kept. Choose a model with a longer context.",
                )

    async def _chat(self, request: Request, ctx: Context) -> Reply:
        started = time.perf_counter()
        pieces: list[str] = []
        size = 0
        last = None
        options: dict[str, float] = {"num_ctx": request.num_ctx, "num_predict": request.num_predict}
        options |= {"temperature": request.temperature, "seed": request.seed}
        messages = [{"role": role, "content": content} for role, content in request.messages]
        try:
            async with asyncio.timeout(self.patience.total), self._client() as client:
                stream = await client.chat(
                    model=request.model,
                    messages=messages,
                    stream=True,
                    format=request.schema,
                    options=options,
                    think=False if request.thinks else None,  # a model that cannot think refuses the very word
                )
                async with aclosing(cast(Any, stream)) as parts:
                    async for part in parts:
                        last = part
                        pieces.append(part.message.content or "")
                        size += len(pieces[-1])
                        ctx.advance(f"{request.model} is writing, {size} characters")
                        if size > MAX_ANSWER:
                            break
        except FAILURES as error:
            raise explain(error, request.model, self.address, during_answer=last is not None) from error
        if last is None or (not last.done and size <= MAX_ANSWER):
            raise UserError("Ollama stopped in the middle of an answer", "What the rules found is kept. Try again.")
        reason = (last.done_reason or "stop") if last.done else "length"
        return Reply("".join(pieces), reason, last.prompt_eval_count, last.eval_count, time.perf_counter() - started)

    # -- the loop ------------------------------------------------------------------------------------------------------

    def _run(self, ctx: Context, make: Callable[[], Coroutine[Any, Any, T]], model: str = "") -> T:
        """Run a coroutine in a loop of its own, asking `ctx` ten times a second whether it is still wanted."""

        async def watched() -> T:
            task = asyncio.ensure_future(make())
            try:
                while not (await asyncio.wait({task}, timeout=POLL_SECONDS))[0]:
                    ctx.check_cancelled()
                return task.result()
            finally:
                if not task.done():
                    task.cancel()
                    await asyncio.wait({task})

        ctx.check_cancelled()
        try:
            with asyncio.Runner() as runner:
                return runner.run(watched())
        except (UserError, Cancelled):
            raise
        except FAILURES as error:
            raise explain(error, model, self.address) from error


def _context_length(described: dict[str, Any]) -> int | None:
    """Return the trained context length: `<architecture>.context_length` in `model_info`."""
    info = described.get("model_info") or {}
    found = [v for k, v in info.items() if k.endswith(".context_length") and isinstance(v, int)]
    return min(found) if found else None


def _numbers(version: str) -> tuple[int, ...]:
    found = re.findall(r"\d+", version)[:3]
    return tuple(int(n) for n in [*found, "0", "0", "0"][:3])


def choose(models: Sequence[Installed], wanted: str) -> str:
    """Return the model to ask: the wanted one, or the only one there is.

    Raises
    ------
    UserError
        If nothing was wanted and there is none, or more than one.
    """
    if wanted:
        return wanted
    here = [m.name for m in models if not m.elsewhere]
    if len(here) == 1:
        return here[0]
    if not here:
        raise UserError("Ollama has no model on this computer", "Get one, for example with `ollama pull qwen2.5-coder`.")
    raise UserError("Ollama has several models, and none is chosen", f"Choose one of {', '.join(here)}.")
