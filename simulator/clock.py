"""Seconds and texts: inside the simulator a time is an int64 of seconds since 1970 UTC; 0 is "has not happened"."""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl
from numpy.typing import NDArray

from simulator.config import ChainConfig

OFFSET_SECONDS = 8 * 3600  # Asia/Shanghai, no daylight saving
DAY_SECONDS = 86_400


def midnight(config: ChainConfig, day: int) -> int:
    """UTC second at which local day number ``day`` begins."""
    return (config.day(day) - date(1970, 1, 1)).days * DAY_SECONDS - OFFSET_SECONDS


def local_day(config: ChainConfig, seconds: NDArray[np.int64]) -> NDArray[np.int64]:
    """Day number (0 = first simulated day) of each time."""
    return (seconds - midnight(config, 0)) // DAY_SECONDS


def iso(column: str) -> pl.Expr:
    """ISO 8601 text with offset +08:00; null where the time is 0."""
    local = pl.from_epoch(pl.col(column) + OFFSET_SECONDS, time_unit="s")
    return pl.when(pl.col(column) != 0).then(local.dt.strftime("%Y-%m-%dT%H:%M:%S+08:00")).alias(column)


def utc(column: str) -> pl.Expr:
    """UTC timestamp (microseconds); null where the time is 0."""
    return pl.when(pl.col(column) != 0).then((pl.col(column) * 1_000_000).cast(pl.Datetime("us", "UTC"))).alias(column)


def yuan(column: str) -> pl.Expr:
    """Fen as yuan with two decimals (float, as JSON wants it)."""
    return (pl.col(column) / 100).round(2).alias(column)


def decimal_yuan(column: str) -> pl.Expr:
    """Fen as Decimal(12, 2) yuan."""
    return (pl.col(column) / 100).round(2).cast(pl.Decimal(12, 2)).alias(column)
