"""BG/NBD and BG/CNBD-k against published values, the peer library and customers who behave exactly as they say."""

import importlib.resources
import warnings

import numpy as np
import polars as pl
import pytest
from scipy.optimize import approx_fprime

from assets.lifetime_value import purchases
from assets.lifetime_value.estimation import AtBoundError, NotEstimableError
from assets.lifetime_value.purchases import (
    PurchaseModel,
    alive_probability,
    expected_purchases,
    fit_purchases,
    fit_regular_purchases,
    histories_of,
)
from tests.unit.assets.lifetime_value.simulated_customers import draw_customers

with warnings.catch_warnings():
    # The peer sets an option that pandas no longer knows.
    warnings.simplefilter("ignore")
    from lifetimes import BetaGeoFitter


@pytest.fixture(scope="module")
def cdnow() -> pl.DataFrame:
    return pl.read_csv(
        importlib.resources.files("lifetimes").joinpath("datasets", "cdnow_customers_summary.csv").read_bytes()
    )


def one(frequency: int, recency: float, age: float) -> purchases.Histories:
    return histories_of(np.array([frequency]), np.array([recency]), np.array([age]))


def test_the_parameters_and_the_likelihood_on_cdnow_are_the_published_ones(cdnow: pl.DataFrame) -> None:
    model = fit_purchases(histories_of(*(cdnow[name].to_numpy() for name in ("frequency", "recency", "T"))))
    assert [model.r, model.alpha, model.a, model.b] == pytest.approx([0.243, 4.414, 0.793, 2.426], abs=1e-2)
    assert model.estimate is not None
    assert model.estimate.log_likelihood == pytest.approx(-9582.4, abs=0.1)


def test_the_expected_purchases_of_the_papers_customer_are_the_published_ones() -> None:
    # Fader, Hardie and Lee, Implementing the BG/NBD Model in Excel (2005): 1.2260 purchases in 39 weeks.
    model = PurchaseModel(1, 0.24259, 4.41353, 0.79289, 2.42575)
    assert expected_purchases(model, one(2, 30.43, 38.86), np.array([39.0]))[0, 0] == pytest.approx(1.226, abs=1e-3)


def test_standard_errors_and_expectations_are_those_of_the_peer(cdnow: pl.DataFrame) -> None:
    columns = [cdnow[name].to_numpy() for name in ("frequency", "recency", "T")]
    histories = histories_of(*columns)
    model = fit_purchases(histories)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        peer = BetaGeoFitter().fit(*columns)
        expected = peer.conditional_expected_number_of_purchases_up_to_time(39, *columns)
        alive = peer.conditional_probability_alive(*columns)
    assert model.estimate is not None
    assert model.estimate.standard_errors == pytest.approx(peer.summary["se(coef)"].to_numpy(), rel=1e-3)
    group = histories.groups.group
    assert expected_purchases(model, histories, np.array([39.0]))[group, 0] == pytest.approx(expected, rel=1e-4)
    assert alive_probability(model, histories)[group] == pytest.approx(alive, rel=1e-4)


@pytest.mark.parametrize("shape", [1, 3])
@pytest.mark.parametrize("parameters", [(0.8, 20.0, 0.7, 3.0), (0.8, 20.0)])
def test_the_gradient_is_the_slope_of_the_likelihood(shape: int, parameters: tuple[float, ...]) -> None:
    rng = np.random.default_rng(5)
    drawn = draw_customers(rng, rng.uniform(20, 90, 300), (0.8, 20.0, 0.7, 3.0), shape)
    likelihood = purchases._Likelihood(drawn.histories, shape)
    theta = np.log(parameters)
    slope = approx_fprime(theta, lambda point: likelihood(point)[0], 1e-6)
    assert likelihood(theta)[1] == pytest.approx(slope, rel=1e-3, abs=1e-2)


@pytest.mark.parametrize(
    ("shape", "parameters"),
    [(1, (0.5, 15.0, 0.8, 2.5)), (3, (2.0, 60.0, 0.7, 7.0)), (1, (0.5, 15.0, 0.0, 1.0)), (4, (3.0, 30.0, 0.0, 1.0))],
)
def test_the_parameters_customers_were_drawn_with_are_found_again(
    shape: int, parameters: tuple[float, float, float, float]
) -> None:
    rng = np.random.default_rng(12)
    drawn = draw_customers(rng, np.floor(rng.uniform(100, 400, 6000)), parameters, shape)
    model = fit_regular_purchases(drawn.histories, largest_shape=8, has_dropout=parameters[2] > 0)
    assert model.shape == shape
    assert model.estimate is not None
    distance = (model.estimate.values - parameters[: len(model.estimate.values)]) / model.estimate.standard_errors
    assert np.abs(distance).max() < 3


