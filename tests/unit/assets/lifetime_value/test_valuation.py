"""From histories to figures: both streams, chains that are too young, and what the hold-out period says."""

import numpy as np
import polars as pl
import pytest

from assets.lifetime_value.outlook import Horizon, discounted_purchases
from assets.lifetime_value.purchases import PurchaseModel, histories_of
from assets.lifetime_value.schema import CUSTOMER_LIFETIME_VALUES_SCHEMA, LIFETIME_VALUE_MODELS_SCHEMA
from assets.lifetime_value.valuation import ValueParameters, _combined, _value_stream, valuation
from tests.unit.assets.lifetime_value.simulated_customers import draw_customers

PARAMETERS = ValueParameters(monthly_discount_rate=0.01, least_history_days=28, largest_purchase_shape=8)
HISTORY_DAYS, HOLDOUT_DAYS = 360, 120
FIRST = 10_000
EVERYDAY, REFILLS = (0.9, 25.0, 0.8, 4.0), (4.0, 30.0, 0.8, 12.0)


def stream_rows(stream: str, parameters: tuple[float, float, float, float], shape: int, seed: int) -> pl.DataFrame:
    """Rows of ``int_people__purchase_histories`` of 900 customers who all bought before the hold-out period.

    Their histories as of today are those as of then: the models of today are looked at elsewhere.
    """
    rng = np.random.default_rng(seed)
    age = rng.integers(60, HISTORY_DAYS - HOLDOUT_DAYS, 900).astype(float)
    drawn = draw_customers(rng, age, parameters, shape, later=HOLDOUT_DAYS)
    bought = drawn.frequency + 1
    margin = rng.gamma(6.0 * bought, 1 / rng.gamma(4.0, 1 / 15.0, len(age))) / bought
    of_one = drawn.log_intervals / len(age)
    history = {
        "purchase_count": bought,
        "recency_days": drawn.recency,
        "age_days": age,
        "mean_margin_yuan": margin,
        "log_intervals": np.full(len(age), of_one),
    }
    return pl.DataFrame(
        {
            "person_token": [f"c{FIRST + number}" for number in range(len(age))],
            "purchase_stream": [stream] * len(age),
            "is_active": drawn.is_alive,
            "history_days": np.full(len(age), HISTORY_DAYS),
            "holdout_days": np.full(len(age), HOLDOUT_DAYS),
            **history,
            **{f"calibration_{name}": values for name, values in history.items()},
            "holdout_purchase_count": drawn.later_purchases,
            "holdout_margin_yuan": drawn.later_purchases * margin,
        }
    )


@pytest.fixture(scope="module")
def histories() -> pl.DataFrame:
    refills = stream_rows("refill", REFILLS, 5, 2)
    # A third of the customers has both streams.
    refills = refills.with_columns(person_token=pl.format("c{}", pl.int_range(pl.len()) + 600 + FIRST))
    apart = pl.concat([stream_rows("everyday", EVERYDAY, 1, 1), refills], how="vertical_relaxed")
    # Which of a customer's streams stands for all orders makes no difference to what is tested here.
    together = apart.unique("person_token", keep="first", maintain_order=True)
    return pl.concat([apart, together.with_columns(purchase_stream=pl.lit("all"))])


