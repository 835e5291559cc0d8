"""The key that signs certificates: Ed25519, made on first use, kept in the user's configuration and never in a project."""

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import platformdirs
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from lester_gui.errors import UserError

KEY_FILE: Final = "signing-key.pem"


@dataclass(frozen=True)
class Signer:
    """A private key and the name under which it signs."""

    name: str
    key: Ed25519PrivateKey

    @property
    def public_key(self) -> str:
        """The public key, raw, in hexadecimal: what others pass to ``--trust``."""
        return public_hex(self.key.public_key())

    def sign(self, data: bytes) -> str:
        """Return the signature in hexadecimal."""
        return self.key.sign(data).hex()


def keys_folder() -> Path:
    """Return where this user's keys are kept."""
    return Path(platformdirs.user_config_dir("lester", appauthor=False)) / "keys"


def load_or_create(name: str, folder: Path | None = None) -> Signer:
    """Return this user's signer; the key is made where there is none.

    Raises
    ------
    UserError
        If the key file is unreadable, or other users may read it.
    """
    folder = folder or keys_folder()
    path = folder / KEY_FILE
    if not path.exists():
        _create(path)
    if path.stat().st_mode & 0o077:
        raise UserError(f"Other users may read the signing key {path.name}", hint=f"chmod 600 '{path}'; then consider a new key.")
    try:
        key = serialization.load_pem_private_key(path.read_bytes(), password=None)
    except (ValueError, OSError) as error:
        raise UserError(f"The signing key {path.name} cannot be read", hint=f"Restore '{path}', or move it away.") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise UserError(f"The signing key {path.name} is of another kind", hint="Lester signs with Ed25519.")
    return Signer(name, key)


def own_public_key(folder: Path | None = None) -> str | None:
    """Return this user's public key, or None before the first signature."""
    path = (folder or keys_folder()) / KEY_FILE
    return load_or_create("", folder).public_key if path.exists() else None


def public_hex(key: Ed25519PublicKey) -> str:
    """Return a public key, raw, in hexadecimal."""
    return key.public_bytes(serialization.Encoding.Raw, serialization.PublicFormat.Raw).hex()


def parse_trusted(text: str) -> str:
    """Read a key to trust: 64 hexadecimal digits, or a file that holds them or a PEM public key.

    Raises
    ------
    UserError
        If it is neither.
    """
    if re.fullmatch(r"[0-9a-fA-F]{64}", text.strip()):
        return text.strip().lower()
    path = Path(text).expanduser()
    try:
        data = path.read_bytes()
    except OSError as error:
        raise UserError("The key to trust is neither 64 hexadecimal digits nor a readable file") from error
    if re.fullmatch(rb"\s*[0-9a-fA-F]{64}\s*", data):
        return data.decode("ascii").strip().lower()
    try:
        key = serialization.load_pem_public_key(data)
    except ValueError as error:
        raise UserError(f"{path.name} holds no public key", hint="Give PEM, or 64 hexadecimal digits.") from error
    if not isinstance(key, Ed25519PublicKey):
        raise UserError(f"{path.name} holds a key of another kind", hint="Certificates are signed with Ed25519.")
    return public_hex(key)


def verifies(public_key: str, signature: str, data: bytes) -> bool:
    """Say whether `signature` over `data` was made with the key."""
    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), data)
    except (ValueError, InvalidSignature):
        return False
    return True


def _create(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(draft, path)  # fails where another process was faster; its key serves
    except FileExistsError:
        pass
    finally:
        draft.unlink()
