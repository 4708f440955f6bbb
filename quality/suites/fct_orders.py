"""Gate of the orders: every valid order, once, with amounts that agree."""

from quality.expectations import (
    as_of_day_present,
    complete,
    known_at_least,
    median_at_least,
    median_at_most,
    no_day_missing,
    not_empty,
    nothing_wrong,
    one_of,
    unique_key,
    usual_volume,
    within_threshold,
)
from quality.suite import Suite

SUITE = Suite(
    "fct_orders",
    (
        not_empty(),
        unique_key("order_id"),
        as_of_day_present("placed_on"),
        no_day_missing("placed_on"),
        usual_volume("placed_on"),
        complete("store_id"),
        one_of(
            "channel",
            ("mini_program", "meituan", "eleme", "jd_daojia", "official_account", "till"),
            reason="The channels the chain sells through; an unknown one would be neither online nor offline.",
        ),
        nothing_wrong(
            "every_valid_order_present",
            "The orders here are exactly the valid orders of staging",
            """select order_id from stg_orders__orders full join {batch} as orders using (order_id)
            where stg_orders__orders.store_id is null or orders.store_id is null""",
            reason="An order that passed the door and is not here is lost revenue; one more is invented.",
        ),
        nothing_wrong(
            "net_sales_are_paid_less_refunds",
            "Net sales are what was paid less what was refunded, to the cent",
            """select 1 from {batch} where is_completed
            and net_sales_yuan <> coalesce(paid_yuan, 0) - coalesce(refund_yuan, 0)""",
            reason="The definition of net sales; money is decimal, so no rounding is due.",
        ),
        nothing_wrong(
            "refunds_within_payments",
            "No order gave back more than was paid",
            "select 1 from {batch} where coalesce(refund_yuan, 0) > coalesce(paid_yuan, 0)",
            severity="warn",
            reason="A goodwill payment above the price can be right, but it should be looked at.",
        ),
        nothing_wrong(
            "no_channel_fell_silent",
            "Every channel with orders on each of the seven days before has some on the as-of day",
            """select channel from {batch} where placed_on between {as_of} - 7 and {as_of} group by channel
            having count(distinct placed_on) filter (where placed_on < {as_of}) = 7
                and count(*) filter (where placed_on = {as_of}) = 0""",
            severity="warn",
            reason="A platform whose export stopped looks like a day without demand there.",
        ),
        known_at_least("customer_token"),
        median_at_least("paid_yuan"),
        median_at_most("paid_yuan"),
        within_threshold(
            "cancelled_share",
            "The share of cancelled orders in the last seven days is not above what is usual",
            """select 1 from {batch} where placed_on > {as_of} - 7
            having avg((cancelled_by is not null)::int) > {threshold}""",
        ),
    ),
)
