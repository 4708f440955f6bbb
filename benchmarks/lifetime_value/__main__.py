"""Fit the platform's models of customer value to a log of transactions, beside lifetimes.

``python -m benchmarks.lifetime_value --transactions FILE`` takes a Parquet or CSV file with the columns ``customer,
date, value`` (others are ignored). Without it: UCI Online Retail and Complete Journey, where they are found (see
``tests/public_data.py``), and a million customers drawn from the model.

The end of the log is held out. Printed are, per model: log-likelihood, the seconds that fitting took, the error in the
hold-out period (mean absolute error per customer, expected over observed total, mean absolute difference of the
deciles' means over the mean) and the parameters (with standard errors). ``as so far`` expects each customer to go on as
before, whatever the model. Where the data show no dropout BG/NBD is fitted without it (NBD). ``lifetimes`` gets the
same customers; where it does not converge, again with its penalizer.

The likelihood of BG/CNBD-k is stated with the intervals between purchases, so that its k can be told apart; it is
comparable with that of another k, not with that of lifetimes.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import os
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from assets.lifetime_value.estimation import Estimate, Floats, NotEstimableError
from assets.lifetime_value.holdout import HoldoutError, holdout_error
from assets.lifetime_value.margins import expected_margin, fit_margins
from assets.lifetime_value.purchases import (
    Histories,
    PurchaseModel,
    expected_purchases,
    fit_best_purchases,
    fit_purchases,
    histories_of,
)
from benchmarks.lifetime_value import transactions
from benchmarks.lifetime_value.transactions import Split
from tests.public_data import PUBLIC_DATA, why_absent

with warnings.catch_warnings():
    # It sets an option that pandas no longer knows.
    warnings.simplefilter("ignore")
    from lifetimes import BetaGeoFitter, GammaGammaFitter
    from lifetimes.utils import ConvergenceError

LARGEST_SHAPE = 12
DRAWN_CUSTOMERS = 1_000_000
PENALIZERS = (0.0, 0.001, 0.01, 0.1)
"""None, then the range that the documentation of lifetimes suggests."""
Result = TypeVar("Result")


def timed(work: Callable[[], Result]) -> tuple[Result, float]:
    """What ``work`` gives, and the seconds it took."""
    started = time.perf_counter()
    result = work()
    return result, time.perf_counter() - started


def parameters_of(estimate: Estimate) -> str:
    """Parameters with their standard errors."""
    values = zip(estimate.names, estimate.values, estimate.standard_errors, strict=True)
    return "  ".join(f"{name} = {value:.4g} ({error:.2g})" for name, value, error in values)


def error_of(error: HoldoutError) -> str:
    """A hold-out error as columns of a line."""
    return f"{error.mean_absolute_error:10.4f}{error.total_ratio:10.3f}{error.calibration_error:10.3f}"


def purchases_of(model: PurchaseModel, histories: Histories, days: float) -> Floats:
    """(N,) purchases that the model expects within ``days``."""
    return expected_purchases(model, histories, np.array([float(days)]))[histories.groups.group, 0]


def told_of_peer(peer: Any) -> str:
    """Parameters of a fitter of lifetimes."""
    return "  ".join(f"{name} = {value:.4g}" for name, value in peer.params_.items())


def fitted_peer(fitter: type, *columns: np.ndarray) -> tuple[Any, str, float] | None:
    """A fitter of lifetimes, fitted, with its label and the seconds of all its attempts; None if it never converges."""
    started = time.perf_counter()
    for penalizer in PENALIZERS:
        try:
            # It prints what its optimiser has to say of a failure.
            with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
                warnings.simplefilter("ignore")
                peer = fitter(penalizer_coef=penalizer).fit(*columns)
        except ConvergenceError:
            continue
        label = f"lifetimes, {penalizer}" if penalizer else "lifetimes"
        return peer, label, time.perf_counter() - started
    print(f"{'lifetimes':<16}did not converge with any penalizer of {PENALIZERS}")
    return None


def run(name: str, log: Split) -> None:
    """Fit everything to one log and print what came out."""
    bought = log.frequency + 1
    print(
        f"\n{name}: {len(bought):,} customers who bought until {log.last_calibration_day},"
        f" {int(log.frequency.sum()):,} repeat purchases; {log.holdout_days} days held out,"
        f" {int(log.holdout_purchases.sum()):,} purchases\n"
        f"{'purchases':<16}{'likelihood':>14}{'seconds':>9}{'MAE':>10}{'total':>10}{'deciles':>10}",
        flush=True,
    )
    histories, grouping_seconds = timed(lambda: log.histories)

    def line(label: str, likelihood: float, seconds: float, expected: Floats, told: str) -> None:
        error = error_of(holdout_error(expected, log.holdout_purchases))
        print(f"{label:<16}{likelihood:14,.1f}{seconds:9.2f}{error}  {told}", flush=True)

    best: PurchaseModel | None = None
    for largest_shape in (1, LARGEST_SHAPE):
        try:
            model, seconds = timed(lambda largest_shape=largest_shape: fit_best_purchases(histories, largest_shape))
        except NotEstimableError as error:
            print(f"not estimable: {error}")
            continue
        assert model.estimate is not None
        if best is None or model.shape != best.shape:
            label = ("BG/" if model.has_dropout else "") + ("NBD" if model.shape == 1 else f"CNBD-{model.shape}")
            expected = purchases_of(model, histories, log.holdout_days)
            told = parameters_of(model.estimate)
            line(label, model.estimate.log_likelihood, seconds + grouping_seconds, expected, told)
        best = model
    columns = (log.frequency, log.recency, log.age)
    theirs = None
    if fitted := fitted_peer(BetaGeoFitter, *columns):
        peer, label, seconds = fitted
        theirs = np.asarray(peer.conditional_expected_number_of_purchases_up_to_time(log.holdout_days, *columns))
        total = -peer._negative_log_likelihood(np.log(peer.params_), *columns, np.ones(len(bought)), 0) * len(bought)
        line(label, float(total), seconds, theirs, told_of_peer(peer))
    so_far = log.frequency / np.maximum(log.age, 1) * log.holdout_days
    print(f"{'as so far':<39}{error_of(holdout_error(so_far, log.holdout_purchases))}")

    print(f"{'value':<16}{'likelihood':>14}{'seconds':>9}{'MAE':>10}{'total':>10}{'deciles':>10}")
    try:
        margins, seconds = timed(lambda: fit_margins(bought, log.mean_value))
    except NotEstimableError as error:
        print(f"not estimable: {error}")
        return
    assert margins.estimate is not None
    if best is not None:
        expected = purchases_of(best, histories, log.holdout_days) * expected_margin(margins, bought, log.mean_value)
        error = error_of(holdout_error(expected, log.holdout_value))
        told = parameters_of(margins.estimate)
        print(f"{'gamma-gamma':<16}{margins.estimate.log_likelihood:14,.1f}{seconds:9.2f}{error}  {told}", flush=True)
    fitted = fitted_peer(GammaGammaFitter, bought, log.mean_value)
    if fitted and theirs is not None:
        peer, label, seconds = fitted
        each = np.asarray(peer.conditional_expected_average_profit(bought, log.mean_value))
        total = -peer._negative_log_likelihood(np.log(peer.params_), bought, log.mean_value, np.ones(len(bought)), 0)
        error = error_of(holdout_error(theirs * each, log.holdout_value))
        print(f"{label:<16}{float(total) * len(bought):14,.1f}{seconds:9.2f}{error}  {told_of_peer(peer)}", flush=True)


def run_drawn(count: int, seed: int) -> None:
    """Time both models on customers drawn from them, in whole days, and print how far the truth is away."""
    rng = np.random.default_rng(seed)
    true = {"r": 0.4, "alpha": 20.0, "a": 0.8, "b": 2.4, "p": 6.2, "q": 3.7, "v": 15.0}
    age = np.floor(rng.uniform(200, 728, count))
    rate, leaves = rng.gamma(true["r"], 1 / true["alpha"], count), rng.beta(true["a"], true["b"], count)
    frequency, recency, now = np.zeros(count, dtype=np.int64), np.zeros(count), np.zeros(count)
    there = np.arange(count)
    while len(there):
        now[there] += rng.exponential(1 / rate[there])
        there = there[now[there] <= age[there]]
        frequency[there] += 1
        recency[there] = np.maximum(np.rint(now[there]), 1)
        there = there[rng.random(len(there)) >= leaves[there]]
    bought = frequency + 1
    scale = rng.gamma(true["q"], 1 / true["v"], count)
    value = np.maximum(np.round(rng.gamma(true["p"] * bought, 1 / scale) / bought, 2), 0.01)
    load = os.getloadavg()[0]
    purchases, first = timed(lambda: fit_purchases(histories_of(frequency, recency, age)))
    margins, second = timed(lambda: fit_margins(bought, value))
    print(f"\n{count:,} customers drawn from the models, days and cents whole; load of the machine {load:.1f}")
    print(f"BG/NBD {first:.2f} s, gamma-gamma {second:.2f} s, together {first + second:.2f} s")
    for model in (purchases, margins):
        assert model.estimate is not None
        print(f"{parameters_of(model.estimate)}  drawn with {[true[name] for name in model.estimate.names]}")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        prog="make lifetime-bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--transactions", type=Path, help="Parquet or CSV file with customer, date, value")
    parser.add_argument("--holdout-share", type=float, default=1 / 3, help="share of the days held out (default 1/3)")
    parser.add_argument("--seed", type=int, default=7, help="of the customers drawn")
    given = parser.parse_args()
    if not 0 < given.holdout_share < 1:
        parser.error("--holdout-share lies between 0 and 1")
    if given.transactions:
        try:
            run(given.transactions.name, transactions.split(
                transactions.read_table(given.transactions), given.holdout_share
            ))  # fmt: skip
        except transactions.TransactionsError as error:
            parser.exit(2, f"{error}\n")
        return
    for name, title, read in (
        ("online_retail_uci", "Online Retail (UCI)", transactions.online_retail),
        ("completejourney", "Complete Journey (dunnhumby)", transactions.complete_journey),
    ):
        if reason := why_absent(name):
            print(f"\n{title}: left out, {reason}")
        else:
            run(title, transactions.split(read(PUBLIC_DATA / name), given.holdout_share))
    run_drawn(DRAWN_CUSTOMERS, given.seed)


if __name__ == "__main__":
    main()
