"""Asking one model about one stage: sizes, options and the checks that every answer passes before it is read."""

from __future__ import annotations

import math
from dataclasses import dataclass

from lester_gui.progress import Context
from lester_gui.rewrite.ollama.client import Model, Reply, Request, Server, choose
from lester_gui.rewrite.ollama.failures import ContextOverflow
from lester_gui.rewrite.ollama.prompts import Messages, tokens_at_least, tokens_at_most
from lester_gui.rewrite.ollama.schema import answer_schema
from lester_gui.rewrite.ollama.stage import Stage
from lester_gui.settings import Settings

NUM_PREDICT = 3_072  # tokens of an answer; eight long steps have less
REPAIR_TOKENS = 3_072  # kept free, so that a repair has the first question's context and the model is not loaded again
MIN_CONTEXT = 4_096
ROUND_TO = 1_024


@dataclass(frozen=True, slots=True)
class Conversation:
    """A model that is loaded with a context that is large enough.

    Attributes
    ----------
    num_ctx : int
        Tokens of context, the same for all questions about the stage.
    """

    server: Server
    model: Model
    stage: Stage
    num_ctx: int

    def holds(self, messages: Messages) -> bool:
        """Whether a question and an answer to it fit the context."""
        return tokens_at_most(messages) + NUM_PREDICT <= self.num_ctx

    def ask(self, messages: Messages, temperature: float, seed: int, ctx: Context) -> Reply:
        """Ask once.

        Raises
        ------
        UserError
            If the server fails; `ContextOverflow` if the question is too long, or was not read to its end.
        """
        if not self.holds(messages):
            raise _too_long(self.model, tokens_at_most(messages) + NUM_PREDICT, self.num_ctx)
        request = Request(
            model=self.model.name,
            messages=messages,
            schema=answer_schema(self.stage),
            num_ctx=self.num_ctx,
            num_predict=NUM_PREDICT,
            temperature=temperature,
            seed=seed,
            thinks=self.model.thinks,
        )
        reply = self.server.chat(request, ctx)
        # A server that has less context than it was asked for cuts the question silently; the count gives it away.
        if reply.prompt_tokens is not None and not tokens_at_least(messages) <= reply.prompt_tokens < self.num_ctx:
            raise ContextOverflow(
                f"{self.model.name} read {reply.prompt_tokens} tokens, which is not the whole question",
                "What the rules found is kept. Choose a model with a longer context, or update Ollama.",
            )
        return reply


def find_model(settings: Settings, wanted: str | None, ctx: Context) -> tuple[Server, Model]:
    """Return the server and the model to ask, checked.

    Raises
    ------
    UserError
        If there is no server on this computer, or the model is missing, unsuitable or not chosen.
    """
    server = Server(settings.ollama_host)
    ctx.advance("Looking for the language model")
    name = wanted or settings.ollama_model
    return server, server.ready(name or choose(server.models(ctx), name), ctx)


def begin(server: Server, model: Model, stage: Stage, first: Messages, ctx: Context) -> Conversation:
    """Load the model with enough context for `first` and its repairs.

    Raises
    ------
    UserError
        `ContextOverflow` if the model cannot hold the question and an answer.
    """
    needed = tokens_at_most(first) + NUM_PREDICT
    wished = max(MIN_CONTEXT, math.ceil((needed + REPAIR_TOKENS) / ROUND_TO) * ROUND_TO)
    num_ctx = wished if model.context is None else min(wished, model.context)
    if needed > num_ctx:
        raise _too_long(model, needed, num_ctx)
    ctx.advance(f"Loading {model.name}")
    server.preload(model.name, num_ctx, ctx)
    return Conversation(server, model, stage, num_ctx)


def _too_long(model: Model, needed: int, held: int) -> ContextOverflow:
    return ContextOverflow(
        f"The question needs up to {needed} tokens, and {model.name} holds {held}",
        "What the rules found is kept. Choose a model with a longer context.",
    )
