"""Gate of the deliveries: what the 30-minute and promise rates are counted from.

No check on days: a small chain may have a day without deliveries, and a lost one shows against the orders.
"""

from quality.expectations import (
    between,
    complete,
    median_at_least,
    median_at_most,
    not_empty,
    nothing_wrong,
    one_of,
    unique_key,
    usual_volume,
    within_threshold,
)
from quality.suite import Suite

SUITE = Suite(
    "fct_deliveries",
    (
        not_empty(),
        unique_key("order_id"),
        usual_volume("placed_on"),
        complete("is_delivery_counted"),
        one_of("delivery_mode", ("instant", "booked"), reason="Only these two bring a courier to the door."),
        between("paid_hour", 0, 23, reason="Hours of a local day."),
        between("delivery_minutes", 0, None, reason="Times are in order at the door, so no leg runs backwards."),
        nothing_wrong(
            "deliveries_equal_courier_orders",
            "The deliveries are exactly the instant and booked orders",
            """with due as (select order_id, delivery_mode from fct_orders where delivery_mode in ('instant', 'booked'))
            select order_id from due full join {batch} as deliveries using (order_id)
            where due.delivery_mode is null or deliveries.delivery_mode is null""",
            reason="A delivery missing here is a late one that nobody sees.",
        ),
        nothing_wrong(
            "hits_were_counted_and_delivered",
            "A delivery within 30 minutes is in the denominator and has a time of delivery",
            "select 1 from {batch} where is_within_30_minutes and (not is_delivery_counted or delivered_at is null)",
            reason="A hit outside the denominator would lift the rate above what was delivered.",
        ),
        median_at_least("delivery_minutes"),
        median_at_most("delivery_minutes"),
        within_threshold(
            "undelivered_share",
            "The share of counted deliveries of the last seven days that never arrived is not above what is usual",
            """select 1 from {batch} where placed_on > {as_of} - 7 and is_delivery_counted
            having avg((delivered_at is null)::int) > {threshold}""",
        ),
    ),
)
