"""Roll-ups worked by hand on a chain of seven stores."""

from collections.abc import Iterator
from datetime import date

import duckdb
import polars as pl
import pytest

from tests.snapshot_fixture import daily_frame, daily_row, dim_kpis, dim_stores
from warehouse.kpi_values import (
    KpiFilters,
    KpiQuery,
    KpiQueryError,
    Period,
    UnanswerableError,
    UnknownFilterError,
    UnknownKpiError,
    catalogue,
    kpi_values,
)

SUN, MON, TUE = date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 3)
RATE, SALES, MAU, STOCKOUT = "delivery_30min_rate", "sales_yuan", "community_mau_rate", "stockout_rate"
WASTE, TURNOVER = "expiry_waste_rate", "inventory_turnover"
CHAIN_WIDE = "delivery_promise_rate"

ROWS = [
    # Two stores of Shanghai (华东), one of Guangzhou (华南); mean of rates would differ from every roll-up below.
    daily_row(RATE, SUN, 9, 10, store_id="S001", channel="meituan"),
    daily_row(RATE, SUN, 1, 2, store_id="S001", channel="eleme"),
    daily_row(RATE, SUN, 30, 40, store_id="S002", channel="meituan"),
    daily_row(RATE, MON, 4, 4, store_id="S001", channel="meituan"),
    daily_row(RATE, MON, 50, 100, store_id="S005", channel="meituan"),
    daily_row(RATE, TUE, 0, 0, store_id="S005", channel="meituan"),
    # A coarser row beside the stores' must not be counted on top of them.
    daily_row(RATE, SUN, 1, 1, channel="meituan", grain="chain"),
    daily_row(SALES, SUN, 7.0, store_id="S001", channel="till", squares=25.0, observations=2),
    daily_row(SALES, MON, 12.0, store_id="S001", channel="till", squares=144.0, observations=1),
    daily_row(STOCKOUT, SUN, 3, 100, store_id="S001"),
    daily_row(STOCKOUT, SUN, None, None, store_id="S002", is_suppressed=True),
    daily_row(STOCKOUT, SUN, 5, 100, store_id="S005"),
    # Rows of several days of a month; the same people use several stores, so the chain is less than its parts.
    daily_row(MAU, date(2026, 2, 27), 20, 60, grain="chain"),
    daily_row(MAU, date(2026, 2, 28), 24, 60, grain="chain"),
    daily_row(MAU, SUN, 11, 60, grain="chain"),
    daily_row(MAU, MON, 15, 60, grain="chain"),
    daily_row(MAU, MON, 14, 40, grain="region", area="华东"),
    daily_row(MAU, MON, 13, 30, grain="city", area="上海"),
    daily_row(MAU, MON, None, None, grain="city", area="杭州", is_suppressed=True),
    daily_row(MAU, MON, 12, 20, store_id="S001"),
    daily_row(MAU, SUN, 11, 20, store_id="S002"),
    # Two write-offs of 30 and 40 yuan in one store, none in the other, and waste at a centre that sells nothing.
    daily_row(WASTE, SUN, 70.0, 1000.0, store_id="S001", squares=2500.0, observations=2),
    daily_row(WASTE, SUN, 0.0, 3000.0, store_id="S005", squares=0.0, observations=0),
    daily_row(WASTE, MON, 5.0, 0.0, store_id="S005", squares=25.0, observations=1),
    # What no store has, as if promises were made for the chain as a whole.
    daily_row(CHAIN_WIDE, SUN, 8, 10, grain="chain"),
    daily_row(CHAIN_WIDE, MON, 5, 6, grain="chain"),
    daily_row(TURNOVER, SUN, 900.0, 100.0, grain="chain", squares=10_000.0, observations=365),
    daily_row(TURNOVER, MON, 1000.0, 100.0, grain="chain", squares=10_000.0, observations=365),
]


@pytest.fixture(scope="module")
def connection() -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect() as connection:
        for name, frame in (
            ("fct_kpi_daily", daily_frame(ROWS)),
            ("dim_stores", dim_stores()),
            ("dim_kpis", dim_kpis()),
        ):
            connection.register("incoming", frame.to_arrow())
            connection.execute(f"create table {name} as select * from incoming")
            connection.unregister("incoming")
        yield connection


def ask(
    connection: duckdb.DuckDBPyConnection,
    code: str = RATE,
    start: date = SUN,
    end: date = TUE,
    period: Period = "total",
    by: tuple = (),
    **filters: tuple[str, ...],
) -> list[dict]:
    return kpi_values(connection, KpiQuery((code,), start, end, period, by, KpiFilters(**filters))).to_dicts()


