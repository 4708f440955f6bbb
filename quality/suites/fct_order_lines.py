"""Gate of the order lines: they add up to their orders."""

from quality.expectations import (
    as_of_day_present,
    between,
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
    "fct_order_lines",
    (
        not_empty(),
        unique_key("order_id", "line_number"),
        as_of_day_present("placed_on"),
        no_day_missing("placed_on"),
        usual_volume("placed_on"),
        complete("sku_id"),
        between("quantity", 1, None, reason="The door lets no line without goods through."),
        nothing_wrong(
            "line_counts_equal_orders",
            "Every order has as many lines here as it says, and no line is without its order",
            """with lines as (select order_id, count(*) as line_count from {batch} group by order_id)
            select order_id from fct_orders full join lines using (order_id)
            where fct_orders.line_count is distinct from lines.line_count""",
            reason="A line lost on the way takes its sale and its prescription check with it.",
        ),
        nothing_wrong(
            "lines_sum_to_orders",
            "The lines of each paid order sum to what was paid plus the coupon, to the cent",
            """with lines as (select order_id, sum(net_line_yuan) as yuan from {batch} group by order_id)
            select order_id from fct_orders join lines using (order_id)
            where fct_orders.paid_on is not null
                and lines.yuan <> fct_orders.paid_yuan + coalesce(fct_orders.coupon_yuan, 0)""",
            reason="The door checked this on every document; a difference was made in the warehouse.",
        ),
        within_threshold(
            "lines_per_order",
            "Orders have no more lines on average than is usual",
            "select 1 from {batch} having count(*) > {threshold} * count(distinct order_id)",
        ),
    ),
)
