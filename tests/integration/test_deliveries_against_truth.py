"""What the warehouse says of deliveries, claims, guidance and tickets against what really happened."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from tests.integration.chains import BuiltChain
from tests.integration.conftest import ChainOf
from tests.integration.warehouse_oracle import latest_versions, local_day, orders_as_of, read_truth

ON_THE_WAY = pl.col("handed_over_at").is_not_null() & pl.col("delivery_mode").is_in(["instant", "booked"])
COLD_LIMIT = timedelta(minutes=60)
WINDOW = timedelta(days=7)


@pytest.fixture(scope="module", params=[0.0, 0.05], ids=["no faults", "5 % faults"])
def chain(request: pytest.FixtureRequest, built_chain: ChainOf) -> BuiltChain:
    return built_chain(request.param)


@pytest.fixture(scope="module")
def orders(chain: BuiltChain) -> pl.DataFrame:
    """Orders as they last were, with what kinds of goods are in them."""
    products = pl.concat(
        pl.read_csv(path, columns=["sku_id", "prescription_class", "special_class"])
        for path in (chain.zones.landing / "products").rglob("*.csv")
    ).unique("sku_id")
    lines = read_truth(chain.truth, "order_lines").unique(["order_id", "updated_at", "line_number"])
    goods = (
        lines.join(products, on="sku_id")
        .group_by("order_id", "updated_at")
        .agg(
            (pl.col("prescription_class") != "non_drug").any().alias("has_medicine"),
            (pl.col("special_class") != "none").any().alias("is_special"),
        )
    )
    return orders_as_of(chain.truth, chain.as_of).join(goods, on=["order_id", "updated_at"])


def known_claims(chain: BuiltChain, orders: pl.DataFrame) -> pl.DataFrame:
    claims = latest_versions(read_truth(chain.truth, "delivery_claims"), "claim_id", chain.as_of)
    return claims.join(orders, on="order_id", how="semi")


def guided_in_time() -> pl.Expr:
    return (pl.col("guidance_sent_at") <= pl.col("delivered_at") + pl.duration(hours=24)).fill_null(False)


def test_every_breach_of_the_delivery_procedure_is_found_and_nothing_else(
    chain: BuiltChain, orders: pl.DataFrame
) -> None:
    carried = orders.filter(ON_THE_WAY)
    planted = read_truth(chain.truth, "procedure_breaches").join(carried, on="order_id", how="semi")
    too_long = carried.filter("is_cold_chain", pl.col("delivered_at") - pl.col("picked_at") > COLD_LIMIT)
    expected = set(planted.filter("is_logged").select("order_id", "rule_code").rows())
    expected |= {(order, "minutes_out_of_storage") for order in too_long["order_id"]}
    expected |= {(order, "no_courier") for order in carried.filter("is_special")["order_id"]}
    found = chain.rows("select order_id, rule_code from fct_delivery_procedure_breaches").rows()
    assert sorted(found) == sorted(expected)
    assert len(expected) > 40
    unlogged = planted.filter(~pl.col("is_logged")).select("order_id", "rule_code").unique()
    unknown = chain.rows("select order_id, procedure_unknown_count from fct_delivery_outcomes")
    assert unlogged.height > 0
    assert unlogged.join(unknown, on="order_id").filter(pl.col("procedure_unknown_count") == 0).is_empty()


def test_every_claim_is_its_latest_version_with_its_time_to_settle(chain: BuiltChain, orders: pl.DataFrame) -> None:
    columns = ["claim_id", "order_id", "claim_kind", "courier_company", "liable_party", "claimed_yuan", "settled_yuan"]
    hours = (pl.col("settled_at") - pl.col("opened_at")).dt.total_seconds() / 3600
    expected = known_claims(chain, orders).select(*columns, hours.alias("settle_hours")).sort("claim_id")
    found = chain.rows(f"select {', '.join(columns)}, settle_hours from fct_delivery_claims order by claim_id")
    amounts = pl.col("claimed_yuan", "settled_yuan").cast(pl.Float64)
    assert found.height > 15
    assert found.select(pl.exclude("settle_hours").exclude("claimed_yuan", "settled_yuan")).equals(
        expected.select(pl.exclude("settle_hours").exclude("claimed_yuan", "settled_yuan"))
    )
    assert found.select(amounts).equals(expected.select(amounts))
    assert np.allclose(found["settle_hours"].fill_null(-1), expected["settle_hours"].fill_null(-1))


def test_what_claims_cost_per_courier_company_adds_up_to_the_claims(chain: BuiltChain, orders: pl.DataFrame) -> None:
    expected = (
        known_claims(chain, orders)
        .group_by("courier_company")
        .agg(pl.len().cast(pl.Int64).alias("claims"), pl.col("settled_yuan").cast(pl.Float64).sum().alias("yuan"))
    )
    found = chain.rows(
        """select courier_company, sum(claim_count)::bigint as claims, sum(settled_yuan)::double as yuan,
            sum(delivery_count)::bigint as deliveries
        from fct_courier_claims_monthly group by courier_company"""
    )
    compared = found.filter(pl.col("claims") > 0).drop("deliveries").sort("courier_company")
    assert compared["courier_company"].to_list() == expected.sort("courier_company")["courier_company"].to_list()
    assert compared["claims"].to_list() == expected.sort("courier_company")["claims"].to_list()
    assert np.allclose(compared["yuan"], expected.sort("courier_company")["yuan"])
    assert found["deliveries"].sum() == orders.filter(ON_THE_WAY).height


def test_every_ticket_is_its_latest_version_with_its_minutes(chain: BuiltChain, orders: pl.DataFrame) -> None:
    sent = latest_versions(read_truth(chain.truth, "service_tickets"), "ticket_id", chain.as_of)
    known = sent.filter(pl.col("order_id").is_null() | pl.col("order_id").is_in(orders["order_id"].implode()))
    minutes = {
        name: (pl.col(end) - pl.col("opened_at")).dt.total_seconds() / 60
        for name, end in (("first_response_minutes", "first_answered_at"), ("resolution_minutes", "resolved_at"))
    }
    columns = ["ticket_id", "order_id", "topic", "ticket_channel"]
    expected = known.select(*columns, **minutes).sort("ticket_id")
    found = chain.rows(f"select {', '.join([*columns, *minutes])} from fct_service_tickets order by ticket_id")
    assert found.select(columns).equals(expected.select(columns))
    assert found["order_id"].null_count() > 0
    for name in minutes:
        assert np.allclose(found[name].fill_null(-1), expected[name].fill_null(-1))


def test_guidance_perfect_orders_and_claims_are_counted_as_they_happened(
    chain: BuiltChain, orders: pl.DataFrame
) -> None:
    claims = known_claims(chain, orders)
    refunds = read_truth(chain.truth, "order_refunds").unique(["order_id", "updated_at", "refund_id"])
    reasons = refunds.group_by("order_id", "updated_at").agg(pl.col("refund_reason").alias("reasons"))
    kept_cold = chain.rows("select order_id, is_unbroken_in_range from int_climate__delivery_logs")
    judged = (
        orders.join(reasons, on=["order_id", "updated_at"], how="left")
        .join(kept_cold, on="order_id", how="left")
        .with_columns(
            pl.col("order_id").is_in(claims["order_id"].implode()).alias("has_claim"),
            pl.col("reasons").list.contains("damaged").fill_null(False).alias("is_damaged"),
            pl.col("reasons").list.contains("wrong_item").fill_null(False).alias("is_wrong"),
            local_day("delivered_at").alias("delivered_on"),
        )
        .with_columns(
            (
                (pl.col("delivered_at") <= pl.col("promised_at"))
                & ~pl.col("is_wrong")
                & ~pl.col("is_damaged")
                & ~pl.col("has_claim")
                & (~pl.col("is_cold_chain") | pl.col("is_unbroken_in_range").fill_null(False))
                & (~pl.col("has_medicine") | guided_in_time())
            ).alias("is_perfect")
        )
    )
    for code, day, counted, hit in (
        ("guidance_rate", "delivered_on", pl.col("completed") & pl.col("has_medicine"), guided_in_time()),
        ("perfect_order_rate", "paid_on", pl.col("completed") & ON_THE_WAY, pl.col("is_perfect")),
        ("claim_rate", "paid_on", ON_THE_WAY, pl.col("has_claim")),
    ):
        expected = (
            judged.filter(counted)
            .group_by(pl.col(day).alias("business_date"), "store_id", "channel")
            .agg(hit.fill_null(False).sum().cast(pl.Float64).alias("numerator"), pl.len().cast(pl.Float64).alias("n"))
            .sort("business_date", "store_id", "channel")
        )
        found = chain.rows(
            f"""select business_date, store_id, channel, numerator, denominator as n from fct_kpi_daily
            where kpi_code = '{code}' order by business_date, store_id, channel"""
        )
        assert found.equals(expected), code
        assert 0 < found["numerator"].sum() < found["n"].sum(), code


def test_median_and_90th_percentile_of_every_leg_are_those_of_the_window(
    chain: BuiltChain, orders: pl.DataFrame
) -> None:
    legs = {
        "accept": ("paid_at", "accepted_at"),
        "pick": ("accepted_at", "picked_at"),
        "handover": ("picked_at", "handed_over_at"),
        "ride": ("handed_over_at", "delivered_at"),
        "delivery": ("paid_at", "delivered_at"),
    }
    instant = orders.filter("completed", pl.col("delivery_mode") == "instant")
    last = max(instant["created_on"].to_list())
    rows = chain.rows(
        f"""select kpi_code, store_id, value, observations from fct_kpi_daily
        where kpi_code like '%_minutes_p_0' and business_date = date '{last}' and grain in ('chain', 'store')"""
    )
    found = {(code, store): (value, count) for code, store, value, count in rows.iter_rows()}
    window = instant.filter(pl.col("created_on") > last - WINDOW)
    expected = {}
    for store in ["all", *window["store_id"].unique()]:
        placed = window if store == "all" else window.filter(pl.col("store_id") == store)
        for leg, (start, end) in legs.items():
            minutes = placed.select((pl.col(end) - pl.col(start)).dt.total_seconds() / 60).to_series().to_numpy()
            for percent in (50, 90):
                figure = pytest.approx(np.percentile(minutes, percent))
                expected[f"{leg}_minutes_p{percent}", store] = (figure, len(minutes))
    assert len(expected) > 40
    assert found == expected


def test_what_delays_are_made_of_is_what_the_simulator_made_them_of(chain: BuiltChain) -> None:
    """Over two weeks whose norms rest on enough days, against the simulator's own multipliers."""
    told = chain.rows("select * from fct_delivery_delays").filter(
        pl.col("placed_on") > chain.as_of - timedelta(days=14)
    )
    compared = told.join(read_truth(chain.truth, "delay_causes"), on="order_id", suffix="_true")
    assert compared.height == told.height > 500
    for part, tolerance in (("pick_rush_minutes", 0.3), ("ride_rush_minutes", 0.25), ("ride_rain_minutes", 0.25)):
        observed, true = compared[part].to_numpy(), compared[f"{part}_true"].to_numpy()
        assert true.sum() > 0
        assert observed.sum() == pytest.approx(true.sum(), rel=tolerance), part
        assert np.corrcoef(observed, true)[0, 1] > 0.75, part
