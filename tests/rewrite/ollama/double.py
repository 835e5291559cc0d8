"""A server that speaks Ollama's API over real HTTP and says what a test tells it to.

The wire format follows docs/api.md and server/routes.go of Ollama (August 2026): newline-delimited JSON in chunks, errors as
`{"error": …}` before or within a stream, `:latest` for names without a tag, a prompt that is too long cut to half the context
with status 200, an empty list of messages that loads the model.
"""

import contextlib
import json
import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Body = dict[str, Any]

CHUNK = 24  # characters of an answer per line


@dataclass(frozen=True)
class Known:
    """A model that the double has."""

    digest: str = "a1" * 32
    size: str = "14.8B"
    context: int = 32_768
    capabilities: tuple[str, ...] = ("completion",)
    remote_host: str = ""


@dataclass(frozen=True)
class Reply:
    """One answer of a model, with whatever goes wrong.

    Attributes
    ----------
    first_byte_after, pause : float
        Seconds before the first line and between lines.
    status, error : int, str
        An HTTP error instead of an answer; with status 200, `error` comes as a line after `error_after` characters.
    drop_after : int, optional
        Close the connection after so many characters.
    reason : str
        `done_reason`.
    read : int, optional
        `prompt_eval_count`; computed when None.
    pieces : iterator of str, optional
        Text as it is made, instead of `text`; closed as soon as the client hangs up.
    """

    text: str = ""
    first_byte_after: float = 0.0
    pause: float = 0.0
    status: int = 200
    error: str = ""
    error_after: int = 0
    drop_after: int | None = None
    reason: str = "stop"
    thinking: str = ""
    read: int | None = None
    pieces: Iterator[str] | None = None


Script = Callable[[Body], Reply | str] | Iterable[Reply | str]


