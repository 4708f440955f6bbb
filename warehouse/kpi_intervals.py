"""From the parts of KPI figures to their values and 95 % intervals."""

from __future__ import annotations

import numpy as np
import polars as pl

from warehouse.intervals import mean_interval, quotient_interval, total_interval, wilson_interval


def with_interval(rows: pl.DataFrame, groups: list[str]) -> pl.DataFrame:
    """Value and 95 % interval of each figure; which interval it takes follows from its unit and its parts.

    Args:
        rows: ``kpi_code``, ``unit``, ``period_start``, ``period_end``, ``numerator``, ``denominator``,
            ``numerator_squares``, ``observations``, ``is_suppressed`` and ``groups``.
        groups: columns that tell the rows of one KPI and period apart.

    Returns:
        The rows with ``value``, ``lower`` and ``upper``, null where suppressed or not to be had.
    """
    is_total = (pl.col("unit") != "ratio") & pl.col("denominator").is_null()
    hidden = pl.col("is_suppressed")
    rows = rows.with_columns(
        pl.when(~hidden).then(pl.col(name)).alias(name)
        for name in ("numerator", "denominator", "numerator_squares", "observations")
    ).with_columns(
        value=pl.when(is_total)
        .then(pl.col("numerator"))
        .when(pl.col("denominator") != 0)
        .then(pl.col("numerator") / pl.col("denominator"))
    )
    share_low, share_high = wilson_interval(_floats(rows["value"]), _floats(rows["observations"]))
    sum_low, sum_high = total_interval(_floats(rows["value"]), _floats(rows["numerator_squares"]))
    part_low, part_high = quotient_interval(
        _floats(rows["numerator"]), _floats(rows["denominator"]), _floats(rows["numerator_squares"])
    )
    mean_low, mean_high = mean_interval(
        _floats(rows["numerator"]), _floats(rows["denominator"]), _floats(rows["numerator_squares"])
    )
    is_ratio = pl.col("unit") == "ratio"
    # An amount over amounts is a plain number, an amount or a score over a count of records a mean of theirs.
    is_mean = pl.col("unit").is_in(["yuan", "score"])

    def bound(share: np.ndarray, total: np.ndarray, mean: np.ndarray, quotient: np.ndarray) -> pl.Expr:
        chosen = pl.when(is_ratio).then(pl.Series(share)).when(is_total).then(pl.Series(total))
        return chosen.when(is_mean).then(pl.Series(mean)).otherwise(pl.Series(quotient)).fill_nan(None)

    return rows.with_columns(
        lower=bound(share_low, sum_low, mean_low, part_low), upper=bound(share_high, sum_high, mean_high, part_high)
    ).select(
        "kpi_code",
        "period_start",
        "period_end",
        *groups,
        "numerator",
        "denominator",
        "value",
        "observations",
        "lower",
        "upper",
        "is_suppressed",
    )


def _floats(column: pl.Series) -> np.ndarray:
    return column.cast(pl.Float64).fill_null(float("nan")).to_numpy()
