"""The one freshness policy: every table the platform produces is brought up to date once a day."""

from datetime import timedelta

import dagster as dg

DAILY_FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=30))
"""A day's run ends well before 06:00, so a table older than 30 hours has missed one."""
