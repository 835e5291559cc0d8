"""One spelling for each JSON value, so that a hash or a signature over it means something (after RFC 8785)."""

import hashlib
import json


def canonical(value: object) -> bytes:
    """Return `value` as UTF-8 JSON with sorted keys and no spaces.

    Raises
    ------
    ValueError
        For NaN and infinities, which JSON does not have.
    TypeError
        For what JSON cannot hold.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode("utf-8")


def digest(value: object) -> str:
    """Return the SHA-256 of the canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(value)).hexdigest()
