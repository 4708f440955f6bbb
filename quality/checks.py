"""The suites as Dagster asset checks: one check per expectation, all of a run in one step.

One step because Great Expectations takes seconds to import and the warehouse file is opened once; the pool keeps dbt
out meanwhile. Failing ``fail`` checks block what depends on the table; ``warn`` checks only show.
"""

from collections.abc import Iterator, Sequence

import dagster as dg

from assets.models import WAREHOUSE_POOL
from quality.results import CheckResult, record_results
from quality.suite import Suite, discover_suites
from warehouse.settings import Settings


def build_quality_checks(
    settings: Settings, suites: Sequence[Suite] | None = None, pool: str | None = WAREHOUSE_POOL
) -> list[dg.AssetChecksDefinition]:
    """The gate as one step with a check per expectation; any part of it can be run alone.

    Args:
        settings: the deployment whose warehouse is checked.
        suites: what to check (everything in ``quality/suites`` unless given).
        pool: concurrency pool of steps that open the warehouse file.
    """
    gated = tuple(discover_suites() if suites is None else suites)

    @dg.multi_asset_check(
        name="quality_gate",
        description="What must hold before readers may see it. Data Docs show each expectation with its reason.",
        specs=[
            dg.AssetCheckSpec(
                check.name,
                asset=dg.AssetKey([suite.table]),
                description=f"{check.title}. {check.reason}",
                blocking=check.severity == "fail",
                metadata={"severity": check.severity, "expectation": check.expectation},
            )
            for suite in gated
            for check in suite.checks
        ],
        can_subset=True,
        pool=pool,
    )
    def quality_gate(context: dg.AssetCheckExecutionContext) -> Iterator[dg.AssetCheckResult]:
        """Run the selected checks in one pass over the warehouse and record what they found."""
        # Imported here: Great Expectations takes seconds, and loading the definitions needs none of it.
        from quality.gate import run_gate

        selected = {(key.asset_key.path[-1], key.name) for key in context.selected_asset_check_keys}
        results = run_gate(settings, gated, selected)
        record_results(settings, results, context.run.run_id)
        yield from (_to_dagster(result) for result in results)

    return [quality_gate]


def _to_dagster(result: CheckResult) -> dg.AssetCheckResult:
    return dg.AssetCheckResult(
        passed=result.passed,
        asset_key=dg.AssetKey([result.table]),
        check_name=result.check,
        severity=dg.AssetCheckSeverity.ERROR if result.severity == "fail" else dg.AssetCheckSeverity.WARN,
        description=f"{result.title}: {result.observed}",
        metadata={"observed": result.observed, "expected": result.expected, "reason": result.reason},
    )