@pytest.mark.parametrize(
    ("shape", "parameters"), [(1, (0.5, 15.0, 1.0, 2.5)), (3, (4.0, 40.0, 0.7, 7.0)), (4, (3.0, 30.0, 0.0, 1.0))]
)
def test_customers_buy_afterwards_and_are_there_as_often_as_expected(
    shape: int, parameters: tuple[float, float, float, float]
) -> None:
    rng = np.random.default_rng(21)
    drawn = draw_customers(rng, np.floor(rng.uniform(100, 400, 60_000)), parameters, shape, later=180)
    model = PurchaseModel(shape, *parameters)
    histories = drawn.histories
    expected = expected_purchases(model, histories, np.array([180.0]))[histories.groups.group, 0]
    alive = alive_probability(model, histories)[histories.groups.group]
    for part in np.array_split(np.argsort(expected, kind="stable"), 5):
        error = drawn.later_purchases[part].std() / np.sqrt(len(part))
        assert drawn.later_purchases[part].mean() == pytest.approx(expected[part].mean(), abs=4 * error)
        there = alive[part].mean()
        assert drawn.is_alive[part].mean() == pytest.approx(there, abs=4 * np.sqrt(0.25 / len(part)))


def test_the_quadrature_and_the_sum_over_purchases_agree_where_both_hold() -> None:
    rng = np.random.default_rng(8)
    drawn = draw_customers(rng, rng.uniform(50, 300, 400), (0.9, 20.0, 0.8, 2.4))
    model = PurchaseModel(1, 0.9, 20.0, 0.8, 2.4)
    histories = (drawn.frequency, drawn.recency, drawn.age, np.array([10.0, 365.0]))
    assert purchases._regular(model, *histories) == pytest.approx(purchases._random(model, *histories), rel=1e-7)


def test_customers_who_buy_a_thousand_times_overflow_nothing() -> None:
    frequent = histories_of(np.array([1000, 3000]), np.array([900.0, 950.0]), np.array([1000.0, 1000.0]))
    horizons = np.array([30.0, 365.0])
    for shape in (1, 3):
        model = PurchaseModel(shape, 0.5, 10.0, 0.8, 2.4)
        expected = expected_purchases(model, frequent, horizons)
        assert np.isfinite(expected).all()
        value, gradient = purchases._Likelihood(frequent, shape)(np.log([0.5, 10.0, 0.8, 2.4]))
        assert np.isfinite([value, *gradient]).all()


def test_a_history_in_seconds_leads_to_the_estimates_of_every_single_row() -> None:
    # Nearly every row is a history of its own, so that cells are used on the way.
    rng = np.random.default_rng(2)
    parameters = (0.8, 20.0, 0.8, 2.4)
    drawn = draw_customers(rng, rng.uniform(50, 300, 40_000), parameters)
    histories = drawn.histories
    assert histories.groups.in_cells() is not None
    model = fit_purchases(histories)
    assert model.estimate is not None
    _, gradient = purchases._Likelihood(histories, 1)(np.log(model.estimate.values))
    assert np.abs(gradient).max() / 40_000 < 1e-6


def test_too_few_who_come_back_are_said_to_be_too_few() -> None:
    histories = histories_of(np.array([0] * 500 + [1] * 12), np.array([0.0] * 500 + [3.0] * 12), np.full(512, 30.0))
    with pytest.raises(NotEstimableError, match=r"only 12 customers came back, 30 are needed: wait"):
        fit_purchases(histories)


def test_where_nobody_leaves_the_dropout_is_said_to_run_away() -> None:
    rng = np.random.default_rng(4)
    drawn = draw_customers(rng, np.full(3000, 300.0), (1.2, 30.0, 0.0, 1.0))
    with pytest.raises(AtBoundError, match=r"simpler model") as raised:
        fit_purchases(drawn.histories)
    assert {"a", "b"} & set(raised.value.parameters)


@pytest.mark.parametrize(
    ("history", "words"),
    [((0, 3.0, 30.0), "merge purchases"), ((2, 31.0, 30.0), "after the end"), ((-1, 0.0, 3.0), "negative")],
)
def test_an_impossible_history_is_refused(history: tuple[int, float, float], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        one(*history)
