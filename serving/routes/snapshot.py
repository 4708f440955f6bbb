"""What the published snapshot holds."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from serving.answers import SnapshotQuestion
from serving.problems import problem_responses
from serving.reading import PinnedReading
from warehouse.snapshot_manifest import Manifest

router = APIRouter(tags=["snapshot"])


@router.get("/snapshot", summary="Manifest of the snapshot", responses=problem_responses(401, 410, 422, 503))
def snapshot(_question: Annotated[SnapshotQuestion, Query()], reading: PinnedReading) -> Manifest:
    """Tables with columns, units, grades, rows and checksums; as-of day; code revision; results of the checks."""
    reading.stop_if_unchanged()
    return reading.snapshot.manifest
