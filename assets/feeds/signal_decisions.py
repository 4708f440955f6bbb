"""What planners and store managers decided on replenishment and transfer signals. No record names a person."""

from __future__ import annotations

import dataframely as dy
import polars as pl

from assets.feeds.base import LandedRow, count, day, flat_feed, one_of, record_id, text, utc_time

SIGNAL_KINDS = ["replenishment", "transfer"]
DECISIONS = ["approved", "changed", "refused"]
REASON_CODES = [
    "enough_stock",
    "demand_expected_higher",
    "demand_expected_lower",
    "no_shelf_space",
    "short_shelf_life",
    "source_short",
    "supplier_unreliable",
    "budget_spent",
    "to_be_delisted",
    "stock_count_pending",
]


class SignalDecisionRow(LandedRow):
    """One version of one decision; the signal is known by kind, day, destination and product."""

    decision_id = record_id("Decision")
    signal_kind = one_of(SIGNAL_KINDS, "What the signal proposed")
    signal_date = day("Day whose close the signal was made after", nullable=False)
    location_id = text("Location the goods would go to", nullable=False)
    sku_id = text("Product", nullable=False)
    source_location_id = text("Location the goods would come from")
    decision = one_of(DECISIONS, "What was decided")
    decided_quantity = count("Packs decided on where they differ from the signal", nullable=True, minimum=1)
    reason_code = one_of(REASON_CODES, "Why it was changed or refused", nullable=True)
    decided_at = utc_time("When it was decided", nullable=False)
    updated_at = utc_time("Version of the record", nullable=False)

    @dy.rule()
    def quantity_when_changed(cls) -> pl.Expr:
        """A change says how many packs; an approval takes the signal's quantity and a refusal none."""
        return (pl.col("decision") == "changed") == pl.col("decided_quantity").is_not_null()

    @dy.rule()
    def reason_unless_approved(cls) -> pl.Expr:
        """Whoever does not follow a signal says why."""
        return (pl.col("decision") == "approved") | pl.col("reason_code").is_not_null()

    @dy.rule()
    def transfer_has_source(cls) -> pl.Expr:
        """A transfer comes from somewhere."""
        return (pl.col("signal_kind") != "transfer") | pl.col("source_location_id").is_not_null()


FEED = flat_feed(
    "signal_decisions",
    SignalDecisionRow,
    id_columns=("decision_id",),
    owner="team:supply",
    description="Approvals, changes and refusals of replenishment and transfer signals, with quantity and reason",
)
