"""What the shapes of the platforms share: words, times and money in other units, and what the order hub adds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import polars as pl

from assets.feeds.base import POSITION, UTC_TIME
from assets.feeds.platforms.order_parts import COURIER_LOG, CUSTOMER, GUIDANCE, LINE_FACTS, PAYMENTS, REFUNDS, SHIPMENT

_LOCAL_OFFSET = "+08:00"
_OFFSET_SECONDS = 8 * 3600
# 2000-01-01 and 2100-01-01 UTC: a time outside was sent in another unit than its field has.
_EARLIEST, _LATEST = 946_684_800, 4_102_444_800
_ISO = "%Y-%m-%dT%H:%M:%S"

FULFILMENT = pl.Struct(
    {
        "store_id": pl.String(),
        "location_id": pl.String(),
        "member_card": pl.String(),
        "platform_user_id": pl.String(),
        "delivery_mode": pl.String(),
        "paid_at": UTC_TIME,
        "reviewed_at": UTC_TIME,
        "accepted_at": UTC_TIME,
        "picked_at": UTC_TIME,
        "handed_over_at": UTC_TIME,
        "delivered_at": UTC_TIME,
        "cancelled_at": UTC_TIME,
        "promised_at": UTC_TIME,
        "cancelled_by": pl.String(),
        "cancel_reason": pl.String(),
        "courier_company": pl.String(),
        "delivery_box_id": pl.String(),
        "distance_meters": pl.Int64(),
        "address_cell": pl.String(),
        "is_cold_chain": pl.Boolean(),
        "courier_log": COURIER_LOG,
        "insurance_payments": PAYMENTS,
        "refunds": REFUNDS,
        "shipments": pl.List(SHIPMENT),
        "guidance": GUIDANCE,
        "updated_at": UTC_TIME,
    }
)
"""What the order hub adds to a document, as ``fulfilment``: the chain's own record of handing the goods out, and the
refunds, of which the platforms tell in messages of their own. Where the platform has a time too, the platform's counts:
it is the one that the customer saw."""


def field(*path: str) -> pl.Expr:
    """A value of the document; null where anything on the way to it is."""
    found = pl.col(path[0])
    for name in path[1:]:
        found = found.struct.field(name)
    return found


def entry(*path: str) -> pl.Expr:
    """The same of an entry of a list."""
    found = pl.element()
    for name in path:
        found = found.struct.field(name)
    return found


def fulfilment(name: str) -> pl.Expr:
    """A value that the order hub adds."""
    return field("fulfilment", name)


def word(value: pl.Expr, meanings: Mapping[str, str]) -> pl.Expr:
    """A platform's word or code by its meaning; one without passes on as text, and the row contract refuses it."""
    text = value.cast(pl.String)
    return text.replace_strict(list(meanings), list(meanings.values()), default=text, return_dtype=pl.String)


def yuan_of_fen(fen: pl.Expr) -> pl.Expr:
    """Fen (1/100 yuan) as yuan."""
    return (fen / 100).round(2)


def time_of_seconds(seconds: pl.Expr) -> pl.Expr:
    """Seconds since 1970 UTC, as number or text, as ISO text; 0 has not happened.

    What is no such time passes on as text, and the row contract refuses it.
    """
    number = seconds.cast(pl.Int64, strict=False)
    local = pl.from_epoch(number.clip(0, _LATEST) + _OFFSET_SECONDS, time_unit="s").dt.strftime(_ISO + _LOCAL_OFFSET)
    return (
        pl.when(number.is_between(_EARLIEST, _LATEST))
        .then(local)
        .when((number != 0).fill_null(seconds.is_not_null()))
        .then(seconds.cast(pl.String))
    )


def time_of_milliseconds(milliseconds: pl.Expr) -> pl.Expr:
    """The same of milliseconds, cut to whole seconds."""
    return time_of_seconds(milliseconds.cast(pl.Int64, strict=False) // 1000)


def time_of_local_text(text: pl.Expr) -> pl.Expr:
    """``2025-03-05 10:00:00`` in China Standard Time as ISO text; an empty text has not happened."""
    return pl.when(text != "").then(text.str.replace(" ", "T", literal=True) + _LOCAL_OFFSET)


def entries(column: pl.Expr, fields: Mapping[str, pl.Expr]) -> pl.Expr:
    """A list of structs made anew, one for each entry."""
    return column.list.eval(pl.struct(value.alias(name) for name, value in fields.items()))


LINE_NUMBER = pl.int_range(1, pl.len() + 1, dtype=pl.Int64)
"""Number of an entry within its list, from 1."""


def line_fact(name: str) -> pl.Expr:
    """What the order hub adds to the line of the list at hand."""
    return entry("fulfilment", name)


LINE_FACT_COLUMNS: dict[str, pl.Expr] = {name: line_fact(name) for name in LINE_FACTS.to_schema()}


_PAYMENTS = pl.List(pl.Struct({"method": pl.String(), "amount_yuan": pl.Float64()}))


def payments(paid_yuan: pl.Expr, method: pl.Expr, is_paid: pl.Expr) -> pl.Expr:
    """What the customer paid of ``paid_yuan`` through the platform, and the insurers' parts as the hub tells them."""
    none = pl.lit([], dtype=_PAYMENTS)
    insurers = fulfilment("insurance_payments").fill_null(none)
    rest = (paid_yuan - insurers.list.eval(entry("amount_yuan")).list.sum()).round(2)
    own = pl.concat_list(pl.struct(method.alias("method"), rest.alias("amount_yuan")))
    return pl.when(~is_paid).then(none).when(rest == 0).then(insurers).otherwise(own.list.concat(insurers))


def customer(**known: pl.Expr) -> pl.Expr:
    """Identifiers of the customer; those that the platform does not give are null."""
    missing = pl.lit(None, dtype=pl.String)
    return pl.struct(filled(known.get(name, missing)).alias(name) for name in CUSTOMER)


def plain_phone(text: pl.Expr) -> pl.Expr:
    """A mobile number; null for a virtual or masked one, which names nobody twice."""
    return pl.when(text.str.contains(r"^1\d{10}$")).then(text)


def filled(text: pl.Expr) -> pl.Expr:
    """A text, null for an empty one."""
    return pl.when(text != "").then(text)


def coupon(amount_yuan: pl.Expr, code: pl.Expr | None = None) -> pl.Expr:
    """The coupon, null where it is worth nothing."""
    code = pl.lit(None, dtype=pl.String) if code is None else code
    return pl.when(amount_yuan > 0).then(pl.struct(code.alias("code"), amount_yuan.alias("amount_yuan")))


_FROM_THE_HUB = (
    "store_id",
    "delivery_mode",
    "paid_at",
    "reviewed_at",
    "accepted_at",
    "picked_at",
    "handed_over_at",
    "delivered_at",
    "cancelled_at",
    "promised_at",
    "cancelled_by",
    "cancel_reason",
    "courier_company",
    "delivery_box_id",
    "distance_meters",
    "address_cell",
    "is_cold_chain",
    "courier_log",
    "refunds",
    "shipments",
    "guidance",
    "updated_at",
)


def adapter(columns: Mapping[str, pl.Expr]) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """Documents of a platform to documents of the feed: one expression per column, the hub's word where there is none.

    Of a column that both have, the hub's word fills what the platform leaves open.
    """
    hub = {name: fulfilment(name) for name in _FROM_THE_HUB} | {"fulfilling_location_id": fulfilment("location_id")}
    told = {name: pl.coalesce(value, hub[name]) if name in hub else value for name, value in columns.items()}
    return lambda documents: documents.select(POSITION, **(hub | told))
