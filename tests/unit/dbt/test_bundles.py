"""Lifts of int_people__bundle_pairs: against a peer library on real baskets, and by how often the interval is right."""

import io
import tarfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

import efficient_apriori
import numpy as np
import polars as pl
import pytest
from scipy.stats import false_discovery_control

from tests.public_data import PUBLIC_DATA, why_absent
from tests.unit.dbt.compiled_models import CompiledProject, run_model

AS_OF = date(2026, 2, 13)
LEAST_JOINT_BASKETS = 30
SMALLEST_SHOWN_COUNT = 11


def pairs_of(project: CompiledProject, baskets: pl.DataFrame, scenarios: Sequence[str] = ("all",)) -> pl.DataFrame:
    """Rows of the model for baskets (``order_id``, ``item_code``); the scenario of each item, or the one of all."""
    codes = baskets["item_code"].drop_nulls().unique().sort()
    tables: Mapping[str, pl.DataFrame] = {
        "int_people__bundle_baskets": baskets,
        "bundle_scenarios": pl.DataFrame(
            {"scenario_code": list(scenarios) * (len(codes) // len(scenarios)), "item_code": codes, "valid_from": AS_OF}
        ),
        "bundle_items": pl.DataFrame({"item_code": codes, "item_kind": "product_group"}),
        "int_people__bundle_parameters": pl.DataFrame({"least_joint_baskets": [float(LEAST_JOINT_BASKETS)]}),
        "people_count_limits": pl.DataFrame(
            {"limit_name": ["smallest_shown_count"], "limit_value": [SMALLEST_SHOWN_COUNT]}
        ),
        "int_ingest__as_of": pl.DataFrame({"as_of_date": [AS_OF]}),
    }
    return run_model(project.sql("int_people__bundle_pairs"), tables)


def invoices() -> Iterator[pl.DataFrame]:
    with tarfile.open(PUBLIC_DATA / "online_retail_uci" / "by_day.tar.gz") as archive:
        for member in archive:
            file = archive.extractfile(member) if member.name.endswith(".csv") else None
            if file is not None:
                yield pl.read_csv(io.BytesIO(file.read()), columns=["InvoiceNo", "StockCode"], infer_schema=False)


@pytest.fixture(scope="module")
def real_baskets() -> pl.DataFrame:
    if reason := why_absent("online_retail_uci"):
        pytest.skip(reason)
    lines = pl.concat(invoices()).rename({"InvoiceNo": "order_id", "StockCode": "item_code"}).unique().sort(pl.all())
    often = lines["item_code"].value_counts(sort=True).head(40)["item_code"]
    return lines.with_columns(pl.when(pl.col("item_code").is_in(often.implode())).then("item_code")).unique()


def test_lift_and_support_on_real_baskets_are_those_of_the_peer_library(
    project: CompiledProject, real_baskets: pl.DataFrame
) -> None:
    observed = pairs_of(project, real_baskets)
    transactions = [
        tuple(code for code in codes if code is not None)
        for codes in real_baskets.group_by("order_id").agg("item_code")["item_code"].to_list()
    ]
    _, rules = efficient_apriori.apriori(
        transactions, min_support=LEAST_JOINT_BASKETS / len(transactions), min_confidence=1e-9, max_length=2
    )
    expected = {(*rule.lhs, *rule.rhs): (rule.support, rule.lift) for rule in rules}
    shown = observed.filter("is_large_enough").select("first_item_code", "second_item_code", "support", "lift")
    assert shown.height > 500
    assert observed.height == 40 * 39 / 2
    for first, second, support, lift in shown.iter_rows():
        assert (support, lift) == pytest.approx(expected[first, second], rel=1e-9)
    # Goods that belong together are found: the dearest pairs are three colours of one cup and two of one bag.
    assert shown["lift"].max() > 10  # type: ignore[operator]


def baskets_of(holds: np.ndarray) -> pl.DataFrame:
    """Baskets by what they hold, shape ``(baskets, items)``; one that holds nothing is a basket too."""
    order, item = np.nonzero(holds)
    empty = np.flatnonzero(~holds.any(axis=1))
    return pl.concat(
        [
            pl.DataFrame({"order_id": order, "item_code": [f"i{code:04}" for code in item]}),
            pl.DataFrame({"order_id": empty, "item_code": pl.Series([None] * len(empty), dtype=pl.String)}),
        ]
    )


@pytest.mark.parametrize("cells", [(0.02, 0.08, 0.08), (0.05, 0.02, 0.05)], ids=["lift of 2", "lift above 7"])
def test_the_interval_holds_the_true_lift_in_95_of_100_samples(
    project: CompiledProject, cells: tuple[float, float, float]
) -> None:
    both, only_a, only_b = cells
    true_lift = both / ((both + only_a) * (both + only_b))
    samples = 400
    draw = np.random.default_rng(7).random((2500, samples))
    holds = np.empty((2500, 2 * samples), dtype=np.bool_)
    holds[:, 0::2] = draw < both + only_a
    holds[:, 1::2] = (draw < both) | ((draw >= both + only_a) & (draw < both + only_a + only_b))
    # A sample is two neighbouring items; the pairs across samples are looked at by nobody.
    scenarios = [f"sample {number // 2}" for number in range(2 * samples)]
    pairs = pairs_of(project, baskets_of(holds), scenarios)
    assert pairs.height == samples
    held = pairs.select(pl.lit(true_lift).is_between("lift_lower", "lift_upper").mean()).item()
    assert 0.925 <= held <= 0.975


def test_goods_that_have_nothing_to_do_with_each_other_are_not_called_frequent(project: CompiledProject) -> None:
    pairs = pairs_of(project, baskets_of(np.random.default_rng(11).random((6000, 20)) < 0.12))
    assert pairs["is_large_enough"].all()
    # Of 190 pairs about five lie above chance by their interval alone.
    assert (pairs["lift_lower"] > 1).any()
    assert not (pairs["adjusted_chance_probability"] <= 0.05).any()


def test_adjusted_probabilities_are_those_of_the_step_up_procedure(project: CompiledProject) -> None:
    random = np.random.default_rng(3)
    holds = random.random((4000, 12)) < 0.15
    holds[:, 1] |= (random.random(4000) < 0.05) & holds[:, 0]
    holds[:, 3] |= (random.random(4000) < 0.10) & holds[:, 2]
    pairs = pairs_of(project, baskets_of(holds))
    expected = false_discovery_control(pairs["chance_probability"].to_numpy())
    np.testing.assert_allclose(pairs["adjusted_chance_probability"].to_numpy(), expected, rtol=1e-9)


def test_a_pair_with_a_small_cell_shows_nothing(project: CompiledProject) -> None:
    both, only_a, only_b, neither = 40, SMALLEST_SHOWN_COUNT - 1, 300, 300
    first = [f"o{number}" for number in range(both + only_a)]
    second = [f"o{number}" for number in range(both)] + [f"p{number}" for number in range(only_b)]
    rest = [f"q{number}" for number in range(neither)]
    baskets = pl.concat(
        [
            pl.DataFrame({"order_id": first, "item_code": "a"}),
            pl.DataFrame({"order_id": second, "item_code": "b"}),
            pl.DataFrame({"order_id": rest, "item_code": "c"}),
        ]
    )
    pairs = pairs_of(project, baskets).sort("first_item_code", "second_item_code")
    # a without b is the small cell; c was bought with neither.
    assert pairs["joint_basket_count"].to_list() == [both, 0, 0]
    assert pairs["is_large_enough"].to_list() == [False, False, False]
    assert pairs["lift"].null_count() == pairs["lift_lower"].null_count() == 3
