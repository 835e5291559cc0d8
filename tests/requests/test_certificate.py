import json
import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from lester_gui.errors import UserError
from lester_gui.requests import certificate, evidence, signing

HASH = "ab" * 32


def document() -> dict[str, Any]:
    return {
        "issued_at": "2027-02-18T10:00:00+00:00",
        "project": {"name": "Hospital"},
        "case": {"case": "LR-0001", "right": "erasure", "subject": "P-7F3K", "received": "2027-01-31", "due": "2027-03-01"}
        | {"extended": False, "filed_by": "J. Lindqvist"},
        "plan": {"plan_hash": HASH},
        "approval": {"plan_hash": HASH, "approved_by": "A. Moreau", "approved_at": "2027-02-18", "authenticated": False},
        "execution": {
            "plan_hash": HASH,
            "applied_at": "2027-02-18",
            "seconds": 1.25,
            "actions": [
                {
                    "artefact": "merged",
                    "kind": "view",
                    "rows": 1,
                    "cells": 3,
                    "method": "delta",
                    "class": "bit",
                    "difference": 0.0,
                }
            ],
        },
        "replay": {"equal": True, "artefacts": [{"name": "merged", "class": "bit", "max_difference": 0.0}]},
        "ask_original": {"pipelines": [{"pipeline": "complications", "equal": True, "not_compared": ["<script>"]}]},
        "purge": {
            "status": "done",
            "sources": [{"path": "data/patients.csv", "lines": 1, "sha256_before": HASH, "sha256_after": "cd" * 32}],
            "others": [{"path": "out/model.pkl", "action": "removed"}],
        },
        "search": {"values": 1, "files": 12, "hits": []},
        "not_removed": [{"what": "git history", "why": "Lester does not rewrite it"}],
        "complete": True,
        "incomplete_because": [],
        "versions": {"lester": "0.1.0"},
        "audit_head": {"seq": 9, "hash": HASH},
    }


@pytest.fixture
def signer() -> signing.Signer:
    return signing.load_or_create("A. Moreau")


def test_the_key_is_made_once_outside_the_project_and_private(private_home: Path, signer: signing.Signer) -> None:
    path = signing.keys_folder() / signing.KEY_FILE
    assert path.is_relative_to(private_home) and stat.S_IMODE(path.stat().st_mode) == 0o600
    assert signing.load_or_create("A. Moreau").public_key == signer.public_key == signing.own_public_key()
    assert [p.name for p in path.parent.iterdir()] == [signing.KEY_FILE]
    path.chmod(0o644)
    with pytest.raises(UserError, match="Other users may read"):
        signing.load_or_create("A. Moreau")


def test_a_damaged_key_is_a_message(signer: signing.Signer) -> None:
    (signing.keys_folder() / signing.KEY_FILE).write_text("nonsense")
    with pytest.raises(UserError, match="cannot be read"):
        signing.load_or_create("x")


def test_a_certificate_is_valid_for_who_trusts_the_key(tmp_path: Path, signer: signing.Signer) -> None:
    file = tmp_path / "certificate.json"
    certificate.write(certificate.sign(document(), signer), file)
    check = certificate.check_certificate(file, [signer.public_key])
    assert check.valid and check.signer == "A. Moreau" and check.reasons == ()
    assert check.remarks == ("The approver is not authenticated.", "Not removed: git history")
    stranger = certificate.check_certificate(file, [])
    assert not stranger.valid and stranger.reasons == ("The key that signed is not among the keys you trust.",)


def test_a_run_that_was_removed_is_said(tmp_path: Path, signer: signing.Signer) -> None:
    """Its script stops on what is left: that nothing differs is no answer of it."""
    file = tmp_path / "certificate.json"
    gone = {"artefact": "churn", "kind": "run", "method": "removed", "why": "churn.py stopped with TypeError in line 39"}
    written = document()
    written["execution"]["actions"] = [{"rows": 9, "cells": 0, "class": "", "difference": None} | gone]
    certificate.write(certificate.sign(written, signer), file)
    (remark,) = [r for r in certificate.check_certificate(file, [signer.public_key]).remarks if "churn" in r]
    assert "nothing of it was compared" in remark and remark.endswith("TypeError in line 39.")


