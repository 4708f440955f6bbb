"""What a gate is made of: checks on one table, written down without importing Great Expectations.

The Dagster definitions need the names of all checks at load time and Great Expectations takes seconds to import, so a
check only names its expectation; :mod:`quality.gate` makes the real one.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, Literal

Severity = Literal["fail", "warn"]

THRESHOLD = "{threshold}"
"""Stands in a check's arguments for its value in the seed ``quality_thresholds``."""
AS_OF = "{as_of}"
"""Stands in a check's arguments for the last arrival day (inside SQL: a date literal)."""

RECEIPTS = "stg_ingest__file_receipts"
"""View in the warehouse on the lake's receipts: what arrived, whatever the marts made of it."""

_NAME = re.compile(r"[a-z][a-z0-9_]*")


class MissingThresholdError(LookupError):
    """The seed has no value for a check that needs one."""


@dataclass(frozen=True)
class Reference:
    """What a run measures against."""

    as_of: date
    thresholds: Mapping[tuple[str, str], float]
    """Value in force per (table, check)."""


@dataclass(frozen=True)
class Check:
    """One expectation on one table."""

    name: str
    """Machine-readable, unique within the table: ``rates_between_0_and_1``."""
    title: str
    """What holds, as an English sentence."""
    severity: Severity
    """``fail`` keeps readers on the snapshot they have; ``warn`` shows in Dagster, the manifest and Data Docs."""
    reason: str
    """Why this bound and not another. Thresholds from the seed carry theirs there too."""
    expectation: str
    """Class in ``great_expectations.expectations``."""
    arguments: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"check name {self.name!r} must be lower_snake_case: it becomes a Dagster check name")

    @property
    def has_threshold(self) -> bool:
        """Whether its bound is a business decision kept in the seed."""
        return any(isinstance(value, str) and THRESHOLD in value for value in self.arguments.values())

    def resolve(self, table: str, reference: Reference) -> dict[str, Any]:
        """Arguments with as-of day and threshold filled in.

        Raises:
            MissingThresholdError: the seed has no value for this check on that day.
        """
        threshold = None
        if self.has_threshold:
            threshold = reference.thresholds.get((table, self.name))
            if threshold is None:
                raise MissingThresholdError(
                    f"no threshold in force on {reference.as_of}: add a row for {table}, {self.name} to"
                    " dbt_project/seeds/quality/quality_thresholds.csv"
                )
        return {key: _fill(value, reference.as_of, threshold) for key, value in self.arguments.items()}


def _fill(value: Any, as_of: date, threshold: float | None) -> Any:
    if not isinstance(value, str):
        return value
    if value == AS_OF:
        return as_of
    if value == THRESHOLD:
        return threshold
    return value.replace(AS_OF, f"date '{as_of.isoformat()}'").replace(THRESHOLD, repr(threshold))


@dataclass(frozen=True)
class Suite:
    """Every check of one table."""

    table: str
    checks: tuple[Check, ...]

    def __post_init__(self) -> None:
        names = [check.name for check in self.checks]
        doubled = sorted({name for name in names if names.count(name) > 1})
        if doubled:
            raise ValueError(f"suite of {self.table} names {doubled} twice; a check's name is its identity")


@cache
def discover_suites() -> tuple[Suite, ...]:
    """All suites in ``quality/suites``, by table name.

    Raises:
        TypeError: a module there holds no ``SUITE`` for the table it is named after.
    """
    package = importlib.import_module("quality.suites")
    suites = []
    for module_info in pkgutil.iter_modules(package.__path__):
        suite = getattr(importlib.import_module(f"{package.__name__}.{module_info.name}"), "SUITE", None)
        if not isinstance(suite, Suite) or suite.table != module_info.name:
            raise TypeError(
                f"quality/suites/{module_info.name}.py must define SUITE = Suite('{module_info.name}', ...)"
            )
        suites.append(suite)
    return tuple(sorted(suites, key=lambda suite: suite.table))
