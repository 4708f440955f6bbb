"""Orders of every channel. The document is the record: it carries its lines, payments, refunds and shipments, and comes
again whole. Platforms send documents of shapes of their own (:mod:`assets.feeds.platforms`); these rules hold for all.
"""

from __future__ import annotations

import dataframely as dy
import polars as pl

from assets.feeds.base import (
    MONEY,
    POSITION,
    UTC_TIME,
    Feed,
    LakeTable,
    LandedRow,
    count,
    flag,
    identifier,
    measure,
    money,
    nested_rows,
    not_before,
    one_of,
    record_id,
    text,
    utc_time,
)
from assets.feeds.platforms import SHAPES
from assets.feeds.platforms.order_parts import (
    COURIER_LOG,
    CUSTOMER,
    GUIDANCE,
    LINE,
    PAYMENTS,
    REFUNDS,
    SHIPMENT,
    TIMES,
)

CHANNELS = ["mini_program", "meituan", "eleme", "jd_daojia", "official_account", "till"]
DELIVERY_MODES = ["instant", "booked", "pickup", "in_store"]
STATUSES = ["placed", "paid", "accepted", "picked", "handed_over", "delivered", "cancelled"]
PAYMENT_METHODS = ["wechat_pay", "platform_pay", "medical_insurance", "commercial_insurance", "cash"]
DELIVERY_CONTAINERS = ["open_bag", "sealed_bag", "insulated_box", "cold_box"]
RECEIVERS = ["customer", "household_adult", "left_at_door", "parcel_locker"]
PROGRESS = ["placed_at", "paid_at", "accepted_at", "picked_at", "handed_over_at", "delivered_at"]


class OrderRow(LandedRow):
    """One version of an order."""

    order_id = record_id("Order number, unique over all channels")
    channel = one_of(CHANNELS, "Where the customer ordered")
    store_id = text("Store the order was placed with", nullable=False)
    fulfilling_location_id = text("Location that hands the goods out")
    member_card = identifier("member_card", "member_card_token", "Membership card number")
    phone = identifier("phone", "phone_token", "Phone number")
    unionid = identifier("unionid", "unionid_token", "WeChat unionid")
    openid = identifier(
        "openid", "openid_token", "WeChat openid of the mini-program or official account", scope_column="channel"
    )
    platform_user_id = identifier(
        "platform_user_id", "platform_user_token", "User id on the delivery platform", scope_column="channel"
    )
    delivery_mode = one_of(DELIVERY_MODES, "How the goods reach the customer")
    status = one_of(STATUSES, "How far the order is")
    placed_at = utc_time("When the order was created", nullable=False)
    paid_at = utc_time("When payment was confirmed")
    reviewed_at = utc_time("When a pharmacist approved the prescription")
    accepted_at = utc_time("When the store took the order")
    picked_at = utc_time("When the goods were picked")
    handed_over_at = utc_time("When the courier took the goods")
    delivered_at = utc_time("When the customer had the goods")
    cancelled_at = utc_time("When the order was cancelled")
    promised_at = utc_time("Delivery time promised to the customer")
    cancelled_by = one_of(["customer", "chain", "platform"], "Who cancelled", nullable=True)
    cancel_reason = text("Why it was cancelled")
    distance_meters = count("Distance from location to customer", nullable=True)
    address_cell = text("Coarse cell of the delivery address, not the address")
    courier_company = text("Courier company")
    is_cold_chain = flag("Whether any line must stay cold")
    delivery_box_id = text("Delivery box that the goods rode in")
    rain_millimeters = measure("Rain in the hour of the hand-over, as the courier's dispatch saw it", 0.0, 500.0)
    delivery_container = one_of(DELIVERY_CONTAINERS, "What the goods travelled in", nullable=True)
    received_by = one_of(RECEIVERS, "Who or what took the goods", nullable=True)
    is_identity_checked = flag("Whether the courier checked the receiver's identity", nullable=True)
    coupon_code = text("Coupon used")
    coupon_yuan = money("Value of the coupon", nullable=True)
    guidance_pharmacist_id = text("Pharmacist who gave medication guidance")
    guidance_kind = text("Kind of guidance")
    guidance_sent_at = utc_time("When guidance was sent")
    updated_at = utc_time("Version of the record", nullable=False)
    lines_yuan = money("Sum of the lines, less discounts", nullable=True, is_signed=True, is_helper=True)
    payments_yuan = money("Sum of the payments", nullable=True, is_signed=True, is_helper=True)
    refunds_yuan = money("Sum of the refunds", nullable=True, is_signed=True, is_helper=True)
    line_count = count("Lines of the order", is_helper=True)
    repeated_number_count = count("Lines, refunds and shipments whose number another one has", is_helper=True)
    stray_shipment_line_count = count("Line numbers of shipments that no line has, or another shipment", is_helper=True)

    @dy.rule()
    def has_lines(cls) -> pl.Expr:
        """An order has at least one line."""
        return pl.col("line_count") >= 1

    @dy.rule()
    def times_in_order(cls) -> pl.Expr:
        """Placed, paid, accepted, picked, handed over, delivered: each step not before those it has behind it."""
        steps = [not_before(later, *PROGRESS[:number]) for number, later in enumerate(PROGRESS) if number]
        return pl.all_horizontal(*steps, not_before("cancelled_at", "placed_at"))

    @dy.rule()
    def payments_match_lines(cls) -> pl.Expr:
        """Once paid, the payments are the lines less the coupon, to the cent."""
        due = pl.col("lines_yuan") - pl.col("coupon_yuan").fill_null(0)
        return pl.col("paid_at").is_null() | (pl.col("payments_yuan") == due)

    @dy.rule()
    def refunds_within_payments(cls) -> pl.Expr:
        """No more goes back than was paid."""
        return pl.col("refunds_yuan") <= pl.col("payments_yuan")

    @dy.rule()
    def numbers_are_unique(cls) -> pl.Expr:
        """No two lines, refunds or shipments of an order have the same number."""
        return pl.col("repeated_number_count") == 0

    @dy.rule()
    def shipment_lines_exist(cls) -> pl.Expr:
        """A shipment carries lines of the order, and no line goes in two shipments."""
        return pl.col("stray_shipment_line_count") == 0


