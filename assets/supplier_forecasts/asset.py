"""The suppliers' forecast files as a Dagster asset."""

import dagster as dg

from assets.freshness import DAILY_FRESHNESS
from assets.publication.asset import SNAPSHOT_KEY
from assets.supplier_forecasts.exporting import export_supplier_forecasts
from warehouse.settings import Settings
from warehouse.snapshots import open_current


def build_supplier_forecast_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """The asset ``supplier_forecasts``, downstream of the published snapshot: suppliers see what management sees."""

    @dg.asset(
        key=dg.AssetKey(["supplier_forecasts"]),
        deps=[SNAPSHOT_KEY, dg.AssetKey(["fct_supplier_forecasts"]), dg.AssetKey(["dim_suppliers"])],
        group_name="supply",
        owners=["team:supply"],
        kinds={"parquet", "csv"},
        description=(
            "One Parquet and one CSV file per supplier with the packs it is expected to be asked for, week by week and"
            " article by article, in exports/suppliers/<as-of day>/. Nothing about persons is in them."
        ),
        freshness_policy=DAILY_FRESHNESS,
    )
    def supplier_forecasts() -> dg.MaterializeResult:
        """Write the files from the current snapshot, and show what was written."""
        snapshot = open_current(settings.zones)
        export = export_supplier_forecasts(settings.zones, snapshot, keep=settings.exports_kept)
        return dg.MaterializeResult(
            metadata={
                "snapshot_id": snapshot.snapshot_id,
                "as_of_date": snapshot.manifest.as_of_date.isoformat(),
                "suppliers": export.suppliers,
                "dagster/row_count": export.rows,
                "folder": dg.MetadataValue.path(export.folder),
            },
            data_version=dg.DataVersion(snapshot.snapshot_id),
        )

    return [supplier_forecasts]
