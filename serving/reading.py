"""One request, one snapshot: opened once, named in the answer, and the base of its ETag."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

import duckdb
from fastapi import Depends, Request, Response

from serving.problems import NotModifiedError, Problem
from warehouse.settings import Settings
from warehouse.snapshots import NoSnapshotError, Snapshot, open_current, open_snapshot

ANSWER_FORMAT = "1"
"""Part of every ETag; counts up when answers change their shape, so that no caller keeps an old one."""


@dataclass(frozen=True)
class Reading:
    """A request's view of the data."""

    snapshot: Snapshot
    connection: duckdb.DuckDBPyConnection
    """Read-only, on the tables that name nobody; closed when the request ends."""
    request: Request

    @property
    def snapshot_id(self) -> str:
        """Id of the pinned snapshot."""
        return self.snapshot.snapshot_id

    @property
    def as_of_date(self) -> date:
        """Last arrival day in it."""
        return self.snapshot.manifest.as_of_date

    @property
    def etag(self) -> str:
        """Strong validator: same snapshot and same question, same answer."""
        question = urlencode(sorted(self.request.query_params.multi_items()))
        key = "\n".join((ANSWER_FORMAT, self.snapshot_id, self.request.url.path, question))
        return f'"{hashlib.sha256(key.encode()).hexdigest()[:32]}"'

    @property
    def headers(self) -> dict[str, str]:
        """Headers of every answer read from the snapshot."""
        return {
            "X-Snapshot-Id": self.snapshot_id,
            "ETag": self.etag,
            "Cache-Control": "private, no-cache",
            "Vary": "X-API-Key",
        }

    def stop_if_unchanged(self) -> None:
        """Raise :class:`NotModifiedError` when the caller's ``If-None-Match`` names this answer.

        Call it once the question is known to be valid and before the costly part of the answer.
        """
        known = [tag.strip().removeprefix("W/") for tag in self.request.headers.get("if-none-match", "").split(",")]
        if self.etag in known or "*" in known:
            raise NotModifiedError(self.headers)


def _pin(request: Request, response: Response) -> Iterator[Reading]:
    settings: Settings = request.app.state.settings
    asked = request.query_params.get("snapshot_id")
    try:
        snapshot = open_snapshot(settings.zones, asked) if asked else open_current(settings.zones)
    except NoSnapshotError:
        if not asked:
            raise
        raise Problem(
            410,
            "snapshot-expired",
            "That snapshot is not there any more",
            f"no snapshot {asked}",
            "Leave out snapshot_id to read the current one; when paging, start again from the first page.",
        ) from None
    request.state.snapshot = snapshot
    with snapshot.connect() as connection:
        reading = Reading(snapshot, connection, request)
        response.headers.update(reading.headers)
        yield reading


PinnedReading = Annotated[Reading, Depends(_pin)]
"""Dependency: the request's :class:`Reading`."""
