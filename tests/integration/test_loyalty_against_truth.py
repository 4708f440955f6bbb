"""Points, offers and surveys against the simulator's truth, from the landing file to the KPI.

Who is one person is the business of other tests: here the person that the warehouse sees is joined to the true one by
what both know, the account or the record.
"""

from __future__ import annotations

from datetime import date, timedelta

import duckdb
import numpy as np
import polars as pl
import pytest
from scipy.stats import multinomial

from tests.integration.chains import BuiltChain
from tests.integration.conftest import ChainOf
from tests.integration.warehouse_oracle import local_day
from warehouse.kpi_values import KpiQuery, kpi_values

JANUARY = date(2026, 1, 31)
LEAST_SHOWN = 11
UPTAKE = timedelta(days=30)
TWELVE_MONTHS = timedelta(days=365)
SERVICES = ["insurance", "check_up", "internet_hospital"]


@pytest.fixture(params=[0.0, 0.05], ids=["no faults", "5 % faults"])
def chain(request: pytest.FixtureRequest, built_chain: ChainOf) -> BuiltChain:
    return built_chain(request.param)


def truth(chain: BuiltChain, feed: str, key: str) -> pl.DataFrame:
    """The last version of every record that has arrived."""
    versions = pl.read_parquet(chain.truth / feed / "*.parquet").filter(pl.col("arrives_on") <= chain.as_of)
    return versions.sort("updated_at").unique(key, keep="last")


def entries(chain: BuiltChain) -> pl.DataFrame:
    """True entries whose order, if they have one, has arrived too."""
    orders = pl.read_parquet(chain.truth / "orders" / "*.parquet").filter(pl.col("arrives_on") <= chain.as_of)
    known = pl.col("order_id").is_null() | pl.col("order_id").is_in(orders["order_id"].unique().implode())
    signed = pl.when(pl.col("kind").is_in(["redeemed", "expired"])).then(-pl.col("points")).otherwise("points")
    return truth(chain, "loyalty", "entry_id").filter(known).with_columns(change=signed)


def test_every_entry_is_in_the_ledger_with_the_balance_it_leaves(chain: BuiltChain) -> None:
    balance = pl.col("change").cum_sum().over("account")
    expected = entries(chain).sort("occurred_at", "entry_id").with_columns(balance=balance)
    ledger = chain.rows("select entry_id, points_change, closing_balance_points from fct_points_ledger")
    assert sorted(ledger.rows()) == sorted(expected.select("entry_id", "change", "balance").rows())
    assert ledger.height > 2500


def test_what_comes_in_and_goes_out_is_what_accounts_hold(chain: BuiltChain) -> None:
    expected = entries(chain).group_by("account").agg(pl.col("change").sum()).filter(pl.col("change") != 0)
    held = chain.rows("select balance_points from dim_memberships where balance_points <> 0")
    assert sorted(held["balance_points"].to_list()) == sorted(expected["change"].to_list())


def test_every_planted_breach_of_the_ledger_is_a_finding_and_nothing_else(built_chain: ChainOf) -> None:
    chain = built_chain(0.0)
    found = chain.rows("select entry_id, rule_code from fct_points_ledger where rule_code is not null")
    planted = entries(chain).filter(pl.col("rule_code").is_not_null()).select("entry_id", "rule_code")
    assert set(found.rows()) == set(planted.rows())
    assert set(planted["rule_code"]) == {"balance_below_zero", "expired_more_than_due", "earned_twice_for_order"}


