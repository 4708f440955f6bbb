"""The published snapshot as a Dagster asset."""

from collections.abc import Sequence
from pathlib import Path

import dagster as dg

from assets.freshness import DAILY_FRESHNESS
from assets.models import WAREHOUSE_POOL
from assets.publication.publishing import publish_snapshot
from warehouse.settings import Settings

SNAPSHOT_KEY = dg.AssetKey(["published", "snapshot"])


def build_publication_assets(
    settings: Settings, mart_keys: Sequence[dg.AssetKey], manifest_path: Path
) -> list[dg.AssetsDefinition]:
    """The asset ``published/snapshot``, downstream of every mart and so of their blocking checks.

    Args:
        settings: the deployment to publish in.
        mart_keys: asset keys of the marts.
        manifest_path: ``manifest.json`` of the dbt project.
    """

    @dg.asset(
        key=SNAPSHOT_KEY,
        deps=list(mart_keys),
        group_name="publication",
        owners=["team:platform"],
        kinds={"duckdb", "parquet"},
        description=(
            "What readers open: the marts as read-only DuckDB and Parquet files with a manifest, switched in one step"
            " after the checks pass. Tables that name nobody are in warehouse.duckdb, person-level ones in"
            " persons.duckdb."
        ),
        freshness_policy=DAILY_FRESHNESS,
        # It reads the warehouse file, so dbt must not be writing it meanwhile.
        pool=WAREHOUSE_POOL,
    )
    def published_snapshot(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        """Publish, and show in Dagster what was published."""
        snapshot = publish_snapshot(settings, manifest_path, run_id=context.run.run_id)
        manifest = snapshot.manifest
        warnings = [f"{result.table}.{result.check}" for result in manifest.quality if not result.passed]
        return dg.MaterializeResult(
            metadata={
                "snapshot_id": manifest.snapshot_id,
                "as_of_date": manifest.as_of_date.isoformat(),
                "code_revision": manifest.code_revision,
                "dagster/row_count": sum(table.rows for table in manifest.tables),
                "tables": dg.MetadataValue.md(
                    "\n".join(
                        ["| table | file | rows | grade |", "|---|---|---|---|"]
                        + [
                            f"| {table.name} | {table.database} | {table.rows} | {table.grade} |"
                            for table in manifest.tables
                        ]
                    )
                ),
                "warnings": warnings,
                "folder": dg.MetadataValue.path(snapshot.folder),
            },
            data_version=dg.DataVersion(manifest.snapshot_id),
        )

    return [published_snapshot]
