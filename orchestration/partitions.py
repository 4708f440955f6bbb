"""One partition per arrival day, in the chain's own time zone."""

from __future__ import annotations

import dagster as dg

from warehouse.settings import Settings


def build_arrival_days(settings: Settings) -> dg.DailyPartitionsDefinition:
    """Daily partitions from the first arrival day up to and including today, whose files may already be there."""
    return dg.DailyPartitionsDefinition(
        start_date=settings.first_arrival_day.isoformat(), timezone=settings.timezone, end_offset=1
    )
