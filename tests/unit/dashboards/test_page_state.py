"""The URL is the page's state."""

from datetime import date
from urllib.parse import parse_qs

import pytest

from dashboards.state import City, PageState, link, read_language, read_state

FIRST, AS_OF = date(2026, 1, 10), date(2026, 3, 31)
CITIES = [
    City("华东", "East China", "上海", "Shanghai"),
    City("华南", "South China", "广州", "Guangzhou"),
]


def read(query: str) -> tuple[PageState, list[str]]:
    parameters = {name: values[0] for name, values in parse_qs(query).items()}
    return read_state(parameters, FIRST, AS_OF, CITIES, read_language(parameters))


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        ("", date(2026, 3, 4), AS_OF),
        ("days=7", date(2026, 3, 25), AS_OF),
        ("days=91", FIRST, AS_OF),
        ("from=2026-03-01&to=2026-03-05", date(2026, 3, 1), date(2026, 3, 5)),
        ("from=2026-03-05&to=2026-03-01", date(2026, 3, 1), date(2026, 3, 5)),
        ("from=2026-03-05", date(2026, 3, 5), AS_OF),
    ],
)
def test_days_are_read_from_the_url(query: str, start: date, end: date) -> None:
    state, notices = read(query)
    assert (state.date_from, state.date_to, notices) == (start, end, [])


@pytest.mark.parametrize("query", ["days=many", "days=0", "from=yesterday", "days=99999999999"])
def test_days_that_cannot_be_read_give_the_default_and_a_notice(query: str) -> None:
    state, notices = read(query)
    assert (state.date_from, state.date_to) == (date(2026, 3, 4), AS_OF)
    assert len(notices) == 1


def test_days_outside_the_data_are_cut_with_a_notice() -> None:
    state, notices = read("from=2025-01-01&to=2027-01-01&lang=en")
    assert (state.date_from, state.date_to) == (FIRST, AS_OF)
    assert notices == [
        "The days asked for lie partly outside the data (2026-01-10 to 2026-03-31); they were cut to it."
    ]


def test_a_place_the_data_does_not_have_is_ignored_with_a_notice() -> None:
    state, notices = read("region=华东&city=广州")
    assert (state.region, state.city, len(notices)) == ("华东", None, 1)
    state, notices = read("region=火星")
    assert (state.region, len(notices)) == (None, 1)


@pytest.mark.parametrize(
    "query", ["", "days=7", "lang=en", "from=2026-03-01&to=2026-03-05&region=华东&city=上海&lang=en"]
)
def test_a_link_to_a_state_reads_back_as_that_state(query: str) -> None:
    state, _ = read(query)
    address = link("/", "en" if "lang=en" in query else "zh", state)
    assert parse_qs(address.partition("?")[2]) == parse_qs(query)
    assert read(address.partition("?")[2])[0] == state


def test_the_previous_period_has_the_same_length_and_ends_the_day_before() -> None:
    before = PageState(date(2026, 3, 4), AS_OF).previous
    assert (before.date_from, before.date_to, before.length_days) == (date(2026, 2, 4), date(2026, 3, 3), 28)
