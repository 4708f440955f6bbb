"""Orders as the WeChat store tells them: ``channels/ec/order/get``, the ``order`` of its answer.

The shop behind the chain's mini-program and its official account; which of them it was, the scene says. Names, codes
and units (times in seconds since 1970, money in fen): developers.weixin.qq.com, doc/store, "获取订单详情".
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
    fulfilment,
    payments,
    time_of_seconds,
    word,
    yuan_of_fen,
)

STATUS = {
    "10": "placed",  # 待付款
    "20": "paid",  # 待发货
    "21": "handed_over",  # 部分发货
    "30": "handed_over",  # 待收货
    "100": "delivered",  # 完成
    "200": "cancelled",  # 全部商品售后之后, 订单取消
    "250": "cancelled",  # 未付款用户主动取消或超时未付款订单自动取消
}
_OFFICIAL_ACCOUNT = 6  # order_scene: 公众号文章商品卡片

DOCUMENT: dict[str, pl.DataType] = {
    "order_id": pl.String(),
    "create_time": pl.Int64(),
    "update_time": pl.Int64(),
    "status": pl.Int64(),
    "openid": pl.String(),
    "unionid": pl.String(),
    "order_detail": pl.Struct(
        {
            "product_infos": pl.List(
                pl.Struct(
                    {
                        "product_id": pl.String(),
                        "sku_id": pl.String(),
                        "sku_code": pl.String(),
                        "title": pl.String(),
                        "sku_cnt": pl.Int64(),
                        "sale_price": pl.Int64(),
                        "fulfilment": LINE_FACTS,
                    }
                )
            ),
            "pay_info": pl.Struct(
                {
                    "prepay_id": pl.String(),
                    "prepay_time": pl.Int64(),
                    "pay_time": pl.Int64(),
                    "transaction_id": pl.String(),
                }
            ),
            "price_info": pl.Struct(
                {
                    "product_price": pl.Int64(),
                    "order_price": pl.Int64(),
                    "freight": pl.Int64(),
                    "discounted_price": pl.Int64(),
                    "is_discounted": pl.Boolean(),
                }
            ),
            "coupon_info": pl.Struct({"user_coupon_id": pl.String()}),
            "ext_info": pl.Struct({"order_scene": pl.Int64()}),
        }
    ),
    "fulfilment": FULFILMENT,
}


def _detail(*path: str) -> pl.Expr:
    return field("order_detail", *path)


COLUMNS: dict[str, pl.Expr] = {
    "order_id": field("order_id"),
    "channel": pl.when(_detail("ext_info", "order_scene") == _OFFICIAL_ACCOUNT)
    .then(pl.lit("official_account"))
    .otherwise(pl.lit("mini_program")),
    "customer": customer(openid=field("openid"), unionid=field("unionid"), member_card=fulfilment("member_card")),
    "status": word(field("status"), STATUS),
    "placed_at": time_of_seconds(field("create_time")),
    "paid_at": time_of_seconds(_detail("pay_info", "pay_time")),
    "payments": payments(
        yuan_of_fen(_detail("price_info", "order_price") - _detail("price_info", "freight").fill_null(0)),
        pl.lit("wechat_pay"),
        time_of_seconds(_detail("pay_info", "pay_time")).is_not_null(),
    ),
    "lines": entries(
        _detail("product_infos"),
        {
            "line_number": LINE_NUMBER,
            "sku_id": entry("sku_code"),
            "quantity": entry("sku_cnt"),
            "unit_price_yuan": yuan_of_fen(entry("sale_price")),
            # Discounts of products and of the order come as one sum.
            "discount_yuan": pl.lit(None, dtype=pl.Float64),
            **LINE_FACT_COLUMNS,
        },
    ),
    "coupon": coupon(
        yuan_of_fen(_detail("price_info", "discounted_price").fill_null(0)), _detail("coupon_info", "user_coupon_id")
    ),
    "updated_at": time_of_seconds(field("update_time")),
}
WECHAT_STORE = DocumentShape("wechat_store", DOCUMENT, (("order_id",),), marker="product_infos", adapt=adapter(COLUMNS))
