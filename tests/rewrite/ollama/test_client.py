import socket

import pytest

from lester_gui.errors import UserError
from lester_gui.progress import Progress, silent
from lester_gui.rewrite.ollama import address
from lester_gui.rewrite.ollama.address import base_url
from lester_gui.rewrite.ollama.client import Installed, Patience, Server, choose, is_cloud_name
from lester_gui.rewrite.ollama.failures import TooSlow
from tests.rewrite.ollama.double import Double, Known


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("", "http://127.0.0.1:11434"),
        ("localhost", "http://127.0.0.1:11434"),
        ("http://localhost", "http://127.0.0.1:11434"),
        ("http://127.0.0.1", "http://127.0.0.1:11434"),
        ("127.0.0.5:8080", "http://127.0.0.5:8080"),
        ("::1", "http://[::1]:11434"),
        ("[::1]:9", "http://[::1]:9"),
        ("http://[::1]", "http://[::1]:11434"),
        (" http://127.0.0.1:11434/ ", "http://127.0.0.1:11434"),
        ("https://localhost:8443", "https://localhost:8443"),
        ("::ffff:127.0.0.1", "http://[::ffff:127.0.0.1]:11434"),
    ],
)
def test_addresses_of_this_computer(host, url):
    assert base_url(host) == url


@pytest.mark.parametrize(
    "host",
    [
        "ftp://localhost",
        "http://user:secret@localhost",
        "http://localhost/v1",
        "localhost:port",
        "http://[::1",
        "192.0.2.1",
        "::1%lo",
        "localhost:99999",
        "::2",
    ],
)
def test_addresses_that_are_refused(host):
    with pytest.raises(UserError) as caught:
        base_url(host)
    assert "secret" not in str(caught.value)
    assert "127.0.0.1:11434" in caught.value.hint


def test_names_are_resolved_and_every_address_must_be_here(monkeypatch):
    entries = {
        "mine.test": ["127.0.0.1", "::1"],
        "theirs.test": ["192.0.2.9"],
        "both.test": ["127.0.0.1", "192.0.2.9"],
    }

    def look_up(name, *_, **__):
        if name not in entries:
            raise socket.gaierror(-2, "Name or service not known")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, 0)) for a in entries[name]]

    monkeypatch.setattr(address.socket, "getaddrinfo", look_up)
    assert base_url("mine.test") == "http://127.0.0.1:11434"
    for name in ("theirs.test", "both.test"):
        with pytest.raises(UserError, match="another computer"):
            base_url(name)
    with pytest.raises(UserError, match="not known"):
        base_url("nowhere.test")


def test_a_proxy_of_the_environment_gets_nothing(monkeypatch):
    with Double() as proxy, Double() as double:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.address)
        monkeypatch.delenv("NO_PROXY", raising=False)
        server = Server(double.address)
        assert server.version(silent()) == "0.12.6"
        server.preload("qwen2.5-coder:14b", 4096, silent())
        assert not proxy.requests


def test_a_redirect_is_not_followed():
    with Double() as elsewhere, Double(redirect_to=elsewhere.address) as double:
        server = Server(double.address)
        for call in (lambda: server.version(silent()), lambda: server.preload("qwen2.5-coder:14b", 4096, silent())):
            with pytest.raises(UserError, match="leads elsewhere"):
                call()
        assert not elsewhere.requests


def test_models_and_what_is_known_of_them():
    models = {"a:7b": Known(digest="d" * 64, size="7.6B"), "b:1b": Known(remote_host="https://x.example")}
    with Double(models=models) as double:
        server = Server(double.address)
        assert server.models(silent()) == (Installed("a:7b", "d" * 64, "7.6B"), Installed("b:1b", "a1" * 32, "14.8B", True))
        ready = server.ready("a:7b", silent())
    assert (ready.name, ready.digest, ready.server, ready.context, ready.thinks) == ("a:7b", "d" * 64, "0.12.6", 32_768, False)


def test_a_name_without_a_tag_is_the_latest():
    with Double(models={"phi4:latest": Known()}) as double:
        assert Server(double.address).ready("phi4", silent()).name == "phi4:latest"


def test_getting_a_model_reports_progress():
    seen: list[tuple[str, float | None]] = []
    with Double(models={}) as double:
        Server(double.address).pull("phi4:14b", Progress(lambda label, fraction: seen.append((label, fraction))))
        assert "phi4:14b" in double.models
    assert [f for _, f in seen if f is not None][-1] == 1.0
    assert {label for label, _ in seen} == {"Getting phi4:14b"}


def test_getting_a_model_that_does_not_exist():
    with Double() as double:
        with pytest.raises(UserError, match="file does not exist"):
            Server(double.address).pull("nosuch:1b", silent())
        with pytest.raises(UserError, match="runs elsewhere"):
            Server(double.address).pull("big:cloud", silent())


def test_a_server_that_hangs_is_given_up():
    with Double(quick_delay=2.0) as double, pytest.raises(TooSlow):
        Server(double.address, Patience(connect=0.2, quick=0.2)).version(silent())


def test_which_model_is_asked():
    here, there = Installed("a:1"), Installed("c:1", elsewhere=True)
    assert choose((), "x:1") == "x:1"
    assert choose((here, there), "") == "a:1"
    with pytest.raises(UserError, match="no model"):
        choose((there,), "")


def test_cloud_names():
    assert all(map(is_cloud_name, ("a:cloud", "a:120b-cloud", "A:Cloud ")))
    assert not any(map(is_cloud_name, ("cloudy:7b", "cloud:7b", "a:7b", "a-cloud:7b")))
