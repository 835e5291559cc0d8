"""Where the Ollama server is. Only this computer is asked, so that scripts and column names stay on it."""

from __future__ import annotations

import ipaddress
import socket
import threading
from urllib.parse import urlsplit

from lester_gui.errors import UserError

DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 11434
RESOLVE_SECONDS = 3.0

_HINT = f"Set the address to http://{DEFAULT_HOST}:{DEFAULT_PORT}, or wherever Ollama listens on this computer."


def base_url(host: str, resolve_seconds: float = RESOLVE_SECONDS) -> str:
    """Return the address to call, with an explicit port and, for http, a numeric loopback address.

    Names are resolved once, here, so that no later look-up can lead elsewhere. The `ollama` package would take port 80 where
    `host` has a scheme but no port; here the port is 11434 whenever none is given.

    Parameters
    ----------
    host : str
        As in `OLLAMA_HOST`: a host, a host with port, or an address; empty means the default.

    Raises
    ------
    UserError
        If it is not an address, or not on this computer.
    """
    text = host.strip()
    if text.count(":") > 1 and "://" not in text and "[" not in text:
        text = f"[{text}]"  # a bare IPv6 address
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        name, port = parts.hostname or DEFAULT_HOST, parts.port or DEFAULT_PORT
    except ValueError as error:
        raise UserError("The address of the Ollama server is not an address", _HINT) from error
    rest = (parts.username is not None, parts.path not in ("", "/"), parts.query, parts.fragment, "%" in name)
    if parts.scheme not in ("http", "https") or any(rest):
        raise UserError("The address of the Ollama server may have a host and a port, nothing else", _HINT)
    address = _loopback(name, resolve_seconds)
    shown = name if parts.scheme == "https" else address  # a certificate is for the name
    return f"{parts.scheme}://{f'[{shown}]' if ':' in shown else shown}:{port}"


def _loopback(name: str, seconds: float) -> str:
    """Return a numeric loopback address for `name`, IPv4 first, because that is where Ollama listens by default."""
    addresses = [name] if _is_numeric(name) else _resolve(name, seconds)
    if not all(_is_loopback(a) for a in addresses):
        raise UserError("Only an Ollama on this computer is asked, and this address is another computer's", _HINT)
    return min(addresses, key=lambda a: ":" in a)


def _is_numeric(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_loopback(address: str) -> bool:
    ip = ipaddress.ip_address(address)
    mapped = ip.ipv4_mapped if isinstance(ip, ipaddress.IPv6Address) else None
    return (mapped or ip).is_loopback


def _resolve(name: str, seconds: float) -> list[str]:
    if name == "localhost":
        return [DEFAULT_HOST]
    found: list[str] = []

    def look_up() -> None:
        try:
            found.extend(str(entry[4][0]) for entry in socket.getaddrinfo(name, None, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError):
            return  # nothing found is what the caller sees

    thread = threading.Thread(target=look_up, daemon=True)  # getaddrinfo has no timeout of its own
    thread.start()
    thread.join(seconds)
    if thread.is_alive() or not found:
        raise UserError("The name of the Ollama server is not known to this computer", _HINT)
    return found
