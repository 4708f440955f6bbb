"""How often customers buy and whether they still do: BG/NBD, and BG/CNBD-k for those who buy regularly.

BG/NBD: P. S. Fader, B. G. S. Hardie and K. L. Lee, "Counting Your Customers" the Easy Way: An Alternative to the
Pareto/NBD Model, Marketing Science 24(2) (2005) 275-284. A customer buys at exponential intervals with a rate that is
gamma distributed (shape r, scale alpha) over customers, and after each purchase leaves for good with a chance that is
beta distributed (a, b). The likelihood is summed in logarithms, as in P. S. Fader and B. G. S. Hardie, Overcoming the
BG/NBD Model's #NUM! Error Problem (2013).

BG/CNBD-k: T. Reutterer, M. Platzer and N. Schroeder, Leveraging purchase regularity for predicting customer behavior
the easy way, International Journal of Research in Marketing 38(1) (2021) 194-215. Intervals are Erlang-k instead: a
purchase at every k-th event of a Poisson stream, so that intervals scatter by 1/sqrt(k) of their mean. k = 1 is BG/NBD.
Who takes a medicine every day comes back when the pack is empty, not at random.

Without dropout (a = 0) the same is NBD (Ehrenberg 1959) and condensed NBD (Chatfield and Goodhardt 1973).

Time is in any unit, one and the same everywhere; the platform uses days.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, expit, gammaln, logsumexp

from assets.lifetime_value.estimation import (
    AtBoundError,
    Estimate,
    Floats,
    NotEstimableError,
    TooFewCustomersError,
    maximise,
)
from assets.lifetime_value.grouping import Groups, Ints, grouped

FEWEST_REPEATERS = 30
"""Customers with a second purchase below which four parameters are not worth stating."""


@dataclass(frozen=True)
class Histories:
    """N customers' purchases since their first, grouped."""

    groups: Groups
    """``count`` holds repeat purchases (those after the first), ``values`` recency and age."""
    log_intervals: float
    """Sum of the logarithms of all intervals between purchases; tells one k from another, nothing else."""

    @property
    def frequency(self) -> Ints:
        """(G,) repeat purchases."""
        return self.groups.count

    @property
    def recency(self) -> Floats:
        """(G,) time from the first to the last purchase; 0 without a repeat purchase."""
        return self.groups.values[0]

    @property
    def age(self) -> Floats:
        """(G,) time from the first purchase to the end of observation."""
        return self.groups.values[1]


def histories_of(frequency: Ints, recency: Floats, age: Floats, log_intervals: float = 0.0) -> Histories:
    """Group customers' histories.

    Args:
        frequency: (N,) repeat purchases.
        recency: (N,) time from first to last purchase.
        age: (N,) time from first purchase to the end of observation.
        log_intervals: see :class:`Histories`.

    Raises:
        ValueError: a history is impossible.
    """
    if (frequency < 0).any() or (recency < 0).any() or (recency > age).any():
        raise ValueError("a customer has a negative count or time, or a last purchase after the end of observation")
    if ((frequency == 0) != (recency == 0)).any():
        raise ValueError("recency must be 0 without a repeat purchase and above 0 with one: merge purchases of one day")
    return Histories(grouped(frequency, recency, age), log_intervals)


@dataclass(frozen=True)
class PurchaseModel:
    """A fitted model of purchases."""

    shape: int
    """k of the Erlang intervals; 1 is BG/NBD."""
    r: float
    alpha: float
    """In the unit of time."""
    a: float
    """0 without dropout."""
    b: float
    estimate: Estimate | None = None
    """Where the parameters come from; None if they were given."""

    @property
    def has_dropout(self) -> bool:
        """Whether customers leave at all in this model."""
        return self.a > 0

    @property
    def name(self) -> str:
        """Short name of the model: bg_nbd, bg_cnbd, or without dropout nbd, cnbd."""
        timing = "nbd" if self.shape == 1 else "cnbd"
        return f"bg_{timing}" if self.has_dropout else timing

    def with_parameters(self, values: Floats) -> PurchaseModel:
        """The same model at other parameters, in the order of ``estimate.names``."""
        r, alpha, *dropout = map(float, values)
        a, b = dropout or (0.0, 1.0)
        return PurchaseModel(self.shape, r, alpha, a, b)