class OrderLineRow(LandedRow):
    """One line of one version of an order."""

    order_id = record_id("Order the line belongs to")
    updated_at = utc_time("Version of the order", nullable=False)
    line_number = count("Number of the line within the order, from 1", minimum=1)
    sku_id = text("Product", nullable=False)
    quantity = count("Packs sold", minimum=1)
    unit_price_yuan = money("Price of one pack")
    discount_yuan = money("Discount on the line", nullable=True)
    unit_cost_yuan = money("Cost of one pack", nullable=True)
    lot_id = text("Lot the packs came from")
    trace_codes = dy.List(dy.String(nullable=True), nullable=True, description="Drug trace codes of the packs")
    prescription_id = text("Prescription the line was dispensed on")
    substituted_for_sku_id = text("Product the customer had asked for and agreed to replace")

    @dy.rule()
    def substitute_is_another_product(cls) -> pl.Expr:
        """What replaces a product is not that product."""
        return (pl.col("substituted_for_sku_id") != pl.col("sku_id")).fill_null(True)


class OrderPaymentRow(LandedRow):
    """One payment of one version of an order."""

    order_id = record_id("Order that was paid")
    updated_at = utc_time("Version of the order", nullable=False)
    payment_number = count("Number of the payment within the order, from 1", minimum=1)
    payment_method = one_of(PAYMENT_METHODS, "How it was paid")
    amount_yuan = money("Amount paid")


class OrderRefundRow(LandedRow):
    """One refund of one version of an order, partial or whole."""

    order_id = record_id("Order whose money went back")
    updated_at = utc_time("Version of the order", nullable=False)
    refund_id = record_id("Number of the refund, unique within the order")
    refunded_at = utc_time("When money went back", nullable=False)
    amount_yuan = money("Money given back")
    refund_reason = text("Why money went back")
    order_paid_at = utc_time("When the order was paid", is_helper=True)

    @dy.rule()
    def refunded_after_payment(cls) -> pl.Expr:
        """Money goes back at or after the payment."""
        return (pl.col("refunded_at") >= pl.col("order_paid_at")).fill_null(False)


