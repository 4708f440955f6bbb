"""Customers of a simulated chain, where nobody ever leaves: what they brought, and what the models make of them."""

from datetime import timedelta

import polars as pl
import pytest

from assets.lifetime_value.asset import read_histories
from assets.lifetime_value.valuation import valuation
from tests.integration.chains import BuiltChain
from tests.integration.conftest import ChainOf
from tests.integration.warehouse_oracle import orders_as_of, read_truth
from warehouse.settings import Settings
from warehouse.tokens import IdentifierKind, token_key, token_of

IDENTIFIERS: list[IdentifierKind] = ["member_card", "unionid", "openid", "platform_user_id", "phone"]
"""Strongest first: the one an order carries leads to the customer."""


@pytest.fixture(scope="module")
def chain(built_chain: ChainOf) -> BuiltChain:
    return built_chain(0.0)


def _person(chain: BuiltChain) -> pl.Expr:
    """The person of an order; who is who is judged in test_identity_against_truth and taken for granted here."""
    found = pl.read_parquet(chain.zones.lake / "person_identifiers" / "person_identifiers.parquet")
    person_of = dict(found.select("identifier_token", "person_token").iter_rows())
    key = token_key(chain.zones.keys)

    def person(order: dict[str, str | None]) -> str | None:
        kind = next((kind for kind in IDENTIFIERS if order[kind] is not None), None)
        return None if kind is None else person_of[token_of(key, kind, order[kind])]

    return pl.struct(IDENTIFIERS).map_elements(person, return_dtype=pl.String).alias("customer")


@pytest.fixture(scope="module")
def purchases(chain: BuiltChain) -> pl.DataFrame:
    """Truth: completed orders of known customers with ``customer``, ``margin`` and the day of placing."""
    version = ["order_id", "updated_at"]
    cost = (
        read_truth(chain.truth, "order_lines")
        .unique([*version, "line_number"])
        .group_by(version)
        .agg(cost=(pl.col("quantity") * pl.col("unit_cost_yuan")).sum())
    )
    return (
        orders_as_of(chain.truth, chain.as_of)
        .filter("completed")
        .join(cost, on=version, how="left")
        .with_columns(_person(chain))
        .filter(pl.col("customer").is_not_null())
        .select(
            "created_on",
            "customer",
            margin=pl.col("amount_paid") - pl.col("refund_yuan").fill_null(0) - pl.col("cost"),
        )
    )


def test_every_customer_is_there_with_orders_days_and_margin_to_the_cent(
    chain: BuiltChain, purchases: pl.DataFrame
) -> None:
    expected = purchases.group_by("customer").agg(
        pl.len().cast(pl.Int64).alias("orders"),
        pl.col("created_on").min().alias("first"),
        pl.col("created_on").max().alias("last"),
        pl.col("margin").sum(),
    )
    observed = chain.rows(
        "select completed_order_count, first_order_date, last_order_date, margin_to_date_yuan"
        " from int_people__lifetime_values"
    )
    # Tokens stand for the customers: they are compared as a set of histories.
    assert sorted(observed.rows()) == sorted(expected.drop("customer").rows())


def test_before_the_asset_has_run_customers_have_a_reason_and_no_figures(chain: BuiltChain) -> None:
    told = chain.rows(
        "select distinct not_modelled_reason, expected_margin_12m_yuan, purchase_model from int_people__lifetime_values"
    )
    assert told.rows() == [("not_valued_yet", None, None)]
    kpi = chain.rows("select numerator, denominator, is_suppressed from fct_kpi_daily where kpi_code = 'ltv_yuan'")
    customers = chain.rows("select count(*)::double from int_people__lifetime_values where is_active").item()
    assert kpi.rows() == [(None, customers, False)]


def test_customers_who_never_leave_are_all_there_and_go_on_buying(chain: BuiltChain, purchases: pl.DataFrame) -> None:
    histories, parameters = read_histories(Settings(data_root=chain.zones.root))
    customers, models = valuation(histories, parameters)
    assert set(customers["person_token"]) == set(histories["person_token"])
    assert customers["not_modelled_reason"].null_count() == customers.height
    assert customers["alive_probability"].mean() > 0.9  # type: ignore[operator]
    last_weeks = purchases.filter(pl.col("created_on") > chain.as_of - timedelta(days=14))
    of_a_year = last_weeks.height / 14 * 365
    # Part of these orders is made by customers who are yet to come.
    assert 0.6 * of_a_year < customers["expected_orders_12m"].sum() < of_a_year
    again = valuation(histories, parameters)
    assert again[0].equals(customers)
    assert again[1].equals(models)