@pytest.fixture(scope="module")
def valued(histories: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    return valuation(histories, PARAMETERS)


def test_every_customer_has_one_row_whatever_the_order_of_the_histories(
    histories: pl.DataFrame, valued: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    customers, models = valued
    assert customers.schema == CUSTOMER_LIFETIME_VALUES_SCHEMA
    assert models.schema == LIFETIME_VALUE_MODELS_SCHEMA
    assert customers["person_token"].to_list() == sorted(set(histories["person_token"]))
    again = valuation(histories.sample(fraction=1, shuffle=True, seed=1), PARAMETERS)
    assert again[0].equals(customers)
    assert again[1].equals(models)


def test_refills_are_modelled_as_the_regular_purchases_they_are(valued: tuple[pl.DataFrame, pl.DataFrame]) -> None:
    models = {row["purchase_stream"]: row for row in valued[1].iter_rows(named=True)}
    assert (models["everyday"]["purchase_model"], models["everyday"]["purchase_shape"]) == ("bg_nbd", 1)
    assert (models["refill"]["purchase_model"], models["refill"]["purchase_shape"]) == ("bg_cnbd", 5)
    for row in models.values():
        assert row["holdout_orders_ratio"] == pytest.approx(1, abs=0.15)
        assert row["holdout_orders_calibration_error"] < 0.2
        assert row["holdout_margin_ratio"] == pytest.approx(1, abs=0.15)
    refill = models["refill"]
    assert refill["holdout_orders_mae"] < 0.9 * refill["holdout_random_orders_mae"]


def test_a_customer_with_both_streams_has_the_sum_of_both(
    histories: pl.DataFrame, valued: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    both = valued[0].filter(pl.col("person_token") == "c10700").row(0, named=True)
    assert both["purchase_model"] == "bg_cnbd+bg_nbd"
    apart = [
        _combined([_value_stream(stream, rows, PARAMETERS).customers])
        .filter(pl.col("person_token") == "c10700")
        .row(0, named=True)
        for (stream,), rows in histories.filter(pl.col("purchase_stream") != "all")
        .sort("person_token")
        .partition_by("purchase_stream", as_dict=True)
        .items()
    ]
    for name in ("expected_orders_12m", "expected_margin_12m_yuan"):
        assert both[name] == pytest.approx(sum(row[name] for row in apart), abs=1e-5)
    gone = np.prod([1 - row["alive_probability"] for row in apart])
    assert both["alive_probability"] == pytest.approx(1 - gone, abs=1e-5)
    widths = [row["expected_margin_12m_upper_yuan"] - row["expected_margin_12m_yuan"] for row in apart]
    width = both["expected_margin_12m_upper_yuan"] - both["expected_margin_12m_yuan"]
    assert width == pytest.approx(np.hypot(*widths), abs=1e-4)


def test_expected_margins_are_those_of_the_true_parameters_in_total(
    histories: pl.DataFrame, valued: tuple[pl.DataFrame, pl.DataFrame]
) -> None:
    alone = histories.filter(pl.col("purchase_stream") == "everyday").head(600)
    drawn = alone.select("purchase_count", "recency_days", "age_days")
    grouped = histories_of(
        drawn["purchase_count"].to_numpy() - 1, drawn["recency_days"].to_numpy(), drawn["age_days"].to_numpy()
    )
    orders = discounted_purchases(PurchaseModel(1, *EVERYDAY), grouped, Horizon(12, 0.01))[1][grouped.groups.group]
    means = alone["mean_margin_yuan"].to_numpy()
    trust = 6.0 * drawn["purchase_count"].to_numpy() / (6.0 * drawn["purchase_count"].to_numpy() + 3.0)
    true = float((orders * (trust * means + (1 - trust) * 30.0)).sum())
    found = valued[0].filter(pl.col("person_token") < "c10600")["expected_margin_12m_yuan"].sum()
    assert found == pytest.approx(true, rel=0.1)


def test_a_chain_too_young_or_too_small_gets_reasons_and_no_figures(histories: pl.DataFrame) -> None:
    young = valuation(histories.with_columns(history_days=pl.lit(20)), PARAMETERS)
    assert set(young[0]["not_modelled_reason"]) == {"short_history"}
    few = valuation(histories.group_by("purchase_stream", maintain_order=True).head(20), PARAMETERS)
    assert set(few[0]["not_modelled_reason"]) == {"too_few_customers"}
    for customers, models in (young, few):
        assert customers["expected_margin_12m_yuan"].null_count() == customers.height
        assert customers["purchase_model"].null_count() == customers.height
        assert set(models["not_modelled_reason"]) == set(customers["not_modelled_reason"])
    none = valuation(histories.clear(), PARAMETERS)
    assert (none[0].height, none[1].height) == (0, 0)
    assert none[0].schema == CUSTOMER_LIFETIME_VALUES_SCHEMA


def test_all_orders_are_one_stream_until_there_are_enough_refills(histories: pl.DataFrame) -> None:
    is_refill = pl.col("purchase_stream") == "refill"
    few = pl.concat([histories.filter(~is_refill), histories.filter(is_refill).head(20)])
    customers, models = valuation(few, PARAMETERS)
    assert models.select("purchase_stream", "not_modelled_reason").rows() == [
        ("all", None),
        ("refill", "too_few_customers"),
    ]
    assert customers["not_modelled_reason"].null_count() == customers.height
    assert customers["purchase_model"].n_unique() == 1
    none, _ = valuation(histories.filter(~is_refill), PARAMETERS)
    assert none.equals(customers)


def test_a_hold_out_period_before_which_nobody_came_leaves_the_errors_open(histories: pl.DataFrame) -> None:
    new = histories.with_columns(calibration_purchase_count=pl.lit(0), holdout_purchase_count=pl.col("purchase_count"))
    _, models = valuation(new, PARAMETERS)
    assert set(models["holdout_missing_reason"]) == {"too_few_customers"}
    assert models["not_modelled_reason"].null_count() == 2
    assert models["holdout_orders_mae"].null_count() == 2