class OrderRefundLineRow(LandedRow):
    """Packs of one line that one refund is about."""

    order_id = record_id("Order whose money went back")
    updated_at = utc_time("Version of the order", nullable=False)
    refund_id = record_id("Refund")
    line_number = count("Line of the order", minimum=1)
    refunded_quantity = count("Packs whose price went back", minimum=1)
    sold_quantity = count("Packs on that line", nullable=True, is_helper=True)
    refunds_quantity = count("Packs of that line over all refunds", nullable=True, is_helper=True)

    @dy.rule()
    def refunded_line_exists(cls) -> pl.Expr:
        """A refund is about lines of its order."""
        return pl.col("sold_quantity").is_not_null()

    @dy.rule()
    def refunded_within_sold(cls) -> pl.Expr:
        """No more packs are refunded than were sold."""
        return (pl.col("refunds_quantity") <= pl.col("sold_quantity")).fill_null(True)


class OrderShipmentRow(LandedRow):
    """One shipment of one version of an order; an order that is split has several."""

    order_id = record_id("Order that is shipped")
    updated_at = utc_time("Version of the order", nullable=False)
    shipment_number = count("Number of the shipment within the order, from 1", minimum=1)
    location_id = text("Location that the shipment left from")
    courier_company = text("Courier company")
    handed_over_at = utc_time("When the courier took the shipment")
    delivered_at = utc_time("When the customer had the shipment")
    line_numbers = dy.List(dy.Int64(nullable=False), nullable=False, description="Lines it carries")

    @dy.rule()
    def has_lines(cls) -> pl.Expr:
        """A shipment carries at least one line."""
        return pl.col("line_numbers").list.len() >= 1

    @dy.rule()
    def times_in_order(cls) -> pl.Expr:
        """Delivered at or after the hand-over."""
        return not_before("delivered_at", "handed_over_at")


DOCUMENT: dict[str, pl.DataType] = {
    "order_id": pl.String(),
    "channel": pl.String(),
    "store_id": pl.String(),
    "fulfilling_location_id": pl.String(),
    "customer": pl.Struct({name: pl.String() for name in CUSTOMER}),
    "delivery_mode": pl.String(),
    "status": pl.String(),
    **dict.fromkeys(TIMES, UTC_TIME),
    "cancelled_by": pl.String(),
    "cancel_reason": pl.String(),
    "distance_meters": pl.Int64(),
    "address_cell": pl.String(),
    "courier_company": pl.String(),
    "is_cold_chain": pl.Boolean(),
    "delivery_box_id": pl.String(),
    "courier_log": COURIER_LOG,
    "payments": PAYMENTS,
    "lines": pl.List(LINE),
    "coupon": pl.Struct({"code": pl.String(), "amount_yuan": MONEY}),
    "refunds": REFUNDS,
    "shipments": pl.List(SHIPMENT),
    "guidance": GUIDANCE,
    "updated_at": UTC_TIME,
}


