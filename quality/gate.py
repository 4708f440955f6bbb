"""Runs the suites with Great Expectations over the warehouse, read-only, and writes Data Docs.

Imports Great Expectations (seconds), so import it only where checks run. One context and one connection serve every
suite; a suite's metrics are bundled into few queries, and cross-table sums run inside DuckDB.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import great_expectations as gx
import great_expectations.expectations as gxe
from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
from great_expectations.expectations.expectation import Expectation

from quality.data_docs import add_site, build_site
from quality.datasource import DuckDBDatasource, add_duckdb_datasource
from quality.results import CheckResult
from quality.suite import RECEIPTS, Check, MissingThresholdError, Reference, Suite
from warehouse.engine import WarehouseNotBuiltError, readable_warehouse
from warehouse.settings import Settings
from warehouse.zones import Zones

THRESHOLDS = "quality_thresholds"
"""Seed with the bounds that are business decisions."""

_SEVERITIES = {"fail": "critical", "warn": "warning"}
# Counts only: without this, values that break a rule would be kept in results and Data Docs.
_RESULT_FORMAT = {"result_format": "BASIC", "partial_unexpected_count": 0}
# These errors speak of names in the SQL; others may quote a value out of the data.
_NAMING_ERROR = re.compile(r"(?:Binder|Catalog|Parser) Error: [^\n]*")

logger = logging.getLogger(__name__)


class _WarehouseNotReadyError(RuntimeError):
    """The warehouse cannot be checked yet; the message says what to run first."""


@dataclass(frozen=True)
class _Planned:
    """A check of a suite: ready to run, or failed before it could."""

    check: Check
    expectation: Expectation | None
    obstacle: str = ""


def run_gate(
    settings: Settings, suites: Sequence[Suite], selected: Collection[tuple[str, str]] | None = None
) -> list[CheckResult]:
    """Run the checks and write Data Docs; every check asked for gets a result, whatever goes wrong with it.

    Args:
        settings: the deployment whose warehouse is checked; dbt must not be writing it.
        suites: the suites to run.
        selected: (table, check) pairs to run; all of them unless given.

    A check that could not be evaluated (no warehouse, no table, no threshold, an error in the query) has not passed,
    and says why.
    """
    chosen = {
        suite.table: [check for check in suite.checks if selected is None or (suite.table, check.name) in selected]
        for suite in suites
    }
    try:
        with readable_warehouse(settings) as warehouse_file:
            results = _run_suites(settings.zones, warehouse_file, chosen)
    except (WarehouseNotBuiltError, _WarehouseNotReadyError) as error:
        return [_result(table, _Planned(check, None, str(error)), None) for table in chosen for check in chosen[table]]
    broken = sum(not result.passed for result in results)
    logger.info(
        "%d checks on %d tables, %d not passed; details in %s",
        len(results),
        len(suites),
        broken,
        settings.zones.data_docs,
    )
    return results


def _run_suites(zones: Zones, warehouse_file: Path, chosen: Mapping[str, Sequence[Check]]) -> list[CheckResult]:
    reference, tables = _read_reference(warehouse_file)
    results: list[CheckResult] = []
    with _context(zones, warehouse_file) as (context, datasource):
        for table, checks in chosen.items():
            if table in tables:
                planned = [_plan(table, check, reference) for check in checks]
            else:
                obstacle = f"table {table} is not in the warehouse; run dbt build"
                planned = [_Planned(check, None, obstacle) for check in checks]
            results.extend(_run_suite(context, datasource, table, planned))
        build_site(context, zones.data_docs)
    return results


def _read_reference(warehouse_file: Path) -> tuple[Reference, set[str]]:
    """As-of day and thresholds in force, and the names of the warehouse's tables."""
    with duckdb.connect(str(warehouse_file), read_only=True) as connection:
        names = connection.execute("select table_name from information_schema.tables").fetchall()
        tables = {name for (name,) in names}
        missing = {RECEIPTS, THRESHOLDS} - tables
        if missing:
            raise _WarehouseNotReadyError(f"{', '.join(sorted(missing))} not in the warehouse; run dbt build")
        [(as_of,)] = connection.execute(f"select max(arrived_on) from {RECEIPTS}").fetchall()
        if as_of is None:
            raise _WarehouseNotReadyError("no file was ever received, so there is nothing to check; load a day first")
        rows = connection.execute(
            f"select table_name, check_name, max_by(threshold_value, valid_from) from {THRESHOLDS}"
            " where valid_from <= ? group by table_name, check_name",
            [as_of],
        ).fetchall()
    return Reference(as_of, {(table, check): float(value) for table, check, value in rows}), tables