def fit_purchases(histories: Histories, shape: int = 1, has_dropout: bool = True) -> PurchaseModel:
    """Fit r, alpha, a, b (without dropout r, alpha) by maximum likelihood for a given k.

    Raises:
        TooFewCustomersError: fewer than :data:`FEWEST_REPEATERS` customers came back.
        AtBoundError: the likelihood has no greatest value; a or b running away mean that nobody, or nobody in
            particular, leaves, so fit without dropout.
    """
    repeaters = float(histories.groups.weight[histories.frequency > 0].sum())
    if repeaters < FEWEST_REPEATERS:
        raise TooFewCustomersError(
            f"only {repeaters:.0f} customers came back, {FEWEST_REPEATERS} are needed: wait for a longer history or"
            " take more stores together"
        )
    cells = histories.groups.in_cells()
    outline = None if cells is None else _Likelihood(Histories(cells, histories.log_intervals), shape)
    names = ("r", "alpha", "a", "b") if has_dropout else ("r", "alpha")
    # Time per event: of the order of alpha / r whatever the unit of time.
    total = histories.groups.weight @ histories.frequency
    start = np.array([1.0, shape * float(histories.groups.weight @ histories.age) / total, 1.0, 2.0])[: len(names)]
    customers = float(histories.groups.weight.sum())
    estimate = maximise(_Likelihood(histories, shape), names, start, customers, outline)
    return PurchaseModel(shape, *map(float, estimate.values), *(() if has_dropout else (0.0, 1.0)), estimate=estimate)


def fit_regular_purchases(histories: Histories, largest_shape: int, has_dropout: bool = True) -> PurchaseModel:
    """Fit for k = 1, 2, ... as long as the likelihood rises, to ``largest_shape`` at most; Reutterer et al., 2.4.

    A k at which the likelihood has no greatest value is passed over: intervals that are far too even for a small k
    drive its other parameters to a bound. Raises as :func:`fit_purchases` where no k can be fitted.
    """
    best: PurchaseModel | None = None
    greatest, reason = -np.inf, NotEstimableError("no shape was asked for")
    for shape in range(1, largest_shape + 1):
        try:
            model = fit_purchases(histories, shape, has_dropout)
        except AtBoundError as error:
            reason = error
            continue
        assert model.estimate is not None
        if model.estimate.log_likelihood <= greatest:
            break
        best, greatest = model, model.estimate.log_likelihood
    if best is None:
        raise reason
    return best


def fit_best_purchases(histories: Histories, largest_shape: int) -> PurchaseModel:
    """The model of :func:`fit_regular_purchases`, or the one without dropout where the dropout cannot be told.

    Raises :class:`~assets.lifetime_value.estimation.NotEstimableError` where neither can be fitted.
    """
    try:
        return fit_regular_purchases(histories, largest_shape)
    except AtBoundError:
        return fit_regular_purchases(histories, largest_shape, has_dropout=False)