def unspent_lots(history: list[tuple[str, int, date | None, str | None]]) -> list[tuple[date, int]]:
    """Lots with points left, first expiring first: each entry spends from the lot that expires first.

    ``history``: kind, points as sent, last day and order of each entry of an account, in any order.
    """
    refunds: dict[str | None, int] = {}
    for kind, points, _, order in history:
        if kind == "adjusted" and order is not None:
            refunds[order] = refunds.get(order, 0) + points
    lots = []
    for kind, points, last_day, order in history:
        if kind == "earned" and last_day is not None:
            lots.append([last_day, points + (refunds.pop(order, 0) if order is not None else 0)])
    spent = sum(points for kind, points, _, _ in history if kind in ("redeemed", "expired"))
    spent -= sum(points for kind, points, _, order in history if kind == "adjusted" and order is None)
    for lot in sorted(lots):
        used = min(max(spent, 0), lot[1])
        lot[1] -= used
        spent -= used
    left: dict[date, int] = {}
    for last_day, points in lots:
        left[last_day] = left.get(last_day, 0) + points
    return sorted((last_day, points) for last_day, points in left.items() if points > 0)


def test_what_expires_next_is_the_first_lot_that_is_not_spent(chain: BuiltChain) -> None:
    expected = []
    for _, account in entries(chain).group_by("account"):
        lots = unspent_lots(account.select("kind", "points", "expires_on", "order_id").rows())
        expected += [(points, last_day) for last_day, points in lots[:1]]
    next_lots = chain.rows("select expiring_points, points_expire_on from dim_memberships where expiring_points > 0")
    assert sorted(next_lots.rows()) == sorted(expected)
    assert len(expected) > 100


def test_points_redeemed_over_points_earned_before(chain: BuiltChain) -> None:
    sound = entries(chain).with_columns(day=local_day("occurred_at"))
    if chain.rows("select 1 from fct_points_ledger where rule_code is not null").height:
        rules = chain.rows("select entry_id, rule_code from fct_points_ledger").filter(pl.col("rule_code").is_null())
        sound = sound.join(rules, on="entry_id", how="semi")
    start = JANUARY - TWELVE_MONTHS
    redeemed = sound.filter(pl.col("kind") == "redeemed", pl.col("day").is_between(start, JANUARY, closed="right"))
    earned = sound.filter(
        pl.col("kind") == "earned", pl.col("day").is_between(start - TWELVE_MONTHS, start, closed="right")
    )
    kpi = chain.rows(
        "select numerator, denominator, numerator_squares from kpi_points_redemption_rate"
        f" where grain = 'chain' and business_date = '{JANUARY}'"
    )
    squares = redeemed.select((pl.col("points") ** 2).sum()).item()
    assert kpi.rows() == [(redeemed["points"].sum(), earned["points"].sum(), squares)]
    assert 0.1 < kpi["numerator"][0] / kpi["denominator"][0] < 2


def test_members_who_took_a_service_within_thirty_days_of_an_offer(chain: BuiltChain) -> None:
    offers = truth(chain, "offers", "offer_id").filter(pl.col("offer_kind").is_in(SERVICES))
    shown, taken = local_day("shown_at"), local_day("taken_at")
    due = offers.with_columns(due=shown + UPTAKE, in_time=(taken <= shown + UPTAKE).fill_null(False)).filter(
        pl.col("due").is_between(date(2026, 1, 1), JANUARY)
    )
    responses = chain.rows("select offer_id, uptake_due_on, is_taken_in_time from int_people__offer_responses")
    compared = due.join(responses, on="offer_id", how="left")
    assert compared.filter(
        pl.col("due").ne_missing(pl.col("uptake_due_on")) | pl.col("in_time").ne_missing(pl.col("is_taken_in_time"))
    ).is_empty()
    people = chain.rows("select offer_id, person_token from int_people__offer_responses where is_member")
    per_person = due.join(people, on="offer_id").group_by("person_token").agg(pl.col("in_time").any())
    kpi = chain.rows(
        "select numerator, denominator from kpi_value_added_uptake_rate"
        f" where grain = 'chain' and business_date = '{JANUARY}'"
    )
    assert kpi.rows() == [(per_person["in_time"].sum(), per_person.height)]
    # Late takers are there, so that the thirty days matter.
    assert due.filter(pl.col("taken_at").is_not_null(), ~pl.col("in_time")).height > 0


