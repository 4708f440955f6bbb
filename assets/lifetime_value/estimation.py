"""Maximum likelihood for models whose parameters are all positive.

Belongs here: the search, the standard errors, and what is said when there is nothing to find. Does not belong here: any
likelihood.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

Floats = NDArray[np.float64]
Objective = Callable[[Floats], tuple[float, Floats]]
"""From the logarithms of the parameters (P,) to the log-likelihood and its gradient (P,) by these logarithms."""

_LOG_BOUND = 10.0
"""Parameters are searched for between exp(-10) and exp(10) times their start."""
_NEAR_BOUND = 0.01
_STEP = 1e-4
_WIDEST = 5.0
"""Standard error, in logarithms, above which a direction counts as flat: known to a factor of 150 only."""
_SHARE_OF_FLAT = 0.3
"""Part that a parameter must have in a flat direction to be named in the message."""
_CLOSE = 1e-6
"""Step in the logarithms below which the optimum is reached: far below the standard errors of a billion customers."""
_NEWTON_STEPS = 20


class NotEstimableError(ValueError):
    """The data do not determine the parameters; the message says why and what to do instead."""

    code = "no_optimum"
    """The reason in a word, for tables: the message may hold a count of people that is too small to be shown."""


class TooFewCustomersError(NotEstimableError):
    """Too few customers to state parameters."""

    code = "too_few_customers"


class AtBoundError(NotEstimableError):
    """The likelihood still rises where the search ends: the model's limit, a simpler model, fits better.

    ``parameters`` names those that ran away.
    """

    code = "at_bound"

    def __init__(self, message: str, parameters: tuple[str, ...]) -> None:
        super().__init__(message)
        self.parameters = parameters


@dataclass(frozen=True)
class Estimate:
    """Parameters of greatest likelihood."""

    names: tuple[str, ...]
    values: Floats
    """(P,), in the unit of each parameter."""
    log_covariance: Floats
    """(P, P), of the logarithms of the parameters: inverse of the observed information."""
    log_likelihood: float

    @property
    def standard_errors(self) -> Floats:
        """(P,), in the unit of each parameter, by the delta method from the logarithms."""
        return self.values * np.sqrt(np.diag(self.log_covariance))


def maximise(
    objective: Objective, names: Sequence[str], start: Floats, observations: float, outline: Objective | None = None
) -> Estimate:
    """Find the parameters at which ``objective`` is greatest.

    L-BFGS-B on the logarithms of the parameters, on the ``outline`` if there is one; from its optimum Newton's steps,
    with the outline's curvature and the objective's gradient, lead to the objective's. The information matrix is the
    derivative of the analytic gradient by central differences.

    Args:
        objective: see :data:`Objective`.
        names: what the P parameters are called.
        start: (P,) first guess, positive; its scale matters, as parameters are sought around it.
        observations: customers behind the likelihood, which is divided by it to be of the order of one.
        outline: an objective close to ``objective`` that takes less time.

    Raises:
        AtBoundError: a parameter ended at the end of the range searched.
        NotEstimableError: the search failed, or the likelihood is flat.
    """
    exact = _per_observation(objective, observations)
    rough = exact if outline is None else _per_observation(outline, observations)
    theta = _search(rough, names, np.log(start))
    information = _information(rough, names, theta, observations)
    if outline is not None:
        theta = _newton(exact, theta, information)
    value, _ = exact(theta)
    covariance = np.linalg.inv(information).astype(np.float64) / observations
    return Estimate(tuple(names), np.exp(theta), covariance, -value * observations)


def _per_observation(objective: Objective, observations: float) -> Objective:
    """Loss per customer in place of a log-likelihood."""

    def loss(theta: Floats) -> tuple[float, Floats]:
        value, gradient = objective(theta)
        return -value / observations, -gradient / observations

    return loss


def _search(loss: Objective, names: Sequence[str], origin: Floats) -> Floats:
    bounds = [(centre - _LOG_BOUND, centre + _LOG_BOUND) for centre in origin]
    options = {"ftol": 1e-15, "gtol": 1e-9, "maxiter": 1000, "maxcor": 20}
    found = minimize(loss, origin, jac=True, method="L-BFGS-B", bounds=bounds, options=options)
    if not np.isfinite(found.fun):
        raise NotEstimableError("the likelihood is not finite; look for values that are not finite in the data")
    edge = np.abs(found.x - origin) > _LOG_BOUND - _NEAR_BOUND
    if edge.any():
        gone = tuple(name for name, is_gone in zip(names, edge, strict=True) if is_gone)
        raise AtBoundError(
            f"the likelihood still rises at the end of the range of {', '.join(gone)}: fit the simpler model without it"
            " or wait for a longer history",
            gone,
        )
    return found.x


def _information(loss: Objective, names: Sequence[str], theta: Floats, observations: float) -> Floats:
    information = np.array(
        [(loss(theta + s)[1] - loss(theta - s)[1]) / (2 * _STEP) for s in np.eye(len(theta)) * _STEP]
    )
    information = (information + information.T) / 2
    curvature, directions = np.linalg.eigh(information)
    if curvature[0] * observations < _WIDEST**-2:
        flat = tuple(name for name, share in zip(names, directions[:, 0], strict=True) if abs(share) > _SHARE_OF_FLAT)
        raise AtBoundError(
            f"the likelihood is flat in {', '.join(flat)}: fit a simpler model or wait for a longer history", flat
        )
    return information


def _newton(loss: Objective, theta: Floats, information: Floats) -> Floats:
    for _ in range(_NEWTON_STEPS):
        _, gradient = loss(theta)
        step = np.linalg.solve(information, gradient)
        theta = theta - step
        if np.abs(step).max() < _CLOSE:
            return theta
    raise NotEstimableError(
        "the search did not settle: the customers' histories scatter too widely for one model; look for customers that"
        " are no persons, such as a till's collective card"
    )