class _Likelihood:
    """Log-likelihood of grouped histories and its gradient by the logarithms of the parameters.

    Equation (6) of Fader, Hardie and Lee with the last term of Reutterer et al. (A.4): the chance that no purchase fell
    between the last one and the end of observation is the sum over the j < k events that may have.
    """

    def __init__(self, histories: Histories, shape: int) -> None:
        self._k = shape
        self._weight = histories.groups.weight
        self._counts, self._row = np.unique(histories.frequency, return_inverse=True)
        self._customers = np.bincount(self._row, weights=self._weight)
        self._age, self._recency = histories.age, histories.recency
        self._wait = histories.age - histories.recency
        self._is_repeater = histories.frequency > 0
        repeats = float(self._customers @ self._counts)
        self._constant = (shape - 1) * histories.log_intervals - repeats * float(gammaln(shape))

    def __call__(self, theta: Floats) -> tuple[float, Floats]:
        parameters = np.exp(theta)
        r, alpha = parameters[:2]
        counts, customers, weight, row = self._counts, self._customers, self._weight, self._row
        events = (r + self._k * counts)[row]
        log_age, by_age = np.log(alpha + self._age), 1 / (alpha + self._age)
        log_sum, by_events, by_alpha = _silence(events, self._wait * by_age, self._k)
        alive = -events * log_age + log_sum
        total = customers.sum()
        value = float(customers @ (gammaln(r + self._k * counts) - gammaln(r))) + total * r * np.log(alpha)
        by_r = float(customers @ (digamma(r + self._k * counts) - digamma(r))) + total * np.log(alpha)
        alive_r, alive_alpha = by_events - log_age, -events * by_age + by_alpha * by_age
        if len(parameters) == 2:
            value += float(weight @ alive) + self._constant
            gradient = np.array([by_r + weight @ alive_r, total * r / alpha + weight @ alive_alpha])
            return value, gradient * parameters
        a, b = parameters[2:]
        left_after = np.log(a) - np.log(np.where(counts > 0, b + counts - 1, 1.0))
        log_recency = np.log(alpha + self._recency)
        left = np.where(self._is_repeater, left_after[row] - events * log_recency, -np.inf)
        share = expit(alive - left)
        value += float(weight @ np.logaddexp(alive, left)) + self._constant
        value += float(customers @ (gammaln(b + counts) - gammaln(a + b + counts) - gammaln(b) + gammaln(a + b)))
        gone = weight * (1 - share)
        stay = weight * share
        by_recency = 1 / (alpha + self._recency)
        both = customers @ (digamma(a + b) - digamma(a + b + counts))
        gone_by_count = np.bincount(row, weights=gone)
        gradient = np.array(
            [
                by_r + stay @ alive_r - gone @ log_recency,
                total * r / alpha + stay @ alive_alpha - gone @ (events * by_recency),
                both + gone.sum() / a,
                both
                + customers @ (digamma(b + counts) - digamma(b))
                - gone_by_count @ np.where(counts > 0, 1 / np.where(counts > 0, b + counts - 1, 1.0), 0.0),
            ]
        )
        return value, gradient * parameters


def _silence(events: Floats, wait_share: Floats, k: int) -> tuple[Floats, Floats, Floats]:
    """Logarithm of sum over j < k of (R)_j / j! u^j for R ``events`` and u ``wait_share``, with derivatives.

    Returns the logarithm, its derivative by R, and by alpha times (alpha + age); each (G,).
    """
    if k == 1:
        nothing = np.zeros_like(events)
        return nothing, nothing, nothing
    term, slope = np.ones_like(events), np.zeros_like(events)
    total, slopes, moments = term.copy(), slope.copy(), np.zeros_like(events)
    for j in range(k - 1):
        factor = wait_share / (j + 1)
        slope = (slope * (events + j) + term) * factor
        term = term * (events + j) * factor
        total += term
        slopes += slope
        moments += (j + 1) * term
    return np.log(total), slopes / total, -moments / total


def log_alive_odds(model: PurchaseModel, histories: Histories) -> Floats:
    """(G,) logarithm of the odds that the customer has not left; infinite where that is certain."""
    counts, age, recency = histories.frequency, histories.age, histories.recency
    if not model.has_dropout:
        return np.full(len(counts), np.inf)
    events = (model.r + model.shape * counts).astype(np.float64)
    log_sum = _silence(events, (age - recency) / (model.alpha + age), model.shape)[0]
    since = log_sum - events * (np.log(model.alpha + age) - np.log(model.alpha + recency))
    left = np.log(model.a) - np.log(np.where(counts > 0, model.b + counts - 1, 1.0))
    return np.where(counts > 0, since - left, np.inf)


def alive_probability(model: PurchaseModel, histories: Histories) -> Floats:
    """(G,) chance that the customer has not left by the end of observation.

    Who never came back cannot have left in this model: customers leave after a repeat purchase only.
    """
    return expit(log_alive_odds(model, histories))


_NODES = 24
"""Nodes of the quadrature over the chance to leave; the integrand is smooth, more change nothing at 1e-9."""
_TAIL = 1e-9
"""Chance of still more purchases at which their sum ends."""
_CHUNK = 8192
"""Groups computed at a time, so that memory stays small."""


def expected_purchases(model: PurchaseModel, histories: Histories, horizons: Floats) -> Floats:
    """(G, H) purchases expected within each of the H ``horizons`` after the end of observation.

    Equation (10) of Fader, Hardie and Lee for k = 1. It is not computed through their hypergeometric function, which
    overflows for frequent buyers and has a pole at a = 1, but as the mean of (1 - (1 + p t / (alpha + T))^-(r + x)) / p
    over the chance p to leave, which is Beta(a, b + x) for who has not left, by Gauss-Jacobi quadrature. For k > 1 the
    sum over purchases n of the chance that the n-th falls into the horizon and the customer is still there.
    """
    alive = alive_probability(model, histories)
    found = np.empty((len(alive), len(horizons)))
    of_rows = _random if model.shape == 1 else _regular
    for first in range(0, len(alive), _CHUNK):
        rows = slice(first, first + _CHUNK)
        found[rows] = of_rows(model, histories.frequency[rows], histories.recency[rows], histories.age[rows], horizons)
    return alive[:, None] * found


