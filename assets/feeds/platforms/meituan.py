"""Orders as the Meituan retail platform tells them: ``order/getOrderDetail`` of its open platform.

Names, types and units: class ``OrderDetail`` of the ``mtwmsdk`` client (times in seconds since 1970, money in yuan),
and the platform's list of codes (``status``, ``logistics_status``).
"""

from __future__ import annotations

import polars as pl

from assets.feeds.base import MONEY, DocumentShape
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
    fulfilment,
    payments,
    plain_phone,
    time_of_seconds,
    word,
)

STATUS = {
    "1": "placed",  # 用户已提交订单
    "2": "paid",  # 已向商家推送
    "3": "paid",  # 商家已收到
    "4": "accepted",  # 商家已确认
    "6": "handed_over",  # 订单配送中
    "7": "delivered",  # 订单已送达
    "8": "delivered",  # 订单已完成
    "9": "cancelled",  # 订单已取消
}
_CONFIRMED = 4
# While the store's part stands at "confirmed", the courier's tells how far the goods are.
COURIER_STATUS = {20: "handed_over", 40: "delivered"}  # 骑手已取货, 骑手已送达
PAID_BY = {"1": "cash", "2": "platform_pay"}  # 货到付款, 在线支付
_IMMEDIATELY = 0

DOCUMENT: dict[str, pl.DataType] = {
    "order_id": pl.Int64(),
    "wm_order_id_view": pl.String(),
    "app_poi_code": pl.String(),
    "recipient_name": pl.String(),
    "recipient_phone": pl.String(),
    "recipient_address": pl.String(),
    "latitude": pl.Float64(),
    "longitude": pl.Float64(),
    "shipping_fee": MONEY,
    "total": MONEY,
    "original_price": MONEY,
    "status": pl.Int64(),
    "ctime": pl.Int64(),
    "utime": pl.Int64(),
    "delivery_time": pl.Int64(),
    "pay_type": pl.String(),
    "detail": pl.List(
        pl.Struct(
            {
                "app_food_code": pl.String(),
                "food_name": pl.String(),
                "sku_id": pl.String(),
                "quantity": pl.Int64(),
                "price": MONEY,
                "food_discount": pl.Float64(),
                "unit": pl.String(),
                "fulfilment": LINE_FACTS,
            }
        )
    ),
    "extras": pl.List(
        pl.Struct({"act_detail_id": pl.Int64(), "reduce_fee": MONEY, "remark": pl.String(), "type": pl.Int64()})
    ),
    "order_send_time": pl.Int64(),
    "order_receive_time": pl.Int64(),
    "order_confirm_time": pl.Int64(),
    "order_cancel_time": pl.Int64(),
    "order_completed_time": pl.Int64(),
    "logistics_status": pl.Int64(),
    "logistics_name": pl.String(),
    "logistics_fetch_time": pl.Int64(),
    "logistics_completed_time": pl.Int64(),
    "fulfilment": FULFILMENT,
}
_FULL_PRICE = entry("price") * entry("quantity")
_STATUS = (
    pl.when((field("status") == _CONFIRMED) & field("logistics_status").is_in(list(COURIER_STATUS)))
    .then(field("logistics_status").replace_strict(COURIER_STATUS, default=None, return_dtype=pl.String))
    .otherwise(word(field("status"), STATUS))
)
COLUMNS: dict[str, pl.Expr] = {
    "order_id": field("wm_order_id_view"),
    "channel": pl.lit("meituan"),
    "store_id": field("app_poi_code"),
    "customer": customer(phone=plain_phone(field("recipient_phone")), platform_user_id=fulfilment("platform_user_id")),
    # What is delivered at once has no time of delivery; the hub tells orders that the customer fetches.
    "delivery_mode": pl.coalesce(
        fulfilment("delivery_mode"),
        pl.when(field("delivery_time") == _IMMEDIATELY).then(pl.lit("instant")).otherwise(pl.lit("booked")),
    ),
    "status": _STATUS,
    "placed_at": time_of_seconds(pl.coalesce(field("order_send_time"), field("ctime"))),
    "accepted_at": time_of_seconds(field("order_confirm_time")),
    "handed_over_at": time_of_seconds(field("logistics_fetch_time")),
    "delivered_at": time_of_seconds(pl.coalesce(field("logistics_completed_time"), field("order_completed_time"))),
    "cancelled_at": time_of_seconds(field("order_cancel_time")),
    "courier_company": field("logistics_name"),
    "payments": payments(
        field("total") - field("shipping_fee").fill_null(0),
        word(field("pay_type"), PAID_BY),
        fulfilment("paid_at").is_not_null(),
    ),
    "lines": entries(
        field("detail"),
        {
            "line_number": LINE_NUMBER,
            "sku_id": entry("sku_id"),
            "quantity": entry("quantity"),
            "unit_price_yuan": entry("price"),
            "discount_yuan": (_FULL_PRICE * (1 - entry("food_discount").fill_null(1))).round(2),
            **LINE_FACT_COLUMNS,
        },
    ),
    "coupon": coupon(field("extras").list.eval(entry("reduce_fee")).list.sum().round(2)),
    "updated_at": time_of_seconds(field("utime")),
}
MEITUAN = DocumentShape(
    "meituan", DOCUMENT, (("wm_order_id_view",),), marker="wm_order_id_view", adapt=adapter(COLUMNS)
)