def flatten(documents: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Orders with their lines, payments, refunds and shipments, each row with the position of its document.

    A null in place of a line or payment stays a row of nulls, so that the row contract refuses it.
    """
    entry = pl.element().struct.field
    line_yuan = entry("quantity") * entry("unit_price_yuan") - entry("discount_yuan").fill_null(0)
    shipped = pl.col("shipments").list.eval(entry("line_numbers").explode())
    orders = documents.with_columns(
        *[pl.col("customer").struct.field(name) for name in CUSTOMER],
        pl.col("courier_log").struct.unnest(),
        coupon_code=pl.col("coupon").struct.field("code"),
        coupon_yuan=pl.col("coupon").struct.field("amount_yuan"),
        guidance_pharmacist_id=pl.col("guidance").struct.field("pharmacist_id"),
        guidance_kind=pl.col("guidance").struct.field("kind"),
        guidance_sent_at=pl.col("guidance").struct.field("sent_at"),
        # Sums of floats of two decimals: exact again once rounded to the cent.
        lines_yuan=pl.col("lines").list.eval(line_yuan).list.sum().fill_null(0).round(2),
        payments_yuan=_sum_yuan("payments"),
        refunds_yuan=_sum_yuan("refunds"),
        line_count=pl.col("lines").list.len().fill_null(0).cast(pl.Int64),
        repeated_number_count=pl.sum_horizontal(
            _surplus(pl.col("lines").list.eval(entry("line_number"))),
            _surplus(pl.col("refunds").list.eval(entry("refund_id"))),
            _surplus(pl.col("shipments").list.eval(entry("shipment_number"))),
        ),
        stray_shipment_line_count=_surplus(
            shipped, shipped.list.set_intersection(pl.col("lines").list.eval(entry("line_number"))).list.len()
        ),
    )
    lines = _rows_of(documents, "lines", list(LINE.to_schema()))
    refunds = _rows_of(documents, "refunds", ["refund_id", "refunded_at", "amount_yuan", "reason", "lines"])
    paid = documents.select(POSITION, order_paid_at="paid_at")
    return {
        "orders": orders,
        "order_lines": lines,
        "order_payments": _rows_of(documents, "payments", ["method", "amount_yuan"], "payment_number").rename(
            {"method": "payment_method"}
        ),
        "order_refunds": refunds.rename({"reason": "refund_reason"}).join(
            paid, on=POSITION, how="left", maintain_order="left"
        ),
        "order_refund_lines": _refunded_lines(refunds, lines),
        "order_shipments": _rows_of(documents, "shipments", list(SHIPMENT.to_schema())),
    }


def _sum_yuan(column: str) -> pl.Expr:
    """Sum of the amounts of a list of structs."""
    amount = pl.element().struct.field("amount_yuan")
    return pl.col(column).list.eval(amount).list.sum().fill_null(0).round(2)


def _surplus(values: pl.Expr, expected: pl.Expr | None = None) -> pl.Expr:
    """How many entries a list has beyond those expected: beyond its distinct ones, if nothing is said."""
    distinct = values.list.n_unique() if expected is None else expected
    return (values.list.len().cast(pl.Int64) - distinct.cast(pl.Int64)).fill_null(0)


def _refunded_lines(refunds: pl.DataFrame, lines: pl.DataFrame) -> pl.DataFrame:
    """One row per line of a refund, with what was sold on that line and what all refunds take back of it."""
    line = pl.col("lines").struct.field
    rows = refunds.explode("lines", empty_as_null=False, keep_nulls=False).select(
        POSITION,
        "order_id",
        "updated_at",
        "refund_id",
        line("line_number"),
        line("quantity").alias("refunded_quantity"),
    )
    key = [POSITION, "line_number"]
    sold = lines.join(rows, on=key, how="semi").group_by(key).agg(sold_quantity=pl.col("quantity").sum())
    return rows.with_columns(refunds_quantity=pl.col("refunded_quantity").sum().over(key)).join(
        sold, on=key, how="left", maintain_order="left"
    )


def _rows_of(documents: pl.DataFrame, column: str, fields: list[str], number: str | None = None) -> pl.DataFrame:
    return nested_rows(documents, ("order_id", "updated_at"), column, fields, number)


FEED = Feed(
    name="orders",
    description=(
        "Orders of the mini-program, delivery platforms, official account and tills, with lines, payments, refunds and "
        "shipments"
    ),
    owner="team:commerce",
    tables=(
        LakeTable("orders", OrderRow),
        LakeTable("order_lines", OrderLineRow),
        LakeTable("order_payments", OrderPaymentRow),
        LakeTable("order_refunds", OrderRefundRow),
        LakeTable("order_refund_lines", OrderRefundLineRow),
        LakeTable("order_shipments", OrderShipmentRow),
    ),
    id_columns=("order_id",),
    document=DOCUMENT,
    flatten=flatten,
    foreign_shapes=SHAPES,
)