def _random(model: PurchaseModel, counts: Ints, recency: Floats, age: Floats, horizons: Floats) -> Floats:
    """Purchases (G, H) of customers who are there at the end of observation, k = 1."""
    events = (model.r + counts)[:, None]
    reach = horizons[None, :] / (model.alpha + age)[:, None]
    if not model.has_dropout:
        return events * reach
    distinct, row = np.unique(counts, return_inverse=True)
    nodes, weights = (
        np.stack(part) for part in zip(*(_beta_nodes(model.a, model.b + x) for x in distinct), strict=True)
    )
    total = np.zeros_like(reach)
    for node in range(_NODES):
        chance, weight = nodes[row, node][:, None], weights[row, node][:, None]
        total += weight * -np.expm1(-events * np.log1p(chance * reach)) / chance
    return total


def _beta_nodes(a: float, b: float) -> tuple[Floats, Floats]:
    """Nodes in (0, 1) and weights that sum to 1 for means over Beta(a, b); Golub and Welsch (1969), Math. Comp. 23.

    SciPy's own nodes overflow where b is in the hundreds.
    """
    n = np.arange(_NODES)
    first, second = b - 1, a - 1
    middle = 2 * n + first + second
    with np.errstate(invalid="ignore", divide="ignore"):
        diagonal = (second**2 - first**2) / (middle * (middle + 2))
    diagonal[0] = (second - first) / (first + second + 2)
    m = n[1:]
    total = 2 * m + first + second
    with np.errstate(invalid="ignore", divide="ignore"):
        squares = 4 * m * (m + first) * (m + second) * (m + first + second) / (total**2 * (total + 1) * (total - 1))
    # The general term is 0 / 0 at first + second = -1.
    squares[0] = 4 * (1 + first) * (1 + second) / ((2 + first + second) ** 2 * (3 + first + second))
    beside = np.sqrt(squares)
    values, vectors = np.linalg.eigh(np.diag(diagonal) + np.diag(beside, 1) + np.diag(beside, -1))
    return np.maximum((1 + values) / 2, np.finfo(float).tiny), vectors[0] ** 2


def _regular(model: PurchaseModel, counts: Ints, recency: Floats, age: Floats, horizons: Floats) -> Floats:
    """Purchases (G, H) of customers who are there at the end of observation, any k.

    Of the k events to the next purchase j have happened with weight (R)_j / j! u^j; the events of the horizon are then
    negative binomial with shape R + j, and the n-th purchase falls into it if they are at least n k - j.
    """
    k = model.shape
    events = model.r + k * counts
    scale = model.alpha + age
    share = horizons[None, :] / (scale[:, None] + horizons[None, :])
    log_share, log_rest = np.log(share), np.log1p(-share)
    hidden = np.arange(k)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_wait = np.where(hidden == 0, 0.0, hidden * np.log((age - recency) / scale)[:, None])
    log_weight = gammaln(events[:, None] + hidden) - gammaln(events)[:, None] - gammaln(hidden + 1) + log_wait
    weight = np.exp(log_weight - logsumexp(log_weight, axis=1, keepdims=True))
    total = np.zeros_like(share)
    for j in hidden:
        size = events + j
        beyond = np.ones_like(share)  # chance of more events than counted so far
        stay = np.ones(len(counts))  # mean chance to be there at the n-th purchase
        purchase = 0
        stage = 0
        while beyond.max() > _TAIL:
            log_mass = (gammaln(size + stage) - gammaln(size) - gammaln(stage + 1))[:, None]
            beyond -= np.exp(log_mass + size[:, None] * log_rest + stage * log_share)
            stage += 1
            if (stage + j) % k == 0:
                total += weight[:, j, None] * stay[:, None] * np.maximum(beyond, 0)
                held = model.b + counts + purchase
                stay = stay * held / (held + model.a)
                purchase += 1
    return total