@contextmanager
def _context(zones: Zones, warehouse_file: Path) -> Iterator[tuple[EphemeralDataContext, DuckDBDatasource]]:
    """A context that keeps everything in memory, with the warehouse as its only datasource."""
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}  # type: ignore[assignment] - GX types it as its own class
    context.enable_analytics(False)
    add_site(context, zones.data_docs)
    with closing(add_duckdb_datasource(context, "warehouse", warehouse_file)) as datasource:
        yield context, datasource


def _plan(table: str, check: Check, reference: Reference) -> _Planned:
    try:
        arguments = check.resolve(table, reference)
    except MissingThresholdError as error:
        return _Planned(check, None, str(error))
    expectation = getattr(gxe, check.expectation)(
        **arguments,
        severity=_SEVERITIES[check.severity],
        description=check.title,
        notes=check.reason,
        meta={"check": check.name},
    )
    return _Planned(check, expectation)


def _run_suite(
    context: EphemeralDataContext, datasource: DuckDBDatasource, table: str, planned: Sequence[_Planned]
) -> list[CheckResult]:
    expectations = [plan.expectation for plan in planned if plan.expectation is not None]
    found: dict[str, Any] = {}
    if expectations:
        batch = datasource.add_table_asset(table, table_name=table).add_batch_definition_whole_table("whole")
        suite = context.suites.add(gx.ExpectationSuite(table, expectations=expectations))
        definition = context.validation_definitions.add(gx.ValidationDefinition(name=table, data=batch, suite=suite))
        validation = definition.run(result_format=_RESULT_FORMAT)
        # GX types a result's expectation as optional; a run's results always carry theirs.
        outcomes: list[Any] = validation.results
        found = {outcome.expectation_config.meta["check"]: outcome for outcome in outcomes}
    return [_result(table, plan, found.get(plan.check.name)) for plan in planned]


def _result(table: str, plan: _Planned, validation: Any) -> CheckResult:
    check = plan.check
    passed = bool(validation is not None and validation.success)
    observed = plan.obstacle if validation is None else _observed(validation)
    expected = "" if plan.expectation is None else _expected(plan.expectation)
    return CheckResult(table, check.name, check.severity, passed, observed, check.title, check.reason, expected)


def _expected(expectation: Expectation) -> str:
    """The bounds that were in force, for people who read the result."""
    values = {name: getattr(expectation, name, None) for name in ("min_value", "max_value", "value_set")}
    return ", ".join(f"{name} {value}" for name, value in values.items() if value is not None)


def _observed(validation: Any) -> str:
    """What was seen, as counts and totals; never a value out of a row that breaks a rule."""
    error = _error_message(validation.exception_info)
    if error is not None:
        named = _NAMING_ERROR.search(error)
        return f"could not be evaluated: {named.group() if named else 'error in the query; its text is in the log'}"
    result = validation.result
    if "unexpected_count" in result:
        return f"{result['unexpected_count']} of {result['element_count']} rows break it"
    if validation.expectation_config.type == "unexpected_rows_expectation":
        return f"{result['observed_value']} findings"
    return str(result.get("observed_value"))


def _error_message(exception_info: Any) -> str | None:
    """Message of the error that kept an expectation from being evaluated; GX nests it by metric."""
    if not exception_info:
        return None
    if "raised_exception" in exception_info:
        return str(exception_info["exception_message"]) if exception_info["raised_exception"] else None
    messages = [str(info.get("exception_message")) for info in exception_info.values()]
    return "\n".join(messages)
