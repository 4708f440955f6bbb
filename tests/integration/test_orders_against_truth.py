"""Lines, payments, refunds and shipments of the warehouse against what really happened."""

from __future__ import annotations

import polars as pl
import pytest

from tests.integration.chains import BuiltChain
from tests.integration.conftest import ChainOf
from tests.integration.warehouse_oracle import local_day, orders_as_of, read_truth

ORDER = ["order_id", "updated_at"]


@pytest.fixture(params=[0.0, 0.05], ids=["no faults", "5 % faults"])
def chain(request: pytest.FixtureRequest, built_chain: ChainOf) -> BuiltChain:
    return built_chain(request.param)


def part_of_orders(chain: BuiltChain, table: str, key: list[str]) -> pl.DataFrame:
    """Rows of a truth table that belong to the orders as they last were, with columns of their order."""
    orders = orders_as_of(chain.truth, chain.as_of).select(*ORDER, "channel", "store_id", "paid_on")
    return read_truth(chain.truth, table).unique([*ORDER, *key]).join(orders, on=ORDER)


def assert_same(observed: pl.DataFrame, expected: pl.DataFrame, key: list[str]) -> None:
    expected = expected.select(pl.col(name).cast(dtype) for name, dtype in observed.schema.items())
    assert observed.sort(key).equals(expected.sort(key))


def test_every_refund_is_there_on_its_own_day_with_its_packs(chain: BuiltChain) -> None:
    key = ["order_id", "refund_id"]
    packs = part_of_orders(chain, "order_refund_lines", ["refund_id", "line_number"])
    packs = packs.group_by(key).agg(pl.col("refunded_quantity").sum())
    expected = (
        part_of_orders(chain, "order_refunds", ["refund_id"])
        .join(packs, on=key, how="left")
        .with_columns(local_day("refunded_at").alias("refunded_on"), pl.col("refunded_quantity").fill_null(0))
    )
    columns = (
        "order_id, refund_id, store_id, channel, amount_yuan, refund_reason, refunded_quantity, refunded_on, paid_on"
    )
    observed = chain.rows(f"select {columns} from fct_order_refunds")
    assert_same(observed, expected, key)
    assert expected.filter(pl.col("refunded_on") > pl.col("paid_on")).height > 10
    whole = chain.rows("select count(*) filter (where is_whole_refund) as whole, count(*) as n from fct_order_refunds")
    assert 0 < whole["whole"].item() < whole["n"].item()


def test_the_payment_mix_is_what_was_paid_each_way(chain: BuiltChain) -> None:
    key = ["order_id", "payment_method"]
    paid = part_of_orders(chain, "order_payments", ["payment_number"])
    expected = paid.group_by(*key, "store_id", "channel", "paid_on").agg(pl.col("amount_yuan").sum())
    observed = chain.rows(
        "select order_id, payment_method, store_id, channel, amount_yuan, paid_on from fct_order_payments"
    )
    assert_same(observed, expected, key)
    assert set(expected["payment_method"]) == {"wechat_pay", "medical_insurance", "commercial_insurance", "cash"}


def test_every_line_knows_its_parcel_its_refunded_packs_and_what_it_replaces(chain: BuiltChain) -> None:
    key = ["order_id", "line_number"]
    packs = part_of_orders(chain, "order_refund_lines", ["refund_id", "line_number"])
    packs = packs.group_by(key).agg(pl.col("refunded_quantity").sum())
    parcels = part_of_orders(chain, "order_shipments", ["shipment_number"]).explode("line_numbers")
    parcels = parcels.select("order_id", pl.col("line_numbers").alias("line_number"), "shipment_number")
    expected = (
        part_of_orders(chain, "order_lines", ["line_number"])
        .join(packs, on=key, how="left")
        .join(parcels, on=key, how="left")
        .with_columns(pl.col("refunded_quantity").fill_null(0))
    )
    columns = "order_id, line_number, sku_id, quantity, refunded_quantity, shipment_number, substituted_for_sku_id"
    observed = chain.rows(f"select {columns} from fct_order_lines")
    assert_same(observed, expected, key)
    assert expected["substituted_for_sku_id"].n_unique() > 1
    assert expected["shipment_number"].max() == 2
    flags = chain.rows(
        "select count(*) as n from fct_order_lines where is_substituted <> (substituted_for_sku_id is not null)"
    )
    assert flags["n"].item() == 0


def test_the_counts_on_an_order_are_those_of_its_parts(chain: BuiltChain) -> None:
    counted = chain.rows(
        """select count(*) as n from fct_orders where shipment_count is distinct from (
            select count(distinct shipment_number) from fct_order_lines where order_id = fct_orders.order_id
        ) or refund_count is distinct from (
            select count(*) from fct_order_refunds where order_id = fct_orders.order_id
        )"""
    )
    assert counted["n"].item() == 0
