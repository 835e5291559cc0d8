"""The certificate of an applied case: what was done, how it was proved, and what was not removed, signed.

It holds tokens, counts and hashes, never a person's values, so it can be kept and shown after the erasure. Anyone can check it
with the signer's public key: the signature covers the canonical form (`lester_gui.audit.canonical`) of everything else.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from lester_gui.audit.canonical import canonical
from lester_gui.audit.entries import same_person
from lester_gui.errors import UserError
from lester_gui.requests.signing import Signer, verifies

SCHEMA: Final = "lester-certificate/1"
ALGORITHM: Final = "Ed25519"
Document = dict[str, Any]

REQUIRED: Final[dict[str, type]] = {
    "schema": str,
    "issued_at": str,
    "project": dict,
    "case": dict,
    "plan": dict,
    "approval": dict,
    "execution": dict,
    "replay": dict,
    "ask_original": dict,
    "purge": dict,
    "search": dict,
    "not_removed": list,
    "complete": bool,
    "incomplete_because": list,
    "versions": dict,
    "audit_head": dict,
    "signature": dict,
}
"""Top-level members and their JSON types."""


@dataclass(frozen=True, slots=True)
class CertificateCheck:
    """The answer of a check. `reasons` says what is wrong; `remarks` what a reader of a valid one should know."""

    valid: bool
    signer: str
    reasons: tuple[str, ...]
    remarks: tuple[str, ...] = ()


def sign(document: Mapping[str, Any], signer: Signer) -> Document:
    """Return the document with schema and signature."""
    unsigned = {**document, "schema": SCHEMA}
    unsigned.pop("signature", None)
    unsigned["signature"] = {"algorithm": ALGORITHM, "signer": signer.name, "public_key": signer.public_key}
    value = signer.sign(canonical(unsigned))
    return {**unsigned, "signature": {**unsigned["signature"], "value": value}}


def write(document: Mapping[str, Any], path: Path) -> None:
    """Write a signed certificate, readable, in one step.

    Raises
    ------
    UserError
        If the file cannot be written.
    """
    text = json.dumps(document, indent=2, sort_keys=True, ensure_ascii=False, allow_nan=False) + "\n"
    draft = path.with_name(f".{path.name}.new")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise UserError(
            f"The certificate cannot be written to {path.name} ({error.strerror})", hint="Choose another place."
        ) from error


def check_certificate(file: Path, trusted_keys: Iterable[str] = ()) -> CertificateCheck:
    """Check a certificate without the project that it is about.

    Parameters
    ----------
    file : Path
        The certificate.
    trusted_keys : iterable of str
        Public keys, in hexadecimal, that the reader trusts. Without one, no certificate is valid: anybody can sign with
        a key of their own.

    Raises
    ------
    UserError
        If the file cannot be read.
    """
    try:
        data = file.read_bytes()
    except OSError as error:
        raise UserError(f"The certificate {file.name} cannot be read ({error.strerror})") from error
    try:
        document = json.loads(data, object_pairs_hook=_no_twins, parse_constant=_no_constant)
    except ValueError as error:
        return CertificateCheck(False, "", (f"The file is not a JSON document: {error}.",))
    if not isinstance(document, dict):
        return CertificateCheck(False, "", ("The file is not a certificate.",))
    reasons = _shape(document)
    if reasons:
        return CertificateCheck(False, "", tuple(reasons))
    signature = document["signature"]
    signer = str(signature.get("signer", ""))
    unsigned = {**document, "signature": {k: v for k, v in signature.items() if k != "value"}}
    key = str(signature.get("public_key", ""))
    if signature.get("algorithm") != ALGORITHM:
        reasons.append("The signature is of another kind than Ed25519.")
    elif not verifies(key, str(signature.get("value", "")), canonical(unsigned)):
        reasons.append("The signature does not fit: the certificate was changed after it was signed.")
    if key not in set(trusted_keys):
        reasons.append("The key that signed is not among the keys you trust.")
    reasons += _consistency(document)
    return CertificateCheck(not reasons, signer, tuple(reasons), tuple(_remarks(document)))


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    out = dict(pairs)
    if len(out) != len(pairs):
        raise ValueError("a member stands twice")
    return out


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _shape(document: Document) -> list[str]:
    if document.get("schema") != SCHEMA:
        return ["The file is not a certificate of a version that this Lester knows."]
    wrong = [n for n, kind in REQUIRED.items() if not isinstance(document.get(n), kind)]
    return [f"The certificate lacks {n!r}, or it has another form." for n in wrong]


def _consistency(document: Document) -> list[str]:
    """Return contradictions inside a certificate: what a signature does not exclude when the signer erred."""
    case, approval, execution = document["case"], document["approval"], document["execution"]
    reasons = []
    if approval.get("plan_hash") != document["plan"].get("plan_hash") or execution.get("plan_hash") != approval.get("plan_hash"):
        reasons.append("Plan, approval and execution are not about the same plan.")
    if same_person(str(approval.get("approved_by", "")), str(case.get("filed_by", ""))):
        reasons.append("Requester and approver are the same person.")
    doubts = [
        not document["replay"].get("equal"),
        any(not p.get("equal") for p in document["ask_original"].get("pipelines", [])),
        document["purge"].get("status") != "done",
        bool(document["search"].get("hits")),
    ]
    if document["complete"] and any(doubts):
        reasons.append("The certificate calls the case complete, but a check in it says otherwise.")
    if document["complete"] == bool(document["incomplete_because"]):
        reasons.append("Completeness and its reasons contradict each other.")
    return reasons


def _remarks(document: Document) -> list[str]:
    remarks = []
    if not document["approval"].get("authenticated"):
        remarks.append("The approver is not authenticated.")
    remarks += [f"Incomplete: {reason}" for reason in document["incomplete_because"]]
    actions = document["execution"].get("actions")
    for action in actions if isinstance(actions, list) else []:
        if isinstance(action, dict) and action.get("kind") == "run":
            gone = f"The run of {action.get('artefact')} was removed with its model, and nothing of it was compared"
            remarks.append(f"{gone}: {action.get('why', 'it could not go on')}.")
    remarks += [f"Not removed: {item.get('what', item) if isinstance(item, dict) else item}" for item in document["not_removed"]]
    return remarks