def test_segments_of_members_add_up_where_they_are_shown(chain: BuiltChain) -> None:
    uptake = chain.rows("from fct_value_added_uptake_monthly where not is_suppressed")
    assert set(uptake["offer_kind"]) <= set(SERVICES)
    assert uptake.filter(pl.col("member_group_kind") == "all").height > 0
    hidden = chain.rows("from fct_value_added_uptake_monthly where is_suppressed and member_group_kind <> 'all'")
    alone = hidden.group_by("business_date", "offer_kind", "member_group_kind").len().filter(pl.col("len") == 1)
    whole_is_shown = uptake.filter(pl.col("member_group_kind") == "all")
    assert alone.join(whole_is_shown, on=["business_date", "offer_kind"], how="semi").is_empty()


def responses(chain: BuiltChain) -> pl.DataFrame:
    """True responses, each as the warehouse can know it: its order has arrived; with the respondent it sees."""
    known = chain.rows("select response_id, respondent from int_people__survey_responses")
    return (
        truth(chain, "surveys", "response_id").join(known, on="response_id").with_columns(day=local_day("answered_at"))
    )


def test_a_response_counts_where_its_order_or_community_is_known(chain: BuiltChain) -> None:
    orders = pl.read_parquet(chain.truth / "orders" / "*.parquet").filter(pl.col("arrives_on") <= chain.as_of)
    known = pl.col("order_id").is_null() | pl.col("order_id").is_in(orders["order_id"].unique().implode())
    expected = truth(chain, "surveys", "response_id").filter(known)
    assert set(chain.rows("select response_id from int_people__survey_responses")["response_id"]) == set(
        expected["response_id"]
    )
    assert expected.height > 400


@pytest.mark.parametrize("journey", ["o2o_purchase", "community_service"])
def test_the_net_promoter_score_of_the_chain_is_that_of_the_last_answers(chain: BuiltChain, journey: str) -> None:
    january = responses(chain).filter(pl.col("journey") == journey, pl.col("day").is_between(date(2026, 1, 1), JANUARY))
    last = january.sort("answered_at", pl.col("response_id")).unique("respondent", keep="last")["score"]
    promoters, detractors = (last >= 9).sum(), (last <= 6).sum()
    shown = chain.rows(
        "select respondent_count, promoter_count, detractor_count, net_promoter_score, net_promoter_lower_score,"
        f" net_promoter_upper_score from fct_nps_monthly where journey = '{journey}' and grain = 'chain'"
        f" and business_date = '{JANUARY}'"
    ).row(0)
    assert shown[:3] == (len(last), promoters, detractors)
    # Parametric bootstrap: the interval holds what 95 % of samples of the same shares would give.
    n = len(last)
    shares = [promoters / n, detractors / n, 1 - (promoters + detractors) / n]
    sample = multinomial(n, shares, seed=np.random.default_rng(5)).rvs(40_000)
    simulated = np.quantile((sample[:, 0] - sample[:, 1]) / n, [0.025, 0.975])
    assert shown[3] == pytest.approx((promoters - detractors) / n)
    assert shown[4:] == pytest.approx(simulated, abs=1.5 / n + 0.003)


def test_readers_get_the_same_interval_as_the_mart_shows(chain: BuiltChain) -> None:
    query = KpiQuery(codes=("nps",), date_from=date(2026, 1, 1), date_to=JANUARY, period="month")
    with duckdb.connect(chain.zones.warehouse_file, read_only=True) as connection:
        (answer,) = kpi_values(connection, query).to_dicts()
    mart = chain.rows(
        "select net_promoter_score, net_promoter_lower_score, net_promoter_upper_score from fct_nps_monthly"
        f" where journey = 'o2o_purchase' and grain = 'chain' and business_date = '{JANUARY}'"
    ).row(0)
    assert (answer["value"], answer["lower"], answer["upper"]) == pytest.approx(mart)