def test_a_roll_up_is_the_sum_of_numerators_over_the_sum_of_denominators(connection) -> None:
    (row,) = ask(connection)
    # (9 + 1 + 30 + 4 + 50 + 0) / (10 + 2 + 40 + 4 + 100 + 0)
    assert (row["numerator"], row["denominator"], row["observations"]) == (94, 156, 156)
    assert row["value"] == pytest.approx(94 / 156)
    assert (row["period_start"], row["period_end"]) == (SUN, TUE)
    # scipy.stats.binomtest(94, 156).proportion_ci(method="wilson")
    assert row["lower"] == pytest.approx(0.524195, abs=1e-6)
    assert row["upper"] == pytest.approx(0.676004, abs=1e-6)


def test_regions_cities_stores_and_channels_split_the_same_sums(connection) -> None:
    by_region = {row["region"]: (row["numerator"], row["denominator"]) for row in ask(connection, by=("region",))}
    assert by_region == {"华东": (44, 56), "华南": (50, 100)}
    by_city = {(row["region"], row["city"]): row["value"] for row in ask(connection, by=("city", "region"))}
    assert by_city == {("华东", "上海"): pytest.approx(44 / 56), ("华南", "广州"): 0.5}
    by_channel = {row["channel"]: row["numerator"] for row in ask(connection, by=("channel",))}
    assert by_channel == {"meituan": 93, "eleme": 1}
    by_store = {row["store_id"]: row["denominator"] for row in ask(connection, by=("store",))}
    assert by_store == {"S001": 16, "S002": 40, "S005": 100}


def test_what_no_store_has_is_summed_over_the_days_of_the_chain(connection) -> None:
    # Regression: only stores' rows were read, and the rate of pre-checked content was never shown.
    (row,) = ask(connection, CHAIN_WIDE)
    assert (row["numerator"], row["denominator"], row["observations"]) == (13, 16, 16)
    assert ask(connection, CHAIN_WIDE, regions=("华东",)) == []


def test_a_zero_denominator_gives_null_not_zero(connection) -> None:
    (row,) = ask(connection, start=TUE, end=TUE, period="day")
    assert (row["value"], row["lower"], row["upper"]) == (None, None, None)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"regions": ("华东",)}, (44, 56)),
        ({"regions": ("East China",)}, (44, 56)),
        ({"cities": ("上海", "Guangzhou")}, (94, 156)),
        ({"store_ids": ("S001",), "channels": ("meituan",)}, (13, 14)),
    ],
)
def test_filters_narrow_the_sums(connection, filters: dict, expected: tuple[int, int]) -> None:
    (row,) = ask(connection, **filters)
    assert (row["numerator"], row["denominator"]) == expected


@pytest.mark.parametrize(
    "filters",
    [{"cities": ("上海') or true --",)}, {"regions": ("East",)}, {"store_ids": ("S999",)}, {"channels": ("fax",)}],
)
def test_a_filter_is_a_value_never_sql_and_a_slip_of_the_pen_is_no_empty_answer(connection, filters: dict) -> None:
    with pytest.raises(UnknownFilterError):
        ask(connection, **filters)


def test_weeks_start_on_monday_and_are_clipped_to_the_dates_asked_for(connection) -> None:
    rows = ask(connection, period="week")
    assert [(row["period_start"], row["period_end"], row["numerator"]) for row in rows] == [
        (SUN, SUN, 40),
        (MON, TUE, 54),
    ]


def test_a_total_has_no_denominator_and_a_compound_poisson_interval(connection) -> None:
    (row,) = ask(connection, SALES)
    assert (row["value"], row["denominator"], row["observations"]) == (19.0, None, 3)
    # 19 -+ 1.95996 * sqrt(25 + 144)
    assert (row["lower"], row["upper"]) == (pytest.approx(-6.4795, abs=1e-4), pytest.approx(44.4795, abs=1e-4))


def test_one_suppressed_cell_suppresses_every_roll_up_over_it(connection) -> None:
    rows = {row["region"]: row for row in ask(connection, STOCKOUT, by=("region",))}
    hidden = rows["华东"]
    assert hidden["is_suppressed"]
    assert {hidden[name] for name in ("numerator", "denominator", "value", "observations", "lower", "upper")} == {None}
    assert rows["华南"]["value"] == pytest.approx(0.05)
    (chain,) = ask(connection, STOCKOUT)
    assert chain["is_suppressed"]
    assert chain["value"] is None


