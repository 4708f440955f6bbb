"""What the bench of customer values makes of a log of transactions."""

from datetime import date
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from benchmarks.lifetime_value.transactions import TransactionsError, checked, online_retail, read_table, split
from tests.public_data import PUBLIC_DATA, why_absent

LOG = pl.DataFrame(
    {
        "customer": ["a", "a", "a", "a", "b", "b", "c", "d"],
        "date": ["2026-01-01", "2026-01-01", "2026-01-04", "2026-01-08", "2026-01-02", "2026-01-02", "2026-01-09",
                 "2026-01-09"],
        "value": [1.0, 2.0, 5.0, 7.0, 4.0, -4.0, 8.0, 9.0],
    }
)  # fmt: skip


def test_a_day_is_one_purchase_and_a_day_of_returns_none() -> None:
    days = checked(LOG, "log")
    assert days.rows() == [
        ("a", date(2026, 1, 1), 3.0),
        ("a", date(2026, 1, 4), 5.0),
        ("a", date(2026, 1, 8), 7.0),
        ("c", date(2026, 1, 9), 8.0),
        ("d", date(2026, 1, 9), 9.0),
    ]


def test_the_hold_out_period_is_cut_off_and_customers_who_came_in_it_are_left_out() -> None:
    found = split(checked(LOG, "log"), holdout_share=1 / 3)
    assert (found.last_calibration_day, found.holdout_days) == (date(2026, 1, 6), 3)
    assert (found.frequency.tolist(), found.recency.tolist(), found.age.tolist()) == ([1], [3.0], [5.0])
    assert (found.mean_value.tolist(), found.log_intervals) == ([4.0], pytest.approx(np.log(3)))
    assert (found.holdout_purchases.tolist(), found.holdout_value.tolist()) == ([1.0], [7.0])


def test_what_is_wrong_with_a_log_is_said(tmp_path: Path) -> None:
    with pytest.raises(TransactionsError, match="no column date, value; it has customer"):
        checked(LOG.select("customer"), "log")
    with pytest.raises(TransactionsError, match="date must hold days"):
        checked(LOG.with_columns(date=pl.lit("yesterday")), "log")
    with pytest.raises(TransactionsError, match="missing or not finite"):
        checked(LOG.with_columns(value=pl.lit(None, dtype=pl.Float64)), "log")
    with pytest.raises(TransactionsError, match="no purchase"):
        checked(LOG.with_columns(value=pl.lit(-1.0)), "log")
    with pytest.raises(TransactionsError, match="no such file"):
        read_table(tmp_path / "absent.csv")
    (tmp_path / "broken.parquet").write_text("no table")
    with pytest.raises(TransactionsError, match="neither Parquet nor"):
        read_table(tmp_path / "broken.parquet")
    LOG.write_csv(tmp_path / "log.csv")
    assert read_table(tmp_path / "log.csv").equals(checked(LOG, "log"))


@pytest.mark.skipif(bool(why_absent("online_retail_uci")), reason=why_absent("online_retail_uci") or "")
def test_the_shops_customers_are_those_its_readme_counts_less_those_who_only_returned() -> None:
    days = online_retail(PUBLIC_DATA / "online_retail_uci")
    assert 4_300 < days["customer"].n_unique() <= 4_372
