"""One publication: see that the gate is green, write the tables aside, look at what readers would get, switch."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from datetime import datetime
from pathlib import Path

from assets.publication.plan import PublicationError, plan_tables
from assets.publication.privacy import check_privacy
from assets.publication.revision import code_revision
from assets.publication.writing import read_as_of_date, write_tables
from quality.results import CheckResult, current_results, failed
from quality.suite import discover_suites
from warehouse.engine import readable_warehouse
from warehouse.settings import Settings
from warehouse.snapshot_manifest import QualityResult
from warehouse.snapshot_writing import building_snapshot
from warehouse.snapshots import Snapshot


def publish_snapshot(
    settings: Settings, dbt_manifest_path: Path, *, run_id: str | None = None, now: datetime | None = None
) -> Snapshot:
    """Publish the marts as they are in the warehouse now and make them current.

    Args:
        settings: the deployment.
        dbt_manifest_path: ``manifest.json`` of the dbt project that built the marts.
        run_id: the run this is part of; results that the gate found in it count as current.
        now: time of publication (the clock unless given).

    Raises:
        PublicationError: a ``fail`` check failed or was not run on this warehouse, or a mart cannot be published, or
            would be in a file that it is too sensitive for. Readers keep the snapshot they have.
        WarehouseNotBuiltError: dbt has not built a warehouse yet.
    """
    results = current_results(settings, run_id)
    _require_green(results, _blocking_checks())
    tables = plan_tables(json.loads(dbt_manifest_path.read_text(encoding="utf-8")))
    with readable_warehouse(settings) as warehouse_file:
        as_of_date = read_as_of_date(warehouse_file)
        with building_snapshot(settings.zones) as draft:
            written = write_tables(warehouse_file, tables, draft.folder)
            check_privacy(draft.folder, tables)
            return draft.publish(
                tables=written,
                as_of_date=as_of_date,
                code_revision=code_revision(),
                quality=[_for_manifest(result) for result in results],
                keep=settings.snapshots_kept,
                now=now,
            )


def _blocking_checks() -> set[tuple[str, str]]:
    return {
        (suite.table, check.name) for suite in discover_suites() for check in suite.checks if check.severity == "fail"
    }


def _require_green(results: Sequence[CheckResult], required: Collection[tuple[str, str]]) -> None:
    broken = failed(results)
    if broken:
        found = "; ".join(f"{result.table}.{result.check}: {result.observed}" for result in broken)
        raise PublicationError(f"{len(broken)} checks failed, so readers keep the snapshot they have. {found}")
    missing = sorted(set(required) - {(result.table, result.check) for result in results})
    if missing:
        names = ", ".join(f"{table}.{check}" for table, check in missing[:5])
        raise PublicationError(
            f"{len(missing)} checks have no result for the warehouse as it is now ({names} ...); run the quality gate"
            " after dbt, then publish"
        )


def _for_manifest(result: CheckResult) -> QualityResult:
    return QualityResult(result.table, result.check, result.severity, result.passed, result.observed)
