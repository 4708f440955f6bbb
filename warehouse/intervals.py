"""95 % intervals behind the figures readers see.

Belongs here: closed-form intervals on arrays. Does not belong here: bootstrap and Bayesian intervals of models, which
live beside their model.
"""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]

_ROUNDING = 1e-9
"""A share of summed minutes may miss 1 by this much without being wrong."""


def normal_quantile(confidence: float = 0.95) -> float:
    """Two-sided quantile of the standard normal: 1.96 at 95 %.

    Raises:
        ValueError: ``confidence`` is not between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence}")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson_interval(share: ArrayLike, trials: ArrayLike, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Wilson's score interval of a proportion.

    Stays within 0..1 and keeps its coverage for shares near 0 or 1 and for small n, where the plain normal interval
    fails. Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927)
    209-212; without continuity correction, method 3 of R. G. Newcombe, Statistics in Medicine 17 (1998) 857-872.

    Args:
        share: observed proportion, 0..1 (any shape that broadcasts with ``trials``).
        trials: number of observations behind it.
        confidence: coverage aimed at, 0..1.

    Returns:
        Lower and upper bounds, as proportions; NaN where the share is outside 0..1 or there are no trials.
    """
    p, n = np.broadcast_arrays(np.asarray(share, dtype=np.float64), np.asarray(trials, dtype=np.float64))
    z = normal_quantile(confidence)
    is_defined = (n > 0) & (p >= -_ROUNDING) & (p <= 1 + _ROUNDING)
    p, n = np.where(is_defined, np.clip(p, 0.0, 1.0), np.nan), np.where(is_defined, n, np.nan)
    centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
    half_width = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    # Rounding may leave a bound 1e-17 outside its range, which a reader would print as "-0.0 %".
    return np.maximum(centre - half_width, 0.0), np.minimum(centre + half_width, 1.0)


def total_interval(total: ArrayLike, squares: ArrayLike, confidence: float = 0.95) -> tuple[FloatArray, FloatArray]:
    """Normal interval of a total made of a random number of random amounts, e.g. the sales of a week.

    Orders arrive as a Poisson stream with independent amounts X, so the total S is compound Poisson and
    Var(S) = lambda E[X^2], estimated without bias by the sum of the squared amounts. Source: S. M. Ross, Introduction
    to Probability Models, section on compound Poisson processes.

    Args:
        total: sum of the amounts.
        squares: sum of the squared amounts, in the square of the total's unit.
        confidence: coverage aimed at, 0..1.

    Returns:
        Lower and upper bounds in the unit of ``total``; NaN where ``squares`` is NaN or negative.
    """
    s, q = np.broadcast_arrays(np.asarray(total, dtype=np.float64), np.asarray(squares, dtype=np.float64))
    half_width = normal_quantile(confidence) * np.sqrt(np.where(q >= 0, q, np.nan))
    return s - half_width, s + half_width


def mean_interval(
    total: ArrayLike, count: ArrayLike, squares: ArrayLike, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Normal interval of a mean amount per record, e.g. of an order, from sums that add up over any roll-up.

    The variance of the mean is sum((x - mean)^2) / (n (n - 1)), and sum((x - mean)^2) = sum(x^2) - n mean^2.

    Args:
        total: sum of the amounts.
        count: number of amounts.
        squares: sum of the squared amounts, in the square of the total's unit.
        confidence: coverage aimed at, 0..1.

    Returns:
        Lower and upper bounds in the unit of an amount; NaN for fewer than two amounts or where ``squares`` is NaN.
    """
    s, n, q = np.broadcast_arrays(
        *(np.asarray(values, dtype=np.float64) for values in (total, count, squares)),
    )
    n = np.where(n >= 2, n, np.nan)
    mean = s / n
    # Rounding may leave a hair below 0 where all amounts are the same.
    half_width = normal_quantile(confidence) * np.sqrt(np.maximum(q - n * mean**2, 0.0) / (n * (n - 1)))
    return mean - half_width, mean + half_width


def quotient_interval(
    numerator: ArrayLike, denominator: ArrayLike, squares: ArrayLike, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Interval of an amount per amount, e.g. the cost of expired stock per cost of goods sold.

    The numerator is a compound Poisson sum (see :func:`total_interval`); the denominator is taken as known. That is the
    first-order delta method without the denominator's own variance, which is small beside the numerator's where many
    records stand below and few above, as with write-offs over sales. Source: W. G. Cochran, Sampling Techniques (1977),
    section 6.4, with Var(denominator) = 0.

    Args:
        numerator: sum of the amounts above; no such sum is negative.
        denominator: sum of the amounts below.
        squares: sum of the squared amounts above.
        confidence: coverage aimed at, 0..1.

    Returns:
        Lower and upper bounds, the lower one not below zero; NaN where ``squares`` is NaN or negative, or the
        denominator is not above zero.
    """
    low, high = total_interval(numerator, squares, confidence)
    below = np.asarray(denominator, dtype=np.float64)
    below = np.where(below > 0, below, np.nan)
    return np.maximum(low / below, 0.0), high / below


def difference_interval(
    current: tuple[float, float, float], previous: tuple[float, float, float]
) -> tuple[float, float]:
    """Interval of ``current - previous`` from the interval of each (MOVER, method of variance estimates recovery).

    For two independent proportions with Wilson bounds this is method 10 of R. G. Newcombe, Interval estimation for the
    difference between independent proportions, Statistics in Medicine 17 (1998) 873-890; for two normal intervals it
    is the usual one.

    Args:
        current: estimate, lower and upper bound.
        previous: the same of the figure it is compared with; independent of ``current``.

    Returns:
        Lower and upper bound of the difference, at the confidence of the bounds put in.
    """
    (p1, l1, u1), (p2, l2, u2) = current, previous
    difference = p1 - p2
    return (
        difference - float(np.hypot(p1 - l1, u2 - p2)),
        difference + float(np.hypot(u1 - p1, p2 - l2)),
    )
