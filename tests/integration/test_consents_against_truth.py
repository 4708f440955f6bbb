"""Consent as people gave and took it, and what may then be published about them."""

from __future__ import annotations

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.differencing import CHAIN, Place
from tests.integration.chains import BuiltChain
from tests.integration.conftest import ChainOf
from tests.integration.warehouse_oracle import latest_versions, read_truth
from tests.integration.warehouse_oracle_supply import ZONE, master_data
from warehouse.tokens import TokenKind, token_key, token_of

STRONGEST_FIRST: tuple[TokenKind, ...] = ("member_id", "member_card", "unionid", "external_user_id", "phone")
PURPOSES = ("care", "profiling", "marketing", "research", "health_data")
JANUARY_END = date(2026, 1, 31)
GUARDIAN_BELOW_AGE = 14
Act = tuple[datetime, bool, str, str | None]
"""When, whether it takes back, number of the record, purpose (None: all)."""


@pytest.fixture(scope="module", params=[0.0, 0.05], ids=["no faults", "5 % faults"])
def chain(request: pytest.FixtureRequest, built_chain: ChainOf) -> BuiltChain:
    return built_chain(request.param)


@pytest.fixture(scope="module")
def acts(chain: BuiltChain) -> dict[str, list[Act]]:
    """Per person what counts of what he or she did, in order: a grant by a child alone does not."""
    key = token_key(chain.zones.keys)
    person_of = dict(
        chain.rows("select identifier_token, person_token from int_people__person_identifiers").iter_rows()
    )
    sent = latest_versions(read_truth(chain.truth, "members"), "member_id", chain.as_of)
    born: dict[str, int] = {}
    for row in sent.iter_rows(named=True):
        person = person_of[token_of(key, "member_id", row["member_id"])]
        born[person] = max(row["birth_year"], born.get(person, 0))
    done: dict[str, list[Act]] = defaultdict(list)
    for row in latest_versions(read_truth(chain.truth, "consents"), "consent_id", chain.as_of).iter_rows(named=True):
        kind: TokenKind = next(kind for kind in STRONGEST_FIRST if row[kind] is not None)
        person = person_of[token_of(key, kind, row[kind])]
        occurred_at, is_grant = row["occurred_at"], row["action"] == "granted"
        is_child = occurred_at.astimezone(ZONE).year - born.get(person, 0) <= GUARDIAN_BELOW_AGE
        if not (is_grant and is_child and not row["given_by_guardian"]):
            done[person].append((occurred_at, not is_grant, row["consent_id"], row["purpose"]))
    return {person: sorted(history) for person, history in done.items()}


def consenting(acts: dict[str, list[Act]], moment: datetime) -> set[tuple[str, str]]:
    """Who allowed what at a moment."""
    allowed = set()
    for person, history in acts.items():
        for purpose in PURPOSES:
            own = [act for act in history if act[0] <= moment and act[3] in (purpose, None)]
            if own and not own[-1][1]:
                allowed.add((person, purpose))
    return allowed


def end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), ZONE)


@pytest.mark.parametrize("days", [0, 1, 11, 22, 34], ids=lambda days: f"day {days}")
def test_consent_as_of_any_moment_is_what_people_last_said(
    chain: BuiltChain, acts: dict[str, list[Act]], days: int
) -> None:
    moment = end_of(chain.as_of - timedelta(days=days))
    at = moment.astimezone(UTC).replace(tzinfo=None)
    observed = chain.rows(
        f"select person_token, purpose from fct_consents where valid_from_at <= timestamp '{at}'"
        f" and (valid_until_at > timestamp '{at}' or valid_until_at is null)"
    )
    assert len(observed) > 0
    assert set(observed.rows()) == consenting(acts, moment)


def test_consent_is_taken_back_given_again_and_asked_of_guardians_in_what_the_tests_look_at(
    chain: BuiltChain, acts: dict[str, list[Act]]
) -> None:
    ends = dict(chain.rows("select ended_by, count(*) from fct_consents group by ended_by").iter_rows())
    assert ends["withdrawn"] > 10
    assert ends["erasure_requested"] > 0
    again = chain.rows("select 1 from fct_consents group by person_token, purpose having count(*) > 1")
    assert again.height > 0
    told = chain.rows("select is_given_by_guardian, count(*) from stg_consents__consents group by all")
    assert told.height == 2
    valid = sum(len([act for act in history if not act[1]]) for history in acts.values())
    refused = chain.rows("select 1 from stg_consents__consents where consent_action = 'granted'").height - valid
    assert refused > 0, "no child consented alone"


def test_only_who_consents_to_profiling_is_valued_in_what_is_published(
    chain: BuiltChain, acts: dict[str, list[Act]]
) -> None:
    allowed = {person for person, purpose in consenting(acts, end_of(chain.as_of)) if purpose == "profiling"}
    customers = set(chain.rows("select person_token from int_people__lifetime_values")["person_token"])
    published = set(chain.rows("select person_token from fct_customer_lifetime_value")["person_token"])
    assert published == customers & allowed
    withdrawn = {
        person
        for person, history in acts.items()
        if person not in allowed and any(act[1] and act[3] in ("profiling", None) for act in history)
    }
    assert withdrawn & customers


def test_consent_coverage_counts_active_members_by_home_store(chain: BuiltChain, acts: dict[str, list[Act]]) -> None:
    allowed = consenting(acts, end_of(JANUARY_END))
    active = chain.rows(
        f"""with doings as (
            select customer_token as token from fct_orders where placed_on between '2026-01-01' and '{JANUARY_END}'
            union
            select external_user_token from int_community__events
            where is_qualifying and occurred_on between '2026-01-01' and '{JANUARY_END}'
        )
        select identifiers.person_token, arg_min(members.home_store_id, members.registered_at) as store_id
        from doings
        inner join int_people__person_identifiers as identifiers on token = identifiers.identifier_token
        inner join int_people__person_identifiers as own on identifiers.person_token = own.person_token
        inner join stg_members__members as members on own.identifier_token = members.member_token
        group by identifiers.person_token"""
    )
    stores = {
        row["location_id"]: (row["city_zh"], row["region_zh"])
        for row in master_data(chain.zones.landing, "stores", ["location_id"]).iter_rows(named=True)
    }
    expected: dict[tuple[Place, str], list[int]] = defaultdict(lambda: [0, 0])
    for person, store in active.iter_rows():
        city, region = stores[store]
        for place in (CHAIN, ("region", region), ("city", city), ("store", store)):
            for purpose in PURPOSES:
                expected[place, purpose][0] += 1
                expected[place, purpose][1] += (person, purpose) in allowed
    shown = chain.rows("from fct_consent_coverage_monthly where not is_suppressed")
    assert shown.height > 0
    for row in shown.iter_rows(named=True):
        place = (row["grain"], row["store_id"] if row["grain"] == "store" else row["area"])
        counts = [row["active_member_count"], row["consenting_member_count"]]
        assert counts == expected[place, row["purpose"]]
    cells = chain.rows("select distinct grain, area, store_id from fct_consent_coverage_monthly")
    assert cells.height * len(PURPOSES) == len(expected)
