"""Receipts as the chain's tills write them: times in milliseconds since 1970, money in fen, a letter for the state.

A shape of the chain's own software, not of a platform: the till knows lot, cost and trace codes itself.
"""

from __future__ import annotations

import polars as pl

from assets.feeds.base import DocumentShape
from assets.feeds.platforms.shape import (
    FULFILMENT,
    LINE_NUMBER,
    adapter,
    coupon,
    customer,
    entries,
    entry,
    field,
    time_of_milliseconds,
    word,
    yuan_of_fen,
)

STATE = {"O": "placed", "P": "paid", "S": "delivered", "V": "cancelled"}  # open, paid, sold, voided
TENDER = {"01": "cash", "02": "wechat_pay", "03": "medical_insurance", "04": "commercial_insurance"}

DOCUMENT: dict[str, pl.DataType] = {
    "receiptNo": pl.String(),
    "shopCode": pl.String(),
    "tillNo": pl.String(),
    "cashier": pl.String(),
    "cardNo": pl.String(),
    "state": pl.String(),
    "openedMs": pl.Int64(),
    "paidMs": pl.Int64(),
    "reviewedMs": pl.Int64(),
    "soldMs": pl.Int64(),
    "voidedMs": pl.Int64(),
    "changedMs": pl.Int64(),
    "couponFen": pl.Int64(),
    "isCold": pl.Boolean(),
    "items": pl.List(
        pl.Struct(
            {
                "sku": pl.String(),
                "packs": pl.Int64(),
                "priceFen": pl.Int64(),
                "offFen": pl.Int64(),
                "costFen": pl.Int64(),
                "lot": pl.String(),
                "codes": pl.List(pl.String()),
                "rxNo": pl.String(),
            }
        )
    ),
    "tenders": pl.List(pl.Struct({"kind": pl.String(), "fen": pl.Int64()})),
    "fulfilment": FULFILMENT,
}
_SOLD = time_of_milliseconds(field("soldMs"))
COLUMNS: dict[str, pl.Expr] = {
    "order_id": field("receiptNo"),
    "channel": pl.lit("till"),
    "store_id": field("shopCode"),
    "fulfilling_location_id": field("shopCode"),
    "customer": pl.when(field("cardNo").is_not_null()).then(customer(member_card=field("cardNo"))),
    "delivery_mode": pl.lit("in_store"),
    "status": word(field("state"), STATE),
    "placed_at": time_of_milliseconds(field("openedMs")),
    "paid_at": time_of_milliseconds(field("paidMs")),
    "reviewed_at": time_of_milliseconds(field("reviewedMs")),
    "delivered_at": _SOLD,
    "cancelled_at": time_of_milliseconds(field("voidedMs")),
    "is_cold_chain": field("isCold").fill_null(False),
    "payments": entries(
        field("tenders"), {"method": word(entry("kind"), TENDER), "amount_yuan": yuan_of_fen(entry("fen"))}
    ),
    "lines": entries(
        field("items"),
        {
            "line_number": LINE_NUMBER,
            "sku_id": entry("sku"),
            "quantity": entry("packs"),
            "unit_price_yuan": yuan_of_fen(entry("priceFen")),
            "discount_yuan": yuan_of_fen(entry("offFen")),
            "unit_cost_yuan": yuan_of_fen(entry("costFen")),
            "lot_id": entry("lot"),
            "trace_codes": entry("codes"),
            "prescription_id": entry("rxNo"),
            "substituted_for_sku_id": pl.lit(None, dtype=pl.String),
        },
    ),
    "coupon": coupon(yuan_of_fen(field("couponFen").fill_null(0))),
    "updated_at": time_of_milliseconds(field("changedMs")),
}
TILL = DocumentShape("till", DOCUMENT, (("receiptNo",),), marker="receiptNo", adapt=adapter(COLUMNS))
