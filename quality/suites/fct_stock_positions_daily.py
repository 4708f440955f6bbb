"""Gate of the daily stock: days join up, and every ranged product is there each day."""

from quality.expectations import (
    as_of_day_present,
    complete,
    no_day_missing,
    not_empty,
    nothing_wrong,
    unique_key,
    usual_volume,
    within_threshold,
)
from quality.suite import Suite

SUITE = Suite(
    "fct_stock_positions_daily",
    (
        not_empty(),
        unique_key("business_date", "location_id", "sku_id"),
        as_of_day_present("business_date"),
        no_day_missing("business_date"),
        usual_volume("business_date"),
        complete("is_stocked_out"),
        nothing_wrong(
            "closing_is_opening_of_next_day",
            "What a location closes with is what it opens with the next day",
            """select 1 from {batch} as today join {batch} as tomorrow
                on today.location_id = tomorrow.location_id and today.sku_id = tomorrow.sku_id
                and today.business_date + 1 = tomorrow.business_date
            where today.closing_quantity <> tomorrow.opening_quantity""",
            reason="Nothing moves at midnight; a step is a day computed from other movements than its neighbour.",
        ),
        nothing_wrong(
            "movements_explain_the_day",
            "Closing stock is opening stock plus what was received, less what was sold, plus the rest",
            """select 1 from {batch} where closing_quantity
            <> opening_quantity + received_quantity - sold_quantity + other_quantity""",
            reason="The four quantities are a partition of the day's movements.",
        ),
        nothing_wrong(
            "sellable_within_stock",
            "No more is sellable than is there",
            """select 1 from {batch} where sellable_closing_quantity > greatest(closing_quantity, 0)
            or sellable_minimum_quantity > sellable_opening_quantity""",
            reason="Sellable stock is the part of the stock that has not expired.",
        ),
        within_threshold(
            "negative_share",
            "The share of positions with negative book stock on the as-of day is not above what is usual",
            """select 1 from {batch} where business_date = {as_of}
            having avg((closing_quantity < 0)::int) > {threshold}""",
        ),
        within_threshold(
            "stocked_out_share",
            "The share of ranged positions stocked out on the as-of day is not above what is believable",
            """select 1 from {batch} where business_date = {as_of} and is_ranged
            having avg(is_stocked_out::int) > {threshold}""",
        ),
    ),
)
