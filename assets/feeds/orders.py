"""Orders of every channel. The document is the record: it carries its lines and payments and comes again whole."""

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
    money,
    not_before,
    one_of,
    record_id,
    text,
    utc_time,
)

CHANNELS = ["mini_program", "meituan", "eleme", "jd_daojia", "official_account", "till"]
DELIVERY_MODES = ["instant", "booked", "pickup", "in_store"]
STATUSES = ["placed", "paid", "accepted", "picked", "handed_over", "delivered", "cancelled"]
PAYMENT_METHODS = ["wechat_pay", "medical_insurance", "commercial_insurance", "cash"]
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
    openid = identifier("openid", "openid_token", "WeChat openid of the mini-program or official account")
    platform_user_id = identifier("platform_user_id", "platform_user_token", "User id on the delivery platform")
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
    coupon_code = text("Coupon used")
    coupon_yuan = money("Value of the coupon", nullable=True)
    refunded_at = utc_time("When money went back")
    refund_yuan = money("Money given back", nullable=True)
    refund_reason = text("Why money went back")
    guidance_pharmacist_id = text("Pharmacist who gave medication guidance")
    guidance_kind = text("Kind of guidance")
    guidance_sent_at = utc_time("When guidance was sent")
    updated_at = utc_time("Version of the record", nullable=False)
    lines_yuan = money("Sum of the lines, less discounts", nullable=True, is_signed=True, is_helper=True)
    payments_yuan = money("Sum of the payments", nullable=True, is_signed=True, is_helper=True)
    line_count = count("Lines of the order", is_helper=True)

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


class OrderPaymentRow(LandedRow):
    """One payment of one version of an order."""

    order_id = record_id("Order that was paid")
    updated_at = utc_time("Version of the order", nullable=False)
    payment_number = count("Number of the payment within the order, from 1", minimum=1)
    payment_method = one_of(PAYMENT_METHODS, "How it was paid")
    amount_yuan = money("Amount paid")


_LINE = pl.Struct(
    {
        "line_number": pl.Int64(),
        "sku_id": pl.String(),
        "quantity": pl.Int64(),
        "unit_price_yuan": MONEY,
        "discount_yuan": MONEY,
        "unit_cost_yuan": MONEY,
        "lot_id": pl.String(),
        "trace_codes": pl.List(pl.String()),
        "prescription_id": pl.String(),
    }
)
_CUSTOMER = ["member_card", "phone", "unionid", "openid", "platform_user_id"]
_TIMES = [
    "placed_at",
    "paid_at",
    "reviewed_at",
    "accepted_at",
    "picked_at",
    "handed_over_at",
    "delivered_at",
    "cancelled_at",
    "promised_at",
]
DOCUMENT: dict[str, pl.DataType] = {
    "order_id": pl.String(),
    "channel": pl.String(),
    "store_id": pl.String(),
    "fulfilling_location_id": pl.String(),
    "customer": pl.Struct({name: pl.String() for name in _CUSTOMER}),
    "delivery_mode": pl.String(),
    "status": pl.String(),
    **dict.fromkeys(_TIMES, UTC_TIME),
    "cancelled_by": pl.String(),
    "cancel_reason": pl.String(),
    "distance_meters": pl.Int64(),
    "address_cell": pl.String(),
    "courier_company": pl.String(),
    "is_cold_chain": pl.Boolean(),
    "payments": pl.List(pl.Struct({"method": pl.String(), "amount_yuan": MONEY})),
    "lines": pl.List(_LINE),
    "coupon": pl.Struct({"code": pl.String(), "amount_yuan": MONEY}),
    "refund": pl.Struct({"refunded_at": UTC_TIME, "amount_yuan": MONEY, "reason": pl.String()}),
    "guidance": pl.Struct({"pharmacist_id": pl.String(), "kind": pl.String(), "sent_at": UTC_TIME}),
    "updated_at": UTC_TIME,
}


def flatten(documents: pl.DataFrame) -> dict[str, pl.DataFrame]:
    """Orders, their lines and their payments, each row with the position of its document.

    A null in place of a line or payment stays a row of nulls, so that the row contract refuses it.
    """
    line, payment = pl.element().struct.field, pl.element().struct.field
    line_yuan = line("quantity") * line("unit_price_yuan") - line("discount_yuan").fill_null(0)
    orders = documents.with_columns(
        *[pl.col("customer").struct.field(name) for name in _CUSTOMER],
        coupon_code=pl.col("coupon").struct.field("code"),
        coupon_yuan=pl.col("coupon").struct.field("amount_yuan"),
        refunded_at=pl.col("refund").struct.field("refunded_at"),
        refund_yuan=pl.col("refund").struct.field("amount_yuan"),
        refund_reason=pl.col("refund").struct.field("reason"),
        guidance_pharmacist_id=pl.col("guidance").struct.field("pharmacist_id"),
        guidance_kind=pl.col("guidance").struct.field("kind"),
        guidance_sent_at=pl.col("guidance").struct.field("sent_at"),
        # Sums of floats of two decimals: exact again once rounded to the cent.
        lines_yuan=pl.col("lines").list.eval(line_yuan).list.sum().fill_null(0).round(2),
        payments_yuan=pl.col("payments").list.eval(payment("amount_yuan")).list.sum().fill_null(0).round(2),
        line_count=pl.col("lines").list.len().fill_null(0).cast(pl.Int64),
    )
    return {
        "orders": orders,
        "order_lines": _rows_of(documents, "lines", list(_LINE.to_schema())),
        "order_payments": _rows_of(documents, "payments", ["method", "amount_yuan"], "payment_number").rename(
            {"method": "payment_method"}
        ),
    }


def _rows_of(documents: pl.DataFrame, column: str, fields: list[str], number: str | None = None) -> pl.DataFrame:
    """One row per entry of a list of structs, with the order's id, version and position, numbered on demand."""
    entries = documents.select(POSITION, "order_id", "updated_at", column).explode(
        column, empty_as_null=False, keep_nulls=False
    )
    numbers = [] if number is None else [pl.int_range(1, pl.len() + 1).over(POSITION).cast(pl.Int64).alias(number)]
    return entries.select(
        POSITION, "order_id", "updated_at", *numbers, *[pl.col(column).struct.field(name) for name in fields]
    )


FEED = Feed(
    name="orders",
    description="Orders of the mini-program, delivery platforms, official account and tills, with lines and payments",
    owner="team:commerce",
    tables=(
        LakeTable("orders", OrderRow),
        LakeTable("order_lines", OrderLineRow),
        LakeTable("order_payments", OrderPaymentRow),
    ),
    id_columns=("order_id",),
    document=DOCUMENT,
    flatten=flatten,
)
