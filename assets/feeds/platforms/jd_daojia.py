"""Orders as JD Daojia tells them: ``order/es/query`` of its open platform, one entry of the answer's list.

Names, types and carriers as its clients read them (times as local text, money in fen), status codes as its description
of the order lists them.
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
    plain_phone,
    time_of_local_text,
    word,
    yuan_of_fen,
)

STATUS = {
    "31000": "placed",  # 等待付款
    "31020": "paid",  # 已付款
    "41000": "paid",  # 待处理
    "32000": "accepted",  # 等待出库
    "33040": "handed_over",  # 配送中
    "33060": "delivered",  # 已妥投
    "90000": "delivered",  # 订单完成
    "20020": "cancelled",  # 订单取消
    "20040": "cancelled",  # 超时未支付系统取消
    "20050": "cancelled",  # 系统撤销订单
    # A customer asks to cancel what the store has taken: until that is decided the order stands where it stood.
    "20010": "accepted",  # 锁定
    "20030": "accepted",  # 订单取消申请
}
CANCELLED_BY = {"20040": "platform", "20050": "platform"}
PAID_BY = {"1": "cash", "4": "platform_pay"}  # 货到付款, 在线支付
CARRIERS = {"9966": "京东众包", "1130": "达达同城送", "2938": "商家自送"}
_FETCHED_BY_CUSTOMER = "9999"  # 到店自提

DOCUMENT: dict[str, pl.DataType] = {
    "orderId": pl.Int64(),
    "orderStatus": pl.Int64(),
    "orderStatusTime": pl.String(),
    "orderStartTime": pl.String(),
    "orderPurchaseTime": pl.String(),
    "orderPreStartDeliveryTime": pl.String(),
    "orderPreEndDeliveryTime": pl.String(),
    "orderCancelTime": pl.String(),
    "orderCancelRemark": pl.String(),
    "buyerPin": pl.String(),
    "buyerFullName": pl.String(),
    "buyerFullAddress": pl.String(),
    "buyerMobile": pl.String(),
    "buyerLng": pl.Float64(),
    "buyerLat": pl.Float64(),
    "deliveryStationNo": pl.String(),
    "deliveryStationNoIsv": pl.String(),
    "deliveryStationName": pl.String(),
    "deliveryCarrierNo": pl.String(),
    "deliveryConfirmTime": pl.String(),
    "orderPayType": pl.Int64(),
    "orderTotalMoney": pl.Int64(),
    "orderDiscountMoney": pl.Int64(),
    "orderFreightMoney": pl.Int64(),
    "packagingMoney": pl.Int64(),
    "platformPointsDeductionMoney": pl.Int64(),
    "orderBuyerPayableMoney": pl.Int64(),
    "product": pl.List(
        pl.Struct(
            {
                "skuId": pl.Int64(),
                "skuIdIsv": pl.String(),
                "skuName": pl.String(),
                "skuJdPrice": pl.Int64(),
                "skuCount": pl.Int64(),
                "canteenMoney": pl.Int64(),
                "fulfilment": LINE_FACTS,
            }
        )
    ),
    "fulfilment": FULFILMENT,
}
_IS_CANCELLED = word(field("orderStatus"), STATUS) == "cancelled"


def _fen(name: str) -> pl.Expr:
    return field(name).fill_null(0)


COLUMNS: dict[str, pl.Expr] = {
    "order_id": field("orderId").cast(pl.String),
    "channel": pl.lit("jd_daojia"),
    "store_id": field("deliveryStationNoIsv"),
    "customer": customer(phone=plain_phone(field("buyerMobile")), platform_user_id=field("buyerPin")),
    "delivery_mode": pl.when(field("deliveryCarrierNo") == _FETCHED_BY_CUSTOMER).then(pl.lit("pickup")),
    "status": word(field("orderStatus"), STATUS),
    "placed_at": time_of_local_text(field("orderStartTime")),
    "paid_at": time_of_local_text(field("orderPurchaseTime")),
    "delivered_at": time_of_local_text(field("deliveryConfirmTime")),
    "cancelled_at": time_of_local_text(field("orderCancelTime")),
    "promised_at": time_of_local_text(field("orderPreEndDeliveryTime")),
    "cancelled_by": field("orderStatus")
    .cast(pl.String)
    .replace_strict(CANCELLED_BY, default=None, return_dtype=pl.String),
    "cancel_reason": pl.when(_IS_CANCELLED & (field("orderCancelRemark") != "")).then(field("orderCancelRemark")),
    "courier_company": field("deliveryCarrierNo").replace_strict(CARRIERS, default=None, return_dtype=pl.String),
    "payments": payments(
        yuan_of_fen(_fen("orderBuyerPayableMoney") - _fen("orderFreightMoney") - _fen("packagingMoney")),
        word(field("orderPayType"), PAID_BY),
        pl.coalesce(time_of_local_text(field("orderPurchaseTime")), fulfilment("paid_at")).is_not_null(),
    ),
    "lines": entries(
        field("product"),
        {
            "line_number": LINE_NUMBER,
            "sku_id": entry("skuIdIsv"),
            "quantity": entry("skuCount"),
            "unit_price_yuan": yuan_of_fen(entry("skuJdPrice")),
            # The price of the platform has the discounts of the product in it.
            "discount_yuan": pl.lit(None, dtype=pl.Float64),
            **LINE_FACT_COLUMNS,
        },
    ),
    "coupon": coupon(yuan_of_fen(_fen("orderDiscountMoney") + _fen("platformPointsDeductionMoney"))),
    "updated_at": time_of_local_text(field("orderStatusTime")),
}
JD_DAOJIA = DocumentShape("jd_daojia", DOCUMENT, (("orderId",),), marker="deliveryStationNoIsv", adapt=adapter(COLUMNS))
