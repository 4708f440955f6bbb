"""Proofs of erasure: what was taken out where, signed, naming nobody."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_public_key,
)

from warehouse.durable_files import write_atomically
from warehouse.keys import read_or_create_key
from warehouse.zones import Zones

PROOF_KEY_NAME = "proof"
PUBLIC_KEY_FILE = "public_key.pem"
_SEED_BYTES = 32


def proofs_folder(zones: Zones) -> Path:
    """Where the proofs lie, with the public key that checks them."""
    return zones.vault / "proofs"


def write_proof(zones: Zones, erasure_id: str, statement: Mapping[str, Any]) -> Path:
    """Sign ``statement`` (Ed25519) and keep it; the same statement gives the same file."""
    key = _private_key(zones)
    document = {"statement": statement, "signature": base64.b64encode(key.sign(_canonical(statement))).decode()}
    folder = proofs_folder(zones)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    public = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    write_atomically(folder / PUBLIC_KEY_FILE, lambda aside: aside.write_bytes(public), mode=0o600)
    path = folder / f"{erasure_id}.json"
    text = json.dumps(document, indent=1, sort_keys=True) + "\n"
    write_atomically(path, lambda aside: aside.write_text(text, encoding="utf-8"), mode=0o600)
    return path


def read_public_key(path: Path) -> Ed25519PublicKey:
    """The key that checks signatures; raises :class:`ValueError` for a file that holds none."""
    key = load_pem_public_key(path.read_bytes())
    if not isinstance(key, Ed25519PublicKey):
        raise ValueError(f"{path} holds another kind of key: pass the {PUBLIC_KEY_FILE} of the vault that signed")
    return key


def is_genuine(proof: Path, key: Ed25519PublicKey) -> bool:
    """Whether the holder of the vault signed exactly this statement."""
    try:
        document = json.loads(proof.read_text(encoding="utf-8"))
        key.verify(base64.b64decode(document["signature"]), _canonical(document["statement"]))
    except (InvalidSignature, ValueError, KeyError):
        return False
    return True


def _private_key(zones: Zones) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(read_or_create_key(zones.keys, PROOF_KEY_NAME).secret[:_SEED_BYTES])


def _canonical(statement: Mapping[str, Any]) -> bytes:
    return json.dumps(statement, ensure_ascii=True, sort_keys=True, separators=(",", ":")).encode()
