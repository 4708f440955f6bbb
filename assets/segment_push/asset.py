"""Segments on their way out as Dagster assets: the daily difference as files, and tags in WeCom."""

import dagster as dg
import polars as pl

from assets.freshness import DAILY_FRESHNESS
from assets.identity.schema import PERSON_IDENTIFIERS
from assets.ingest.asset import lake_key
from assets.models import DBT_PROJECT_DIR
from assets.publication.asset import SNAPSHOT_KEY
from assets.segment_push.exporting import export_segment_changes
from assets.segment_push.pushing import is_push_on, push_segments
from warehouse.settings import Settings
from warehouse.snapshots import open_current

SEGMENTS_KEY = dg.AssetKey(["fct_person_segments"])
SEGMENTS_SEED = DBT_PROJECT_DIR / "seeds" / "people" / "segments.csv"


def segment_names() -> list[str]:
    """Chinese names of all segments; dbt reads the same file as a seed."""
    return pl.read_csv(SEGMENTS_SEED, infer_schema=False)["segment_name_zh"].unique().sort().to_list()


def build_segment_push_assets(settings: Settings) -> list[dg.AssetsDefinition]:
    """The assets ``segment_changes`` and ``wecom_tags``, downstream of the published snapshot."""

    @dg.asset(
        key=dg.AssetKey(["segment_changes"]),
        deps=[SNAPSHOT_KEY, SEGMENTS_KEY],
        group_name="people",
        owners=["team:people"],
        kinds={"parquet", "csv"},
        description=(
            "Who came into which segment and who left it since the as-of day before, by tokens, in"
            " exports/segments/<as-of day>/. Person-level: for services that may read persons.duckdb."
        ),
        freshness_policy=DAILY_FRESHNESS,
    )
    def segment_changes() -> dg.MaterializeResult:
        """Write the files from the current snapshot, and show what was written."""
        snapshot = open_current(settings.zones)
        export = export_segment_changes(settings.zones, snapshot, keep=settings.exports_kept)
        return dg.MaterializeResult(
            metadata={
                "snapshot_id": snapshot.snapshot_id,
                "as_of_date": snapshot.manifest.as_of_date.isoformat(),
                "changed_since": str(export.changed_since),
                "dagster/row_count": export.added + export.removed,
                "folder": dg.MetadataValue.path(export.folder),
            },
            data_version=dg.DataVersion(snapshot.snapshot_id),
        )

    @dg.asset(
        key=dg.AssetKey(["wecom_tags"]),
        deps=[SNAPSHOT_KEY, SEGMENTS_KEY, lake_key(PERSON_IDENTIFIERS)],
        group_name="people",
        owners=["team:people"],
        kinds={"api"},
        description=(
            "Tags of WeCom's external contacts, brought to the segments of those who allow marketing: only what differs"
            " from what was pushed. Off unless WECOM_CORP_ID and WECOM_SECRET are set."
        ),
        freshness_policy=DAILY_FRESHNESS,
    )
    def wecom_tags(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        """Push, and show in Dagster how many contacts it was; who they are is nowhere in the run."""
        if not is_push_on(settings):
            context.log.info("Nothing pushed: WECOM_CORP_ID and WECOM_SECRET are not set")
            return dg.MaterializeResult(metadata={"push": "off"})
        snapshot = open_current(settings.zones)
        identifiers = pl.read_parquet(settings.zones.lake / PERSON_IDENTIFIERS / "*.parquet")
        pushed = push_segments(settings, snapshot, identifiers, segment_names())
        if pushed.unknown or pushed.sealed:
            context.log.warning(
                f"{pushed.unknown} contacts are not known to WeCom, {pushed.sealed} cannot be looked up in the vault"
            )
        return dg.MaterializeResult(
            metadata={
                "push": "on",
                "snapshot_id": snapshot.snapshot_id,
                "contacts": pushed.contacts,
                "tags_added": pushed.added,
                "tags_removed": pushed.removed,
                "contacts_unknown": pushed.unknown,
                "contacts_sealed": pushed.sealed,
            },
            data_version=dg.DataVersion(snapshot.snapshot_id),
        )

    return [segment_changes, wecom_tags]