def test_the_month_of_a_non_additive_kpi_is_its_last_days_row(connection) -> None:
    rows = ask(connection, MAU, start=date(2026, 2, 1), end=date(2026, 3, 31), period="month")
    assert [(row["period_start"], row["period_end"], row["value"]) for row in rows] == [
        (date(2026, 2, 1), date(2026, 2, 28), pytest.approx(24 / 60)),
        (date(2026, 3, 1), MON, pytest.approx(15 / 60)),
    ]


def test_a_non_additive_kpi_is_read_at_the_grain_of_the_question(connection) -> None:
    ends = {"start": SUN, "end": MON}
    assert ask(connection, MAU, **ends)[0]["numerator"] == 15
    assert ask(connection, MAU, **ends, by=("region",))[0]["numerator"] == 14
    assert ask(connection, MAU, **ends, regions=("East China",))[0]["numerator"] == 14
    cities = {row["city"]: row["numerator"] for row in ask(connection, MAU, **ends, by=("region", "city"))}
    assert cities == {"上海": 13, "杭州": None}
    assert ask(connection, MAU, **ends, by=("city",), regions=("华南",)) == []
    assert ask(connection, MAU, **ends, store_ids=("S001",))[0]["numerator"] == 12


def test_a_quotient_of_amounts_adds_up_and_has_the_interval_of_its_numerator(connection) -> None:
    (row,) = ask(connection, WASTE)
    assert (row["numerator"], row["denominator"], row["observations"]) == (75, 4000, 3)
    assert row["value"] == pytest.approx(75 / 4000)
    half_width = 1.959964 * (2500 + 25) ** 0.5 / 4000
    # 0.0188 less 0.0246: no waste is negative.
    assert row["lower"] == 0.0
    assert row["upper"] == pytest.approx(75 / 4000 + half_width, abs=1e-8)
    (alone,) = ask(connection, WASTE, start=MON)
    assert (alone["numerator"], alone["value"], alone["lower"]) == (5, None, None)


def test_a_trailing_figure_names_its_window_and_is_never_a_sum_of_days(connection) -> None:
    (row,) = ask(connection, TURNOVER, start=SUN, end=MON)
    assert (row["period_start"], row["period_end"]) == (date(2025, 3, 3), MON)
    assert (row["value"], row["observations"]) == (10, 365)
    assert row["upper"] - row["value"] == pytest.approx(1.959964, abs=1e-6)
    with pytest.raises(UnanswerableError, match="no weekly figure"):
        ask(connection, TURNOVER, period="week")


def test_a_store_that_went_silent_does_not_lend_an_older_day_to_the_month(connection) -> None:
    rows = ask(connection, MAU, start=SUN, end=MON, by=("store",))
    assert [row["store_id"] for row in rows] == ["S001"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"code": MAU, "start": date(2026, 2, 20), "end": MON}, "period month"),
        ({"code": MAU, "period": "week"}, "no weekly figure"),
        ({"code": MAU, "cities": ("上海", "杭州")}, "group by city"),
        ({"code": MAU, "by": ("channel",)}, "no channels"),
        ({"code": STOCKOUT, "channels": ("meituan",)}, "no channels"),
    ],
)
def test_a_question_without_an_answer_is_refused_with_what_to_ask_instead(
    connection, arguments: dict, words: str
) -> None:
    with pytest.raises(UnanswerableError, match=words):
        ask(connection, **arguments)


def test_an_unknown_code_is_named(connection) -> None:
    with pytest.raises(UnknownKpiError, match="no_such_kpi"):
        ask(connection, "no_such_kpi")


@pytest.mark.parametrize(
    "arguments",
    [
        {"codes": (), "date_from": SUN, "date_to": MON},
        {"codes": (RATE,), "date_from": MON, "date_to": SUN},
        {"codes": (RATE,), "date_from": SUN, "date_to": MON, "period": "year"},
        {"codes": (RATE,), "date_from": SUN, "date_to": MON, "group_by": ("person",)},
    ],
)
def test_a_malformed_query_cannot_be_made(arguments: dict) -> None:
    with pytest.raises(KpiQueryError):
        KpiQuery(**arguments)


def test_no_data_gives_no_rows_in_the_same_columns(connection) -> None:
    query = KpiQuery((RATE, MAU), date(2020, 1, 1), date(2020, 1, 2), "day", ("city",))
    empty = kpi_values(connection, query)
    full = kpi_values(connection, KpiQuery((RATE, MAU), SUN, MON, "day", ("city",)))
    assert empty.height == 0
    assert empty.schema == full.schema


def test_the_catalogue_comes_in_the_order_to_show_it(connection) -> None:
    shown = catalogue(connection)
    assert shown["kpi_code"][0] == SALES
    assert shown["display_order"].is_sorted()
    assert shown.filter(pl.col("kpi_code") == MAU)["is_additive"].to_list() == [False]
