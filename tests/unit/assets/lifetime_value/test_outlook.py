"""Expected discounted margin against the peer library, and its interval against what repeated samples give."""

import importlib.resources
import warnings

import numpy as np
import polars as pl
import pytest

from assets.lifetime_value.grouping import grouped
from assets.lifetime_value.holdout import holdout_error
from assets.lifetime_value.margins import MarginModel, expected_margin, fit_margins
from assets.lifetime_value.outlook import Horizon, discounted_purchases, outlook
from assets.lifetime_value.purchases import PurchaseModel, fit_purchases, histories_of
from tests.unit.assets.lifetime_value.simulated_customers import draw_customers

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifetimes import BetaGeoFitter, GammaGammaFitter

TRUE_PURCHASES = PurchaseModel(1, 0.8, 20.0, 0.9, 3.0)
TRUE_MARGINS = MarginModel(6.0, 4.0, 15.0)
YEAR = Horizon(12, 0.01)


def test_the_discounted_margin_is_the_peers() -> None:
    name = "cdnow_customers_summary_with_transactions.csv"
    table = pl.read_csv(importlib.resources.files("lifetimes").joinpath("datasets", name).read_bytes())
    table = table.filter(pl.col("x") > 0)
    x, recency, age, z = (table[column].to_numpy() for column in ("x", "t_x", "T", "zbar"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        purchases, margins = BetaGeoFitter().fit(x, recency, age), GammaGammaFitter().fit(x, z)
        series = (table[column].to_pandas() for column in ("x", "t_x", "T", "zbar"))
        theirs = margins.customer_lifetime_value(purchases, *series, time=12, discount_rate=0.01, freq="W")
    histories = histories_of(x, recency, age)
    # The peer counts a month as 4.345 weeks.
    horizon = Horizon(12, 0.01, month=4.345)
    ours = outlook(fit_purchases(histories), fit_margins(x, z), histories, x, z, horizon)
    assert ours.margin == pytest.approx(theirs.to_numpy(), rel=1e-3)


def test_the_interval_holds_what_is_true_in_about_95_of_100_samples() -> None:
    probes = histories_of(np.array([0, 1, 4, 15]), np.array([0.0, 20.0, 150.0, 195.0]), np.full(4, 200.0))
    counts, means = np.array([1, 2, 5, 16]), np.array([22.0, 18.0, 40.0, 31.0])
    true = discounted_purchases(TRUE_PURCHASES, probes, YEAR)[1][probes.groups.group]
    true = true * expected_margin(TRUE_MARGINS, counts, means)
    hits = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        drawn = draw_customers(rng, rng.integers(60, 240, 1500).astype(float), (0.8, 20.0, 0.9, 3.0))
        bought = drawn.frequency + 1
        rate = rng.gamma(TRUE_MARGINS.q, 1 / TRUE_MARGINS.v, len(bought))
        models = fit_purchases(drawn.histories), fit_margins(bought, rng.gamma(6.0 * bought, 1 / rate) / bought)
        found = outlook(*models, probes, counts, means, YEAR)
        hits.append(np.abs(found.margin - true) <= 1.96 * found.margin_standard_errors)
    # 240 comparisons; those of one sample go together, so the band is wider than binomial.
    assert 0.90 <= np.mean(hits) <= 0.985


def test_the_error_of_a_total_is_larger_than_if_customers_erred_apart() -> None:
    rng = np.random.default_rng(6)
    drawn = draw_customers(rng, np.full(800, 200.0), (0.8, 20.0, 0.9, 3.0))
    bought = drawn.frequency + 1
    means = rng.gamma(6.0 * bought, 1 / rng.gamma(4.0, 1 / 15.0, 800)) / bought
    found = outlook(fit_purchases(drawn.histories), fit_margins(bought, means), drawn.histories, bought, means, YEAR)
    alone = np.arange(800) == 5
    assert found.total_variance(alone) == pytest.approx(found.margin_standard_errors[5] ** 2)
    assert found.total_variance(np.ones(800, dtype=bool)) > 20 * (found.margin_standard_errors**2).sum()


def test_grouping_keeps_every_customer_and_cells_keep_every_mean() -> None:
    rng = np.random.default_rng(9)
    count, value = rng.poisson(2, 50_000), rng.exponential(5, 50_000)
    exact = grouped(count, value)
    cells = exact.in_cells()
    assert cells is not None
    assert (exact.count[exact.group] == count).all()
    assert exact.values[0][exact.group] == pytest.approx(value)
    for groups in (exact, cells):
        assert groups.weight.sum() == 50_000
        assert groups.weight @ groups.values[0] == pytest.approx(value.sum())
        assert groups.weight @ groups.count == count.sum()
    assert len(cells.count) < len(exact.count) / 4
    assert cells.in_cells() is None


def test_hold_out_errors_are_those_worked_out_by_hand() -> None:
    found = holdout_error(np.array([3.0, 1.0]), np.array([2.0, 3.0]))
    assert (found.mean_absolute_error, found.total_ratio) == (1.5, 0.8)
    assert found.expected_by_bin.tolist() == [1.0, 3.0]
    assert found.observed_by_bin.tolist() == [3.0, 2.0]
    assert found.calibration_error == pytest.approx(1.5 / 2.5)
    assert np.isnan(holdout_error(np.array([1.0]), np.array([0.0])).total_ratio)
    with pytest.raises(ValueError, match="nobody to compare"):
        holdout_error(np.array([]), np.array([]))
