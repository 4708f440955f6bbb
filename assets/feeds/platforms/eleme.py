"""Orders as Ele.me retail tells them: ``order.get`` of open-be.ele.me, the ``data`` of its answer.

Names and types as in an answer of that call (times in seconds since 1970, some as text, 0 for not yet; money in fen;
the products in bags, a list of lists), status codes as its description lists them.
"""

from __future__ import annotations

import polars as pl

from assets.feeds.base import DocumentShape
from assets.feeds.platforms.order_parts import LINE_FACTS
from assets.feeds.platforms.shape import (
    FULFILMENT,
    LINE_FACT_COLUMNS,
    LINE_NUMBER,
    adapter,
    coupon,
    customer,
    entries,
    entry,
    field,
    filled,
    fulfilment,
    payments,
    plain_phone,
    time_of_seconds,
    word,
    yuan_of_fen,
)

STATUS = {
    "1": "paid",  # 待确认
    "5": "accepted",  # 已确认
    "7": "accepted",  # 骑士已接单开始取餐
    "8": "handed_over",  # 骑士已取餐正在配送
    "9": "delivered",  # 已完成
    "10": "cancelled",  # 已取消
}
PAID_BY = {"1": "cash", "2": "platform_pay"}  # 下线, 在线
DELIVERY_MODE = {"1": "instant", "2": "booked"}  # send_immediately: 立即送, 预约
CANCELLED_BY = {"用户": "customer", "餐厅": "chain", "平台": "platform"}

DOCUMENT: dict[str, pl.DataType] = {
    "source": pl.String(),
    "shop": pl.Struct({"id": pl.String(), "name": pl.String(), "baidu_shop_id": pl.String()}),
    "order": pl.Struct(
        {
            "order_id": pl.String(),
            "eleme_order_id": pl.String(),
            "status": pl.Int64(),
            "send_immediately": pl.Int64(),
            "send_time": pl.String(),
            "send_fee": pl.Int64(),
            "package_fee": pl.Int64(),
            "discount_fee": pl.Int64(),
            "total_fee": pl.Int64(),
            "shop_fee": pl.Int64(),
            "user_fee": pl.Int64(),
            "pay_type": pl.Int64(),
            "pay_status": pl.Int64(),
            "responsible_party": pl.String(),
            "create_time": pl.String(),
            "confirm_time": pl.String(),
            "pickup_time": pl.Int64(),
            "finished_time": pl.String(),
            "cancel_time": pl.String(),
        }
    ),
    "user": pl.Struct(
        {
            "name": pl.String(),
            "phone": pl.String(),
            "gender": pl.Int64(),
            "address": pl.String(),
            "coord": pl.Struct({"longitude": pl.Float64(), "latitude": pl.Float64()}),
        }
    ),
    "products": pl.List(
        pl.List(
            pl.Struct(
                {
                    "baidu_product_id": pl.String(),
                    "upc": pl.String(),
                    "custom_sku_id": pl.String(),
                    "product_name": pl.String(),
                    "product_price": pl.Int64(),
                    "product_amount": pl.Int64(),
                    "product_fee": pl.Int64(),
                    "product_subsidy": pl.Struct({"discount": pl.Int64()}),
                    "fulfilment": LINE_FACTS,
                }
            )
        )
    ),
    "fulfilment": FULFILMENT,
}
_PAID = 2
_PRODUCTS = field("products").list.eval(pl.element().explode(keep_nulls=False, empty_as_null=False))
_LINE_DISCOUNTS = _PRODUCTS.list.eval(entry("product_subsidy", "discount")).list.sum().fill_null(0)


def _order(name: str) -> pl.Expr:
    return field("order", name)


COLUMNS: dict[str, pl.Expr] = {
    "order_id": _order("eleme_order_id"),
    "channel": pl.lit("eleme"),
    "store_id": field("shop", "id"),
    "customer": customer(phone=plain_phone(field("user", "phone")), platform_user_id=fulfilment("platform_user_id")),
    "delivery_mode": pl.coalesce(fulfilment("delivery_mode"), word(_order("send_immediately"), DELIVERY_MODE)),
    "status": word(_order("status"), STATUS),
    "placed_at": time_of_seconds(_order("create_time")),
    "accepted_at": time_of_seconds(_order("confirm_time")),
    "handed_over_at": time_of_seconds(_order("pickup_time")),
    "delivered_at": time_of_seconds(_order("finished_time")),
    "cancelled_at": time_of_seconds(_order("cancel_time")),
    "cancelled_by": word(filled(_order("responsible_party")), CANCELLED_BY),
    "payments": payments(
        yuan_of_fen(_order("user_fee") - _order("send_fee").fill_null(0) - _order("package_fee").fill_null(0)),
        word(_order("pay_type"), PAID_BY),
        (_order("pay_status") == _PAID).fill_null(False),
    ),
    "lines": entries(
        _PRODUCTS,
        {
            "line_number": LINE_NUMBER,
            "sku_id": entry("custom_sku_id"),
            "quantity": entry("product_amount"),
            "unit_price_yuan": yuan_of_fen(entry("product_price")),
            "discount_yuan": yuan_of_fen(entry("product_subsidy", "discount")),
            **LINE_FACT_COLUMNS,
        },
    ),
    # The discount of an order holds those of its products.
    "coupon": coupon(yuan_of_fen(_order("discount_fee").fill_null(0) - _LINE_DISCOUNTS)),
}
ELEME = DocumentShape(
    "eleme", DOCUMENT, (("order", "eleme_order_id"),), marker="eleme_order_id", adapt=adapter(COLUMNS)
)
