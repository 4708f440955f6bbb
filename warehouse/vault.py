"""The vault: every direct identifier that ingest replaced by a token, encrypted, and opened for a stated purpose only.

An entry is one identifier (or a member's name) under its token. Each is encrypted with a random data key of its own;
the data key is wrapped by the master key and lies in another file than the entry:

    vault/entries/entries.sqlite        sealed identifiers, and keyed marks of those who were erased
    vault/data_keys/data_keys.sqlite    the wrapped data key of each entry
    vault/keys/vault.key                the master key (elsewhere by ``WAREHOUSE_VAULT_KEYS_DIR``)

To erase an identifier is to destroy its data key: a copy of the entries that lies in some backup stays shut for good,
as long as the data keys have no backup older than the erasure. The stores are SQLite because an entry must be
overwritten where it lies (``secure_delete``), both stores must change in one step, and ingest writes from several
threads; a file per batch would have to be written anew for each person in it. No write-ahead log: it would keep what
was deleted.

Belongs here: what is kept, how it is sealed, who may look. Does not belong here: which identifiers are a person's
(``assets/identity``), and what else an erasure does (``assets/erasure``).
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
import sqlite3
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import polars as pl
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV

from warehouse.durable_files import sync_folder
from warehouse.keys import Key, find_key, read_or_create_key
from warehouse.tokens import IdentifierKind, normalise_identifier
from warehouse.zones import Zones

EntryKind = IdentifierKind | Literal["name"]
"""Kinds of identifiers, and the name of the member whose number the token stands for."""
ENTRY_SCHEMA: Mapping[str, pl.DataType] = {
    "identifier_token": pl.String(),
    "identifier_kind": pl.String(),
    "identifier": pl.String(),
    "version_at": pl.Datetime("us", "UTC"),
}
"""What ingest hands over. ``version_at`` is null for an identifier, which never changes under its token; of a name the
latest version stays."""
OPENED_SCHEMA: Mapping[str, pl.DataType] = {name: ENTRY_SCHEMA[name] for name in list(ENTRY_SCHEMA)[:3]}
"""What an authorised reader gets."""
MASTER_KEY_NAME = "vault"
ERASURE_KEY_NAME = "erasure"

_DATA_KEY_BYTES = 32
# A data key seals one text and no second one, so its nonce need not differ from any other.
_NONCE = bytes(12)
_ASKED_AT_ONCE = 10_000
_WAIT_SECONDS = 60.0

_ENTRIES_TABLES = """
create table if not exists main.entries (
    token blob not null, kind text not null, version integer not null, sealed blob not null, primary key (token, kind)
) without rowid;
create table if not exists main.erased (mark blob primary key, erased_at integer not null) without rowid;
create table if not exists main.expiring (receipt_id text primary key) without rowid;
"""
_DATA_KEYS_TABLE = """
create table if not exists keys.data_keys (
    token blob not null, kind text not null, version integer not null, wrapped blob not null,
    master_key_id text not null, primary key (token, kind)
) without rowid;
"""


class VaultError(RuntimeError):
    """An entry does not open; the message says what to restore and names no identifier."""


@dataclass(frozen=True)
class ErasedMarks:
    """Keyed marks of identifiers whose person was erased: they tell nothing without the key, and no token is kept."""

    key: Key
    erased_at: Mapping[bytes, datetime]
    """Time of the erasure by mark."""

    def __bool__(self) -> bool:
        return bool(self.erased_at)

    def of(self, tokens: pl.Series) -> dict[str, datetime]:
        """Those of ``tokens`` (text, or lists of texts) that are marked, with the time of the erasure."""
        flat = tokens.explode() if isinstance(tokens.dtype, pl.List) else tokens
        marked = {token: self.erased_at.get(_mark(self.key, token)) for token in flat.unique().drop_nulls()}
        return {token: erased_at for token, erased_at in marked.items() if erased_at is not None}


class Vault:
    """The vault of one deployment. May be used by several threads and processes at once."""

    def __init__(self, zones: Zones) -> None:
        self._zones = zones
        self._entries = zones.vault / "entries" / "entries.sqlite"
        self._data_keys = zones.vault / "data_keys" / "data_keys.sqlite"
        self._master = read_or_create_key(zones.keys, MASTER_KEY_NAME)

    def hand_over(self, entries: pl.DataFrame) -> int:
        """Keep what is not kept yet; durable when this returns.

        Args:
            entries: identifiers with their tokens, columns as in :data:`ENTRY_SCHEMA`; may repeat.

        Returns:
            Entries that were new, or newer than the one kept.
        """
        entries = entries.unique(["identifier_token", "identifier_kind", "version_at"], maintain_order=True)
        if entries.is_empty():
            return 0
        with self._connected() as connection:
            known = self._versions(connection, entries["identifier_token"].unique())
            new = [
                (bytes.fromhex(token), kind, version, text)
                for token, kind, text, version in entries.select(
                    "identifier_token", "identifier_kind", "identifier", pl.col("version_at").to_physical().fill_null(0)
                ).iter_rows()
                if version > known.get((token, kind), -1)
            ]
            if not new:
                return 0
            data_keys = secrets.token_bytes(_DATA_KEY_BYTES * len(new))
            wrapping = AESSIV(self._master.secret)
            sealed, wrapped = [], []
            # In order of the key, so that a bulk load fills the pages one after the other.
            for number, (token, kind, version, text) in enumerate(sorted(new)):
                data_key = data_keys[_DATA_KEY_BYTES * number : _DATA_KEY_BYTES * (number + 1)]
                context = token + kind.encode()
                plain = _canonical(kind, text).encode("utf-8", "surrogatepass")
                sealed.append((token, kind, version, AESGCM(data_key).encrypt(_NONCE, plain, context)))
                wrapped.append((token, kind, version, wrapping.encrypt(data_key, [context]), self._master.key_id))
            with _transaction(connection):
                # Another thread may have been faster: the same condition on both sides keeps key and entry together.
                connection.executemany(
                    "insert into main.entries values (?, ?, ?, ?) on conflict do update set"
                    " version = excluded.version, sealed = excluded.sealed where excluded.version > entries.version",
                    sealed,
                )
                connection.executemany(
                    "insert into keys.data_keys values (?, ?, ?, ?, ?) on conflict do update set"
                    " version = excluded.version, wrapped = excluded.wrapped, master_key_id = excluded.master_key_id"
                    " where excluded.version > data_keys.version",
                    wrapped,
                )
        return len(new)

    def identifiers_of(
        self, tokens: Collection[str], kind: EntryKind | None = None, *, reader: str, purpose: str
    ) -> pl.DataFrame:
        """Look identifiers up; every look-up leaves a line in ``vault/audit.jsonl``.

        Args:
            tokens: identifier tokens; which of them are a person's says the identity table.
            kind: the only kind wanted; every kind without it.
            reader: which code or which person asks.
            purpose: what for.

        Returns:
            Columns of :data:`OPENED_SCHEMA`, in order of token and kind. A token that the vault does not know, or whose
            data key was destroyed, has no row.

        Raises:
            VaultError: an entry or its data key was tampered with.
            KeyFileError: the master key that wrapped a data key is not there.
        """
        wanted = sorted(set(tokens))
        opened: list[tuple[str, str, str]] = []
        masters: dict[str, AESSIV] = {}
        with self._connected() as connection:
            for places, asked in _in_batches(wanted):
                rows = connection.execute(
                    "select token, kind, sealed, wrapped, master_key_id"
                    f" from main.entries join keys.data_keys using (token, kind) where token in ({places})",
                    asked,
                )
                opened += [self._open(row, masters) for row in rows if kind is None or row[1] == kind]
        self._write_audit(reader=reader, purpose=purpose, kind=kind, asked=len(wanted), found=len(opened))
        return pl.DataFrame(opened, schema=OPENED_SCHEMA, orient="row").sort("identifier_token", "identifier_kind")

    def destroy(self, tokens: Collection[str]) -> int:
        """Destroy the data keys of ``tokens`` and remove their entries, overwriting both; returns the entries removed.

        Entries without a data key count too, so that a call after one that was cut off finishes its work. Both stores
        are written anew, in memory first: what is deleted is overwritten where it lies, but where a page was split
        before, the copy that moved left its bytes behind.
        """
        removed = 0
        with self._connected() as connection:
            with _transaction(connection):
                for places, gone in _in_batches(sorted(set(tokens))):
                    connection.execute(f"delete from keys.data_keys where token in ({places})", gone)
                    removed += connection.execute(f"delete from main.entries where token in ({places})", gone).rowcount
            connection.execute("pragma temp_store = memory")
            for store in ("main", "keys"):
                connection.execute(f"vacuum {store}")
        return removed

    def mark_erased(self, tokens: Collection[str], erased_at: datetime) -> None:
        """Remember that the person of these tokens was erased, without the tokens; of two erasures the later counts."""
        key = read_or_create_key(self._zones.keys, ERASURE_KEY_NAME)
        rows = [(_mark(key, token), _microseconds(erased_at)) for token in sorted(set(tokens))]
        with self._connected() as connection, _transaction(connection):
            connection.executemany(
                "insert into main.erased values (?, ?) on conflict do update set"
                " erased_at = max(erased.erased_at, excluded.erased_at)",
                rows,
            )

    def mark_of(self, token: str) -> str:
        """The mark by which the holder of the key, and nobody else, recognises a token; 32 hex digits."""
        return _mark(read_or_create_key(self._zones.keys, ERASURE_KEY_NAME), token).hex()

    def erased_marks(self) -> ErasedMarks:
        """The marks of everyone erased so far."""
        with self._connected() as connection:
            rows = connection.execute("select mark, erased_at from main.erased").fetchall()
        key = read_or_create_key(self._zones.keys, ERASURE_KEY_NAME)
        return ErasedMarks(key, {mark: datetime.fromtimestamp(at / 1e6, UTC) for mark, at in rows})

    def expire_once_loaded(self, receipt_ids: Collection[str]) -> None:
        """Remember that landing files hold someone who was erased: each goes as soon as it has its receipt, and goes
        again if it is dropped once more."""
        with self._connected() as connection, _transaction(connection):
            connection.executemany(
                "insert or ignore into main.expiring values (?)", [[receipt_id] for receipt_id in receipt_ids]
            )

    def expiring_files(self) -> set[str]:
        """Receipt ids of landing files that hold someone who was erased."""
        with self._connected() as connection:
            return {receipt_id for [receipt_id] in connection.execute("select receipt_id from main.expiring")}

    def _versions(self, connection: sqlite3.Connection, tokens: pl.Series) -> dict[tuple[str, str], int]:
        """Version kept by token and kind, of those of ``tokens`` that are kept."""
        known: dict[tuple[str, str], int] = {}
        for places, asked in _in_batches(tokens.sort().to_list()):
            rows = connection.execute(f"select token, kind, version from main.entries where token in ({places})", asked)
            known |= {(token.hex(), kind): version for token, kind, version in rows}
        return known

    def _open(self, row: tuple[bytes, str, bytes, bytes, str], masters: dict[str, AESSIV]) -> tuple[str, str, str]:
        token, kind, sealed, wrapped, master_key_id = row
        if master_key_id not in masters:
            masters[master_key_id] = AESSIV(find_key(self._zones.keys, MASTER_KEY_NAME, master_key_id).secret)
        context = token + kind.encode()
        try:
            data_key = masters[master_key_id].decrypt(wrapped, [context])
            plain = AESGCM(data_key).decrypt(_NONCE, sealed, context)
        except InvalidTag as error:
            raise VaultError(
                f"an entry of kind {kind} does not open: restore the files with entries and data keys of one moment"
            ) from error
        return token.hex(), kind, plain.decode("utf-8", "surrogatepass")

    def _write_audit(self, **what: Any) -> None:
        """Append one line, on disk before the reader gets anything."""
        line = json.dumps({"at": datetime.now(UTC).isoformat(timespec="milliseconds"), **what}, ensure_ascii=False)
        handle = os.open(self._zones.vault / "audit.jsonl", os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
        try:
            os.write(handle, f"{line}\n".encode())
            os.fsync(handle)
        finally:
            os.close(handle)

    @contextmanager
    def _connected(self) -> Iterator[sqlite3.Connection]:
        """A connection to both stores, made if they are not there."""
        is_new = [_make_private(path) for path in (self._entries, self._data_keys)]
        with closing(sqlite3.connect(self._entries, timeout=_WAIT_SECONDS, isolation_level=None)) as connection:
            connection.execute("attach ? as keys", [str(self._data_keys)])
            connection.execute("pragma secure_delete = on")
            for store in ("main", "keys"):
                connection.execute(f"pragma {store}.journal_mode = truncate")
            if any(is_new):
                with _transaction(connection):
                    for statement in (*_ENTRIES_TABLES.split(";"), *_DATA_KEYS_TABLE.split(";")):
                        connection.execute(statement)
            yield connection


def _in_batches(tokens: Sequence[str]) -> Iterator[tuple[str, list[bytes]]]:
    """Placeholders and values for ``in (...)``, as many at once as SQLite takes with room to spare."""
    for first in range(0, len(tokens), _ASKED_AT_ONCE):
        batch = [bytes.fromhex(token) for token in tokens[first : first + _ASKED_AT_ONCE]]
        yield ", ".join("?" * len(batch)), batch


def _make_private(path: Path) -> bool:
    """See to it that a store is there and nobody else's; true if it has no tables yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        for folder in (path.parent.parent, path.parent):
            folder.chmod(0o700)
        os.close(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600))
        sync_folder(path.parent)
    return path.stat().st_size == 0


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Both stores change or neither does."""
    connection.execute("begin immediate")
    try:
        yield
    except BaseException:
        connection.execute("rollback")
        raise
    connection.execute("commit")


def _canonical(kind: EntryKind, text: str) -> str:
    """The one spelling of an identifier that is kept, so that it does not depend on which one came first."""
    return text.strip() if kind == "name" else normalise_identifier(kind, text)


def _mark(key: Key, token: str) -> bytes:
    return hmac.digest(key.secret, b"erased\x00" + token.encode(), "sha256")[:16]


def _microseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1e6)
