"""What the calendar and the sky do: holidays, flu, weekdays, promotions, rain."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.config import ChainConfig
from simulator.geography import CITIES
from simulator.streams import stream

# First day and length of public holidays as announced or usual; lunar feasts need a table.
_LUNAR = {
    2023: ("01-21", "04-05", "06-22", "09-29"),
    2024: ("02-10", "04-04", "06-10", "09-15"),
    2025: ("01-28", "04-04", "05-31", "10-06"),
    2026: ("02-16", "04-04", "06-19", "09-25"),
    2027: ("02-06", "04-05", "06-09", "09-15"),
    2028: ("01-26", "04-04", "05-28", "10-03"),
}  # fmt: skip
_LUNAR_NAMES = [
    ("春节", "Spring Festival", 8),
    ("清明节", "Qingming Festival", 3),
    ("端午节", "Dragon Boat Festival", 3),
    ("中秋节", "Mid-Autumn Festival", 3),
]
_FIXED = [
    ("01-01", "元旦", "New Year's Day", 1),
    ("05-01", "劳动节", "Labour Day", 5),
    ("10-01", "国庆节", "National Day", 7),
]
_WEEKDAY = np.array([1.04, 0.97, 0.94, 0.96, 1.02, 1.10, 0.97])
#: Shares of a day's demand by hour; the till follows opening hours, phones buy later in the evening.
HOUR_SHARES = np.array(
    [6, 4, 2, 2, 2, 3, 8, 20, 45, 62, 64, 58, 50, 44, 44, 46, 50, 58, 66, 68, 60, 46, 30, 15], dtype=float
)


def holidays(year: int) -> dict[date, tuple[str, str]]:
    """Public holidays of a year with names in Chinese and English; lunar feasts are known for 2023 to 2028."""
    spans = [(day, zh, en, length) for day, zh, en, length in _FIXED]
    for day, (zh, en, length) in zip(_LUNAR.get(year, ()), _LUNAR_NAMES, strict=False):
        spans.append((day, zh, en, length))
    found: dict[date, tuple[str, str]] = {}
    for day, zh, en, length in spans:
        first = date.fromisoformat(f"{year}-{day}")
        for offset in range(length):
            found.setdefault(first + timedelta(days=offset), (zh, en))
    return found


@lru_cache(maxsize=4096)
def flu_level(day: date, seed: int) -> float:
    """Flu activity of a day, 0 to 1: a winter wave around mid-January and a small one in early summer."""
    level = 0.04
    for year in (day.year - 1, day.year, day.year + 1):
        rng = stream(seed, "flu", year)
        for peak, width, height in (
            (date(year, 1, 12), 24, rng.uniform(0.75, 0.95)),
            (date(year, 6, 10), 15, rng.uniform(0.15, 0.35)),
        ):
            offset = (day - peak).days + rng.normal(0, 5)
            level += height * float(np.exp(-0.5 * (offset / width) ** 2))
    return float(min(level, 1.0))


def city_flu_levels(config: ChainConfig, day: int) -> NDArray[np.float64]:
    """Flu activity of a day in each city: the wave of the country, up to nine days earlier or later."""
    delays = stream(config.seed, "flu delay").integers(-9, 10, len(CITIES))
    return np.array([flu_level(config.day(day - int(delay)), config.seed) for delay in delays])


def traffic(config: ChainConfig, day: int) -> NDArray[np.float64]:
    """Demand of a day against the mean day in each city, from weekday and holidays; weekends differ by city."""
    today = config.day(day)
    weekend = stream(config.seed, "weekend habits").uniform(0.88, 1.14, len(CITIES))
    habit = weekend if today.weekday() >= 5 else (7 - 2 * weekend) / 5
    return _WEEKDAY[today.weekday()] * habit * (0.82 if today in holidays(today.year) else 1.0)


def promoted_skus(config: ChainConfig, day: int, skus: int) -> NDArray[np.float64]:
    """Discount share per SKU (0 = none): each calendar fortnight about 6 % of the list is promoted."""
    rng = stream(config.seed, "promotion", config.day(day).toordinal() // 14)
    return np.where(rng.random(skus) < 0.06, rng.choice([0.1, 0.15, 0.2, 0.3], skus), 0.0)


def promotion_lift(discount: NDArray[np.float64]) -> NDArray[np.float64]:
    """How many times the usual demand a discount share brings: 1.4 times at 10 % off, 2.2 times at 30 %."""
    return 1 + 4 * discount


def rain(config: ChainConfig, day: int) -> NDArray[np.float64]:
    """Rain intensity 0 to 1 per city and hour, shape ``(cities, 24)``."""
    rng = stream(config.seed, "rain", day)
    season = 1.0 + 0.5 * np.sin((config.day(day).timetuple().tm_yday - 100) / 365 * 2 * np.pi)
    count = len(CITIES)
    wet = rng.random(count) < np.array([c[6] for c in CITIES]) * season
    start, length, power = rng.uniform(-4, 20, count), rng.uniform(2, 12, count), rng.uniform(0.2, 1.0, count)
    hours = np.arange(24)[None, :]
    falls = (hours >= start[:, None]) & (hours < (start + length)[:, None]) & wet[:, None]
    return np.where(falls, power[:, None], 0.0)


def calendar_table(config: ChainConfig) -> pl.DataFrame:
    """Rows of the ``calendar`` feed: 400 days back and 800 ahead of the first day, whatever the span simulated."""
    days = [config.day(offset) for offset in range(-400, 801)]
    feasts = {day: name for year in {d.year for d in days} for day, name in holidays(year).items()}
    levels = [round(flu_level(day, config.seed), 4) for day in days]
    return pl.DataFrame(
        {
            "calendar_date": [day.isoformat() for day in days],
            "is_holiday": [day in feasts for day in days],
            "holiday_name_zh": [feasts.get(day, (None, None))[0] for day in days],
            "holiday_name_en": [feasts.get(day, (None, None))[1] for day in days],
            "flu_level": levels,
            "is_flu_season": [level > 0.3 for level in levels],
        }
    )
