"""Orders as JSON texts, one document per version of an order."""

from __future__ import annotations

import numpy as np
import polars as pl

from simulator.clock import iso, yuan
from simulator.couriers import LOG_COLUMNS
from simulator.documents import TIMES, OrderParts, lists


def order_texts(parts: OrderParts) -> pl.Series:
    """JSON texts of a version, one per order."""
    count = len(parts.orders)
    lines = parts.lines.select(
        pl.struct(
            "line_number",
            "sku_id",
            "quantity",
            yuan("unit_price_fen").alias("unit_price_yuan"),
            yuan("discount_fen").alias("discount_yuan"),
            yuan("unit_cost_fen").alias("unit_cost_yuan"),
            "lot_id",
            "trace_codes",
            "prescription_id",
            "substituted_for_sku_id",
        ).alias("s")
    )["s"]
    payments = parts.payments.select(
        pl.struct(pl.col("payment_method").alias("method"), yuan("amount_fen").alias("amount_yuan")).alias("s")
    )["s"]
    shipments = parts.shipments.select(
        pl.struct(
            "shipment_number",
            "location_id",
            "courier_company",
            iso("handed_over_at"),
            iso("delivered_at"),
            "line_numbers",
        ).alias("s")
    )["s"]
    frame = parts.orders.with_columns(
        _grouped(parts.lines["row"], count, lines, "lines"),
        _grouped(parts.payments["row"], count, payments, "payments"),
        _grouped(parts.refunds["row"], count, _refunds(parts), "refunds"),
        _grouped(parts.shipments["row"], count, shipments, "shipments"),
        *(iso(name) for name in [*TIMES, "guidance_sent_at", "updated_at"]),
    )
    document = pl.struct(
        "order_id",
        "channel",
        "store_id",
        "fulfilling_location_id",
        pl.when(pl.col("person_id") >= 0)
        .then(pl.struct("member_card", "phone", "unionid", "openid", "platform_user_id"))
        .alias("customer"),
        "delivery_mode",
        "status",
        *TIMES,
        "cancelled_by",
        "cancel_reason",
        "distance_meters",
        "address_cell",
        "courier_company",
        "is_cold_chain",
        "delivery_box_id",
        pl.when(pl.any_horizontal(pl.col(LOG_COLUMNS).is_not_null())).then(pl.struct(LOG_COLUMNS)).alias("courier_log"),
        "payments",
        "lines",
        pl.when(pl.col("coupon_fen") > 0)
        .then(pl.struct(pl.format("C{}", pl.col("coupon_fen")).alias("code"), yuan("coupon_fen").alias("amount_yuan")))
        .alias("coupon"),
        # Nothing rather than an empty list, as senders do.
        *(pl.when(pl.col(name).list.len() > 0).then(name).alias(name) for name in ("refunds", "shipments")),
        pl.when(pl.col("guidance_sent_at").is_not_null())
        .then(
            pl.struct(
                pl.col("guidance_pharmacist_id").alias("pharmacist_id"),
                pl.col("guidance_kind").alias("kind"),
                pl.col("guidance_sent_at").alias("sent_at"),
            )
        )
        .alias("guidance"),
        "updated_at",
    )
    return frame.select(document.struct.json_encode().alias("text"))["text"]


def _refunds(parts: OrderParts) -> pl.Series:
    """Structs of the refunds with the lines they are about."""
    about = parts.refund_lines.group_by("refund_id").agg(
        pl.struct("line_number", pl.col("refunded_quantity").alias("quantity")).alias("lines")
    )
    joined = parts.refunds.join(about, on="refund_id", how="left", maintain_order="left")
    return joined.select(
        pl.struct(
            "refund_id",
            iso("refunded_at"),
            yuan("amount_fen").alias("amount_yuan"),
            pl.col("refund_reason").alias("reason"),
            pl.col("lines").fill_null([]),
        ).alias("s")
    )["s"]


def _grouped(row: pl.Series, count: int, structs: pl.Series, name: str) -> pl.Series:
    """Structs sorted by ``row`` as one list for each of ``count`` orders."""
    offsets = np.concatenate([[0], np.cumsum(np.bincount(row.to_numpy(), minlength=count))]).astype(np.int64)
    return lists(offsets, structs.to_arrow(), name)
