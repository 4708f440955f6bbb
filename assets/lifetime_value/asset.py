"""The models of customer value as a Dagster asset: reads the warehouse between the dbt steps, writes two lake tables.

Annotations are real here, not texts: Dagster looks at the type of ``context``.
"""

from collections.abc import Iterator

import dagster as dg
import duckdb
import polars as pl

from assets.freshness import DAILY_FRESHNESS
from assets.ingest.asset import lake_key
from assets.lifetime_value.schema import CUSTOMER_LIFETIME_VALUES, LIFETIME_VALUE_MODELS
from assets.lifetime_value.valuation import ValueParameters, valuation
from assets.model_tables import write_model_table
from assets.models import WAREHOUSE_POOL
from warehouse.engine import readable_warehouse
from warehouse.settings import Settings

HISTORIES_MODEL, PARAMETERS_MODEL = "int_people__purchase_histories", "int_people__lifetime_value_parameters"


def read_histories(settings: Settings) -> tuple[pl.DataFrame, ValueParameters]:
    """What dbt has prepared: histories of customers, and the parameters in force."""
    with readable_warehouse(settings) as file, duckdb.connect(str(file), read_only=True) as connection:
        histories, parameters = (connection.table(model).pl() for model in (HISTORIES_MODEL, PARAMETERS_MODEL))
    in_force = parameters.row(0, named=True)
    return histories, ValueParameters(
        monthly_discount_rate=in_force["monthly_discount_rate"],
        least_history_days=in_force["least_history_days"],
        largest_purchase_shape=int(in_force["largest_purchase_shape"]),
    )


def build_lifetime_value_asset(settings: Settings) -> dg.AssetsDefinition:
    """The assets ``lake/customer_lifetime_values`` and ``lake/lifetime_value_models``, made in one step."""

    @dg.multi_asset(
        name="lake__customer_lifetime_values",
        specs=[
            dg.AssetSpec(
                lake_key(table),
                deps=[dg.AssetKey([model]) for model in (HISTORIES_MODEL, PARAMETERS_MODEL)],
                group_name="people",
                owners=["team:people"],
                kinds={"numpy", "parquet"},
                description=description,
                freshness_policy=DAILY_FRESHNESS,
            )
            for table, description in (
                (
                    CUSTOMER_LIFETIME_VALUES,
                    "One row per customer: chance to be still there, orders and discounted margin expected within"
                    " twelve months, with a 95 % interval.",
                ),
                (
                    LIFETIME_VALUE_MODELS,
                    "One row per purchase stream: the models fitted to it and their error in a hold-out period.",
                ),
            )
        ],
        pool=WAREHOUSE_POOL,
    )
    def lifetime_values(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult]:
        """Fit the models to the histories that dbt has prepared and replace both lake tables."""
        histories, parameters = read_histories(settings)
        customers, models = valuation(histories, parameters)
        for table, rows in ((CUSTOMER_LIFETIME_VALUES, customers), (LIFETIME_VALUE_MODELS, models)):
            write_model_table(settings.zones, table, rows)
            yield dg.MaterializeResult(asset_key=lake_key(table), metadata={"dagster/row_count": rows.height})
        for stream, model, reason in models.select(
            "purchase_stream", "purchase_model", "not_modelled_reason"
        ).iter_rows():
            context.log.info(f"{stream}: {model or f'no model ({reason})'}")

    return lifetime_values
