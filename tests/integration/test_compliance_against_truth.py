"""Every planted violation is found and nothing else is: prescriptions, trace codes, the online ban, content.

Records that arrive late, or broken first, are all there six days later; what is younger may be unknown, never wrong.
"""

from datetime import timedelta

import polars as pl
import pytest

from assets.content_reviews.asset import check_contents
from simulator.violations import LINKS, VIOLATIONS
from tests.integration.chains import BuiltChain
from tests.integration.conftest import ChainOf
from tests.integration.warehouse_oracle import local_day
from warehouse.settings import Settings

KEY = ["order_id", "line_number"]
SETTLED = timedelta(days=6)


@pytest.fixture(params=[0.0, 0.05], ids=["no faults", "5 % faults"])
def chain(request: pytest.FixtureRequest, built_chain: ChainOf) -> BuiltChain:
    return built_chain(request.param)


def truth(chain: BuiltChain, table: str) -> pl.DataFrame:
    return pl.read_parquet(chain.truth / table / "*.parquet")


def arrived_orders(chain: BuiltChain) -> pl.DataFrame:
    """Orders of which a version has arrived that says the goods left."""
    left = pl.col("handed_over_at").is_not_null() | pl.col("delivered_at").is_not_null()
    orders = truth(chain, "orders").filter(left, pl.col("arrives_on") <= chain.as_of)
    return orders.select("order_id", "store_id", "channel").unique("order_id")


def true_lines(chain: BuiltChain) -> pl.DataFrame:
    """Truth of the lines that the warehouse can know of, with ``is_settled``."""
    lines = truth(chain, "prescription_lines").join(arrived_orders(chain), on="order_id")
    return lines.with_columns(
        dispensed_on=local_day("dispensed_at"), is_settled=local_day("dispensed_at") <= chain.as_of - SETTLED
    )


def test_every_prescription_line_that_left_is_audited_and_no_other(chain: BuiltChain) -> None:
    audited = chain.rows("select order_id, line_number from fct_prescription_audits")
    assert set(audited.rows()) == set(true_lines(chain).select(KEY).rows())
    assert audited.height > 1000


@pytest.mark.parametrize("link", LINKS)
def test_every_link_is_true_false_or_unknown_as_it_really_was(chain: BuiltChain, link: str) -> None:
    audited = chain.rows(f"select order_id, line_number, {link} from fct_prescription_audits")
    compared = true_lines(chain).join(audited, on=KEY, suffix="_found")
    differs = ~pl.col(link).eq_missing(pl.col(f"{link}_found"))
    assert compared.filter(differs, pl.col("is_settled")).is_empty()
    # What is still on its way makes a link unknown, never wrong.
    assert compared.filter(differs, pl.col(f"{link}_found").is_not_null()).is_empty()
    assert compared.filter("is_settled", ~pl.col(link)).height > 0


def test_every_kind_of_violation_occurs_and_makes_a_finding(chain: BuiltChain) -> None:
    audited = chain.rows(
        "select order_id, line_number, is_compliant, finding_zh, finding_en from fct_prescription_audits"
    )
    compared = true_lines(chain).filter("is_settled").join(audited, on=KEY)
    assert set(compared["violation"]) == set(VIOLATIONS)
    planted = compared.filter(pl.col("violation") != "none")
    assert planted.filter(
        pl.col("is_compliant") | pl.col("finding_zh").is_null() | pl.col("finding_en").is_null()
    ).is_empty()
    # Without a planted violation only goods that got lost, or never were heard of again, are not compliant.
    sound = compared.filter(pl.col("violation") == "none", pl.col("is_delivery_traced").fill_null(False))
    assert sound["is_compliant"].all()


def test_the_compliance_rate_counts_what_is_shown_to_comply(chain: BuiltChain) -> None:
    compliant = pl.all_horizontal(pl.col(LINKS).fill_null(False))
    expected = (
        true_lines(chain)
        .filter("is_settled")
        .group_by(pl.col("dispensed_on").alias("business_date"), "store_id", "channel")
        .agg(compliant.sum().cast(pl.Float64).alias("numerator"), pl.len().cast(pl.Float64).alias("denominator"))
    )
    kpi = chain.rows("from fct_kpi_daily where kpi_code = 'rx_compliance_rate'").select(expected.columns)
    settled = kpi.filter(pl.col("business_date") <= chain.as_of - SETTLED)
    assert set(settled.rows()) == set(expected.rows())
    assert 0.8 * expected["denominator"].sum() < expected["numerator"].sum() < expected["denominator"].sum()


def test_codes_sold_twice_and_banned_products_sold_online_are_found_on_every_order(chain: BuiltChain) -> None:
    known = arrived_orders(chain).select("order_id")
    codes = truth(chain, "codes_sold_twice").join(known, on="order_id")
    both = codes.filter(pl.len().over("trace_code") > 1)
    banned = truth(chain, "banned_online").join(known, on="order_id")
    expected = {("trace_code_sold_twice", *row) for row in both.select(KEY).rows()} | {
        ("banned_product_sold_online", *row) for row in banned.select(KEY).rows()
    }
    found = chain.rows("select rule_code, order_id, line_number from fct_compliance_findings")
    assert set(found.rows()) == expected
    assert found.height == len(expected)
    assert both.height > 0
    assert banned.height > 0


def arrived_content(chain: BuiltChain) -> pl.DataFrame:
    """Truth of the pieces of content whose final version has arrived."""
    versions = truth(chain, "content").group_by("content_id").agg(pl.all().sort_by("updated_at").last())
    pieces = truth(chain, "content_breaches").join(versions, on="content_id")
    return pieces.filter(
        pl.col("arrives_on") <= chain.as_of, local_day("updated_at") <= chain.as_of - timedelta(days=2)
    )


def test_every_breach_of_content_is_found_whatever_hides_it_and_nothing_else(chain: BuiltChain) -> None:
    pieces = arrived_content(chain)
    expected = set(pieces.select("content_id", "rules").explode("rules", empty_as_null=False).rows())
    found = check_contents(Settings(data_root=chain.zones.root)).join(pieces, on="content_id", how="semi")
    assert set(found.select("content_id", "rule_code").rows()) == expected
    assert len({rule for _, rule in expected}) == 9


def test_content_sent_without_approval_is_found(chain: BuiltChain) -> None:
    pieces = arrived_content(chain)
    reviewed = chain.rows("select content_id, is_sent, is_prechecked from fct_content_reviews")
    compared = pieces.join(reviewed, on="content_id", suffix="_found")
    assert compared.height == pieces.height > 200
    assert (compared["is_sent"] == compared["is_sent_found"]).all()
    sent = compared.filter("is_sent")
    assert (sent["is_prechecked"] == sent["is_prechecked_found"]).all()
    assert 0.8 * len(sent) < sent["is_prechecked"].sum() < len(sent)
