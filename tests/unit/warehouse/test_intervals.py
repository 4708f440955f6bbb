"""Intervals against published tables and a peer."""

import numpy as np
import pytest
from scipy.stats import binomtest

from warehouse.intervals import (
    difference_interval,
    mean_interval,
    normal_quantile,
    quotient_interval,
    total_interval,
    wilson_interval,
)


# Newcombe 1998, Statistics in Medicine 17:857-872, table I, method 3.
@pytest.mark.parametrize(
    ("hits", "trials", "lower", "upper"),
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0000, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_gives_the_published_bounds(hits: int, trials: int, lower: float, upper: float) -> None:
    low, high = wilson_interval(hits / trials, trials)
    assert float(low) == pytest.approx(lower, abs=5e-5)
    assert float(high) == pytest.approx(upper, abs=5e-5)


def test_wilson_agrees_with_scipy_on_every_share_of_small_samples() -> None:
    pairs = [(hits, trials) for trials in (1, 2, 7, 40) for hits in range(trials + 1)]
    hits, trials = np.array(pairs).T
    low, high = wilson_interval(hits / trials, trials)
    peers = [binomtest(k, n).proportion_ci(method="wilson") for k, n in pairs]
    np.testing.assert_allclose(low, [peer.low for peer in peers], atol=1e-12)
    np.testing.assert_allclose(high, [peer.high for peer in peers], atol=1e-12)
    assert low.min() >= 0
    assert high.max() <= 1


@pytest.mark.parametrize(("share", "trials"), [(0.5, 0), (float("nan"), 10), (0.5, float("nan")), (-0.1, 9), (1.2, 9)])
def test_wilson_has_no_bounds_without_trials_or_outside_a_proportion(share: float, trials: float) -> None:
    assert np.isnan(wilson_interval(share, trials)).all()


def test_wilson_forgives_a_share_that_rounding_put_just_above_one() -> None:
    assert wilson_interval(1 + 1e-12, 40) == wilson_interval(1.0, 40)


def test_total_interval_is_the_total_with_196_roots_of_its_squares() -> None:
    # Amounts 3, 4, 12: total 19, squares 9 + 16 + 144 = 169, root 13, times 1.95996 = 25.4795.
    low, high = total_interval([19.0, 19.0], [169.0, np.nan])
    assert (low[0], high[0]) == (pytest.approx(-6.4795, abs=1e-4), pytest.approx(44.4795, abs=1e-4))
    assert np.isnan([low[1], high[1]]).all()


def test_total_interval_covers_the_mean_of_a_compound_poisson_stream() -> None:
    generator = np.random.default_rng(1)
    mean = 40 * 2.0 * 30.0
    covered = 0
    for _ in range(1500):
        amounts = generator.gamma(2.0, 30.0, size=generator.poisson(40))
        low, high = total_interval(amounts.sum(), (amounts**2).sum())
        covered += bool(low <= mean <= high)
    assert 0.92 < covered / 1500 < 0.97


# Newcombe 1998, Statistics in Medicine 17:873-890, table II, method 10.
@pytest.mark.parametrize(
    ("first", "second", "lower", "upper"),
    [
        ((56, 70), (48, 80), 0.0524, 0.3339),
        ((9, 10), (3, 10), 0.1705, 0.8090),
        ((10, 10), (0, 20), 0.6791, 1.0000),
    ],
)
def test_difference_of_two_wilson_intervals_gives_the_published_bounds(
    first: tuple[int, int], second: tuple[int, int], lower: float, upper: float
) -> None:
    def estimate(hits: int, trials: int) -> tuple[float, float, float]:
        low, high = wilson_interval(hits / trials, trials)
        return hits / trials, float(low), float(high)

    low, high = difference_interval(estimate(*first), estimate(*second))
    assert low == pytest.approx(lower, abs=5e-5)
    assert high == pytest.approx(upper, abs=5e-5)


def test_confidence_outside_0_and_1_is_refused() -> None:
    assert normal_quantile() == pytest.approx(1.959964, abs=1e-6)
    with pytest.raises(ValueError, match="between 0 and 1"):
        normal_quantile(95)


def test_quotient_interval_covers_the_true_waste_rate_as_often_as_it_says() -> None:
    generator = np.random.default_rng(11)
    rounds, write_offs, sales = 2000, 40.0, 4000.0
    # Gamma amounts with mean 50 and 20 yuan: the true quotient is 40 * 50 / (4000 * 20).
    truth = write_offs * 50 / (sales * 20)
    counts = generator.poisson(write_offs, rounds)
    amounts = [generator.gamma(2.0, 25.0, count) for count in counts]
    sold = generator.poisson(sales, rounds) * 20.0
    wasted = np.array([amount.sum() for amount in amounts])
    low, high = quotient_interval(wasted, sold, np.array([(amount**2).sum() for amount in amounts]))
    covered = np.mean((low <= truth) & (truth <= high))
    # Three standard errors of a coverage measured 2,000 times, and a little for the skewness of 40 write-offs.
    assert 0.92 <= covered <= 0.965


@pytest.mark.parametrize(("denominator", "squares"), [(0.0, 4.0), (-1.0, 4.0), (10.0, float("nan"))])
def test_quotient_interval_has_no_bounds_without_a_denominator_or_squares(denominator: float, squares: float) -> None:
    assert np.isnan(quotient_interval(5.0, denominator, squares)).all()


def test_mean_interval_is_that_of_the_amounts_themselves() -> None:
    amounts = np.array([12.5, 80.0, 33.1, 33.1, 7.9])
    low, high = mean_interval(amounts.sum(), len(amounts), (amounts**2).sum())
    half_width = normal_quantile() * amounts.std(ddof=1) / np.sqrt(len(amounts))
    assert [float(low), float(high)] == pytest.approx([amounts.mean() - half_width, amounts.mean() + half_width])
    same = mean_interval(np.full(1, 30.3), 3, 3 * 10.1**2)
    assert np.allclose(same, 10.1)


@pytest.mark.parametrize(("count", "squares"), [(0.0, 4.0), (1.0, 25.0), (10.0, float("nan"))])
def test_mean_interval_has_no_bounds_for_fewer_than_two_amounts_or_without_squares(
    count: float, squares: float
) -> None:
    assert np.isnan(mean_interval(5.0, count, squares)).all()
