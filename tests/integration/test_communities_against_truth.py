"""Communities of a simulated chain against what really happened: members, events, what followed, advice and visits."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from tests.integration.chains import DAYS, START_DAY, BuiltChain
from tests.integration.conftest import ChainOf
from tests.integration.warehouse_oracle import BUSINESS_TIMEZONE, latest_versions, local_day, orders_as_of, read_truth

FOLLOW_UP_DAYS = 7
CLOSED_LOOP_DAYS = 14
SMALL = range(1, 11)
NO_CARD = ["meituan", "eleme", "jd_daojia"]
"""Channels whose orders carry no card: whose they are follows from what else was seen of the account."""
JANUARY_END = date(2026, 1, 31)
Visits = dict[int, list[datetime]]


@pytest.fixture(params=[0.0, 0.05], ids=["no faults", "5 % faults"])
def chain(request: pytest.FixtureRequest, built_chain: ChainOf) -> BuiltChain:
    return built_chain(request.param)


def activity(chain: BuiltChain) -> pl.DataFrame:
    """Truth: activity that had arrived."""
    return latest_versions(read_truth(chain.truth, "community_activity"), "event_id", chain.as_of)


def spans(chain: BuiltChain) -> list[tuple[str, int, datetime, datetime | None]]:
    """Truth: community, person, joined and left of everyone whose joining had arrived; nobody joins twice."""
    seen = activity(chain)
    key = ["community_id", "person_id"]
    joins = seen.filter(pl.col("kind") == "join").select(*key, joined="occurred_at")
    leaves = seen.filter(pl.col("kind") == "leave").select(*key, left="occurred_at")
    return joins.join(leaves, on=key, how="left").rows()


def end_of(day: date) -> datetime:
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(BUSINESS_TIMEZONE))


def store_visits(chain: BuiltChain, surely_known: bool) -> pl.DataFrame:
    """Truth: completed orders in a store and a ``person_id`` whose they can be taken to be.

    Surely known are those with the card of a member whose record had arrived. Others are their person's too; without a
    card they may also be set down to someone of the same household, who has the same phone.
    """
    visits = orders_as_of(chain.truth, chain.as_of).filter(
        "completed", pl.col("delivery_mode").is_in(["in_store", "pickup"]), pl.col("person_id").is_not_null()
    )
    if surely_known:
        members = read_truth(chain.truth, "members").filter(pl.col("arrives_on") <= chain.as_of)
        known = pl.col("person_id").is_in(members["person_id"].unique().implode())
        return visits.filter(~pl.col("channel").is_in(NO_CARD), pl.col("member_card").is_not_null(), known)
    phones = pl.read_parquet(chain.truth / "persons.parquet").filter(pl.col("identifier_kind") == "phone")
    household = phones.join(phones, on="identifier", suffix="_other").select("person_id", other="person_id_other")
    of_others = visits.filter(pl.col("member_card").is_null()).join(household, on="person_id")
    taken = of_others.drop("person_id").rename({"other": "person_id"}).select(visits.columns)
    return pl.concat([visits, taken]).unique(["order_id", "person_id"])


def by_person(visits: pl.DataFrame) -> Visits:
    grouped = visits.group_by("person_id").agg("placed_at")
    return dict(grouped.iter_rows())


def went(visits: Visits, person: int, after: datetime, until: datetime) -> bool:
    return any(after <= at < until for at in visits.get(person, []))


def test_members_of_any_day_are_those_who_had_joined_and_not_left(chain: BuiltChain) -> None:
    known = spans(chain)
    for number in (0, 1, 9, 20, DAYS - 1):
        day = START_DAY + timedelta(days=number)
        expected: dict[str, int] = {}
        for community, _, joined, left in known:
            if joined < end_of(day) and (left is None or left >= end_of(day)):
                expected[community] = expected.get(community, 0) + 1
        observed = chain.rows(
            "select community_id, count(*)::bigint from fct_community_memberships"
            f" where joined_on <= '{day}' and (left_on is null or left_on > '{day}') group by all"
        )
        assert dict(observed.iter_rows()) == expected
    shown = chain.rows("select community_id, community_member_count from dim_communities")
    small = {count in SMALL for count in expected.values()}
    if small == {False}:
        assert dict(shown.iter_rows()) == expected


def attendances(chain: BuiltChain) -> dict[str, tuple[dict, set[int], set[int]]]:
    """Truth per held event: the event, its members who came, and those who stayed away."""
    events = latest_versions(read_truth(chain.truth, "community_events"), "community_event_id", chain.as_of)
    came: dict[str, set[int]] = {}
    for event, person in activity(chain).select("reference_id", "person_id").iter_rows():
        came.setdefault(event, set()).add(person)
    found = {}
    for event in events.filter(pl.col("status") == "held").iter_rows(named=True):
        starts = event["starts_at"]
        members = {
            person
            for community, person, joined, left in spans(chain)
            if community == event["community_id"] and joined <= starts and (left is None or starts < left)
        }
        guests = came.get(event["community_event_id"], set())
        found[event["community_event_id"]] = (event, members & guests, members - guests)
    return found


def test_attendance_and_what_followed_are_those_of_the_truth(chain: BuiltChain) -> None:
    expected = attendances(chain)
    observed = chain.rows("select * from int_community__event_outcomes where event_status = 'held'")
    assert set(observed["community_event_id"]) == set(expected)
    assert len(expected) > 20
    least, most = (by_person(store_visits(chain, surely)) for surely in (True, False))
    followed = 0
    for row in observed.iter_rows(named=True):
        event, came, stayed = expected[row["community_event_id"]]
        assert (row["attendee_count"], row["absentee_count"]) == (len(came), len(stayed))
        day = event["starts_at"].astimezone(ZoneInfo(BUSINESS_TIMEZONE)).date()
        last = day + timedelta(days=FOLLOW_UP_DAYS)
        if last > chain.as_of:
            assert row["attendee_visitor_count"] is None
            continue
        followed += 1
        for name, people in (("attendee", came), ("absentee", stayed)):
            sure, possible = (
                sum(went(visits, person, event["starts_at"], end_of(last)) for person in people)
                for visits in (least, most)
            )
            assert sure <= row[f"{name}_visitor_count"] <= possible
    assert followed > 15


def test_what_events_bring_is_found_within_the_interval(chain: BuiltChain) -> None:
    brought = read_truth(chain.truth, "event_visits")
    orders = orders_as_of(chain.truth, chain.as_of)
    own = store_visits(chain, surely_known=False).filter(~pl.col("order_id").is_in(brought["order_id"].implode()))
    all_visits, without = by_person(store_visits(chain, surely_known=False)), by_person(own)
    assert brought.filter(pl.col("order_id").is_in(orders["order_id"].implode())).height > 20
    more: dict[str, list[int]] = {}
    for event, came, _ in attendances(chain).values():
        day = event["starts_at"].astimezone(ZoneInfo(BUSINESS_TIMEZONE)).date()
        last = day + timedelta(days=FOLLOW_UP_DAYS)
        if last <= chain.as_of:
            more.setdefault(event["kind"], []).extend(
                went(all_visits, person, event["starts_at"], end_of(last))
                - went(without, person, event["starts_at"], end_of(last))
                for person in came
            )
    effects = chain.rows("select * from fct_community_event_effects")
    shown = {row["event_kind"]: row for row in effects.iter_rows(named=True) if not row["is_suppressed"]}
    assert "free_test" in shown
    for kind, row in shown.items():
        truth = sum(more[kind]) / len(more[kind])
        assert row["visit_rate_difference_lower"] < truth < row["visit_rate_difference_upper"]
    # More of those are brought by free tests than come by chance.
    assert shown["free_test"]["visit_rate_difference_lower"] > 0


def test_no_published_figure_of_events_tells_of_few_people(chain: BuiltChain) -> None:
    outcomes = chain.rows("select * from int_community__event_outcomes")
    cells = {row["community_event_id"]: row for row in outcomes.iter_rows(named=True)}
    for row in chain.rows("select * from fct_community_events").iter_rows(named=True):
        cell = cells[row["community_event_id"]]
        held_back = cell["attendee_count"] in SMALL or cell["absentee_count"] in SMALL
        assert row["attendee_count"] == (None if held_back else cell["attendee_count"])
        if row["attendee_visit_rate"] is not None:
            for side in ("attendee", "absentee"):
                visitors = cell[f"{side}_visitor_count"]
                assert visitors not in SMALL
                assert cell[f"{side}_count"] - visitors not in SMALL
    cards = chain.rows("select * from fct_pharmacist_scorecards")
    shown = cards.filter(pl.col("not_shown_reason").is_null())
    for name in ("scored_people_count", "compared_people_count"):
        assert not set(shown[name].drop_nulls()) & set(SMALL)
    assert (
        cards.filter(pl.col("not_shown_reason").is_not_null())["figure_value"].null_count()
        == cards.filter(pl.col("not_shown_reason").is_not_null()).height
    )


def test_advice_that_led_to_a_store_is_that_of_the_truth(chain: BuiltChain) -> None:
    seen = activity(chain).with_columns(day=local_day("occurred_at"))
    least, most = (by_person(store_visits(chain, surely)) for surely in (True, False))
    tests = by_person(seen.filter(pl.col("kind") == "free_test").rename({"occurred_at": "placed_at"}))
    advised = seen.filter(
        pl.col("kind") == "consultation", pl.col("day") + timedelta(days=CLOSED_LOOP_DAYS) <= JANUARY_END
    )
    assert advised.height > 5

    def led_to_a_store(visits: Visits) -> set[int]:
        moment = timedelta(microseconds=1)
        return {
            person
            for person, at, day in advised.select("person_id", "occurred_at", "day").iter_rows()
            if went(visits, person, at + moment, end_of(day + timedelta(days=CLOSED_LOOP_DAYS)))
            or went(tests, person, at + moment, end_of(day + timedelta(days=CLOSED_LOOP_DAYS)))
        }

    observed = chain.rows(
        "select count(*)::bigint as people, count(*) filter (where is_counted)::bigint as led"
        f" from int_community__advised_people where business_date = '{JANUARY_END}'"
    ).row(0, named=True)
    assert observed["people"] == advised["person_id"].n_unique()
    assert len(led_to_a_store(least)) <= observed["led"] <= len(led_to_a_store(most))


def test_customers_whom_a_visit_brought_into_a_community_are_those_of_the_truth(chain: BuiltChain) -> None:
    known = spans(chain)

    def people(visits: pl.DataFrame) -> tuple[set[int], set[int]]:
        visitors, joiners = set(), set()
        days = visits.with_columns(day=local_day("placed_at")).select("person_id", "placed_at", "day")
        for person, at, day in days.iter_rows():
            last = day + timedelta(days=CLOSED_LOOP_DAYS)
            own = [(joined, left) for _, member, joined, left in known if member == person]
            if last > JANUARY_END or any(joined <= at and (left is None or at < left) for joined, left in own):
                continue
            visitors.add(person)
            if any(at < joined < end_of(last) for joined, _ in own):
                joiners.add(person)
        return visitors, joiners

    (sure, sure_joiners), (_, possible_joiners) = (people(store_visits(chain, surely)) for surely in (True, False))
    # Who is known by several identifiers that nothing links is several customers.
    identifiers = ["member_card", "unionid", "openid", "platform_user_id", "phone"]
    possible = store_visits(chain, surely_known=False).filter(
        local_day("placed_at") + timedelta(days=CLOSED_LOOP_DAYS) <= JANUARY_END
    )
    observed = chain.rows(
        "select count(*)::bigint as people, count(*) filter (where is_counted)::bigint as joined"
        f" from int_community__visiting_people where business_date = '{JANUARY_END}'"
    ).row(0, named=True)
    assert len(sure) <= observed["people"] <= possible.select(pl.coalesce(identifiers).n_unique()).item()
    assert len(sure_joiners) <= observed["joined"] <= len(possible_joiners)
