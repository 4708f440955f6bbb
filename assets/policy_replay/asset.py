"""The replay as a Dagster asset: reads the warehouse between the dbt steps, writes one lake table.

Annotations are real here, not texts: Dagster looks at the type of ``context``.
"""

import dagster as dg
import duckdb
import polars as pl

from assets.freshness import DAILY_FRESHNESS
from assets.ingest.asset import lake_key
from assets.model_tables import write_model_table
from assets.models import WAREHOUSE_POOL
from assets.policy_replay.engine import replay
from assets.policy_replay.inputs import ReplayTables, outcome_rows, replay_case
from assets.policy_replay.schema import POLICY_REPLAYS, POLICY_REPLAYS_SCHEMA
from warehouse.engine import readable_warehouse
from warehouse.settings import Settings

SERIES_MODEL, DAYS_MODEL, LOTS_MODEL = (
    "int_supply__replay_series",
    "int_supply__replay_days",
    "int_supply__replay_opening_lots",
)


def read_replay_tables(settings: Settings) -> ReplayTables:
    """What dbt has prepared for the replay."""
    with readable_warehouse(settings) as file, duckdb.connect(str(file), read_only=True) as connection:
        return ReplayTables(*(connection.table(model).pl() for model in (SERIES_MODEL, DAYS_MODEL, LOTS_MODEL)))


def replay_policies(tables: ReplayTables) -> pl.DataFrame:
    """Every policy replayed over the tables' window, as rows of the lake table; none where there is no window yet."""
    if tables.days.is_empty():
        return pl.DataFrame(schema=POLICY_REPLAYS_SCHEMA)
    case = replay_case(tables)
    return pl.concat(
        outcome_rows(policy_code, case.keys, replay(case.world, levels))
        for policy_code, levels in case.policies.items()
    )


def build_policy_replay_asset(settings: Settings) -> dg.AssetsDefinition:
    """The asset ``lake/policy_replays``."""

    @dg.asset(
        key=lake_key(POLICY_REPLAYS),
        deps=[dg.AssetKey([model]) for model in (SERIES_MODEL, DAYS_MODEL, LOTS_MODEL)],
        group_name="supply",
        owners=["team:supply"],
        kinds={"numpy", "parquet"},
        description=(
            "One row per policy x location x SKU: what each reorder policy would have brought over the replay window,"
            " day by day with the same demand, lead times and starting stock."
        ),
        freshness_policy=DAILY_FRESHNESS,
        pool=WAREHOUSE_POOL,
    )
    def policy_replays(context: dg.AssetExecutionContext) -> dg.MaterializeResult:
        """Replay the window that dbt has prepared and replace the lake table."""
        tables = read_replay_tables(settings)
        rows = replay_policies(tables)
        write_model_table(settings.zones, POLICY_REPLAYS, rows)
        context.log.info(f"Replayed {tables.series.height} series over {tables.days['business_date'].n_unique()} days")
        return dg.MaterializeResult(
            metadata={
                "dagster/row_count": rows.height,
                "series": tables.series.height,
                "days": tables.days["business_date"].n_unique(),
            }
        )

    return policy_replays
