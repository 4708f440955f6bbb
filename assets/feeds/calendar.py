"""Holidays and flu levels per day."""

from __future__ import annotations

from assets.feeds.base import LandedRow, day, flag, flat_feed, measure, text, utc_time


class CalendarRow(LandedRow):
    """One version of a calendar day."""

    calendar_date = day("Local day", nullable=False)
    is_holiday = flag("Whether it is a public holiday")
    holiday_name_zh = text("Name of the holiday in Chinese")
    holiday_name_en = text("Name of the holiday in English")
    flu_level = measure("Flu activity, 0 none to 1 peak", 0.0, 1.0)
    is_flu_season = flag("Whether the flu season is on", nullable=True)
    updated_at = utc_time("Version of the record", nullable=False)


FEED = flat_feed(
    "calendar",
    CalendarRow,
    id_columns=("calendar_date",),
    owner="team:master-data",
    description="Holidays and flu weeks",
)
