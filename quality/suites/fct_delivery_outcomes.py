"""Gate of what became of deliveries: the perfect-order and claim rates are counted from it."""

from quality.expectations import complete, nothing_wrong, one_of, unique_key, usual_volume, within_threshold
from quality.suite import Suite

_PARTS = ("is_promise_kept", "is_complete", "is_undamaged", "not has_claim", "is_cold_chain_kept", "is_guided")
_IS_WHOLE = " and ".join(f"({part}) is true" for part in _PARTS)

SUITE = Suite(
    "fct_delivery_outcomes",
    (
        unique_key("order_id"),
        usual_volume("placed_on"),
        complete("has_claim"),
        one_of("delivery_mode", ("instant", "booked"), reason="Only these two bring a courier to the door."),
        nothing_wrong(
            "outcomes_equal_handed_over_deliveries",
            "Every delivery that a courier took has an outcome, and no other order has one",
            """with due as (
                select order_id, delivery_mode from fct_orders
                where delivery_mode in ('instant', 'booked') and handed_over_at is not null
            )
            select order_id from due full join {batch} as outcomes using (order_id)
            where due.delivery_mode is null or outcomes.delivery_mode is null""",
            reason="A delivery missing here is one that went wrong and nobody sees.",
        ),
        nothing_wrong(
            "perfect_with_every_part_only",
            "An order is perfect exactly if it was completed and every part of it is true",
            f"select 1 from {{batch}} where coalesce(is_perfect, false) <> (is_completed and {_IS_WHOLE})",
            reason="A part that is unknown is no proof.",
        ),
        within_threshold(
            "claim_share",
            "The share of the last four weeks' deliveries with a claim is not above what is usual",
            "select 1 from {batch} where placed_on > {as_of} - 28 having avg(has_claim::int) > {threshold}",
        ),
    ),
)
