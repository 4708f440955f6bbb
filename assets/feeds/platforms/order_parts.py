"""Parts of an order's document that the order hub tells alike, whatever platform the order came from."""

from __future__ import annotations

import polars as pl

from assets.feeds.base import MONEY, UTC_TIME

CUSTOMER = ("member_card", "phone", "unionid", "openid", "platform_user_id")
"""Identifiers of the customer."""
TIMES = (
    "placed_at",
    "paid_at",
    "reviewed_at",
    "accepted_at",
    "picked_at",
    "handed_over_at",
    "delivered_at",
    "cancelled_at",
    "promised_at",
)
LINE_FACTS = pl.Struct(
    {
        "unit_cost_yuan": MONEY,
        "lot_id": pl.String(),
        "trace_codes": pl.List(pl.String()),
        "prescription_id": pl.String(),
        "substituted_for_sku_id": pl.String(),
    }
)
"""What the chain alone knows of a line."""
LINE = pl.Struct(
    {
        "line_number": pl.Int64(),
        "sku_id": pl.String(),
        "quantity": pl.Int64(),
        "unit_price_yuan": MONEY,
        "discount_yuan": MONEY,
        **LINE_FACTS.to_schema(),
    }
)
PAYMENTS = pl.List(pl.Struct({"method": pl.String(), "amount_yuan": MONEY}))
REFUNDS = pl.List(
    pl.Struct(
        {
            "refund_id": pl.String(),
            "refunded_at": UTC_TIME,
            "amount_yuan": MONEY,
            "reason": pl.String(),
            "lines": pl.List(pl.Struct({"line_number": pl.Int64(), "quantity": pl.Int64()})),
        }
    )
)
SHIPMENT = pl.Struct(
    {
        "shipment_number": pl.Int64(),
        "location_id": pl.String(),
        "courier_company": pl.String(),
        "handed_over_at": UTC_TIME,
        "delivered_at": UTC_TIME,
        "line_numbers": pl.List(pl.Int64()),
    }
)
COURIER_LOG = pl.Struct(
    {
        "rain_millimeters": pl.Float64(),
        "delivery_container": pl.String(),
        "received_by": pl.String(),
        "is_identity_checked": pl.Boolean(),
    }
)
GUIDANCE = pl.Struct({"pharmacist_id": pl.String(), "kind": pl.String(), "sent_at": UTC_TIME})
