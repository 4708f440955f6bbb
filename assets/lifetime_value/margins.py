"""What a purchase brings: the gamma-gamma model.

P. S. Fader and B. G. S. Hardie, The Gamma-Gamma Model of Monetary Value (2013), after P. S. Fader, B. G. S. Hardie and
K. L. Lee, RFM and CLV: Using Iso-Value Curves for Customer Base Analysis, Journal of Marketing Research 42(4) (2005)
415-430. What a customer's purchases bring is gamma distributed with shape p and a rate that is itself gamma distributed
(q, v) over customers, independent of how often the customer buys.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, gammaln

from assets.lifetime_value.estimation import (
    AtBoundError,
    Estimate,
    Floats,
    NotEstimableError,
    Objective,
    TooFewCustomersError,
    maximise,
)
from assets.lifetime_value.grouping import Groups, Ints, grouped

FEWEST_CUSTOMERS = 30
"""Customers below which three parameters are not worth stating."""
EVEN_SHAPE = 1e4
"""Shape p where a customer's purchases all bring the same (scatter of 1 %), as the same medicine at the same price
does: the likelihood then rises with p for ever."""


@dataclass(frozen=True)
class MarginModel:
    """A fitted model of the margin of a purchase."""

    p: float
    q: float
    v: float
    """In the unit of the margin."""
    estimate: Estimate | None = None
    """Where the parameters come from; None if they were given."""

    @property
    def population_mean(self) -> float:
        """Mean margin of a purchase over customers, p v / (q - 1); infinite where q is at most 1."""
        return self.p * self.v / (self.q - 1) if self.q > 1 else np.inf

    def with_parameters(self, values: Floats) -> MarginModel:
        """The same model at other parameters, in the order of ``estimate.names``: p, q, v, or q, v."""
        *given, q, v = map(float, values)
        return MarginModel(given[0] if given else self.p, q, v)


def fit_margins(purchases: Ints, mean_margin: Floats) -> MarginModel:
    """Fit p, q, v by maximum likelihood.

    Customers whose mean margin is not above zero have no place in a gamma distribution and are left out. Where the data
    drive p to its bound it is set to :data:`EVEN_SHAPE`, and only q and v are estimated.

    Args:
        purchases: (N,) purchases behind the mean, at least 1.
        mean_margin: (N,) mean margin of these.

    Raises:
        TooFewCustomersError: fewer than :data:`FEWEST_CUSTOMERS` customers brought a margin.
        NotEstimableError: margins hardly differ, or their mean over customers does not exist (q at most 1).
    """
    if (purchases < 1).any():
        raise ValueError("a mean margin needs at least one purchase behind it; leave out customers without")
    is_paying = mean_margin > 0
    counts, margins = purchases[is_paying], mean_margin[is_paying]
    if len(counts) < FEWEST_CUSTOMERS:
        raise TooFewCustomersError(
            f"only {len(counts)} customers brought a margin, {FEWEST_CUSTOMERS} are needed: wait for a longer history"
            " or take more stores together"
        )
    # Cells, if any, are of equal width in the logarithm: margins span orders of magnitude.
    groups = grouped(counts, np.log(margins))
    mean = float(margins.mean())
    try:
        estimate = _estimate(groups, np.array([2.0, 3.0, mean]))
        p, q, v = map(float, estimate.values)
    except AtBoundError as error:
        if "p" not in error.parameters:
            raise
        estimate = _estimate(groups, np.array([3.0, 2 * mean / EVEN_SHAPE]), EVEN_SHAPE)
        p, q, v = EVEN_SHAPE, *map(float, estimate.values)
    if q <= 1:
        raise NotEstimableError(
            f"q is {q:.2f}: a few customers bring so much that there is no mean; look for orders that are no retail"
            " orders"
        )
    return MarginModel(p, q, v, estimate)


def _estimate(groups: Groups, start: Floats, p: float | None = None) -> Estimate:
    """Estimate of q and v, and of p where it is not given."""
    names = ("p", "q", "v") if p is None else ("q", "v")
    cells = groups.in_cells()
    outline = None if cells is None else _likelihood(cells, p)
    return maximise(_likelihood(groups, p), names, start, float(groups.weight.sum()), outline)


def _likelihood(groups: Groups, given_p: float | None = None) -> Objective:
    """Log-likelihood of groups by purchases and logarithm of the mean margin; equation (1a) of Fader and Hardie."""
    (log_z,), weight = groups.values, groups.weight
    distinct, row = np.unique(groups.count, return_inverse=True)
    customers = np.bincount(row, weights=weight)
    x = groups.count.astype(np.float64)
    brought = x * np.exp(log_z)
    total, log_margins = float(weight.sum()), float(weight @ log_z)
    sizes = float(weight @ (x * (log_z + np.log(x))))

    def likelihood(theta: Floats) -> tuple[float, Floats]:
        parameters = np.exp(theta)
        p, q, v = parameters if given_p is None else (given_p, *parameters)
        scale = v + brought
        log_scale = np.log(scale)
        power = p * x + q
        by_power = digamma(p * distinct + q)
        value = customers @ (gammaln(p * distinct + q) - gammaln(p * distinct))
        value += total * (q * np.log(v) - gammaln(q)) + p * sizes - log_margins - weight @ (power * log_scale)
        gradient = np.array(
            [
                customers @ (distinct * (by_power - digamma(p * distinct))) + sizes - weight @ (x * log_scale),
                customers @ by_power + total * (np.log(v) - digamma(q)) - weight @ log_scale,
                total * q / v - weight @ (power / scale),
            ]
        )
        return float(value), gradient[-len(theta) :] * parameters

    return likelihood


def expected_margin(model: MarginModel, purchases: Ints, mean_margin: Floats) -> Floats:
    """(N,) expected margin of a customer's next purchase; equation (5) of Fader and Hardie.

    It weighs the customer's mean with that of all customers. The weights do not depend on the margins, so that it holds
    as credibility formula for means below zero too (Buehlmann 1967). Without a purchase (0) it is the mean of all.
    """
    trust = model.p * purchases / (model.p * purchases + model.q - 1)
    return trust * mean_margin + (1 - trust) * model.population_mean
