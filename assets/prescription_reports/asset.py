"""The regulator's report as a Dagster asset."""

import dagster as dg

from assets.freshness import DAILY_FRESHNESS
from assets.prescription_reports.reporting import write_report
from assets.publication.asset import SNAPSHOT_KEY
from warehouse.settings import Settings
from warehouse.snapshots import open_current


def build_prescription_report_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """The asset ``prescription_reports``, downstream of the published snapshot: what is reported passed the checks."""

    @dg.asset(
        key=dg.AssetKey(["prescription_reports"]),
        deps=[SNAPSHOT_KEY, dg.AssetKey(["fct_prescription_audits"]), dg.AssetKey(["dim_stores"])],
        group_name="compliance",
        owners=["team:compliance"],
        kinds={"csv"},
        description=(
            "The prescription lines that the regulator has not been told of yet, and corrections of those it has, in"
            " exports/regulator/<as-of day>/<region>-<number>.csv. Each line is told once; files are never changed."
            " Nobody is named in them."
        ),
        freshness_policy=DAILY_FRESHNESS,
    )
    def prescription_reports() -> dg.MaterializeResult:
        """Write the files from the current snapshot, and show what was written."""
        snapshot = open_current(settings.zones)
        report = write_report(settings.zones, snapshot)
        return dg.MaterializeResult(
            metadata={
                "snapshot_id": snapshot.snapshot_id,
                "as_of_date": snapshot.manifest.as_of_date.isoformat(),
                "files": len(report.files),
                "dagster/row_count": sum(report.rows.values()),
                **{f"{kind}_lines": count for kind, count in report.rows.items()},
                "folder": dg.MetadataValue.path(report.folder),
            },
            data_version=dg.DataVersion(snapshot.snapshot_id),
        )

    return [prescription_reports]