def test_late_deliveries_score_lower(built_chain: ChainOf) -> None:
    chain = built_chain(0.0)
    scores = chain.rows(
        "select avg(score) filter (where d.delivered_at > d.promised_at) as late,"
        " avg(score) filter (where d.delivered_at <= d.promised_at) as in_time"
        " from int_people__survey_responses as r inner join fct_orders as d on r.order_id = d.order_id"
    )
    assert scores["late"][0] < scores["in_time"][0] - 1


def test_themes_are_found_in_what_customers_write(chain: BuiltChain) -> None:
    """Precision and recall per theme; the answers of the simulator are written without the patterns in view."""
    found = chain.rows("select response_id, theme_codes as found from int_people__survey_responses")
    written = responses(chain).filter(pl.col("open_answer").is_not_null()).join(found, on="response_id")
    pairs = written.select("response_id", pl.col("theme_codes").alias("theme")).explode("theme").drop_nulls()
    found_pairs = written.select("response_id", pl.col("found").alias("theme")).explode("theme").drop_nulls()
    both = pairs.join(found_pairs, on=["response_id", "theme"])
    for theme in sorted(set(pairs["theme"])):
        right = both.filter(pl.col("theme") == theme).height
        precision = right / found_pairs.filter(pl.col("theme") == theme).height
        recall = right / pairs.filter(pl.col("theme") == theme).height
        assert precision >= 0.9, theme
        assert recall >= 0.75, theme


def test_theme_shares_are_those_of_the_last_written_answers(chain: BuiltChain) -> None:
    found = chain.rows("select response_id, theme_codes as found from int_people__survey_responses")
    january = responses(chain).filter(
        pl.col("open_answer").is_not_null(), pl.col("day").is_between(date(2026, 1, 1), JANUARY)
    )
    last = january.sort("answered_at").unique(["respondent", "journey"], keep="last").join(found, on="response_id")
    shown = chain.rows("from fct_survey_themes_monthly where not is_suppressed and theme_answer_count > 0")
    assert shown.height > 5
    for row in shown.to_dicts():
        of_journey = last.filter(pl.col("journey") == row["journey"])
        with_theme = of_journey.filter(pl.col("found").list.contains(row["theme_code"]))
        assert (row["answer_count"], row["theme_answer_count"]) == (of_journey.height, with_theme.height)
        assert row["theme_mean_score"] == pytest.approx(with_theme["score"].mean())


def test_no_word_that_a_customer_wrote_is_behind_ingest(chain: BuiltChain) -> None:
    answers = truth(chain, "surveys", "response_id")["open_answer"].drop_nulls()
    named = answers.filter(answers.str.contains("电话|call"))
    assert named.len() > 20
    phones = set(named.str.extract(r"(1\d{10})").drop_nulls())
    columns = chain.rows("select * from int_people__survey_responses").columns
    assert "open_answer" not in columns
    lake = pl.concat(
        [pl.read_parquet(path) for path in sorted((chain.zones.lake / "surveys").rglob("*.parquet"))],
        how="diagonal_relaxed",
    )
    text = lake.write_json()
    assert not any(phone in text for phone in phones)
    assert not any(answer in text for answer in answers.head(200))


def test_nothing_shown_counts_one_to_ten_people(chain: BuiltChain) -> None:
    nps = chain.rows("from fct_nps_monthly where not is_suppressed")
    counts = nps.select("respondent_count", "promoter_count", "passive_count", "detractor_count")
    assert counts.filter(pl.any_horizontal(pl.all().is_between(1, LEAST_SHOWN - 1))).is_empty()
    shares = chain.rows(
        "select numerator, denominator from fct_kpi_daily where not is_suppressed"
        " and kpi_code in ('value_added_uptake_rate', 'repurchase_rate_90d')"
    )
    people = shares.select("numerator", "denominator", others=pl.col("denominator") - pl.col("numerator"))
    assert people.filter(pl.any_horizontal(pl.all().is_between(1, LEAST_SHOWN - 1))).is_empty()
    # Ninety days have passed for nobody in five weeks.
    assert chain.rows("select 1 from kpi_repurchase_rate_90d").is_empty()
