"""What WeCom holds by our doing: which tag is on which contact. Tokens and tag ids only.

It is state, so it lies outside lake and warehouse: what is to be pushed is the difference between the segments of the
current snapshot and this. SQLite, since an entry is written with each contact (a run that is killed goes on where it
was) and overwritten where it lies (``secure_delete``); for an erasure the file is written anew, since pages that were
split keep copies of what moved: no trace of a token stays in it.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable
from contextlib import closing
from pathlib import Path

_WAIT_SECONDS = 60.0
_TABLE = """
create table if not exists tags_on_contacts (
    contact_token text not null, tag_id text not null, is_confirmed integer not null,
    primary key (contact_token, tag_id)
) without rowid
"""


class TagLedger:
    """The ledger of one deployment; durable after each call."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path

    def tags(self, *, confirmed_only: bool = False) -> dict[str, set[str]]:
        """Ids of the tags on each contact by the token of its id, those that a killed push may have put on included."""
        held: dict[str, set[str]] = {}
        with closing(self._connect()) as connection:
            rows = connection.execute(
                "select contact_token, tag_id from tags_on_contacts where is_confirmed >= ?", (int(confirmed_only),)
            )
            for contact, tag in rows:
                held.setdefault(contact, set()).add(tag)
        return held

    def intend(self, added: Iterable[tuple[str, str]]) -> None:
        """Write down contact and tag of what is about to be put on: nothing gets into WeCom that is not in here."""
        with closing(self._connect()) as connection, connection:
            connection.executemany("insert into tags_on_contacts values (?, ?, 0) on conflict do nothing", added)

    def confirm(self, contact_token: str, added: Iterable[str], removed: Iterable[str]) -> None:
        """Write down that WeCom has put tags on a contact and taken others off."""
        with closing(self._connect()) as connection, connection:
            connection.executemany(
                "insert into tags_on_contacts values (?, ?, 1) on conflict do update set is_confirmed = 1",
                [(contact_token, tag) for tag in added],
            )
            connection.executemany(
                "delete from tags_on_contacts where contact_token = ? and tag_id = ?",
                [(contact_token, tag) for tag in removed],
            )

    def forget(self, contact_tokens: Collection[str]) -> int:
        """Drop every entry of these contacts; returns how many there were."""
        with closing(self._connect()) as connection, connection:
            return sum(
                connection.execute("delete from tags_on_contacts where contact_token = ?", (token,)).rowcount
                for token in contact_tokens
            )

    def erase(self, contact_tokens: Collection[str]) -> int:
        """:meth:`forget` these contacts and write the file anew, so that none of its bytes tell of them."""
        forgotten = self.forget(contact_tokens)
        with closing(self._connect()) as connection:
            connection.execute("pragma temp_store = memory")
            connection.execute("vacuum")
        return forgotten

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, timeout=_WAIT_SECONDS)
        connection.execute("pragma secure_delete = on")
        connection.execute(_TABLE)
        return connection