def test_layout_does_not_matter_content_does(tmp_path: Path, signer: signing.Signer) -> None:
    file = tmp_path / "certificate.json"
    signed = certificate.sign(document(), signer)
    file.write_text(json.dumps(dict(reversed(signed.items()))))
    assert certificate.check_certificate(file, [signer.public_key]).valid


@pytest.mark.parametrize(
    "change",
    [
        lambda d: d["execution"]["actions"][0].update(rows=2),
        lambda d: d["not_removed"].clear(),
        lambda d: d["approval"].update(authenticated=True),
        lambda d: d["signature"].update(signer="Somebody"),
        lambda d: d["signature"].update(value="00" * 64),
        lambda d: d["signature"].update(value="no hex"),
        lambda d: d.update(extra=1),
    ],
)
def test_every_change_is_seen(tmp_path: Path, signer: signing.Signer, change: Callable[[dict[str, Any]], None]) -> None:
    file = tmp_path / "certificate.json"
    signed = json.loads(json.dumps(certificate.sign(document(), signer)))
    change(signed)
    file.write_text(json.dumps(signed))
    check = certificate.check_certificate(file, [signer.public_key])
    assert not check.valid and any("changed after it was signed" in r for r in check.reasons)


def test_signed_again_by_another_key_is_not_valid(tmp_path: Path, signer: signing.Signer) -> None:
    file = tmp_path / "certificate.json"
    forger = signing.Signer("A. Moreau", Ed25519PrivateKey.generate())
    certificate.write(certificate.sign(certificate.sign(document(), signer), forger), file)
    assert not certificate.check_certificate(file, [signer.public_key]).valid
    assert certificate.check_certificate(file, [forger.public_key]).valid


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda d: d["approval"].update(plan_hash="cd" * 32), "same plan"),
        (lambda d: d["approval"].update(approved_by="j. lindqvist"), "same person"),
        (lambda d: d["replay"].update(equal=False), "says otherwise"),
        (lambda d: d["search"]["hits"].append({"place": "x", "why": "y"}), "says otherwise"),
        (lambda d: d["purge"].update(status="pending"), "says otherwise"),
        (lambda d: d.update(complete=False), "contradict"),
    ],
)
def test_a_signed_contradiction_is_not_valid(
    tmp_path: Path, signer: signing.Signer, change: Callable[[dict[str, Any]], None], reason: str
) -> None:
    file = tmp_path / "certificate.json"
    content = document()
    change(content)
    certificate.write(certificate.sign(content, signer), file)
    check = certificate.check_certificate(file, [signer.public_key])
    assert not check.valid and any(reason in r for r in check.reasons)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"schema": "lester-certificate/9"}',
        '{"a": 1, "a": 2}',
        '{"a": NaN}',
        '{"schema": "lester-certificate/1"}',
    ],
)
def test_what_is_no_certificate(tmp_path: Path, text: str) -> None:
    file = tmp_path / "certificate.json"
    file.write_text(text)
    check = certificate.check_certificate(file)
    assert not check.valid and check.reasons


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        certificate.check_certificate(tmp_path / "none.json")
    with pytest.raises(UserError, match="cannot be written"):
        certificate.write({}, tmp_path / "no" / "folder.json")


def test_trusted_keys_are_read(tmp_path: Path, signer: signing.Signer) -> None:
    pem = tmp_path / "key.pem"
    pem.write_bytes(
        signer.key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    text = tmp_path / "key.txt"
    text.write_text(signer.public_key + "\n")
    assert {signing.parse_trusted(t) for t in (signer.public_key.upper(), str(pem), str(text))} == {signer.public_key}
    text.write_text("nonsense")
    for bad in ("zz", str(text)):
        with pytest.raises(UserError):
            signing.parse_trusted(bad)


def test_the_report_is_one_page_that_escapes(tmp_path: Path, signer: signing.Signer) -> None:
    evidence.write(certificate.sign(document(), signer), tmp_path / "evidence.html")
    page = (tmp_path / "evidence.html").read_text()
    assert "approver not authenticated" in page and "git history" in page and signer.public_key in page
    assert "<script>" not in page and "&lt;script&gt;" in page
    assert "http://" not in page and "https://" not in page
