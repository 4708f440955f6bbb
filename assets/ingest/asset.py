"""The feeds as Dagster assets: landing folders as external assets, lake tables as one multi-asset per feed.

Annotations are real here, not texts: Dagster looks at the type of ``context``.
"""

import logging
from collections.abc import Iterator
from datetime import date

import dagster as dg

from assets.feeds import FEEDS
from assets.feeds.base import Feed
from assets.freshness import DAILY_FRESHNESS
from assets.ingest.engine import IngestKeys, ingest_days
from assets.ingest.summary import IngestSummary
from assets.ingest.tables import ERASED_TABLE, RECEIPTS_TABLE
from warehouse.settings import Settings

GROUP = "ingest"
LANDING_GROUP = "landing"
_MAX_NAMED_FILES = 50


def landing_key(feed: Feed) -> dg.AssetKey:
    """Key of a feed's landing folder."""
    return dg.AssetKey(["landing", feed.name])


def lake_key(table: str) -> dg.AssetKey:
    """Key of a lake table."""
    return dg.AssetKey(["lake", table])


def build_landing_specs() -> list[dg.AssetSpec]:
    """External assets: the landing folder of each feed, written by the outside world."""
    return [
        dg.AssetSpec(
            landing_key(feed),
            description=f"{feed.description}. Files as received; never changed.",
            group_name=LANDING_GROUP,
            owners=[feed.owner],
            kinds={"file"},
            tags={"feed": feed.name},
        )
        for feed in FEEDS.values()
    ]


def build_ingest_assets(
    settings: Settings, partitions_def: dg.PartitionsDefinition | None
) -> list[dg.AssetsDefinition]:
    """One multi-asset per feed that loads its lake tables by arrival day, with its checks, and the specs of receipts
    and quarantine, which every feed writes, and of the counts that erasures leave."""
    ingest = [_build_feed_asset(settings, feed, partitions_def) for feed in FEEDS.values()]
    receipts = dg.AssetSpec(
        lake_key(RECEIPTS_TABLE),
        deps=[landing_key(feed) for feed in FEEDS.values()],
        description="One row per landing file received, written when the file is loaded.",
        group_name=GROUP,
        owners=["team:platform"],
        kinds={"parquet"},
    )
    quarantine = dg.AssetSpec(
        dg.AssetKey(["quarantine", "records"]),
        deps=[landing_key(feed) for feed in FEEDS.values()],
        description="One row per record refused at the door: file, position, rule; the raw text is encrypted.",
        group_name=GROUP,
        owners=["team:platform"],
        kinds={"parquet"},
    )
    erased = dg.AssetSpec(
        lake_key(ERASED_TABLE),
        description="One row per landing file and erasure that took records of a person out again; names nobody.",
        group_name=GROUP,
        owners=["team:platform"],
        kinds={"parquet"},
    )
    return [*ingest, dg.AssetsDefinition(specs=[receipts, quarantine, erased])]


def _build_feed_asset(
    settings: Settings, feed: Feed, partitions_def: dg.PartitionsDefinition | None
) -> dg.AssetsDefinition:
    specs = [
        dg.AssetSpec(
            lake_key(table.name),
            deps=[landing_key(feed)],
            description=f"{(table.schema.__doc__ or feed.description).splitlines()[0]} From: {feed.description}.",
            group_name=GROUP,
            owners=[feed.owner],
            kinds={"polars", "parquet"},
            freshness_policy=DAILY_FRESHNESS,
            tags={"feed": feed.name},
            metadata={"dagster/column_schema": _column_schema(table.lake_schema)},
        )
        for table in feed.tables
    ]
    first = lake_key(feed.tables[0].name)
    checks = [
        dg.AssetCheckSpec("files_readable", asset=first, description="Every landing file could be read."),
        dg.AssetCheckSpec("records_valid", asset=first, description="No record was quarantined."),
        dg.AssetCheckSpec("no_drift", asset=first, description="No landing file has columns the feed does not know."),
    ]

    @dg.multi_asset(
        name=f"ingest_{feed.name}",
        specs=specs,
        check_specs=checks,
        partitions_def=partitions_def,
        backfill_policy=dg.BackfillPolicy.single_run(),
        description=f"Loads {feed.description[0].lower()}{feed.description[1:]}.",
    )
    def ingest_feed(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult | dg.AssetCheckResult]:
        first_day, last_day = _days(context)
        zones = settings.zones
        logger = logging.getLogger(f"assets.ingest.{feed.name}")
        handler = _DagsterHandler(context.log)
        logger.addHandler(handler)
        logger.propagate = False
        logger.setLevel(logging.INFO)
        try:
            summary = ingest_days(zones, IngestKeys.load(zones), [feed], first_day, last_day, logger)[feed.name]
        finally:
            logger.removeHandler(handler)
        for table in feed.tables:
            yield dg.MaterializeResult(asset_key=lake_key(table.name), metadata=_metadata(summary))
        yield from _check_results(first, summary)

    return ingest_feed


