"""Whether the service runs: for load balancers and people, without a key."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from serving.answers import Health
from warehouse.snapshots import NoSnapshotError, open_current

router = APIRouter(tags=["service"])


@router.get("/health", summary="Does the service run, and on which snapshot?")
def health(request: Request, response: Response) -> Health:
    """Needs no key. Answers 200 even if nothing is published: the service itself is well, only `status` differs."""
    response.headers["Cache-Control"] = "no-store"
    try:
        snapshot = open_current(request.app.state.settings.zones)
    except NoSnapshotError:
        return Health(status="no_snapshot", snapshot_id=None, as_of_date=None)
    response.headers["X-Snapshot-Id"] = snapshot.snapshot_id
    return Health(status="ok", snapshot_id=snapshot.snapshot_id, as_of_date=snapshot.manifest.as_of_date)
