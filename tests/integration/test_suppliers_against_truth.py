"""What the warehouse says of waste, turnover, suppliers and shelves against what really happened."""

import polars as pl
import pytest

from tests.integration import warehouse_oracle_suppliers as oracle
from tests.integration.chains import BuiltChain
from tests.integration.conftest import ChainOf
from tests.integration.test_supply_against_truth import assert_same
from tests.integration.warehouse_oracle import local_day
from tests.integration.warehouse_oracle_supply import days_from, master_data, stock_positions


@pytest.fixture(params=[0.0, 0.05], ids=["no faults", "5 % faults"])
def chain(request: pytest.FixtureRequest, built_chain: ChainOf) -> BuiltChain:
    return built_chain(request.param)


def test_expiry_waste_is_what_was_written_off_over_what_the_goods_sold_had_cost(chain: BuiltChain) -> None:
    expected = oracle.expiry_waste(oracle.movements_as_of(chain.truth, chain.as_of))
    observed = chain.rows("from fct_kpi_daily where kpi_code = 'expiry_waste_rate'").select(expected.columns)
    assert_same(observed, expected, ["business_date", "store_id"])
    assert expected["numerator"].sum() > 0


def test_inventory_turnover_is_the_cost_of_goods_sold_of_the_window_over_its_mean_stock_value(
    chain: BuiltChain,
) -> None:
    positions = stock_positions(chain.truth, chain.zones.landing, chain.as_of)
    movements = oracle.movements_as_of(chain.truth, chain.as_of)
    expected = oracle.inventory_turnover(positions, movements, chain.zones.landing)
    observed = chain.rows("from fct_kpi_daily where kpi_code = 'inventory_turnover' and grain != 'region'")
    assert_same(observed.select(expected.columns), expected, ["business_date", "grain", "area", "store_id"])


def test_every_scorecard_is_what_the_suppliers_did_with_the_lines_due(chain: BuiltChain) -> None:
    lines = oracle.purchase_lines(chain.truth, chain.zones.landing, chain.as_of)
    expected = oracle.scorecards(lines, chain.as_of)
    observed = chain.rows("from fct_supplier_scorecards").select(expected.columns)
    assert_same(observed, expected, ["supplier_id", "month_start_date"])
    assert 0 < expected["otif_line_count"].sum() < expected["due_line_count"].sum()
    assert expected["open_line_count"].sum() > 0


def test_on_time_in_full_is_counted_on_the_day_due_where_the_goods_were_to_arrive(chain: BuiltChain) -> None:
    due = [
        line
        for line in oracle.purchase_lines(chain.truth, chain.zones.landing, chain.as_of)
        if line["due_on"] <= chain.as_of
    ]
    expected = (
        pl.DataFrame(due, infer_schema_length=None)
        .group_by(pl.col("due_on").alias("business_date"), pl.col("location_id").alias("store_id"))
        .agg(
            (pl.col("on_time") & pl.col("in_full")).sum().cast(pl.Float64).alias("numerator"),
            pl.len().cast(pl.Float64).alias("denominator"),
        )
    )
    observed = chain.rows("from fct_kpi_daily where kpi_code = 'supplier_otif_rate'").select(expected.columns)
    assert_same(observed, expected, ["business_date", "store_id"])


def test_lead_times_from_suppliers_count_what_has_not_come_yet(chain: BuiltChain) -> None:
    lines = oracle.purchase_lines(chain.truth, chain.zones.landing, chain.as_of)
    seed = chain.rows("from supply_relations where source_kind = 'supplier' and location_kind = 'central_dc'")
    prior = chain.rows("select lead_time_prior_lines from int_supply__parameters").item()
    expected = oracle.purchase_lead_times(lines, seed["lead_time_sd_days"].item(), prior)
    rows = chain.rows("from int_supply__lead_times where source_location_id is null")
    observed = {
        (row["supplier_id"], row["sku_id"]): (row["lead_time_days"], row["lead_time_sd_days"])
        for row in rows.iter_rows(named=True)
    }
    assert any(line["received_on"] is None for line in lines)
    assert expected.keys() <= observed.keys()
    for pair, figures in expected.items():
        assert observed[pair] == pytest.approx(figures, abs=2e-5), pair


def test_the_way_from_the_centre_to_a_store_takes_as_long_as_the_lorries_take(chain: BuiltChain) -> None:
    # A lorry takes a day, in 30 % of cases one more, in 6 % another one.
    mean, sd = 1 + 0.3 + 0.06, (0.3 * 0.7 + 0.06 * 0.94) ** 0.5
    lanes = chain.rows(
        "select location_id, avg(lead_time_days) as days, avg(lead_time_sd_days) as sd from int_supply__lead_times"
        " where source_location_id is not null group by location_id"
    )
    assert lanes.height == 4
    # About 280 batches a store: the standard error of a mean is 0.03 days.
    assert ((lanes["days"] - mean).abs() < 0.12).all(), lanes
    assert ((lanes["sd"] - sd).abs() < 0.12).all(), lanes