class _DagsterHandler(logging.Handler):
    """Passes the engine's log records on to the log of the run."""

    def __init__(self, run_log: dg.DagsterLogManager) -> None:
        super().__init__()
        self._run_log = run_log

    def emit(self, record: logging.LogRecord) -> None:
        self._run_log.log(record.levelno, record.getMessage())


def _days(context: dg.AssetExecutionContext) -> tuple[date, date]:
    """First and last arrival day of the run."""
    keys = context.partition_key_range if context.has_partition_key_range else None
    first, last = (keys.start, keys.end) if keys else (context.partition_key, context.partition_key)
    return date.fromisoformat(first), date.fromisoformat(last)


def _metadata(summary: IngestSummary) -> dict[str, dg.MetadataValue]:
    return {
        "files": dg.MetadataValue.int(len(summary.files)),
        "new_files": dg.MetadataValue.int(summary.new_files),
        "unreadable_files": dg.MetadataValue.int(len(summary.unreadable)),
        "received": dg.MetadataValue.int(summary.received),
        "valid": dg.MetadataValue.int(summary.valid),
        "quarantined": dg.MetadataValue.int(summary.quarantined),
        "seconds": dg.MetadataValue.float(round(summary.seconds, 3)),
        "unknown_columns": dg.MetadataValue.json(summary.unknown_columns),
    }


def _check_results(asset_key: dg.AssetKey, summary: IngestSummary) -> Iterator[dg.AssetCheckResult]:
    """The three checks of a feed; none of them stops the run, a bad file must not hold up the good ones."""
    unreadable = dict(list(summary.unreadable.items())[:_MAX_NAMED_FILES])
    yield dg.AssetCheckResult(
        check_name="files_readable",
        asset_key=asset_key,
        passed=not unreadable,
        severity=dg.AssetCheckSeverity.ERROR,
        description="; ".join(f"{name}: {reason}" for name, reason in unreadable.items())
        or "Every file could be read.",
        metadata={"unreadable": dg.MetadataValue.json(unreadable), "ignored": dg.MetadataValue.json(summary.ignored)},
    )
    rules = ", ".join(f"{rule} {count}" for rule, count in summary.rules.items())
    yield dg.AssetCheckResult(
        check_name="records_valid",
        asset_key=asset_key,
        passed=summary.quarantined == 0,
        severity=dg.AssetCheckSeverity.WARN,
        description=(
            f"{summary.quarantined} of {summary.received} records quarantined ({rules}); repair them with "
            "python -m assets.ingest.replay"
            if summary.quarantined
            else "No record was quarantined."
        ),
        metadata={"rules": dg.MetadataValue.json(summary.rules)},
    )
    unknown = ", ".join(summary.unknown_columns)
    yield dg.AssetCheckResult(
        check_name="no_drift",
        asset_key=asset_key,
        passed=not unknown,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"Unknown columns kept aside: {unknown}." if unknown else "No unknown columns.",
        metadata={"unknown_columns": dg.MetadataValue.json(summary.unknown_columns)},
    )


def _column_schema(schema: dict) -> dg.TableSchema:
    return dg.TableSchema(columns=[dg.TableColumn(name, str(dtype)) for name, dtype in schema.items()])
