"""What the warehouse says of orders against what really happened, from landing files to KPI rows and books."""

import polars as pl
import pytest

from tests.integration.chains import BuiltChain
from tests.integration.conftest import ChainOf
from tests.integration.warehouse_oracle import COLUMNS, order_kpis, orders_as_of, read_truth

HALF_A_CENT = 0.005
KEY = COLUMNS[:4]


@pytest.fixture(params=[0.0, 0.05], ids=["no faults", "5 % faults"])
def chain(request: pytest.FixtureRequest, built_chain: ChainOf) -> BuiltChain:
    return built_chain(request.param)


def faults(chain: BuiltChain, feed: str) -> pl.DataFrame:
    """What the simulator did to the feed, in files that had arrived."""
    sent = read_truth(chain.truth, "faults")
    return sent.filter(pl.col("feed") == feed, pl.col("arrived_on") <= chain.as_of)


def test_every_row_of_the_order_kpis_is_the_truth_to_the_cent_and_the_order(chain: BuiltChain) -> None:
    expected = order_kpis(chain.truth, chain.as_of)
    codes = ", ".join(f"'{code}'" for code in expected["kpi_code"].unique())
    observed = chain.rows(f"select {', '.join(COLUMNS)} from fct_kpi_daily where kpi_code in ({codes})")
    compared = expected.join(observed, on=KEY, how="full", coalesce=True, suffix="_observed")
    same_numerator = (pl.col("numerator") - pl.col("numerator_observed")).abs() < HALF_A_CENT
    gap = (pl.col("denominator") - pl.col("denominator_observed")).abs()
    same_denominator = pl.col("denominator").eq_missing(pl.col("denominator_observed")) | (gap < HALF_A_CENT)
    wrong = compared.filter(~(same_numerator.fill_null(False) & same_denominator))
    assert expected["kpi_code"].n_unique() == 7
    assert wrong.is_empty(), wrong


def test_the_orders_are_those_that_were_placed_each_as_it_last_was(chain: BuiltChain) -> None:
    columns = ["order_id", "channel", "store_id", "status", "placed_at", "paid_at", "delivered_at", "cancelled_by"]
    instants = pl.col("placed_at", "paid_at", "delivered_at").dt.replace_time_zone(None)
    expected = orders_as_of(chain.truth, chain.as_of).select(columns).with_columns(instants).sort("order_id")
    observed = chain.rows(f"select {', '.join(columns)} from fct_orders order by order_id")
    assert observed.equals(expected)


def test_received_is_accepted_plus_duplicate_plus_quarantined_in_every_file(chain: BuiltChain) -> None:
    books = chain.rows("from fct_ingest_books")
    parts = pl.sum_horizontal("accepted_count", "duplicate_count", "quarantined_count", "erased_count")
    balanced = pl.col("received_count") == parts
    assert books.filter(~balanced).is_empty()
    received = sorted(path.relative_to(chain.zones.landing).as_posix() for path in chain.zones.landing.glob("*/*/*"))
    assert books["source_file"].sort().to_list() == received


def test_each_sent_version_of_an_order_is_booked_once_as_accepted_or_stale(chain: BuiltChain) -> None:
    sent = read_truth(chain.truth, "orders").filter(pl.col("arrives_on") <= chain.as_of)
    booked = chain.rows("select * from fct_ingest_books where feed = 'orders'").select(pl.col(pl.Int64).sum())
    assert booked["accepted_count"].item() + booked["stale_count"].item() == sent.n_unique(["order_id", "updated_at"])
    sent_again = faults(chain, "orders").filter(pl.col("kind").is_in(["duplicate", "stale_version"])).height
    # A stale version may be the first copy of that version, or a repeat of one.
    assert booked["repeated_count"].item() <= sent_again <= booked["duplicate_count"].item()


def test_quarantined_are_exactly_the_records_that_were_broken(chain: BuiltChain) -> None:
    for feed in ("orders", "members"):
        broken = faults(chain, feed).filter(pl.col("kind").is_in(["malformed", "truncated_file"]))
        quarantined = chain.rows(
            f"select source_file, source_position, rule from fct_quarantined_records where feed = '{feed}'"
        )
        place = ["source_file", "source_position"]
        expected = broken.rename({"position": "source_position"}).select(place)
        assert quarantined.select(place).sort(place).equals(expected.sort(place))
        booked = chain.rows(f"select sum(quarantined_count) as n from fct_ingest_books where feed = '{feed}'")
        assert booked["n"].item() == quarantined.height


def test_what_points_at_nothing_known_is_quarantined_by_its_rule(chain: BuiltChain) -> None:
    unknown = faults(chain, "orders").filter(pl.col("expected_rule").str.starts_with("unknown_s"))
    quarantined = chain.rows(
        "select source_file, source_position, rule from fct_quarantined_records "
        "where feed = 'orders' and found_at = 'warehouse' order by all"
    )
    expected = unknown.select("source_file", pl.col("position").alias("source_position"), rule="expected_rule")
    assert quarantined.rows() == sorted(expected.rows())