def test_no_lot_at_risk_is_missed_none_is_invented(chain: BuiltChain) -> None:
    demand = chain.rows(
        "select location_id, sku_id, expected_daily_quantity, coalesce(reserved_quantity, 0) as reserved_quantity"
        " from int_supply__replenishment_policy left join int_supply__stock_pipeline"
        " using (location_id, sku_id, business_date) where business_date = (select as_of_date from int_ingest__as_of)"
    )
    wanted = {(location, sku): (daily, held) for location, sku, daily, held in demand.iter_rows()}
    near = int(chain.rows("select near_expiry_days from int_supply__parameters").item())
    movements = oracle.movements_as_of(chain.truth, chain.as_of)
    left_over = oracle.lots_left_over(movements, chain.as_of, wanted)
    key = ["location_id", "sku_id", "lot_id", "expiry_date"]
    on_hand = chain.rows("from int_supply__lots_on_hand")
    assert dict(zip(on_hand.select(key).rows(), on_hand["at_risk_quantity"], strict=True)) == {
        lot: left for lot, left in left_over.items() if lot[3] > chain.as_of
    }
    shown = chain.rows("from fct_lots_at_risk")
    assert dict(zip(shown.select(key).rows(), shown["at_risk_quantity"], strict=True)) == {
        lot: left for lot, left in left_over.items() if left and (lot[3] - chain.as_of).days <= near
    }


def test_the_forecast_shares_of_an_article_add_up_to_what_its_stores_expect(chain: BuiltChain) -> None:
    expected = chain.rows(
        "select sku_id, sum(expected_daily_quantity) * 7 * 12 as packs from int_supply__demand_forecasts"
        " where forecast_date = (select as_of_date from int_ingest__as_of) group by sku_id"
    )
    shares = chain.rows(
        "select sku_id, sum(forecast_quantity) as packs, count(distinct week_start_date) as weeks,"
        " count(distinct supplier_id) as suppliers, min(week_start_date) as first_week"
        " from fct_supplier_forecasts group by sku_id"
    )
    compared = expected.join(shares, on="sku_id", how="full", suffix="_sent")
    assert compared.height == expected.height == shares.height > 0
    # Each supplier's sum is rounded once.
    assert compared.filter((pl.col("packs") - pl.col("packs_sent")).abs() > 0.51 * pl.col("suppliers")).is_empty()
    assert shares["weeks"].unique().to_list() == [12]
    first = shares["first_week"].unique().item()
    assert first.isoweekday() == 1
    assert 0 < (first - chain.as_of).days <= 7


def phantoms_on_shelves(chain: BuiltChain) -> pl.DataFrame:
    """True phantom stock where a shelf counts, with the first and last night on which the shelf must show it."""
    shelves = master_data(chain.zones.landing, "sensors", ["sensor_id"]).filter(pl.col("sku_id").is_not_null())
    return (
        pl.read_parquet(chain.truth / "phantom_stock.parquet")
        .join(shelves.select("location_id", "sku_id"), on=["location_id", "sku_id"], how="semi")
        .with_columns(
            first_night=local_day("started_at") + pl.duration(days=1),
            last_night=(local_day("ended_at") - pl.duration(days=1)).fill_null(chain.as_of),
        )
        .filter(pl.col("first_night") <= chain.as_of)
    )


def matched_episodes(chain: BuiltChain) -> tuple[pl.DataFrame, pl.DataFrame, pl.DataFrame]:
    """True phantoms, episodes called phantom stock, and the pairs of both that overlap in time."""
    truth = phantoms_on_shelves(chain)
    found = chain.rows("from fct_stock_discrepancies where likely_cause = 'phantom_stock'")
    both = truth.join(found, on=["location_id", "sku_id"]).filter(
        pl.col("first_seen_on") <= pl.col("last_night"), pl.col("last_seen_on") >= pl.col("first_night")
    )
    return truth, found, both


def test_with_full_books_each_phantom_is_found_the_night_after_to_the_pack_and_nothing_else(
    built_chain: ChainOf,
) -> None:
    truth, found, both = matched_episodes(built_chain(0.0))
    assert both.height == truth.height == found.height > 0
    assert (both["first_seen_on"] == both["first_night"]).all()
    assert (both["last_seen_on"] == both["last_night"]).all()
    assert (both["difference_quantity"] == -both["quantity"]).all()


def test_with_gaps_in_the_books_phantoms_are_still_found(built_chain: ChainOf) -> None:
    truth, found, both = matched_episodes(built_chain(0.05))
    recall = both.unique(["location_id", "sku_id", "started_at"]).height / truth.height
    # A movement that never arrived makes the books wrong for good: such episodes are real differences and no phantoms.
    assert recall >= 0.75, (truth, found)


def test_phantom_stock_is_known_on_each_day_that_it_lay_only_in_the_books(built_chain: ChainOf) -> None:
    chain = built_chain(0.0)
    expected = {
        (row["location_id"], row["sku_id"], day): row["quantity"]
        for row in phantoms_on_shelves(chain).iter_rows(named=True)
        for day in days_from(row["first_night"], row["last_night"])
    }
    rows = chain.rows("select location_id, sku_id, business_date, phantom_quantity from int_supply__phantom_stock")
    observed = {tuple(row[:3]): row[3] for row in rows.iter_rows()}
    found = [key for key, packs in expected.items() if observed.get(key, 0) > 0]
    assert set(observed) <= set(expected)
    assert len(found) >= 0.95 * len(expected)
