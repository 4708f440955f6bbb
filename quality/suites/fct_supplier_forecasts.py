"""Gate of what suppliers are told: the files that leave the house are made of this table alone."""

from quality.expectations import (
    as_of_day_present,
    complete,
    not_empty,
    nothing_wrong,
    unique_key,
    within_threshold,
)
from quality.suite import Suite

SUITE = Suite(
    "fct_supplier_forecasts",
    (
        not_empty(),
        unique_key("supplier_id", "sku_id", "week_start_date"),
        as_of_day_present("as_of_date"),
        complete("forecast_quantity"),
        nothing_wrong(
            "no_week_missing",
            "Every supplier has the same weeks for each of its articles, one after the other",
            """select supplier_id, sku_id from {batch} group by all
            having count(*) <> (select count(distinct week_start_date) from {batch})
                or max(week_start_date) - min(week_start_date) <> 7 * (count(*) - 1)""",
            reason="A week left out reads as a week without need.",
        ),
        nothing_wrong(
            "shares_add_up",
            "The shares of an article over its suppliers add up to the whole",
            """select sku_id, week_start_date from {batch} group by all having abs(sum(supply_share) - 1) > 1e-9""",
            reason="A part that nobody is told of will not be produced; 1e-9 is rounding of doubles.",
        ),
        within_threshold(
            "far_from_sales",
            "An average week of the forecast is not far from an average week of the last four that were sold",
            """with told as (
                select sum(forecast_quantity)::double / count(distinct week_start_date) as packs from {batch}
            ), sold as (
                select sum(sold_quantity)::double / 4 as packs, count(distinct business_date) as days
                from fct_stock_positions_daily where business_date between {as_of} - 27 and {as_of}
            )
            select 1 from told, sold where days = 28
                and (told.packs > sold.packs * {threshold} or told.packs * {threshold} < sold.packs)""",
        ),
    ),
)
