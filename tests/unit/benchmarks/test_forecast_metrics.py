"""Figures of the forecast bench."""

import numpy as np
import pytest

from benchmarks.forecast.metrics import paired_difference


def test_the_interval_is_that_of_a_mean_over_series() -> None:
    rng = np.random.default_rng(5)
    differences = rng.normal(0.5, 2, 400)
    mean, low, high = paired_difference(differences, np.zeros(400), np.arange(400), seed=1)
    half_width = 1.96 * differences.std() / np.sqrt(400)
    assert mean == pytest.approx(differences.mean())
    assert (mean - low, high - mean) == (pytest.approx(half_width, rel=0.15), pytest.approx(half_width, rel=0.15))


def test_more_forecasts_of_the_same_series_make_no_interval_narrower() -> None:
    differences = np.random.default_rng(6).normal(0, 1, 300)
    once = paired_difference(differences, np.zeros(300), np.arange(300), seed=1)
    six_times = paired_difference(np.repeat(differences, 6), np.zeros(1800), np.repeat(np.arange(300), 6), seed=1)
    assert six_times == pytest.approx(once)


def test_what_both_methods_lose_makes_no_interval_wider() -> None:
    common = np.random.default_rng(7).lognormal(3, 2, 200)
    assert paired_difference(common + 1, common, np.arange(200), seed=1) == pytest.approx((1, 1, 1))
