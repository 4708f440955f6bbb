"""A cast gives the exact value or null, whatever comes in."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.ingest import casting
from assets.ingest.casting import cast_frame

MONEY = pl.Decimal(12, 2)
TIME = pl.Datetime("us", "UTC")


def cast(values, dtype, source=None):
    return cast_frame(pl.DataFrame({"x": pl.Series(values, dtype=source)}), {"x": dtype})["x"].to_list()


@given(st.lists(st.integers(-(10**12) + 1, 10**12 - 1), min_size=1))
@settings(max_examples=50, deadline=None)
def test_every_amount_of_whole_cents_survives_as_number_and_as_text(cents):
    amounts = [Decimal(cent) / 100 for cent in cents]
    assert cast([float(amount) for amount in amounts], MONEY) == amounts
    assert cast([f"{amount:.2f}" for amount in amounts], MONEY) == amounts


@given(st.floats(allow_nan=True, allow_infinity=True))
@settings(max_examples=200, deadline=None)
def test_money_is_exact_or_null(number):
    (found,) = cast([number], MONEY, pl.Float64)
    if found is not None:
        assert math.isclose(float(found), number, rel_tol=1e-14, abs_tol=1e-11)


@given(st.text(max_size=12))
@settings(max_examples=60, deadline=None)
def test_text_that_is_no_number_is_null_and_never_raises(text):
    (found,) = cast([text], pl.Int64(), pl.String)
    if found is not None:
        assert int(text) == found
    for dtype in (MONEY, pl.Float64(), pl.Boolean(), pl.Date(), TIME):
        assert len(cast([text], dtype, pl.String)) == 1


@given(
    st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1)),
    st.integers(-12 * 60, 14 * 60),
)
@settings(max_examples=100, deadline=None)
def test_a_time_with_any_offset_becomes_the_same_instant(moment, offset_minutes):
    local = moment.replace(tzinfo=timezone(timedelta(minutes=offset_minutes)))
    assert cast([local.isoformat()], TIME) == [local.astimezone(UTC)]


def test_the_quick_way_for_times_gives_what_the_careful_one_gives(monkeypatch):
    texts = [
        f"2025-{month:02d}-{day:02d}T23:59:{second:02d}+08:00"
        for month in (1, 2, 13)
        for day in (1, 30)
        for second in (0, 59, 60)
    ]
    careful = cast(texts, TIME)
    monkeypatch.setattr(casting, "_QUICK_ROWS", 0)
    assert cast(texts, TIME) == careful
    assert None in careful
    assert cast([*texts, "2025-01-01T00:00:00"], TIME) == [*careful, None]


def test_floats_that_are_whole_become_integers_and_others_null():
    assert cast([1.0, 1.5, float("nan"), None, 1e30], pl.Int64()) == [1, None, None, None, None]
