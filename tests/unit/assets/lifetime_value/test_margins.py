"""The gamma-gamma model against published values, the peer library and margins drawn from it."""

import importlib.resources
import warnings

import numpy as np
import polars as pl
import pytest

from assets.lifetime_value.estimation import NotEstimableError
from assets.lifetime_value.margins import EVEN_SHAPE, MarginModel, expected_margin, fit_margins

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from lifetimes import GammaGammaFitter


@pytest.fixture(scope="module")
def cdnow() -> pl.DataFrame:
    name = "cdnow_customers_summary_with_transactions.csv"
    table = pl.read_csv(importlib.resources.files("lifetimes").joinpath("datasets", name).read_bytes())
    return table.filter(pl.col("x") > 0)


def test_the_parameters_on_cdnow_are_the_published_ones_and_the_likelihood_is_the_peers(cdnow: pl.DataFrame) -> None:
    counts, means = cdnow["x"].to_numpy(), cdnow["zbar"].to_numpy()
    model = fit_margins(counts, means)
    assert [model.p, model.q, model.v] == pytest.approx([6.25, 3.74, 15.44], abs=1e-2)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = GammaGammaFitter().fit(counts, means)
    assert model.estimate is not None
    theirs = -peer._negative_log_likelihood(np.log([model.p, model.q, model.v]), counts, means, np.ones(len(counts)), 0)
    assert model.estimate.log_likelihood == pytest.approx(theirs * len(counts), abs=0.1)
    assert model.estimate.standard_errors == pytest.approx(peer.summary["se(coef)"].to_numpy(), rel=1e-2)
    theirs = peer.conditional_expected_average_profit(counts, means)
    assert expected_margin(model, counts, means) == pytest.approx(theirs, rel=1e-4)


def test_the_parameters_margins_were_drawn_with_are_found_again_and_means_are_foretold() -> None:
    rng = np.random.default_rng(3)
    counts = rng.integers(1, 12, 50_000)
    rate = rng.gamma(3.7, 1 / 15.0, len(counts))
    means = rng.gamma(6.2 * counts, 1 / rate) / counts
    model = fit_margins(counts, means)
    assert model.estimate is not None
    assert np.abs((model.estimate.values - [6.2, 3.7, 15.0]) / model.estimate.standard_errors).max() < 3
    expected, true = expected_margin(model, counts, means), 6.2 / rate
    for part in np.array_split(np.argsort(expected), 5):
        assert expected[part].mean() == pytest.approx(true[part].mean(), rel=0.02)


def test_customers_who_always_bring_the_same_are_expected_to_go_on_so() -> None:
    rng = np.random.default_rng(7)
    counts = rng.integers(1, 8, 400)
    means = 15.0 / rng.gamma(4.0, 1.0, 400)
    model = fit_margins(counts, means)
    assert model.p == EVEN_SHAPE
    assert model.estimate is not None
    assert model.q == pytest.approx(4.0, abs=4 * model.estimate.standard_errors[0])
    assert expected_margin(model, counts, means) == pytest.approx(means, rel=1e-2)
    shifted = model.with_parameters(model.estimate.values * 1.01)
    assert (shifted.p, shifted.q) == (model.p, pytest.approx(model.q * 1.01))


def test_a_customer_without_purchase_gets_the_mean_of_all_and_a_loss_counts_as_it_is() -> None:
    model = MarginModel(6.0, 4.0, 15.0)
    none, loss, less = expected_margin(model, np.array([0, 2, 2]), np.array([0.0, -5.0, -6.0]))
    assert none == pytest.approx(30.0)
    assert loss == pytest.approx(12 / 15 * -5 + 3 / 15 * 30)
    assert less < loss


def test_too_few_margins_and_a_mean_that_does_not_exist_are_said_so() -> None:
    with pytest.raises(NotEstimableError, match=r"only 2 customers brought a margin, 30 are needed: wait"):
        fit_margins(np.ones(5, dtype=np.int64), np.array([1.0, 2.0, 0.0, -1.0, 0.0]))
    rng = np.random.default_rng(1)
    heavy = rng.gamma(2.0, 1 / rng.gamma(0.6, 1 / 5.0, 3000))
    with pytest.raises(NotEstimableError, match=r"no mean"):
        fit_margins(rng.integers(1, 3, 3000), heavy)
    with pytest.raises(ValueError, match="at least one purchase"):
        fit_margins(np.array([0]), np.array([1.0]))
