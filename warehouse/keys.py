"""Secret keys of the vault, and sealing of texts with them.

A key is made at first use and lies in ``vault/keys/<name>.key`` (folder mode 0700, file 0600). Its id is derived from
the secret, so the id stored beside a token or a sealed text says which key made it. A retired key stays readable as
``<name>-<anything>.key``: :func:`find_key` looks there too.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV

from warehouse.durable_files import sync_folder

SECRET_BYTES = 64
_SEAL_CONTEXT = b"quarantine"
_SEAL_VERSION = b"\x01"


class KeyFileError(Exception):
    """A key file is missing, damaged or open to others; the message names the file and the next step."""


@dataclass(frozen=True)
class Key:
    """A secret and the id that may be stored beside what it made. The secret stays out of ``repr``."""

    key_id: str
    """16 hex digits derived from the secret; tells nothing about it."""
    secret: bytes = field(repr=False)
    """64 random bytes."""


def read_or_create_key(folder: Path, name: str) -> Key:
    """Read ``folder/<name>.key``, making it first if it is not there.

    Processes that race agree: the key is written whole under another name and linked into place, and only one link
    succeeds. Raises :class:`KeyFileError` for a damaged file or one that others may read.
    """
    path = folder / f"{name}.key"
    if not path.exists():
        _create(path)
    return _read(path)


def find_key(folder: Path, name: str, key_id: str) -> Key:
    """Find the key of ``name``, in use or retired, that has ``key_id``. Raises :class:`KeyFileError` if none has."""
    candidates = [folder / f"{name}.key", *sorted(folder.glob(f"{name}-*.key"))]
    for path in candidates:
        if path.exists() and (key := _read(path)).key_id == key_id:
            return key
    raise KeyFileError(f"no key {key_id} among {name}*.key in {folder}: restore the retired key file from its backup")


def seal(key: Key, text: str) -> bytes:
    """Encrypt and authenticate ``text`` (AES-SIV).

    Deterministic on purpose: the same text and key give the same bytes, so that a file loaded again gives the same
    rows. All it tells an outsider is which texts are equal.
    """
    # The leading byte is the version of the layout, and there because the cipher takes no empty text.
    return AESSIV(key.secret).encrypt(_SEAL_VERSION + text.encode("utf-8", "surrogatepass"), [_SEAL_CONTEXT])


def unseal(key: Key, sealed: bytes) -> str:
    """Decrypt what :func:`seal` made. Raises :class:`KeyFileError` when the key is not the one that sealed it."""
    try:
        opened = AESSIV(key.secret).decrypt(sealed, [_SEAL_CONTEXT])
    except InvalidTag as error:
        raise KeyFileError(f"key {key.key_id} does not open this text: look up the key by the id beside it") from error
    return opened.removeprefix(_SEAL_VERSION).decode("utf-8", "surrogatepass")


def _create(path: Path) -> None:
    """Put a new random key at ``path``, unless another process was faster."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.parent.chmod(0o700)
    aside = path.with_name(f".{path.name}.{secrets.token_hex(8)}.aside")
    handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        os.write(handle, secrets.token_bytes(SECRET_BYTES).hex().encode() + b"\n")
        os.fsync(handle)
        with contextlib.suppress(FileExistsError):
            os.link(aside, path)
        sync_folder(path.parent)
    finally:
        os.close(handle)
        aside.unlink()


def _read(path: Path) -> Key:
    """Read one key file, refusing one that group or others may read."""
    if path.stat().st_mode & 0o077:
        raise KeyFileError(f"{path} may be read by others: chmod 600 it, and replace the key if it may have leaked")
    try:
        secret = bytes.fromhex(path.read_text(encoding="ascii").strip())
    except ValueError as error:
        raise KeyFileError(f"{path} is not a key file: restore it from its backup") from error
    if len(secret) != SECRET_BYTES:
        raise KeyFileError(f"{path} holds {len(secret)} bytes, not {SECRET_BYTES}: restore it from its backup")
    return Key(key_id=hashlib.sha256(b"key id\x00" + secret).hexdigest()[:16], secret=secret)