@dataclass
class Double:
    """The server, a context manager.

    Attributes
    ----------
    answers : callable or iterable
        A function of the request's body, or one `Reply` (or text) after the other.
    context : int, optional
        What the server really gives a model, whatever was asked for.
    requests : list of (method, path, raw body)
        Everything that came in.
    hung_up : list of float
        `time.monotonic()` of each disconnect that was noticed while answering.
    """

    answers: Script = ()
    models: dict[str, Known] = field(default_factory=lambda: {"qwen2.5-coder:14b": Known()})
    version: str = "0.12.6"
    context: int | None = None
    quick_delay: float = 0.0
    requests: list[tuple[str, str, bytes]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    hung_up: list[float] = field(default_factory=list)
    answering: threading.Event = field(default_factory=threading.Event)
    loaded: dict[str, int] = field(default_factory=dict)
    redirect_to: str = ""

    def __enter__(self) -> "Double":
        self._next = None if callable(self.answers) else iter(self.answers)
        self._server = _Quiet(("127.0.0.1", 0), _Handler)
        self._server.double = self  # type: ignore[attr-defined]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    @property
    def chats(self) -> list[Body]:
        """Bodies of the questions, without those that only load."""
        bodies = [json.loads(raw) for method, path, raw in self.requests if path == "/api/chat"]
        return [b for b in bodies if b["messages"]]

    @property
    def wire(self) -> bytes:
        """Every byte that came in, heads and bodies."""
        return b"\n".join(raw for _, _, raw in self.requests) + repr(self.headers).encode()

    def reply_to(self, body: Body) -> Reply:
        said = self.answers(body) if callable(self.answers) else next(self._next, Reply(status=500, error="nothing to say"))
        return Reply(said) if isinstance(said, str) else said


def tokens(body: Body) -> int:
    """Return how many tokens the double's models make of a question."""
    return sum(len(m["content"].encode()) for m in body["messages"]) // 4


class _Quiet(ThreadingHTTPServer):
    """A client that hangs up is no error of the server."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    @property
    def double(self) -> Double:
        return self.server.double  # type: ignore[attr-defined,no-any-return]

    def log_message(self, *_: object) -> None:
        pass

    # -- plain answers -------------------------------------------------------------------------------------------------

    def do_GET(self) -> None:
        self._note(b"")
        if self.double.redirect_to:
            return self._redirect()
        time.sleep(self.double.quick_delay)
        if self.path == "/":
            return self._send(200, b"Ollama is running", "text/plain; charset=utf-8")
        if self.path == "/api/version":
            return self._json(200, {"version": self.double.version})
        if self.path == "/api/tags":
            return self._json(200, {"models": [self._entry(n, m) for n, m in self.double.models.items()]})
        if self.path == "/api/ps":
            running = [self._entry(n, self.double.models[n]) | {"context_length": c} for n, c in self.double.loaded.items()]
            return self._json(200, {"models": running})
        return self._send(404, b"404 page not found", "text/plain")

    do_HEAD = do_GET

    def do_POST(self) -> None:
        raw = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self._note(raw)
        if self.double.redirect_to:
            return self._redirect()
        try:
            body = json.loads(raw)
        except ValueError as error:
            return self._json(400, {"error": str(error)})
        routes = {"/api/show": self._show, "/api/chat": self._chat, "/api/pull": self._pull}
        if self.path not in routes:
            return self._send(404, b"404 page not found", "text/plain")
        name = body.get("model") or ""
        if not name:
            return self._json(400, {"error": "model is required"})
        full = name if ":" in name else f"{name}:latest"
        if full not in self.double.models and self.path != "/api/pull":
            return self._json(404, {"error": f"model '{name}' not found"})
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            routes[self.path](body, full)
        return None

    def _show(self, body: Body, name: str) -> None:
        model = self.double.models[name]
        shown = {
            "modelfile": "",
            "parameters": "",
            "template": "{{ .Prompt }}",
            "details": {"family": "qwen2", "parameter_size": model.size, "quantization_level": "Q4_K_M"},
            "model_info": {"general.architecture": "qwen2", "qwen2.context_length": model.context},
            "capabilities": list(model.capabilities),
            "modified_at": _now(),
        }
        self._json(200, shown | ({"remote_host": model.remote_host, "remote_model": name} if model.remote_host else {}))

    def _entry(self, name: str, model: Known) -> Body:
        details = {"parent_model": "", "format": "gguf", "family": "qwen2", "families": ["qwen2"]}
        details |= {"parameter_size": model.size, "quantization_level": "Q4_K_M"}
        entry = {"name": name, "model": name, "modified_at": _now(), "size": 1, "digest": model.digest, "details": details}
        return entry | ({"remote_host": model.remote_host, "remote_model": name} if model.remote_host else {})

    # -- streams -------------------------------------------------------------------------------------------------------

    def _pull(self, body: Body, name: str) -> None:
        layer = {"digest": "sha256:0123", "total": 100}
        events: list[Body] = [{"status": "pulling manifest"}]
        if name.startswith("nosuch"):
            events.append({"error": "pull model manifest: file does not exist"})
        else:
            events += [{"status": "pulling 0123", **layer}]  # a layer that has not begun has no `completed`
            events += [{"status": "pulling 0123", **layer, "completed": c} for c in (10, 60, 100)]
            events += [{"status": s} for s in ("verifying sha256 digest", "writing manifest", "success")]
            self.double.models[name] = Known()
        self._begin()
        for event in events:
            self._line(event)
        self._end()

    def _chat(self, body: Body, name: str) -> None:
        model, asked = self.double.models[name], body.get("options", {}).get("num_ctx", 4096)
        given = min(asked, model.context, self.double.context or asked)
        self.double.loaded[name] = given
        if not body["messages"]:
            return self._json(
                200, {"model": name, "created_at": _now(), "message": _said(""), "done": True, "done_reason": "load"}
            )
        if body.get("think") and "thinking" not in model.capabilities:
            return self._json(400, {"error": f'"{name}" does not support thinking'})
        reply = self.double.reply_to(body)
        try:
            return self._answer(body, name, given, reply)
        finally:
            if isinstance(reply.pieces, Generator):
                reply.pieces.close()

    def _answer(self, body: Body, name: str, given: int, reply: Reply) -> None:
        self.double.answering.set()
        if reply.status != 200:
            return self._json(reply.status, {"error": reply.error})
        if not self._wait(reply.first_byte_after):
            return None
        read = tokens(body)
        read = given // 2 if read > given else read
        limit = body.get("options", {}).get("num_predict", -1)
        text, reason = reply.text, reply.reason
        if 0 < limit * 4 < len(text):
            text, reason = text[: limit * 4], "length"
        if not body.get("stream", True):
            return self._json(200, self._final(name, text, reason, read, reply))
        self._begin()
        for part in _parts(reply.thinking):
            self._line({"model": name, "created_at": _now(), "message": _said("") | {"thinking": part}, "done": False})
        sent = 0
        for part in reply.pieces or _parts(text):
            if reply.error and sent >= reply.error_after:
                self._line({"error": reply.error})
                return self._end()
            if reply.drop_after is not None and sent >= reply.drop_after:
                self.close_connection = True
                self.connection.shutdown(socket.SHUT_RDWR)
                return None
            self._line({"model": name, "created_at": _now(), "message": _said(part), "done": False})
            sent += len(part)
            if not self._wait(reply.pause):
                return None
        self._line(self._final(name, "", reason, read, reply))
        return self._end()

    def _final(self, name: str, text: str, reason: str, read: int, reply: Reply) -> Body:
        final = {"model": name, "created_at": _now(), "message": _said(text), "done": True, "done_reason": reason}
        counts = {"prompt_eval_count": read if reply.read is None else reply.read, "eval_count": len(reply.text) // 4 + 1}
        return final | counts | {"total_duration": 1, "load_duration": 1, "prompt_eval_duration": 1, "eval_duration": 1}

    def _wait(self, seconds: float) -> bool:
        """Wait, and return False as soon as the client has hung up."""
        until = time.monotonic() + seconds
        while True:
            if select.select([self.connection], [], [], 0)[0] and not self.connection.recv(1, socket.MSG_PEEK):
                self.double.hung_up.append(time.monotonic())
                self.close_connection = True
                return False
            left = until - time.monotonic()
            if left <= 0:
                return True
            time.sleep(min(0.02, left))

    # -- bytes ---------------------------------------------------------------------------------------------------------

    def _note(self, raw: bytes) -> None:
        self.double.requests.append((self.command, self.path, raw))
        self.double.headers.append(dict(self.headers.items()))

    def _redirect(self) -> None:
        self.send_response(307)
        self.send_header("Location", self.double.redirect_to + self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _json(self, status: int, value: Body) -> None:
        self._send(status, json.dumps(value).encode(), "application/json; charset=utf-8")

    def _send(self, status: int, data: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def _begin(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/x-ndjson")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def _line(self, value: Body) -> None:
        data = json.dumps(value).encode() + b"\n"
        self.wfile.write(b"%x\r\n%s\r\n" % (len(data), data))
        self.wfile.flush()

    def _end(self) -> None:
        self.wfile.write(b"0\r\n\r\n")


def _said(text: str) -> Body:
    return {"role": "assistant", "content": text}


def _parts(text: str) -> Iterator[str]:
    return (text[i : i + CHUNK] for i in range(0, len(text), CHUNK))


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
