"""What others forecast of the same series: seasonal naive and three methods of ``statsforecast``.

A sum over the horizon can be forecast in two ways, and each peer is given both; the bench prints the better one:

* ``steps``: forecast the single periods and add them up. CrostonSBA and TSB have no quantiles of their own for sums, so
  theirs are the point forecast plus quantiles of the sums' errors on earlier origins of the same series (split
  conformal); AutoETS has the normal distribution of its steps, added up as independent.
* ``blocks``: add the history up to blocks as long as the horizon and forecast the next one, with the method's own
  intervals: conformal ones for CrostonSBA and TSB, those of the fitted model for AutoETS.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from benchmarks.forecast.metrics import QUANTILES

Floats = NDArray[np.float64]
Forecast = tuple[float, Floats]
SLOW = ("statsforecast AutoETS", "steps")
"""Method and form of which a machine makes a few forecasts a second, of the others hundreds."""
LEVELS = [60, 80, 90, 95]
"""Central intervals whose upper ends are the quantiles 0.8, 0.9, 0.95 and 0.975."""
ERROR_WINDOWS = 20
"""Earlier origins of a series that its error quantiles come from, as far as it is long enough."""
DEVIATES = np.array([0.0, 0.8416212336, 1.2815515655, 1.6448536270, 1.9599639845])
"""Standard normal quantiles of :data:`QUANTILES`."""


@dataclass(frozen=True)
class PeerForecasts:
    """One method in one form: expected sums ``(n,)``, quantiles ``(n, 5)`` and the seconds they took."""

    method: str
    form: str
    expected: Floats
    quantiles: Floats
    seconds: float


def blocks_of(history: Floats, horizon: int) -> Floats:
    """Sums over successive horizons, the last one ending with the history."""
    usable = len(history) // horizon
    return history[len(history) - usable * horizon :].reshape(usable, horizon).sum(axis=1)


def _with_error_quantiles(history: Floats, horizon: int, expected_sum: Callable[[Floats], float]) -> Forecast:
    ends = [len(history) - horizon * number for number in range(1, ERROR_WINDOWS + 1)]
    ends = [end for end in ends if end >= 2 * horizon]
    errors = [history[end : end + horizon].sum() - expected_sum(history[:end]) for end in ends]
    expected = expected_sum(history)
    return expected, np.maximum(expected + np.quantile(errors, QUANTILES), 0)


def _last_season(history: Floats, horizon: int, season: int) -> float:
    return float(history[len(history) - season + np.arange(horizon) % season].sum())


def _of_intervals(answer: dict[str, Floats]) -> Forecast:
    mean = float(answer["mean"][0])
    return mean, np.maximum(np.array([mean, *(float(answer[f"hi-{level}"][0]) for level in LEVELS)]), 0)


def _of_steps(answer: dict[str, Floats]) -> Forecast:
    mean = float(answer["mean"].sum())
    deviations = (answer["hi-95"] - answer["mean"]) / DEVIATES[-1]
    return mean, np.maximum(mean + DEVIATES * np.sqrt((deviations**2).sum()), 0)


def peer_forecasts(histories: Sequence[Floats], horizon: int, season: int, *, slow: bool) -> list[PeerForecasts]:
    """Forecast the sum over the ``horizon`` periods after each history.

    Args:
        histories: Demand per period of each series up to its origin, at least eight horizons long.
        horizon: Periods ahead.
        season: Periods of a season (7 for days).
        slow: Forecast with what is :data:`SLOW` only, else with all others.
    """
    # Its import compiles, so whoever does not compare does not pay for it.
    from statsforecast.models import TSB, AutoETS, CrostonSBA
    from statsforecast.utils import ConformalIntervals

    def windows(blocks: Floats) -> ConformalIntervals:
        return ConformalIntervals(n_windows=min(ERROR_WINDOWS, len(blocks) // 2), h=1)

    def next_block(model: Callable[[Floats], object]) -> Callable[[Floats], Forecast]:
        def forecast(history: Floats) -> Forecast:
            blocks = blocks_of(history, horizon)
            return _of_intervals(model(blocks).forecast(y=blocks, h=1, level=LEVELS))  # type: ignore[attr-defined]

        return forecast

    def summed(model: object) -> Callable[[Floats], Forecast]:
        def expected_sum(history: Floats) -> float:
            return float(model.forecast(y=history, h=1)["mean"][0]) * horizon  # type: ignore[attr-defined]

        return lambda history: _with_error_quantiles(history, horizon, expected_sum)

    ets = AutoETS(season_length=season)
    candidates: list[tuple[str, str, Callable[[Floats], Forecast]]] = [
        (
            "seasonal naive",
            "steps",
            lambda history: _with_error_quantiles(history, horizon, lambda past: _last_season(past, horizon, season)),
        ),
        ("statsforecast CrostonSBA", "steps", summed(CrostonSBA())),
        ("statsforecast CrostonSBA", "blocks", next_block(lambda b: CrostonSBA(prediction_intervals=windows(b)))),
        ("statsforecast TSB", "steps", summed(TSB(alpha_d=0.1, alpha_p=0.1))),
        (
            "statsforecast TSB",
            "blocks",
            next_block(lambda b: TSB(alpha_d=0.1, alpha_p=0.1, prediction_intervals=windows(b))),
        ),
        ("statsforecast AutoETS", "steps", lambda history: _of_steps(ets.forecast(y=history, h=horizon, level=[95]))),
        ("statsforecast AutoETS", "blocks", next_block(lambda b: AutoETS(season_length=1))),
    ]
    found = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for method, form, forecast in candidates:
            if ((method, form) == SLOW) != slow:
                continue
            forecast(histories[0])  # numba compiles on the first call
            started = time.perf_counter()
            answers = [forecast(history) for history in histories]
            seconds = time.perf_counter() - started
            expected = np.array([mean for mean, _ in answers])
            found.append(PeerForecasts(method, form, expected, np.array([q for _, q in answers]), seconds))
    return found
